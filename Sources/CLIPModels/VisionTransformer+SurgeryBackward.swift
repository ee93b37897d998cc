import Imaging
import Tensors

extension VisionTransformer {
  /// The backward pass of `surgeryTokens`: through CLIP Surgery's two paths to the tokens before
  /// block `lower`.
  ///
  /// The gradients of the patches come in on the new path, that of the class token on the original
  /// one. Both paths read the same normalized tokens, so their gradients meet in every block's
  /// projection.
  ///
  /// - Parameters:
  ///   - upstream: gradients with respect to `surgeryTokens`' result [1 + patches, D]
  ///   - depth: how many of the last blocks have two paths
  ///   - lower: 0 is before the first block; at most `blocks.count - depth`
  ///   - wantsAttention: whether `visit` is shown ∂s/∂A of the original path's attention
  ///   - visit: sees each block, last first
  ///   - inputs: the tokens of the original path before a block, by its index, as `blockInputs` gives
  public func surgeryBackward(
    _ upstream: TokenGradients, depth: Int, to lower: Int = 0, wantsAttention: Bool = false,
    visit: ((BlockGradients) throws -> Void)? = nil, inputs: (Int) throws -> Tensor
  ) throws -> TokenGradients {
    let depth = min(max(depth, 1), blocks.count)
    let start = blocks.count - depth
    guard lower >= 0, lower <= start else {
      throw ShapeError("backward pass", "to block \(lower) where two paths begin at \(start)")
    }
    let tokens = upstream.tokens
    let (new, first) = try split(upstream)
    var gradients = first
    for layer in (start..<blocks.count).reversed() {
      let activations = try blocks[layer].activations(of: inputs(layer), row: gradients.row)
      let below = try blocks[layer].backward(
        activations, upstream: gradients, demand: BlockDemand(attention: wantsAttention), surgery: new,
        layer: layer, visit: visit)
      guard let below else { throw ShapeError("backward pass", "block \(layer) of \(tokens) tokens") }
      gradients = below
    }
    // The new path begins as a copy of the original one.
    return try backward(
      gradients.adding(new), from: start, to: lower, wantsAttention: wantsAttention, visit: visit,
      inputs: inputs)
  }

  /// The patches' gradients, zero at the class token, and the class token's own.
  private func split(_ upstream: TokenGradients) throws -> (new: TokenGradients, first: TokenGradients) {
    let (targets, tokens, width) = (upstream.targets, upstream.tokens, upstream.width)
    let all = upstream.dense().scalars
    let first = Tensor([targets, width]) { out in
      for t in 0..<targets {
        for i in 0..<width { out[t * width + i] = all[t * tokens * width + i] }
      }
    }
    let new = Tensor([targets * tokens, width]) { out in
      _ = out.update(fromContentsOf: all)
      for t in 0..<targets {
        for i in 0..<width { out[t * tokens * width + i] = 0 }
      }
    }
    return (
      TokenGradients(unchecked: new, tokens, nil),
      try TokenGradients(first, ofRow: 0, tokens: tokens)
    )
  }
}
