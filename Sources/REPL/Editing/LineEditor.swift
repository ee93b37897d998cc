import CEdit
import Console
import Glibc
import Syntax

/// Edits one entry after the other in the terminal.
///
/// libedit gives the terminal's modes, size and keys. Drawing is done here: libedit's own loses rows when the window
/// changes its size or an entry is taller than it.
final class LineEditor {
  /// What became of an entry.
  enum Outcome: Equatable {
    case entry(String)
    /// Ctrl-C.
    case cancelled
    /// Ctrl-D on an empty line, or the terminal is gone.
    case end
  }

  /// Whether an entry is not finished, so that Enter continues it.
  var isIncomplete: (String) -> Bool = { _ in false }
  /// What Tab offers, for a text and the place of the cursor in characters.
  var complete: (String, Int) -> Completion? = { _, _ in nil }
  /// Lets the user edit a text in another program; nil where that failed.
  var editElsewhere: (String) -> String? = { _ in nil }
  /// The earlier entries.
  var history: History

  let colors: EntryColors
  private let keys = KeyReader()
  var painter = Painter()
  var buffer = TextBuffer()
  var prompt = ""
  var size = (columns: 80, rows: 24)
  /// What is listed below the entry until the next key.
  var below: [EntryLayout.Row] = []
  /// Where in the history the entry comes from, what it must begin with, and what was typed before.
  var recalled: (place: Int, prefix: String, draft: String)?
  /// What was cut last.
  private var cutText = ""
  /// The column that Up and Down aim at.
  private var aim: Int?

  init(history: History, colors: EntryColors) {
    self.history = history
    self.colors = colors
  }

  /// Lets the user write an entry, beginning with some text.
  func read(prompt: String, text: String = "") -> Outcome {
    self.prompt = prompt
    clip_edit_begin()
    // Bracketed paste, as long as an entry is edited.
    Output.write("\u{1B}[?2004h", to: STDOUT_FILENO)
    defer {
      Output.write("\u{1B}[?2004l", to: STDOUT_FILENO)
      clip_edit_end()
    }
    buffer = TextBuffer()
    recalled = nil
    below = []
    measure()
    if !text.isEmpty { buffer.replaceAll(with: text, folded: isTooTall(text), undoable: false) }
    painter.forget()
    paint()
    while true {
      let key = keys.next()
      below = []
      if let outcome = act(on: key) { return outcome }
      // What comes faster than it can be read is shown at its end.
      if !keys.isPending { paint() }
    }
  }

  // MARK: Showing

  func measure() {
    var columns: Int32 = 0
    var rows: Int32 = 0
    clip_edit_size(&columns, &rows)
    size = (max(Int(columns), 4), max(Int(rows), 1))
  }

  var layout: EntryLayout {
    EntryLayout(buffer, prompt: prompt, continuation: continuation, width: size.columns, colors: colors)
  }

  /// Further lines begin below the first: dots as wide as the prompt.
  var continuation: String {
    let cells = DisplayWidth.of(prompt)
    return cells < 4
      ? String(repeating: " ", count: cells) : String(repeating: " ", count: cells - 4) + "... "
  }

  func paint() { painter.paint(layout, below: below, height: size.rows) }

  /// Shows a line below the entry until the next key.
  func tell(_ text: String) {
    let cut = ScreenText.cut(text, to: size.columns - 1)
    below = [EntryLayout.Row(text: cut, cells: DisplayWidth.of(cut))]
  }

  /// Whether a text does not fit on the screen beside the prompt.
  func isTooTall(_ text: String) -> Bool {
    var rows = 0
    let width = max(size.columns - DisplayWidth.of(prompt), 4)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      // Of a line of many thousands its length says enough.
      let cells = line.utf8.count > 100_000 ? line.utf8.count / 4 : DisplayWidth.of(String(line))
      rows += 1 + max(0, cells - 1) / width
      if rows >= size.rows { return true }
    }
    return false
  }

  /// The entry as it runs and as history keeps it.
  private func submit() -> Outcome {
    buffer.move(to: buffer.characters.count)
    painter.finish(layout)
    return .entry(buffer.expanded)
  }

  // MARK: Keys

  /// Does what a key says; gives the outcome where it ends the entry.
  private func act(on key: Key) -> Outcome? {
    if key != .up, key != .down { aim = nil }
    if ![.up, .down, .control("p"), .control("n"), .resized].contains(key) { recalled = nil }
    switch key {
    case .character(let scalar): typed(scalar)
    case .paste(let text): pasted(text)
    case .enter:
      // Text that comes faster than a person types indents itself.
      if continues { newline(indented: !keys.isPending) } else { return submit() }
    case .newline: newline(indented: !keys.isPending)
    case .tab: completeOrIndent()
    case .backspace: erase()
    case .delete: buffer.remove(buffer.cursor..<min(buffer.cursor + 1, buffer.characters.count))
    case .left, .control("b"): buffer.move(to: buffer.cursor - 1)
    case .right, .control("f"): buffer.move(to: buffer.cursor + 1)
    case .wordLeft, .alt("b"): buffer.move(to: buffer.wordLeft)
    case .wordRight, .alt("f"): buffer.move(to: buffer.wordRight)
    case .home, .control("a"): buffer.move(to: buffer.lineStart)
    case .end, .control("e"): buffer.move(to: buffer.lineEnd)
    case .alt("<"), .pageUp: buffer.move(to: 0)
    case .alt(">"), .pageDown: buffer.move(to: buffer.characters.count)
    case .up: if buffer.isOnFirstLine { recall(-1) } else { moveLine(-1) }
    case .down: if buffer.isOnLastLine { recall(1) } else { moveLine(1) }
    case .control("p"): recall(-1)
    case .control("n"): recall(1)
    case .control("r"): return search()
    case .control("c"): return cancel()
    case .control("d"):
      if buffer.isEmpty {
        painter.finish(layout)
        return .end
      }
      buffer.remove(buffer.cursor..<min(buffer.cursor + 1, buffer.characters.count))
    case .control("l"): painter.clear()
    case .control("x"): commandKey()
    case .control("z"): stop()
    case .endOfInput: return .end
    case .resized: resize()
    default: edit(key)
    }
    return nil
  }

  /// Cutting, putting back, undoing.
  private func edit(_ key: Key) {
    switch key {
    case .control("k"):
      let end =
        buffer.lineEnd == buffer.cursor ? min(buffer.cursor + 1, buffer.characters.count) : buffer.lineEnd
      cut(buffer.cursor..<end)
    case .control("u"): cut(buffer.lineStart..<buffer.cursor)
    case .control("w"): cut(buffer.wordLeft..<buffer.cursor)
    case .alt("d"): cut(buffer.cursor..<buffer.wordRight)
    case .control("y"): if !cutText.isEmpty { buffer.insert(cutText) }
    case .control("_"): if !buffer.undo() { tell("nothing to undo") }
    case .alt("_"), .alt("r"): if !buffer.redo() { tell("nothing to redo") }
    default: break
    }
  }

  private func cut(_ range: Range<Int>) {
    if !range.isEmpty { cutText = buffer.remove(range) }
  }

  private func moveLine(_ step: Int) {
    let column = aim ?? buffer.column
    buffer.moveLine(by: step, column: column)
    aim = column
  }

  /// Types a character; a closing brace that begins its line goes back to where its block began.
  private func typed(_ scalar: Unicode.Scalar) {
    if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) { return }
    let line = buffer.characters[buffer.lineStart..<buffer.cursor]
    if scalar == "}", line.count >= 2, line.allSatisfy({ $0 == " " }), !keys.isPending {
      buffer.remove((buffer.cursor - 2)..<buffer.cursor)
    }
    buffer.type(scalar)
  }

  private func erase() {
    guard buffer.cursor > 0 else { return }
    let line = buffer.characters[buffer.lineStart..<buffer.cursor]
    // Indentation goes in the steps it came in.
    let count = line.count >= 2 && line.count % 2 == 0 && line.allSatisfy { $0 == " " } ? 2 : 1
    buffer.remove((buffer.cursor - count)..<buffer.cursor)
  }

  /// Whether Enter continues the entry.
  private var continues: Bool {
    let text = buffer.expanded
    return !text.allSatisfy { $0.isWhitespace } && isIncomplete(text)
  }

  /// A new line, indented as far as brackets are open before the cursor.
  private func newline(indented: Bool) {
    var indentation = 0
    if indented {
      let line = buffer.characters[buffer.lineStart..<buffer.cursor]
      indentation = line.prefix { $0 == " " }.count
      if let last = line.last(where: { $0 != " " }), "([{".contains(last) { indentation += 2 }
    }
    buffer.insert("\n" + String(repeating: " ", count: indentation))
  }

  /// One paste is one piece of text, whatever is in it. What does not fit on the screen is folded.
  private func pasted(_ text: String) {
    guard !text.isEmpty else { return }
    // The newline that ends the last line would only leave an empty one.
    let text = text.hasSuffix("\n") ? String(text.dropLast()) : text
    if isTooTall(text) {
      buffer.insertFolded(text)
      tell("Ctrl-X Ctrl-E opens it in an editor")
    } else {
      buffer.insert(text)
    }
  }

  private func cancel() -> Outcome {
    buffer.move(to: buffer.characters.count)
    painter.finish(layout, mark: "^C")
    return .cancelled
  }

  /// Ctrl-X and a second key.
  private func commandKey() {
    switch keys.next() {
    case .control("e"):
      painter.finish(layout)
      clip_edit_suspend()
      let edited = editElsewhere(buffer.expanded)
      clip_edit_resume()
      measure()
      painter.forget()
      guard let edited else {
        tell("the editor gave nothing back")
        return
      }
      let text = edited.hasSuffix("\n") ? String(edited.dropLast()) : edited
      buffer.replaceAll(with: text, folded: isTooTall(text))
    case .control("u"): _ = buffer.undo()
    default: break
    }
  }

  /// Ctrl-Z: the shell gets the terminal.
  private func stop() {
    painter.finish(layout)
    Output.write("\u{1B}[?2004l", to: STDOUT_FILENO)
    clip_edit_suspend()
    raise(SIGTSTP)
    clip_edit_resume()
    Output.write("\u{1B}[?2004h", to: STDOUT_FILENO)
    measure()
    painter.forget()
  }

  func resize() {
    measure()
    painter.resized(width: size.columns)
  }

  /// The next key, for those that ask for keys themselves.
  func nextKey() -> Key { keys.next() }
  /// Acts on a key and submits or cancels where it says so.
  func handle(_ key: Key) -> Outcome? { act(on: key) }
}
