import Syntax

/// Whether values fit where a type is asked for, before they exist.
enum TypeFit {
  /// Why a value cannot be of a type; nil where it may be.
  static func fault(_ value: Expression, _ found: StaticType, _ wanted: TypeSpec) -> (
    found: String, hint: String?
  )? {
    if let constant = constant(value) {
      return wanted.accepts(constant) ? nil : (wanted.found(constant), wanted.hint(for: constant))
    }
    if mayFit(found.spec, wanted) {
      // A list of known elements may hold one that does not fit.
      if let items = found.items, let element = wanted.listElement, !found.spec.isMaybeOther(than: wanted),
        let wrong = items.first(where: { !mayFit($0.spec, element) })
      {
        return ("a list with " + TypeMessage.article(noun(wrong.spec)), nil)
      }
      // All strings that it can be are written in the script.
      if let strings = found.strings, strings.allSatisfy({ $0.parameter == nil }),
        let wrong = strings.compactMap(\.text).first(where: { !wanted.accepts(.string($0)) })
      {
        return (wanted.found(.string(wrong)), wanted.hint(for: .string(wrong)))
      }
      return nil
    }
    return (noun(found.spec), nil)
  }

  /// A type as the word that messages use for a value of it.
  static func noun(_ type: TypeSpec) -> String {
    switch type {
    case .list: "list"
    case .int: "number"
    case .path, .choice: "string"
    default: type.description
    }
  }

  /// The value of a literal.
  static func constant(_ expression: Expression) -> Value? {
    switch expression.unwrapped.kind {
    case .number(let number): return .number(number)
    case .bool(let bool): return .bool(bool)
    case .none: return Value.none
    case .string(let parts, _):
      if parts.isEmpty { return .string("") }
      if parts.count == 1, case .text(let text) = parts[0] { return .string(text) }
      return nil
    case .unary(.negate, let operand):
      if case .number(let number)? = constant(operand) { return .number(-number) }
      return nil
    case .list(let elements):
      var values: [Value] = []
      for element in elements {
        guard let value = constant(element) else { return nil }
        values.append(value)
      }
      return .list(values)
    default: return nil
    }
  }

  /// Whether some value of one type is of the other.
  static func mayFit(_ found: TypeSpec, _ wanted: TypeSpec) -> Bool {
    switch (found, wanted) {
    case (.any, _), (_, .any): return true
    case (.union(let members), _): return members.contains { mayFit($0, wanted) }
    case (_, .union(let members)): return members.contains { mayFit(found, $0) }
    case (.number, .int), (.int, .number), (.int, .int): return true
    case (.string, .path), (.path, .string), (.string, .choice), (.choice, .string), (.path, .choice),
      (.choice, .path), (.choice, .choice):
      return true
    // An empty list is a list of anything.
    case (.list(let a), .list(let b)): return a == .none || mayFit(a, b)
    default: return found == wanted
    }
  }
}

extension TypeSpec {
  /// Whether a value may be accepted for another reason than being a list with fitting elements.
  fileprivate func isMaybeOther(than wanted: TypeSpec) -> Bool {
    guard case .union(let members) = wanted else { return false }
    return members.contains { member in
      if case .list = member { return false }
      return TypeFit.mayFit(self, member)
    }
  }
}
