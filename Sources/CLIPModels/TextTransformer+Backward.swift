import Checkpoints
import Tensors

extension TextTransformer {
  /// The tokens before each block and, last, after the last one, of one sequence: `blocks.count + 1`
  /// of [ids, D]. Before the first block they are token plus position embedding.
  ///
  /// - Parameter ids: token ids; what follows end-of-text changes nothing before it
  public func blockInputs(_ ids: [Int32]) throws -> [Tensor] {
    guard !ids.isEmpty, ids.count <= contextLength else {
      throw ShapeError("text", "\(ids.count) tokens where 1 to \(contextLength) fit")
    }
    let vocabulary = tokenEmbedding.shape[0]
    for id in ids where id < 0 || Int(id) >= vocabulary {
      throw ShapeError("text", "token \(id) where the model has \(vocabulary)")
    }
    var all = [try sum(gatherRows(tokenEmbedding, ids.map(Int.init)), positionEmbedding.rows(0..<ids.count))]
    for block in blocks {
      let x = all[all.count - 1]
      all.append(try block.forward(x, isCausal: true))
    }
    return all
  }

  /// ln_final and projection: [rows, D] → [rows, E].
  public func head(_ x: Tensor) throws -> Tensor { try product(lnFinal(x), projection) }

  /// The cosines between a text and T vectors, and their gradients after the last block.
  ///
  /// - Parameters:
  ///   - others: [T, E], such as image embeddings
  ///   - x: the tokens after the last block [at least `end` + 1, D]
  ///   - end: the end-of-text token's position
  /// - Returns: the cosines [T]; the gradients of tokens 0 to `end`, all in the last row
  public func cosineGradients(
    with others: Tensor, tokens x: Tensor, end: Int
  ) throws -> (cosines: Tensor, gradients: TokenGradients) {
    guard end >= 0, end < x.shape[0] else {
      throw ShapeError("text", "end of text at \(end) of \(x.shape[0]) tokens")
    }
    let token = x.rows(end..<(end + 1))
    let (cosines, gradients) = try Tensors.cosineGradients(of: head(token).row(0), with: others)
    return (
      cosines,
      try headBackward(TokenGradients(gradients, ofRow: end, tokens: end + 1), tokens: x)
    )
  }

  /// Through projection and ln_final, to the tokens after the last block.
  ///
  /// - Parameters:
  ///   - upstream: gradients with respect to projected tokens, E wide
  ///   - x: the tokens after the last block, at least as many
  public func headBackward(_ upstream: TokenGradients, tokens x: Tensor) throws -> TokenGradients {
    let rows = x.rows(upstream.row.map { $0..<($0 + 1) } ?? 0..<upstream.tokens)
    return TokenGradients(
      unchecked: try layerNormBackward(
        linear(upstream.values, weight: projection), input: rows, weight: lnFinal.weight,
        epsilon: lnFinal.epsilon),
      upstream.tokens, upstream.row)
  }

  /// From the tokens before block `upper` to those before block `lower`, for T scores at once; at
  /// `lower` 0 these are the gradients of the token embeddings.
  ///
  /// Tokens after `upstream.tokens` cannot have a gradient and are not computed.
  ///
  /// - Parameters:
  ///   - upstream: gradients with respect to the tokens before block `upper`; of one row, it is the
  ///     last
  ///   - wantsAttention: whether `visit` is shown ∂s/∂A
  ///   - visit: sees each block, last first
  ///   - inputs: the tokens before a block, by its index; as many or more
  public func backward(
    _ upstream: TokenGradients, from upper: Int, to lower: Int,
    attentionUpstream: ((Int) throws -> Tensor?)? = nil, wantsAttention: Bool = false,
    visit: ((BlockGradients) throws -> Void)? = nil, inputs: (Int) throws -> Tensor
  ) throws -> TokenGradients {
    try withoutActuallyEscaping(inputs) { inputs in
      let pass = BackwardPass(
        blocks: blocks, isCausal: true, inputs: { try inputs($0).rows(0..<upstream.tokens) },
        attentionUpstream: attentionUpstream, wantsAttention: wantsAttention, visit: visit)
      return try pass.run(upstream, from: upper, to: lower) ?? upstream
    }
  }

  /// Shows the gradients inside blocks `lower` to `upper − 1` alone (see
  /// `VisionTransformer.visitGradients`).
  public func visitGradients(
    _ upstream: TokenGradients, from upper: Int, to lower: Int, wantsAttention: Bool,
    inputs: (Int) throws -> Tensor, visit: (BlockGradients) throws -> Void
  ) throws {
    try withoutActuallyEscaping(inputs) { inputs in
      try withoutActuallyEscaping(visit) { visit in
        let pass = BackwardPass(
          blocks: blocks, isCausal: true, inputs: { try inputs($0).rows(0..<upstream.tokens) },
          wantsAttention: wantsAttention, visit: visit)
        _ = try pass.run(upstream, from: upper, to: lower, wantsInput: false)
      }
    }
  }

  /// The same tower, its last `count` blocks read as one head of the full width each (see
  /// `VisionTransformer.mergingHeads`).
  public func mergingHeads(inLast count: Int) throws -> TextTransformer {
    var tower = self
    tower.blocks = try mergedHeads(blocks, inLast: count)
    tower.identity = identity.changed("one head", from: max(0, blocks.count - max(0, count)))
    return tower
  }
}
