/// Measures of how two series go together.
public enum Statistics {
  /// Pearson's correlation of two arrays with equally many values, all taken as one series.
  /// NaN where a series is constant. Throws `ShapeError` where lengths differ or are below 2.
  public static func pearson(_ a: Tensor, _ b: Tensor) throws -> Double {
    try check(a, b, for: "pearson")
    return correlation(a.scalars.map(Double.init), b.scalars.map(Double.init))
  }

  /// Spearman's rank correlation: Pearson's of the ranks, equal values sharing their average rank.
  /// NaN where a series is constant or holds NaN. Throws `ShapeError` as `pearson` does.
  public static func spearman(_ a: Tensor, _ b: Tensor) throws -> Double {
    try check(a, b, for: "spearman")
    let x = a.scalars.map(Double.init)
    let y = b.scalars.map(Double.init)
    if x.contains(where: \.isNaN) || y.contains(where: \.isNaN) { return .nan }
    return correlation(ranks(x), ranks(y))
  }

  /// Ranks from 1; equal values share the average of theirs. Values must not be NaN.
  public static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var end = first + 1
      while end < order.count && values[order[end]] == values[order[first]] { end += 1 }
      for place in first..<end { ranks[order[place]] = Double(first + end + 1) / 2 }
      first = end
    }
    return ranks
  }

  private static func check(_ a: Tensor, _ b: Tensor, for operation: String) throws {
    guard a.count == b.count, a.count >= 2 else {
      throw ShapeError(
        operation,
        "needs two series of one length, at least 2, not \(describe(shape: a.shape)) and \(describe(shape: b.shape))"
      )
    }
  }

  private static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    // A constant's mean may be rounded, which would leave deviations where there are none.
    guard x.contains(where: { $0 != x[0] }), y.contains(where: { $0 != y[0] }) else { return .nan }
    let n = Double(x.count)
    let xMean = x.reduce(0, +) / n
    let yMean = y.reduce(0, +) / n
    var xy = 0.0
    var xx = 0.0
    var yy = 0.0
    for i in x.indices {
      let (dx, dy) = (x[i] - xMean, y[i] - yMean)
      xy += dx * dy
      xx += dx * dx
      yy += dy * dy
    }
    // One root of the product makes a series' correlation with itself exactly 1.
    guard xx > 0, yy > 0 else { return .nan }
    return max(-1, min(1, xy / (xx * yy).squareRoot()))
  }
}
