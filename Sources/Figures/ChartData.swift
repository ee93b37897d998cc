import Tensors

/// Columns of a table, and the series that charts draw of them.
public struct ChartData: Sendable {
  /// One column.
  public enum Column: Sendable {
    /// Numbers; nil where one is missing.
    case numbers([Double?])
    /// Names; nil where one is missing.
    case names([String?])

    var count: Int {
      switch self {
      case .numbers(let values): values.count
      case .names(let values): values.count
      }
    }
  }

  /// The horizontal axis; nil for the row's number, and for one box.
  public var x: Column?
  /// The vertical axis.
  public var y: [Double?]
  /// What parts the rows into series; nil for one series.
  public var by: Column?
  /// How far down each number may reach; nil for none.
  public var low: [Double?]?
  /// How far up each number may reach; nil for none.
  public var high: [Double?]?
  /// The names of series that must come first, in this order, whatever the rows' order is.
  public var order: [String] = []

  /// Columns of one length.
  public init(x: Column?, y: [Double?], by: Column? = nil, low: [Double?]? = nil, high: [Double?]? = nil) {
    self.x = x
    self.y = y
    self.by = by
    self.low = low
    self.high = high
  }

  /// The most rows of a chart.
  public static let rowLimit = 1_000_000
  /// The most dots and boxes' outliers of a chart: a file with more is too heavy for any program.
  static let dotLimit = 200_000
  /// The most categories on one axis.
  static let categoryLimit = 500

  /// Sorts the rows into series and categories. Lines and bars with several numbers at one place show their mean and its
  /// 95 % interval (Student's t).
  /// - Returns: the chart, and whether it shows means.
  /// - Throws: `FigureError` where there is nothing to draw, or too much; `Interrupted`.
  public func chart(_ kind: Chart.Kind) throws -> (chart: Chart, showsMeans: Bool) {
    guard !y.isEmpty else { throw FigureError("the table has no rows", option: "table") }
    guard y.count <= Self.rowLimit else {
      throw FigureError(
        "\(y.count) rows are too many for a chart; at most \(Self.rowLimit) can be drawn", option: "table")
    }
    let (places, categories) = try horizontal(kind)
    let (names, seriesOf) = try seriesNames()
    var samples = [[Chart.Sample]](repeating: [], count: names.count)
    for row in y.indices {
      if row % 65_536 == 0 { try Interruption.check() }
      guard let x = places[row] else { continue }
      samples[seriesOf[row]].append(
        Chart.Sample(x: x, y: y[row], low: value(low, row), high: value(high, row)))
    }
    guard samples.contains(where: { $0.contains { $0.y != nil } }) else {
      throw FigureError("there are no numbers to draw", option: "y")
    }
    var showsMeans = false
    if kind == .line || kind == .bar {
      for index in samples.indices {
        samples[index] = stableSorted(samples[index])
        let merged = try merged(samples[index])
        if merged.count < samples[index].count { showsMeans = true }
        samples[index] = merged
      }
    } else if kind == .scatter {
      let dots = samples.reduce(0) { $0 + $1.count }
      guard dots <= Self.dotLimit else {
        throw FigureError(
          "\(dots) dots are too many; at most \(Self.dotLimit) can be drawn", option: "table",
          hint: "draw every tenth row, or `kind: \"box\"`")
      }
    }
    let series = zip(names, samples).map { Chart.Series(name: $0, samples: $1) }
    return (Chart(kind: kind, series: series, categories: categories), showsMeans)
  }

  private func value(_ column: [Double?]?, _ row: Int) -> Double? {
    guard let column, column.indices.contains(row) else { return nil }
    return column[row]
  }

  /// Each row's place on the horizontal axis, and the categories where it has such.
  private func horizontal(_ kind: Chart.Kind) throws -> (places: [Double?], categories: [String]?) {
    let isCounted = kind == .bar || kind == .box
    switch x {
    case nil where kind == .box: return ([Double?](repeating: 0, count: y.count), [""])
    case nil where kind == .bar:
      try check(categories: y.count)
      return (y.indices.map { Double($0) }, y.indices.map { String($0) })
    case nil: return (y.indices.map { Double($0) }, nil)
    case .numbers(let numbers) where isCounted:
      let distinct = Set(numbers.compactMap { $0 }).sorted()
      try check(categories: distinct.count)
      let place = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, Double($0)) })
      return (numbers.map { $0.flatMap { place[$0] } }, distinct.map { Self.text($0) })
    case .numbers(let numbers): return (numbers, nil)
    case .names(let names):
      let (distinct, places) = Self.distinct(names)
      try check(categories: distinct.count)
      return (places.map { $0.map(Double.init) }, distinct)
    }
  }

  private func check(categories count: Int) throws {
    guard count <= Self.categoryLimit else {
      throw FigureError(
        "\(count) different values are too many for an axis; at most \(Self.categoryLimit) can be named",
        option: "x")
    }
  }

  private func seriesNames() throws -> (names: [String], seriesOf: [Int]) {
    var names: [String]
    var seriesOf: [Int]
    switch by {
    case nil: return ([""], [Int](repeating: 0, count: y.count))
    case .numbers(let numbers):
      let distinct = Set(numbers.compactMap { $0 }).sorted()
      let place = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
      names = distinct.map { Self.text($0) }
      if numbers.contains(nil) { names.append("none") }
      seriesOf = numbers.map { $0.flatMap { place[$0] } ?? distinct.count }
    case .names(let texts):
      let (distinct, places) = Self.distinct(order + texts.map { $0 ?? "none" })
      names = distinct
      seriesOf = places.dropFirst(order.count).map { $0 ?? 0 }
    }
    guard names.count <= Palette.limit else {
      throw FigureError(
        "\(names.count) series are too many; at most \(Palette.limit) can be told apart", option: "by")
    }
    return (names, seriesOf)
  }

  /// Different values in the order they come, and each value's place among them.
  private static func distinct(_ values: [String?]) -> (distinct: [String], places: [Int?]) {
    var place: [String: Int] = [:]
    var distinct: [String] = []
    let places = values.map { value -> Int? in
      guard let value else { return nil }
      if let known = place[value] { return known }
      place[value] = distinct.count
      distinct.append(value)
      return distinct.count - 1
    }
    return (distinct, places)
  }

  /// A number as a name: whole ones without a point.
  static func text(_ number: Double) -> String {
    let text = Int(exactly: number).map(String.init) ?? "\(number)"
    return text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  private func stableSorted(_ samples: [Chart.Sample]) -> [Chart.Sample] {
    samples.enumerated().sorted { ($0.element.x, $0.offset) < ($1.element.x, $1.offset) }.map(\.element)
  }

  /// Samples at one place as their mean; `samples` are in the order of x.
  private func merged(_ samples: [Chart.Sample]) throws -> [Chart.Sample] {
    var result: [Chart.Sample] = []
    var start = 0
    while start < samples.count {
      var end = start + 1
      while end < samples.count, samples[end].x == samples[start].x { end += 1 }
      if end == start + 1 {
        result.append(samples[start])
      } else {
        guard low == nil, high == nil else {
          throw FigureError(
            "several rows have the same `x`, but each of them its own `low` and `high`", option: "x",
            hint: "part them into series with `by`, or leave `low` and `high` out for means with intervals")
        }
        let values = samples[start..<end].compactMap(\.y)
        if values.isEmpty {
          result.append(Chart.Sample(x: samples[start].x, y: nil))
        } else {
          let mean = Statistics.mean(values)
          result.append(Chart.Sample(x: samples[start].x, y: mean.mean, low: mean.low, high: mean.high))
        }
      }
      start = end
    }
    return result
  }
}
