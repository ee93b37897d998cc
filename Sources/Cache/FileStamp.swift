import Checkpoints
import Glibc

/// What tells one state of a file from another without reading it.
public struct FileStamp: Sendable, Equatable {
  /// Its size in bytes.
  public let size: Int
  private let path: String
  private let device: UInt64
  private let number: UInt64
  private let modified: [Int]
  private let changed: [Int]

  /// The state of the file at a path now, links followed; nil where there is none.
  public init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.path = path
    size = Int(status.st_size)
    device = UInt64(status.st_dev)
    number = UInt64(status.st_ino)
    modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
  }

  /// Whether the last change is so long ago that another one would show in the times.
  var isSettled: Bool { time(nil) - max(modified[0], changed[0]) > 2 }

  fileprivate func key(part: String) -> String {
    var key = ResultKey("file", version: 1)
    key.add([path, part, "\(device) \(number) \(size) \(modified) \(changed)"].joined(separator: "\n"))
    return key.hex
  }
}

extension DiskCache {
  private static let fileKind = "file"

  /// The SHA-256 of a file in this state, where it was remembered.
  ///
  /// - Parameter part: of what in the file, where it is not the whole
  public func checksum(of stamp: FileStamp, part: String = "") -> String? {
    guard let found = bytes(Self.fileKind, stamp.key(part: part)), found.count == 64 else { return nil }
    return String(decoding: found, as: UTF8.self)
  }

  /// Remembers the SHA-256 of a file in a state that it still has.
  public func remember(checksum: String, of stamp: FileStamp, part: String = "") {
    guard stamp.isSettled, checksum.utf8.count == 64 else { return }
    keep(Array(checksum.utf8), Self.fileKind, stamp.key(part: part))
  }
}
