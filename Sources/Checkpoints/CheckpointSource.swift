/// The tensors of one file, or of the shards of one model, under the names they have there.
struct CheckpointSource {
  /// Recognized contents of a file.
  enum Kind: Equatable {
    case zip, pickle, safetensors, json
  }

  let path: String
  /// The folder in which a config may lie.
  let folder: String
  var files: [MappedFile] = []
  var format = Checkpoint.Format.safetensors
  var tensors: [(name: String, tensor: StoredTensor)] = []
  var metadata: [(key: String, value: String)] = []
  /// Class names of a TorchScript archive.
  var classes: Set<String> = []

  /// The longest JSON file (config, shard index) accepted, in bytes.
  static let maximumJSON = 1 << 24

  /// Opens a file or a folder.
  init(path: String) throws {
    self.path = path
    let file = try FileSystem.isDirectory(path) ? Self.choose(in: path) : path
    folder = FileSystem.folder(of: file)
    try add(try MappedFile(path: file), isShard: false)
    guard !tensors.isEmpty else { throw CheckpointError(path, "holds no tensors") }
  }

  /// A file that was opened before; no config lies beside it.
  init(_ file: MappedFile) throws {
    path = file.path
    folder = ""
    try add(file, isShard: false)
    guard !tensors.isEmpty else { throw CheckpointError(path, "holds no tensors") }
  }

  /// What the first bytes of a file say it is. Throws an error that says what it is instead.
  static func recognize(_ file: MappedFile) throws -> Kind {
    let start = try file.prefix(64)
    func begins(_ text: String) -> Bool { start.starts(with: text.utf8) }
    if begins("PK\u{3}\u{4}") { return .zip }
    if start.count > 8, start[8] == UInt8(ascii: "{") { return .safetensors }
    if start.first == 0x80, start.count > 1, start[1] <= 5 { return .pickle }
    let firstVisible = start.first { $0 > 0x20 }
    if firstVisible == UInt8(ascii: "{") { return .json }
    if begins("GGUF") { throw file.error("is a GGUF file, which is not supported") }
    if begins("version https://git-lfs") {
      throw file.error("is a Git LFS pointer, not the checkpoint itself: fetch it with `git lfs pull`")
    }
    if firstVisible == UInt8(ascii: "<") {
      throw file.error("is a web page, not a checkpoint (a failed download?)")
    }
    let bytes = start.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    throw file.error(
      "is not a checkpoint of a known format (PyTorch or safetensors); it begins with the bytes "
        + bytes.joined(separator: " "))
  }

  private mutating func add(_ file: MappedFile, isShard: Bool) throws {
    files.append(file)
    switch try Self.recognize(file) {
    case .safetensors:
      let contents = try SafeTensorsFile(file)
      tensors += contents.tensors
      metadata += contents.metadata
      format = .safetensors
    case .zip: try add(try TorchFile(zip: file), legacy: false)
    case .pickle: try add(try TorchFile(legacy: file), legacy: true)
    case .json:
      guard !isShard else { throw file.error("is JSON where a part of a model is expected") }
      try addShards(file)
    }
  }

  private mutating func add(_ contents: TorchFile, legacy: Bool) throws {
    tensors += contents.tensors
    metadata += contents.scalars.map { ($0.name, $0.value) }
    classes.formUnion(contents.classes)
    format = contents.isTorchScript ? .torchScript : legacy ? .legacyStateDict : .stateDict
  }

  /// An index of shards: `{"weight_map": {"name": "model-00001-of-00002.safetensors", …}}`.
  private mutating func addShards(_ index: MappedFile) throws {
    let json = try Self.readJSON(index)
    guard case .object(let map)? = json["weight_map"] else {
      throw index.error("is JSON, but not an index of a sharded checkpoint: it has no `weight_map`")
    }
    var shards: [String] = []
    var home: [String: String] = [:]
    for member in map {
      guard let shard = member.value.stringValue else {
        throw index.error("names no file for \(quoted(member.name))")
      }
      // A shard lies beside its index: a path could lead anywhere on the disk.
      guard !shard.isEmpty, !shard.contains("/"), !shard.contains("\0"), shard != "..", shard != "."
      else { throw index.error("names the shard \(quoted(shard)), which is not a file beside it") }
      home[member.name] = shard
      if !shards.contains(shard) { shards.append(shard) }
      guard shards.count <= 1024 else { throw index.error("names more than 1024 shards") }
    }
    files.removeAll()
    for shard in shards {
      let path = FileSystem.join(FileSystem.folder(of: index.path), shard)
      guard FileSystem.exists(path) else { throw index.error("needs \(quoted(shard)) beside it") }
      let before = tensors.count
      try add(try MappedFile(path: path), isShard: true)
      for (name, _) in tensors[before...] where home[name] != shard {
        throw index.error("does not say that \(quoted(name)) is in \(quoted(shard))")
      }
    }
    let found = Set(tensors.map(\.name))
    if let missing = map.first(where: { !found.contains($0.name) }) {
      throw index.error("promises \(quoted(missing.name)), which its file does not have")
    }
  }

  /// Reads a small JSON file.
  static func readJSON(_ file: MappedFile) throws -> JSON {
    guard file.count <= maximumJSON else {
      throw file.error("is too large for a JSON file of a model (\(file.count) bytes)")
    }
    do {
      return try JSON(parsing: try file.bytes(0..<file.count))
    } catch let problem as JSON.Malformed {
      throw file.error("is not valid JSON: \(problem)")
    }
  }

  /// Names under which models are published, the most telling first.
  private static let usualNames = [
    "open_clip_model.safetensors", "model.safetensors", "model.safetensors.index.json",
    "open_clip_pytorch_model.bin", "pytorch_model.bin", "pytorch_model.bin.index.json",
  ]

  /// The checkpoint in a folder.
  static func choose(in folder: String) throws -> String {
    let names = try FileSystem.list(folder)
    for name in usualNames where names.contains(name) { return FileSystem.join(folder, name) }
    let candidates = names.filter { name in
      guard let file = try? MappedFile(path: FileSystem.join(folder, name)),
        let kind = try? recognize(file)
      else { return false }
      return kind != .json
    }
    switch candidates.count {
    case 1: return FileSystem.join(folder, candidates[0])
    case 0: throw CheckpointError(folder, "holds no checkpoint")
    default:
      throw CheckpointError(
        folder,
        "holds several checkpoints; name one: "
          + candidates.prefix(8).joined(separator: ", "))
    }
  }
}
