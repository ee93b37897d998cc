import Glibc

/// What charts compute of numbers.
enum Statistics {
  /// A mean with its 95 % interval: mean ± t · s / √n, s with n − 1 and t Student's quantile; no interval for one number.
  static func mean(_ values: [Double]) -> (mean: Double, low: Double?, high: Double?) {
    let count = Double(values.count)
    // Divided first, so that sums of large numbers stay finite.
    let mean = values.reduce(0) { $0 + $1 / count }
    guard values.count > 1 else { return (mean, nil, nil) }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / (count - 1) }
    let half = studentQuantile(freedom: values.count - 1) * (variance / count).squareRoot()
    return half.isFinite ? (mean, mean - half, mean + half) : (mean, nil, nil)
  }

  /// The 97.5 % quantile of Student's t by halving: P(|T| > t) = I(ν/(ν+t²); ν/2, 1/2) = 5 %.
  static func studentQuantile(freedom: Int) -> Double {
    let v = Double(max(freedom, 1))
    var (low, high) = (1.9, 13.0)
    for _ in 0..<60 {
      let t = (low + high) / 2
      if incompleteBeta(v / (v + t * t), v / 2, 0.5) > 0.05 { low = t } else { high = t }
    }
    return (low + high) / 2
  }

  /// The regularized incomplete beta function by its continued fraction (Abramowitz and Stegun 26.5.8), evaluated by
  /// Lentz's method.
  static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // It converges fast below the mean; above, by the other side.
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let scale: Double = lgamma(a + b) - lgamma(a) - lgamma(b)
    let front: Double = exp(scale + a * log(x) + b * log(1 - x)) / a
    let tiny = 1e-300
    var (c, d) = (1.0, 1 - (a + b) * x / (a + 1))
    d = 1 / (abs(d) < tiny ? tiny : d)
    var result = d
    for step in 1...500 {
      let m = Double(step)
      let place: Double = a + 2 * m
      let even: Double = m * (b - m) * x / ((place - 1) * place)
      let odd: Double = -(a + m) * (a + b + m) * x / (place * (place + 1))
      var change = 1.0
      for coefficient in [even, odd] {
        d = 1 + coefficient * d
        d = 1 / (abs(d) < tiny ? tiny : d)
        c = 1 + coefficient / c
        if abs(c) < tiny { c = tiny }
        change = c * d
        result *= change
      }
      if abs(change - 1) < 1e-14 { break }
    }
    return front * result
  }

  /// A box plot's numbers (Tukey 1977): quartiles by linear interpolation, whiskers to the farthest numbers within 1.5
  /// times the quartiles' distance, the numbers beyond.
  struct Box: Equatable {
    let lower: Double
    let median: Double
    let upper: Double
    let low: Double
    let high: Double
    let outliers: [Double]

    /// Of at least one number.
    init?(_ values: [Double]) {
      let sorted = values.sorted()
      guard let first = sorted.first, let last = sorted.last else { return nil }
      func quantile(_ share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        let part = place - Double(below)
        return sorted[below] * (1 - part) + sorted[above] * part
      }
      lower = quantile(0.25)
      median = quantile(0.5)
      upper = quantile(0.75)
      let reach = 1.5 * (upper - lower)
      let (from, to) = (lower - reach, upper + reach)
      low = min(sorted.first { $0 >= from } ?? first, lower)
      high = max(sorted.last { $0 <= to } ?? last, upper)
      outliers = sorted.filter { $0 < from || $0 > to }
    }
  }
}
