import Syntax

/// Words in a number of cells.
enum CellText {
  /// Cells that a text takes; sequences that set colours take none.
  static func width(_ text: String) -> Int {
    var total = 0
    var isSequence = false
    for character in text {
      if isSequence {
        isSequence = character != "m"
      } else if character == "\u{1B}" {
        isSequence = true
      } else {
        total += DisplayWidth.of(character)
      }
    }
    return total
  }

  /// A label on one line, cut with an ellipsis; what a terminal would obey is shown as an escape.
  static func fitted(_ label: String, width: Int) -> String {
    let line = String(label.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    let text = DisplayWidth.escaped(line)
    guard self.width(text) > width else { return text }
    return width > 0 ? DisplayWidth.beginning(of: text, cells: width - 1) + "…" : ""
  }
}
