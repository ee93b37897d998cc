import CLIPModels
import Cache
import Console
import Glibc

/// The cache on disk of a run or a session.
enum CacheUse {
  /// The folder of the user's cache; nil where there is none.
  static var folder: String? { CacheSettings.folder { getenv($0).map { String(cString: $0) } } }

  /// From now on results are kept on disk, unless `isWanted` is false or the user's environment says so.
  static func begin(isWanted: Bool) {
    guard isWanted, let folder else { return }
    DiskCache.current = DiskCache(folder: folder, limit: CacheSettings.limit(in: folder)) { reason in
      complain("warning: \(reason)")
    }
  }

  /// Keeps what waits to be kept, and brings the cache within its limit. After a run.
  static func end() {
    LaterResults.keep()
    DiskCache.current?.settle()
  }
}
