import CLIPModels
import Tensors

/// Attention rollout (Abnar and Zuidema 2020, arXiv 2005.00928): the attention of all blocks multiplied, the
/// residual counted as attention of each token to itself.
///
///     R = Ã_L · … · Ã_1,   Ã = (E_heads[A] + I) / 2, whose rows sum to 1;   the map is the class row
///
/// Only that row is wanted: r ← r · Ã from the last block to the first is the same product with one row
/// instead of a matrix. The map is the same for every text.
public struct Rollout: ImageExplainer {
  /// See `ImageExplainer`.
  public static let version = 1

  /// The method; it has no options.
  public init() {}

  /// The class token's row of the product, one and the same map for every text: [T, rows, columns].
  public func maps(_ question: Question) throws -> Tensor {
    let tower = try question.transformer(for: "rollout")
    let count = tower.blocks.count
    let tokens = 1 + question.rows * question.columns
    let inputs = try tower.blockInputs(
      question.pixels, upTo: count - 1, positions: question.positions)
    var row = Tensor([tokens], [1] + [Float](repeating: 0, count: tokens - 1))
    for layer in (0..<count).reversed() {
      let attended = try tower.blocks[layer].meanAttention(
        inputs[layer], factors: layer == count - 1 ? nil : row)
      row = try TokenMaps.zip(row, attended) { ($0 + $1) / 2 }
      question.progress?(count - layer, count)
    }
    return try question.sameMap(row)
  }
}
