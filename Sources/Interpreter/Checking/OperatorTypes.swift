import Syntax

/// What operators give for types, with the words that running would use.
enum OperatorTypes {
  enum Outcome {
    case gives(TypeSpec)
    /// It cannot work; `isAboutRight` says that the right operand is at fault, not the operator.
    case fault(String, hint: String?, isAboutRight: Bool)
  }

  /// The name of a core type that is certain; nil for engine types, unions and what is not known.
  static func core(_ type: TypeSpec) -> String? {
    switch type {
    case .number, .string, .bool, .none, .record, .function, .list, .int, .path, .choice:
      TypeFit.noun(type)
    case .any, .engine, .union: nil
    }
  }

  static func result(
    _ operation: BinaryOperator, _ a: TypeSpec, _ b: TypeSpec, _ registry: Registry
  ) -> Outcome {
    switch operation {
    case .and, .or, .equal, .notEqual: return .gives(.bool)
    case .contains: return contains(a, b, registry)
    default: break
    }
    let (left, right) = (noun(a, registry), noun(b, registry))
    guard let left, let right else { return .gives(.any) }
    let isEngine = core(a) == nil || core(b) == nil
    switch (operation, left, right) {
    case (.matrixProduct, "number", "number"):
      return .fault("`@` multiplies tensors, found number and number", hint: "write `*`", isAboutRight: false)
    case (.less, "number", "number"), (.lessOrEqual, "number", "number"), (.greater, "number", "number"),
      (.greaterOrEqual, "number", "number"), (.less, "string", "string"), (.lessOrEqual, "string", "string"),
      (.greater, "string", "string"), (.greaterOrEqual, "string", "string"):
      return .gives(.bool)
    case (_, "number", "number"): return .gives(.number)
    case (.add, "string", "string"), (.multiply, "string", "number"), (.multiply, "number", "string"):
      return .gives(.string)
    case (.add, "list", "list"): return .gives(a == b ? a : .list(.any))
    case (.multiply, "list", "number"): return .gives(a)
    case (.multiply, "number", "list"): return .gives(b)
    default:
      // Engine values decide themselves, but those without arithmetic and values that no engine type
      // computes with never fit.
      let never = ["string", "record", "function", "bool", "none"]
      let isHopeless =
        !isEngine || hasNoArithmetic(a, registry) || hasNoArithmetic(b, registry)
        || (isMap(a) && never.contains(right)) || (isMap(b) && never.contains(left))
      guard isHopeless else {
        if a == b || core(b) == "number" { return .gives(isComparison(operation) ? .any : a) }
        return .gives(core(a) == "number" && !isComparison(operation) ? b : .any)
      }
      return .fault(
        "`\(operation.rawValue)` does not apply to \(left) and \(right)",
        hint: hint(operation, left, right), isAboutRight: false)
    }
  }

  private static func isMap(_ type: TypeSpec) -> Bool {
    type == .engine("heatmaps") || type == .engine("heatmap")
  }

  private static func isComparison(_ operation: BinaryOperator) -> Bool {
    switch operation {
    case .less, .lessOrEqual, .greater, .greaterOrEqual: true
    default: false
    }
  }

  private static func noun(_ type: TypeSpec, _ registry: Registry) -> String? {
    if case .engine(let name) = type { return name }
    return core(type)
  }

  private static func hasNoArithmetic(_ type: TypeSpec, _ registry: Registry) -> Bool {
    guard case .engine(let name) = type, let known = registry.type(name) else { return false }
    return !known.hasArithmetic
  }

  private static func contains(_ a: TypeSpec, _ b: TypeSpec, _ registry: Registry) -> Outcome {
    guard let left = noun(a, registry), let right = core(b) else { return .gives(.bool) }
    switch (left, right) {
    case (_, "list"), ("string", "string"), ("string", "record"): return .gives(.bool)
    case ("number", "number"):
      return .fault("`in` looks into a list, string or record, found number", hint: nil, isAboutRight: true)
    default:
      return .fault("`in` does not apply to \(left) and \(right)", hint: nil, isAboutRight: false)
    }
  }

  private static func hint(_ operation: BinaryOperator, _ left: String, _ right: String) -> String? {
    guard operation == .add else { return nil }
    if left == "string" || right == "string" { return "write `\"…{x}\"` to put a value into text" }
    return left == "list" ? "write `xs + [x]` to append" : nil
  }

  /// Why a value of a type cannot be shown by a format specification; nil where it may be.
  static func formatProblem(_ format: FormatSpecification, _ written: String, _ type: TypeSpec) -> String? {
    guard let notation = format.notation, notation != .plain, let noun = core(type), noun != "number" else {
      return nil
    }
    return "the format `\(written)` is for numbers, found \(noun)"
  }
}
