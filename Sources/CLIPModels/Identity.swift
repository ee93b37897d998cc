import Checkpoints
import Dispatch
import Synchronization
import Tensors

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

/// The SHA-256 of a model's files: hundreds of megabytes take a second that nobody should wait for
/// before the first picture. With processors to spare it is computed beside other work from the
/// moment the model is loaded; with two or fewer it would only slow that work down (by a quarter, as
/// measured), and is computed when something first asks for it.
public final class FileHash: Sendable {
  private enum State {
    case waiting(@Sendable () -> String?)
    case known(String?)
  }
  private let state: Mutex<State>

  /// `compute` gives the hash in hexadecimal, or nil where a file cannot be read. It is called once.
  init(_ compute: @escaping @Sendable () -> String?) {
    state = Mutex(.waiting(compute))
    if Workers.available > 2 {
      DispatchQueue.global(qos: .utility).async { [self] in _ = value }
    }
  }

  /// The hash, waited for; nil where a file could not be read.
  public var value: String? {
    state.withLock { state in
      switch state {
      case .known(let hash): return hash
      case .waiting(let compute):
        let hash = compute()
        state = .known(hash)
        return hash
      }
    }
  }
}
