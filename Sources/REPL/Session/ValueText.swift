import Bindings
import Imaging
import Interpreter
import Syntax

/// Values as a session shows them.
enum ValueText {
  /// The longest text shown, in characters; what is longer is cut.
  private static let limit = 4000

  /// A value as it is shown after an entry; nil for `none`.
  static func shown(_ value: Value) -> String? {
    let text: String
    switch value {
    case .none: return nil
    case .string: text = value.literal
    default: text = value.text
    }
    guard text.count > limit else { return DisplayWidth.escaped(text) }
    let more =
      switch value {
      case .list(let values): "a list of \(values.count); "
      case .record(let record): "a record of \(record.count); "
      default: ""
      }
    return DisplayWidth.escaped(String(text.prefix(limit))) + " …\n(\(more)`print(_)` shows all)"
  }

  /// One line on a value: its type with what is most telling.
  static func summary(_ value: Value) -> String {
    switch value {
    case .object(let object): object.summary
    case .list(let values): "list of \(values.count): \(value.literal.prefix(200))"
    case .record(let record): "record of \(record.count): \(record.names.joined(separator: ", "))"
    case .function(let function): function.signature.description
    default: "\(value.typeName) \(value.literal.prefix(200))"
    }
  }

  /// Bytes that a value holds, as far as they are known; models are mapped files and count nothing.
  static func bytes(_ value: Value) -> Int {
    switch value {
    case .none, .bool, .number, .function: 16
    case .string(let text): text.utf8.count + 16
    case .list(let values): values.reduce(16) { $0 + bytes($1) }
    case .record(let record): record.fields.reduce(16) { $0 + $1.name.utf8.count + bytes($1.value) }
    case .object(let object):
      if let array = object as? any TensorRepresentable {
        array.tensor.count * 4
      } else if let width = number(object, "width"), let height = number(object, "height") {
        width * height * 3
      } else if case .object(let grid)? = try? object.field("grid"),
        let array = grid as? any TensorRepresentable
      {
        array.tensor.count * 4
      } else {
        16
      }
    }
  }

  private static func number(_ object: any EngineValue, _ field: String) -> Int? {
    guard case .number(let number)? = try? object.field(field) else { return nil }
    return Int(exactly: number)
  }
}
