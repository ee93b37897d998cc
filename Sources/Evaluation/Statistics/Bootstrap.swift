import Tensors

/// How sure a number is, found by drawing the samples again and again, with replacement, and computing it from each draw.
///
/// Whole pictures are drawn, never labels of one, because labels of a picture are not independent. Percentile intervals
/// (Efron and Tibshirani, An Introduction to the Bootstrap, 1993). Draw r comes from a stream of its own, made from
/// the seed and r, so the result is the same on every machine and at any thread count.
public struct Bootstrap: Hashable, Sendable {
  /// How many draws, 1 to a million.
  public let draws: Int
  /// The share of draws that an interval holds, above 0 and below 1.
  public let level: Double
  /// Where the random numbers begin.
  public let seed: UInt64

  /// A way to draw. Values beyond the limits named above are brought to them.
  public init(draws: Int = 1000, level: Double = 0.95, seed: UInt64 = 0) {
    self.draws = min(max(draws, 1), 1_000_000)
    self.level = level > 0 && level < 1 ? level : 0.95
    self.seed = seed
  }

  /// How often each sample is in draw number `draw`; the counts sum to `samples`.
  public func weights(draw: Int, samples: Int) -> [Int] {
    var stream = RandomStream(seed: Bootstrap.mixed(seed, UInt64(truncatingIfNeeded: draw)))
    var weights = [Int](repeating: 0, count: samples)
    for _ in 0..<samples { weights[stream.integer(below: samples)] += 1 }
    return weights
  }

  /// The intervals of statistics over the same samples; nil for one that has no value in most draws (too few samples have
  /// anything to say) or where there are fewer than two samples. Throws `Interrupted`.
  public func intervals(of statistics: [Statistic], samples: Int) throws -> [ClosedRange<Double>?] {
    guard samples >= 2, !statistics.isEmpty else { return statistics.map { _ in nil } }
    nonisolated(unsafe) let found = UnsafeMutablePointer<Double>.allocate(capacity: draws * statistics.count)
    defer { found.deallocate() }
    // Each piece writes its own draws.
    let piece = 16
    try Workers.run((draws + piece - 1) / piece) { index in
      for draw in (index * piece)..<min((index + 1) * piece, draws) {
        try Interruption.check()
        let weights = weights(draw: draw, samples: samples)
        for (place, statistic) in statistics.enumerated() {
          (found + place * draws + draw).initialize(to: statistic.value(weights) ?? .nan)
        }
      }
    }
    return statistics.indices.map { place in
      // A draw without anything to measure says nothing.
      let values = UnsafeBufferPointer(start: found + place * draws, count: draws).filter { !$0.isNaN }
      return values.count * 2 < draws ? nil : interval(of: values)
    }
  }

  /// The middle `level` of values: percentiles with linear interpolation between order statistics.
  func interval(of values: [Double]) -> ClosedRange<Double>? {
    let sorted = values.sorted()
    guard let low = percentile((1 - level) / 2, of: sorted),
      let high = percentile((1 + level) / 2, of: sorted)
    else { return nil }
    return low <= high ? low...high : nil
  }

  private func percentile(_ share: Double, of sorted: [Double]) -> Double? {
    guard let last = sorted.indices.last else { return nil }
    let place = share * Double(last)
    let below = min(max(Int(place), 0), last)
    let above = min(below + 1, last)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  }

  /// A seed for stream `index` of a seed: the finalizer of SplitMix64 on both.
  static func mixed(_ seed: UInt64, _ index: UInt64) -> UInt64 {
    var z = seed &+ (index &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
