import Syntax
import Testing

@testable import Interpreter

/// Warnings of `check`: the line and the message of each, in order.
@Suite struct LintTests {
  private func lints(_ text: String) -> [String] {
    let file = SourceFile(name: "t.clip", text: text)
    let program = Program.check(file, registry: .core, loader: FileLoader())
    #expect(program.diagnostics.isEmpty, "\(program.diagnostics.map { $0.rendered() })")
    return program.lints.map { "\($0.location.line): \($0.message)" }
  }

  @Test func unusedNames() {
    #expect(lints("param size: int = 3\nprint(1)") == ["1: the parameter `size` is never used"])
    #expect(lints("x = 1\ny = 2\nprint(x)") == ["2: `y` is never used"])
    #expect(lints("fn f(a, b) => a\nprint(f(1, 2))") == ["1: the parameter `b` of `f` is never used"])
    #expect(lints("fn f() => 1\nprint(2)") == ["1: the function `f` is never called"])
    #expect(lints("print(map([1], fn(x) => 2))") == ["1: the parameter `x` is never used"])
  }

  @Test func whatIsMeantToBeUnused() {
    // Underscores, loop variables, one of several names, and libraries.
    #expect(lints("_x = 1\nprint(2)").isEmpty)
    #expect(lints("print(map([1], fn(_x) => 2))").isEmpty)
    #expect(lints("for i in [1, 2] { print(0) }").isEmpty)
    #expect(lints("a, b = [1, 2]\nprint(b)").isEmpty)
    #expect(lints("x = 1\nfn f(a) => a").isEmpty)
    #expect(lints("print([1 for x in [1, 2]])").isEmpty)
  }

  @Test func sweeps() {
    #expect(
      lints("t = sweep a in [1], b in [2] { a }\nprint(t)") == [
        "1: `b` makes no difference: the rows of the sweep do not use it"
      ])
    #expect(lints("t = sweep a in [1], _b in [2] { a }\nprint(t)").isEmpty)
    #expect(lints("x = 1\nprint(sweep a in [1] { a + x })").isEmpty)
    #expect(lints("sweep a in [1, 2] { a }\nprint(1)") == ["1: this value goes nowhere"])
    #expect(lints("sweep a in [1, 2] { print(a) }\nprint(1)").isEmpty)
    #expect(lints("sweep a in [] { print(a) }") == ["1: this never runs: the list is empty"])
    #expect(lints("print(sweep a in [1] { b = a })") == ["1: `b` is never used"])
  }

  @Test func usesInEveryPlaceCount() {
    #expect(lints("x = 1\nprint(\"{x}\")").isEmpty)
    #expect(lints("x = 1\nprint([y for y in [1] if y == x])").isEmpty)
    #expect(lints("x = 1\nfn f(a = x) => a\nprint(f())").isEmpty)
    #expect(lints("x = [1, 2]\nprint(x[0])").isEmpty)
    #expect(lints("x = 1\nfn f() => fn() => x\nprint(f()())").isEmpty)
    #expect(lints("x = 2\nprint([1, 2, 3][:x])").isEmpty)
    #expect(lints("x = 2\nif true == (x == 2) { print(x) }").isEmpty)
    #expect(lints("xs = [1]\nfor x in xs { print(x) }").isEmpty)
  }

  @Test func unreachableCode() {
    #expect(
      lints("if false { print(1) } else { print(2) }") == [
        "1: this never runs: the condition is always false"
      ])
    #expect(
      lints("if true { print(1) } else { print(2) }") == [
        "1: this never runs: the condition before it is always true"
      ])
    #expect(lints("for x in [] { print(x) }") == ["1: this never runs: the list is empty"])
    #expect(lints("print([x for x in [1] if false])") == ["1: this is never true, so the list is empty"])
    #expect(
      lints("assert(false, \"stop\")\nprint(1)\nprint(2)") == [
        "2: this is never reached: line 1 always stops the script"
      ])
  }

  @Test func valuesThatGoNowhere() {
    #expect(lints("x = 1\nx + 1\nprint(x)") == ["2: this value goes nowhere"])
    #expect(lints("for x in [1] { x * 2 }") == ["1: this value goes nowhere"])
    // The last value of a file or function is its result; a call may have effects.
    #expect(lints("x = 1\nx + 1").isEmpty)
    #expect(lints("print(1)\nlen([1])\nprint(2)").isEmpty)
    #expect(lints("xs = [1, 2]\nxs[len(xs):]\nprint(xs)").isEmpty)
    #expect(lints("xs = [1, 2]\nxs[1:]\nprint(xs)") == ["2: this value goes nowhere"])
    #expect(lints("fn f(x) {\n  print(x)\n  x + 1\n}\nprint(f(1))").isEmpty)
    // The last value of a cell is shown by reports.
    #expect(lints("x = 1\nx + 1\n#%% Next\nprint(x)").isEmpty)
    #expect(lints("x = 1\nx + 1\nx + 2\n#%%\nprint(x)") == ["2: this value goes nowhere"])
  }
}
