/// Pictures side by side, each with a title, on white: the figure of an experiment.
///
/// ```swift
/// let figure = PictureGrid(images: [photo, map], titles: ["image", "cat"], columns: 2)
/// try figure.picture().write(to: "cat.png")
/// ```
public struct PictureGrid: Sendable {
  /// The pictures, row by row. Each is enlarged or reduced, aspect kept, until its longer side is the cell's.
  public var images: [Image]
  /// What stands above each picture; missing ones are empty. Long titles wrap to two lines, then end in an ellipsis.
  public var titles: [String]
  /// How many pictures a row; nil for one row up to four pictures, then about a square.
  public var columns: Int?
  /// Pixels between pictures and around them; nil for what suits the letters.
  public var gap: Int?
  /// The longer side of a cell, in pixels; nil for that of the largest picture, held between 224 and 640.
  public var cellSize: Int?
  /// The letters' size, in pixels; nil for what suits the cells.
  public var fontSize: Int?
  /// What stands above all; empty for nothing.
  public var heading: String
  /// What stands to the left of each row; missing ones are empty.
  public var rowLabels: [String]
  /// A colour bar to the right; nil for none.
  public var legend: Legend?

  /// A grid of pictures.
  public init(
    images: [Image], titles: [String] = [], columns: Int? = nil, gap: Int? = nil, cellSize: Int? = nil,
    fontSize: Int? = nil, heading: String = "", rowLabels: [String] = [], legend: Legend? = nil
  ) {
    self.images = images
    self.titles = titles
    self.columns = columns
    self.gap = gap
    self.cellSize = cellSize
    self.fontSize = fontSize
    self.heading = heading
    self.rowLabels = rowLabels
    self.legend = legend
  }

  private static let ink = RGB(0x222222)

  /// Draws the grid. Throws `ImageError.invalid` without pictures or for nonsensical settings, `.tooLarge` if the whole
  /// would be too large.
  public func picture() throws(ImageError) -> Image {
    guard !images.isEmpty else { throw .invalid(operation: "grid", reason: "there are no pictures") }
    let layout = try Layout(self)
    var canvas = try Image(width: layout.width, height: layout.height, color: .white)
    let font = layout.font
    for (i, line) in layout.headingLines.enumerated() {
      layout.headingFont.draw(
        line, on: &canvas, x: layout.margin,
        y: layout.margin + i * layout.headingFont.lineHeight, color: Self.ink)
    }
    var y = layout.top
    for row in 0..<layout.rows {
      let imageTop = y + layout.titleHeights[row]
      if row < layout.labelLines.count {
        let lines = layout.labelLines[row]
        let start = imageTop + (layout.rowHeights[row] - lines.count * font.lineHeight) / 2
        for (i, line) in lines.enumerated() {
          let x = layout.margin + layout.labelWidth - font.width(of: line)
          font.draw(line, on: &canvas, x: x, y: start + i * font.lineHeight, color: Self.ink)
        }
      }
      var x = layout.left
      for column in 0..<layout.columns {
        let i = row * layout.columns + column
        guard i < images.count else { break }
        let width = layout.columnWidths[column]
        let lines = layout.titleLines[i]
        // Titles stand on their pictures: short ones leave the free line above.
        let start = imageTop - layout.titleSpace - lines.count * font.lineHeight
        for (j, line) in lines.enumerated() {
          font.draw(
            line, on: &canvas, x: x + (width - font.width(of: line)) / 2, y: start + j * font.lineHeight,
            color: Self.ink)
        }
        let size = layout.sizes[i]
        let fitted = try images[i].resized(width: size.width, height: size.height)
        canvas.paste(fitted, x: x + (width - size.width) / 2, y: imageTop)
        x += width + layout.gap
      }
      y = imageTop + layout.rowHeights[row] + layout.gap
    }
    if let bar = layout.bar {
      let pad = font.lineHeight / 2
      canvas.paste(bar, x: layout.barX, y: layout.top + layout.titleHeights[0] - pad)
    }
    return canvas
  }

  /// Where everything goes, in pixels.
  private struct Layout {
    let rows: Int
    let columns: Int
    let font: Font
    let headingFont: Font
    let gap: Int
    let margin: Int
    let titleSpace: Int
    let sizes: [(width: Int, height: Int)]
    let columnWidths: [Int]
    let rowHeights: [Int]
    let titleLines: [[String]]
    let titleHeights: [Int]
    let labelLines: [[String]]
    let labelWidth: Int
    let headingLines: [String]
    let top: Int
    let left: Int
    let bar: Image?
    let barX: Int
    let width: Int
    let height: Int

    init(_ grid: PictureGrid) throws(ImageError) {
      let images = grid.images
      let count = images.count
      let columns = min(grid.columns ?? Self.columns(for: count), count)
      guard columns >= 1 else {
        throw .invalid(
          operation: "grid", reason: "the number of columns is \(columns); it must be at least 1")
      }
      let rows = (count + columns - 1) / columns
      let longest = images.map { max($0.width, $0.height) }.max() ?? 1
      let cell = grid.cellSize ?? min(max(longest, 224), 640)
      guard (8...10_000).contains(cell) else {
        throw .invalid(operation: "grid", reason: "the cell size is \(cell); it goes from 8 to 10000")
      }
      let font = Font(size: grid.fontSize ?? min(max(cell / 20, 13), 24))
      let gap = grid.gap ?? font.size
      guard (0...10_000).contains(gap) else {
        throw .invalid(operation: "grid", reason: "the gap is \(gap); it goes from 0 to 10000")
      }
      let margin = max(gap, font.size)

      // Each picture's longer side is the cell's; rows and columns are then as tight as their pictures allow.
      let sizes = images.map { image in
        let longer = max(image.width, image.height)
        return (
          width: max((image.width * cell + longer / 2) / longer, 1),
          height: max((image.height * cell + longer / 2) / longer, 1)
        )
      }
      let columnWidths = (0..<columns).map { column in
        stride(from: column, to: count, by: columns).map { sizes[$0].width }.max() ?? 0
      }
      let rowHeights = (0..<rows).map { row in
        (row * columns..<min((row + 1) * columns, count)).map { sizes[$0].height }.max() ?? 0
      }

      let titleSpace = (font.size * 2 + 2) / 5
      let titleLines = (0..<count).map { i in
        i < grid.titles.count
          ? font.lines(grid.titles[i], width: columnWidths[i % columns], limit: 2) : []
      }
      let titleHeights = (0..<rows).map { row in
        let most = (row * columns..<min((row + 1) * columns, count)).map { titleLines[$0].count }.max() ?? 0
        return most == 0 ? 0 : most * font.lineHeight + titleSpace
      }

      let labelLines = grid.rowLabels.prefix(rows).map { font.lines($0, width: 9 * font.size, limit: 4) }
      let labelWidth = labelLines.joined().map { font.width(of: $0) }.max() ?? 0
      let left = margin + (labelWidth > 0 ? labelWidth + font.size * 2 / 3 : 0)
      let body = columnWidths.reduce(0, +) + gap * (columns - 1)

      let bodyHeight = titleHeights.reduce(0, +) + rowHeights.reduce(0, +) + gap * (rows - 1)
      var bar: Image?
      if let legend = grid.legend {
        // With its label as high as the pictures, but no taller than two of them.
        let space = min(bodyHeight - titleHeights[0], 2 * cell)
        bar = try legend.picture(length: space - legend.labelHeight(font), font: font)
      }
      let barX = left + body + font.size
      let width = (bar.map { barX + $0.width } ?? (left + body)) + margin

      let headingFont = Font(size: font.size * 5 / 4)
      let headingLines = headingFont.lines(grid.heading, width: width - 2 * margin, limit: 2)
      let top =
        margin + (headingLines.isEmpty ? 0 : headingLines.count * headingFont.lineHeight + font.size / 2)
      let barBottom = bar.map { top + titleHeights[0] - font.lineHeight / 2 + $0.height } ?? 0
      self.rows = rows
      self.columns = columns
      self.font = font
      self.headingFont = headingFont
      self.gap = gap
      self.margin = margin
      self.titleSpace = titleSpace
      self.sizes = sizes
      self.columnWidths = columnWidths
      self.rowHeights = rowHeights
      self.titleLines = titleLines
      self.titleHeights = titleHeights
      self.labelLines = labelLines
      self.labelWidth = labelWidth
      self.headingLines = headingLines
      self.top = top
      self.left = left
      self.bar = bar
      self.barX = barX
      self.width = width
      self.height = max(top + bodyHeight, barBottom) + margin
    }

    private static func columns(for count: Int) -> Int {
      if count <= 4 { return count }
      var columns = 1
      while columns * columns < count { columns += 1 }
      return columns
    }
  }
}
