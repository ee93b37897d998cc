import Checkpoints
import Tensors

extension CLIPModel {
  static func imageTower(
    _ architecture: Architecture, _ weights: WeightSource
  ) throws -> ImageTower {
    switch architecture.vision {
    case .transformer(let shape):
      .transformer(
        try VisionTransformer(
          weights, shape, embedding: architecture.embedDim, activation: architecture.activation.layer))
    case .resNet(let shape):
      .resNet(try ModifiedResNet(weights, shape, embedding: architecture.embedDim))
    }
  }

  static func textTower(
    _ architecture: Architecture, _ weights: WeightSource
  ) throws -> TextTransformer {
    try TextTransformer(
      weights, architecture.text, embedding: architecture.embedDim,
      activation: architecture.activation.layer)
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
