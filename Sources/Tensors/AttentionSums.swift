import CKernels

/// Rows of attention matrices, added up without the matrices: mean over heads of Σ_i f_i · A_i with
/// A = softmax(scale · Q Kᵀ).
///
/// With the factors of a single row this is that row of the heads' mean; the vector–matrix product of
/// attention rollout otherwise. The scores of 128 queries at a time exist.
///
/// - Parameters:
///   - query: q heads
///   - key: k heads
///   - factors: f, one a query
/// - Returns: [rows of `key`]
public func attentionRowSum(
  query: HeadRows, key: HeadRows, heads: Int, headWidth: Int, scale: Float, factors: Tensor
) throws -> Tensor {
  let (queries, rows) = (query.rows, key.rows)
  let width = heads * headWidth
  guard heads > 0, factors.count == queries, query.start + width <= query.stride,
    key.start + width <= key.stride
  else {
    throw ShapeError(
      "attention",
      "queries \(describe(shape: query.matrix.shape)), keys \(describe(shape: key.matrix.shape)), "
        + "\(factors.count) factors for \(heads) heads of \(headWidth)")
  }
  let block = 128
  let blocks = (queries + block - 1) / block
  let parts = TensorStorage(count: heads * blocks * rows)
  try Workers.run(heads * blocks) { index in
    let head = index / blocks
    let first = index % blocks * block
    let count = min(block, queries - first)
    let scores = TensorStorage(count: count * rows)
    gemm(
      count, rows, headWidth, alpha: scale,
      query.pointer(head: head, headWidth: headWidth) + first * query.stride, query.stride,
      key.pointer(head: head, headWidth: headWidth), key.stride, transposed: true,
      scores.pointer, rows)
    let part = parts.pointer + index * rows
    part.update(repeating: 0, count: rows)
    for row in 0..<count {
      let line = scores.pointer + row * rows
      clip_softmax(line, rows)
      clip_add_scaled(factors.pointer[first + row], line, part, rows)
    }
    withExtendedLifetime(scores) {}
  }
  withExtendedLifetime((query, key, factors)) {}
  return sumOfRows(parts, groups: 1, rows: heads * blocks, width: rows, scale: 1 / Float(heads)).row(0)
}

/// The positive part of the gradients of attention matrices, averaged: mean over heads and queries of
/// max(0, ∂s/∂A), where ∂s/∂A = g Vᵀ for the output o = A V and g = ∂s/∂o, for T scores s at once.
///
/// No matrix is kept: LeGrad wants their means alone.
///
/// - Parameters:
///   - value: v heads
///   - upstream: g [T · queries, heads · headWidth]
///   - queries: how many rows a score has
/// - Returns: [T, rows of `value`]
public func positiveAttentionGradients(
  value: HeadRows, upstream: Tensor, queries: Int, heads: Int
) throws -> Tensor {
  guard upstream.rank == 2, heads > 0, queries > 0, upstream.shape[0] % queries == 0,
    upstream.shape[1] % heads == 0, value.start + upstream.shape[1] <= value.stride
  else {
    throw ShapeError(
      "gradient of attention",
      "upstream \(describe(shape: upstream.shape)), values \(describe(shape: value.matrix.shape)) "
        + "for \(heads) heads and \(queries) queries")
  }
  let (rows, width) = (value.rows, upstream.shape[1])
  let headWidth = width / heads
  let targets = upstream.shape[0] / queries
  let parts = TensorStorage(count: targets * heads * rows)
  let block = 128
  try Workers.run(targets * heads) { index in
    let (target, head) = (index / heads, index % heads)
    let gradient = TensorStorage(count: min(block, queries) * rows)
    let part = parts.pointer + index * rows
    part.update(repeating: 0, count: rows)
    for first in stride(from: 0, to: queries, by: block) {
      let count = min(block, queries - first)
      // ∂s/∂A (count, rows) = g (count, headWidth) · vᵀ
      gemm(
        count, rows, headWidth,
        upstream.pointer + (target * queries + first) * width + head * headWidth, width,
        value.pointer(head: head, headWidth: headWidth), value.stride, transposed: true,
        gradient.pointer, rows)
      for row in 0..<count { clip_add_positive(gradient.pointer + row * rows, part, rows) }
    }
    withExtendedLifetime(gradient) {}
  }
  withExtendedLifetime((value, upstream)) {}
  return sumOfRows(
    parts, groups: targets, rows: heads, width: rows, scale: 1 / Float(heads * queries))
}

/// One step of the relevance of a row (Chefer et al. 2021) for T scores at once: for each score
/// Σ_i r_i · mean over heads of max(0, ∂s/∂A ⊙ A)_i.
///
/// - Parameters:
///   - weights: A [heads, queries, rows]
///   - gradients: ∂s/∂A [T, heads, queries, rows]
///   - factors: r [T, queries]
/// - Returns: [T, rows]
public func positiveAttentionProducts(
  weights: Tensor, gradients: Tensor, factors: Tensor
) throws -> Tensor {
  guard weights.rank == 3, weights.count > 0, gradients.rank == 4,
    gradients.shape.dropFirst() == weights.shape[...],
    factors.shape == [gradients.shape[0], weights.shape[1]]
  else {
    throw ShapeError(
      "relevance",
      "attention \(describe(shape: weights.shape)), gradients \(describe(shape: gradients.shape)), "
        + "factors \(describe(shape: factors.shape))")
  }
  let (heads, queries, rows) = (weights.shape[0], weights.shape[1], weights.shape[2])
  let targets = gradients.shape[0]
  let parts = TensorStorage(count: targets * heads * rows)
  try Workers.run(targets * heads) { index in
    let (target, head) = (index / heads, index % heads)
    let part = parts.pointer + index * rows
    part.update(repeating: 0, count: rows)
    for query in 0..<queries {
      let factor = factors.pointer[target * queries + query]
      if factor == 0 { continue }
      clip_add_positive_products(
        factor, gradients.pointer + (index * queries + query) * rows,
        weights.pointer + (head * queries + query) * rows, part, rows)
    }
  }
  withExtendedLifetime((weights, gradients, factors)) {}
  return sumOfRows(parts, groups: targets, rows: heads, width: rows, scale: 1 / Float(heads))
}

/// scale · the sum of each group's rows, in their order, so that it does not depend on threads:
/// [groups, rows, width] → [groups, width].
private func sumOfRows(
  _ parts: TensorStorage, groups: Int, rows: Int, width: Int, scale: Float
) -> Tensor {
  let out = TensorStorage(count: groups * width)
  out.mutableBuffer.update(repeating: 0)
  for group in 0..<groups {
    for row in 0..<rows {
      clip_add_scaled(
        scale, parts.pointer + (group * rows + row) * width, out.pointer + group * width, width)
    }
  }
  withExtendedLifetime(parts) {}
  return Tensor(shape: [groups, width], storage: out)
}
