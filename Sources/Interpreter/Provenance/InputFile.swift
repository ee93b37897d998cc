import Glibc
import Synchronization

/// A file that a script read: its name as written, where it was found, and what was in it then.
public final class InputFile: Sendable {
  /// As the script writes it; of a file within a folder or a data set, its path from there on.
  public let name: String
  /// Where it lies; nil for what is part of the program.
  public let path: String?
  /// What it was read as: `model`, `image`, `text`, `data`.
  public let kind: String
  /// Its length in bytes.
  public let size: Int
  /// Files that belong to it, where it is a list of them.
  public let parts: [String]

  private let stamp: [Int]
  private let hash: Mutex<String?>
  private let known: (@Sendable () -> String?)?

  /// A file that was just read, or is about to be.
  ///
  /// - Parameters:
  ///   - parts: files that belong to it
  ///   - sha256: its hash, where that is known
  ///   - hash: gives its hash, where something else finds it out anyway
  public init(
    name: String, path: String?, kind: String, sha256: String? = nil, parts: [String] = [],
    hash known: (@Sendable () -> String?)? = nil
  ) {
    self.known = known
    self.name = name
    self.path = path
    self.kind = kind
    self.parts = parts
    stamp = InputFile.stamp(of: path)
    size = stamp.first ?? 0
    hash = Mutex(sha256)
  }

  /// The SHA-256 of its contents, which `compute` finds the first time; nil where it is gone or is no longer what
  /// the script read.
  public func sha256(_ compute: (String) throws -> String) -> String? {
    if let known = hash.withLock({ $0 }) { return known }
    if let known {
      let found = known()
      hash.withLock { $0 = found }
      return found
    }
    guard let path, InputFile.stamp(of: path) == stamp, let found = try? compute(path),
      InputFile.stamp(of: path) == stamp
    else { return nil }
    hash.withLock { $0 = found }
    return found
  }

  /// What changes whenever a file does: length, place on disk, time of the last change.
  private static func stamp(of path: String?) -> [Int] {
    var status = stat()
    guard let path, stat(path, &status) == 0 else { return [] }
    return [
      Int(status.st_size), Int(bitPattern: UInt(status.st_ino)), status.st_mtim.tv_sec,
      status.st_mtim.tv_nsec,
      status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
    ]
  }
}
