import Checkpoints
import Glibc
import Interpreter
import Synchronization
import Tensors

/// Rows of sweeps in some store of bytes, told apart by everything that they depend on: the program and its matrix
/// kernel too, so that a row is what this program would compute.
public final class SweepRows: RowStore {
  private let find: @Sendable (String) -> [UInt8]?
  private let store: @Sendable ([UInt8], String) -> Void
  private let count = Atomic<Int>(0)
  /// Checksums of files by what tells whether a file has changed.
  private let known = Mutex<[String: String]>([:])
  /// Files whose checksums are remembered, at most.
  private static let memory = 100_000

  /// Rows that `find` gives and `keep` takes, under keys of 64 hexadecimal digits.
  public init(
    find: @escaping @Sendable (String) -> [UInt8]?, keep: @escaping @Sendable ([UInt8], String) -> Void
  ) {
    self.find = find
    self.store = keep
  }

  /// What the store has.
  public func row(_ key: String) -> [UInt8]? { find(key) }

  /// Hands a row to the store.
  public func keep(_ row: [UInt8], _ key: String) {
    count.add(1, ordering: .relaxed)
    store(row, key)
  }

  /// Rows that this process computed and kept.
  public var keptCount: Int { count.load(ordering: .relaxed) }

  /// The fingerprint of the value with that of its files, the version and the matrix kernel. Throws as `Fingerprint.of`.
  public func fingerprint(of value: Value) throws -> String {
    let content = try Fingerprint.of(value, withFiles: true)
    return SHA256.hex(of: Array("sweep \(Engine.version) \(Workers.kernelName) \(content)".utf8))
  }

  /// The SHA-256 of a file; of a folder, or the folder of a pattern, what its listing says.
  public func fingerprint(ofFile path: String) -> String? {
    // Of a pattern it is the folder that counts.
    if let wildcard = path.firstIndex(where: { $0 == "*" || $0 == "?" }) {
      return FolderListing.fingerprint(ScriptPaths.folder(of: String(path[...wildcard])))
    }
    var status = stat()
    guard stat(path, &status) == 0 else { return errno == ENOENT || errno == ENOTDIR ? "missing" : nil }
    if status.st_mode & S_IFMT == S_IFDIR { return FolderListing.fingerprint(path) }
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    let state =
      "\(status.st_dev) \(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
      + " \(status.st_ctim.tv_sec) \(status.st_ctim.tv_nsec)"
    if let checksum = known.withLock({ $0[state] }) { return checksum }
    guard let checksum = try? SHA256.hex(of: path) else { return nil }
    known.withLock { if $0.count < Self.memory { $0[state] = checksum } }
    return checksum
  }
}

/// What is in a folder, as far as names, sizes and times of change tell.
private enum FolderListing {
  /// Files and folders that are looked at, and how deep.
  private static let limit = 200_000
  private static let depth = 16

  /// Nil where there is too much, or something cannot be read.
  static func fingerprint(_ path: String) -> String? {
    var stream = SHA256Stream()
    var left = limit
    guard add(path, "", &stream, &left, depth: depth) else { return nil }
    return "folder " + stream.hex
  }

  private static func add(
    _ folder: String, _ name: String, _ stream: inout SHA256Stream, _ left: inout Int, depth: Int
  ) -> Bool {
    guard depth > 0, let directory = opendir(folder) else { return false }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name == "." || name == ".." { continue }
      left -= 1
      if left < 0 { return false }
      names.append(name)
    }
    for entry in names.sorted() {
      if left % 1024 == 0, Interruption.isRequested { return false }
      var status = stat()
      let path = folder + "/" + entry
      // What went away meanwhile, and links that lead nowhere, count by their names.
      guard stat(path, &status) == 0 else {
        stream.add("\(name)/\(entry)\0")
        continue
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        guard add(path, name + "/" + entry, &stream, &left, depth: depth - 1) else { return false }
      } else {
        stream.add("\(name)/\(entry)\0\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec);")
      }
    }
    return true
  }
}
