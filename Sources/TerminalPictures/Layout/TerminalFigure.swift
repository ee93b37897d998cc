import Imaging
import Syntax

/// Pictures on a terminal: one, or several side by side with text below each.
public struct TerminalFigure: Sendable {
  /// The pictures in order.
  public var tiles: [TerminalTile]

  /// A figure of some pictures; beyond `limit` only the first are drawn, and a line says how many are left out.
  public init(_ tiles: [TerminalTile]) { self.tiles = tiles }

  /// The most pictures that are drawn.
  public static let limit = 12
  /// Cells between pictures.
  static let gap = 2
  /// Cells below which pictures stand in a further row instead.
  static let narrowest = 18
  /// Lines that pictures fill at most, however tall the terminal.
  static let tallest = 40

  /// The figure as text and sequences for the terminal, without a newline at its end; nil where it shows no pictures or
  /// there is nothing to draw. Every line ends with the terminal's own colours.
  ///
  /// - Parameter width: cells across; nil for what suits: never wider than the terminal, and leaving room for what was
  ///   typed. With a width pictures are enlarged to it, as tall as they then are.
  /// - Throws: `ImageError`, or what a tile throws.
  public func text(on terminal: TerminalCapabilities, width: Int? = nil) throws -> String? {
    guard terminal.graphics != .none, !tiles.isEmpty else { return nil }
    let shown = Array(tiles.prefix(Self.limit))
    let columns = max(min(width ?? terminal.columns, terminal.columns), 1)
    let perRow = max(min(shown.count, (columns + Self.gap) / (Self.narrowest + Self.gap)), 1)
    // Rows of about the same length: four and four, not five and three.
    let rowCount = (shown.count + perRow - 1) / perRow
    let across = (shown.count + rowCount - 1) / rowCount
    let box = max((columns - Self.gap * (across - 1)) / across, 1)
    let lines = Self.lines(on: terminal, rows: rowCount, isSized: width != nil)

    var parts: [String] = []
    for start in stride(from: 0, to: shown.count, by: across) {
      let row = TileRow(
        Array(shown[start..<min(start + across, shown.count)]), box: box, lines: lines, grows: width != nil,
        terminal)
      parts.append(try row.text())
    }
    if tiles.count > shown.count { parts.append("… and \(tiles.count - shown.count) more") }
    return parts.joined(separator: "\n")
  }

  /// The lines that the pictures of one row may fill.
  private static func lines(on terminal: TerminalCapabilities, rows: Int, isSized: Bool) -> Int {
    // Room for the entry, its summary, and three lines of text below.
    let screen = min(max(terminal.rows - 5, 4), tallest)
    guard isSized else { return max(screen / rows, min(8, screen)) }
    // What the terminal draws must fit on the screen; text scrolls.
    return terminal.graphics.drawsPixels ? max(terminal.rows - 2, 1) : 1000
  }
}
