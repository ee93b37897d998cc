import Interpreter
import Tensors

/// Where builtins meet values that have a gradient: the tensor functions through their rules, everything
/// else by refusing them, so that no gradient is lost in silence.
enum Tracing {
  /// Whether a value has a gradient, or is a list or record of something that has.
  static func isTraced(_ value: Value) -> Bool {
    switch value {
    case .object(let object): object is TracedValue
    case .list(let values): values.contains(where: isTraced)
    case .record(let record): record.fields.contains { isTraced($0.value) }
    default: false
    }
  }

  /// The same without gradients.
  static func detached(_ value: Value) -> Value {
    switch value {
    case .object(let traced as TracedValue): return traced.plain
    case .list(let values): return .list(values.map(detached))
    default: return value
    }
  }

  /// What a tensor function gives where an argument has a gradient; nil where none has.
  ///
  /// - Parameters:
  ///   - name: the function
  ///   - parameters: its parameters' names
  ///   - body: what it does with plain arguments
  static func result(
    of name: String, _ arguments: Arguments, parameters: [String],
    body: @escaping (Arguments) throws -> Value
  ) throws -> Value? {
    guard Tape.current != nil, parameters.contains(where: { isTraced(arguments[$0]) }) else { return nil }
    let call = TracedCall(name: name, arguments: arguments, parameters: parameters, body: body)
    if TracedRules.constants.contains(name) {
      return try call.value(replacing: parameters.map { ($0, detached(arguments[$0])) })
    }
    guard let rule = TracedRules.all[name] else {
      throw ScriptError(
        "`\(name)` has no gradient here",
        hint: "functions that have: " + TracedRules.all.keys.sorted().joined(separator: ", "))
    }
    return try rule(call)
  }
}

/// A call of a tensor function with something that has a gradient.
struct TracedCall {
  let name: String
  let arguments: Arguments
  let parameters: [String]
  let body: (Arguments) throws -> Value

  /// What the function gives when some arguments are others.
  func value(replacing replaced: [(String, Value)]) throws -> Value {
    var values: [String: Value] = [:]
    for parameter in parameters { values[parameter] = arguments[parameter] }
    for (parameter, value) in replaced { values[parameter] = value }
    return try body(Arguments(values, given: arguments.given))
  }

  /// What the function gives for plain numbers in place of operands: a number or a tensor.
  func result(_ operands: [(String, Operand)]) throws -> Operand {
    try Operand(value(replacing: operands.map { ($0.0, $0.1.plain) }), for: name)
  }

  /// An argument that may have a gradient.
  func operand(_ parameter: String) throws -> Operand { try Operand(arguments[parameter], for: name) }
}

extension Registry {
  /// Lets the primitives, which take tensors as they are, refuse those that have a gradient.
  mutating func refuseTracedArguments() {
    let refusing = builtins.filter { ["primitives", "pictures"].contains($0.section) }
    add(refusing.map(\.refusingTracedArguments))
  }
}

extension Builtin {
  /// The same function, which says so where an argument has a gradient.
  fileprivate var refusingTracedArguments: Builtin {
    let original = self
    let parameters = positional + options
    return Builtin(
      name, section: section, positional, variadic: isVariadic, options: options, gives: result,
      documentation, refined: refined, passesValuesOn: passesValuesOn
    ) { arguments, context in
      if Tape.current != nil,
        let parameter = parameters.first(where: { Tracing.isTraced(arguments[$0.name]) })
      {
        throw ScriptError(
          "`\(original.name)` has no gradient: it cannot take what the function given to `grad` computes",
          argument: parameter.name, hint: "`help(grad)` says which functions have one")
      }
      return try original(arguments, context: context)
    }
  }
}
