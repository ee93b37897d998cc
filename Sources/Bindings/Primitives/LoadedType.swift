import Checkpoints
import Interpreter

/// What `load` will give, as far as the name says.
enum LoadedType {
  /// Endings of pictures.
  static let pictureEndings = ["png", "jpg", "jpeg"]

  /// Whether a name that is no file ends as pictures, arrays and texts do, never as models.
  static func namesOtherFile(_ name: String) -> Bool {
    (pictureEndings + ["npy", "npz", "txt", "json", "csv"]).contains(fileEnding(name))
  }

  /// The type of `load(what; kind: …)`; anything where only the file itself can tell.
  static let known: @Sendable (StaticArguments) -> TypeSpec = { arguments in
    let isPlain = arguments.type("kind") == nil
    switch arguments.string("kind") ?? (isPlain ? "auto" : "") {
    case "model": return .engine("model")
    case "table": return .engine("table")
    case "auto":
      guard let what = arguments.string("what"), !what.contains("*"), !what.contains("?") else { return .any }
      if what == BuiltInModel.name || KnownModels.openAI(named: what) != nil { return .engine("model") }
      let ending = fileEnding(what)
      switch ending {
      case _ where pictureEndings.contains(ending): return .engine("image")
      case "npy": return .engine("tensor")
      case "txt": return .list(.string)
      case "csv": return .engine("table")
      case "pt", "pth", "safetensors": return .engine("model")
      default: return .any
      }
    default: return .any
    }
  }
}
