import CKernels

/// Where the queries, keys or values of all heads lie: head h of row r begins at
/// `start + r · stride + h · headWidth` of a matrix such as the joint projection [rows, 3 · width].
public struct HeadRows: Sendable {
  /// [rows, stride]
  public let matrix: Tensor
  /// The column at which head 0 begins.
  public let start: Int

  /// Heads inside the columns of `matrix`, the first at column `start`.
  public init(_ matrix: Tensor, start: Int = 0) {
    self.matrix = matrix
    self.start = start
  }

  var rows: Int { matrix.shape[0] }
  var stride: Int { matrix.shape[1] }
  func pointer(head: Int, headWidth: Int) -> UnsafeMutablePointer<Float> {
    matrix.pointer + start + head * headWidth
  }
}

/// Which keys a query may see.
public enum AttentionMask: Sendable {
  /// All of them.
  case none
  /// Those at its own position and before.
  case causal
}

/// Multi-head attention: for each head, softmax(scale · Q Kᵀ) V, heads side by side.
///
/// The scores of 128 queries at a time are made, normalized and used while they are in cache, so no
/// [heads, rows, rows] array exists unless `recordingInto` asks for it.
///
/// - Parameters:
///   - query: q heads; only the first `queryRows` rows are computed
///   - key: k heads, as many rows as `value`
///   - value: v heads
///   - weights: receives the attention matrices [heads, queryRows, rows] where they are wanted
/// - Returns: [queryRows, heads · headWidth]
public func attention(
  query: HeadRows, key: HeadRows, value: HeadRows, heads: Int, headWidth: Int, scale: Float,
  mask: AttentionMask = .none, queryRows: Int? = nil, weights: TensorStorage? = nil
) throws -> Tensor {
  let rows = key.rows
  let queries = queryRows ?? query.rows
  let width = heads * headWidth
  guard value.rows == rows, queries <= query.rows,
    query.start + width <= query.stride, key.start + width <= key.stride,
    value.start + width <= value.stride,
    weights.map({ $0.count == heads * queries * rows }) ?? true
  else {
    throw ShapeError(
      "attention",
      "queries \(describe(shape: query.matrix.shape)), keys \(describe(shape: key.matrix.shape)), "
        + "values \(describe(shape: value.matrix.shape)) for \(heads) heads of \(headWidth)")
  }
  let out = TensorStorage(count: queries * width)
  let block = 128
  let blocks = (queries + block - 1) / block
  try Workers.run(heads * blocks) { index in
    let head = index / blocks
    let first = index % blocks * block
    let count = min(block, queries - first)
    let scratch = weights ?? TensorStorage(count: count * rows)
    let scores = weights == nil ? scratch.pointer : scratch.pointer + (head * queries + first) * rows
    // scores (count, rows) = scale · q (count, headWidth) · kᵀ
    gemm(
      count, rows, headWidth, alpha: scale,
      query.pointer(head: head, headWidth: headWidth) + first * query.stride, query.stride,
      key.pointer(head: head, headWidth: headWidth), key.stride, transposed: true,
      scores, rows)
    for row in 0..<count {
      let line = scores + row * rows
      let visible = mask == .causal ? min(rows, first + row + 1) : rows
      clip_softmax(line, visible)
      for i in visible..<rows { line[i] = 0 }
    }
    // out (count, headWidth) = scores · v (rows, headWidth)
    gemm(
      count, headWidth, rows, scores, rows,
      value.pointer(head: head, headWidth: headWidth), value.stride, transposed: false,
      out.pointer + first * width + head * headWidth, width)
    withExtendedLifetime(scratch) {}
  }
  withExtendedLifetime((query, key, value, weights)) {}
  return Tensor(shape: [queries, width], storage: out)
}
