/// How much there is of a kind.
public struct CacheUsage: Sendable, Equatable {
  /// The kind, as it was kept.
  public let kind: String
  /// Entries.
  public var entries = 0
  /// Bytes on disk.
  public var bytes = 0
}

extension DiskCache {
  /// What is kept now, kind by kind in the order of their names.
  public func usage() -> [CacheUsage] {
    var found: [String: CacheUsage] = [:]
    CacheFolder(folder).items { item in
      found[item.place.kind, default: CacheUsage(kind: item.place.kind)].entries += 1
      found[item.place.kind]?.bytes += item.size
    }
    return found.values.sorted { $0.kind < $1.kind }
  }

  /// Reads every entry, and removes those that are damaged.
  ///
  /// - Parameter progress: is told of every entry
  /// - Returns: how many are sound, and the kinds of those removed, one of each
  public func verify(progress: () -> Void = {}) -> (sound: Int, damaged: [String]) {
    let files = CacheFolder(folder)
    var (sound, damaged) = (0, [String]())
    files.items { item in
      progress()
      switch files.read(item.place, marksUse: false) {
      case .found: sound += 1
      case .missing: break
      case .damaged:
        files.remove(item.place)
        damaged.append(item.place.kind)
      }
    }
    files.removeLeftovers()
    return (sound, damaged)
  }

  /// Removes every entry, or every one of a kind.
  ///
  /// - Returns: how many were removed, and their bytes
  @discardableResult
  public func clear(_ kind: String? = nil) -> (entries: Int, bytes: Int) {
    let files = CacheFolder(folder)
    var (entries, bytes) = (0, 0)
    files.items { item in
      guard kind == nil || item.place.kind == kind else { return }
      files.remove(item.place)
      entries += 1
      bytes += item.size
    }
    files.removeLeftovers()
    return (entries, bytes)
  }

  /// Removes what was not used for longest until the rest is within the limit, and what killed processes left.
  ///
  /// - Returns: how many entries were removed
  @discardableResult
  public func shrink() -> Int {
    let files = CacheFolder(folder)
    files.removeLeftovers()
    var items: [CacheFolder.Item] = []
    files.items { items.append($0) }
    var total = items.reduce(0) { $0 + $1.size }
    guard total > limit else { return 0 }
    // A little below it, so that the next entry does not begin anew.
    let goal = limit - limit / 8
    var removed = 0
    items.sort { ($0.used, $0.place.key) < ($1.used, $1.place.key) }
    for item in items where total > goal {
      files.remove(item.place)
      total -= item.size
      removed += 1
    }
    return removed
  }
}
