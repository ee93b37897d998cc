import Testing

@testable import Syntax

/// What the one style is, case by case. Every expected text is also formatted again.
@Suite struct FormatterTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let given: String
    let expected: String

    init(_ name: String, _ given: String, _ expected: String) {
      self.name = name
      self.given = given
      self.expected = expected
    }

    var testDescription: String { name }
  }

  static func formatted(_ text: String) throws -> String {
    try Formatter.format(SourceFile(name: "test.clip", text: text))
  }

  static let cases: [Case] = [
    Case("empty", "", ""),
    Case("blank lines only", "\n\n  \n", ""),
    Case(
      "spaces", "x=1+2 ;y  = -x**2*( 3 )\nprint( x,y,sep : 1 ,)",
      "x = 1 + 2\ny = -x ** 2 * (3)\nprint(x, y, sep: 1)\n"),
    Case("line ends and byte order mark", "\u{FEFF}# a\r\nx = 1\r\n", "# a\nx = 1\n"),
    Case(
      "blank lines", "\n\na = 1\n\n\n\nb = 2\nfor x in [] {\n\n  y = x\n\n\n  z = y\n\n}\n\n",
      "a = 1\n\nb = 2\nfor x in [] {\n  y = x\n\n  z = y\n}\n"),
    Case(
      "comments of lines", "#!/usr/bin/env x\nclip 1   # v\n\n##  File.\n\n\n#a\nx=1#b\n   # c\n",
      "#!/usr/bin/env x\nclip 1  # v\n\n##  File.\n\n#a\nx = 1  #b\n# c\n"),
    Case(
      "comments in brackets", "f(a, # one\n# two\nb # three\n, c)\n[ # open\n1]\n[1\n# last\n]\n[\n# only\n]",
      """
      f(
        a,  # one
        # two
        b,  # three
        c,
      )
      [  # open
        1,
      ]
      [
        1,
        # last
      ]
      [
        # only
      ]

      """),
    Case(
      "comments behind operators",
      "x = # one\n 1 + # two\n 2\ny = (1 # three\n + 2)\nz = xs # four\n # five\n |> f()",
      """
      x =  # one
        1 +  # two
          2
      y = (
        1 +  # three
          2
      )
      z = xs  # four
        # five
        |> f()

      """),
    Case(
      "comments in blocks", "if a { # one\n b } # two\nelse { c\n # three\n }\nfn f() { # four\n}",
      """
      if a {  # one
        b
      }  # two
      else {
        c
        # three
      }
      fn f() {  # four
      }

      """),
    Case(
      "strings stay",
      "a = 'x  {y'\nb = \"{ 1+2 }\"\nc = \"\"\"\n   a\n  b\n  \"\"\"\nprint(\"\"\"\nx\"\"\",1)",
      "a = 'x  {y'\nb = \"{ 1+2 }\"\nc = \"\"\"\n   a\n  b\n  \"\"\"\nprint(\"\"\"\nx\"\"\", 1)\n"),
    Case(
      "numbers stay", "x = [1.50, 1E+2, 007, 1e-3]", "x = [1.50, 1E+2, 007, 1e-3]\n"),
    Case(
      "records and blocks", "r={a:1,\"b c\" :2}\nif c{1}else{ 2 }\nif c { }\nfor x in xs { }\ns = {\na: 1\n}",
      "r = {a: 1, \"b c\": 2}\nif c { 1 } else { 2 }\nif c { }\nfor x in xs { }\ns = {a: 1}\n"),
    Case(
      "a block on lines stays on lines",
      "for x in xs {\n f(x) }\nfn g(x) { a = x; a }\nif a { b\n} else { c }",
      """
      for x in xs {
        f(x)
      }
      fn g(x) {
        a = x
        a
      }
      if a { b } else { c }

      """),
    Case(
      "a ladder stays a ladder", "if a { 1 }\nelse if b { 2 }\nelse { 3 }\nx = if a { 1 }\nelse { 2 }",
      """
      if a { 1 }
      else if b { 2 }
      else { 3 }
      x = if a { 1 }
        else { 2 }

      """),
    Case(
      "the file's words behind the version", "clip 1;\n\n## a\n\nx=1", "clip 1\n\n## a\n\nx = 1\n"),
    Case(
      "functions", "fn f( x:number,k :list[string]=[ ] )=>x\ng=fn(a,b){a}\nfn h()=>{a:1}",
      "fn f(x: number, k: list[string] = []) => x\ng = fn(a, b) { a }\nfn h() => {a: 1}\n"),
    Case(
      "indices", "t[ 0,1: ,: 3,::2,a+1:b, -1:x.y, a [ 0 ]: ]\nt[none][[1,2],]",
      "t[0, 1:, :3, ::2, a + 1 : b, -1:x.y, a[0] :]\nt[none][[1, 2]]\n"),
    Case(
      "imports and parameters",
      "import   std.prompts\nimport \"./a.clip\"   as b\nparam  x :list[ string ]=[ \"a\" ]\nparam y:int",
      "import std.prompts\nimport \"./a.clip\" as b\nparam x: list[string] = [\"a\"]\nparam y: int\n"),
    Case(
      "names", "a ,_,b=xs\nfor k,v in items( r ) { f(k)  }\n[ x for x,y in xs if x>y for z in x ]",
      "a, _, b = xs\nfor k, v in items(r) { f(k) }\n[x for x, y in xs if x > y for z in x]\n"),
    Case(
      "pipelines", "a |> f()|>g(1)\nb\n|> f() |> g()\nprint(c |>\nh())",
      """
      a |> f() |> g(1)
      b
        |> f()
        |> g()
      print(c |> h())

      """),
    Case(
      "sweeps",
      "sweep  a in[1,2],b   in xs{a*b}\nt=sweep a in A{ # one\n b=a\n b }|>save( \"x\" )",
      """
      sweep a in [1, 2], b in xs { a * b }
      t = sweep a in A {  # one
        b = a
        b
      } |> save("x")

      """),
    Case(
      "pipelines behind a sweep",
      "sweep a in A { a }\n|> f() |> g()\nx = sweep a in A {\n a }\n# on\n|> f()",
      """
      sweep a in A { a }
        |> f()
        |> g()
      x = sweep a in A {
        a
      }
        # on
        |> f()

      """),
    Case(
      "long sweeps",
      "results = sweep size in [112, 224, 336, 448], depth in [1, 2, 3, 4, 5, 6], # two\nmethod in methods_to_compare {\n f(size, depth, method) }\nresults = sweep size in [112, 224, 336, 448], depth in [1, 2, 3, 4, 5, 6], method in methods_to_compare {\n f(size, depth, method) }",
      """
      results = sweep size in [112, 224, 336, 448],
          depth in [1, 2, 3, 4, 5, 6],  # two
          method in methods_to_compare {
        f(size, depth, method)
      }
      results = sweep size in [112, 224, 336, 448],
          depth in [1, 2, 3, 4, 5, 6],
          method in methods_to_compare {
        f(size, depth, method)
      }

      """),
    Case(
      "long calls",
      "result = classify(photographs, clip_model, labels, templates: prompts.imagenet, temperature: 0.5, size: 336)",
      """
      result = classify(
        photographs,
        clip_model,
        labels,
        templates: prompts.imagenet,
        temperature: 0.5,
        size: 336,
      )

      """),
    Case(
      "long pipelines",
      "maps = load_the_picture(\"a/rather/long/path.png\") |> surgery(clip_model, labels) |> resize(like: other_maps)",
      """
      maps = load_the_picture("a/rather/long/path.png")
        |> surgery(clip_model, labels)
        |> resize(like: other_maps)

      """),
    Case(
      "long lists of short literals are filled",
      "labels = [\"sailboat\", \"whale\", \"sky\", \"water\", \"lighthouse\", \"seagull\", \"beach\", \"dune\", \"anchor\", \"rope\", \"bell\"]",
      """
      labels = [
        "sailboat", "whale", "sky", "water", "lighthouse", "seagull", "beach", "dune", "anchor", "rope",
        "bell",
      ]

      """),
    Case(
      "long lists of others have a line each",
      "templates = [\"a photo of the small {}.\", \"a photo of the large {}.\", \"a cropped photo of the {}.\", \"art of a {}.\"]",
      """
      templates = [
        "a photo of the small {}.",
        "a photo of the large {}.",
        "a cropped photo of the {}.",
        "art of a {}.",
      ]

      """),
    Case(
      "an only list is hugged",
      "t = table([{label: label, score: score, \"from the deepest\": 1 - spearman(a, b)} for label, score in zip(labels, scores)])",
      """
      t = table([
        {label: label, score: score, "from the deepest": 1 - spearman(a, b)}
        for label, score in zip(labels, scores)
      ])

      """),
    Case(
      "a last block is hugged", "total = fold(xs, 0, fn(sum, x) {\n y = x * 2\n sum + y })",
      """
      total = fold(xs, 0, fn(sum, x) {
        y = x * 2
        sum + y
      })

      """),
    Case(
      "long operators",
      "difference = (normalize(first_features) @ transpose(texts)) * weight - normalize(second_features) @ transpose(texts)",
      """
      difference = (normalize(first_features) @ transpose(texts)) * weight -
        normalize(second_features) @ transpose(texts)

      """),
    Case(
      "a long body moves whole",
      "fn singleText(features, texts, redundant) => normalize(features) @ transpose(texts - mean(redundant, axis: 0))",
      """
      fn singleText(features, texts, redundant) =>
        normalize(features) @ transpose(texts - mean(redundant, axis: 0))

      """),
    Case(
      "long conditions",
      "x = if len(labels) > 3 and labels[0] == \"a rather long label\" { \"the first of these\" } else { \"the second of these\" }",
      """
      x = if len(labels) > 3 and labels[0] == "a rather long label" { "the first of these" }
        else { "the second of these" }

      """),
    Case(
      "semicolons and documentation",
      "## a\nfn f() => 1; fn g() => 2\n## b\n;fn h() => 3\n## c\n;\nfn i() => 4",
      "## a\nfn f() => 1\nfn g() => 2\n## b\n;\nfn h() => 3\n## c\n;\nfn i() => 4\n"),
    Case(
      "blank lines in lists", "xs = [\n  a_rather_long_name_of_something, # 1\n\n\n  b,\n\n  # c\n  c]",
      """
      xs = [
        a_rather_long_name_of_something,  # 1

        b,

        # c
        c,
      ]

      """),
    Case(
      "wide characters count twice",
      "labels = [\"" + (0..<9).map { _ in "犬猫犬" }.joined(separator: "\", \"") + "\", \"abcdefgh\"]",
      "labels = [\n  "
        + (0..<9).map { _ in "\"犬猫犬\", " }.joined().dropLast() + "\n  \"abcdefgh\",\n]\n"),
  ]

  @Test(arguments: cases)
  func style(_ example: Case) throws {
    #expect(try Self.formatted(example.given) == example.expected)
    #expect(try Self.formatted(example.expected) == example.expected)
  }

  @Test func syntaxErrorsAreGivenBack() {
    #expect {
      try Self.formatted("x = )\ny = (")
    } throws: { error in
      guard case Formatter.Failure.syntax(let diagnostics)? = error as? Formatter.Failure else {
        return false
      }
      return diagnostics.count == 2
    }
  }

  /// Trees as high as the parser lets them grow are formatted like any.
  @Test func deepScripts() throws {
    let deep = [
      "x = f" + String(repeating: "(1)", count: 900), "x = 1" + String(repeating: " + 1", count: 900),
      "x = a" + String(repeating: "[0].b", count: 450), "x = a" + String(repeating: " |> f()", count: 900),
      "x = " + String(repeating: "-", count: 190) + "1", "x = 2" + String(repeating: "**2", count: 190),
      "x = " + String(repeating: "[", count: 190) + "1" + String(repeating: "]", count: 190),
      "x = " + String(repeating: "f(", count: 190) + "1" + String(repeating: ")", count: 190),
      "x = " + String(repeating: "fn(a) => ", count: 90) + "1",
      String(repeating: "if a {\n", count: 90) + "b" + String(repeating: "}", count: 90),
      String(repeating: "if a { ", count: 90) + "b" + String(repeating: "}", count: 90),
    ]
    for text in deep {
      let once = try Self.formatted(text)
      #expect(try Self.formatted(once) == once, "\(text.prefix(20))")
    }
  }

  /// Trees differ exactly where scripts do.
  @Test func structureTellsScriptsApart() {
    func structure(_ text: String) -> String {
      Parser.parse(SourceFile(name: "a", text: text)).tree.structure
    }
    #expect(structure("x = 1 + 2  # a\n") == structure("x=1+\n2"))
    #expect(structure("f(a,)") == structure("f(\na\n)"))
    let different = [
      "x = 1", "x = 2", "y = 1", "x = \"1\"", "x = '1'", "x = (1)", "x = -1", "x = [1]", "x = {a: 1}",
      "x = {\"a b\": 1}",
      "x = a.b", "x = a[b]", "x = a[b:]", "x = a[:b]", "x = a[::b]", "x = a(b)", "x = a(b: b)",
      "x = a |> b()", "x = b(a)",
      "x = a + b - c", "x = a + (b - c)", "x = fn(a) => a", "x = fn(a) { a }", "x = fn(a = 1) => a",
      "x = fn(a: number) => a", "fn x(a) => a", "## d\nfn x(a) => a", "for x in a { b }",
      "x = [x for x in a]",
      "x = [x for x in a if b]", "if a { b }", "if a { b } else { c }", "if a { b } else if c { c }",
      "param x: int",
      "param x: list[int]", "param x: int = 1", "import std.a", "import std.a as a", "import \"a\" as a",
      "clip 1\nx = 1",
      "x = \"{a}\"", "x = \"{a:.2f}\"", "x = \"{a:.3f}\"", "x, y = 1",
    ]
    #expect(Set(different.map(structure)).count == different.count)
  }
}
