import Segmentation

/// How well a map cut at a threshold covers the object: intersection over union of its pixels of at least the threshold and the
/// mask, each label on its own.
public struct ExplanationIoU: Measure {
  /// Where maps are cut.
  public enum Rule: String, Sendable, CaseIterable {
    /// One threshold for the whole data set, that of the grid with the highest mean.
    case dataSet = "dataset"
    /// The best threshold of the grid for each map: what a map could reach, with the truth known.
    case best
  }

  let places: LabelPlaces
  /// Which number is the main one. Rows are the same for both.
  public let rule: Rule
  /// The thresholds tried, ascending.
  public let thresholds: [Double]

  /// 0.05, 0.1, …, 0.95
  public static let grid = (1...19).map { Double($0) / 20 }

  /// Explanation IoU over the data set's labels. Throws `EvaluationError` unless there are 1 to 1000 ascending finite thresholds.
  public init(
    labels: [String], rule: Rule = .dataSet, thresholds: [Double] = ExplanationIoU.grid
  ) throws(EvaluationError) {
    guard (1...1000).contains(thresholds.count), thresholds.allSatisfy(\.isFinite),
      zip(thresholds, thresholds.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw EvaluationError("the thresholds must be 1 to 1000 finite numbers, ascending") }
    places = try LabelPlaces(labels)
    self.rule = rule
    self.thresholds = thresholds
  }

  /// What rows and tables call it.
  public var name: String { "iou" }
  /// The name with every option that changes a number.
  public var description: String { "iou(rule: \(rule.rawValue), thresholds: \(thresholds))" }
  /// Whether a larger value is better.
  public var higherIsBetter: Bool { true }

  /// `labels`; of each in turn, `intersections` and `unions` in pixels at each threshold.
  public func row(_ output: Output, _ truth: Truth) throws -> Row {
    var intersections: [Int] = []
    var unions: [Int] = []
    let pairs = try Pair.all(output, truth, places, for: name)
    for pair in pairs {
      // Pixels by how many thresholds they reach.
      var inside = [Int](repeating: 0, count: thresholds.count + 1)
      var outside = inside
      pair.map.withUnsafeBuffer { values in
        for (index, value) in values.enumerated() where truth.ignored?.bits[index] != 1 {
          let level = reached(Double(value))
          if pair.mask.bits[index] == 1 { inside[level] += 1 } else { outside[level] += 1 }
        }
      }
      let area = inside.reduce(0, +)
      var hits = area
      var others = outside.reduce(0, +)
      for level in thresholds.indices {
        hits -= inside[level]
        others -= outside[level]
        intersections.append(hits)
        unions.append(area + others)
      }
    }
    return try Row([
      "labels": .integers(pairs.map(\.place)), "intersections": .integers(intersections),
      "unions": .integers(unions),
    ])
  }

  /// How many thresholds are at most `value`.
  private func reached(_ value: Double) -> Int {
    var (low, high) = (0, thresholds.count)
    while low < high {
      let middle = (low + high) / 2
      if thresholds[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The mean over the labels present on each picture.
  public func values(of rows: [Row]) throws -> [Double?] {
    let table = try IoUTable(rows, labels: places.labels.count, levels: thresholds.count)
    let level = rule == .best ? nil : table.bestLevel(table.all)
    return rows.indices.map { table.mean(row: $0, level: level) }
  }

  /// The mean IoU over pairs of a picture and a label by the rule, then by the other one, then the data set's threshold.
  public func statistics(of rows: [Row]) throws -> [Statistic] {
    let table = try IoUTable(rows, labels: places.labels.count, levels: thresholds.count)
    let thresholds = thresholds
    let dataSet = Statistic("dataset") { weights in
      table.bestLevel(weights).flatMap { table.mean(weights, level: $0) }
    }
    let best = Statistic("best") { table.mean($0, level: nil) }
    let threshold = Statistic("threshold") { weights in table.bestLevel(weights).map { thresholds[$0] } }
    return rule == .best ? [best, dataSet, threshold] : [dataSet, best, threshold]
  }
}

/// IoU at each threshold, summed over a picture's labels.
private struct IoUTable: Sendable {
  let levels: Int
  /// Pairs of each row.
  var counts: [Int] = []
  /// Sum of IoU over a row's pairs at each level, row by row.
  var sums: [Double] = []
  /// Sum over a row's pairs of the best IoU.
  var bests: [Double] = []

  init(_ rows: [Row], labels: Int, levels: Int) throws {
    self.levels = levels
    for row in rows {
      let places = try row.places("labels", below: labels)
      let intersections = try row.counts("intersections", count: places.count * levels)
      let unions = try row.counts("unions", count: places.count * levels)
      var sum = [Double](repeating: 0, count: levels)
      var best = 0.0
      for pair in places.indices {
        var highest = 0.0
        for level in 0..<levels {
          let union = unions[pair * levels + level]
          let value = union == 0 ? 0 : Double(intersections[pair * levels + level]) / Double(union)
          sum[level] += value
          highest = max(highest, value)
        }
        best += highest
      }
      counts.append(places.count)
      sums += sum
      bests.append(best)
    }
  }

  var all: [Int] { [Int](repeating: 1, count: counts.count) }

  /// The mean of one row at a level, or of its best; nil without pairs.
  func mean(row: Int, level: Int?) -> Double? {
    guard counts[row] > 0 else { return nil }
    return (level.map { sums[row * levels + $0] } ?? bests[row]) / Double(counts[row])
  }

  /// The mean over all pairs at a level, or of the best.
  func mean(_ weights: [Int], level: Int?) -> Double? {
    var sum = 0.0
    var count = 0
    for (row, weight) in weights.enumerated() where weight > 0 {
      sum += Double(weight) * (level.map { sums[row * levels + $0] } ?? bests[row])
      count += weight * counts[row]
    }
    return count == 0 ? nil : sum / Double(count)
  }

  /// The level with the highest mean, the lowest of equal ones.
  func bestLevel(_ weights: [Int]) -> Int? {
    var totals = [Double](repeating: 0, count: levels)
    var count = 0
    for (row, weight) in weights.enumerated() where weight > 0 {
      for level in 0..<levels { totals[level] += Double(weight) * sums[row * levels + level] }
      count += weight * counts[row]
    }
    guard count > 0 else { return nil }
    return totals.indices.reduce(0) { totals[$1] > totals[$0] ? $1 : $0 }
  }
}
