import Syntax

/// The text of an entry with its cursor, and what undoing needs.
///
/// A long paste is one character here (a fold): it moves, goes and comes back as a whole, and is its text again in
/// `expanded`.
struct TextBuffer {
  /// The characters as shown; newlines separate lines.
  private(set) var characters: [Character] = []
  /// Where the next character goes: 0 ... `characters.count`.
  private(set) var cursor = 0
  /// The texts behind folds, by the character that stands for them.
  private(set) var folds: [Character: String] = [:]

  private struct Snapshot {
    let characters: [Character]
    let cursor: Int
  }
  private var past: [Snapshot] = []
  private var future: [Snapshot] = []
  /// Whether the last change typed a character of a word: the next one belongs to the same step.
  private var isTyping = false

  /// Steps that can be undone, at most.
  private static let undoLimit = 500
  /// Private use characters (plane 15) that stand for folds.
  private static let foldScalars: ClosedRange<UInt32> = 0xF0000...0xFFFFD

  init() {}

  /// The entry as it runs: folds are their text.
  var expanded: String { text(characters[...]) }

  /// Some characters as text, folds as what they hold.
  func text(_ part: ArraySlice<Character>) -> String {
    if folds.isEmpty { return String(part) }
    return part.reduce(into: "") { text, character in
      if let fold = folds[character] { text += fold } else { text.append(character) }
    }
  }

  /// Whether nothing was written.
  var isEmpty: Bool { characters.isEmpty }

  // MARK: Changing

  /// Remembers the present state as a step of undo.
  private mutating func remember() {
    past.append(Snapshot(characters: characters, cursor: cursor))
    if past.count > Self.undoLimit { past.removeFirst() }
    future = []
  }

  /// Types one scalar; a mark joins the character before it. Letters of one word are one step of undo.
  mutating func type(_ scalar: Unicode.Scalar) {
    if Self.foldScalars.contains(scalar.value) { return }
    let isWord = scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_"
    if !(isTyping && isWord) { remember() }
    isTyping = isWord
    if cursor > 0, characters[cursor - 1] != "\n", folds[characters[cursor - 1]] == nil {
      let joined = String(characters[cursor - 1]) + String(Character(scalar))
      if joined.count == 1, let character = joined.first {
        characters[cursor - 1] = character
        return
      }
    }
    characters.insert(Character(scalar), at: cursor)
    cursor += 1
  }

  /// Puts text at the cursor, as one step of undo.
  mutating func insert(_ text: String) {
    remember()
    isTyping = false
    place(plain(text))
  }

  /// Puts text at the cursor as one character that stands for it.
  mutating func insertFolded(_ text: String) {
    remember()
    isTyping = false
    place([fold(text)])
  }

  /// Replaces everything; `undoable` keeps the old text as a step.
  mutating func replaceAll(
    with text: String, folded: Bool = false, cursor place: Int? = nil, undoable: Bool = true
  ) {
    if undoable { remember() }
    isTyping = false
    characters = folded ? [fold(text)] : plain(text)
    cursor = min(place ?? characters.count, characters.count)
  }

  /// Replaces some characters and puts the cursor behind the new ones.
  mutating func replace(_ range: Range<Int>, with text: String) {
    remember()
    isTyping = false
    let new = plain(text)
    characters.replaceSubrange(range, with: new)
    cursor = range.lowerBound + new.count
  }

  /// Removes characters and gives their text.
  @discardableResult
  mutating func remove(_ range: Range<Int>) -> String {
    guard !range.isEmpty else { return "" }
    remember()
    isTyping = false
    let removed = text(characters[range])
    characters.removeSubrange(range)
    cursor = range.lowerBound
    return removed
  }

  private mutating func place(_ new: [Character]) {
    characters.insert(contentsOf: new, at: cursor)
    cursor += new.count
  }

  /// Characters of a text, without those that stand for folds.
  private func plain(_ text: String) -> [Character] {
    text.filter {
      !($0.unicodeScalars.count == 1 && Self.foldScalars.contains($0.unicodeScalars.first?.value ?? 0))
    }
    .map { $0 == "\r\n" ? "\n" : $0 }
  }

  private mutating func fold(_ text: String) -> Character {
    let value = Self.foldScalars.lowerBound + UInt32(folds.count)
    let character = Character(Unicode.Scalar(value) ?? " ")
    folds[character] = text
    return character
  }

  /// Takes the last step back; false where there is none.
  mutating func undo() -> Bool {
    guard let snapshot = past.popLast() else { return false }
    future.append(Snapshot(characters: characters, cursor: cursor))
    restore(snapshot)
    return true
  }

  /// Takes the last step that was undone again.
  mutating func redo() -> Bool {
    guard let snapshot = future.popLast() else { return false }
    past.append(Snapshot(characters: characters, cursor: cursor))
    restore(snapshot)
    return true
  }

  private mutating func restore(_ snapshot: Snapshot) {
    (characters, cursor) = (snapshot.characters, snapshot.cursor)
    isTyping = false
  }

  // MARK: Moving

  /// Puts the cursor somewhere; places outside the text are moved to its ends.
  mutating func move(to place: Int) {
    cursor = min(max(place, 0), characters.count)
    isTyping = false
  }

  /// Where the cursor's line begins.
  var lineStart: Int { start(of: cursor) }
  /// Where the cursor's line ends: at its newline or the end of the text.
  var lineEnd: Int { end(of: cursor) }
  var isOnFirstLine: Bool { lineStart == 0 }
  var isOnLastLine: Bool { lineEnd == characters.count }

  private func start(of place: Int) -> Int {
    (characters[..<place].lastIndex(of: "\n") ?? -1) + 1
  }

  private func end(of place: Int) -> Int { characters[place...].firstIndex(of: "\n") ?? characters.count }

  /// Moves the cursor a line up or down, to a column in cells or the line's end.
  mutating func moveLine(by step: Int, column: Int) {
    let start: Int
    if step < 0 {
      guard lineStart > 0 else { return }
      start = self.start(of: lineStart - 1)
    } else {
      guard lineEnd < characters.count else { return }
      start = lineEnd + 1
    }
    var place = start
    var cells = 0
    while place < characters.count, characters[place] != "\n", cells < column {
      cells += DisplayWidth.of(characters[place])
      place += 1
    }
    move(to: place)
  }

  /// Cells before the cursor on its line.
  var column: Int { characters[lineStart..<cursor].reduce(0) { $0 + DisplayWidth.of($1) } }

  /// Where the word before the cursor begins.
  var wordLeft: Int {
    var place = cursor
    while place > 0, !Self.isWord(characters[place - 1]) { place -= 1 }
    while place > 0, Self.isWord(characters[place - 1]) { place -= 1 }
    return place
  }

  /// Where the word after the cursor ends.
  var wordRight: Int {
    var place = cursor
    while place < characters.count, !Self.isWord(characters[place]) { place += 1 }
    while place < characters.count, Self.isWord(characters[place]) { place += 1 }
    return place
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }
}
