import Syntax

/// A terminal's screen: what a person would see after some output. It knows what the program writes: cursor moves,
/// erasing, wrapping at the last column, wide characters, scrolling.
struct Screen {
  private(set) var columns: Int
  private(set) var height: Int
  /// Each cell holds a character; the second cell of a wide one is empty.
  private var cells: [[String]]
  /// Rows that scrolled away.
  private(set) var scrolled: [String] = []
  private(set) var row = 0
  private(set) var column = 0
  /// Whether the last column was written and the next character wraps.
  private var wraps = false
  private var escape: [Unicode.Scalar]?
  private var pending: [UInt8] = []

  init(columns: Int, height: Int) {
    self.columns = columns
    self.height = height
    cells = Array(repeating: Array(repeating: " ", count: columns), count: height)
  }

  /// The rows as text, without space at their ends; empty ones at the bottom left out.
  var rows: [String] {
    var rows = cells.map { Screen.text($0) }
    while rows.last?.isEmpty == true { rows.removeLast() }
    return rows
  }

  /// Everything that was shown, rows that scrolled away included.
  var all: [String] { scrolled + rows }

  private static func text(_ cells: [String]) -> String {
    var text = cells.joined()
    while text.last == " " { text.removeLast() }
    return text
  }

  /// Another size, as xterm does it: rows are cut or filled, none are broken.
  mutating func resize(columns new: Int, height newHeight: Int) {
    for index in cells.indices {
      cells[index] =
        Array(cells[index].prefix(new)) + Array(repeating: " ", count: max(0, new - cells[index].count))
    }
    while cells.count > newHeight {
      if row == cells.count - 1 {
        scrolled.append(Screen.text(cells.removeFirst()))
        row -= 1
      } else {
        cells.removeLast()
      }
    }
    while cells.count < newHeight { cells.append(Array(repeating: " ", count: new)) }
    (columns, height) = (new, newHeight)
    column = min(column, new - 1)
    wraps = false
  }

  mutating func feed(_ bytes: some Sequence<UInt8>) {
    pending += bytes
    // What is cut within a character waits for its rest.
    var end = pending.count
    var back = 1
    while back <= min(4, pending.count) {
      let byte = pending[pending.count - back]
      if byte & 0xC0 == 0xC0 {
        let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
        if back < length { end = pending.count - back }
        break
      }
      if byte & 0x80 == 0 { break }
      back += 1
    }
    let text = String(decoding: pending[..<end], as: UTF8.self)
    pending.removeSubrange(..<end)
    for scalar in text.unicodeScalars { put(scalar) }
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    if var sequence = escape {
      sequence.append(scalar)
      escape = sequence
      let isBracket = sequence.first == "["
      if isBracket ? sequence.count > 1 && (0x40...0x7E).contains(scalar.value) : true {
        escape = nil
        if isBracket { obey(sequence) }
      }
      return
    }
    switch scalar {
    case "\u{1B}": escape = []
    case "\r": (column, wraps) = (0, false)
    case "\n": lineFeed()
    case "\u{8}": column = max(0, column - 1)
    case _ where scalar.value < 0x20: break
    default: write(scalar)
    }
  }

  private mutating func write(_ scalar: Unicode.Scalar) {
    let width = DisplayWidth.of(Character(scalar))
    if width == 0 {
      let place = wraps ? column : max(0, column - 1)
      cells[row][place].unicodeScalars.append(scalar)
      return
    }
    if wraps || column + width > columns {
      column = 0
      wraps = false
      lineFeed()
    }
    cells[row][column] = String(scalar)
    if width == 2 { cells[row][column + 1] = "" }
    column += width
    if column >= columns {
      column = columns - 1
      wraps = true
    }
  }

  private mutating func lineFeed() {
    wraps = false
    if row < height - 1 {
      row += 1
      return
    }
    scrolled.append(Screen.text(cells.removeFirst()))
    cells.append(Array(repeating: " ", count: columns))
  }

  private mutating func obey(_ sequence: [Unicode.Scalar]) {
    let body = String(String.UnicodeScalarView(sequence.dropFirst().dropLast()))
    let count = Int(body.split(separator: ";").first ?? "") ?? 0
    switch sequence.last {
    case "A": row = max(0, row - max(1, count))
    case "B": row = min(height - 1, row + max(1, count))
    case "C": column = min(columns - 1, column + max(1, count))
    case "D": column = max(0, column - max(1, count))
    case "H": (row, column) = (0, 0)
    case "J":
      if count == 2 {
        for index in cells.indices { erase(index, 0) }
      } else {
        erase(row, column)
        for index in (row + 1)..<max(height, row + 1) { erase(index, 0) }
      }
    case "K": erase(row, count == 2 ? 0 : column)
    default: return
    }
    wraps = false
  }

  private mutating func erase(_ row: Int, _ from: Int) {
    for index in from..<columns { cells[row][index] = " " }
  }
}
