import CLIPModels
import Checkpoints
import Interpreter
import Synchronization
import Tokenization

/// The small CLIP inside the binary: `load("emoji")`.
public enum BuiltInModel {
  /// What scripts load it by.
  public static let name = "emoji"

  private static let loaded = Mutex<CLIPModel?>(nil)

  /// The model, unpacked once per process.
  static func load() throws -> CLIPModel {
    try loaded.withLock { model in
      if let model { return model }
      let checkpoint = try open()
      let words = checkpoint.metadata.first { $0.key == "words" }?.value ?? "[]"
      var names: [String] = []
      if case .list(let items)? = JSON.parse(words) {
        for case .string(let word) in items { names.append(word) }
      }
      // A part of this program: its hash is remembered for the program's file.
      let new = CLIPModel(
        checkpoint, name: name, knownWords: names,
        sha256: { SHA256.hex(of: Array(EmbeddedAssets.compressedEmojiModel)) }, within: "/proc/self/exe")
      model = new
      return new
    }
  }

  /// Its checkpoint, for `inspect`.
  public static func open() throws -> Checkpoint {
    try Checkpoint.open(bytes: try EmbeddedAssets.emojiModel(), name: name)
  }
}
