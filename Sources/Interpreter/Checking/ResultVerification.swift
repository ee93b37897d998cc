import Syntax

/// Compares what builtins give with what they say they give: checking a script relies on it. Tests
/// run every script this way (`Host.verifiesResults`).
enum ResultVerification {
  /// Throws where a result is not of the declared type, or not of the one that checking would have
  /// inferred from these arguments.
  static func verify(
    _ result: Value, of builtin: Builtin, _ positional: [Value], _ options: [(String, Value)]
  )
    throws
  {
    var types: [String: StaticType] = [:]
    for (index, value) in positional.enumerated() {
      let place = builtin.isVariadic ? min(index, builtin.positional.count - 1) : index
      guard builtin.positional.indices.contains(place) else { continue }
      let name = builtin.positional[place].name
      if types[name] == nil { types[name] = type(of: value) }
    }
    for (name, value) in options { types[name] = type(of: value) }
    let known = TypeChecker.result(of: builtin, types, first: positional.first.map { type(of: $0).spec })
    guard builtin.result.accepts(result), known.accepts(result) else {
      throw ScriptError(
        "`\(builtin.name)` gave \(result.typeName) where it says \(builtin.result.description), "
          + "for these arguments \(known.description)")
    }
  }

  private static func type(of value: Value) -> StaticType {
    switch value {
    case .none: return StaticType(.none)
    case .bool: return StaticType(.bool)
    case .number: return StaticType(.number)
    case .string(let text):
      var type = StaticType(.string)
      type.strings = [LiteralString(parts: [text], span: .init(0, 0))]
      return type
    case .list(let values): return .list(values.map(type))
    case .record: return StaticType(.record)
    case .function: return StaticType(.function)
    case .object(let object): return StaticType(.engine(object.typeName))
    }
  }
}
