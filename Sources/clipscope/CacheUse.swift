import Cache
import Console
import Glibc

/// The cache on disk, for commands that compute.
enum CacheUse {
  /// Uses the cache from now on, where it `isWanted` and the user has a folder for it.
  static func begin(isWanted: Bool) {
    guard isWanted, let folder = CacheSettings.folder({ getenv($0).map { String(cString: $0) } }) else {
      return
    }
    DiskCache.current = DiskCache(folder: folder, limit: CacheSettings.limit(in: folder)) {
      complain("warning: \($0)")
    }
  }

  /// Brings it back within its limit, at the end.
  static func end() { DiskCache.current?.settle() }
}
