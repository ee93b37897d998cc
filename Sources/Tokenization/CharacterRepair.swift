/// Replaces single characters that are seldom meant, as ftfy does: C1 controls, Latin
/// ligatures, full and half width forms, curly quotes, line ends, terminal escapes, controls.
enum CharacterRepair {
  static func apply(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for (index, scalar) in text.enumerated() {
      switch scalar.value {
      case 0x20...0x7E: result.append(scalar)
      case 0x0D:
        // CR LF is one line end.
        if index + 1 == text.count || text[index + 1] != "\n" { result.append("\n") }
      case 0x80...0x9F:
        result.append(LegacyEncoding.windows1252.decode(UInt8(scalar.value)))
      case 0x2BC, 0x2018...0x201B: result.append("'")
      case 0x201C...0x201F: result.append("\"")
      case 0x2028, 0x2029: result.append("\n")
      case 0x3000: result.append(" ")
      case 0xFB00...0xFB06, 0x132, 0x133, 0x149, 0x1C4...0x1CC, 0x1F1...0x1F3:
        result.append(contentsOf: ligature(scalar))
      case 0xFF01...0xFFEE: result.append(contentsOf: width(scalar))
      default: result.append(scalar)
      }
    }
    // Windows-1252 turned C1 controls into quotes: those are straightened in this same pass of
    // the reference, and the five bytes that it leaves alone include no line end.
    for index in result.indices {
      switch result[index].value {
      case 0x2018, 0x2019: result[index] = "'"
      case 0x201C, 0x201D: result[index] = "\""
      default: continue
      }
    }
    return removeControls(removeTerminalEscapes(result))
  }

  private static func ligature(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    switch scalar {
    case "Ĳ": ["I", "J"]
    case "ĳ": ["i", "j"]
    case "ŉ": ["'", "n"]
    case "Ǳ": ["D", "Z"]
    case "ǲ": ["D", "z"]
    case "ǳ": ["d", "z"]
    case "Ǆ": ["D", "Ž"]
    case "ǅ": ["D", "ž"]
    case "ǆ": ["d", "ž"]
    case "Ǉ": ["L", "J"]
    case "ǈ": ["L", "j"]
    case "ǉ": ["l", "j"]
    case "Ǌ": ["N", "J"]
    case "ǋ": ["N", "j"]
    case "ǌ": ["n", "j"]
    case "ﬀ": ["f", "f"]
    case "ﬁ": ["f", "i"]
    case "ﬂ": ["f", "l"]
    case "ﬃ": ["f", "f", "i"]
    case "ﬄ": ["f", "f", "l"]
    case "ﬅ": ["ſ", "t"]
    case "ﬆ": ["s", "t"]
    default: [scalar]
    }
  }

  /// The ordinary form of a character from the block Halfwidth and Fullwidth Forms.
  private static func width(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    let value = scalar.value
    switch value {
    case 0xFF01...0xFF5E: return [Unicode.Scalar(UInt8(value - 0xFF01 + 0x21))]
    case 0xFF5F...0xFF9F: return [katakana[Int(value - 0xFF5F)]]
    case 0xFFA0...0xFFDC:
      let jamo = hangul[Int(value - 0xFFA0)]
      return [jamo == 0 ? scalar : Unicode.Scalar(jamo) ?? scalar]
    case 0xFFE3: return [" ", "\u{304}"]
    case 0xFFE0...0xFFEE: return [signs[Int(value - 0xFFE0)]]
    default: return [scalar]
    }
  }

  /// For U+FF5F and on.
  private static let katakana = Array(
    ("⦅⦆。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテト"
      + "ナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u{3099}\u{309A}").unicodeScalars)

  /// For U+FFA0 and on; 0: unassigned.
  private static let hangul: [UInt16] = [
    0x1160, 0x1100, 0x1101, 0x11AA, 0x1102, 0x11AC, 0x11AD, 0x1103, 0x1104, 0x1105, 0x11B0, 0x11B1,
    0x11B2, 0x11B3, 0x11B4, 0x11B5, 0x111A, 0x1106, 0x1107, 0x1108, 0x1121, 0x1109, 0x110A, 0x110B,
    0x110C, 0x110D, 0x110E, 0x110F, 0x1110, 0x1111, 0x1112, 0, 0, 0, 0x1161, 0x1162,
    0x1163, 0x1164, 0x1165, 0x1166, 0, 0, 0x1167, 0x1168, 0x1169, 0x116A, 0x116B, 0x116C,
    0, 0, 0x116D, 0x116E, 0x116F, 0x1170, 0x1171, 0x1172, 0, 0, 0x1173, 0x1174,
    0x1175,
  ]

  /// For U+FFE0 and on; U+FFE3 and U+FFE7 stand for themselves.
  private static let signs = Array("¢£¬￣¦¥₩￧│←↑→↓■○".unicodeScalars)

  /// Removes `ESC [ digits and semicolons letter`.
  private static func removeTerminalEscapes(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard text.contains("\u{1B}") else { return text }
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      if text[index] == "\u{1B}", index + 1 < text.count, text[index + 1] == "[" {
        var end = index + 2
        while end < text.count,
          text[end] == ";" || text[end].properties.generalCategory == .decimalNumber
        {
          end += 1
        }
        if end < text.count, text[end].isASCII, text[end].properties.isAlphabetic {
          index = end + 1
          continue
        }
      }
      result.append(text[index])
      index += 1
    }
    return result
  }

  /// Removes controls that show nothing; tabs, line ends and form feeds stay, as do joiners and marks of direction.
  private static func removeControls(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    text.filter { scalar in
      switch scalar.value {
      case 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: false
      default: true
      }
    }
  }
}
