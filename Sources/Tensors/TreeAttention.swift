import CKernels

/// Causal attention over a tree of tokens: each row sees its ancestors and itself.
///
/// - Parameters:
///   - own: the joint projection [rows, 3 · width] (queries, keys, values) of these rows
///   - shared: the joint projection of rows computed before, which paths may pass through
///   - paths: for each query, the rows it sees from the root to itself: an index into `own`, or
///     −1 − index into `shared`
///   - queries: which rows of `own` to compute, one per path
/// - Returns: [queries, width]
public func treeAttention(
  own: Tensor, shared: Tensor?, paths: [[Int32]], queries: [Int], heads: Int, headWidth: Int,
  scale: Float
) throws -> Tensor {
  let width = heads * headWidth
  guard own.rank == 2, own.shape[1] == 3 * width, shared.map({ $0.shape[1] == 3 * width }) ?? true,
    paths.count == queries.count
  else {
    throw ShapeError("tree attention", "projection \(describe(shape: own.shape)) for width \(width)")
  }
  let stride = 3 * width
  let out = TensorStorage(count: queries.count * width)
  let piece = 64
  try Workers.run((queries.count + piece - 1) / piece) { index in
    let range = index * piece..<min(queries.count, (index + 1) * piece)
    let longest = paths[range].map(\.count).max() ?? 0
    let scores = TensorStorage(count: longest)
    for i in range {
      clip_path_attention(
        own.pointer + queries[i] * stride, own.pointer, shared?.pointer, stride, paths[i],
        paths[i].count, heads, headWidth, scale, scores.pointer, out.pointer + i * width)
    }
    withExtendedLifetime(scores) {}
  }
  withExtendedLifetime((own, shared)) {}
  return Tensor(shape: [queries.count, width], storage: out)
}
