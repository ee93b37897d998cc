import Syntax
import Testing

/// The tree, comments and documentation, incomplete input, limits.
@Suite struct ParserTests {
  func parse(_ text: String, interactive: Bool = false) -> ParseResult {
    Parser.parse(SourceFile(name: "a.clip", text: text), interactive: interactive)
  }

  /// An expression with every operation in brackets.
  func grouped(_ text: String) -> String {
    guard case .expression(let value)? = parse(text).tree.statements.first?.kind else { return "?" }
    return grouped(value)
  }

  private func grouped(_ e: Expression) -> String {
    switch e.kind {
    case .name(let name): name.text
    case .number(let number): "\(number)"
    case .unary(let op, let a): "(\(op.rawValue) \(grouped(a)))"
    case .binary(let op, let a, let b, _): "(\(grouped(a)) \(op.rawValue) \(grouped(b)))"
    case .pipe(let a, let b): "(\(grouped(a)) |> \(grouped(b)))"
    case .call(let f, let arguments):
      "\(grouped(f))(\(arguments.map { grouped($0.value) }.joined(separator: ",")))"
    case .field(let a, let field): "\(grouped(a)).\(field.text)"
    case .index(let a, _): "\(grouped(a))[]"
    case .parenthesized(let a): grouped(a)
    default: "?"
    }
  }

  @Test(arguments: [
    ("a or b and not c == d", "(a or (b and (not (c == d))))"),
    ("a + b < c * d", "((a + b) < (c * d))"),
    ("a - b - c", "((a - b) - c)"),
    ("a / b @ c // d % e * f", "(((((a / b) @ c) // d) % e) * f)"),
    ("- a ** b", "(- (a ** b))"),
    ("a ** - b ** c", "(a ** (- (b ** c)))"),
    ("a ** b ** c", "(a ** (b ** c))"),
    ("- a . b [0] (c)", "(- a.b[](c))"),
    ("- a * b", "((- a) * b)"),
    ("a or b |> f() |> g(c)", "(((a or b) |> f()) |> g(c))"),
    ("not a in b", "(not (a in b))"),
    ("not not a", "(not (not a))"),
  ])
  func precedence(_ text: String, _ expected: String) {
    #expect(parse(text).diagnostics.isEmpty)
    #expect(grouped(text) == expected)
  }

  @Test func documentationStaysWithItsDeclaration() {
    let tree = parse(
      """
      #!/usr/bin/env clipscope
      clip 1

      ## The file.
      ## Two lines.

      ## the size
      ## in pixels
      param size: int = 1
      # not documentation
      param other: int = 2
      ## doubles
      fn f(x) => x * 2

      ## lonely

      y = 1
      """
    ).tree
    #expect(tree.version == 1)
    #expect(tree.documentation == "The file.\nTwo lines.")
    #expect(
      tree.statements.map(\.documentation) == ["the size\nin pixels", nil, "doubles", nil])
    #expect(tree.comments.count == 8)
  }

  @Test func aBlockDirectlyAboveTheFirstStatementIsNotTheFiles() {
    let tree = parse("## doubles\nfn f(x) => x").tree
    #expect(tree.documentation == nil)
    #expect(tree.statements[0].documentation == "doubles")
  }

  @Test func commentsKeepTheirPlaces() {
    let comments = parse("x = 1  # one\n  ## two\ny = \"# not\"").tree.comments
    #expect(comments.map(\.text) == ["one", "two"])
    #expect(comments.map(\.standsAlone) == [false, true])
    #expect(comments.map(\.line) == [1, 2])
    #expect(comments.map(\.isDocumentation) == [false, true])
  }

  @Test(arguments: [
    ("f(1,", true), ("x = ", true), ("a |> ", true), ("if a {", true), ("fn f(x) {\n x", true),
    ("[1, 2", true),
    ("\"\"\"text", true), ("a +", true), ("fn f(x) =>", true), ("a,", true), ("for x in xs", true),
    ("f(1)", false), ("x = )", false), ("", false), ("x = 1 1\nf(", false), ("\"abc", false),
    ("\"{1 +}\"", false),
  ])
  func incompleteInput(_ text: String, _ expected: Bool) {
    #expect(parse(text, interactive: true).isIncomplete == expected)
  }

  @Test func nestingIsLimited() {
    for (open, close) in [
      ("(", ")"), ("[", "]"), ("{a: ", "}"), ("-", ""), ("not ", ""), ("if true {", "}"), ("fn() => ", ""),
    ] {
      let deep = String(repeating: open, count: 100_000) + "1" + String(repeating: close, count: 100_000)
      let result = parse(deep)
      #expect(result.diagnostics.contains { $0.message == "this is nested too deeply" }, "\(open)")
      let fine = String(repeating: open, count: 60) + "1" + String(repeating: close, count: 60)
      #expect(parse(fine).diagnostics.isEmpty, "\(open)")
    }
  }

  @Test func chainsAreLimited() {
    for (start, link) in [("a", "+1"), ("a", ".b"), ("a", "()"), ("a", "[0]"), ("a", " |> f()")] {
      let result = parse(start + String(repeating: link, count: 50_000))
      #expect(result.diagnostics.first?.message == "this expression is too long", "\(link)")
      #expect(parse(start + String(repeating: link, count: 500)).diagnostics.isEmpty, "\(link)")
    }
  }

  @Test func stringsWithinStringsAreLimited() {
    let text = String(repeating: "\"{", count: 10_000)
    #expect(!parse(text).diagnostics.isEmpty)
  }

  @Test func errorsAreLimited() {
    let result = parse(String(repeating: "x = )\n", count: 1000))
    #expect(result.diagnostics.count == Parser.diagnosticLimit)
  }
}
