/// The names of a chart's series beside samples of how they are drawn.
struct ChartLegend {
  /// How wide all is, in points.
  let width: Double
  /// How high all is.
  let height: Double
  private var parts: [Drawing.Element] = []

  private static let sample = 18.0
  private static let space = 4.0

  /// Below one another, in as many columns as the height asks for.
  /// - Parameters:
  ///   - width: the most it may take.
  ///   - height: the most it may take; what does not fit is counted.
  static func upright(_ chart: Chart, width: Double, height: Double) -> ChartLegend {
    let letters = ChartStyle.ticks
    let title = ChartStyle.labels.lines(chart.seriesLabel, width: width, limit: 2)
    let top = title.isEmpty ? 0 : ChartStyle.labels.height(title.count) + 2
    let row = letters.lineHeight + 2
    let perColumn = max(1, Int((height - top) / row))
    var shown = chart.series.count
    var columns = (shown + perColumn - 1) / perColumn
    let most = max(1, Int(width / 60))
    if columns > most {
      columns = most
      // One line for how many are left out.
      shown = max(1, perColumn * columns - 1)
    }
    let textWidth = width / Double(columns) - sample - space - (columns > 1 ? 8 : 0)
    var names = chart.series.prefix(shown).map { letters.ellipsized($0.name, width: textWidth) }
    if shown < chart.series.count { names.append("+ \(chart.series.count - shown) more") }
    var parts: [Drawing.Element] = []
    var x = 0.0
    var used = ChartStyle.labels.width(title)
    var bottom = top
    for column in 0..<columns {
      let range = column * perColumn..<min((column + 1) * perColumn, names.count)
      guard !range.isEmpty else { break }
      for (line, i) in range.enumerated() {
        let y = top + Double(line) * row
        parts += entry(chart, i < shown ? i : nil, name: names[i], x: x, y: y)
        bottom = max(bottom, y + row)
      }
      used = max(used, x + sample + space + letters.width(Array(names[range])))
      x = used + 8
    }
    var legend = ChartLegend(width: used, height: bottom)
    legend.parts = texts(title, ChartStyle.labels) + parts
    return legend
  }

  /// Beside one another, in lines from the left.
  static func level(_ chart: Chart, width: Double, height: Double) -> ChartLegend {
    let letters = ChartStyle.ticks
    let row = letters.lineHeight + 2
    var parts: [Drawing.Element] = []
    var x = 0.0
    var y = 0.0
    var used = 0.0
    if !chart.seriesLabel.isEmpty {
      let title = ChartStyle.labels.ellipsized(chart.seriesLabel, width: width * 0.4)
      parts += texts([title], ChartStyle.labels, y: (letters.lineHeight - ChartStyle.labels.lineHeight) / 2)
      x = ChartStyle.labels.width(title) + 8
      used = x
    }
    for (i, series) in chart.series.enumerated() {
      let name = letters.ellipsized(series.name, width: width - sample - space)
      let own = sample + space + letters.width(name)
      if x > 0, x + own > width {
        x = 0
        y += row
      }
      if y + 2 * row > height, i < chart.series.count - 1, x + own + 70 > width {
        let rest = "+ \(chart.series.count - i) more"
        parts += entry(chart, nil, name: rest, x: x, y: y)
        used = max(used, x + sample + space + letters.width(rest))
        break
      }
      parts += entry(chart, i, name: name, x: x, y: y)
      used = max(used, x + own)
      x += own + 10
    }
    var legend = ChartLegend(width: min(used, width), height: y + row)
    legend.parts = parts
    return legend
  }

  private init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// The legend with its upper left corner at a place.
  func elements(x: Double, y: Double) -> Drawing.Element { .moved(x: x, y: y, parts) }

  private static func texts(_ lines: [String], _ lettering: Lettering, y: Double = 0) -> [Drawing.Element] {
    lines.enumerated().map { i, line in
      .text(
        .init(
          line, at: Point(0, y + Double(i) * lettering.lineHeight + lettering.ascent), size: lettering.size,
          color: ChartStyle.ink))
    }
  }

  /// One name; without a series it is words alone.
  private static func entry(
    _ chart: Chart, _ series: Int?, name: String, x: Double, y: Double
  ) -> [Drawing.Element] {
    let letters = ChartStyle.ticks
    let middle = y + letters.lineHeight / 2
    var parts: [Drawing.Element] = [
      .text(
        .init(
          name, at: Point(series == nil ? x : x + sample + space, middle + letters.capHeight / 2),
          size: letters.size, color: ChartStyle.ink))
    ]
    guard let series else { return parts }
    let centre = Point(x + sample / 2, middle)
    switch chart.kind {
    case .line:
      parts.append(
        .lines(
          [Point(x, middle), Point(x + sample, middle)],
          Stroke(Palette.color(series), width: ChartStyle.lineWidth, dash: Palette.dash(series))))
      parts.append(Palette.marker(series, at: centre, radius: ChartStyle.markerRadius))
    case .scatter:
      parts.append(Palette.marker(series, at: centre, radius: ChartStyle.markerRadius * 1.15))
    case .bar, .box:
      let swatch = Rectangle(x: x + 4, y: middle - 4, width: sample - 4, height: 8)
      parts += ChartMarks.filled(swatch, series: series, isBox: chart.kind == .box)
    }
    return parts
  }
}
