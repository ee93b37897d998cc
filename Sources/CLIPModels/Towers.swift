import Checkpoints
import Tensors

extension CLIPModel {
  static func imageTower(
    _ architecture: Architecture, _ weights: WeightSource
  ) throws -> ImageTower {
    switch architecture.vision {
    case .transformer(let vision):
      .transformer(
        try VisionTransformer(
          weights, patchSize: vision.patchSize, gridSize: vision.gridSize, width: vision.width,
          heads: vision.heads, layers: vision.layers, mlpWidth: vision.mlpWidth,
          embedding: architecture.embedding, activation: architecture.activation))
    case .resNet(let vision):
      .resNet(
        try ModifiedResNet(
          weights, width: vision.width, layers: vision.layers, gridSize: vision.gridSize,
          heads: vision.heads, embedding: architecture.embedding))
    }
  }

  static func textTower(
    _ architecture: Architecture, _ weights: WeightSource
  ) throws -> TextTransformer {
    let text = architecture.text
    return try TextTransformer(
      weights, contextLength: text.contextLength, vocabulary: text.vocabulary, width: text.width,
      heads: text.heads, layers: text.layers, mlpWidth: text.mlpWidth,
      embedding: architecture.embedding, activation: architecture.activation)
  }
}
