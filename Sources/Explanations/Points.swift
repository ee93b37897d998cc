import Imaging
import Tensors

/// A point of the picture that belongs to an object, or does not, as Segment Anything takes them.
public struct PromptPoint: Sendable, Equatable {
  /// The column, in pixels of the picture.
  public let x: Int
  /// The row, in pixels of the picture.
  public let y: Int
  /// Whether the point lies on the object.
  public let isPositive: Bool
}

extension HeatMaps {
  /// The points of one label's map (CLIP Surgery, section 3.5): the grid is halved bilinearly and
  /// min–max normalized; n is the number of cells of at least `threshold`, at most half of them all;
  /// the n highest cells are positive, the n lowest negative, each in ascending order of score.
  public func points(label index: Int, threshold: Float = 0.8) throws -> [PromptPoint] {
    let (rows, columns) = (max(1, self.rows / 2), max(1, self.columns / 2))
    let half = try grid.row(index).resizedGrid(rows: rows, columns: columns, filter: .bilinear)
    let scores = half.scalars
    guard let low = scores.min(), let high = scores.max(), high > low else { return [] }
    let above = scores.filter { ($0 - low) / (high - low) >= threshold }.count
    let count = min(above, scores.count / 2)
    let ranked = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
    func point(_ cell: Int, _ isPositive: Bool) -> PromptPoint {
      let region = placement.region
      let x = region.x + (Double(cell % columns) + 0.5) * region.width / Double(columns)
      let y = region.y + (Double(cell / columns) + 0.5) * region.height / Double(rows)
      return PromptPoint(
        x: Int(min(x, Double(placement.imageWidth - 1))),
        y: Int(min(y, Double(placement.imageHeight - 1))), isPositive: isPositive)
    }
    return ranked.suffix(count).map { point($0, true) } + ranked.prefix(count).map { point($0, false) }
  }
}
