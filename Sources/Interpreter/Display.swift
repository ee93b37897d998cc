import Basics
import Glibc
import Syntax

/// Numbers as text.
enum NumberText {
  /// The shortest text that reads back as the same number, without a trailing `.0`.
  static func plain(_ number: Double) -> String {
    if number.isNaN { return "nan" }
    if number.isInfinite { return number < 0 ? "-inf" : "inf" }
    if let whole = Int(exactly: number), abs(whole) < 1_000_000_000_000_000 { return String(whole) }
    let text = number.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// C's `printf` of one number in a notation of `e`, `f` or `g`.
  static func printf(_ number: Double, _ notation: Character, precision: Int) -> String {
    // 309 digits before the point, `precision` after it, sign, point and terminator.
    var buffer = [CChar](repeating: 0, count: 330 + precision)
    let size = buffer.count
    let format = "%.*\(notation)"
    let length = withVaList([Int32(precision), number]) { vsnprintf(&buffer, size, format, $0) }
    return String(decoding: buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension Value {
  /// As `print` shows it: strings bare, everything else as `literal`.
  public var text: String {
    switch self {
    case .string(let text): return text
    case .object(let object): return (object as? Table)?.text ?? object.summary
    default: return literal
    }
  }

  /// As it could be written in a script: strings quoted, `[1, 2]`, `{a: 1}`.
  public var literal: String {
    var result = ""
    write(to: &result)
    return result
  }

  private func write(to result: inout String) {
    switch self {
    case .none: result += "none"
    case .bool(let value): result += value ? "true" : "false"
    case .number(let number): result += NumberText.plain(number)
    case .string(let text): result += Value.quoted(text)
    case .list(let values):
      result += "["
      for (index, value) in values.enumerated() {
        if index > 0 { result += ", " }
        value.write(to: &result)
      }
      result += "]"
    case .record(let record):
      result += "{"
      for (index, field) in record.fields.enumerated() {
        if index > 0 { result += ", " }
        result += (Value.isWord(field.name) ? field.name : Value.quoted(field.name)) + ": "
        field.value.write(to: &result)
      }
      result += "}"
    case .function(let function): result += function.signature.description
    case .object(let object): result += object.summary
    }
  }

  /// Whether a key needs no quotes.
  static func isWord(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first else { return false }
    return (first == "_" || first.properties.isAlphabetic)
      && name.unicodeScalars.allSatisfy {
        $0 == "_" || $0.properties.isAlphabetic || $0.properties.numericType != nil
      }
  }

  /// A string as a literal.
  static func quoted(_ text: String) -> String {
    Quoting.literal(text) { DisplayWidth.escaped(String($0)) }
  }

  /// Shown as a format specification asks. Throws `ScriptError` where the notation is for numbers
  /// and this is none.
  func formatted(_ format: FormatSpecification, written: String) throws -> String {
    guard let notation = format.notation, notation != .plain else {
      let isNumber = if case .number = self { true } else { false }
      var body = text
      if case .number(let number) = self {
        if format.groupsThousands { body = FormatSpecification.grouped(body) }
        if format.showsPlus, number >= 0 { body = "+" + body }
      }
      return format.padded(body, isNumber: isNumber)
    }
    guard case .number(let number) = self else {
      throw ScriptError("the format `\(written)` is for numbers, found \(typeName)")
    }
    var body: String
    switch notation {
    case .fixed: body = NumberText.printf(number, "f", precision: format.precision ?? 6)
    case .exponent: body = NumberText.printf(number, "e", precision: format.precision ?? 6)
    case .general: body = NumberText.printf(number, "g", precision: format.precision ?? 6)
    case .percent: body = NumberText.printf(number * 100, "f", precision: format.precision ?? 6) + "%"
    case .integer, .plain:
      guard let whole = Int(exactly: number) else {
        throw ScriptError("the format `\(written)` is for whole numbers, found \(NumberText.plain(number))")
      }
      body = String(whole)
    }
    if format.groupsThousands { body = FormatSpecification.grouped(body) }
    if format.showsPlus, number >= 0 { body = "+" + body }
    return format.padded(body, isNumber: true)
  }
}

extension FormatSpecification {
  /// Commas between the thousands of the part before the point.
  static func grouped(_ text: String) -> String {
    let sign = text.hasPrefix("-") ? "-" : ""
    let digits = text.dropFirst(sign.count).prefix { $0.isASCII && $0.isNumber }
    let rest = text.dropFirst(sign.count + digits.count)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return sign + result + rest
  }

  /// Text at the width.
  func padded(_ text: String, isNumber: Bool) -> String {
    let missing = width - DisplayWidth.of(text)
    guard missing > 0 else { return text }
    if padsWithZeros, isNumber, alignment == nil {
      let sign = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.prefix(1)) : ""
      return sign + String(repeating: "0", count: missing) + text.dropFirst(sign.count)
    }
    let filler = String(fill)
    func pad(_ count: Int) -> String { String(repeating: filler, count: count) }
    switch alignment ?? (isNumber ? .right : .left) {
    case .left: return text + pad(missing)
    case .right: return pad(missing) + text
    case .center: return pad(missing / 2) + text + pad(missing - missing / 2)
    }
  }
}
