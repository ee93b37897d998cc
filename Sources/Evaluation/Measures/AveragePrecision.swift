import Segmentation

/// Average precision: Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct scores from the highest, precision and recall of what scores at least
/// as much. Equal scores are taken together, as scikit-learn's `average_precision_score` does.
enum AveragePrecision {
  /// A score and whether it belongs to a positive, in 33 bits that sort like the score.
  static func packed(_ score: Float, _ isPositive: Bool) -> UInt64 {
    let bits = (score + 0).bitPattern  // −0 becomes 0
    let ordered = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
    return UInt64(ordered) << 1 | (isPositive ? 1 : 0)
  }

  /// Of packed scores in any order; nil without a positive.
  static func value(packed scores: [UInt64]) -> Double? {
    let sorted = scores.sorted(by: >)
    let positives = sorted.reduce(0) { $0 + Int($1 & 1) }
    guard positives > 0 else { return nil }
    var sum = 0.0
    var found = 0
    var seen = 0
    while seen < sorted.count {
      let score = sorted[seen] >> 1
      let before = found
      while seen < sorted.count, sorted[seen] >> 1 == score {
        found += Int(sorted[seen] & 1)
        seen += 1
      }
      sum += Double(found - before) / Double(positives) * (Double(found) / Double(seen))
    }
    return sum
  }

  /// A ranking: groups of equal scores from the highest, each entry a row and whether it is positive.
  struct Ranking: Sendable {
    private var rows: [Int] = []
    private var isPositive: [Bool] = []
    private var ends: [Int] = []

    /// Of entries in any order.
    init(_ entries: [(score: Double, isPositive: Bool, row: Int)]) {
      let sorted = entries.sorted { $0.score != $1.score ? $0.score > $1.score : $0.row < $1.row }
      for (place, entry) in sorted.enumerated() {
        rows.append(entry.row)
        isPositive.append(entry.isPositive)
        if place + 1 == sorted.count || sorted[place + 1].score != entry.score { ends.append(place + 1) }
      }
    }

    /// The average precision where each row counts so many times; nil without a positive.
    func value(_ weights: [Int]) -> Double? {
      var positives = 0
      for (place, row) in rows.enumerated() where isPositive[place] { positives += weights[row] }
      guard positives > 0 else { return nil }
      var sum = 0.0
      var found = 0
      var seen = 0
      var start = 0
      for end in ends {
        let before = found
        for place in start..<end {
          seen += weights[rows[place]]
          if isPositive[place] { found += weights[rows[place]] }
        }
        if found > before {
          sum += Double(found - before) / Double(positives) * (Double(found) / Double(seen))
        }
        start = end
      }
      return sum
    }
  }
}

/// The average precision of a map's pixels, ranked by the map, as a detector of the object's pixels.
public struct PixelAveragePrecision: PairMeasure {
  let places: LabelPlaces
  let key = "ap"

  /// Pixel average precision over the data set's labels.
  public init(labels: [String]) throws(EvaluationError) { places = try LabelPlaces(labels) }

  /// What rows and tables call it.
  public var name: String { "pixel-ap" }
  /// The name with every option that changes a number.
  public var description: String { "pixel-ap" }
  /// Whether a larger value is better.
  public var higherIsBetter: Bool { true }

  /// `labels`, and of each in turn its number: see `Measure`.
  public func row(_ output: Output, _ truth: Truth) throws -> Row {
    let pairs = try Pair.all(output, truth, places, for: name)
    let values = pairs.map { pair in
      let packed = pair.map.withUnsafeBuffer { values in
        values.indices.lazy.filter { truth.ignored?.bits[$0] != 1 }
          .map { AveragePrecision.packed(values[$0], pair.mask.bits[$0] == 1) }
      }
      return AveragePrecision.value(packed: Array(packed)) ?? 0
    }
    return try row(pairs.map(\.place), .numbers(values))
  }
}
