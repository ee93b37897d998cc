import Checkpoints
import Tensors

extension CLIPModel {
  static func imageTower(
    _ architecture: Architecture, _ weights: WeightSource, _ identity: TowerIdentity
  ) throws -> ImageTower {
    switch architecture.vision {
    case .transformer(let shape):
      var tower = try VisionTransformer(
        weights, shape, embedding: architecture.embedDim, activation: architecture.activation.layer)
      tower.identity = identity
      return .transformer(tower)
    case .resNet(let shape):
      var tower = try ModifiedResNet(weights, shape, embedding: architecture.embedDim)
      tower.identity = identity
      return .resNet(tower)
    }
  }

  static func textTower(
    _ architecture: Architecture, _ weights: WeightSource, _ identity: TowerIdentity
  ) throws -> TextTransformer {
    var tower = try TextTransformer(
      weights, architecture.text, embedding: architecture.embedDim,
      activation: architecture.activation.layer)
    tower.identity = identity
    return tower
  }
}

extension Architecture.Activation {
  /// The same activation as layers take it.
  var layer: Activation {
    switch self {
    case .quickGELU: .quickGELU
    case .gelu: .gelu
    }
  }
}
