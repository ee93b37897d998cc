import Glibc
import Interpreter
import Tensors

/// Functions that make one number of many, over everything or along axes.
let reductionBuiltins: [Builtin] = [
  reduction(
    "sum", .sum, "The sum", seeAlso: ["mean", "cumsum", "fold"], example: "print(sum([1, 2, 3]))  # expect: 6"
  ),
  reduction(
    "mean", .mean, "The mean", seeAlso: ["std", "quantile", "summarize"],
    example: "print(mean([1, 2, 3]))  # expect: 2"),
  reduction(
    "norm", .norm, "The Euclidean length √Σx²",
    details: "Rows of length 1: `normalize(t)`.", seeAlso: ["normalize", "std"],
    example: "print(norm([3, 4]))  # expect: 5"),
  reduction(
    "logsumexp", .logSumExp, "log Σ eˣ, without overflow", seeAlso: ["softmax", "log"],
    example: "print(logsumexp([1000]))  # expect: 1000"
  ),
  arrayBuiltin(
    "std", [ArraySignature.values()],
    options: [
      ArraySignature.axes, ArraySignature.keep,
      Builtin.Parameter(
        "correction", .number, default: .number(0), "1 divides by n − 1: the sample's estimate"),
    ], gives: ArraySignature.numberOrTensor, "The standard deviation",
    details: "√(Σ(x − mean)² / (n − correction)), in double. nan where nothing remains to divide by.",
    errors: "No values; an axis that is not there. \(ArraySignature.ragged).",
    seeAlso: ["mean", "norm", "summarize"],
    example: "print(std([1, 3]))  # expect: 1"
  ) { arguments in
    try reduce(arguments, .std, correction: try arguments.number("correction"))
  },
  extreme(
    "max", .max, .maximum, "The largest value", seeAlso: ["argmax", "clamp", "topk"],
    example: "print(max(3, 4))  # expect: 4"),
  extreme(
    "min", .min, .minimum, "The smallest value", seeAlso: ["argmin", "clamp", "topk"],
    example: "print(min([3, 1, 2]))  # expect: 1"),
  arrayBuiltin(
    "softmax", [ArraySignature.values()], options: [ArraySignature.axis(-1)], gives: ArraySignature.sameKind,
    "Positive weights with sum 1 along an axis: eˣ / Σ eˣ", details: "A list gives a list.",
    errors: "An axis that is not there. \(ArraySignature.ragged).",
    seeAlso: ["logsumexp", "classify"],
    example: "print(softmax([1, 1]))  # expect: [0.5, 0.5]"
  ) { arguments in
    let axis = try arguments.integer("axis")
    switch try arguments.numeric("values", for: "softmax") {
    case .number: return .number(1)
    case .numbers(let list):
      _ = try ArrayLimits.axis(axis, rank: 1, for: "softmax")
      let largest = list.max() ?? 0
      let exponentials = list.map { exp($0 - largest) }
      let sum = exponentials.reduce(0, +)
      return .list(exponentials.map { .number($0 / sum) })
    case .array(let value): return Value(try value.tensor.softmax(axis: axis), names: value.names)
    }
  },
  arrayBuiltin(
    "cumsum", [ArraySignature.values()], options: [ArraySignature.optionalAxis],
    gives: ArraySignature.sameKind,
    "Running sums along an axis", details: "Without an axis, over all values in order.",
    errors: "An axis that is not there. \(ArraySignature.ragged).",
    seeAlso: ["sum", "scan"],
    example: "print(cumsum([1, 2, 3]))  # expect: [1, 3, 6]"
  ) { arguments in
    let axis = try arguments.integers("axis")?.first
    if let axis { _ = try ArrayLimits.axis(axis, rank: try rank(arguments, "cumsum"), for: "cumsum") }
    switch try arguments.numeric("values", for: "cumsum") {
    case .number(let number): return .number(number)
    case .numbers(let list):
      var sum = 0.0
      return .list(
        list.map { value in
          sum += value
          return .number(sum)
        })
    case .array(let value): return Value(try value.tensor.cumulativeSum(axis: axis))
    }
  },
]

private func rank(_ arguments: Arguments, _ operation: String) throws -> Int {
  switch try arguments.numeric("values", for: operation) {
  case .number: 0
  case .numbers: 1
  case .array(let value): value.tensor.rank
  }
}

private func reduction(
  _ name: String, _ reduction: Reduction, _ summary: String, details: String = "", seeAlso: [String],
  example: String
) -> Builtin {
  arrayBuiltin(
    name, [ArraySignature.values()], options: [ArraySignature.axes, ArraySignature.keep],
    gives: ArraySignature.numberOrTensor, summary,
    details: "Over all values, or along axes. Accumulated in double. " + details,
    errors: """
      No values, for a mean; an axis that is not there, or is named twice.
      \(ArraySignature.ragged).
      """,
    seeAlso: seeAlso, example: example
  ) { arguments in try reduce(arguments, reduction) }
}

/// `max` and `min`: of one argument's values, or of several arguments element by element.
private func extreme(
  _ name: String, _ reduction: Reduction, _ operation: ElementwiseOperation, _ summary: String,
  seeAlso: [String], example: String
) -> Builtin {
  arrayBuiltin(
    name, [Builtin.Parameter("values", ArraySignature.array, "one array, or several to compare")],
    variadic: true,
    options: [ArraySignature.axes, ArraySignature.keep], gives: ArraySignature.sameKind, summary,
    details:
      "Of one argument: over all its values, or along axes. Of several: element by element, broadcast. "
      + "nan where any value is.",
    errors:
      "No values; shapes that do not broadcast; `axis` with several arguments; an axis that is not there.",
    seeAlso: seeAlso, example: example
  ) { arguments in
    let values = try arguments.list("values").map { try NumericArgument($0, operation: name) }
    guard let first = values.first else {
      throw ShapeError(name, "of no values: give a list, a tensor or numbers")
    }
    if values.count == 1 { return try reduce(first, arguments, reduction) }
    guard arguments.given.isDisjoint(with: ["axis", "keep"]) else {
      throw ScriptError(
        "\(name) of several arguments goes element by element and takes no `axis`", argument: "axis")
    }
    return try plainly(values, name) { row in
      if row.contains(where: \.isNaN) { return .nan }
      return (operation == .maximum ? row.max() : row.min()) ?? .nan
    } arrays: { tensors in
      try tensors.dropFirst().reduce(tensors[0]) { try .elementwise(operation, $0, $1) }
    }
  }
}

private func reduce(_ arguments: Arguments, _ reduction: Reduction, correction: Double = 0) throws -> Value {
  try reduce(
    try arguments.numeric("values", for: reduction.rawValue), arguments, reduction, correction: correction)
}

private func reduce(
  _ values: NumericArgument, _ arguments: Arguments, _ reduction: Reduction, correction: Double = 0
) throws -> Value {
  let axes = try arguments.integers("axis")
  let keep = arguments.flag("keep")
  switch values {
  case .number(let number) where axes == nil:
    return .number(try PlainReduction.reduce([number], reduction, correction: correction))
  case .numbers(let list) where axes == nil && !keep:
    return .number(try PlainReduction.reduce(list, reduction, correction: correction))
  default:
    let tensor = values.tensor
    let result = try tensor.reduced(reduction, axes: axes, keepAxes: keep, correction: correction)
    let firstIsReduced = axes?.contains { $0 == 0 || $0 == -tensor.rank } ?? true
    return Value(result, names: firstIsReduced ? nil : values.names)
  }
}

/// Reductions of plain numbers, in double throughout.
enum PlainReduction {
  static func reduce(_ list: [Double], _ reduction: Reduction, correction: Double) throws -> Double {
    let n = Double(list.count)
    func sum(_ term: (Double) -> Double) -> Double { list.reduce(0) { $0 + term($1) } }
    switch reduction {
    case .sum: return sum { $0 }
    case .product: return list.reduce(1, *)
    case .norm: return sum { $0 * $0 }.squareRoot()
    case .any: return list.contains { $0 != 0 } ? 1 : 0
    case .all: return list.allSatisfy { $0 != 0 } ? 1 : 0
    case .count: return Double(list.filter { $0 != 0 }.count)
    case .logSumExp:
      let largest = list.max() ?? -.infinity
      guard largest.isFinite else { return list.contains(where: \.isNaN) ? .nan : largest }
      return log(sum { exp($0 - largest) }) + largest
    case .mean, .max, .min, .std, .variance:
      guard !list.isEmpty else { throw ShapeError(reduction.rawValue, "of no values: the list is empty") }
    }
    switch reduction {
    case .mean: return sum { $0 } / n
    case .max: return list.contains(where: \.isNaN) ? .nan : list.max() ?? .nan
    case .min: return list.contains(where: \.isNaN) ? .nan : list.min() ?? .nan
    default:
      let mean = sum { $0 } / n
      let divisor = n - correction
      let variance = divisor > 0 ? sum { ($0 - mean) * ($0 - mean) } / divisor : .nan
      return reduction == .std ? variance.squareRoot() : variance
    }
  }
}
