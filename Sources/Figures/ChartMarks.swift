import Tensors

/// What stands for the numbers, within the axes.
struct ChartMarks {
  let chart: Chart
  let x: Axis
  let y: Axis
  /// The paper within the axes.
  let area: Rectangle

  /// Lines, bars, dots or boxes of all series. Throws `Interrupted`.
  func elements() throws -> [Drawing.Element] {
    var elements: [Drawing.Element] = []
    switch chart.kind {
    case .line:
      for (i, series) in chart.series.enumerated() where drawsBand { elements += band(series.samples, i) }
      for (i, series) in chart.series.enumerated() { elements += try line(series.samples, i) }
    case .scatter: for (i, series) in chart.series.enumerated() { elements += try dots(series.samples, i) }
    case .bar: for (i, series) in chart.series.enumerated() { elements += try bars(series.samples, i) }
    case .box: for (i, series) in chart.series.enumerated() { elements += try boxes(series.samples, i) }
    }
    return elements
  }

  private var drawsBand: Bool { chart.spread == .band || chart.spread == .auto }

  /// Where a number lies; far beyond the axes places are held back, as no paper reaches there.
  private func right(_ value: Double) -> Double? {
    x.place(value).map { area.x + min(max($0 * area.width, -20_000), 20_000) }
  }

  private func down(_ value: Double) -> Double? {
    y.place(value).map { area.bottom - min(max($0 * area.height, -20_000), 20_000) }
  }

  private func point(_ sample: Chart.Sample) -> Point? {
    guard let value = sample.y, let px = right(sample.x), let py = down(value) else { return nil }
    return Point(px, py)
  }

  // MARK: Lines

  /// Runs of neighbouring samples that are there.
  private func runs(_ samples: [Chart.Sample], _ isThere: (Chart.Sample) -> Bool) -> [ArraySlice<
    Chart.Sample
  >] {
    samples.split { !isThere($0) }
  }

  private func line(_ samples: [Chart.Sample], _ series: Int) throws -> [Drawing.Element] {
    try Interruption.check()
    let stroke = Stroke(Palette.color(series), width: ChartStyle.lineWidth, dash: Palette.dash(series))
    var elements: [Drawing.Element] = []
    if chart.spread == .whiskers {
      for sample in samples { elements += whisker(sample, at: right(sample.x), Palette.color(series)) }
    }
    let runs = runs(samples) { point($0) != nil }
    let showsMarkers = samples.count <= 40
    for run in runs {
      let points = run.compactMap(point)
      // Long lines in parts: a stroke of a million joints is slow everywhere.
      var start = 0
      while start < points.count - 1 {
        let end = min(start + 20_000, points.count - 1)
        elements.append(.lines(Array(points[start...end]), stroke))
        start = end
      }
      if showsMarkers || points.count == 1 {
        elements += points.map { Palette.marker(series, at: $0, radius: ChartStyle.markerRadius) }
      }
    }
    return elements
  }

  private func band(_ samples: [Chart.Sample], _ series: Int) -> [Drawing.Element] {
    // A sample without an interval of its own, such as the mean of one number, has one of no height.
    let runs = runs(samples) { point($0) != nil }
    guard samples.contains(where: { $0.low != nil || $0.high != nil }) else { return [] }
    return runs.filter { $0.count > 1 }.map { run in
      let upper = run.compactMap { edge($0, $0.high) }
      let lower = run.compactMap { edge($0, $0.low) }
      var fill = Palette.color(series)
      fill.opacity = 0.18
      return .polygon(upper + lower.reversed(), fill: fill)
    }
  }

  private func edge(_ sample: Chart.Sample, _ bound: Double?) -> Point? {
    guard let point = point(sample) else { return nil }
    guard let bound else { return point }
    // On a logarithmic axis what reaches to zero or below reaches to the axis' end.
    return Point(point.x, down(bound) ?? area.bottom + 10)
  }

  /// A stroke from low to high with ends.
  private func whisker(_ sample: Chart.Sample, at px: Double?, _ color: Color, width: Double = 5)
    -> [Drawing.Element]
  {
    guard chart.spread != .none, let px, let point = point(sample), sample.low != nil || sample.high != nil
    else { return [] }
    let top = sample.high.map { down($0) ?? area.bottom + 10 } ?? point.y
    let bottom = sample.low.map { down($0) ?? area.bottom + 10 } ?? point.y
    let stroke = Stroke(color, width: 0.8)
    var parts: [Drawing.Element] = [.lines([Point(px, top), Point(px, bottom)], stroke)]
    for (isThere, y) in [(sample.high != nil, top), (sample.low != nil, bottom)] where isThere {
      parts.append(.lines([Point(px - width / 2, y), Point(px + width / 2, y)], stroke))
    }
    return parts
  }

  // MARK: Dots

  private func dots(_ samples: [Chart.Sample], _ series: Int) throws -> [Drawing.Element] {
    let total = chart.series.reduce(0) { $0 + $1.samples.count }
    let radius = ChartStyle.markerRadius * (total <= 200 ? 1.15 : total <= 2000 ? 0.85 : 0.5)
    let opacity = total <= 200 ? 0.9 : total <= 2000 ? 0.6 : 0.35
    var elements: [Drawing.Element] = []
    for (i, sample) in samples.enumerated() {
      if i % 4096 == 0 { try Interruption.check() }
      guard let point = point(sample), area.contains(point) else { continue }
      elements += whisker(sample, at: point.x, Palette.color(series))
      if total <= 2000 {
        elements.append(Palette.marker(series, at: point, radius: radius, opacity: opacity))
      } else {
        var fill = Palette.color(series)
        fill.opacity = opacity
        elements.append(.circle(point, radius: radius, fill: fill))
      }
    }
    return elements
  }

  // MARK: Bars and boxes

  /// The paper that a series has of a category's slot: together the series take four fifths.
  private func slot(_ place: Double, _ series: Int) -> (x: Double, width: Double)? {
    guard let centre = right(place), let next = right(place + 1) else { return nil }
    let all = (next - centre) * (chart.kind == .box && chart.series.count == 1 ? 0.6 : 0.8)
    let each = all / Double(max(chart.series.count, 1))
    return (centre - all / 2 + each * Double(series), each)
  }

  /// A filled rectangle in a series' colour and hatching.
  static func filled(_ r: Rectangle, series: Int, isBox: Bool) -> [Drawing.Element] {
    let color = Palette.color(series)
    if isBox {
      return [
        .rectangle(r, fill: color.lighter(0.45)), .clipped(r, Palette.hatching(series, r)),
        .rectangle(r, outline: Stroke(ChartStyle.ink, width: 0.8)),
      ]
    }
    return [.rectangle(r, fill: color), .clipped(r, Palette.hatching(series, r))]
  }

  private func bars(_ samples: [Chart.Sample], _ series: Int) throws -> [Drawing.Element] {
    try Interruption.check()
    // On a logarithmic axis, or one without zero, bars stand on its lower end.
    let ground = down(0).map { min(max($0, area.y), area.bottom) } ?? area.bottom
    return samples.flatMap { sample -> [Drawing.Element] in
      guard let point = point(sample), let slot = slot(sample.x, series) else { return [] }
      let inset = chart.series.count > 1 ? min(slot.width * 0.04, 0.6) : 0
      let top = min(max(point.y, area.y - 10), area.bottom + 10)
      let bar = Rectangle(
        x: slot.x + inset, y: min(top, ground), width: slot.width - 2 * inset, height: abs(ground - top))
      return Self.filled(bar, series: series, isBox: false)
        + whisker(sample, at: slot.x + slot.width / 2, ChartStyle.ink, width: min(5, slot.width * 0.6))
    }
  }

  private func boxes(_ samples: [Chart.Sample], _ series: Int) throws -> [Drawing.Element] {
    try Interruption.check()
    let values = Dictionary(grouping: samples) { $0.x }
    var elements: [Drawing.Element] = []
    for place in values.keys.sorted() {
      // On a logarithmic axis only what has a place on it.
      let numbers = (values[place] ?? []).compactMap(\.y).filter { y.place($0) != nil }
      guard let box = Statistics.Box(numbers), let slot = slot(place, series), let low = down(box.low),
        let high = down(box.high), let lower = down(box.lower), let upper = down(box.upper),
        let median = down(box.median)
      else { continue }
      let inset = chart.series.count > 1 ? slot.width * 0.08 : 0
      let (left, width) = (slot.x + inset, slot.width - 2 * inset)
      let centre = left + width / 2
      let stroke = Stroke(ChartStyle.ink, width: 0.8)
      elements.append(.lines([Point(centre, upper), Point(centre, high)], stroke))
      elements.append(.lines([Point(centre, lower), Point(centre, low)], stroke))
      for y in [high, low] {
        elements.append(.lines([Point(centre - width / 4, y), Point(centre + width / 4, y)], stroke))
      }
      let r = Rectangle(x: left, y: upper, width: width, height: max(lower - upper, 0.1))
      elements += Self.filled(r, series: series, isBox: true)
      elements.append(
        .lines([Point(left, median), Point(left + width, median)], Stroke(ChartStyle.ink, width: 1.6)))
      elements += box.outliers.prefix(ChartData.dotLimit / 100).compactMap { value in
        down(value).map {
          .circle(Point(centre, $0), radius: 1.5, outline: Stroke(ChartStyle.soft, width: 0.7))
        }
      }
    }
    return elements
  }
}
