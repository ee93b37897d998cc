import CKernels

/// Rows per piece of work: about 64 thousand scalars.
private func rowsPerPiece(width: Int) -> Int { max(1, 65_536 / max(1, width)) }

/// Calls `body` with ranges of rows that together cover `rows`, on all workers.
func forEachRowRange(
  _ rows: Int, width: Int, _ body: (Range<Int>) -> Void
) throws {
  let step = rowsPerPiece(width: width)
  try Workers.run((rows + step - 1) / step) { piece in
    body(piece * step..<min(rows, (piece + 1) * step))
  }
}

/// LayerNorm over the last axis: (x − mean) / √(variance + ε) · weight + bias.
///
/// - Parameters:
///   - x: [rows, width]
///   - weight: [width]
///   - bias: [width]
/// - Returns: [rows, width]
public func layerNorm(
  _ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float = 1e-5
) throws -> Tensor {
  guard x.rank == 2, weight.count == x.shape[1], bias.count == x.shape[1] else {
    throw ShapeError(
      "LayerNorm", "input \(describe(shape: x.shape)), weight \(describe(shape: weight.shape))")
  }
  let (rows, width) = (x.shape[0], x.shape[1])
  let out = TensorStorage(count: x.count)
  try forEachRowRange(rows, width: width) { range in
    clip_layer_norm(
      x.pointer + range.lowerBound * width, weight.pointer, bias.pointer, epsilon, range.count,
      width, out.pointer + range.lowerBound * width)
  }
  withExtendedLifetime((x, weight, bias)) {}
  return Tensor(shape: x.shape, storage: out)
}

/// Each row divided by its Euclidean norm; rows of norm zero stay zero.
///
/// - Parameter x: [rows, width]
/// - Returns: [rows, width]
public func normalizedRows(_ x: Tensor) throws -> Tensor {
  guard x.rank == 2 else { throw ShapeError("normalize", "\(describe(shape: x.shape)) has no rows") }
  let (rows, width) = (x.shape[0], x.shape[1])
  let out = TensorStorage(count: x.count)
  try forEachRowRange(rows, width: width) { range in
    clip_normalize_rows(
      x.pointer + range.lowerBound * width, range.count, width,
      out.pointer + range.lowerBound * width)
  }
  withExtendedLifetime(x) {}
  return Tensor(shape: x.shape, storage: out)
}

/// Softmax over the last axis, after multiplying by `scale`.
///
/// - Parameter x: [rows, width]
/// - Returns: [rows, width], each row summing to one
public func softmaxRows(_ x: Tensor, scale: Float = 1) throws -> Tensor {
  guard x.rank == 2 else { throw ShapeError("softmax", "\(describe(shape: x.shape)) has no rows") }
  let (rows, width) = (x.shape[0], x.shape[1])
  let out = TensorStorage(count: x.count)
  try forEachRowRange(rows, width: width) { range in
    for row in range {
      let target = out.pointer + row * width
      let source = x.pointer + row * width
      for i in 0..<width { target[i] = source[i] * scale }
      clip_softmax(target, width)
    }
  }
  withExtendedLifetime(x) {}
  return Tensor(shape: x.shape, storage: out)
}
