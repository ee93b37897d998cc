import Checkpoints
import Dispatch
import Synchronization

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

/// The SHA-256 of a model's files, computed beside other work from the moment the model is loaded:
/// hundreds of megabytes take a second that nobody should wait for before the first picture.
public final class FileHash: Sendable {
  private let result = Mutex<String?>(nil)
  private let group = DispatchGroup()

  /// Starts hashing. `compute` gives the hash in hexadecimal, or nil where a file cannot be read.
  init(_ compute: @escaping @Sendable () -> String?) {
    DispatchQueue.global(qos: .utility).async(group: group) { [self] in
      let hash = compute()
      result.withLock { $0 = hash }
    }
  }

  /// The hash, waited for; nil where a file could not be read.
  public var value: String? {
    group.wait()
    return result.withLock { $0 }
  }
}
