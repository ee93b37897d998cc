import Checkpoints
import Glibc
import Imaging
import Interpreter
import Syntax

/// A script with everything it needs in one file: the scripts it imports, its inputs, its lock, perhaps its model. It is a tar
/// archive; `bundle.json` in it says what is what, with the SHA-256 of every file.
public struct Bundle: Sendable {
  /// The script's path in the bundle.
  public let script: String
  /// The lock's path in the bundle.
  public let lock: String
  /// Inputs that lie elsewhere than the script says: their paths in the bundle, by the name as written.
  let found: [(name: String, file: String)]
  private let files: [(name: String, bytes: [UInt8])]

  static let format = 1
  static let contents = "bundle.json"
  /// A larger bundle is refused.
  static let sizeLimit = 1 << 33

  // MARK: Making

  /// What goes into a bundle of a script that ran.
  ///
  /// - Parameters:
  ///   - program: the script
  ///   - recorder: the record of its run
  ///   - includesModels: whether checkpoints are put in
  /// - Throws: `BundleError` where an input is gone or has changed since
  public init(_ program: Program, _ recorder: RunRecorder, includesModels: Bool) throws {
    let main = program.graph.main.file
    let scripts = program.graph.modules.map(\.file).filter { !$0.isLibrary }
    let folder = ScriptPaths.folder(of: main.path)
    var listing = Listing()
    for script in scripts { listing.add(script.path, bytes: script.utf8) }
    for input in recorder.files {
      guard let path = input.path, input.kind != "model" || includesModels else { continue }
      let isFolder = input.kind == "dataset" && isDirectory(path)
      let parts = isFolder ? try filesBelow(path) : [path] + input.parts
      for part in parts { try listing.add(part, input) }
      // What the script names by its place relative to itself is found there again.
      if ScriptPaths.absolute(input.name, in: folder) != path || input.name.hasPrefix("/") {
        listing.found.append((input.name, path))
      }
    }
    let lock = recorder.finished()
    let top = listing.commonFolder
    func inside(_ path: String) -> String {
      top == "/" ? String(path.dropFirst()) : String(path.dropFirst(top.utf8.count + 1))
    }
    script = inside(main.path)
    let stem = script.hasSuffix(".clip") ? String(script.dropLast(5)) : script
    self.lock = stem + ".lock"
    found = listing.found.map { ($0.name, inside($0.path)) }
    files = listing.files.map { (inside($0.path), $0.bytes) } + [(stem + ".lock", Array(lock.text.utf8))]
  }

  /// Files to put in, by where they lie.
  private struct Listing {
    var files: [(path: String, bytes: [UInt8])] = []
    var found: [(name: String, path: String)] = []
    private var known: Set<String> = []
    private var size = 0

    mutating func add(_ path: String, bytes: [UInt8]) {
      if known.insert(path).inserted { files.append((path, bytes)) }
    }

    mutating func add(_ path: String, _ input: InputFile) throws {
      guard !known.contains(path) else { return }
      let bytes: [UInt8]
      do { bytes = try readWholeFile(path, name: path, limit: sizeLimit - size) } catch let error
        as ScriptError
      {
        throw BundleError(error.message)
      }
      if path == input.path, input.kind != "dataset", let hash = input.sha256(SHA256.hex(of:)),
        SHA256.hex(of: bytes) != hash
      {
        throw BundleError("`\(input.name)` has changed since the script read it")
      }
      size += bytes.count
      add(path, bytes: bytes)
    }

    /// The folder that all files lie below.
    var commonFolder: String {
      var common = ScriptPaths.folder(of: files.first?.path ?? "/").split(separator: "/")
      for file in files {
        let parts = ScriptPaths.folder(of: file.path).split(separator: "/")
        common = Array(zip(common, parts).prefix { $0 == $1 }.map(\.0))
      }
      return "/" + common.joined(separator: "/")
    }
  }

  /// The bytes of the archive. Throws `BundleError` for names that do not fit into one.
  public func archive() throws -> [UInt8] {
    var record: Record = [
      "clipscopeBundle": .number(Double(Self.format)), "version": .string(Engine.version),
    ]
    record["script"] = .string(script)
    record["lock"] = .string(lock)
    record["found"] = .list(found.map { .record(["name": .string($0.name), "file": .string($0.file)]) })
    record["files"] = .list(
      files.map { .record(["name": .string($0.name), "sha256": .string(SHA256.hex(of: $0.bytes))]) })
    let text = (JSON.text(.record(record)) ?? "{}") + "\n"
    return try TarArchive.write([(Self.contents, Array(text.utf8))] + files)
  }

  /// What is in it, for people: names and sizes.
  public var listing: [(name: String, size: Int)] { files.map { ($0.name, $0.bytes.count) } }

  // MARK: Opening

  /// Whether a file is a bundle, by its first bytes.
  public static func isBundle(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var head = [UInt8](repeating: 0, count: 512)
    return read(descriptor, &head, head.count) == head.count && TarArchive.isArchive(head)
  }

  /// Reads a bundle and compares every file with its SHA-256 before anything else is done with it.
  /// Throws `BundleError`, or `ScriptError` where it cannot be read.
  public init(path: String) throws {
    let bytes = try readWholeFile(path, name: path, limit: Self.sizeLimit)
    let files = try TarArchive.read(bytes)
    guard let contents = files.first(where: { $0.name == Self.contents }),
      case .record(let record)? = JSON.parse(bytes: Array(contents.bytes)),
      case .number(Double(Self.format))? = record["clipscopeBundle"],
      case .string(let script)? = record["script"], case .string(let lock)? = record["lock"],
      case .list(let listed)? = record["files"], case .list(let places)? = record["found"]
    else { throw BundleError("`\(path)` is no bundle of Clipscope's, or of a later format") }
    var hashes: [String: String] = [:]
    for case .record(let file) in listed {
      if case .string(let name)? = file["name"], case .string(let hash)? = file["sha256"] {
        hashes[name] = hash
      }
    }
    var checked: [(name: String, bytes: [UInt8])] = []
    for file in files where file.name != Self.contents {
      let bytes = Array(file.bytes)
      guard let hash = hashes.removeValue(forKey: file.name) else {
        throw BundleError("`\(file.name)` is not in the bundle's list")
      }
      guard SHA256.hex(of: bytes) == hash else {
        throw BundleError("`\(file.name)` in the bundle has been changed")
      }
      checked.append((file.name, bytes))
    }
    if let missing = hashes.keys.min() { throw BundleError("`\(missing)` is missing in the bundle") }
    var found: [(name: String, file: String)] = []
    for case .record(let place) in places {
      guard case .string(let name)? = place["name"], case .string(let file)? = place["file"],
        TarArchive.isSafe(file)
      else { throw BundleError("the bundle's list of inputs is malformed") }
      found.append((name, file))
    }
    guard checked.contains(where: { $0.name == script }) else {
      throw BundleError("the bundle lacks its script")
    }
    self.script = script
    self.lock = lock
    self.found = found
    self.files = checked
  }

  /// Writes its files below a folder. Throws `ScriptError` or `ImageError` where that cannot be done.
  public func unpack(into folder: String) throws {
    for file in files {
      let path = folder + "/" + file.name
      try makeFolders(above: path, name: file.name)
      try AtomicFile.write(file.bytes, to: path)
    }
  }

  /// The record of the run that it was made of. Throws `LockError` where it is malformed.
  public func recordedLock() throws -> Lock {
    guard let file = files.first(where: { $0.name == lock }) else {
      throw LockError("the bundle lacks its lock")
    }
    return try Lock(text: String(decoding: file.bytes, as: UTF8.self))
  }

  /// Where the inputs are that lie elsewhere than the script says, once it is unpacked.
  public func places(in folder: String) -> [String: String] {
    Dictionary(found.map { ($0.name, folder + "/" + $0.file) }, uniquingKeysWith: { $1 })
  }
}

private func isDirectory(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// All plain files below a folder, in order; links are not followed.
private func filesBelow(_ folder: String) throws -> [String] {
  var files: [String] = []
  var waiting = [folder]
  while let next = waiting.popLast() {
    let names = MissingFile.names(in: next)
    guard names.count < Loader.pictureLimit else { throw BundleError("`\(next)` holds too many files") }
    for name in names {
      let path = next + "/" + name
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR { waiting.append(path) }
      if status.st_mode & S_IFMT == S_IFREG { files.append(path) }
      guard files.count <= TarArchive.fileLimit else {
        throw BundleError("`\(folder)` holds more than \(TarArchive.fileLimit) files")
      }
    }
  }
  return files.sorted()
}
