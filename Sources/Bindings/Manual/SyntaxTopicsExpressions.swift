extension SyntaxTopics {
  /// What has a value.
  static let expressions: [Topic] = [
    Topic(
      names: ["literals", "true", "false", "literal"],
      form: "1  2.5  1e-3  true  false  none  [1, 2]  {a: 1}",
      summary: "Values written as they are.", details: "Numbers are decimal, with a digit before the point.",
      example: "print(0.5, 1e3, true, none)  # expect: 0.5 1000 true none",
      seeAlso: ["strings", "lists", "records", "none"]),
    Topic(
      names: ["strings", "\"", "'", "\"\"\"", "{}", "{{", "}}", "interpolation", "escapes", "\\"],
      form: "\"text {expression} {number:.3f}\"    'raw'    \"\"\"lines\"\"\"",
      summary: "Text; braces hold expressions.",
      details: """
        `{}` stands for itself, so prompt templates need no escape; `{{` and `}}` are braces. A format follows a
        colon: `.3f` digits, `e`, `g`, `>8` widths. `'raw'` interpolates nothing. Three quotes span lines; the
        closing quotes' indentation is removed from each line. Escapes: `\\n \\t \\" \\' \\\\ \\{ \\} \\u{1F600}`.
        """,
      example:
        "x = 2\nprint(\"a photo of a {}, {x + 1}, {x / 3:.3f}\", 'raw {x}')\n# expect: a photo of a {}, 3, 0.667 raw {x}",
      seeAlso: ["string", "join", "replace", "std.prompts"]),
    Topic(
      names: ["lists", "[", "]", "[]"], form: "[1, 2, 3]", summary: "Values in order.",
      details: "`xs[0]` is the first, `xs[-1]` the last, `xs[1:]` the rest; `+` joins lists.",
      example: "print([1, 2] + [3])  # expect: [1, 2, 3]",
      seeAlso: ["list", "comprehensions", "indices"]),
    Topic(
      names: ["comprehensions", "comprehension"], form: "[expression for x in xs if condition]",
      summary: "A list made from another.",
      details: "Several `for` and `if` may follow each other; the first is the outermost.",
      example: "print([x * x for x in range(5) if x > 2])  # expect: [9, 16]",
      seeAlso: ["for", "map", "filter"]),
    Topic(
      names: ["records", "{", "}", "blocks", "block"], form: "{name: value, \"two words\": value}",
      summary: "Values under names. The same braces hold the statements of a block.",
      details: """
        `{` is a block after the header of `if` and `for`, after `else`, and after `fn name(…)` or `fn(…)`;
        anywhere else, after `=>` too, it is a record.
        """, example: "r = {a: 1, \"b c\": 2}\nprint(r.a + r[\"b c\"])  # expect: 3",
      seeAlso: ["record", "fields", "merge"]),
    Topic(
      names: ["operators", "arithmetic", "+", "-", "*", "/", "//", "%", "**", "precedence"],
      form: "a + b   a - b   a * b   a / b   a // b   a % b   a ** b",
      summary: "Arithmetic, on numbers, tensors and heat maps.",
      details: """
        Loosest first: `|>`; `or`; `and`; `not`; comparisons and `in`; `+ -`; `* / // % @` from the left; unary
        `-`; `**` from the right; calls, indices, fields. `//` and `%` round down as in NumPy. `+` also joins
        strings and lists.
        """,
      example: "print(7 // 2, -7 // 2, 7 % -3, 2 ** -1, -2 ** 2)  # expect: 3 -4 -2 0.5 -4",
      seeAlso: ["comparisons", "@", "broadcasting"]),
    Topic(
      names: ["@", "matrix product"], form: "a @ b", summary: "The matrix product of tensors.",
      details: """
        [n, k] @ [k, m] is [n, m]; further axes in front are broadcast; a vector is a row on the left and a
        column on the right, and its axis goes away.
        """, example: "t = tensor([[1, 2], [3, 4]])\nprint((t @ t)[0, 0])  # expect: 7",
      seeAlso: ["dot", "einsum", "transpose"]),
    Topic(
      names: ["broadcasting"], form: "[rows, columns] * [columns]",
      summary: "How tensors of different shapes meet, as in NumPy.",
      details: """
        Shapes are compared from the last axis. Two extents fit where they are equal or one of them is 1, which
        is then repeated; an axis that one side lacks counts as 1.
        """, example: "print(sum(ones([2, 3]) * tensor([1, 2, 3])))  # expect: 12",
      seeAlso: ["operators", "indices", "where"]),
    Topic(
      names: ["comparisons", "==", "!=", "<", "<=", ">", ">=", "equality"],
      form: "a == b   a != b   a < b   a <= b",
      summary: "Comparisons; they do not chain.",
      details: """
        `==` compares any two values as a whole, tensors too. `<` and its like take numbers, strings and tensors;
        with a tensor they give a mask of 0 and 1.
        """, example: "print([1, 2] == [1, 2], \"a\" < \"b\")  # expect: true true",
      seeAlso: ["equal", "allclose", "and"]),
    Topic(
      names: ["and", "or", "not", "logic", "&&", "||", "!"], form: "a and b   a or b   not a",
      summary: "Logic of bools; the right side is looked at only where it matters.",
      details: "For masks: `a * b` is both, `1 - a` is not.",
      example: "print(true and not false, false or true)  # expect: true true",
      seeAlso: ["if", "bool", "where"]),
    Topic(
      names: ["in"], form: "part in whole", summary: "Whether a string, list or record holds a value.",
      details:
        "In a string a part, in a list an element, in a record a field's name. After `for` it names what is visited.",
      example: "print(3 in [1, 2, 3], \"al\" in \"whale\")  # expect: true true",
      seeAlso: ["contains", "for", "comprehensions"]),
    Topic(
      names: ["|>", "pipelines", "pipeline", "pipe"], form: "value |> f(a, k: 1)",
      summary: "Puts a value in as a call's first argument: `f(value, a, k: 1)`.",
      details: "The right side is always a call: `x |> print()`. A line may begin with it.",
      example: "[3, 1, 2]\n  |> sorted()\n  |> print()  # expect: [1, 2, 3]", seeAlso: ["calls", "fn"]),
    Topic(
      names: ["calls", "call", "arguments", "options", ":", "(", ")", ","], form: "f(a, b; option: value)",
      summary: "Positional arguments, then named ones: `f(a, b, option: value)`.",
      details: """
        Named arguments come after the positional ones. An option may bear any name, `in:` and `from:` too, and
        means the same in every function that has it: `help` with its name tells which do. In signatures `;`
        stands before options, `?` after what may be left out, `…` after what may be repeated.
        """, example: "print(sorted([3, 1, 2], descending: true))  # expect: [3, 2, 1]",
      seeAlso: ["|>", "fn"]),
    Topic(
      names: ["indices", "index", "indexing", "slices", "slice", "::"],
      form: "t[0]  t[1:, :3]  t[::2]  t[none]  t[mask]",
      summary: "Elements and parts of lists, strings, tensors, maps and tables.",
      details: """
        Negative positions count from the end; the end of a slice is not included; a third part is the step.
        Tensors take several indices, lists of positions, masks, and `none` for a new axis. Records take a
        field's name, heatmaps a label, tensors with named rows a name.
        """,
      example: """
        t = tensor([[1, 2, 3], [4, 5, 6]])
        print(t[-1, 0], t[1:, :2].shape, t[none].shape, t[t > 2].shape)  # expect: 4 [1, 2] [1, 2, 3] [4]
        """, seeAlso: ["tensor", "heatmaps", "where"]),
    Topic(
      names: ["fields", ".", "field", "members"], form: "value.field",
      summary: "A field of a record, a module or a value of the engine.",
      details: "An unknown field is an error that names the nearest.",
      example: "print({a: 1}.a, zeros([2, 3]).shape)  # expect: 1 [2, 3]",
      seeAlso: ["record", "tensor", "heatmaps"]),
  ]

  /// What holds everywhere.
  static let rules: [Topic] = [
    Topic(
      names: ["paths", "files"], form: "load(\"images/sea.png\")    save(value, \"out/map.png\")",
      summary: "Where files are read and written.",
      details: """
        Paths to read start at the script's own folder; given on the command line, at the current one. Writes
        stay below the output folder: `--out`, else the script's folder. `..` and absolute paths in a `save` are
        errors unless `--allow-write DIR` names the place. What the run saved, a `load` of the same path finds.
        """, example: "save([1, 2], \"out/list.json\")\nprint(load(\"out/list.json\"))  # expect: [1, 2]",
      seeAlso: ["load", "save", "path"]),
    Topic(
      names: ["reproducibility", "random", "randomness"], form: "seed: 0",
      summary: "A script gives the same numbers on every run.",
      details: """
        No clock, environment, network, global state or hidden randomness; what is random takes `seed:`, 0 by
        default. Results are equal bit for bit at equal version and BLAS kernel (`clipscope --version`), whatever
        the number of threads. Every script ends: there is no `while` and no recursion.
        """, example: "print(normal(3, seed: 1) == normal(3, seed: 1))  # expect: true",
      seeAlso: ["normal", "uniform", "permutation"]),
    Topic(
      names: ["errors", "exit codes", "exit code"], form: "0  2  3  4  5  130",
      summary: "How a run can end, as the shell sees it.",
      details: """
        0 done; 2 wrong usage; 3 the script does not check; 4 an input is missing or unreadable; 5 an error while
        running; 130 interrupted. Every error names file, line and column, underlines the place, says what was
        expected and found, and suggests the nearest known name. Names, options, numbers of arguments and types of
        literals are checked before anything runs.
        """, example: "print(lenn([1]))  # error: did you mean `len`?", seeAlso: ["assert"]),
  ]
}
