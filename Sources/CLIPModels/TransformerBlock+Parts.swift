import Tensors

/// The layers of a block one by one, for methods that put them together in another way.
extension TransformerBlock {
  /// What attention reads, ln_1(x): [rows, D] → [rows, D].
  public func normalized(_ x: Tensor) throws -> Tensor { try ln1(x) }

  /// The queries of normalized tokens, heads side by side: [rows, D] → [rows, D].
  public func queries(_ y: Tensor) throws -> Tensor { try projectQueries(y) }

  /// The keys of normalized tokens: [rows, D] → [rows, D].
  public func keys(_ y: Tensor) throws -> Tensor {
    try linear(y, weight: inWeight.rows(width..<(2 * width)), bias: inBias.rows(width..<(2 * width)))
  }

  /// The values of normalized tokens: [rows, D] → [rows, D].
  public func values(_ y: Tensor) throws -> Tensor {
    try linear(
      y, weight: inWeight.rows((2 * width)..<(3 * width)), bias: inBias.rows((2 * width)..<(3 * width)))
  }

  /// d^-½, what scores are multiplied by before softmax.
  public var attentionScale: Float { scale }

  /// x + out_proj(o): [rows, D].
  public func projectOutput(_ mixed: Tensor, adding x: Tensor) throws -> Tensor {
    try out(mixed, adding: x)
  }

  /// x + mlp(ln_2(x)): [rows, D].
  public func feedForward(_ x: Tensor) throws -> Tensor { try mlp(x) }
}
