import CLIPModels
import Tensors

/// LeGrad (Bousselham et al. 2024, arXiv 2404.03214): how sensitive each block's own score is to its
/// attention.
///
///     s_l = cos(proj(ln_post(mean of all tokens after block l)), text)
///     map_j = Σ_l mean over heads and queries i of (∂s_l / ∂A_l)⁺_ij   over the last `layers` blocks
///
/// The published maps are min-max normalized after the sum; these are not yet.
public struct LeGrad: ImageExplainer {
  /// See `ImageExplainer`.
  public static let version = 1

  /// How many of the last blocks are explained.
  public var layers: Int

  /// The method with its layers.
  public init(layers: Int = 2) { self.layers = layers }

  /// The sum over layers, before normalization: [T, rows, columns].
  public func maps(_ question: Question) throws -> Tensor {
    let tower = try question.transformer(for: "legrad")
    let count = tower.blocks.count
    try checkLayers(layers, of: count, option: "layers", model: question.model)
    let tokens = 1 + question.rows * question.columns
    var sum = Tensor([question.targets, tokens], repeating: 0)
    var x = try tower.tokens(question.pixels, after: count - layers, positions: question.positions)
    for layer in (count - layers)..<count {
      let heads = tower.blocks[layer].heads
      var parts: [Float] = []
      x = try tower.meanTokenGradients(
        question.pixels, tokens: x, layer: layer, with: question.texts, positions: question.positions
      ) { targets, value, mixed in
        parts += try positiveAttentionGradients(
          value: value, upstream: mixed, queries: tokens, heads: heads
        ).scalars
      }
      sum = try TokenMaps.zip(sum, Tensor(sum.shape, parts)) { $0 + $1 }
      question.progress?(layer - (count - layers) + 1, layers)
    }
    return try TokenMaps.patches(sum, rows: question.rows, columns: question.columns)
  }
}
