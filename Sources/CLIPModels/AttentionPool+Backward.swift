import Tensors

/// Which of attention pooling's forward passes a gradient is of.
public enum PoolingKind: Sendable {
  /// CLIP's own embedding: the first token attends.
  case embedding
  /// Every token attends: `ModifiedResNet.tokens`.
  case everyToken
  /// CLIP Surgery: every token attends with q = k = v.
  case surgery
}

extension AttentionPool {
  /// The backward pass of pooling for T scores.
  ///
  /// - Parameters:
  ///   - upstream: [T · n, E]: n = 1 for an embedding, otherwise all tokens
  ///   - tokens: what was pooled [N, C]
  ///   - visit: receives the attention matrices [H, n, N] and ∂s/∂A [T, H, n, N], where wanted
  /// - Returns: ∂s/∂tokens [T · N, C]
  func backward(
    _ upstream: Tensor, tokens: Tensor, kind: PoolingKind,
    visit: ((_ weights: Tensor, _ gradients: Tensor) throws -> Void)? = nil
  ) throws -> Tensor {
    let count = tokens.shape[0]
    let n = kind == .embedding ? 1 : count
    guard upstream.rank == 2, upstream.shape[0] % n == 0 else {
      throw ShapeError("gradient of pooling", "\(describe(shape: upstream.shape)) for \(count) tokens")
    }
    let targets = upstream.shape[0] / n
    let value = HeadRows(try values(tokens))
    let query =
      kind == .surgery ? value : HeadRows(try queries(kind == .embedding ? tokens.rows(0..<1) : tokens))
    let key = kind == .surgery ? value : HeadRows(try keys(tokens))
    let storage = TensorStorage(count: heads * n * count)
    _ = try attention(
      query: query, key: key, value: value, heads: heads, headWidth: headWidth, scale: scale,
      weights: storage)
    let weights = Tensor(shape: [heads, n, count], storage: storage)
    let matrices = visit == nil ? nil : TensorStorage(count: targets * weights.count)
    func place(_ rows: Int) -> HeadGradients {
      HeadGradients(TensorStorage(count: targets * rows * width), stride: width)
    }
    let forValues = place(count)
    let forQueries = kind == .surgery ? forValues : place(n)
    let forKeys = kind == .surgery ? forValues : place(count)
    try attentionBackward(
      query: query, key: key, value: value, weights: weights,
      upstream: linearBackward(upstream, weight: out.weight), headWidth: headWidth, scale: scale,
      attentionGradients: matrices, queryGradients: forQueries, keyGradients: forKeys,
      valueGradients: forValues)
    if let visit, let matrices {
      try visit(weights, Tensor(shape: [targets, heads, n, count], storage: matrices))
    }
    func matrix(_ place: HeadGradients, _ rows: Int) -> Tensor {
      Tensor(shape: [targets * rows, width], storage: place.storage)
    }
    let fromValues = try linearBackward(matrix(forValues, count), weight: values.weight)
    if kind == .surgery { return fromValues }
    let shared = try sum(
      fromValues, linearBackward(matrix(forKeys, count), weight: keys.weight))
    let own = try linearBackward(matrix(forQueries, n), weight: queries.weight)
    return try TokenGradients(unchecked: shared, count, nil)
      .adding(TokenGradients(unchecked: own, count, n == count ? nil : 0)).values
  }
}
