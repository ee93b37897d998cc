import CKernels

/// Multi-head attention of tokens to those that resemble them: for each head,
/// (Σ_X softmax(scale · X Xᵀ + bias)) V over the matrices X, heads side by side.
///
/// Queries compared with queries, or keys with keys; several matrices' attention is summed before it
/// meets the values. As in `attention`, the scores of 128 rows at a time stay in cache.
///
/// - Parameters:
///   - sources: the matrices X, each [rows, heads · headWidth]
///   - value: V [rows, heads · headWidth]
///   - bias: [rows, rows], added to every head's scaled scores
/// - Returns: [rows, heads · headWidth]
public func selfAttention(
  of sources: [Tensor], value: Tensor, heads: Int, scale: Float, bias: Tensor? = nil
) throws -> Tensor {
  guard value.rank == 2, heads > 0, value.shape[1] % heads == 0, !sources.isEmpty,
    sources.allSatisfy({ $0.shape == value.shape }),
    bias.map({ $0.shape == [value.shape[0], value.shape[0]] }) ?? true
  else {
    throw ShapeError(
      "self-attention",
      "\(sources.map { describe(shape: $0.shape) }.joined(separator: ", ")) with values "
        + "\(describe(shape: value.shape)) for \(heads) heads, bias \(describe(shape: bias?.shape ?? []))")
  }
  let (rows, width) = (value.shape[0], value.shape[1])
  let headWidth = width / heads
  let out = TensorStorage(count: rows * width)
  let block = 128
  let blocks = (rows + block - 1) / block
  try Workers.run(heads * blocks) { index in
    let column = index / blocks * headWidth
    let first = index % blocks * block
    let count = min(block, rows - first)
    let total = TensorStorage(count: count * rows)
    let other = TensorStorage(count: sources.count > 1 ? count * rows : 0)
    for (place, source) in sources.enumerated() {
      let scores = place == 0 ? total.pointer : other.pointer
      // scores (count, rows) = scale · x (count, headWidth) · xᵀ
      gemm(
        count, rows, headWidth, alpha: scale, source.pointer + first * width + column, width,
        source.pointer + column, width, transposed: true, scores, rows)
      for row in 0..<count {
        let line = scores + row * rows
        if let bias { clip_add_scaled(1, bias.pointer + (first + row) * rows, line, rows) }
        clip_softmax(line, rows)
      }
      if place > 0 { clip_add_scaled(1, scores, total.pointer, count * rows) }
    }
    // out (count, headWidth) = scores · v (rows, headWidth)
    gemm(
      count, headWidth, rows, total.pointer, rows, value.pointer + column, width, transposed: false,
      out.pointer + first * width + column, width)
    withExtendedLifetime((total, other)) {}
  }
  withExtendedLifetime((sources, value, bias)) {}
  return Tensor(shape: [rows, width], storage: out)
}
