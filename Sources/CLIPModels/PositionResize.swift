import Imaging
import Tensors

/// How a position embedding is fitted to another grid than the one it was trained on. The loaded
/// model is never changed.
public enum PositionResize: String, Sendable, CaseIterable {
  /// As CLIP Surgery does.
  case bilinear
  /// As Grad-ECLIP does (a = −0.75).
  case bicubic
  /// As open_clip does (a = −0.5, antialiased).
  case bicubicAntialias = "bicubic-antialias"

  /// The class row kept, the grid's rows resized.
  ///
  /// - Parameter embedding: [1 + rows · columns, D]
  /// - Returns: [1 + newRows · newColumns, D]
  func fit(
    _ embedding: Tensor, from old: (rows: Int, columns: Int), to new: (rows: Int, columns: Int)
  ) throws -> Tensor {
    if old == new { return embedding }
    let width = embedding.shape[1]
    let grid = embedding.rows(1..<embedding.shape[0]).reshaped([old.rows, old.columns, width])
    let filter: GridFilter =
      switch self {
      case .bilinear: .bilinear
      case .bicubic: .bicubic
      case .bicubicAntialias: .bicubicAntialias
      }
    let resized = try grid.resizedGrid(
      rows: new.rows, columns: new.columns, filter: filter, layout: .channelsLast)
    return try concatenatedRows(
      embedding.rows(0..<1), resized.reshaped([new.rows * new.columns, width]))
  }
}

/// Rows below rows: [a, width] and [b, width] → [a + b, width].
func concatenatedRows(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  guard a.rank == 2, b.rank == 2, a.shape[1] == b.shape[1] else {
    throw ShapeError("rows", "\(describe(shape: a.shape)) above \(describe(shape: b.shape))")
  }
  return Tensor([a.shape[0] + b.shape[0], a.shape[1]]) { out in
    a.withUnsafeBuffer { _ = out.update(fromContentsOf: $0) }
    b.withUnsafeBuffer { source in
      _ = UnsafeMutableBufferPointer(rebasing: out[a.count...]).update(fromContentsOf: source)
    }
  }
}
