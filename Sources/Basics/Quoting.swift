/// Text of strangers in messages and files.
public enum Quoting {
  /// Between backticks, shortened to `limit` characters, control characters visible: for messages.
  public static func message(_ text: String, limit: Int = 80) -> String {
    var result = "`"
    for (place, scalar) in text.unicodeScalars.enumerated() {
      if place == limit {
        result += "…"
        break
      }
      if scalar.properties.generalCategory == .control {
        result += scalar.escaped(asASCII: false)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "`"
  }

  /// In quotation marks, as the language and JSON write it; `other` writes what has no escape that both know.
  public static func literal(_ text: String, other: (Unicode.Scalar) -> String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default: result += other(scalar)
      }
    }
    return result + "\""
  }

  /// As JSON writes it.
  public static func json(_ text: String) -> String {
    literal(text) { $0.value < 0x20 ? escape($0) : String($0) }
  }

  /// A character as JSON can always write it: `\u001b`. For the first 65,536.
  public static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
