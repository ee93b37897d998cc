import Imaging

/// Where the panels of an arrangement go.
///
/// All panels of a column are equally wide. Columns share the width in proportion to what is in them, so that the pictures
/// of one row are equally high; words and charts take the height of their row.
struct CompositionLayout {
  private let composition: Composition
  private let width: Double
  private let margin: Double
  private let labelLines: [[String]]
  private let left: Double
  private let barWidth: Double
  /// Each column's left edge and width.
  let columns: [(x: Double, width: Double)]

  private static let title = Lettering(8)
  private static let letter = Lettering(9, isBold: true)
  private static let words = Lettering(8)
  private static let barThickness = 7.0
  /// The proportions, width to height, of what has none of its own.
  private static let free = 4.0 / 3

  /// - Parameter margin: the paper left free around all; an arrangement within another needs none.
  init(_ composition: Composition, width: Double, margin: Double = ChartStyle.margin) throws {
    self.composition = composition
    self.width = width
    self.margin = margin
    guard composition.rows.contains(where: { !$0.isEmpty }) else {
      throw FigureError("a figure needs at least one panel", option: "items")
    }
    let letters = Self.title
    labelLines = composition.rows.indices.map { row in
      row < composition.rowLabels.count
        ? letters.lines(composition.rowLabels[row], width: min(width * 0.16, 80), limit: 6) : []
    }
    let labelWidth = labelLines.map { letters.width($0) }.max() ?? 0
    left = margin + (labelWidth > 0 ? labelWidth + 6 : 0)
    barWidth = composition.bar.map { Self.barWidth($0, width: width) } ?? 0
    let count = composition.rows.map(\.count).max() ?? 1
    let inner = width - left - margin - barWidth
    let room = inner - composition.gap * Double(count - 1)
    guard room >= 14 * Double(count) else {
      throw FigureError(
        "\(count) panels a row have no room on \(Int((width / Drawing.pointsPerMillimetre).rounded())) mm",
        option: "width", hint: "make it wider, or use fewer `columns`")
    }
    let weights = (0..<count).map { column -> Double in
      let own = composition.rows.compactMap { row in
        column < row.count ? Self.proportions(row[column].content) : nil
      }
      // The mean of proportions is that of their logarithms; here the plain one is near enough.
      let mean = own.isEmpty ? Self.free : own.reduce(0, +) / Double(own.count)
      return min(max(mean, 0.4), 2.5)
    }
    let sum = weights.reduce(0, +)
    var columns: [(x: Double, width: Double)] = []
    var x = left
    for weight in weights {
      let own = room * weight / sum
      columns.append((x, own))
      x += own + composition.gap
    }
    self.columns = columns
  }

  /// Width to height of what has its own; nil for what takes any.
  private static func proportions(_ content: Composition.Content) -> Double? {
    switch content {
    case .picture(let image): Double(image.width) / Double(image.height)
    case .chart, .text: nil
    case .composition: 1.5
    }
  }

  /// The bar with its numbers and the space before it.
  private static func barWidth(_ bar: Legend, width: Double) -> Double {
    let letters = ChartStyle.ticks
    let numbers = letters.width(Self.ticks(of: bar).labels)
    return 8 + barThickness + 5 + numbers + (bar.label.isEmpty ? 0 : letters.lineHeight + 3)
  }

  /// Everything, drawn; the height is what it needs. Throws `FigureError`, `Interrupted`.
  func drawing() throws -> Drawing {
    var parts = Drawing(width: width, height: 0)
    var y = margin
    let heading = Lettering(10)
    let headingLines = heading.lines(composition.heading, width: width - 2 * margin, limit: 3)
    parts.add(headingLines, heading, x: margin, y: y, color: ChartStyle.ink)
    y += heading.height(headingLines.count) + (headingLines.isEmpty ? 0 : 4)
    let rowsTop = y
    var firstTop = y
    for (index, row) in composition.rows.enumerated() where !row.isEmpty {
      let titles = row.indices.map { column in
        Self.title.lines(
          row[column].title, width: columns[column].width - letterWidth(row[column].letter), limit: 3)
      }
      let titleHeight =
        zip(row, titles).map { panel, lines in
          max(
            lines.isEmpty ? 0 : Self.title.height(lines.count) + 3,
            panel.letter.isEmpty ? 0 : Self.letter.lineHeight + 3)
        }.max() ?? 0
      let top = y + titleHeight
      if index == 0 { firstTop = top }
      let (drawn, height) = try rowContents(row)
      for (column, panel) in row.enumerated() {
        let place = columns[column]
        var titleX = place.x
        let lines = titles[column]
        // A picture narrower than its column stands in its middle, what is said of it begins where it does.
        let box = drawn[column].box
        let offset = (place.width - box.width) / 2
        if case .picture = panel.content { titleX += offset }
        let baseTop = top - 3 - Self.title.height(max(lines.count, 1))
        if !panel.letter.isEmpty {
          parts.add(
            [panel.letter], Self.letter, x: titleX,
            y: baseTop + Self.title.ascent - Self.letter.ascent, color: ChartStyle.ink)
          titleX += letterWidth(panel.letter)
        }
        parts.add(lines, Self.title, x: titleX, y: baseTop, color: ChartStyle.ink)
        for element in drawn[column].elements {
          parts.add(.moved(x: place.x + offset, y: top, [element]))
        }
      }
      if index < labelLines.count {
        let lines = labelLines[index]
        for (i, line) in lines.enumerated() {
          let middle = top + height / 2 - Self.title.height(lines.count) / 2
          parts.add(
            [line], Self.title, x: left - 6, y: middle + Double(i) * Self.title.lineHeight, anchor: .end,
            color: ChartStyle.ink)
        }
      }
      y = top + height + composition.gap
    }
    y -= composition.gap
    y = drawBar(&parts, above: rowsTop, top: firstTop, bottom: y)
    y = drawSwatches(&parts, y: y)
    let captionLines = Self.words.lines(composition.caption, width: width - 2 * margin)
    if !captionLines.isEmpty {
      y += 6
      parts.add(captionLines, Self.words, x: margin, y: y, color: ChartStyle.ink)
      y += Self.words.height(captionLines.count)
    }
    var drawing = Drawing(width: width, height: y + margin)
    drawing.add(parts, x: 0, y: 0)
    return drawing
  }

  private func letterWidth(_ letter: String) -> Double {
    letter.isEmpty ? 0 : Self.letter.width(letter) + 5
  }

  private typealias Drawn = (elements: [Drawing.Element], box: (width: Double, height: Double))

  /// The panels of a row, drawn in their columns, and the row's height.
  private func rowContents(_ row: [Composition.Panel]) throws -> (drawn: [Drawn], height: Double) {
    var drawn = [Drawn?](repeating: nil, count: row.count)
    var height = 0.0
    // What has proportions of its own decides how high the row is.
    for (i, panel) in row.enumerated() {
      let available = columns[i].width
      switch panel.content {
      case .picture(let image):
        // Tall pictures are held back: a column is no place for a tower.
        let own = min(available * Double(image.height) / Double(image.width), available * 2.5)
        let across = own * Double(image.width) / Double(image.height)
        let place = Rectangle(x: 0, y: 0, width: across, height: own)
        drawn[i] = ([.picture(image, place, isSmooth: composition.isSmooth)], (across, own))
        height = max(height, own)
      case .composition(let inner):
        let drawing = try CompositionLayout(inner, width: available, margin: 0).drawing()
        drawn[i] = (drawing.elements, (available, drawing.height))
        height = max(height, drawing.height)
      case .chart, .text: break
      }
    }
    for (i, panel) in row.enumerated() {
      guard case .text(let text) = panel.content else { continue }
      let lines = Self.words.lines(text, width: columns[i].width)
      height = max(height, Self.words.height(lines.count))
    }
    for (i, panel) in row.enumerated() where drawn[i] == nil {
      let available = columns[i].width
      switch panel.content {
      case .chart(let chart):
        let isAlone = !row.contains { Self.proportions($0.content) != nil }
        // Beside words alone a chart has its usual proportions; beside pictures their height.
        let own = isAlone ? max(height, min(available / Self.free, available * 0.7 + 40)) : max(height, 70)
        drawn[i] = (try chart.drawing(width: available, height: own).elements, (available, own))
        height = max(height, own)
      case .text(let text):
        let lines = Self.words.lines(text, width: available)
        var words = Drawing(width: available, height: height)
        words.add(lines, Self.words, x: 0, y: 0, color: ChartStyle.ink)
        drawn[i] = (words.elements, (available, Self.words.height(lines.count)))
      default: break
      }
    }
    return (drawn.map { $0 ?? ([], (0, 0)) }, height)
  }

  /// The colour bar to the right of the panels, as high as they are but no longer than a hand. Gives the place below
  /// panels and bar: its words may be longer than the panels are high.
  /// - Parameter above: how far up the words may reach, beside the first row's titles.
  private func drawBar(_ parts: inout Drawing, above: Double, top: Double, bottom: Double) -> Double {
    guard let bar = composition.bar else { return bottom }
    let letters = ChartStyle.ticks
    let length = min(max(bottom - top, 40), 200)
    let x = width - margin - barWidth + 8
    let colors = bar.colormap.colors
    // From the highest down, each colour over all that is left: no light shows between them.
    for (i, color) in colors.enumerated().reversed() {
      let share = Double(i + 1) / Double(colors.count)
      let strip = Rectangle(
        x: x, y: top + length * (1 - share), width: Self.barThickness, height: length * share)
      parts.add(.rectangle(strip, fill: Color(color)))
    }
    parts.add(
      .rectangle(
        Rectangle(x: x, y: top, width: Self.barThickness, height: length),
        outline: Stroke(ChartStyle.soft, width: 0.5)))
    let (low, span) = (Double(bar.low), Double(bar.high) - Double(bar.low))
    let ticks = Self.ticks(of: bar)
    for (value, text) in zip(ticks.values, ticks.labels) {
      let y = top + length * (1 - (span > 0 ? (value - low) / span : 0))
      let right = x + Self.barThickness
      parts.add(.lines([Point(right, y), Point(right + 2.5, y)], ChartStyle.spine))
      // The letters at the ends stay beside the bar.
      let baseline = min(max(y + letters.capHeight / 2, top + letters.capHeight), top + length)
      parts.add(
        .text(
          .init(text, at: Point(right + 5, baseline), size: letters.size, color: ChartStyle.soft)))
    }
    let end = max(bottom, top + length)
    guard !bar.label.isEmpty else { return end }
    let label = letters.ellipsized(bar.label, width: max(length, 120))
    // In the bar's middle, or as near as keeps the words beside the panels.
    let half = letters.width(label) / 2
    let middle = max(above + half, min(top + length / 2, end - half))
    parts.add(
      .text(
        .init(
          label, at: Point(width - margin - 1.5, middle), size: letters.size, anchor: .middle, angle: 90,
          color: ChartStyle.ink)))
    return max(end, middle + half)
  }

  /// Round numbers along a bar.
  private static func ticks(of bar: Legend) -> Ticks {
    Ticks.linear(low: Double(bar.low), high: Double(bar.high), atMost: 5)
  }

  /// Swatches with names, in lines below the panels. Gives the place below them.
  private func drawSwatches(_ parts: inout Drawing, y: Double) -> Double {
    guard !composition.swatches.isEmpty else { return y }
    let letters = ChartStyle.ticks
    let side = 7.0
    let row = letters.lineHeight + 3
    let right = width - margin
    var (x, y) = (left, y + 7)
    for entry in composition.swatches {
      let name = letters.ellipsized(entry.name, width: right - left - side - 4)
      let own = side + 4 + letters.width(name)
      if x > left, x + own > right {
        x = left
        y += row
      }
      parts.add(
        .rectangle(
          Rectangle(x: x, y: y + (letters.lineHeight - side) / 2, width: side, height: side),
          fill: Color(entry.color), outline: Stroke(Color(0x999999), width: 0.4)))
      parts.add(
        .text(
          .init(
            name, at: Point(x + side + 4, y + letters.lineHeight / 2 + letters.capHeight / 2),
            size: letters.size, color: ChartStyle.ink)))
      x += own + 10
    }
    return y + row
  }
}
