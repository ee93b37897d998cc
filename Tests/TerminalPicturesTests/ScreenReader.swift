import Imaging

/// A small terminal: text with colours, cells by place. Knows newlines, SGR, cursor up and down, save and restore, and
/// collects the sequences of pictures.
struct ScreenReader {
  struct Cell: Equatable {
    var character: Character
    var foreground: RGB?
    var background: RGB?
  }

  private(set) var cells: [[Int]: Cell] = [:]
  /// APC, DCS and OSC sequences in order, with their ends, and where the cursor stood.
  private(set) var sequences: [(bytes: [UInt8], row: Int, column: Int)] = []
  private(set) var row = 0
  private(set) var column = 0
  /// What was not understood.
  private(set) var complaints: [String] = []
  private var foreground: RGB?
  private var background: RGB?

  init(_ text: String) {
    var rest = Array(text.unicodeScalars)[...]
    var saved = (0, 0)
    while let scalar = rest.popFirst() {
      if scalar == "\n" {
        (row, column) = (row + 1, 0)
      } else if scalar != "\u{1B}" {
        cells[[column, row]] = Cell(
          character: Character(scalar), foreground: foreground, background: background)
        column += 1
      } else {
        switch rest.popFirst() {
        case "7": saved = (row, column)
        case "8": (row, column) = saved
        case "[":
          let body = rest.prefix { !("@"..."~").contains($0) }
          rest = rest.dropFirst(body.count)
          control(String(String.UnicodeScalarView(body)), rest.popFirst())
        case let kind?:
          // A string up to ST or BEL.
          var bytes: [Unicode.Scalar] = ["\u{1B}", kind]
          while let next = rest.popFirst() {
            bytes.append(next)
            if next == "\u{07}" { break }
            if next == "\\", bytes[bytes.count - 2] == "\u{1B}" {
              // Within tmux's wrapping escapes are doubled.
              let isWrapped = bytes.count > 3 && bytes[1] == "P" && bytes[2] == "t"
              if !isWrapped || bytes[bytes.count - 3] != "\u{1B}" { break }
            }
          }
          sequences.append((bytes.map { UInt8($0.value) }, row, column))
        case nil: complaints.append("an escape at the end")
        }
      }
    }
  }

  private mutating func control(_ body: String, _ final: Unicode.Scalar?) {
    let numbers = body.split(separator: ";").map { Int($0) ?? -1 }
    switch final {
    case "A": row = max(row - (numbers.first ?? 1), 0)
    case "B": row += numbers.first ?? 1
    case "m": colors(numbers)
    default: complaints.append("ESC [ \(body) \(final.map(String.init) ?? "")")
    }
  }

  private mutating func colors(_ numbers: [Int]) {
    var rest = numbers[...]
    while let code = rest.popFirst() {
      switch code {
      case 0: (foreground, background) = (nil, nil)
      case 39: foreground = nil
      case 49: background = nil
      case 38, 48:
        var color: RGB?
        if rest.first == 2, rest.count >= 4 {
          let parts = rest.dropFirst().prefix(3).map { UInt8(clamping: $0) }
          color = RGB(red: parts[0], green: parts[1], blue: parts[2])
          rest = rest.dropFirst(4)
        } else if rest.first == 5, rest.count >= 2 {
          color = Self.indexed(rest[rest.startIndex + 1])
          rest = rest.dropFirst(2)
        }
        if color == nil { complaints.append("colour \(numbers)") }
        if code == 38 { foreground = color } else { background = color }
      default: complaints.append("SGR \(code)")
      }
    }
  }

  /// xterm's palette, by the formulas of its 256colres.pl.
  static func indexed(_ place: Int) -> RGB? {
    if (16..<232).contains(place) {
      let parts = [(place - 16) / 36, (place - 16) / 6 % 6, (place - 16) % 6]
        .map { $0 == 0 ? 0 : UInt8($0 * 40 + 55) }
      return RGB(red: parts[0], green: parts[1], blue: parts[2])
    }
    guard (232..<256).contains(place) else { return nil }
    let grey = UInt8((place - 232) * 10 + 8)
    return RGB(red: grey, green: grey, blue: grey)
  }

  /// The colour of a half-cell: y counts half-lines. Nil for the terminal's ground.
  func half(_ x: Int, _ y: Int) -> RGB? {
    guard let cell = cells[[x, y / 2]] else { return nil }
    switch cell.character {
    case "▀": return y % 2 == 0 ? cell.foreground : cell.background
    case "▄": return y % 2 == 1 ? cell.foreground : cell.background
    case " ": return cell.background
    default: return nil
    }
  }

  /// The characters of a line, blanks at its end left out.
  func line(_ y: Int) -> String {
    let last = cells.keys.filter { $0[1] == y }.map { $0[0] }.max() ?? -1
    var text = ""
    for x in 0..<max(last + 1, 0) { text.append(cells[[x, y]]?.character ?? " ") }
    while text.last == " " { text.removeLast() }
    return text
  }

  var lastRow: Int { cells.keys.map { $0[1] }.max() ?? -1 }
}
