import Glibc

/// How near the mean of some maps, made of equally many random masks each, is to the map of endless masks.
///
/// Maps are taken without their mean over places, as correlation does. The mean map is m = s + n, s the map
/// of endless masks and n noise. Of its correlation with s,
///
///     ρ² = 1 − |n⊥|² / |m|² ≥ 1 − |n|² / |m|²,        n⊥ the part of n at right angles to s.
///
/// |n|² is not known, but how maps m_g of G groups differ is: N = Σ_g |m_g − m|² / (G (G − 1)) has the same
/// expectation and, noise being normal, does not depend on n. If noise has d degrees of freedom, |n|² / N follows
/// Fisher's F of d and (G − 1) d, whose quantile is that of Paulson (1942, Ann. Math. Stat. 13, 233). d is
/// Satterthwaite's (1946), (tr C)² / tr C² of the noise's covariance C, both without bias from the products of
/// the groups' differences.
struct Agreement {
  /// The quantile of the standard normal distribution for a confidence of 99 %.
  static let confidence = 2.3263478740408408

  /// What ρ exceeds with a confidence of 99 %; 0 where nothing can be said, 1 where there is no noise.
  let bound: Double
  /// The noise's degrees of freedom.
  let freedom: Double

  /// - Parameter maps: at least three, of the same places
  init(ofMaps maps: [ArraySlice<Double>]) {
    let places = maps.first?.count ?? 0
    guard maps.count > 2, places > 1 else {
      (bound, freedom) = (maps.count > 2 ? 1 : 0, 0)
      return
    }
    var differences = maps.map { map in
      let mean = map.reduce(0, +) / Double(places)
      return map.map { $0 - mean }
    }
    let mean = (0..<places).map { place in
      differences.reduce(0) { $0 + $1[place] } / Double(maps.count)
    }
    for group in differences.indices { for place in 0..<places { differences[group][place] -= mean[place] } }
    // Σ W_gg and Σ W_gh² of the products W of the differences: Wishart's matrix of G − 1 degrees of freedom.
    var trace = 0.0
    var squares = 0.0
    for (group, one) in differences.enumerated() {
      for (place, other) in differences[...group].enumerated() {
        let product = zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
        if place == group { trace += product }
        squares += product * product * (place == group ? 1 : 2)
      }
    }
    let groups = Double(maps.count)
    let n = groups - 1
    let noise = trace / (n * groups)
    let whole = mean.reduce(0) { $0 + $1 * $1 }
    guard noise > 0 else {
      (bound, freedom) = (1, 0)
      return
    }
    // E[tr² W] = n² tr²C + 2 n tr C², E[tr W²] = n tr²C + n (n + 1) tr C².
    let squareOfTrace: Double
    let traceOfSquare = (squares - trace * trace / n) / (n * (n + 1) - 2)
    squareOfTrace = (trace * trace - 2 * n * traceOfSquare) / (n * n)
    let most = Double(places - 1)
    freedom = traceOfSquare > 0 ? min(max(squareOfTrace / traceOfSquare, 1), most) : most
    let share = Agreement.quantile(freedom, n * freedom) * noise
    bound = share < whole ? (1 - share / whole).squareRoot() : 0
  }

  /// The quantile of F at `confidence`, infinite where the approximation has none.
  private static func quantile(_ upper: Double, _ lower: Double) -> Double {
    let (u, v) = (2 / (9 * upper), 2 / (9 * lower))
    let z = confidence
    let (a, b) = (1 - u, 1 - v)
    let below = b * b - z * z * v
    guard below > 0 else { return .infinity }
    return pow((a * b + z * (b * b * u + a * a * v - z * z * u * v).squareRoot()) / below, 3)
  }
}
