import Interpreter
import Syntax
import Tensors
import TestSupport
import Testing

@testable import Bindings

/// Every rule of the tape against differences of the plain functions, both through the language.
@Suite struct TapeRuleTests {
  /// `gradientError(f, a, …)`: the largest difference between the gradient of `f(a, …)` with respect to
  /// all arguments and what differences say, over the largest difference quotient. What `f` gives must be
  /// the same with and without a gradient, up to rounding.
  static let gradientError = Builtin(
    "gradientError", section: "tests",
    [Builtin.Parameter("f", .function), Builtin.Parameter("inputs", .any)], variadic: true, gives: .number,
    Builtin.Documentation("For tests.")
  ) { arguments, context in
    guard case .function(let f) = arguments["f"] else { throw ScriptError("no function") }
    let inputs = try arguments.list("inputs").map { try NumericArgument($0, operation: "test").tensor }
    let tape = Tape()
    let traced = inputs.map { TracedValue($0, step: tape.begin(), on: tape) }
    let score = try Tape.$current.withValue(tape) { try context.call(f, traced.map { .object($0) }) }
    guard case .object(let object) = score, let last = object as? TracedValue, last.tensor.count == 1 else {
      throw ScriptError("the score is \(score.literal), not a number with a gradient")
    }
    func value(_ changed: [Tensor]) throws -> Double {
      try Double(Operand(context.call(f, changed.map { Value($0) }), for: "test").tensor.scalars[0])
    }
    // Plain numbers are doubles, those with a gradient float32.
    let (plain, recorded) = (try value(inputs), Double(last.tensor.scalars[0]))
    guard abs(plain - recorded) <= 1e-6 * max(1, abs(plain)) else {
      throw ScriptError("\(plain), and with a gradient \(recorded)")
    }
    let gradients = try tape.gradients(of: last.step, shape: last.tensor.shape)
    var (largest, error) = (0.0, 0.0)
    for (place, input) in inputs.enumerated() {
      let gradient = gradients[traced[place].step]?.scalars ?? Array(repeating: 0, count: input.count)
      guard gradient.count == input.count else { throw ScriptError("a gradient of \(gradient.count)") }
      for i in 0..<input.count {
        func shifted(_ by: Float) throws -> Double {
          var scalars = input.scalars
          scalars[i] += by
          var changed = inputs
          changed[place] = Tensor(input.shape, scalars)
          return try value(changed)
        }
        // Of fourth order; a power of two, so that the shift is exact.
        let h: Float = 1 / 64
        let near = try shifted(h) - shifted(-h)
        let far = try shifted(2 * h) - shifted(-2 * h)
        let quotient = (8 * near - far) / (12 * Double(h))
        largest = max(largest, abs(quotient))
        error = max(error, abs(quotient - Double(gradient[i])))
      }
    }
    return .number(largest == 0 ? error : error / largest)
  }

  static func run(_ text: String) throws -> ScriptRunner.Outcome {
    var registry = Engine.registry
    registry.add([gradientError])
    let runner = ScriptRunner(
      registry: registry, operators: Engine.operators, library: Engine.libraryText, outputFolder: "/")
    return try runner.run(text)
  }

  /// Functions of a [3, 4] of both signs, b [4] positive, c [4, 2]; `w(y)` weighs the numbers of y.
  static let functions = [
    // Operators, broadcasting, numbers and lists among them.
    "w(a + b)", "w(2 - a)", "w(a - b)", "w(a * b)", "w(a * [1, 2, 3, 4])", "w([[1], [2], [3]] * b)",
    "w(a / b)", "w(b / (a + 5))", "w(1 / b)", "w(-a)", "w(a ** 2)", "w(a ** 3)", "w(b ** 0.5)", "w(b ** b)",
    "w(2 ** a)", "w(b ** -1)", "w(a @ c)", "w(a @ b)", "w(b @ c)", "b @ b", "w(a.T @ a)",
    "w(stack([a, 2 * a]) @ c)", "w(a @ stack([c, 3 * c]))", "w(a[none] + stack([a, a]))",
    // Indices.
    "a[1, 2]", "w(a[0])", "w(a[1:, ::2])", "w(a[::-1])", "w(a[[0, 0, 2]])", "w(a[:, -1])", "w(a[none])",
    "sum(a[a > 0])", "w(a[[0, 1], [2, 3]])", "w(tensor([row[0] * row[1] for row in a]))", "w(a.T)",
    // Element by element.
    "w(abs(a))", "w(exp(a))", "w(log(b))", "w(sqrt(b))", "w(clamp(a, -0.5, 0.5))", "w(clamp(a, 0))",
    "w(where(a > 0, a * 2, b))", "w(where(a > 0, 1, a ** 2))", "w(where(b > 1, a, 0))",
    // Reductions.
    "sum(a)", "w(sum(a, axis: 0))", "w(sum(a, axis: -1, keep: true))", "mean(a)", "w(mean(a, axis: 1))",
    "w(mean(stack([a, a * a]), axis: [0, 2]))", "norm(a)", "w(norm(a, axis: 0))", "std(a)",
    "w(std(a, axis: 1))", "w(std(a, axis: 0, correction: 1))", "max(a)", "w(max(a, axis: 1))", "min(a)",
    "w(min(a, axis: 0, keep: true))", "w(max(a, b))", "w(max(a, 0))", "w(min(a, b, 0.3))",
    "logsumexp(a)", "w(logsumexp(a, axis: 0))", "w(softmax(a))", "w(softmax(a, axis: 0))", "w(cumsum(a))",
    "w(cumsum(a, axis: 0))", "sum([sum(a), 2, max(b)])", "mean([a[0, 0], a[1, 1]])",
    "fold(range(4), 0, fn(s, k) => s + b[k] ** k)",
    // Products.
    "dot(b, a[1])", "dot(b, [1, 2, 3, 4])", "w(cosine(a, b))", "cosine(b, a[0])", "w(cosine(a, a * a))",
    "w(cosine(b, a))", "w(normalize(a))", "w(einsum(\"ij,jk->ki\", a, c))", "einsum(\"ij,ij->\", a, a)",
    "w(einsum(\"ij,jk\", a, c))", "w(einsum(\"ij->j\", a))", "w(einsum(\"i,j->ij\", b, b))",
    "w(einsum(\"ij,jk,j->i\", a, c, b))", "w(einsum(\"ij,k->k\", a, b))",
    // Shape.
    "w(reshape(a, [2, -1]))", "w(transpose(a))", "w(transpose(stack([a, a * a]), [1, 2, 0]))",
    "w(squeeze(a[none]))", "w(squeeze(a[:, none], axis: 1))", "item(a[:1, :1])", "w(concat([a, b[none]]))",
    "w(concat([a, a * a], axis: 1))", "w(stack([b, 2 * b], axis: 1))", "w(stack([b, ones(4)]))",
    "w(tensor([b, b * b]))", "sum(tensor(b))",
    // Together; where a name is used twice all ways count.
    "softmax(cosine(a, c.T) * 10)[1, 0]", "mean(normalize(a) @ normalize(c.T).T) * norm(b)",
  ]

  @Test(arguments: functions)
  func agreesWithDifferences(_ body: String) throws {
    let outcome = try Self.run(
      """
      fn w(y) => sum(y * normal(shape(y), seed: 7))
      # Nothing within the differences' reach of a kink: 0, the bounds, another value.
      p = tensor([[-1.3, 0.4, 2.1, -0.6], [0.9, -2.2, 0.15, 1.7], [-0.35, 0.75, -1.05, 1.25]])
      q = tensor([0.6, 1.4, 0.85, 1.15])
      r = normal([4, 2], seed: 3)
      print(gradientError(fn(a, b, c) => \(body), p, q, r))
      """)
    // Parameters that a function does not use are warned of.
    #expect(outcome.diagnostics.filter { $0.severity == .error }.map { $0.rendered() } == [])
    let error = try #require(outcome.output.first.flatMap(Double.init))
    #expect(error < 2e-4, "\(body): \(error)")
  }

  /// The list of `help(grad)` is that of the rules.
  @Test func everyRuleIsTestedAndNamed() throws {
    let text = Self.functions.joined(separator: " ")
    let help = try #require(Engine.registry["grad"]).documentation.details
    for name in TracedRules.all.keys {
      #expect(text.contains(name + "("), "no function above calls \(name)")
      #expect(help.contains(name), "help(grad) does not name \(name)")
    }
  }

  /// A tensor function has a rule, gives plain values, or refuses: none takes a value and loses its
  /// gradient.
  @Test(arguments: arrayBuiltins.map(\.name).sorted())
  func nothingLosesAGradient(_ name: String) throws {
    let builtin = try #require(Engine.registry[name])
    let tape = Tape()
    let traced = Value.object(TracedValue(Tensor([2, 2], [1, 2, 3, 4]), step: tape.begin(), on: tape))
    for parameter in builtin.positional + builtin.options where parameter.type.accepts(traced) {
      var values: [String: Value] = [:]
      for other in builtin.positional + builtin.options { values[other.name] = other.defaultValue ?? traced }
      values[parameter.name] = traced
      if builtin.isVariadic, let rest = builtin.positional.last { values[rest.name] = .list([traced]) }
      let result = Tape.$current.withValue(tape) {
        try? builtin(Arguments(values, given: []), context: QuietContext())
      }
      guard let result, !TracedRules.constants.contains(name) else { continue }
      #expect(Tracing.isTraced(result), "\(name) took what has a gradient and gave \(result.shown)")
    }
  }
}
