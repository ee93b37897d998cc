import Syntax

/// How an entry stands on the screen: rows of cells, and the cursor.
struct EntryLayout {
  /// One row of the screen: text with its colours, and the cells it takes.
  struct Row: Equatable {
    var text = ""
    var cells = 0
  }

  /// The rows, prompts included.
  private(set) var rows: [Row] = []
  /// The cursor's row, from 0, and its cell.
  private(set) var cursorRow = 0
  private(set) var cursorColumn = 0

  /// Cells that a tab reaches to the next multiple of.
  private static let tab = 4

  /// Lays out a text. Lines begin with the prompt, further lines with `continuation`; what does not fit goes on at the
  /// beginning of the next row.
  init(
    _ buffer: TextBuffer, prompt: String, continuation: String, width: Int, colors: EntryColors
  ) {
    let width = max(width, 4)
    var row = Row()
    var style: Style = .plain
    func begin(_ prompt: String, _ rows: inout [Row]) {
      for character in prompt { add(String(character), DisplayWidth.of(character), .prompt, &rows) }
    }
    func add(_ text: String, _ cells: Int, _ new: Style, _ rows: inout [Row]) {
      if row.cells + cells > width {
        close(&rows)
      }
      if new != style {
        row.text += colors.code(new)
        style = new
      }
      row.text += text
      row.cells += cells
    }
    func close(_ rows: inout [Row]) {
      if style != .plain { row.text += colors.code(.plain) }
      style = .plain
      rows.append(row)
      row = Row()
    }
    var rows: [Row] = []
    begin(prompt, &rows)
    let styles = colors.styles(of: buffer)
    for (place, character) in buffer.characters.enumerated() {
      if place == buffer.cursor { note(&rows, row.cells) }
      if character == "\n" {
        close(&rows)
        begin(continuation, &rows)
      } else if let fold = buffer.folds[character] {
        for shown in EntryLayout.label(fold) { add(String(shown), DisplayWidth.of(shown), .fold, &rows) }
      } else if character == "\t" {
        add(String(repeating: " ", count: Self.tab), Self.tab, .plain, &rows)
      } else {
        let cells = DisplayWidth.of(character)
        let isShown = cells > 0
        add(isShown ? String(character) : "\u{FFFD}", max(cells, 1), styles[place], &rows)
      }
    }
    if buffer.cursor >= buffer.characters.count { note(&rows, row.cells) }
    close(&rows)
    // The cursor behind a full row stands at the beginning of the next.
    let isBeforeNewline = buffer.cursor < buffer.characters.count && buffer.characters[buffer.cursor] == "\n"
    if cursorColumn >= width, isBeforeNewline {
      cursorColumn = width - 1
    } else if cursorColumn >= width {
      cursorColumn = 0
      cursorRow += 1
      if cursorRow == rows.count { rows.append(Row()) }
    }
    self.rows = rows
  }

  private mutating func note(_ rows: inout [Row], _ cells: Int) {
    cursorRow = rows.count
    cursorColumn = cells
  }

  /// What stands for a folded text.
  static func label(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
    return lines == 1 ? "[pasted \(text.count) characters]" : "[pasted \(lines) lines]"
  }
}

/// What a piece of an entry is, for its colour.
enum Style: Equatable {
  case plain, prompt, fold, keyword, function, number, string, comment
}

/// The colours of an entry; none where the user wants none.
struct EntryColors {
  /// Whether there are colours.
  let isOn: Bool
  /// Whether a line can be taken back: not in a dumb terminal or a file.
  var isTerminal = true
  /// Texts longer than this are not coloured as they are typed.
  private static let limit = 20_000

  /// What switches the terminal to a style.
  func code(_ style: Style) -> String {
    guard isOn else { return style == .fold ? "\u{1B}[7m" : style == .plain ? "\u{1B}[0m" : "" }
    return switch style {
    case .plain: "\u{1B}[0m"
    case .prompt: "\u{1B}[0;36m"
    case .fold: "\u{1B}[0;7m"
    case .keyword: "\u{1B}[0;35m"
    case .function: "\u{1B}[0;34m"
    case .number: "\u{1B}[0;33m"
    case .string: "\u{1B}[0;32m"
    case .comment: "\u{1B}[0;2m"
    }
  }

  /// A style for each character of a text.
  func styles(of buffer: TextBuffer) -> [Style] {
    var styles = [Style](repeating: .plain, count: buffer.characters.count)
    let text = String(buffer.characters)
    guard isOn, text.utf8.count <= Self.limit, !text.isEmpty else { return styles }
    // Byte offsets of the characters, to find them in the pieces.
    let pieces = Highlighting.pieces(of: SourceFile(name: "", text: text))
    var offset = 0
    var piece = 0
    for (index, character) in buffer.characters.enumerated() {
      while piece < pieces.count, pieces[piece].span.end <= offset { piece += 1 }
      if piece < pieces.count, pieces[piece].span.start <= offset {
        styles[index] = style(pieces[piece].kind)
      }
      offset += String(character).utf8.count
    }
    return styles
  }

  private func style(_ kind: Highlighting.Kind) -> Style {
    switch kind {
    case .keyword: .keyword
    case .function: .function
    case .number: .number
    case .string: .string
    case .comment: .comment
    case .name, .symbol: .plain
    }
  }
}
