import Console
import Glibc

/// Keeps the rows of an entry, and what is listed below it, on the screen. It knows what it wrote last and writes only
/// the rows that differ.
struct Painter {
  /// What stands on the screen now, from the block's first row.
  private var shown: [EntryLayout.Row] = []
  /// The cursor's row within it.
  private var cursorRow = 0
  /// The first row of the entry that is on the screen, where it is taller than that.
  private var top = 0

  /// Shows an entry with its cursor, and lines below. What is taller than the screen is shown around the cursor.
  mutating func paint(_ layout: EntryLayout, below: [EntryLayout.Row] = [], height: Int) {
    let height = max(height, 1)
    let room = max(1, height - min(below.count, height / 2))
    if layout.rows.count <= room {
      top = 0
    } else {
      top = min(top, layout.cursorRow)
      top = max(top, layout.cursorRow - room + 1)
      top = min(top, layout.rows.count - room)
    }
    let part = Array(layout.rows[top..<min(layout.rows.count, top + room)])
    write(part + below.prefix(height - part.count), row: layout.cursorRow - top, column: layout.cursorColumn)
  }

  private mutating func write(_ rows: [EntryLayout.Row], row: Int, column: Int) {
    var out = "\u{1B}[?25l\r"
    if cursorRow > 0 { out += "\u{1B}[\(cursorRow)A" }
    for (index, new) in rows.enumerated() {
      if index > 0 { out += "\r\n" }
      if index < shown.count, shown[index] == new { continue }
      // Cleared first: behind a full row, clearing would take its last character.
      out += (index < shown.count ? "\u{1B}[2K" : "") + new.text
    }
    if shown.count > rows.count { out += "\r\n\u{1B}[J\u{1B}[A" }
    let up = rows.count - 1 - row
    if up > 0 { out += "\u{1B}[\(up)A" }
    out += "\r" + (column > 0 ? "\u{1B}[\(column)C" : "") + "\u{1B}[?25h"
    Output.write(out, to: STDOUT_FILENO)
    shown = rows
    cursorRow = row
  }

  /// The window has another width: where its rows are now is computed, as terminals break rows that no longer fit.
  mutating func resized(width: Int) {
    let width = max(width, 1)
    var above = 0
    for row in shown.prefix(cursorRow) { above += max(1, (row.cells + width - 1) / width) }
    var out = "\r"
    if above > 0 { out += "\u{1B}[\(above)A" }
    Output.write(out + "\u{1B}[J", to: STDOUT_FILENO)
    shown = []
    cursorRow = 0
  }

  /// Shows the whole entry for the last time, taller than the screen or not, and goes to the line below.
  mutating func finish(_ layout: EntryLayout, mark: String = "") {
    var out = "\r"
    if cursorRow > 0 { out += "\u{1B}[\(cursorRow)A" }
    out += "\u{1B}[J" + layout.rows.map(\.text).joined(separator: "\r\n") + mark + "\r\n"
    Output.write(out, to: STDOUT_FILENO)
    forget()
  }

  /// Clears the screen.
  mutating func clear() {
    Output.write("\u{1B}[H\u{1B}[2J", to: STDOUT_FILENO)
    forget()
  }

  /// Others wrote to the screen: the next entry begins on the row that the cursor is on.
  mutating func forget() {
    shown = []
    cursorRow = 0
    top = 0
  }
}
