import Interpreter
import Tensors

extension Arguments {
  /// The value of a string parameter.
  func string(_ name: String) throws -> String {
    guard case .string(let text) = self[name] else { throw unexpected(name, "a string") }
    return text
  }

  /// The value of a number parameter.
  func double(_ name: String) throws -> Double {
    guard case .number(let number) = self[name] else { throw unexpected(name, "a number") }
    return number
  }

  /// The value of a whole-number parameter.
  func int(_ name: String) throws -> Int {
    guard let number = try optionalInt(name) else { throw unexpected(name, "a whole number") }
    return number
  }

  /// The value of a whole-number parameter that may be `none`.
  func optionalInt(_ name: String) throws -> Int? {
    switch self[name] {
    case .none: return nil
    case .number(let number):
      guard let whole = Int(exactly: number) else { throw unexpected(name, "a whole number") }
      return whole
    default: throw unexpected(name, "a whole number or `none`")
    }
  }

  /// The value of a bool parameter.
  func bool(_ name: String) throws -> Bool {
    guard case .bool(let value) = self[name] else { throw unexpected(name, "true or false") }
    return value
  }

  /// The engine value of a parameter.
  func object<T: EngineValue>(_ name: String, _: T.Type = T.self, called type: String) throws -> T {
    guard case .object(let object) = self[name], let value = object as? T else {
      throw unexpected(name, type)
    }
    return value
  }

  private func unexpected(_ name: String, _ expected: String) -> ScriptError {
    ScriptError(
      "`\(name)` takes \(expected), found \(self[name].typeName)", argument: name)
  }
}

/// A number as the language prints it.
func format(_ number: Double) -> String {
  if let whole = Int(exactly: number) { return String(whole) }
  return String(number)
}
