import Checkpoints

extension CLIPModel {
  /// One line on the architecture: `ViT, 112 px, patch 8, 6 blocks of 128, embedding 128, quickGELU`.
  public var summary: String {
    let tower =
      switch architecture.vision {
      case .transformer(let vision):
        "ViT, \(vision.imageSize) px, patch \(vision.patchSize), \(vision.layers) blocks of \(vision.width)"
      case .resNet(let vision):
        "ResNet, \(vision.imageSize) px, stages of \(vision.layers.map(String.init).joined(separator: ", "))"
      }
    return "\(tower), embedding \(architecture.embedDim), \(architecture.activation.rawValue)"
      + (architecture.activationSource.isEmpty ? "" : " (\(architecture.activationSource))")
  }
}
