/// How many terminal cells text takes, so that an underline stands below what it means.
public enum DisplayWidth {
  /// Cells that a tab takes in messages: it is shown as this many spaces.
  static let tab = 4

  /// Cells of one character: 0 for marks alone, 2 for wide characters and emoji.
  public static func of(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars { width = max(width, of(scalar)) }
    // An emoji presentation selector makes a narrow symbol wide.
    if width == 1, character.unicodeScalars.contains("\u{FE0F}") { return 2 }
    return width
  }

  /// Cells of a text on one line.
  public static func of(_ text: String) -> Int {
    var total = 0
    for character in text { total += of(character) }
    return total
  }

  /// The longest beginning of a text on one line that takes at most `cells` cells.
  public static func beginning(of text: String, cells: Int) -> String {
    var result = ""
    var left = cells
    for character in text {
      left -= of(character)
      if left < 0 { break }
      result.append(character)
    }
    return result
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return scalar.value < 0x20 ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    // Blocks with East Asian Width W or F (Unicode Standard Annex 11).
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
      0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default:
      return 1
    }
  }

  /// Text as a message shows it: tabs as spaces, control characters (which a terminal would obey)
  /// as replacement characters.
  static func shown(_ text: String) -> String {
    var result = ""
    for character in text {
      if character == "\t" {
        result += String(repeating: " ", count: tab)
      } else if character.unicodeScalars.contains(where: commandsTerminal) {
        result += "\u{FFFD}"
      } else {
        result.append(character)
      }
    }
    return result
  }

  /// Text of strangers (file names, keys, notes) as it may go to a terminal: what a terminal would
  /// obey, or show in another order, is written as an escape such as `\u{1B}`. Newlines and tabs
  /// stay.
  public static func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { commandsTerminal($0) && $0 != "\n" && $0 != "\t" }) else {
      return text
    }
    var result = ""
    for scalar in text.unicodeScalars {
      if commandsTerminal(scalar), scalar != "\n", scalar != "\t" {
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Control characters, and those that turn the direction of text so that it reads as another.
  private static func commandsTerminal(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
