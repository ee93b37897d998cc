/// Words, signs and rules of the language.
enum SyntaxTopics {
  /// One topic.
  struct Topic: Sendable {
    /// What it is found by; the first is its name.
    let names: [String]
    /// How it is written.
    let form: String
    let summary: String
    let details: String
    let example: String
    let seeAlso: [String]

    /// As help shows it.
    var entry: HelpEntry {
      var entry = HelpEntry(
        kind: .syntax, name: names.first ?? "", section: "The language", form: form, signature: form,
        summary: summary, details: details, seeAlso: seeAlso)
      (entry.example, entry.output) = ExampleText.split(example)
      return entry
    }
  }

  /// The names an entry is found by.
  static func names(of entry: HelpEntry) -> [String] {
    all.first { $0.names.first == entry.name }?.names ?? [entry.name]
  }

  /// All topics in the order of the manual.
  static let all = statements + expressions + rules

  /// What stands on lines of its own.
  private static let statements: [Topic] = [
    Topic(
      names: ["clip"], form: "clip 1", summary: "The version of the language a script is written in.",
      details:
        "Optional, and the first line where it stands. A newer version than the program's is an error.",
      example: "clip 1\nprint(\"hello\")  # expect: hello", seeAlso: ["comments"]),
    Topic(
      names: ["comments", "comment", "#", "##"], form: "# text    ## text",
      summary: "`#` begins a comment; `##` documents the declaration below it.",
      details: """
        A `##` block followed by a blank line at the top of a file is the file's own text:
        `clipscope run FILE --help` shows it.
        """, example: "## twice a number\nfn twice(x) => 2 * x\nprint(twice(2))  # expect: 4",
      seeAlso: ["param", "fn"]),
    Topic(
      names: ["statements", "statement", ";", "newline"], form: "one a line, or with ; between",
      summary: "A statement ends at the end of its line or at `;`.",
      details: """
        Within `(`, `[` and a record's `{` lines go on. A line also goes on after a binary operator, a comma, `=`
        or `=>`, before a line that begins with `|>`, and before `else` after a block.
        """, example: "a = 1; b = 2\nprint(a +\n  b)  # expect: 3", seeAlso: ["bindings", "records"]),
    Topic(
      names: ["bindings", "binding", "=", "_", "names", "scope"], form: "name = value    a, b = pair",
      summary: "Gives a value a name, once.",
      details: """
        A name is bound once per scope; an inner scope cannot bind an outer name again, and no binding may take a
        builtin's name (a parameter may). Loops gather with comprehensions, `fold`, `scan` and list `+`. `a, b =
        pair` takes a list apart; `_` takes what is not needed. The interactive prompt may bind again.
        """, example: "a, _ = [1, 2]\nprint(a)  # expect: 1",
      seeAlso: ["fn", "comprehensions", "fold"]),
    Topic(
      names: ["param", "parameters"], form: "param name: type = default",
      summary: "What the command line may set: `clipscope run FILE name=value`.",
      details: """
        At the top level only. Types: `int number string bool path list[…]`. Without a default it must be given. A
        list is written with commas or as JSON. The `##` line above is shown by `clipscope run FILE --help`.
        """, example: "## how many\nparam count: int = 3\nprint(count)  # expect: 3",
      seeAlso: ["path", "comments", "bindings"]),
    Topic(
      names: ["import", "imports", "modules"], form: "import std.prompts    import \"./mine.clip\" as mine",
      summary: "Makes another file's top-level names members of one name.",
      details: """
        `import std.prompts` binds `prompts`; `as` chooses another name. An imported file runs once. A cycle is an
        error that shows it.
        """, example: "import std.prompts\nprint(prompts.simple)  # expect: [\"a photo of a {}.\"]",
      seeAlso: ["std.prompts", "std.similarity"]),
    Topic(
      names: ["fn", "functions", "=>"],
      form: "fn f(x, k: number = 2) => expression    fn f(x) { … }    fn(x) => …",
      summary: "A function; the last expression of its block is its value.",
      details: """
        Parameters may have types and defaults, and can be given by name. A function sees what is bound around
        it. It cannot call itself: every script ends. Without a name it is a value, as for `map`.
        """,
      example: """
        fn scaled(x, by: number = 2) {
          product = x * by
          product + 1
        }
        print(scaled(3), scaled(3, by: 5))  # expect: 7 16
        """, seeAlso: ["function", "map", "fold", "calls"]),
    Topic(
      names: ["if", "else", "conditions"], form: "if condition { … } else if … { … } else { … }",
      summary: "Chooses; as an expression it gives the chosen block's value.",
      details: "The condition must be a bool. Without `else`, a condition that fails gives `none`.",
      example: "size = if len(\"whale\") > 3 { \"long\" } else { \"short\" }\nprint(size)  # expect: long",
      seeAlso: ["and", "where", "bool"]),
    Topic(
      names: ["for", "loops", "loop", "while"], form: "for x in xs { … }    for a, b in pairs { … }",
      summary: "Runs its block for each element.",
      details: """
        Lists, tensors (their first axis), heatmaps, tables (rows as records) and `range` can be visited. There is
        no `while`: every script ends. To gather results write a comprehension.
        """,
      example:
        "for label, n in zip([\"cat\", \"dog\"], [1, 2]) { print(label, n) }\n# expect: cat 1\n# expect: dog 2",
      seeAlso: ["comprehensions", "sweep", "zip", "enumerate", "range"]),
    Topic(
      names: ["sweep", "sweeps", "grid search"], form: "sweep a in A, b in B { … }",
      summary: "A table with a row for each combination; goes on where it was interrupted.",
      details: """
        The variables are lists or other sequences, the last one varies fastest. The block gives the row: of a record
        each field becomes a column behind the variables' columns, any other value the column `value`. A field that a
        row lacks is `none`.

        Rows are kept in the cache, under all that they depend on: the block's words (not its layout and comments), the
        outer values that it uses, the combination, files that it reads. Run again, after an interruption or with more
        values, the sweep computes only rows that are not there; what they printed is printed again, and files that they
        saved must still be there as they were. Rows that hold pictures, maps or other values of the engine are computed
        each time; so are those of blocks that use values which cannot be told apart.

        `run --jobs 4` computes rows in four processes, `run --shard 1/3` only each third row.
        """,
      example: """
        t = sweep a in [1, 2], b in [10, 20] { {sum: a + b, product: a * b} }
        print(t.sum, t[0])
        # expect: [11, 21, 12, 22] {a: 1, b: 10, sum: 11, product: 10}
        """,
      seeAlso: ["for", "table", "group", "save"]),
  ]
}
