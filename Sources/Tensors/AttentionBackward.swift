import CKernels

/// Where the gradients of the queries, keys or values of all heads go, for T scores: head h of row r
/// of score t begins at `start + (t · rows + r) · stride + h · headWidth` of the storage.
///
/// Queries, keys and values that are one and the same (CLIP Surgery's value–value attention) have
/// one and the same place for their gradients, which are summed there.
public struct HeadGradients: Sendable {
  /// [T, rows, stride]
  public let storage: TensorStorage
  /// Scalars from one row to the next.
  public let stride: Int
  /// The column at which head 0 begins.
  public let start: Int
  /// Whether the gradients are added to what is there; otherwise they replace it.
  public let isAdding: Bool

  /// Heads inside rows of `stride` scalars, the first at column `start`.
  public init(_ storage: TensorStorage, stride: Int, start: Int = 0, adding isAdding: Bool = false) {
    self.storage = storage
    self.stride = stride
    self.start = start
    self.isAdding = isAdding
  }

  fileprivate func pointer(row: Int, head: Int, headWidth: Int) -> UnsafeMutablePointer<Float> {
    storage.pointer + row * stride + start + head * headWidth
  }

  fileprivate func isPlace(of other: HeadGradients?) -> Bool {
    other.map { $0.storage === storage && $0.start == start } ?? false
  }
}

/// The gradients of multi-head attention o = A · V, A = softmax(scale · Q Kᵀ), for T scores s at once.
///
/// With g = ∂s/∂o: ∂s/∂A = g Vᵀ (+ `attentionUpstream`), ∂s/∂V = Aᵀ g,
/// ∂s/∂S = A ⊙ (∂s/∂A − Σ A ⊙ ∂s/∂A), ∂s/∂Q = scale · ∂s/∂S K, ∂s/∂K = scale · (∂s/∂S)ᵀ Q.
/// Under a mask A is zero and nothing flows; ∂s/∂A is then still that of the product A · V.
/// One head of one score is worked on at a time, a block of queries in cache: beside what is asked
/// for, a worker holds two blocks of about 128 thousand scalars and four of rows · headWidth.
///
/// - Parameters:
///   - query: q heads; the first `queries` rows, as many as `weights` has
///   - key: k heads
///   - value: v heads
///   - weights: A [heads, queries, rows], as `attention` recorded it
///   - upstream: g [T · queries, heads · headWidth]
///   - attentionUpstream: more gradient on A, [T, heads, queries, rows]
///   - attentionGradients: receives ∂s/∂A [T, heads, queries, rows], where wanted
///   - queryGradients: receives ∂s/∂Q, `queries` rows a score, where wanted
///   - keyGradients: receives ∂s/∂K, `rows` rows a score, where wanted
///   - valueGradients: receives ∂s/∂V, `rows` rows a score, where wanted
public func attentionBackward(
  query: HeadRows, key: HeadRows, value: HeadRows, weights: Tensor, upstream: Tensor,
  headWidth: Int, scale: Float, attentionUpstream: Tensor? = nil,
  attentionGradients: TensorStorage? = nil, queryGradients: HeadGradients? = nil,
  keyGradients: HeadGradients? = nil, valueGradients: HeadGradients? = nil
) throws {
  let shapes =
    "weights \(describe(shape: weights.shape)), upstream \(describe(shape: upstream.shape)), "
    + "values \(describe(shape: value.matrix.shape)) for heads of \(headWidth)"
  guard weights.rank == 3, upstream.rank == 2, weights.count > 0,
    upstream.shape[0] % weights.shape[1] == 0
  else { throw ShapeError("gradient of attention", shapes) }
  let (heads, queries, rows) = (weights.shape[0], weights.shape[1], weights.shape[2])
  let width = heads * headWidth
  let targets = upstream.shape[0] / queries
  func fits(_ place: HeadGradients?, _ rows: Int) -> Bool {
    place.map { $0.start + width <= $0.stride && $0.storage.count >= targets * rows * $0.stride } ?? true
  }
  let matrices = targets * heads * queries * rows
  guard upstream.shape[1] == width, key.rows == rows, value.rows == rows, queries <= query.rows,
    query.start + width <= query.stride, key.start + width <= key.stride,
    value.start + width <= value.stride,
    attentionUpstream.map({ $0.count == matrices }) ?? true,
    attentionGradients.map({ $0.count >= matrices }) ?? true,
    fits(queryGradients, queries), fits(keyGradients, rows), fits(valueGradients, rows),
    queries == rows || queryGradients.map({ !$0.isPlace(of: keyGradients) }) ?? true,
    queries == rows || queryGradients.map({ !$0.isPlace(of: valueGradients) }) ?? true
  else { throw ShapeError("gradient of attention", shapes) }
  let wantsScores = queryGradients != nil || keyGradients != nil
  // Where queries, keys and values are one, the first of them to be written replaces what is there.
  let keyAdds = keyGradients.map { $0.isAdding || $0.isPlace(of: queryGradients) } ?? false
  let valueAdds =
    valueGradients.map {
      $0.isAdding || $0.isPlace(of: queryGradients) || $0.isPlace(of: keyGradients)
    } ?? false
  // Even blocks of at most 128 thousand scores, which stay in a core's own cache.
  let blocks = max(1, (queries * rows + 131_071) / 131_072)
  let block = (queries + blocks - 1) / blocks
  try Workers.run(heads * targets) { index in
    let (head, target) = (index / targets, index % targets)
    let matrix = (target * heads + head) * queries * rows
    let needsOwn = attentionGradients == nil
    let own = TensorStorage(count: needsOwn ? block * rows : 0)
    let scores = wantsScores && !needsOwn ? TensorStorage(count: block * rows) : own
    // Products are up to a fifth faster on a head of its own than inside the joint projection, and as
    // much again where the long side of the result is its inner one: hence the transposed sums.
    let keys = queryGradients == nil ? nil : key.copy(head: head, headWidth: headWidth)
    let values = value.copy(head: head, headWidth: headWidth)
    let forKeys = keyGradients.map { _ in TensorStorage(count: headWidth * rows) }
    let forValues = valueGradients.map { _ in TensorStorage(count: headWidth * rows) }
    for first in stride(from: 0, to: queries, by: block) {
      let count = min(block, queries - first)
      let sum: Float = first == 0 ? 0 : 1
      let a = weights.pointer + (head * queries + first) * rows
      let g = upstream.pointer + (target * queries + first) * width + head * headWidth
      let gradient = attentionGradients.map { $0.pointer + matrix + first * rows } ?? own.pointer
      // ∂s/∂A (count, rows) = g (count, headWidth) · vᵀ
      gemm(
        count, rows, headWidth, g, width, values.pointer, headWidth, transposed: true, gradient, rows)
      if let extra = attentionUpstream {
        clip_add_scaled(1, extra.pointer + matrix + first * rows, gradient, count * rows)
      }
      if let forValues {
        // (∂s/∂V)ᵀ (headWidth, rows) += gᵀ (headWidth, count) · A (count, rows)
        gemm(
          headWidth, rows, count, g, width, turned: true, a, rows, transposed: false, beta: sum,
          forValues.pointer, rows)
      }
      guard wantsScores else { continue }
      for row in 0..<count {
        clip_softmax_backward(
          a + row * rows, gradient + row * rows, scale, rows, scores.pointer + row * rows)
      }
      if let place = queryGradients, let keys {
        // ∂s/∂Q (count, headWidth) = ∂s/∂S (count, rows) · k (rows, headWidth)
        gemm(
          count, headWidth, rows, scores.pointer, rows, keys.pointer, headWidth, transposed: false,
          beta: place.isAdding ? 1 : 0,
          place.pointer(row: target * queries + first, head: head, headWidth: headWidth),
          place.stride)
      }
      if let forKeys {
        // (∂s/∂K)ᵀ (headWidth, rows) += qᵀ (headWidth, count) · ∂s/∂S (count, rows)
        gemm(
          headWidth, rows, count,
          query.pointer(head: head, headWidth: headWidth) + first * query.stride, query.stride,
          turned: true, scores.pointer, rows, transposed: false, beta: sum, forKeys.pointer, rows)
      }
    }
    for (place, sum, adds) in [(keyGradients, forKeys, keyAdds), (valueGradients, forValues, valueAdds)] {
      guard let place, let sum else { continue }
      clip_put_transposed(
        sum.pointer, headWidth, rows,
        place.pointer(row: target * rows, head: head, headWidth: headWidth), place.stride, adds ? 1 : 0)
    }
    withExtendedLifetime((own, scores, keys, values, forKeys, forValues)) {}
  }
  withExtendedLifetime((query, key, value, weights, upstream, attentionUpstream)) {}
  withExtendedLifetime((attentionGradients, queryGradients, keyGradients, valueGradients)) {}
}

extension HeadRows {
  /// One head's rows below each other: [rows, headWidth].
  fileprivate func copy(head: Int, headWidth: Int) -> TensorStorage {
    let copy = TensorStorage(count: rows * headWidth)
    let source = pointer(head: head, headWidth: headWidth)
    for row in 0..<rows {
      (copy.pointer + row * headWidth).update(from: source + row * stride, count: headWidth)
    }
    return copy
  }
}
