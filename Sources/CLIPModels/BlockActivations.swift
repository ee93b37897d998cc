import Tensors

/// What the backward pass of a block reads of its forward pass, computed again from the block's input.
///
/// Where only one row's gradient comes in, only that row's query, attention and MLP are computed.
/// Memory: 4 · (9 · N · D + H · N²) bytes for N tokens, H heads and an MLP of 4 · D (for ViT-B/16 at
/// 512 pixels 79 MB); for one row 4 · (3 · N · D + H · N).
public struct BlockActivations: Sendable {
  /// x, the tokens before the block: [N, D].
  public let input: Tensor
  /// Q of every token, or of the row alone.
  public let query: HeadRows
  /// K of every token.
  public let key: HeadRows
  /// V of every token.
  public let value: HeadRows
  /// A = softmax(Q Kᵀ · d^-½): [H, N, N], or [H, 1, N] of the row alone.
  public let weights: Tensor
  /// o = A V before out_proj, heads side by side: [N, D], or [1, D]. In a block whose heads were scaled
  /// (`CLIPModel.editing`) it is what their factors then multiply.
  public let mixed: Tensor
  /// x + out_proj(o): [N, D], or [1, D].
  public let middle: Tensor
  /// The only row computed; nil where all are.
  public let row: Int?
  /// The derivative of the activation between the MLP's two layers: [N, 4 · D], or [1, 4 · D]; empty
  /// where the MLP is skipped.
  let slope: Tensor

  /// N, the tokens.
  public var tokens: Int { input.shape[0] }
}

extension TransformerBlock {
  /// Computes the block again, as far as its backward pass needs it.
  ///
  /// - Parameters:
  ///   - x: the tokens before the block [N, D]
  ///   - row: the only token whose output matters; nil where all do
  ///   - isCausal: whether tokens see only those before. A single row must then be the last one.
  public func activations(of x: Tensor, row: Int? = nil, isCausal: Bool = false) throws -> BlockActivations {
    guard x.rank == 2, x.shape[1] == width, row.map({ $0 >= 0 && $0 < x.shape[0] }) ?? true,
      !isCausal || row == nil || row == x.shape[0] - 1
    else { throw ShapeError("block", "tokens \(describe(shape: x.shape)), row \(row ?? -1)") }
    let normalized = try ln1(x)
    let query: HeadRows
    let (key, value): (HeadRows, HeadRows)
    if let row {
      query = HeadRows(try projectQueries(normalized.rows(row..<(row + 1))))
      let joint = try projectKeysAndValues(normalized)
      (key, value) = (HeadRows(joint), HeadRows(joint, start: width))
    } else {
      let joint = try project(normalized)
      query = HeadRows(joint)
      (key, value) = (HeadRows(joint, start: width), HeadRows(joint, start: 2 * width))
    }
    let queries = row == nil ? x.shape[0] : 1
    try intervention?.check(tokens: x.shape[0], isCausal: isCausal)
    let weights = TensorStorage(count: heads * queries * x.shape[0])
    let mixed = try attention(
      query: query, key: key, value: value, heads: heads, headWidth: headWidth, scale: scale,
      mask: isCausal && row == nil ? .causal : .none, weights: weights)
    if let intervention, intervention.replacesAttention {
      try replaceAttention(
        intervention, in: mixed, values: value, row: row, isCausal: isCausal, weights: weights)
    }
    let middle = try outputProjection(mixed, adding: row.map { x.rows($0..<($0 + 1)) } ?? x)
    return BlockActivations(
      input: x, query: query, key: key, value: value,
      weights: Tensor(shape: [heads, queries, x.shape[0]], storage: weights), mixed: mixed,
      middle: middle, row: row,
      slope: intervention?.skipsMLP == true
        ? Tensor([0, 0], [])
        : try activationSlope(
          ln2(middle), weight: expand.weight, bias: expand.bias, activation: activation))
  }

  /// The output of the block where its activations are known: [N, D], or [1, D] of the row alone.
  public func output(_ activations: BlockActivations) throws -> Tensor {
    guard let intervention else { return try mlp(activations.middle) }
    return intervention.patched(
      intervention.skipsMLP ? activations.middle : try mlp(activations.middle),
      positions: activations.row.map { [$0] })
  }

  /// The output projection without its residual: [rows, D] → [rows, D].
  public func projectOutput(_ x: Tensor) throws -> Tensor { try out(x) }

  /// The same weights read as another number of heads. With one head of the full width this is the
  /// block that Grad-ECLIP's released program explains.
  public func withHeads(_ heads: Int) throws -> TransformerBlock {
    guard heads > 0, width % heads == 0 else {
      throw ShapeError("block", "\(heads) heads for width \(width)")
    }
    var block = self
    block.heads = heads
    block.intervention = try intervention(forHeads: heads)
    return block
  }
}
