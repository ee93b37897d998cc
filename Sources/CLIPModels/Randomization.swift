import Checkpoints
import Tensors

/// Which of a model's towers.
public enum Tower: String, Sendable, CaseIterable {
  /// The one that sees pictures.
  case image
  /// The one that reads texts.
  case text
}

/// Which of a tower's weights.
public enum TowerPart: Sendable, Equatable {
  /// Some blocks, 0 the first; of a ResNet, stages.
  case blocks([Int])
  /// Every weight: the blocks, the embeddings and norms around them, the projection.
  case all
}

extension CLIPModel {
  /// The blocks of a tower; for a ResNet its stages.
  public func blockCount(of tower: Tower) -> Int {
    switch tower {
    case .image: layerCount
    case .text: architecture.text.layers
    }
  }

  /// The model with some weights put in random order: what the network learned there is gone, while
  /// every weight tensor keeps exactly its values and so its distribution, and a BatchNorm's variances
  /// stay positive (Adebayo et al. 2018, arXiv 1810.03292, randomize weights to see whether an
  /// explanation depends on them).
  ///
  /// This model does not change, and shares the other tower with the new one. A tensor's order depends
  /// on `seed` and its name alone: the same blocks are randomized alike whichever others are.
  ///
  /// - Parameters:
  ///   - blocks: indices below `blockCount(of:)`
  ///   - name: what the new model is called
  public func randomized(_ part: TowerPart, of tower: Tower, seed: UInt64, name: String) -> CLIPModel {
    let prefix = tower == .image ? "visual." : ""
    let blocks: [String]? =
      switch part {
      case .all: nil
      case .blocks(let indices):
        indices.map { index in
          tower == .text || isTransformer
            ? "\(prefix)transformer.resblocks.\(index)." : "\(prefix)layer\(index + 1)."
        }
      }
    let isChosen: @Sendable (String) -> Bool = { name in
      if let blocks { return blocks.contains { name.hasPrefix($0) } }
      return name.hasPrefix("visual.") == (tower == .image)
    }
    let weights = self.weights
    return CLIPModel(
      of: self, name: name, replacing: tower, change: "shuffled 1: \(part) \(seed)",
      weights: WeightSource { name, shape in
        let tensor = try weights(name, shape)
        return isChosen(name) ? try tensor.shuffled(seed: seed ^ nameSeed(name)) : tensor
      })
  }
}

/// A number of a name (FNV-1a), so that tensors of one shape are not shuffled alike.
private func nameSeed(_ name: String) -> UInt64 {
  name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
