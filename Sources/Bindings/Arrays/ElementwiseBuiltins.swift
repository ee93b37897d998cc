import Glibc
import Interpreter
import Tensors

/// Functions that work element by element. Plain numbers and lists stay plain, in double.
let elementwiseBuiltins: [Builtin] = [
  unary(
    "abs", .absolute, "The value without its sign", seeAlso: ["sqrt", "clamp"],
    example: "print(abs([-1, 2]))  # expect: [1, 2]"
  ) {
    Swift.abs($0)
  },
  unary(
    "exp", .exp, "e to the power of each value", seeAlso: ["log", "softmax"],
    example: "print(exp(0))  # expect: 1"
  ) { Glibc.exp($0) },
  unary(
    "log", .log, "The natural logarithm", details: "log(0) is -inf; of negative numbers, nan.",
    seeAlso: ["exp", "logsumexp"],
    example: "print(log(1))  # expect: 0"
  ) { Glibc.log($0) },
  unary(
    "sqrt", .sqrt, "The square root", details: "Of negative numbers, nan.", seeAlso: ["norm", "abs"],
    example: "print(sqrt(9))  # expect: 3"
  ) { $0.squareRoot() },
  arrayBuiltin(
    "clamp",
    [
      ArraySignature.values(),
      Builtin.Parameter("low", .union([.number, .none]), "the least value; none is no bound"),
      Builtin.Parameter(
        "high", .union([.number, .none]), default: Value.none, "the largest value; none is no bound"),
    ], gives: ArraySignature.sameKind, "Values below or above bounds moved to them", details: "nan stays.",
    errors: "A `low` above `high`. \(ArraySignature.ragged).",
    seeAlso: ["where", "max", "min"],
    example: "print(clamp([-1, 0.5, 7], 0, 1))  # expect: [0, 0.5, 1]"
  ) { arguments in
    let low = try arguments.optionalNumber("low")
    let high = try arguments.optionalNumber("high")
    if let low, let high, low > high {
      throw ScriptError(
        "`low` is \(shortText(low)), above `high`, which is \(shortText(high))", argument: "low")
    }
    let least = low ?? -.infinity
    let most = high ?? .infinity
    return try arguments.numeric("values", for: "clamp").mapped { x in
      x < least ? least : (x > most ? most : x)
    } _: {
      try $0.clamped(low: low.map { Float($0) }, high: high.map { Float($0) })
    }
  },
  arrayBuiltin(
    "where",
    [
      Builtin.Parameter("condition", .union([.bool, ArraySignature.array]), "true, or a mask"),
      Builtin.Parameter("a", ArraySignature.array, "values where it holds"),
      Builtin.Parameter("b", ArraySignature.array, "values where it does not"),
    ], gives: ArraySignature.sameKind, "Values from one of two places, element by element",
    details: "All three are broadcast to a common shape. What is not zero holds.",
    errors: "Shapes that do not broadcast. \(ArraySignature.ragged).",
    seeAlso: ["clamp", "equal", "filter"],
    example: "print(where([true, false], [1, 2], 0))  # expect: [1, 0]"
  ) { arguments in
    let parts = try ["condition", "a", "b"].map { try arguments.numeric($0, for: "where") }
    return try plainly(parts, "where") {
      $0[0] != 0 ? $0[1] : $0[2]
    } arrays: { tensors in
      try .select(tensors[0], tensors[1], tensors[2])
    }
  },
  arrayBuiltin(
    "equal", compared,
    gives: .union([.bool, .list(.bool), .engine("tensor")]), "Whether values are equal, element by element",
    details:
      "Tensors give a mask of 0 and 1, numbers a bool, lists a list of bools. `a == b` compares as a whole.",
    errors: "Shapes that do not broadcast. \(ArraySignature.ragged).",
    seeAlso: ["allclose", "where"],
    example: "print(equal([1, 2], [1, 3]))  # expect: [true, false]"
  ) { arguments in
    let parts = try ["a", "b"].map { try arguments.numeric($0, for: "equal") }
    if let plain = try NumericArgument.plainRows(parts, operation: "equal") {
      let results = plain.rows.map { Value.bool($0[0] == $0[1]) }
      return plain.isNumber ? results[0] : .list(results)
    }
    return Value(try .elementwise(.equal, parts[0].tensor, parts[1].tensor), isMask: true)
  },
  arrayBuiltin(
    "allclose", compared,
    options: [
      Builtin.Parameter("relative", .number, default: .number(1e-5), "tolerance as a part of |b|"),
      Builtin.Parameter("absolute", .number, default: .number(1e-8), "tolerance besides"),
    ], gives: .bool, "Whether all values are equal within a tolerance",
    details: "|a − b| ≤ absolute + relative · |b| everywhere, broadcast. nan is close to nothing.",
    errors: "Shapes that do not broadcast. \(ArraySignature.ragged).",
    seeAlso: ["equal", "assert"],
    example: "print(allclose([1, 2], [1, 2.000001]))  # expect: true"
  ) { arguments in
    let parts = try ["a", "b"].map { try arguments.numeric($0, for: "allclose") }
    let relative = try arguments.number("relative")
    let absolute = try arguments.number("absolute")
    if let plain = try NumericArgument.plainRows(parts, operation: "allclose") {
      return .bool(
        plain.rows.allSatisfy { row in
          let (a, b) = (row[0], row[1])
          return a == b || (b.isFinite && Swift.abs(a - b) <= absolute + relative * Swift.abs(b))
        })
    }
    return .bool(
      try Tensor.allClose(parts[0].tensor, parts[1].tensor, relative: relative, absolute: absolute))
  },
]

/// The two sides of a comparison.
private let compared = [
  Builtin.Parameter("a", ArraySignature.array, "one side"),
  Builtin.Parameter("b", ArraySignature.array, "the other, of a shape that broadcasts with it"),
]

private func unary(
  _ name: String, _ operation: UnaryOperation, _ summary: String, details: String = "",
  seeAlso: [String], example: String, _ function: @escaping @Sendable (Double) -> Double
) -> Builtin {
  arrayBuiltin(
    name, [ArraySignature.values()], gives: ArraySignature.sameKind, summary,
    details: "Element by element; gives a number for a number, a list for a list. " + details,
    errors: "\(ArraySignature.ragged).", seeAlso: seeAlso, example: example
  ) { arguments in
    try arguments.numeric("values", for: name).mapped(function) { try $0.mapped(operation) }
  }
}

/// Combines arguments element by element: plainly where all are plain, else as tensors.
func plainly(
  _ arguments: [NumericArgument], _ operation: String, numbers: ([Double]) -> Double,
  arrays: ([Tensor]) throws -> Tensor
) throws -> Value {
  if let plain = try NumericArgument.plainRows(arguments, operation: operation) {
    let results = plain.rows.map { Value.number(numbers($0)) }
    return plain.isNumber ? results[0] : .list(results)
  }
  let names = arguments.compactMap(\.names)
  return Value(try arrays(arguments.map(\.tensor)), names: names.first)
}
