import Glibc

/// Where the parts of a chart go on paper of a given size.
struct ChartLayout {
  private let chart: Chart
  private let width: Double
  private let height: Double
  private let x: Axis
  private let y: Axis
  private let titleLines: [String]
  private let xLabelLines: [String]
  private let yLabelLines: [String]
  private let legend: ChartLegend?
  private let legendPlace: Chart.LegendPlace
  /// Where what stands below the axis' names begins.
  private let lowest: Double
  /// The paper within the axes.
  let area: Rectangle
  /// Numbers and texts along the vertical axis.
  let yTicks: Ticks
  /// Numbers along the horizontal axis; nil for categories.
  let xTicks: Ticks?
  /// Names along the horizontal axis; nil for numbers.
  let names: CategoryLabels?

  /// Throws `FigureError` where limits leave nothing or the letters leave no room.
  init(_ chart: Chart, width: Double, height: Double) throws {
    self.chart = chart
    self.width = width
    self.height = height
    (x, y) = try Self.axes(chart)

    let margin = ChartStyle.margin
    let inner = width - 2 * margin
    titleLines = ChartStyle.title.lines(chart.title, width: inner, limit: 3)
    var legendPlace = chart.legend
    if legendPlace == .auto { legendPlace = chart.series.count > 1 ? .right : .none }
    self.legendPlace = legendPlace
    var top = margin + ChartStyle.title.height(titleLines.count) + (titleLines.isEmpty ? 0 : 3)
    switch legendPlace {
    case .right:
      legend = .upright(chart, width: inner * 0.38, height: height - top - margin)
    case .top, .bottom:
      // Names are kept as long as there is room for them: too small a chart says so itself.
      legend = .level(chart, width: inner, height: max(height * 0.3, 4 * (ChartStyle.ticks.lineHeight + 2)))
    case .auto, .none: legend = nil
    }
    if legendPlace == .top, let legend { top += legend.height + ChartStyle.gap }
    // Half a digit stands above the highest tick.
    top += ChartStyle.ticks.capHeight / 2
    var right = width - margin
    if legendPlace == .right, let legend { right -= legend.width + 10 }
    var bottom = height - margin
    if legendPlace == .bottom, let legend { bottom -= legend.height + ChartStyle.gap }
    xLabelLines = ChartStyle.labels.lines(chart.xLabel, width: inner * 0.9, limit: 2)
    bottom -= ChartStyle.labels.height(xLabelLines.count) + (xLabelLines.isEmpty ? 0 : 2)
    lowest = bottom
    yLabelLines = ChartStyle.labels.lines(chart.yLabel, width: max(40, bottom - top - 10), limit: 3)
    let left = margin + ChartStyle.labels.height(yLabelLines.count) + (yLabelLines.isEmpty ? 0 : 3)
    let labelGap = ChartStyle.tickLength + 2

    // The horizontal axis' texts need to know its width, that of the vertical axis' texts its height: a few rounds do.
    let line = ChartStyle.ticks.lineHeight
    var below = labelGap + line
    var (start, end) = (left + 20, right)
    var yTicks = Ticks()
    var xTicks: Ticks?
    var names: CategoryLabels?
    for _ in 0..<3 {
      let room = bottom - below - top
      yTicks = y.ticks(atMost: max(2, min(8, Int(room / (line * 2)) + 1)))
      start = left + ChartStyle.ticks.width(yTicks.labels) + labelGap
      end = right
      if let categories = x.categories {
        let slot = (end - start) / Double(max(categories.count, 1))
        let fitted = CategoryLabels(
          categories, slot: slot, room: min((bottom - top) * 0.45, 110), before: start - margin)
        names = fitted
        below = categories == [""] ? labelGap : labelGap + fitted.height
      } else {
        let fitted = Self.fitting(x, width: end - start)
        xTicks = fitted
        // The last number is not cut off.
        if let last = fitted.values.last, let place = x.place(last), let text = fitted.labels.last {
          let half = ChartStyle.ticks.width(text) / 2
          let over = start + place * (end - start) + half - right
          if over > 0 { end -= over }
        }
        below = labelGap + line
      }
    }
    area = Rectangle(x: start, y: top, width: end - start, height: bottom - below - top)
    self.yTicks = yTicks
    self.xTicks = xTicks
    self.names = names
    guard area.width >= 30, area.height >= 20 else {
      throw FigureError(
        "there is no room left for the chart between its letters",
        option: area.width < 30 ? "width" : "height",
        hint: "make it larger, or put the legend elsewhere: `legend: \"bottom\"`")
    }
  }

  /// The axes that the numbers and limits ask for.
  private static func axes(_ chart: Chart) throws -> (x: Axis, y: Axis) {
    let samples = chart.series.lazy.flatMap(\.samples)
    let seen = samples.filter { $0.y != nil }
    let isBar = chart.kind == .bar
    let showsSpread = chart.spread != .none
    let values = seen.flatMap { sample in
      [sample.y, showsSpread ? sample.low : nil, showsSpread ? sample.high : nil].compactMap { $0 }
    }
    var ground: Double? = isBar ? 0 : nil
    if isBar, chart.isYLogarithmic {
      // There is no zero: bars stand on a power of ten.
      ground = values.filter { $0 > 0 }.min().map { pow(10, (log10($0) - 1e-9).rounded(.down)) }
    }
    let y = try Axis(
      values, limits: chart.yLimits, isLogarithmic: chart.isYLogarithmic, margin: 0.05, anchor: ground,
      option: "ylim")
    guard let categories = chart.categories else {
      var x = try Axis(
        seen.map(\.x), limits: chart.xLimits, isLogarithmic: chart.isXLogarithmic,
        margin: chart.kind == .line ? 0.03 : 0.05, option: "xlim")
      x.isWhole = seen.allSatisfy { $0.x == $0.x.rounded() }
      return (x, y)
    }
    for (isGiven, option) in [
      (chart.xLimits != Chart.Limits(), "xlim"), (chart.isXLogarithmic, "logAxes"),
    ] where isGiven {
      throw FigureError("the horizontal axis has names, not numbers", option: option)
    }
    return (Axis(categories: categories), y)
  }

  /// As many numbers along an axis as stand apart.
  private static func fitting(_ axis: Axis, width: Double) -> Ticks {
    var fallback = Ticks()
    for most in stride(from: 9, through: 2, by: -1) {
      let ticks = axis.ticks(atMost: most)
      fallback = ticks
      let places = ticks.values.map { (axis.place($0) ?? 0) * width }
      let widths = ticks.labels.map { ChartStyle.ticks.width($0) }
      let isApart = places.indices.dropFirst().allSatisfy { i in
        places[i] - places[i - 1] >= (widths[i] + widths[i - 1]) / 2 + 9
      }
      if isApart { return ticks }
    }
    return fallback
  }

  /// Everything, drawn. Throws `Interrupted`.
  func drawing() throws -> Drawing {
    var drawing = Drawing(width: width, height: height)
    drawing.add(
      titleLines, ChartStyle.title, x: area.x, y: ChartStyle.margin, color: ChartStyle.ink, within: width)
    if let legend {
      let titleHeight = ChartStyle.title.height(titleLines.count) + (titleLines.isEmpty ? 0 : 3)
      switch legendPlace {
      case .right:
        drawing.add(legend.elements(x: width - ChartStyle.margin - legend.width, y: area.y))
      case .top:
        drawing.add(
          legend.elements(
            x: min(area.x, width - ChartStyle.margin - legend.width), y: ChartStyle.margin + titleHeight))
      default:
        drawing.add(
          legend.elements(
            x: min(area.x, width - ChartStyle.margin - legend.width),
            y: height - ChartStyle.margin - legend.height))
      }
    }
    drawAxes(&drawing)
    drawing.add(.clipped(area, try ChartMarks(chart: chart, x: x, y: y, area: area).elements()))
    // The axes' strokes stand over what touches them.
    drawing.add(.lines([Point(area.x, area.y), Point(area.x, area.bottom)], ChartStyle.spine))
    drawing.add(.lines([Point(area.x, area.bottom), Point(area.right, area.bottom)], ChartStyle.spine))
    return drawing
  }

  private func drawAxes(_ drawing: inout Drawing) {
    let letters = ChartStyle.ticks
    let length = ChartStyle.tickLength
    func upright(_ px: Double, _ length: Double) {
      drawing.add(.lines([Point(px, area.bottom), Point(px, area.bottom + length)], ChartStyle.spine))
    }
    for (value, label) in zip(yTicks.values, yTicks.labels) {
      guard let place = y.place(value), place >= -1e-9, place <= 1 + 1e-9 else { continue }
      let py = area.bottom - place * area.height
      drawing.add(.lines([Point(area.x, py), Point(area.right, py)], ChartStyle.grid))
      drawing.add(.lines([Point(area.x - length, py), Point(area.x, py)], ChartStyle.spine))
      drawing.add(
        .text(
          .init(
            label, at: Point(area.x - length - 2, py + letters.capHeight / 2), size: letters.size,
            anchor: .end,
            color: ChartStyle.soft)))
    }
    for value in yTicks.minor {
      guard let place = y.place(value), place >= 0, place <= 1 else { continue }
      let py = area.bottom - place * area.height
      drawing.add(.lines([Point(area.x - length * 0.55, py), Point(area.x, py)], ChartStyle.spine))
    }
    if let xTicks {
      for (value, label) in zip(xTicks.values, xTicks.labels) {
        guard let place = x.place(value), place >= -1e-9, place <= 1 + 1e-9 else { continue }
        let px = area.x + place * area.width
        drawing.add(.lines([Point(px, area.y), Point(px, area.bottom)], ChartStyle.grid))
        upright(px, length)
        drawing.add(
          .text(
            .init(
              label, at: Point(px, area.bottom + length + 2 + letters.ascent), size: letters.size,
              anchor: .middle, color: ChartStyle.soft)))
      }
      for value in xTicks.minor {
        guard let place = x.place(value), place >= 0, place <= 1 else { continue }
        upright(area.x + place * area.width, length * 0.55)
      }
    }
    if let names, let categories = x.categories, categories != [""] {
      let slot = area.width / Double(categories.count)
      let places = categories.indices.map { area.x + (Double($0) + 0.5) * slot }
      for (i, px) in places.enumerated() where !names.lines[i].isEmpty { upright(px, length) }
      for element in names.elements(at: places, y: area.bottom + length + 2) { drawing.add(element) }
    }
    let labels = ChartStyle.labels
    var bottom = height - ChartStyle.margin
    if legendPlace == .bottom, let legend { bottom -= legend.height + ChartStyle.gap }
    drawing.add(
      xLabelLines, labels, x: area.x + area.width / 2, y: bottom - labels.height(xLabelLines.count),
      anchor: .middle, color: ChartStyle.ink, within: width)
    for (i, line) in yLabelLines.enumerated() {
      drawing.add(
        .text(
          .init(
            line, at: Point(ChartStyle.margin + Double(i) * labels.lineHeight + labels.ascent, yMiddle(line)),
            size: labels.size, anchor: .middle, angle: 90, color: ChartStyle.ink)))
    }
  }

  /// The middle of the axis, or as near as keeps the line between what stands above and below the axes.
  private func yMiddle(_ line: String) -> Double {
    let half = ChartStyle.labels.width(line) / 2
    return max(area.y + half, min(area.y + area.height / 2, lowest - half))
  }
}

extension Drawing {
  /// Lines below one another, moved sideways where they would leave the paper.
  fileprivate mutating func add(
    _ lines: [String], _ lettering: Lettering, x: Double, y: Double, anchor: Anchor = .start, color: Color,
    within width: Double
  ) {
    let widest = lettering.width(lines)
    let most = width - ChartStyle.margin - (anchor == .middle ? widest / 2 : widest)
    let least = ChartStyle.margin + (anchor == .middle ? widest / 2 : 0)
    add(lines, lettering, x: max(min(x, most), least), y: y, anchor: anchor, color: color)
  }
}
