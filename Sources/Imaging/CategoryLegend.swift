/// Which colour stands for which class: swatches with names.
public struct CategoryLegend: Hashable, Sendable {
  /// One class.
  public struct Entry: Hashable, Sendable {
    /// Its colour.
    public var color: RGB
    /// Its name.
    public var name: String

    /// A class with its colour and name.
    public init(color: RGB, name: String) {
      self.color = color
      self.name = name
    }
  }

  /// The classes, in the order they are drawn.
  public var entries: [Entry]

  /// A legend of classes.
  public init(_ entries: [Entry]) { self.entries = entries }

  /// Swatches with their names to the right, in lines from the left, on white. A name too long for a line of its own is
  /// broken into at most two and ends in an ellipsis. Throws `ImageError.invalid` without classes, `.tooLarge` for a size
  /// beyond the limits of pictures.
  /// - Parameter width: the longest a line may become, in pixels; at least eight letters' size. The picture is as
  ///   wide as the longest line is.
  public func picture(width: Int, font: Font = Font(size: 14)) throws(ImageError) -> Image {
    guard !entries.isEmpty else { throw .invalid(operation: "legend", reason: "there are no classes") }
    let (cells, used) = layout(width: max(width, 8 * font.size), font)
    let bottom = cells.map { $0.y + $0.lines.count * font.lineHeight }.max() ?? font.lineHeight
    var image = try Image(width: used, height: bottom, color: .white)
    let side = font.size
    for (cell, entry) in zip(cells, entries) {
      let top = cell.y + (font.lineHeight - side) / 2
      let swatch = PixelRectangle(x: cell.x, y: top, width: side, height: side)
      image.fill(swatch, color: entry.color)
      // A rim, so that white shows on white.
      image.outline(swatch, color: RGB(0x999999), thickness: 1)
      for (i, line) in cell.lines.enumerated() {
        font.draw(
          line, on: &image, x: cell.x + side + Self.space(font), y: cell.y + i * font.lineHeight,
          color: RGB(0x333333))
      }
    }
    return image
  }

  /// Between a swatch and its name, in pixels.
  private static func space(_ font: Font) -> Int { max(font.size * 2 / 5, 3) }

  private struct Cell {
    let x: Int
    let y: Int
    let lines: [String]
  }

  /// Where each entry goes, and how wide all are.
  private func layout(width: Int, _ font: Font) -> (cells: [Cell], width: Int) {
    let before = font.size + Self.space(font)
    var cells: [Cell] = []
    var (x, y, lineHeight, used) = (0, 0, 0, 1)
    for entry in entries {
      let wrapped = font.lines(entry.name, width: width - before, limit: 2)
      let lines = wrapped.isEmpty ? [""] : wrapped
      let own = before + (lines.map { font.width(of: $0) }.max() ?? 0)
      if x > 0, x + own > width {
        x = 0
        y += lineHeight
        lineHeight = 0
      }
      cells.append(Cell(x: x, y: y, lines: lines))
      used = max(used, x + own)
      lineHeight = max(lineHeight, lines.count * font.lineHeight + font.size / 4)
      x += own + font.size
    }
    return (cells, used)
  }
}
