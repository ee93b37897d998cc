import Checkpoints
import Imaging
import Tensors

extension VisionTransformer {
  /// The tokens before each block and, last, after the last one: `blocks.count + 1` of [1 + patches, D].
  ///
  /// This is all that the backward pass needs of a forward pass: 38 MB for ViT-B/16 at 512 pixels.
  ///
  /// - Parameter last: how many blocks are run; nil is all
  public func blockInputs(
    _ image: Tensor, upTo last: Int? = nil, positions: PositionResize = .bilinear
  ) throws -> [Tensor] {
    let pass = pass(image, positions)
    var all = [try tokens(image, after: 0, positions: positions)]
    for (index, block) in blocks.prefix(last ?? blocks.count).enumerated() {
      let x = all[index]
      all.append(try pass(.tokens(after: index + 1), blocks: 1) { try block.forward(x) })
    }
    return all
  }

  /// Through projection and ln_post, to the tokens after the last block.
  ///
  /// - Parameters:
  ///   - upstream: gradients with respect to projected tokens, E wide
  ///   - x: the tokens after the last block [N, D]; only the gradients' row is read, and [1, D] of it
  ///     will do
  public func headBackward(_ upstream: TokenGradients, tokens x: Tensor) throws -> TokenGradients {
    let rows = upstream.row.map { x.shape[0] == 1 ? x : x.rows($0..<($0 + 1)) } ?? x
    // The projection is [D, E]: upstream · Pᵀ.
    let normalized = try linear(upstream.values, weight: projection)
    return TokenGradients(
      unchecked: try layerNormBackward(
        normalized, input: rows, weight: lnPost.weight, epsilon: lnPost.epsilon),
      upstream.tokens, upstream.row)
  }

  /// The cosines between the image and T vectors, and their gradients after the last block.
  ///
  /// - Parameters:
  ///   - texts: [T, E]
  ///   - classToken: the class token after the last block [1, D]
  ///   - tokens: how many tokens there are, this one included
  public func cosineGradients(
    with texts: Tensor, classToken: Tensor, tokens: Int
  ) throws -> (cosines: Tensor, gradients: TokenGradients) {
    let (cosines, gradients) = try Tensors.cosineGradients(of: head(classToken).row(0), with: texts)
    return (
      cosines,
      try headBackward(
        TokenGradients(gradients, ofRow: 0, tokens: tokens), tokens: classToken)
    )
  }

  /// From the tokens before block `upper` to those before block `lower`, for T scores at once.
  ///
  /// ```swift
  /// let inputs = try tower.blockInputs(image)
  /// let (_, top) = try tower.cosineGradients(with: texts, classToken: inputs[12].rows(0..<1), tokens: 197)
  /// // ∂cos/∂(tokens before the last block), as Grad-CAM on a ViT weights them
  /// let g = try tower.backward(top, from: 12, to: 11) { inputs[$0] }.dense()  // [T, 197, 768]
  /// ```
  ///
  /// - Parameters:
  ///   - upstream: gradients with respect to the tokens before block `upper`; `blocks.count` is after
  ///     the last
  ///   - inputs: the tokens before a block, by its index
  ///   - attentionUpstream: gradient that scores have on a block's attention matrices directly,
  ///     [T, H, N, N] by the block's index
  ///   - wantsAttention: whether `visit` is shown ∂s/∂A
  ///   - visit: sees each block, last first, some scores at a time
  public func backward(
    _ upstream: TokenGradients, from upper: Int, to lower: Int,
    attentionUpstream: ((Int) throws -> Tensor?)? = nil, wantsAttention: Bool = false,
    visit: ((BlockGradients) throws -> Void)? = nil, inputs: (Int) throws -> Tensor
  ) throws -> TokenGradients {
    try withoutActuallyEscaping(inputs) { inputs in
      let pass = BackwardPass(
        blocks: blocks, isCausal: false, inputs: inputs, attentionUpstream: attentionUpstream,
        wantsAttention: wantsAttention, visit: visit)
      return try pass.run(upstream, from: upper, to: lower) ?? upstream
    }
  }

  /// Shows the gradients inside blocks `lower` to `upper − 1` alone: what lies below them, block
  /// `lower`'s own projection included, is not computed.
  ///
  /// With `lower = upper − 1` and gradients of the class token this is Grad-ECLIP's tail: T rows
  /// through the last block's MLP and output projection.
  ///
  /// - Parameters: as `backward`
  public func visitGradients(
    _ upstream: TokenGradients, from upper: Int, to lower: Int, wantsAttention: Bool,
    inputs: (Int) throws -> Tensor, visit: (BlockGradients) throws -> Void
  ) throws {
    try withoutActuallyEscaping(inputs) { inputs in
      try withoutActuallyEscaping(visit) { visit in
        let pass = BackwardPass(
          blocks: blocks, isCausal: false, inputs: inputs, wantsAttention: wantsAttention, visit: visit)
        _ = try pass.run(upstream, from: upper, to: lower, wantsInput: false)
      }
    }
  }

  /// From the tokens before the first block to the pixels.
  ///
  /// - Parameters:
  ///   - upstream: gradients with respect to the tokens before the first block
  ///   - image: the normalized pixels [3, height, width] of the forward pass
  ///   - positions: as in the forward pass
  /// - Returns: ∂s/∂(normalized pixels), [T, 3, height, width]
  public func pixelGradients(
    _ upstream: TokenGradients, image: Tensor, positions: PositionResize = .bilinear
  ) throws -> Tensor {
    let (rows, columns) = (image.shape[1] / patchSize, image.shape[2] / patchSize)
    guard upstream.tokens == 1 + rows * columns else {
      throw ShapeError("gradient of pixels", "\(upstream.tokens) tokens of \(rows) × \(columns) patches")
    }
    let tokens = try layerNormBackward(
      upstream.spread().values, input: embedUnnormalized(image, positions: positions),
      weight: lnPre.weight, epsilon: lnPre.epsilon)
    let patches = withoutFirstRows(tokens, of: upstream.tokens)
    return try patchesBackward(
      linearBackward(patches, weight: patchWeight), rows: rows, columns: columns, channels: 3,
      size: patchSize)
  }

  /// The class token that leaves the last block, from the tokens before it, with what the backward
  /// pass reads on the way: Grad-ECLIP's forward half.
  ///
  /// - Parameter x: the tokens before the last block [N, D]
  /// - Returns: the block's activations at the class token, and the token after the block [1, D]
  public func classTail(_ x: Tensor) throws -> (activations: BlockActivations, token: Tensor) {
    guard let last = blocks.last else { throw ShapeError("class token", "a tower without blocks") }
    let activations = try last.activations(of: x, row: 0)
    return (activations, try last.output(activations))
  }

  /// Grad-ECLIP's gradients in the last block: of cos(image, text_t) with respect to the class token's
  /// attention output before out_proj.
  ///
  /// Beside one forward pass of the last block for the class token it costs T single rows through
  /// out_proj, MLP, ln_post and projection.
  ///
  /// - Parameters:
  ///   - x: the tokens before the last block [N, D]
  ///   - texts: [T, E]
  /// - Returns: the cosines [T]; g [T, D]; the block's activations, with q of the class token alone
  public func classTailGradients(
    _ x: Tensor, with texts: Tensor
  ) throws -> (cosines: Tensor, mixed: Tensor, activations: BlockActivations) {
    guard let last = blocks.last else { throw ShapeError("class token", "a tower without blocks") }
    let (activations, token) = try classTail(x)
    let (cosines, top) = try cosineGradients(with: texts, classToken: token, tokens: x.shape[0])
    return (cosines, try last.backwardToMixed(activations, upstream: top.values).mixed, activations)
  }

  /// The same tower, its last `count` blocks read as one head of the full width each, as Grad-ECLIP's
  /// released program does: a slightly different network. Weights are shared.
  public func mergingHeads(inLast count: Int) throws -> VisionTransformer {
    var tower = self
    tower.blocks = try mergedHeads(blocks, inLast: count)
    tower.identity = identity.changed("one head", from: max(0, blocks.count - max(0, count)))
    return tower
  }
}

/// Blocks of which the last `count` have one head.
func mergedHeads(_ blocks: [TransformerBlock], inLast count: Int) throws -> [TransformerBlock] {
  let kept = max(0, blocks.count - max(0, count))
  return try blocks.enumerated().map { try $0 < kept ? $1 : $1.withHeads(1) }
}

/// Of T · N rows, all but the first of every N.
func withoutFirstRows(_ x: Tensor, of tokens: Int) -> Tensor {
  let (targets, width) = (x.shape[0] / tokens, x.shape[1])
  let length = (tokens - 1) * width
  return Tensor([targets * (tokens - 1), width]) { out in
    x.withUnsafeBuffer { source in
      for t in 0..<targets {
        let start = (t * tokens + 1) * width
        _ = UnsafeMutableBufferPointer(rebasing: out[(t * length)...])
          .update(fromContentsOf: source[start..<(start + length)])
      }
    }
  }
}
