import Basics
import Syntax

/// JSON text to and from values.
public enum JSON {
  /// The value that JSON text describes; nil where the text is malformed or nested more than 100 deep.
  public static func parse(_ text: String) -> Value? { parse(bytes: Array(text.utf8)) }

  /// The value that JSON bytes describe. Halves of surrogate pairs, which are no text, make them
  /// malformed, or become U+FFFD where `repairing` says so: some editors send them.
  public static func parse(bytes: [UInt8], repairing: Bool = false) -> Value? {
    var reader = Reader(bytes: bytes, isRepairing: repairing)
    guard let value = reader.value(depth: 0) else { return nil }
    reader.skipSpace()
    return reader.position == reader.bytes.count ? value : nil
  }

  /// A value as JSON; nil where it holds what JSON cannot: functions, values of the engine, numbers
  /// that are not finite.
  public static func text(_ value: Value) -> String? {
    switch value {
    case .none: return "null"
    case .bool(let bool): return bool ? "true" : "false"
    case .number(let number): return number.isFinite ? NumberText.plain(number) : nil
    case .string(let text): return quoted(text)
    case .list(let values):
      var parts: [String] = []
      for value in values {
        guard let part = text(value) else { return nil }
        parts.append(part)
      }
      return "[" + parts.joined(separator: ", ") + "]"
    case .record(let record):
      var parts: [String] = []
      for field in record.fields {
        guard let part = text(field.value) else { return nil }
        parts.append(quoted(field.name) + ": " + part)
      }
      return "{" + parts.joined(separator: ", ") + "}"
    case .object(let object): return (object as? Table)?.json
    case .function: return nil
    }
  }

  /// A string as JSON.
  static func quoted(_ text: String) -> String {
    Quoting.json(text)
  }

  private struct Reader {
    let bytes: [UInt8]
    let isRepairing: Bool
    var position = 0

    mutating func skipSpace() {
      while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    mutating func value(depth: Int) -> Value? {
      guard depth < 100 else { return nil }
      skipSpace()
      guard position < bytes.count else { return nil }
      switch bytes[position] {
      case UInt8(ascii: "["): return list(depth)
      case UInt8(ascii: "{"): return record(depth)
      case UInt8(ascii: "\""): return string().map { .string($0) }
      default: return word()
      }
    }

    private mutating func list(_ depth: Int) -> Value? {
      position += 1
      var values: [Value] = []
      if take("]") { return .list([]) }
      repeat {
        guard let value = value(depth: depth + 1) else { return nil }
        values.append(value)
      } while take(",")
      return take("]") ? .list(values) : nil
    }

    private mutating func record(_ depth: Int) -> Value? {
      position += 1
      var record = Record()
      if take("}") { return .record(record) }
      repeat {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\""), let name = string(), take(":"),
          let value = value(depth: depth + 1)
        else { return nil }
        record[name] = value
      } while take(",")
      return take("}") ? .record(record) : nil
    }

    private mutating func word() -> Value? {
      let start = position
      while position < bytes.count, ![0x2C, 0x5D, 0x7D, 0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
        position += 1
      }
      let text = String(decoding: bytes[start..<position], as: UTF8.self)
      switch text {
      case "null": return Value.none
      case "true": return .bool(true)
      case "false": return .bool(false)
      default:
        let isNumber = text.utf8.allSatisfy {
          (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0)
        }
        guard isNumber, let number = Double(text), number.isFinite else { return nil }
        return .number(number)
      }
    }

    private mutating func string() -> String? {
      position += 1
      var result: [UInt8] = []
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return String(validating: result, as: UTF8.self)
        case UInt8(ascii: "\\"):
          guard position < bytes.count else { return nil }
          let escape = bytes[position]
          position += 1
          switch escape {
          case UInt8(ascii: "n"): result.append(10)
          case UInt8(ascii: "t"): result.append(9)
          case UInt8(ascii: "r"): result.append(13)
          case UInt8(ascii: "b"): result.append(8)
          case UInt8(ascii: "f"): result.append(12)
          case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(escape)
          case UInt8(ascii: "u"):
            guard let scalar = unicode() else { return nil }
            result += Array(String(Character(scalar)).utf8)
          default: return nil
          }
        case 0..<0x20: return nil
        default: result.append(byte)
        }
      }
      return nil
    }

    private mutating func unit() -> UInt32? {
      guard position + 4 <= bytes.count else { return nil }
      let text = String(decoding: bytes[position..<(position + 4)], as: UTF8.self)
      position += 4
      return text.allSatisfy(\.isHexDigit) ? UInt32(text, radix: 16) : nil
    }

    /// The scalar of `\uXXXX`, or of two of them that are a surrogate pair.
    private mutating func unicode() -> Unicode.Scalar? {
      guard let high = unit() else { return nil }
      guard (0xD800..<0xDC00).contains(high) else { return Unicode.Scalar(high) ?? half }
      guard position + 2 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      else { return half }
      let start = position
      position += 2
      guard let low = unit() else { return nil }
      guard (0xDC00..<0xE000).contains(low) else {
        // What follows stands for itself.
        position = start
        return half
      }
      return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }

    /// What half a surrogate pair becomes.
    private var half: Unicode.Scalar? { isRepairing ? "\u{FFFD}" : nil }
  }
}
