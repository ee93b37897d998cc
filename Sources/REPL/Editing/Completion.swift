import Syntax

/// What Tab offers at a place of an entry.
public struct Completion: Sendable {
  /// One thing that could stand there.
  public struct Candidate: Sendable, Equatable {
    /// What is inserted.
    public let text: String
    /// One line on it; may be empty.
    public let help: String

    /// A candidate.
    public init(_ text: String, help: String = "") {
      self.text = text
      self.help = help
    }
  }

  /// The characters that a candidate replaces, counted in characters from the beginning of the text.
  public let range: Range<Int>
  /// The candidates in the order they are shown.
  public let candidates: [Candidate]

  /// A completion.
  public init(range: Range<Int>, candidates: [Candidate]) {
    self.range = range
    self.candidates = candidates
  }

  /// What all candidates begin with.
  var commonPrefix: String {
    guard var prefix = candidates.first?.text else { return "" }
    for candidate in candidates.dropFirst() {
      while !candidate.text.hasPrefix(prefix) { prefix.removeLast() }
    }
    return prefix
  }

  /// The candidates as rows: one a row with its help where they fit, else in columns; cut to the room there is.
  func rows(width: Int, height: Int, colors: EntryColors) -> [EntryLayout.Row] {
    guard height > 0, !candidates.isEmpty else { return [] }
    let widest = min(candidates.map { DisplayWidth.of($0.text) }.max() ?? 0, max(width - 2, 1))
    if candidates.count <= height {
      return candidates.map { candidate in
        let gap = String(repeating: " ", count: max(0, widest - DisplayWidth.of(candidate.text)) + 2)
        return row(candidate.text + (candidate.help.isEmpty ? "" : gap + candidate.help), width)
      }
    }
    let columns = max(1, width / (widest + 2))
    var count = (candidates.count + columns - 1) / columns
    var rest = 0
    if count > height {
      // The last row says how many are missing.
      count = max(1, height - 1)
      rest = max(0, candidates.count - count * columns)
    }
    var rows: [EntryLayout.Row] = []
    for index in 0..<count {
      var line = ""
      for place in stride(from: index, to: min(candidates.count, count * columns), by: count) {
        let text = candidates[place].text
        line += text + String(repeating: " ", count: max(0, widest - DisplayWidth.of(text)) + 2)
      }
      while line.last == " " { line.removeLast() }
      rows.append(row(line, width))
    }
    if rest > 0, height > 1 { rows.append(row("… \(rest) more", width)) }
    return rows
  }

  private func row(_ text: String, _ width: Int) -> EntryLayout.Row {
    let cut = ScreenText.cut(text, to: width - 1)
    return EntryLayout.Row(text: cut, cells: DisplayWidth.of(cut))
  }
}

/// Text for rows of the screen.
enum ScreenText {
  /// One line cut to some cells, `…` where something is missing; what a terminal would obey is shown as an escape.
  static func cut(_ text: String, to width: Int) -> String {
    let text = DisplayWidth.escaped(text.split(separator: "\n").joined(separator: " "))
    guard DisplayWidth.of(text) > width else { return text }
    return DisplayWidth.beginning(of: text, cells: width - 1) + "…"
  }
}
