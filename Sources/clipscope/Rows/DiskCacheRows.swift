import Bindings
import Cache

/// Rows of sweeps in the cache on disk.
enum DiskCacheRows {
  /// What they are there.
  static let kind = "sweep"

  /// Rows in the process's cache; nil where there is none.
  static var current: SweepRows? {
    guard let cache = DiskCache.current else { return nil }
    return SweepRows(find: { cache.bytes(kind, $0) }, keep: { cache.keep($0, kind, $1) })
  }
}
