import Cache
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

  /// What its towers are known as before the edits.
  private let imageIdentity: TowerIdentity
  private let textIdentity: TowerIdentity

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
  ///   - sha256: the hash, where the model is no file of its own
  ///   - file: the file that such a model is a part of
  public init(
    _ checkpoint: Checkpoint, name: String, knownWords: [String] = [],
    sha256: (@Sendable () -> String?)? = nil, within file: String? = nil
  ) {
    self.name = name
    originalName = name
    let hash =
      sha256.map { FileHash($0, of: file, part: name) }
      ?? FileHash(path: checkpoint.files.first ?? checkpoint.path)
    self.sha256 = hash
    let contents = ModelContents(
      files: [hash] + checkpoint.files.dropFirst().map { FileHash(path: $0) },
      architecture: checkpoint.architecture)
    let imageIdentity = TowerIdentity(TowerContents(model: contents, tower: .image))
    let textIdentity = TowerIdentity(TowerContents(model: contents, tower: .text))
    self.imageIdentity = imageIdentity
    self.textIdentity = textIdentity
    self.checkpoint = checkpoint
    self.knownWords = knownWords
    let architecture = checkpoint.architecture
    self.architecture = architecture
    let weights = WeightSource { name, shape in try checkpoint.tensor(name, shape: shape) }
    self.weights = weights
    edits = []
    lazyImageTower = Lazy { try Self.imageTower(architecture, weights, imageIdentity) }
    lazyTextTower = Lazy { try Self.textTower(architecture, weights, textIdentity) }
  }

  /// A model like another, one of its towers made of other weights; the other tower is shared.
  ///
  /// The hash stays that of the file: the name must say what was done to it. So must `change`, in words
  /// that leave nothing open.
  init(
    of original: CLIPModel, name: String, replacing tower: Tower, change: String, weights: WeightSource
  ) {
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
    let imageIdentity =
      tower == .image ? original.imageIdentity.remade(change) : original.imageIdentity
    let textIdentity = tower == .text ? original.textIdentity.remade(change) : original.textIdentity
    self.imageIdentity = imageIdentity
    self.textIdentity = textIdentity
    lazyImageTower =
      tower == .image
      ? Lazy { try Self.imageTower(architecture, weights, imageIdentity).applying(edits) }
      : original.lazyImageTower
    lazyTextTower =
      tower == .text
      ? Lazy { try Self.textTower(architecture, weights, textIdentity).applying(edits) }
      : original.lazyTextTower
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
    imageIdentity = original.imageIdentity
    textIdentity = original.textIdentity
    lazyImageTower =
      edit.tower == .image
      ? Lazy { try original.imageTower.applying([edit]) } : original.lazyImageTower
    lazyTextTower =
      edit.tower == .text ? Lazy { try original.textTower.applying([edit]) } : original.lazyTextTower
  }

  /// What a tower is known as. An unchanged one need not be made for that.
  func identity(of tower: Tower) throws -> TowerIdentity {
    guard edits.contains(where: { $0.tower == tower }) else {
      return tower == .image ? imageIdentity : textIdentity
    }
    switch tower {
    case .text: return try textTower.identity
    case .image:
      switch try imageTower {
      case .transformer(let tower): return tower.identity
      case .resNet(let tower): return tower.identity
      }
    }
  }

  /// Where a result that was made with one tower lies on disk; nil without a cache, and where another
  /// process could not know the tower again.
  ///
  /// - Parameters:
  ///   - kind: as `DiskCache` counts it
  ///   - operation: what gave it
  ///   - version: raised when the operation's numbers change
  ///   - describe: adds to the key what it was computed from beside the tower
  public func keptResult(
    _ kind: String, _ operation: String, version: Int, of tower: Tower,
    _ describe: (inout ResultKey) -> Void
  ) throws -> KeptResult? {
    guard WarmWork.current.usesDisk, let cache = DiskCache.current else { return nil }
    return try identity(of: tower).result(kind, operation, version: version, in: cache) { key in
      key.add("\(tower == .image ? KeptPass.version : KeptPrompts.version)")
      describe(&key)
    }
  }

  /// The tokenizer, CLIP's own for every model. Throws `DamagedVocabulary`.
  public var tokenizer: Tokenizer { get throws { try Tokenizer.clip } }

  /// The image tower; converts its weights the first time.
  public var imageTower: ImageTower { get throws { try lazyImageTower.get() } }

  /// The text tower; converts its weights the first time.
  public var textTower: TextTransformer { get throws { try lazyTextTower.get() } }
}
