import Interpreter
import Tensors

/// Functions about the order of values: extremes' places, sorting, quantiles, rank correlation.
let orderingBuiltins: [Builtin] = [
  argument(
    "argmax", largest: true, "Where the largest value is", seeAlso: ["max", "argmin", "topk"],
    example: "print(argmax([3, 9, 2]))  # expect: 1"),
  argument(
    "argmin", largest: false, "Where the smallest value is", seeAlso: ["min", "argmax", "topk"],
    example: "print(argmin([3, 9, 2]))  # expect: 2"),
  arrayBuiltin(
    "sort", [ArraySignature.values("a list of numbers or a tensor")],
    options: [ArraySignature.axis(-1), descending], gives: .union([.list(.number), .engine("tensor")]),
    "Sorted values along an axis", details: "nan comes last. A list gives a list.",
    errors: "An axis that is not there. \(ArraySignature.ragged).",
    seeAlso: ["argsort", "topk", "sorted"],
    example: "print(sort([3, 1, 2]))  # expect: [1, 2, 3]"
  ) { arguments in
    let (axis, isDescending) = (try arguments.integer("axis"), arguments.flag("descending"))
    let values = try arguments.numeric("values", for: "sort")
    if case .numbers(let list) = values {
      _ = try ArrayLimits.axis(axis, rank: 1, for: "sort")
      return .list(PlainOrder.positions(list, descending: isDescending).map { .number(list[$0]) })
    }
    return Value(try values.tensor.sorted(axis: axis, descending: isDescending))
  },
  arrayBuiltin(
    "argsort", [ArraySignature.values("a list of numbers or a tensor")],
    options: [ArraySignature.axis(-1), descending], gives: .union([.list(.int), .engine("tensor")]),
    "The positions that sort an axis",
    details: "Equal values keep their order; nan comes last. Use it as an index.",
    errors: "An axis that is not there. \(ArraySignature.ragged).",
    seeAlso: ["sort", "topk"],
    example: "print(argsort([3, 1, 2]))  # expect: [1, 2, 0]"
  ) { arguments in
    let (axis, isDescending) = (try arguments.integer("axis"), arguments.flag("descending"))
    let values = try arguments.numeric("values", for: "argsort")
    if case .numbers(let list) = values {
      _ = try ArrayLimits.axis(axis, rank: 1, for: "argsort")
      return .list(PlainOrder.positions(list, descending: isDescending).map { .number(Double($0)) })
    }
    return Value(try values.tensor.sortingPositions(axis: axis, descending: isDescending))
  },
  arrayBuiltin(
    "topk",
    [
      ArraySignature.values("a list of numbers or a tensor"), Builtin.Parameter("k", .int, "how many"),
    ],
    options: [
      ArraySignature.axis(-1),
      Builtin.Parameter("largest", .bool, default: .bool(true), "false takes the smallest"),
    ], gives: .record, "The largest values along an axis and where they are",
    details:
      "A record of `values`, best first, and `indices`; lists for a list. Of equal values the first wins. "
      + "An error where the axis has fewer than k.",
    errors: """
      A `k` that is negative or more than the axis has; an axis that is not there.
      \(ArraySignature.ragged).
      """,
    seeAlso: ["sort", "argmax"],
    example: "print(topk([3, 9, 2, 5], 2).indices)  # expect: [1, 3]"
  ) { arguments in
    let (axis, k) = (try arguments.integer("axis"), try arguments.integer("k"))
    let isLargest = arguments.flag("largest")
    let values = try arguments.numeric("values", for: "topk")
    if case .numbers(let list) = values {
      _ = try ArrayLimits.axis(axis, rank: 1, for: "topk")
      guard k >= 0, k <= list.count else {
        throw ShapeError("topk", "\(k) of a list of \(list.count)")
      }
      let best = PlainOrder.positions(list, descending: isLargest).prefix(k)
      return .record(
        Record([
          "values": .list(best.map { .number(list[$0]) }),
          "indices": .list(best.map { .number(Double($0)) }),
        ]))
    }
    let top = try values.tensor.top(k, axis: axis, largest: isLargest)
    return .record(Record(["values": Value(top.values), "indices": Value(top.positions)]))
  },
  arrayBuiltin(
    "quantile",
    [
      ArraySignature.values(),
      Builtin.Parameter("q", .union([.number, .list(.number)]), "a fraction from 0 to 1, or several"),
    ], options: [ArraySignature.optionalAxis, ArraySignature.keep], gives: ArraySignature.sameKind,
    "The value below which a fraction of the values lies",
    details:
      "Interpolated linearly between neighbours, as NumPy. Several fractions come first in the result's shape. "
      + "nan where any value is.",
    errors: """
      A fraction below 0 or above 1; no values; an axis that is not there.
      \(ArraySignature.ragged).
      """,
    seeAlso: ["sort", "mean"],
    example: "print(quantile([1, 2, 3, 4], 0.5))  # expect: 2.5"
  ) { arguments in
    let axis = try arguments.integers("axis")?.first
    let (fractions, isSingle) = try fractions(arguments["q"])
    let values = try arguments.numeric("values", for: "quantile")
    if case .numbers(let list) = values, axis == nil, !arguments.flag("keep") {
      let results = try fractions.map { Value.number(try PlainOrder.quantile(list, $0)) }
      return isSingle ? results[0] : .list(results)
    }
    let result = try values.tensor.quantiles(fractions, axis: axis, keepAxes: arguments.flag("keep"))
    return Value(isSingle ? result.row(0) : result)
  },
  correlation(
    "spearman", "Spearman's rank correlation of two series",
    details: "Equal values share their average rank. ",
    Statistics.spearman),
  correlation("pearson", "Pearson's correlation of two series", Statistics.pearson),
]

private let descending = Builtin.Parameter("descending", .bool, default: .bool(false), "largest first")

private func argument(_ name: String, largest: Bool, _ summary: String, seeAlso: [String], example: String)
  -> Builtin
{
  arrayBuiltin(
    name, [ArraySignature.values("a list of numbers or a tensor")],
    options: [ArraySignature.optionalAxis, ArraySignature.keep], gives: ArraySignature.numberOrTensor,
    summary,
    details: "Along an axis; without one, the position among all values in order. The first of equals, "
      + "and of nan where there is one.",
    errors: "No values; an axis that is not there. \(ArraySignature.ragged).", seeAlso: seeAlso,
    example: example
  ) { arguments in
    let axis = try arguments.integers("axis")?.first
    let values = try arguments.numeric("values", for: name)
    if case .numbers(let list) = values, axis == nil, !arguments.flag("keep") {
      guard let first = PlainOrder.extreme(list, largest: largest) else {
        throw ShapeError(name, "of no values: the list is empty")
      }
      return .number(Double(first))
    }
    return Value(
      try values.tensor.argument(ofLargest: largest, axis: axis, keepAxes: arguments.flag("keep")))
  }
}

private func correlation(
  _ name: String, _ summary: String, details: String = "",
  _ measure: @escaping @Sendable (Tensor, Tensor) throws -> Double
) -> Builtin {
  arrayBuiltin(
    name,
    [
      Builtin.Parameter("a", ArraySignature.array, "one series"),
      Builtin.Parameter("b", ArraySignature.array, "another with as many values"),
    ], gives: .number, summary,
    details: "Tensors of any shape are taken value by value. " + details + "nan where a series is constant.",
    errors: "Series of different lengths, or of fewer than two values.",
    seeAlso: [name == "pearson" ? "spearman" : "pearson", "std"],
    example: "print(\(name)([1, 2, 3], [2, 4, 6]))  # expect: 1"
  ) { arguments in
    .number(try measure(try arguments.tensor("a", for: name), try arguments.tensor("b", for: name)))
  }
}

private func fractions(_ value: Value) throws -> (list: [Double], isSingle: Bool) {
  switch try NumericArgument(value, operation: "quantile") {
  case .number(let number): ([number], true)
  case .numbers(let list): (list, false)
  case .array: throw ScriptError("`q` is a fraction or a list of them", argument: "q")
  }
}

/// The order of plain numbers.
enum PlainOrder {
  /// The positions that sort a list; equal values keep their order, NaN comes last.
  static func positions(_ list: [Double], descending: Bool) -> [Int] {
    list.indices.sorted { i, j in
      let (x, y) = (list[i], list[j])
      if x.isNaN || y.isNaN { return x.isNaN == y.isNaN ? i < j : y.isNaN }
      if x == y { return i < j }
      return descending ? x > y : x < y
    }
  }

  /// Where the extreme is: the first of equals, NaN before all.
  static func extreme(_ list: [Double], largest: Bool) -> Int? {
    if let missing = list.firstIndex(where: \.isNaN) { return missing }
    return list.indices.reduce(nil as Int?) { best, i in
      guard let best else { return i }
      return (largest ? list[i] > list[best] : list[i] < list[best]) ? i : best
    }
  }

  /// Interpolated linearly, as NumPy's default.
  static func quantile(_ list: [Double], _ q: Double) throws -> Double {
    guard q >= 0, q <= 1 else {
      throw ShapeError("quantile", "\(shortText(q)) is not a fraction between 0 and 1")
    }
    guard !list.isEmpty else { throw ShapeError("quantile", "of no values: the list is empty") }
    if list.contains(where: \.isNaN) { return .nan }
    let sorted = list.sorted()
    let place = q * Double(sorted.count - 1)
    let below = Int(place)
    let (low, high) = (sorted[below], sorted[min(below + 1, sorted.count - 1)])
    let share = place - Double(below)
    return low == high || share == 0 ? low : low + (high - low) * share
  }
}
