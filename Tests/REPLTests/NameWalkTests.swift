import Syntax
import Testing

@testable import REPL

/// What an entry uses of the session, and what it binds.
@Suite struct NameWalkTests {
  private func walk(_ text: String) throws -> (uses: [String], binds: [String]) {
    let tree = Parser.parse(SourceFile(name: "entry", text: text)).tree
    let walk = NameWalk(try #require(tree.statements.first))
    return (walk.uses.map(\.text), walk.binds.map(\.text))
  }

  @Test(arguments: [
    ("x = y + 1", ["y"], ["x"]),
    ("a, _ = pair", ["pair"], ["a"]),
    ("fn f(a, b = a + c) { d = a\n d + e }", ["c", "e"], ["f"]),
    ("for x in xs { y = x\n print(y, z) }", ["xs", "print", "z"], []),
    ("t = sweep a in xs, b in ys { c = a\n c + b + k }", ["xs", "ys", "k"], ["t"]),
    ("[x * k for x in xs if x > low]", ["xs", "low", "k"], []),
    ("t = [fn(x) => x + y, x][n:m]", ["y", "x", "n", "m"], ["t"]),
    ("r = {k: v, \"w\": \"{u:.2f}\"}.k", ["v", "u"], ["r"]),
    ("if c { d = 1\n d } else { e }", ["c", "e"], []),
    ("param size: int = other", ["other"], ["size"]),
    ("import std.prompts as p", [], ["p"]),
    ("load(f, kind: k) |> overlay(m)", ["load", "f", "k", "overlay", "m"], []),
  ])
  func names(text: String, uses: [String], binds: [String]) throws {
    let found = try walk(text)
    #expect(found.uses == uses)
    #expect(found.binds == binds)
  }
}
