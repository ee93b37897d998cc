import Imaging
import Tensors

extension HeatMaps {
  /// The points of several labels together (CLIP Surgery's combined targets "a+b"): the positive points of each label
  /// on its own, as `points(label:threshold:)` finds them, label by label; then the negative points of the mean of the
  /// labels' min–max normalized maps. A point that several labels find stands several times.
  ///
  /// The maps are normalized on the grid and their mean again by `points`. A constant label gives no points and takes
  /// no part in the mean.
  ///
  /// - Parameter labels: the places of the labels; one alone gives `points(label:threshold:)`.
  /// - Throws: `ShapeError` for no label, or one that is not there.
  public func points(together labels: [Int], threshold: Float = 0.8) throws -> [PromptPoint] {
    guard !labels.isEmpty else { throw ShapeError("points", "there are no labels") }
    if let wrong = labels.first(where: { !self.labels.indices.contains($0) }) {
      throw ShapeError("points", "label \(wrong) of \(self.labels.count)")
    }
    if labels.count == 1 { return try points(label: labels[0], threshold: threshold) }
    var positives: [PromptPoint] = []
    var sum = [Float](repeating: 0, count: rows * columns)
    var taken = 0
    for label in labels {
      positives += try points(label: label, threshold: threshold).filter(\.isPositive)
      let map = grid.row(label).scalars
      guard let low = map.min(), let high = map.max(), high > low, map.allSatisfy(\.isFinite) else {
        continue
      }
      for i in sum.indices { sum[i] += (map[i] - low) / (high - low) }
      taken += 1
    }
    guard taken > 0 else { return positives }
    let mean = try HeatMaps(
      labels: [labels.map { self.labels[$0] }.joined(separator: "+")],
      grid: Tensor([1, rows, columns], sum.map { $0 / Float(taken) }), placement: placement, recipe: recipe)
    return positives + (try mean.points(label: 0, threshold: threshold)).filter { !$0.isPositive }
  }
}
