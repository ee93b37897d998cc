import Glibc

/// Finds checkpoints by name on this machine; never uses the network.
///
/// ```swift
/// try ModelLocator().locate("ViT-B/16").path   // …/.cache/clip/ViT-B-16.pt
/// ```
///
/// A name is, in this order: a path that begins with `/`, `./`, `../` or `~/`; a known model
/// (`ViT-B/16`, `vit-b-16`); a file or folder in `$CLIPSCOPE_MODELS`; a path; a Hugging Face id
/// (`laion/CLIP-ViT-B-32-laion2B-s34B-b79K`).
public struct ModelLocator: Sendable {
  /// Where a checkpoint was found.
  public struct Location: Equatable, Sendable {
    /// The name asked for, or the published one when it is known.
    public let name: String
    /// A file or a folder that `Checkpoint.open` reads.
    public let path: String
    /// The checksum the file should have, when it is one of OpenAI's.
    public let expectedSHA256: String?
  }

  /// A checkpoint that `available` found.
  public struct Available: Equatable, Sendable {
    /// The name to load it by.
    public let name: String
    /// A file or a folder.
    public let path: String
    /// What its first bytes say it is: `PyTorch`, `safetensors`.
    public let format: String
    /// Its size in bytes.
    public let byteCount: Int
    /// The checksum it should have, when it is one of OpenAI's. Not computed here: files are large.
    public let expectedSHA256: String?
  }

  /// The folder of `$CLIPSCOPE_MODELS`, when set.
  public let models: String?
  /// `~/.cache/clip`, where OpenAI's and open_clip's programs keep files.
  public let clipCache: String?
  /// Hugging Face's cache, honouring `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE` and `HF_HOME`.
  public let hub: String?
  private let home: String?

  /// Reads the environment of this process, or the one given.
  public init(environment: [String: String]? = nil) {
    func variable(_ name: String) -> String? {
      let value = environment.map { $0[name] } ?? getenv(name).map { String(cString: $0) }
      return value?.isEmpty == false ? value : nil
    }
    let home = variable("HOME")
    let cache = variable("XDG_CACHE_HOME") ?? home.map { FileSystem.join($0, ".cache") }
    func expanded(_ path: String) -> String { Self.expand(path, home: home) }
    self.home = home
    models = variable("CLIPSCOPE_MODELS").map(expanded)
    clipCache = home.map { FileSystem.join($0, ".cache/clip") }
    hub =
      (variable("HF_HUB_CACHE") ?? variable("HUGGINGFACE_HUB_CACHE")).map(expanded)
      ?? variable("HF_HOME").map { FileSystem.join(expanded($0), "hub") }
      ?? cache.map { FileSystem.join($0, "huggingface/hub") }
  }

  private static func expand(_ path: String, home: String?) -> String {
    guard let home, path == "~" || path.hasPrefix("~/") else { return path }
    return home + path.dropFirst()
  }

  // MARK: One name

  /// Finds the checkpoint of this name. The error says where was looked and which known names are near.
  public func locate(_ name: String) throws -> Location {
    guard !name.isEmpty, !name.contains("\0") else {
      throw CheckpointError(quoted(name), "is not the name of a model")
    }
    var looked: [String] = []
    func found(_ path: String, as name: String, sha256: String? = nil) -> Location? {
      if FileSystem.exists(path) {
        return Location(name: name, path: path, expectedSHA256: sha256)
      }
      looked.append(path)
      return nil
    }
    if ["/", "./", "../", "~"].contains(where: name.hasPrefix) {
      let path = Self.expand(name, home: home)
      if let location = found(path, as: name) { return location }
      throw CheckpointError(path, "does not exist")
    }
    let folders = [models, clipCache].compactMap { $0 }
    if let known = KnownModels.openAI(named: name) {
      for folder in folders {
        let path = FileSystem.join(folder, known.file)
        if let location = found(path, as: known.name, sha256: known.sha256) { return location }
      }
      if let id = known.huggingFace, let path = snapshot(of: id, looked: &looked) {
        return Location(name: known.name, path: path, expectedSHA256: nil)
      }
    }
    if let release = KnownModels.release(named: name) {
      for folder in folders {
        if let location = found(FileSystem.join(folder, release.file), as: release.name) {
          return location
        }
      }
    }
    if !name.split(separator: "/").contains("..") {
      for folder in folders {
        for suffix in ["", ".pt", ".safetensors"] {
          if let location = found(FileSystem.join(folder, name + suffix), as: name) {
            return location
          }
        }
      }
    }
    if let location = found(name, as: name) { return location }
    if Self.isHuggingFaceID(name), let path = snapshot(of: name, looked: &looked) {
      return Location(name: name, path: path, expectedSHA256: nil)
    }
    throw notFound(name, looked: looked)
  }

  private func notFound(_ name: String, looked: [String]) -> CheckpointError {
    var problem = "no such model on this machine"
    let isKnown = KnownModels.openAI(named: name) != nil
    let near = isKnown ? [] : nearest(to: name)
    if !near.isEmpty {
      problem += "; did you mean " + near.map { quoted($0) }.joined(separator: " or ") + "?"
    }
    if let known = KnownModels.openAI(named: name) {
      problem += "; `scripts/fetch-model \(known.name)` downloads it"
    }
    problem += "\n  looked for:" + looked.map { "\n    " + $0 }.joined()
    if models == nil { problem += "\n  ($CLIPSCOPE_MODELS may name a folder of your own)" }
    return CheckpointError(name, problem)
  }

  /// Known and available names at a small edit distance.
  func nearest(to name: String) -> [String] {
    let key = Array(KnownModels.normalized(name).utf8.prefix(64))
    let names =
      KnownModels.openAI.map(\.name) + KnownModels.releases.map(\.name) + available().map(\.name)
    var seen: Set<String> = []
    let scored = names.filter { seen.insert($0).inserted }.map {
      (name: $0, distance: Self.distance(key, Array(KnownModels.normalized($0).utf8.prefix(64))))
    }
    let limit = max(2, key.count / 3)
    return scored.filter { $0.distance <= limit }
      .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
  }

  /// Levenshtein's distance.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let change = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(change, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }

  // MARK: Hugging Face's cache

  private static func isHuggingFaceID(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
  }

  /// `models--ORG--NAME/snapshots/COMMIT`, the commit being the one `refs/main` names.
  private func snapshot(of id: String, looked: inout [String]) -> String? {
    guard let hub else { return nil }
    let folder = "models--" + id.split(separator: "/").joined(separator: "--")
    let root = FileSystem.join(hub, folder)
    guard let path = Self.snapshot(in: root) else {
      looked.append(root)
      return nil
    }
    return path
  }

  private static func snapshot(in root: String) -> String? {
    let snapshots = FileSystem.join(root, "snapshots")
    if let file = try? MappedFile(path: FileSystem.join(root, "refs/main")), file.count <= 128,
      let bytes = try? file.bytes(0..<file.count)
    {
      let commit = String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
      let path = FileSystem.join(snapshots, commit)
      if !commit.contains("/"), !commit.hasPrefix("."), FileSystem.isDirectory(path) { return path }
    }
    // Without a reference a single snapshot is unambiguous.
    guard let commits = try? FileSystem.list(snapshots), commits.count == 1 else { return nil }
    return FileSystem.join(snapshots, commits[0])
  }

  // MARK: All of them

  /// All checkpoints in the usual places, by name. Only first bytes are read.
  public func available() -> [Available] {
    var result: [Available] = []
    for folder in [models, clipCache].compactMap({ $0 }) {
      for name in (try? FileSystem.list(folder)) ?? [] {
        if let entry = describe(FileSystem.join(folder, name), name: name) { result.append(entry) }
      }
    }
    if let hub {
      for folder in (try? FileSystem.list(hub)) ?? [] where folder.hasPrefix("models--") {
        guard let path = Self.snapshot(in: FileSystem.join(hub, folder)),
          Self.looksLikeCLIP(path)
        else { continue }
        let parts = folder.dropFirst("models--".count).split(separator: "-", omittingEmptySubsequences: false)
        if let entry = describe(path, name: Self.id(of: parts)) { result.append(entry) }
      }
    }
    return result
  }

  /// `openai--clip-vit` split at single dashes, put together again: the first empty piece was `--`.
  private static func id(of parts: [Substring]) -> String {
    guard let cut = parts.firstIndex(of: "") else { return parts.joined(separator: "-") }
    return parts[..<cut].joined(separator: "-") + "/" + parts[(cut + 1)...].joined(separator: "-")
  }

  /// Hugging Face's cache holds all kinds of models; a config tells a CLIP.
  private static func looksLikeCLIP(_ folder: String) -> Bool {
    if FileSystem.isFile(FileSystem.join(folder, "open_clip_config.json")) { return true }
    guard let file = try? MappedFile(path: FileSystem.join(folder, "config.json")),
      let json = try? CheckpointSource.readJSON(file)
    else { return false }
    return json["model_type"] == .string("clip")
  }

  private func describe(_ path: String, name: String) -> Available? {
    let isFolder = FileSystem.isDirectory(path)
    guard let chosen = isFolder ? try? CheckpointSource.choose(in: path) : path,
      let file = try? MappedFile(path: chosen), let kind = try? CheckpointSource.recognize(file)
    else { return nil }
    let format: String
    switch kind {
    case .zip, .pickle: format = "PyTorch"
    case .safetensors: format = "safetensors"
    case .json:
      guard isFolder else { return nil }
      format = "safetensors, sharded"
    }
    let known = KnownModels.openAI.first { $0.file == name }
    let release = KnownModels.release(file: name)
    return Available(
      name: known?.name ?? release?.name ?? name, path: path, format: format,
      byteCount: kind == .json ? Self.totalSize(path) : file.count, expectedSHA256: known?.sha256)
  }

  private static func totalSize(_ folder: String) -> Int {
    ((try? FileSystem.list(folder)) ?? []).reduce(0) {
      $0 + (FileSystem.size(FileSystem.join(folder, $1)) ?? 0)
    }
  }
}
