import Foundation
import Syntax
import TestSupport
import Testing

@testable import Bindings
@testable import Interpreter

/// The recipe of a value makes the value.
@Suite struct RecipeTests {
  /// A session that runs texts in a folder, and what they bind.
  private final class Runs {
    let folder: String
    let output: String
    private(set) var bound: [(name: String, value: Value)] = []

    init(folder: String, output: String) {
      self.folder = folder
      self.output = output
    }

    /// Runs a text; gives its last value and the session.
    func run(_ text: String) throws -> (value: Value, session: Session) {
      let program = Program.check(
        SourceFile(name: "test.clip", text: text, path: folder + "/test.clip"), registry: Engine.registry,
        loader: Engine.loader)
      var host = Host(output: { _ in })
      host.observer = { event in
        if case .bound(let name, let value, _) = event { self.bound.append((name, value)) }
      }
      let session = Session(
        registry: Engine.registry, loader: Engine.loader, operators: Engine.operators,
        paths: ScriptPaths(scriptFolder: folder, outputFolder: output), host: host)
      return (try session.run(program), session)
    }
  }

  /// What a value is, for comparison. An evaluation's fingerprint has the words of its function in it, which stands
  /// otherwise in a recipe.
  private func fingerprint(_ value: Value) throws -> String {
    if case .object(let evaluation as EvaluationValue) = value {
      return try Fingerprint.of(try #require(try evaluation.field("rows")))
    }
    return try Fingerprint.of(value)
  }

  /// Every value of the engine that a script of the tests binds is made again by its recipe, and the recipe's value has
  /// the same recipe.
  @Test(arguments: ScriptRunner.scripts(in: EngineScriptTests.folder))
  func recipesMakeTheirValues(_ name: String) throws {
    let path = EngineScriptTests.folder + "/" + name
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let output = try TemporaryFolder()
    let runs = Runs(folder: ScriptPaths.folder(of: path), output: output.path)
    let session: Session
    do { session = try runs.run(text).session } catch is RuntimeFailure { return }
    let values = runs.bound.filter {
      guard case .object(let object) = $0.value else { return false }
      return object.typeName != "model"
    }.suffix(2)
    for (name, value) in values {
      let recipe = try session.recipe(of: value)
      let again = try TemporaryFolder()
      let other = Runs(folder: ScriptPaths.folder(of: path), output: again.path)
      let (made, second) = try other.run(recipe)
      #expect(try fingerprint(made) == fingerprint(value), "\(name) by\n\(recipe)")
      #expect(try second.recipe(of: made) == recipe)
    }
  }

  private func recipe(_ text: String) throws -> String {
    let output = try TemporaryFolder()
    let (value, session) = try Runs(folder: "/", output: output.path).run(text)
    return try session.recipe(of: value)
  }

  @Test func whatItDoesNotRestOnIsNotInIt() throws {
    let text = try recipe(
      """
      other = zeros([9])
      fn twice(t) { scale = 1 + 1; t * scale }
      parts = [twice(ones([n])) for n in [2, 3]]
      parts[1]
      """)
    #expect(text == "clip 1\n\nones([3]) * 2\n")
  }

  @Test func loopsBecomeStepsAndSharedValuesNames() throws {
    let text = try recipe(
      """
      t = fold([1, 2], normal([4], seed: 7), fn(sum, n) => sum * n)
      t * t
      """)
    #expect(
      text == """
        clip 1

        tensor1 = (normal([4], seed: 7) * 1) * 2
        tensor1 * tensor1

        """)
  }

  @Test func functionsTakeWhatTheyUseAlong() throws {
    let text = try recipe(
      """
      k = 3
      base = ones([2])
      fn add(t) => t + base * k
      sweep n in [1, 2] { sum(add(base) * n) }
      """)
    let output = try TemporaryFolder()
    let (value, _) = try Runs(folder: "/", output: output.path).run(text)
    #expect(
      try value
        == .object(Table(columns: [("n", [.number(1), .number(2)]), ("value", [.number(8), .number(16)])])))
    #expect(text.contains("ones([2])"))
  }

  @Test func textIsWrittenSoThatItReadsBack() throws {
    for label in ["a \"quoted\" {word} \\ \n\t\u{1}", "{", "}}", "{x}", "é🙂\u{202E}", "'"] {
      let value = Value.list([
        .string(label), .number(1e300), .number(-0.1), .number(Double.leastNonzeroMagnitude),
      ])
      let output = try TemporaryFolder()
      let (made, _) = try Runs(folder: "/", output: output.path).run(value.source)
      #expect(made == value)
    }
    for number: Double in [Double.infinity, -Double.infinity, 1e22, 1e-7, 123_456_789_012_345_680] {
      let output = try TemporaryFolder()
      let (made, _) = try Runs(folder: "/", output: output.path).run(Value.number(number).source)
      #expect(made == .number(number))
    }
  }

  @Test func aLongRowOfStepsHasNoRecipe() throws {
    #expect(throws: RecipeProblem.self) {
      try recipe("fold([0] * 5000, zeros([1]), fn(t, n) => t + 1)")
    }
    // The chain is cut, not the run; and taking it down does not overflow the stack.
    let output = try TemporaryFolder()
    _ = try Runs(folder: "/", output: output.path).run(
      "x = fold([0] * 200000, zeros([1]), fn(t, n) => t + 1)\nassert(x[0] == 200000)")
  }

  @Test func whatIsTooLongToWriteIsNotKept() throws {
    #expect(throws: RecipeProblem.self) { try recipe("tensor([0.5] * 90000) + 1") }
    #expect(try recipe("tensor([0.5] * 3) + 1").contains("tensor([0.5, 0.5, 0.5]) + 1"))
  }
}
