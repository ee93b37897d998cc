import Segmentation

/// Whether a map's highest pixel lies on the object.
///
/// Of several highest pixels the first in reading order counts. Zhang et al., Top-down neural attention by excitation backprop,
/// ECCV 2016, count a hit within 15 pixels of the object; that is `tolerance`.
public struct PointingGame: PairMeasure {
  let places: LabelPlaces
  let key = "hits"
  /// How far from the object, in pixels between centres, still is a hit.
  public let tolerance: Double

  /// The pointing game over the data set's labels. Throws `EvaluationError` for a tolerance that is negative or above 1000.
  public init(labels: [String], tolerance: Double = 0) throws(EvaluationError) {
    guard (0...1000).contains(tolerance) else {
      throw EvaluationError("the tolerance is \(tolerance); it goes from 0 to 1000 pixels")
    }
    places = try LabelPlaces(labels)
    self.tolerance = tolerance
  }

  /// What rows and tables call it.
  public var name: String { "pointing" }
  /// The name with every option that changes a number.
  public var description: String { "pointing(tolerance: \(tolerance))" }
  /// Whether a larger value is better.
  public var higherIsBetter: Bool { true }

  /// `labels`, and of each in turn its number: see `Measure`.
  public func row(_ output: Output, _ truth: Truth) throws -> Row {
    let pairs = try Pair.all(output, truth, places, for: name)
    let hits = pairs.map { pair in
      let peak = pair.map.withUnsafeBuffer { values in
        var best: Int?
        for index in values.indices where truth.ignored?.bits[index] != 1 {
          if best.map({ values[index] > values[$0] }) ?? true { best = index }
        }
        return best ?? 0
      }
      return isHit(peak, pair.mask) ? 1 : 0
    }
    return try row(pairs.map(\.place), .integers(hits))
  }

  private func isHit(_ peak: Int, _ mask: Mask) -> Bool {
    if mask.bits[peak] == 1 { return true }
    let reach = Int(tolerance)
    let (x, y) = (peak % mask.width, peak / mask.width)
    for row in max(0, y - reach)...min(mask.height - 1, y + reach) {
      for column in max(0, x - reach)...min(mask.width - 1, x + reach) {
        let distance = Double((row - y) * (row - y) + (column - x) * (column - x))
        if distance <= tolerance * tolerance, mask.bits[row * mask.width + column] == 1 { return true }
      }
    }
    return false
  }
}

/// The share of a map's energy that lies on the object: Σ(M·G)/ΣM (Wang et al., Score-CAM, CVPR Workshops 2020).
///
/// Of a map that is 0 everywhere it is 0.
public struct EnergyPointing: PairMeasure {
  let places: LabelPlaces
  let key = "energy"

  /// The energy-based pointing game over the data set's labels.
  public init(labels: [String]) throws(EvaluationError) { places = try LabelPlaces(labels) }

  /// What rows and tables call it.
  public var name: String { "energy" }
  /// The name with every option that changes a number.
  public var description: String { "energy" }
  /// Whether a larger value is better.
  public var higherIsBetter: Bool { true }

  /// `labels`, and of each in turn its number: see `Measure`.
  public func row(_ output: Output, _ truth: Truth) throws -> Row {
    let pairs = try Pair.all(output, truth, places, for: name)
    let shares = try pairs.map { pair in
      var inside = 0.0
      var all = 0.0
      var isNegative = false
      pair.map.withUnsafeBuffer { values in
        for (index, value) in values.enumerated() where truth.ignored?.bits[index] != 1 {
          isNegative = isNegative || value < 0
          all += Double(value)
          if pair.mask.bits[index] == 1 { inside += Double(value) }
        }
      }
      guard !isNegative else {
        throw EvaluationError("the map of \(quoted(pair.label)) has negative values, which have no energy")
      }
      return all == 0 ? 0 : inside / all
    }
    return try row(pairs.map(\.place), .numbers(shares))
  }
}

/// How much brighter a map is on the object than beside it: mean foreground − mean background, in %.
/// (mSC of CLIP Surgery, arXiv 2304.05653.) A picture that the object fills says nothing.
public struct ForegroundContrast: PairMeasure {
  let places: LabelPlaces
  let key = "contrast"

  /// mSC over the data set's labels.
  public init(labels: [String]) throws(EvaluationError) { places = try LabelPlaces(labels) }

  /// What rows and tables call it.
  public var name: String { "msc" }
  /// The name with every option that changes a number.
  public var description: String { "msc" }
  /// Whether a larger value is better.
  public var higherIsBetter: Bool { true }

  /// `labels`, and of each in turn its number: see `Measure`.
  public func row(_ output: Output, _ truth: Truth) throws -> Row {
    var labels: [Int] = []
    var contrasts: [Double] = []
    for pair in try Pair.all(output, truth, places, for: name) {
      var sums = (0.0, 0.0)
      var counts = (0, 0)
      pair.map.withUnsafeBuffer { values in
        for (index, value) in values.enumerated() where truth.ignored?.bits[index] != 1 {
          if pair.mask.bits[index] == 1 {
            sums.0 += Double(value)
            counts.0 += 1
          } else {
            sums.1 += Double(value)
            counts.1 += 1
          }
        }
      }
      guard counts.0 > 0, counts.1 > 0 else { continue }
      labels.append(pair.place)
      contrasts.append(100 * (sums.0 / Double(counts.0) - sums.1 / Double(counts.1)))
    }
    return try row(labels, .numbers(contrasts))
  }
}
