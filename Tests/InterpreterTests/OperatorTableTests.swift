import Interpreter
import TestSupport
import Testing

/// Every operator on every pair of the language's own types: what it gives, or the message.
@Suite struct OperatorTableTests {
  static let operators = ["+", "-", "*", "/", "//", "%", "**", "@", "<", "<=", ">", ">=", "==", "!=", "in"]
  static let values: [(type: String, text: String)] = [
    ("number", "6"), ("string", "\"ab\""), ("bool", "true"), ("none", "none"), ("list", "[1]"),
    ("record", "{a: 1}"), ("function", "len"),
  ]

  /// What applies; everything else is an error.
  static let results: [String: String] = [
    "number + number": "12", "number - number": "0", "number * number": "36", "number / number": "1",
    "number // number": "1", "number % number": "0", "number ** number": "46656",
    "string + string": "abab", "string * number": "abababababab", "number * string": "abababababab",
    "list + list": "[1, 1]", "list * number": "[1, 1, 1, 1, 1, 1]", "number * list": "[1, 1, 1, 1, 1, 1]",
    "number < number": "false", "number <= number": "true", "number > number": "false",
    "number >= number": "true", "string < string": "false", "string <= string": "true",
    "string > string": "false", "string >= string": "true", "string in string": "true",
    "string in record": "false",
  ]

  static func expected(_ a: String, _ operation: String, _ b: String) -> String {
    switch operation {
    case "==": return a == b ? "true" : "false"
    case "!=": return a == b ? "false" : "true"
    case "in" where b == "list": return "false"
    default: break
    }
    if let result = results["\(a) \(operation) \(b)"] { return result }
    if a == "number", b == "number" {
      return operation == "@"
        ? "error: `@` multiplies tensors, found number and number"
        : "error: `in` looks into a list, string or record, found number"
    }
    return "error: `\(operation)` does not apply to \(a) and \(b)"
  }

  @Test(arguments: operators)
  func everyPair(_ operation: String) throws {
    for a in Self.values {
      for b in Self.values {
        // Through names, so that nothing is known before running.
        let script = "x = [\(a.text)][0]\ny = [\(b.text)][0]\nprint(x \(operation) y)"
        let outcome = try ScriptRunner().run(script)
        let found = outcome.output.first ?? outcome.diagnostics.first.map { "error: " + $0.message }
        #expect(found == Self.expected(a.type, operation, b.type), "\(a.type) \(operation) \(b.type)")
      }
    }
  }
}
