import CLIPModels
import Checkpoints
import Glibc
import Imaging
import Interpreter
import Syntax
import Tensors
import Tokenization

/// `load(what; …)`: files by their content, models by their name.
let loadPrimitive = Builtin(
  "load", section: "primitives",
  [Builtin.Parameter("what", .path, "a path, a folder, a glob, or the name of a model")],
  options: [
    Builtin.Parameter(
      "kind", .choice(["auto", "model", "image", "text", "record", "table", "tensor"]),
      default: .string("auto"), "what to read it as; `auto` decides by content, for text by ending"),
    Builtin.Parameter(
      "sha256", .union([.string, .none]), default: Value.none,
      "insists that the file has this SHA-256 (hexadecimal)"),
    Builtin.Parameter(
      "config", .union([.path, .none]), default: Value.none,
      "a model's configuration, where it does not lie beside the weights"),
    Builtin.Parameter(
      "activation", .union([.choice(["quickGELU", "gelu"]), .none]), default: Value.none,
      "a model's activation, where no configuration says it"),
  ],
  gives: .any,
  Builtin.Documentation(
    "Reads a model, a picture, an array, a list, a record or a table.",
    details: """
      Binary files are recognized by their content: PNG and JPEG are pictures, `.npy` and `.npz` arrays,
      safetensors and PyTorch files models. Text goes by its ending: `.txt` is a list of lines, `.json` a
      value, `.csv` a table. A folder with `config.json` is a model; another folder or a glob is a list of
      pictures. A name is looked for as the built-in model (`emoji`), a file, a known model (`ViT-B/16`) in
      the usual caches, then a Hugging Face id. Nothing is ever fetched from the network.
      """,
    errors: """
      No such file, folder or model: the error lists every place looked at (exit code 4). A
      file that is malformed, cut off or of no known kind; a hash that is not the one asked
      for.
      """,
    seeAlso: ["save", "encode", "surgery"],
    example: """
      m = load("emoji")
      print(m.size)  # expect: 112
      """),
  refined: LoadedType.known
) { arguments, context in
  let what = try arguments.string("what")
  let kind = try arguments.string("kind")
  let loader = Loader(arguments: arguments, context: context)
  if kind == "auto" || kind == "model" {
    if what == BuiltInModel.name {
      let model = try BuiltInModel.load()
      context.note(InputFile(name: what, path: nil, kind: "model", hash: { model.sha256.value }))
      return .object(ModelValue(model: model))
    }
  }
  let path = try naming("what", kind: .input) { try context.readPath(what) }
  if what.contains("*") || what.contains("?") { return try loader.glob(what, path) }
  switch FileKind(path: path) {
  case .folder:
    return isModelFolder(path) || kind == "model"
      ? try loader.model(at: path, name: what) : try loader.pictures(inFolder: path, name: what)
  case .file: return try loader.file(path, name: what, kind: kind)
  case .missing:
    let isModelName = kind == "model" || (kind == "auto" && !LoadedType.namesOtherFile(what))
    guard isModelName else { throw MissingFile.error(what, path) }
    return try loader.namedModel(what, path: path)
  }
}

/// What stands at a path.
private enum FileKind {
  case file
  case folder
  case missing

  init(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      self = .missing
      return
    }
    self = status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }
}

private func isModelFolder(_ path: String) -> Bool {
  ["config.json", "open_clip_config.json"].contains { access(path + "/" + $0, R_OK) == 0 }
}

/// One `load` call.
struct Loader {
  let arguments: Arguments
  let context: CallContext

  /// More pictures than this are refused; use an evaluation over a manifest instead.
  static let pictureLimit = 10_000

  func file(_ path: String, name: String, kind: String) throws -> Value {
    let hash = try checkedHash(path, name: name)
    let head = try FileHead(path: path, name: name)
    switch kind {
    case "auto": break
    case "model": return try model(at: path, name: name)
    case "image": return try picture(path, name: name, hash: hash)
    case "tensor": return try array(path, name: name)
    default: return try text(path, name: name, ending: kind)
    }
    switch head.kind {
    case .picture: return try picture(path, name: name, hash: hash)
    case .array: return try array(path, name: name)
    case .archive: return isArrayArchive(name) ? try array(path, name: name) : try model(at: path, name: name)
    case .checkpoint: return try model(at: path, name: name)
    case .other:
      let ending = fileEnding(name)
      if ["txt", "json", "csv"].contains(ending) { return try text(path, name: name, ending: ending) }
      if LoadedType.pictureEndings.contains(ending) { return try picture(path, name: name, hash: hash) }
      if ["npy", "npz"].contains(ending) { return try array(path, name: name) }
      if ["pt", "pth", "bin", "safetensors"].contains(ending) {
        return try model(at: path, name: name)
      }
      throw ScriptError(
        "`\(name)` is no kind of file that `load` knows; it begins with \(head.description)",
        argument: "what",
        hint: "PNG, JPEG, .npy, .npz, .pt, .safetensors, .txt, .json and .csv can be loaded",
        kind: .input)
    }
  }

  private func isArrayArchive(_ name: String) -> Bool { fileEnding(name) == "npz" }

  // MARK: Models

  func model(at path: String, name: String) throws -> Value {
    var options = LoadOptions()
    var configPath: String?
    if case .string(let config) = arguments["config"] {
      let found = try context.readPath(config)
      configPath = found
      options.config = .file(found)
    }
    if case .string(let activation) = arguments["activation"] {
      options.activation = Architecture.Activation(rawValue: activation)
    }
    do {
      let request = ModelShelf.Request(
        path: path, name: name, config: configPath, activation: options.activation?.rawValue)
      let model = try ModelShelf.model(request) {
        CLIPModel(try Checkpoint.open(path, options: options), name: name)
      }
      note(filesOf: model, at: path, name: name, config: configPath)
      if case .string = arguments["sha256"], FileKind(path: path) == .folder {
        throw ScriptError("`sha256` is of one file; this is a folder", argument: "sha256")
      }
      return .object(ModelValue(model: model))
    } catch let error as CheckpointError {
      // In the script's own word for the file, where the error is about that file.
      let subject = error.file == path ? "`\(name)`" : error.file
      throw ScriptError(
        "\(subject): \(error.problem)", argument: error.file == configPath ? "config" : "what",
        kind: .input)
    }
  }

  /// Says which files a model came from.
  private func note(filesOf model: CLIPModel, at path: String, name: String, config: String?) {
    for (index, file) in model.checkpoint.files.enumerated() {
      // A folder's files by their names below it.
      let shown = file.hasPrefix(path + "/") ? name + file.dropFirst(path.utf8.count) : name
      context.note(
        index == 0
          ? InputFile(name: shown, path: file, kind: "model", hash: { model.sha256.value })
          : InputFile(name: shown, path: file, kind: "model"))
    }
    if let config, case .string(let name) = arguments["config"] {
      context.note(InputFile(name: name, path: config, kind: "text"))
    }
  }

  /// A model by its name, looked for in the usual places.
  func namedModel(_ name: String, path: String) throws -> Value {
    do {
      let location = try ModelLocator().locate(name)
      if case .string(let expected) = arguments["sha256"] {
        try insist(location.path, name: name, expected: expected)
      }
      context.noteRead(location.path)
      return try model(at: location.path, name: name)
    } catch let error as CheckpointError {
      throw ScriptError(
        "there is no file or model `\(name)`: \(error.problem)\n  and, as a file: \(path)",
        argument: "what", kind: .input)
    }
  }

  // MARK: Pictures

  func picture(_ path: String, name: String, hash: String?) throws -> Value {
    do {
      let image = try Image.read(path, called: name)
      if let orientation = image.source?.orientation, orientation != .upright {
        context.warn(
          "`\(name)` says it is to be shown turned; it is used as stored, as CLIP's own code does")
      }
      let sha256 = try hash ?? SHA256.hex(of: path)
      context.note(InputFile(name: name, path: path, kind: "image", sha256: sha256))
      return .object(ImageValue(image, name: baseName(name), sha256: sha256))
    } catch let error as ImageError {
      throw ScriptError(error.description, argument: "what", kind: .input)
    }
  }

  func pictures(inFolder path: String, name: String) throws -> Value {
    guard access(path, R_OK | X_OK) == 0 else {
      throw ScriptError("the folder `\(name)` cannot be read", argument: "what", kind: .input)
    }
    let names = MissingFile.names(in: path).filter { LoadedType.pictureEndings.contains(fileEnding($0)) }
    guard !names.isEmpty else {
      throw ScriptError(
        "the folder `\(name)` has neither a `config.json` nor pictures", argument: "what",
        kind: .input)
    }
    return try list(names.map { (path + "/" + $0, name + "/" + $0) })
  }

  func glob(_ pattern: String, _ path: String) throws -> Value {
    var found = glob_t()
    defer { globfree(&found) }
    guard Glibc.glob(path, GLOB_NOSORT, nil, &found) == 0 else {
      throw ScriptError("nothing matches `\(pattern)`", argument: "what", kind: .input)
    }
    var paths: [String] = []
    for i in 0..<Int(found.gl_pathc) {
      if let item = found.gl_pathv[i] { paths.append(String(cString: item)) }
    }
    return try list(
      paths.sorted().map { path in
        (path, pattern.lastIndex(of: "/").map { pattern[...$0] + baseName(path) } ?? baseName(path))
      })
  }

  private func list(_ files: [(path: String, name: String)]) throws -> Value {
    guard files.count <= Self.pictureLimit else {
      throw ScriptError(
        "\(files.count) pictures are too many to hold at once; at most \(Self.pictureLimit)",
        argument: "what")
    }
    return .list(
      try files.map { file in
        try context.checkInterruption()
        return try picture(file.path, name: file.name, hash: nil)
      })
  }

  // MARK: Arrays and text

  private func bytes(_ path: String, name: String, limit: Int) throws -> [UInt8] {
    try readWholeFile(path, name: name, limit: limit)
  }

  func array(_ path: String, name: String) throws -> Value {
    context.note(InputFile(name: name, path: path, kind: "array"))
    let contents = try bytes(path, name: name, limit: 1 << 33)
    do {
      if contents.starts(with: [0x50, 0x4B]) {
        var record = Record()
        for (member, tensor) in try NPZFile.read(contents) {
          record[member] = .object(TensorValue(tensor))
        }
        return .record(record)
      }
      if contents.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
        guard let tensor = try MapData.tensor(in: contents) else {
          throw ScriptError(
            "`\(name)` is a picture that keeps no numbers", argument: "kind",
            hint: "`save(maps, …, data: true)` keeps them", kind: .input)
        }
        return .object(TensorValue(tensor))
      }
      return .object(TensorValue(try NPYFile.read(contents)))
    } catch let error as NumPyFileError {
      throw ScriptError("`\(name)`: \(error.description)", argument: "what", kind: .input)
    }
  }

  func text(_ path: String, name: String, ending: String) throws -> Value {
    context.note(InputFile(name: name, path: path, kind: "text"))
    let contents = try bytes(path, name: name, limit: 1 << 28)
    guard let text = String(validating: contents, as: UTF8.self) else {
      throw ScriptError("`\(name)` is not UTF-8 text", argument: "what", kind: .input)
    }
    switch ending {
    case "json", "record":
      guard let value = JSON.parse(text) else {
        throw ScriptError("`\(name)` is not well-formed JSON", argument: "what", kind: .input)
      }
      return value
    case "csv", "table":
      do { return .object(try table(csv: text)) } catch let error as ScriptError {
        throw ScriptError("`\(name)`: \(error.message)", argument: "what", kind: .input)
      }
    default:
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
        String($0.hasSuffix("\r") ? $0.dropLast() : $0)
      }
      while lines.last == "" { lines.removeLast() }
      return .list(lines.map(Value.string))
    }
  }

  // MARK: Hashes

  /// The file's hash where `sha256:` asks for it; throws where it differs.
  private func checkedHash(_ path: String, name: String) throws -> String? {
    guard case .string(let expected) = arguments["sha256"] else { return nil }
    return try insist(path, name: name, expected: expected)
  }

  @discardableResult
  private func insist(_ path: String, name: String, expected: String) throws -> String {
    let found = try SHA256.hex(of: path)
    guard found == expected.lowercased() else {
      throw ScriptError(
        "`\(name)` has the SHA-256 \(found), not \(expected)", argument: "sha256", kind: .input)
    }
    return found
  }
}

/// The ending of a file name, in lower case, without the dot.
func fileEnding(_ name: String) -> String {
  let base = baseName(name)
  guard let dot = base.lastIndex(of: "."), dot != base.startIndex else { return "" }
  return base[base.index(after: dot)...].lowercased()
}

/// The last part of a path.
func baseName(_ path: String) -> String {
  path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
}
