import CLIPModels
import Tensors

/// How far one network's answers are from another's: two orders of labels, two sets of vectors.
///
/// An explainer may look at a network that differs from the model (heads merged into one, CLIP Surgery's
/// second path); its maps are of the model only as far as the two agree.
public enum Drift {
  /// The cosine of two vectors of one length; 0 where one of them is zero.
  public static func cosine(_ a: Tensor, _ b: Tensor) -> Double {
    let (x, y) = (a.scalars.map(Double.init), b.scalars.map(Double.init))
    let dot = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
    let lengths = (x.reduce(0) { $0 + $1 * $1 } * y.reduce(0) { $0 + $1 * $1 }).squareRoot()
    return lengths > 0 ? dot / lengths : 0
  }

  /// The mean cosine of rows that belong together: [rows, E] and [rows, E].
  public static func meanCosine(_ a: Tensor, _ b: Tensor) -> Double {
    let rows = min(a.shape[0], b.shape[0])
    return (0..<rows).reduce(0) { $0 + cosine(a.row($1), b.row($1)) } / Double(max(1, rows))
  }

  /// Places in descending order, 1 the highest; equal scores share the mean of their places.
  public static func ranks(_ scores: [Float]) -> [Double] {
    let order = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
    var ranks = [Double](repeating: 0, count: scores.count)
    var first = 0
    while first < order.count {
      var end = first + 1
      while end < order.count, scores[order[end]] == scores[order[first]] { end += 1 }
      for place in first..<end { ranks[order[place]] = Double(first + end + 1) / 2 }
      first = end
    }
    return ranks
  }

  /// Kendall's τ_b (Kendall 1945, "The treatment of ties in ranking problems"): concordant minus
  /// discordant pairs over the geometric mean of the pairs that are not tied; nil where all of one side
  /// are tied.
  public static func kendall(_ a: [Float], _ b: [Float]) -> Double? {
    var (agreement, untiedA, untiedB) = (0, 0, 0)
    for i in a.indices {
      for j in 0..<i {
        let (x, y) = (sign(a[i], a[j]), sign(b[i], b[j]))
        agreement += x * y
        untiedA += abs(x)
        untiedB += abs(y)
      }
    }
    guard untiedA > 0, untiedB > 0 else { return nil }
    return Double(agreement) / (Double(untiedA) * Double(untiedB)).squareRoot()
  }

  /// Spearman's ρ: the correlation of the ranks; nil where all of one side are tied.
  public static func spearman(_ a: [Float], _ b: [Float]) -> Double? {
    let (x, y) = (ranks(a), ranks(b))
    let mean = Double(a.count + 1) / 2
    let product = zip(x, y).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
    let squares = [x, y].map { $0.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } }
    let scale = (squares[0] * squares[1]).squareRoot()
    return scale > 0 ? product / scale : nil
  }

  private static func sign(_ a: Float, _ b: Float) -> Int { a > b ? 1 : a < b ? -1 : 0 }
}
