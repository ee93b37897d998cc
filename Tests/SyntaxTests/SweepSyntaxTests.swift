import Testing

@testable import Syntax

/// `sweep`: its tree, its scopes, what is wrong with it.
@Suite struct SweepSyntaxTests {
  private func parse(_ text: String) -> ParseResult { Parser.parse(SourceFile(name: "a.clip", text: text)) }

  @Test func tree() throws {
    let text = "t = sweep a in [1, 2], b in xs { a + b } |> f()"
    let result = parse(text)
    #expect(result.diagnostics.isEmpty)
    guard case .binding(_, let value)? = result.tree.statements.first?.kind,
      case .pipe(let left, _) = value.kind, case .sweep(let sweep) = left.kind
    else {
      Issue.record("not a sweep that is piped on")
      return
    }
    #expect(sweep.variables.map(\.name.text) == ["a", "b"])
    #expect(sweep.function.parameters.map(\.name.id) == sweep.variables.map(\.name.id))
    #expect(result.tree.file.text(sweep.function.span) == "{ a + b }")
    #expect(result.tree.file.text(left.span) == "sweep a in [1, 2], b in xs { a + b }")
    #expect(parse("t=sweep a in[1,2],\nb in\nxs{a+b}|>f()").tree.structure == result.tree.structure)
    for other in ["b in ys { a + b }", "c in xs { a + b }", "b in xs { a - b }"] {
      #expect(parse("t = sweep a in [1, 2], \(other) |> f()").tree.structure != result.tree.structure)
    }
  }

  @Test(arguments: [
    ("sweep", "expected a name after `sweep`, found the end of the file"),
    ("sweep 1 in [1] { }", "expected a name after `sweep`, found the number `1`"),
    ("sweep for in [1] { }", "expected a name after `sweep`, found `for`"),
    ("sweep a = [1] { }", "expected `in`, found `=`"),
    ("sweep a in { }", "expected `{` after `sweep`, found the end of the file"),
    ("sweep a in [1], { a }", "expected a name after `,`, found `{`"),
    ("sweep a in [1] b in [2] { a }", "expected `{` after `sweep`, found `b`"),
    ("x = 1 + sweep", "expected a name after `sweep`, found the end of the file"),
  ])
  func whatIsWrong(_ text: String, _ message: String) {
    #expect(parse(text).diagnostics.map(\.message) == [message])
  }

  @Test(arguments: [
    "sweep", "sweep a", "sweep a in", "sweep a in [1],", "sweep a in [1]", "sweep a in [1] {",
  ])
  func moreCouldComplete(_ text: String) { #expect(parse(text).isIncomplete) }

  /// Names in the order in which a walk meets them, with the scopes.
  private struct Names: TreeWalk {
    var text = ""
    mutating func use(_ name: Name) { text += " \(name.text)" }
    mutating func bind(_ name: Name, _ role: NameRole, in _: Span) {
      text += " \(name.text)=\(role.rawValue)"
    }
    mutating func openScope() { text += " (" }
    mutating func closeScope() { text += " )" }
  }

  @Test func walk() {
    var names = Names()
    for statement in parse("t = sweep a in xs, b in ys { c = a\n c + b }").tree.statements {
      names.walk(statement)
    }
    #expect(names.text == " xs ys ( a=element b=element ( a c=value c b ) ) t=value")
  }

  @Test func deepSweepsAreRefusedAndNotFollowed() {
    let text = String(repeating: "sweep a in [1] { ", count: 5000)
    #expect(parse(text).diagnostics.contains { $0.message == "this is nested too deeply" })
  }
}
