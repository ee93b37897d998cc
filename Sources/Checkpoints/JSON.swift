/// A JSON value (RFC 8259), read with limits on depth and size.
///
/// Foundation's reader would cost every start of the program more than reading a config takes. Data sets are read with it
/// too, by `Evaluation`.
package enum JSONTree: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([JSONTree])
  /// Members in the order of the file; names may repeat, the last one counts for `[key]`.
  case object([Member])

  package struct Member: Sendable, Equatable {
    package let name: String
    package let value: JSONTree
  }

  /// The deepest nesting accepted.
  package static let maximumDepth = 64
  /// The most values accepted in one document.
  package static let maximumValues = 1 << 22

  /// Why a text is not JSON.
  package struct Malformed: Error, CustomStringConvertible {
    package let description: String
  }

  /// Parses a whole document.
  package init(parsing bytes: [UInt8]) throws(Malformed) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }

  /// The member called `name`, when this is an object that has one.
  package subscript(name: String) -> JSONTree? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  /// The whole number, when this is one.
  package var intValue: Int? {
    switch self {
    case .int(let value): value
    case .double(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number, when this is one.
  package var doubleValue: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// The text, when this is one.
  package var stringValue: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The elements, when this is an array.
  package var arrayValue: [JSONTree]? {
    if case .array(let value) = self { value } else { nil }
  }

  /// Whether this says nothing: null, false, an empty list or an empty object.
  package var isAbsent: Bool {
    switch self {
    case .null, .bool(false): true
    case .array(let elements): elements.isEmpty
    case .object(let members): members.isEmpty
    default: false
    }
  }

  /// The value as one line of text, for messages.
  package var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): "\"\(value)\""
    case .array(let elements): "[" + elements.map(\.text).joined(separator: ", ") + "]"
    case .object: "{…}"
    }
  }
}

/// The name in this target; outside it means the values of scripts too.
typealias JSON = JSONTree

/// A recursive-descent reader of one document.
private struct JSONParser {
  let bytes: [UInt8]
  var position = 0
  var values = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSON.Malformed) -> JSON {
    let result = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw fail("text after the end") }
    return result
  }

  func fail(_ what: String) -> JSON.Malformed {
    let line = 1 + bytes[..<min(position, bytes.count)].count { $0 == UInt8(ascii: "\n") }
    return JSON.Malformed(description: "\(what) (line \(line), byte \(position))")
  }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  mutating func take(word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count else { return false }
    for i in 0..<length where word.utf8Start[i] != bytes[position + i] { return false }
    position += length
    return true
  }

  mutating func value(depth: Int) throws(JSON.Malformed) -> JSON {
    guard depth <= JSON.maximumDepth else { throw fail("nesting deeper than \(JSON.maximumDepth)") }
    values += 1
    guard values <= JSON.maximumValues else { throw fail("too many values") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t") where take(word: "true"): return .bool(true)
    case UInt8(ascii: "f") where take(word: "false"): return .bool(false)
    case UInt8(ascii: "n") where take(word: "null"): return .null
    case let digit? where digit == UInt8(ascii: "-") || (0x30...0x39).contains(digit):
      return try number()
    case nil: throw fail("unexpected end")
    default: throw fail("unexpected character")
    }
  }

  mutating func object(depth: Int) throws(JSON.Malformed) -> JSON {
    position += 1
    var members: [JSON.Member] = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object([]) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw fail("expected a name in quotes") }
      let name = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw fail("expected `:` after a name") }
      members.append(JSON.Member(name: name, value: try value(depth: depth + 1)))
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw fail("expected `,` or `}`") }
    return .object(members)
  }

  mutating func array(depth: Int) throws(JSON.Malformed) -> JSON {
    position += 1
    var elements: [JSON] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array([]) }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw fail("expected `,` or `]`") }
    return .array(elements)
  }

  mutating func number() throws(JSON.Malformed) -> JSON {
    let start = position
    var isWhole = true
    while let byte = next {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
      case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
        isWhole = false
      default:
        return try number(in: start..<position, isWhole: isWhole)
      }
      position += 1
    }
    return try number(in: start..<position, isWhole: isWhole)
  }

  func number(in range: Range<Int>, isWhole: Bool) throws(JSON.Malformed) -> JSON {
    guard range.count <= 64 else { throw fail("a number of \(range.count) characters") }
    let text = String(decoding: bytes[range], as: UTF8.self)
    if isWhole, let value = Int(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else { throw fail("not a number") }
    return .double(value)
  }

  mutating func string() throws(JSON.Malformed) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let result = String(validating: text, as: UTF8.self) else {
          throw fail("text that is not UTF-8")
        }
        return result
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw fail("a control character inside quotes")
      default: text.append(byte)
      }
    }
    throw fail("unexpected end inside quotes")
  }

  mutating func escape(into text: inout [UInt8]) throws(JSON.Malformed) {
    guard let byte = next else { throw fail("unexpected end inside quotes") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hex()
      if (0xd800..<0xdc00).contains(code), take(word: "\\u") {
        let low = try hex()
        guard (0xdc00..<0xe000).contains(low) else { throw fail("half a surrogate pair") }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw fail("half a surrogate pair") }
      text.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw fail("an unknown escape")
    }
  }

  mutating func hex() throws(JSON.Malformed) -> UInt32 {
    guard position + 4 <= bytes.count else { throw fail("unexpected end inside quotes") }
    var code: UInt32 = 0
    for byte in bytes[position..<(position + 4)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fail("an unknown escape")
      }
      code = code << 4 | UInt32(digit)
    }
    position += 4
    return code
  }
}
