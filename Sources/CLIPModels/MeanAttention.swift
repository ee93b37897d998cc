import Tensors

extension TransformerBlock {
  /// The mean over heads of the block's attention matrix, A̅ = E_heads[softmax(Q Kᵀ · d^-½)], of one row or
  /// of a sum of rows: Σ_i f_i · A̅_i. The matrix itself is not made.
  ///
  /// - Parameters:
  ///   - x: the tokens before the block [N, D]
  ///   - factors: f, [N]; nil is the first token's row alone, which needs no other queries
  /// - Returns: [N]
  public func meanAttention(_ x: Tensor, factors: Tensor? = nil) throws -> Tensor {
    guard x.rank == 2, x.shape[0] > 0 else { throw ShapeError("attention", describe(shape: x.shape)) }
    let y = try ln1(x)
    return try attentionRowSum(
      query: HeadRows(queries(factors == nil ? y.rows(0..<1) : y)), key: HeadRows(keys(y)), heads: heads,
      headWidth: headWidth, scale: scale, factors: factors ?? Tensor([1], [1]))
  }
}

extension ModifiedResNet {
  /// The class token's row of the pooling's attention, the mean over heads: [1 + positions].
  public func meanAttention(_ image: Tensor, positions: PositionResize = .bilinear) throws -> Tensor {
    let tokens = try poolTokens(image, positions: positions)
    return try attentionRowSum(
      query: HeadRows(attentionPool.queries(tokens.rows(0..<1))),
      key: HeadRows(attentionPool.keys(tokens)), heads: attentionPool.heads,
      headWidth: attentionPool.headWidth, scale: attentionPool.scale, factors: Tensor([1], [1]))
  }
}
