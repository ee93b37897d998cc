import Glibc
import Tensors

/// Wilcoxon's signed-rank test of paired differences, two-sided (Wilcoxon, Biometrics Bulletin 1:80, 1945).
enum Wilcoxon {
  /// Zero differences are dropped. With at most 25 differences left and no two of equal size every sign is counted; else the
  /// normal approximation with correction for ties and continuity, as SciPy's `wilcoxon(zero_method="wilcox",
  /// correction=True, method="asymptotic")`.
  static func test(_ differences: [Double]) -> PairedComparison.Test? {
    let sorted = differences.filter { $0 != 0 }.sorted { abs($0) < abs($1) }
    guard !sorted.isEmpty else { return nil }
    let n = Double(sorted.count)
    var positive = 0.0
    var ties = 0.0
    var hasTies = false
    var start = 0
    while start < sorted.count {
      var end = start + 1
      while end < sorted.count, abs(sorted[end]) == abs(sorted[start]) { end += 1 }
      // Equal sizes share the mean of their ranks, counted from 1.
      let rank = Double(start + 1 + end) / 2
      positive += rank * Double(sorted[start..<end].count { $0 > 0 })
      let size = Double(end - start)
      ties += size * size * size - size
      hasTies = hasTies || end - start > 1
      start = end
    }
    let statistic = min(positive, n * (n + 1) / 2 - positive)
    if sorted.count <= 25, !hasTies {
      return .init(statistic: statistic, p: exact(Int(statistic), count: sorted.count), isExact: true)
    }
    let deviation = ((n * (n + 1) * (2 * n + 1) - ties / 2) / 24).squareRoot()
    let distance = max(0, n * (n + 1) / 4 - statistic - 0.5)
    let p = deviation == 0 ? 1 : erfc(distance / deviation / 2.0.squareRoot())
    return .init(statistic: statistic, p: min(1, p), isExact: false)
  }

  /// How probable a sum of ranks is that is at most `sum`, or as far on the other side.
  static func exact(_ sum: Int, count: Int) -> Double {
    // How many sets of the ranks 1…count have each sum; at most 2²⁵.
    let most = count * (count + 1) / 2
    var ways = [Int](repeating: 0, count: most + 1)
    ways[0] = 1
    for rank in 1...count {
      for total in stride(from: most, through: rank, by: -1) { ways[total] += ways[total - rank] }
    }
    let tail = ways[0...min(sum, most)].reduce(0, +)
    return min(1, 2 * Double(tail) / Double(1 << count))
  }
}

/// The sign-flip permutation test: without a real difference each difference is as likely with the other sign.
enum SignFlip {
  /// Tries all signs of at most 14 differences; else `draws` random ones, of which the observed one is counted as one more
  /// (Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9:39, 2010).
  static func test(_ differences: [Double], draws: Int, seed: UInt64) throws -> PairedComparison.Test? {
    guard let observed = mean(differences) else { return nil }
    let count = differences.count
    // Sums that differ by rounding alone are equal.
    let limit = abs(differences.reduce(0, +)) * (1 - 1e-12) - Double.leastNormalMagnitude
    if count <= 14 {
      var extreme = 0
      for signs in 0..<(1 << count) {
        var sum = 0.0
        for (place, value) in differences.enumerated() { sum += signs >> place & 1 == 0 ? value : -value }
        if abs(sum) >= limit { extreme += 1 }
      }
      return .init(statistic: observed, p: Double(extreme) / Double(1 << count), isExact: true)
    }
    let piece = 64
    let pieces = (draws + piece - 1) / piece
    nonisolated(unsafe) let extreme = UnsafeMutablePointer<Int>.allocate(capacity: pieces)
    defer { extreme.deallocate() }
    extreme.initialize(repeating: 0, count: pieces)
    try Workers.run(pieces) { index in
      for draw in (index * piece)..<min((index + 1) * piece, draws) {
        var stream = RandomStream(seed: Bootstrap.mixed(seed ^ 0x5157_4e46_4c49_5053, UInt64(draw)))
        var sum = 0.0
        var bits: UInt64 = 0
        for (place, value) in differences.enumerated() {
          if place & 63 == 0 { bits = stream.next() }
          sum += bits & 1 == 0 ? value : -value
          bits >>= 1
        }
        if abs(sum) >= limit { extreme[index] += 1 }
      }
    }
    let found = UnsafeBufferPointer(start: extreme, count: pieces).reduce(0, +)
    return .init(statistic: observed, p: Double(found + 1) / Double(draws + 1), isExact: false)
  }
}
