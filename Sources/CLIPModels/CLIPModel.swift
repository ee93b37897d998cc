import Checkpoints
import Imaging
import Tensors
import Tokenization

/// A CLIP: an image tower and a text tower with a common embedding, their weights read from a
/// checkpoint when first needed.
///
/// A model is a value: nothing computed with it changes it.
public final class CLIPModel: Sendable {
  /// What users called it: `emoji`, `ViT-B/16`, a path.
  public let name: String
  /// What it was called before anything was changed in it.
  let originalName: String
  /// The checkpoint it came from.
  public let checkpoint: Checkpoint
  /// The shapes and settings read off the checkpoint.
  public let architecture: Architecture
  /// Names of the things a small model has seen in training; empty where the model does not say.
  public let knownWords: [String]

  /// The SHA-256 of its first file.
  public let sha256: FileHash

  /// Where its towers take their weights from.
  let weights: WeightSource

  /// What was changed in its towers (`editing`); weights that are read anew are given the same changes.
  let edits: [TowerEdit]

  private let lazyImageTower: Lazy<ImageTower>
  private let lazyTextTower: Lazy<TextTransformer>

  /// The image tower, of either family.
  public enum ImageTower: Sendable {
    /// ViT-B/32 and kin.
    case transformer(VisionTransformer)
    /// RN50 and kin.
    case resNet(ModifiedResNet)
  }

  /// A model over an opened checkpoint. Nothing is converted before a tower is first used.
  ///
  /// - Parameters:
  ///   - name: what users called it
  ///   - knownWords: what the model says it has seen
  ///   - sha256: the hash, where the model is no file
  public init(
    _ checkpoint: Checkpoint, name: String, knownWords: [String] = [],
    sha256: (@Sendable () -> String?)? = nil
  ) {
    self.name = name
    originalName = name
    let file = checkpoint.files.first ?? checkpoint.path
    self.sha256 = FileHash(sha256 ?? { try? SHA256.hex(of: file) })
    self.checkpoint = checkpoint
    self.knownWords = knownWords
    let architecture = checkpoint.architecture
    self.architecture = architecture
    let weights = WeightSource { name, shape in try checkpoint.tensor(name, shape: shape) }
    self.weights = weights
    edits = []
    lazyImageTower = Lazy { try Self.imageTower(architecture, weights) }
    lazyTextTower = Lazy { try Self.textTower(architecture, weights) }
  }

  /// A model like another, one of its towers made of other weights; the other tower is shared.
  ///
  /// The hash stays that of the file: the name must say what was done to it.
  init(of original: CLIPModel, name: String, replacing tower: Tower, weights: WeightSource) {
    self.name = name
    originalName = original.originalName
    self.weights = weights
    sha256 = original.sha256
    checkpoint = original.checkpoint
    knownWords = original.knownWords
    let architecture = original.architecture
    self.architecture = architecture
    let edits = original.edits
    self.edits = edits
    lazyImageTower =
      tower == .image
      ? Lazy { try Self.imageTower(architecture, weights).applying(edits) } : original.lazyImageTower
    lazyTextTower =
      tower == .text
      ? Lazy { try Self.textTower(architecture, weights).applying(edits) } : original.lazyTextTower
  }

  /// A model like another, of the same weights, with one more change.
  init(of original: CLIPModel, name: String, adding edit: TowerEdit) {
    self.name = name
    originalName = original.originalName
    weights = original.weights
    sha256 = original.sha256
    checkpoint = original.checkpoint
    knownWords = original.knownWords
    architecture = original.architecture
    edits = original.edits + [edit]
    lazyImageTower =
      edit.tower == .image
      ? Lazy { try original.imageTower.applying([edit]) } : original.lazyImageTower
    lazyTextTower =
      edit.tower == .text ? Lazy { try original.textTower.applying([edit]) } : original.lazyTextTower
  }

  /// The tokenizer, CLIP's own for every model. Throws `DamagedVocabulary`.
  public var tokenizer: Tokenizer { get throws { try Tokenizer.clip } }

  /// The image tower; converts its weights the first time.
  public var imageTower: ImageTower { get throws { try lazyImageTower.get() } }

  /// The text tower; converts its weights the first time.
  public var textTower: TextTransformer { get throws { try lazyTextTower.get() } }
}
