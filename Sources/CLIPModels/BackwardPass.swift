import Tensors

/// The backward pass through consecutive blocks, of either tower.
///
/// Nothing of the forward pass is kept but each block's input [N, D]; a block is computed again when
/// the gradients arrive at it, once for all scores. Scores go through together in groups whose
/// gradients have at most `rowsAtOnce` rows. Memory beside the inputs, in bytes: 8 · rows · D for the
/// gradients between blocks, `BlockActivations` of one block, and `TransformerBlock.rowsAtOnce`'s.
struct BackwardPass {
  /// The rows of gradients [T · N, D] that pass through the blocks together.
  static let rowsAtOnce = 32_768

  let blocks: [TransformerBlock]
  let isCausal: Bool
  /// The tokens before a block, by its index: [N, D].
  let inputs: (Int) throws -> Tensor

  /// What is added to the plain pass at a block.
  var attentionUpstream: ((Int) throws -> Tensor?)?
  var wantsAttention = false
  var visit: ((BlockGradients) throws -> Void)?

  /// From the tokens before block `upper` (`blocks.count`: after the last) to those before `lower`.
  ///
  /// - Parameter wantsInput: whether the gradient before `lower` is wanted; otherwise block `lower`
  ///   is only visited
  func run(
    _ upstream: TokenGradients, from upper: Int, to lower: Int, wantsInput: Bool = true
  ) throws -> TokenGradients? {
    guard lower >= 0, lower <= upper, upper <= blocks.count else {
      throw ShapeError("backward pass", "from block \(upper) to \(lower) of \(blocks.count)")
    }
    let step = max(1, Self.rowsAtOnce / upstream.tokens)
    var parts: [TokenGradients] = []
    for first in stride(from: 0, to: upstream.targets, by: step) {
      let range = first..<min(upstream.targets, first + step)
      var gradients = upstream.targets(range)
      for layer in (lower..<upper).reversed() {
        let extra = try attentionUpstream?(layer).map {
          $0.reshaped([upstream.targets, $0.count / max(1, upstream.targets)]).rows(range)
        }
        // More gradient on a whole attention matrix makes every query's row matter.
        if extra != nil { gradients = gradients.spread() }
        let block = blocks[layer]
        let activations = try block.activations(
          of: inputs(layer), row: gradients.row, isCausal: isCausal)
        let below = try block.backward(
          activations, upstream: gradients,
          demand: BlockDemand(input: layer > lower || wantsInput, attention: wantsAttention),
          attentionUpstream: extra, layer: layer, visit: shifted(by: first))
        if let below { gradients = below }
      }
      parts.append(gradients)
    }
    return wantsInput ? try together(parts) : nil
  }

  /// The visitor, told indices among all scores.
  private func shifted(by first: Int) -> ((BlockGradients) throws -> Void)? {
    visit.map { visit in
      { seen in
        try visit(
          BlockGradients(
            layer: seen.layer,
            targets: (seen.targets.lowerBound + first)..<(seen.targets.upperBound + first),
            activations: seen.activations, mixed: seen.mixed, attention: seen.attention))
      }
    }
  }

  private func together(_ parts: [TokenGradients]) throws -> TokenGradients {
    guard let first = parts.first else { throw ShapeError("backward pass", "no scores") }
    return TokenGradients(unchecked: joined(parts.map(\.values)), first.tokens, first.row)
  }
}
