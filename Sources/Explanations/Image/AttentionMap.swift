import CLIPModels
import Tensors

/// What the class token attends to: its row of a block's attention matrix, the mean over heads.
///
///     map_i = E_heads[softmax(Q Kᵀ · d^-½)]_class,i
///
/// The map is the same for every text. A ResNet has one such layer, its pooling.
public struct AttentionMap: ImageExplainer {
  /// See `ImageExplainer`.
  public static let version = 1

  /// The block: 1 is the first, −1 the last.
  public var layer: Int

  /// The method at a layer.
  public init(layer: Int = -1) { self.layer = layer }

  /// The class token's attention, one and the same map for every text: [T, rows, columns].
  public func maps(_ question: Question) throws -> Tensor {
    switch try question.model.imageTower {
    case .transformer(let tower):
      let place = try Explanations.layer(
        layer, of: tower.blocks.count, option: "layer", model: question.model)
      return try question.sameMap(
        tower.blocks[place - 1].meanAttention(
          tower.tokens(question.pixels, after: place - 1, positions: question.positions)))
    case .resNet(let tower):
      guard layer == 1 || layer == -1 else {
        throw ExplanationError(
          "`layer` must be 1 or -1: \(question.model.name) is a ResNet and attends in its pooling alone; "
            + "found \(layer)", option: "layer")
      }
      return try question.sameMap(
        tower.meanAttention(question.pixels, positions: question.positions))
    }
  }
}
