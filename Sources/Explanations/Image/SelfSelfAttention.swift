import CLIPModels
import Tensors

/// The machinery that SCLIP, NACLIP and ClearCLIP share: the last block with attention of tokens to those
/// that resemble them, then ln_post, the projection, and every patch's cosine with the texts.
///
///     o = Σ_X softmax(X Xᵀ · d^-½ + ω) V   for X among Q and K
struct SelfSelfAttention {
  /// What is compared with itself.
  enum Source { case queries, keys }

  /// The matrices X; their attention is summed.
  let sources: [Source]
  /// Whether the block's residual and MLP stay.
  let keepsRest: Bool

  /// The cosines: [T, rows, columns].
  ///
  /// - Parameters:
  ///   - method: its name, for errors
  ///   - bias: ω, [1 + patches, 1 + patches]
  func maps(_ question: Question, method: String, bias: Tensor? = nil) throws -> Tensor {
    let tower = try question.transformer(for: method)
    let (block, x) = try question.lastBlock(of: tower)
    let y = try block.normalized(x)
    let mixed = try selfAttention(
      of: sources.map { try $0 == .queries ? block.queries(y) : block.keys(y) },
      value: block.values(y), heads: block.heads, scale: block.attentionScale, bias: bias)
    let patches = 1..<x.shape[0]
    let out =
      try keepsRest
      ? block.feedForward(block.projectOutput(mixed.rows(patches), adding: x.rows(patches)))
      : block.projectOutput(mixed.rows(patches))
    return try question.cosines(ofPatches: out, through: tower)
  }
}

extension Question {
  /// The last block and the tokens before it: [1 + patches, D].
  func lastBlock(of tower: VisionTransformer) throws -> (block: TransformerBlock, tokens: Tensor) {
    guard let last = tower.blocks.last else { throw ShapeError("explanation", "a tower without blocks") }
    return (last, try tower.tokens(pixels, after: tower.blocks.count - 1, positions: positions))
  }

  /// cos(head(patch), text) as maps: [patches, D] → [T, rows, columns].
  func cosines(ofPatches x: Tensor, through tower: VisionTransformer) throws -> Tensor {
    try linear(texts, weight: normalizedRows(tower.head(x))).reshaped([targets, rows, columns])
  }

  /// One map for every text: [1 + patches], the class token first, → [T, rows, columns].
  func sameMap(_ scores: Tensor) throws -> Tensor {
    let patches = rows * columns
    guard scores.count == 1 + patches else {
      throw ShapeError("explanation", "\(scores.count) tokens for \(rows) × \(columns) patches")
    }
    return Tensor([targets, rows, columns]) { out in
      scores.withUnsafeBuffer { source in
        for t in 0..<targets { for i in 0..<patches { out[t * patches + i] = source[1 + i] } }
      }
    }
  }
}
