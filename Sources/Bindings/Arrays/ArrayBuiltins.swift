import Interpreter
import Tensors

/// The tensor functions of the language, section `tensors` of the manual.
public let arrayBuiltins: [Builtin] =
  creationBuiltins + elementwiseBuiltins + reductionBuiltins + orderingBuiltins + shapingBuiltins
  + productBuiltins

/// What shapes a tensor function: types and options that many of them share.
enum ArraySignature {
  /// Numbers, lists of them, and everything that is an array.
  static let array: TypeSpec = .union([
    .number, .list(.any), .engine("tensor"), .engine("heatmap"), .engine("heatmaps"), .engine("mask"),
    .engine("masks"),
  ])

  /// A result that is as plain as the argument was.
  static let sameKind: TypeSpec = .union([.number, .list(.number), .engine("tensor")])

  static let numberOrTensor: TypeSpec = .union([.number, .engine("tensor")])

  static let shape: TypeSpec = .union([.int, .list(.int)])

  /// The array that is worked on.
  static func values(_ doc: String = "a number, a list of numbers, or a tensor") -> Builtin.Parameter {
    Builtin.Parameter("values", array, doc)
  }

  /// One axis or several; none is all.
  static let axes = Builtin.Parameter(
    "axis", .union([.int, .list(.int), .none]), default: Value.none,
    "the axis or axes to reduce; negative counts from the end; none is all")

  /// One axis.
  static func axis(_ number: Int, _ doc: String = "the axis; negative counts from the end")
    -> Builtin.Parameter
  {
    Builtin.Parameter("axis", .int, default: .number(Double(number)), doc)
  }

  static let optionalAxis = Builtin.Parameter(
    "axis", .union([.int, .none]), default: Value.none, "the axis; negative counts from the end; none is all")

  static let keep = Builtin.Parameter(
    "keep", .bool, default: .bool(false), "keep reduced axes, with extent 1")

  static let seed = Builtin.Parameter(
    "seed", .int, default: .number(0), "chooses the random numbers; the same seed gives the same ones")

  /// What is wrong with an array that is none.
  static let ragged = "A list that holds anything but numbers, or lists of unequal length"
}

/// A builtin of the section `tensors` that computes from its arguments alone. Errors of the engine
/// become errors of the script.
func arrayBuiltin(
  _ name: String, _ positional: [Builtin.Parameter], variadic: Bool = false,
  options: [Builtin.Parameter] = [], gives result: TypeSpec, _ summary: String, details: String = "",
  errors: String, seeAlso: [String] = [], example: String,
  body: @escaping @Sendable (Arguments) throws -> Value
) -> Builtin {
  let parameters = (positional + options).map(\.name)
  return Builtin(
    name, section: "tensors", positional, variadic: variadic, options: options, gives: result,
    Builtin.Documentation(
      summary, details: details, errors: errors, seeAlso: seeAlso, example: example)
  ) { arguments, context in
    try context.checkInterruption()
    return try inScriptTerms {
      // What takes one tensor and gives another of its size asks for no shape of its own.
      try ArrayLimits.checkRoom(for: 0, in: name)
      // Within `grad`, what has a gradient goes through the function's rule.
      if let traced = try Tracing.result(of: name, arguments, parameters: parameters, body: body) {
        return traced
      }
      return try body(arguments)
    }
  }
}
