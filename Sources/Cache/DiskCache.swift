import Synchronization

/// Results of expensive calls, kept on disk for the next run.
///
/// ```swift
/// let cache = DiskCache(folder: "/home/me/.cache/clipscope", limit: 2_000_000_000)
/// let found = cache.bytes("text", key)
/// cache.keep(bytes, "text", key)
/// ```
///
/// An entry is found by its kind and a key of 64 hexadecimal digits, the SHA-256 of everything that the result was
/// computed from. What is read is checked: a damaged entry counts as missing and is removed. Keeping is done as well as
/// it goes and never an error: without room or permission there is no cache, and `trouble` is told once.
///
/// Several processes may use one folder at once: an entry appears whole or not at all (`rename`). Nothing planted below
/// the folder is followed: no symbolic link, no device.
public final class DiskCache: Sendable {
  /// How often something was looked for and kept.
  public struct Count: Sendable, Equatable {
    /// Entries found.
    public var found = 0
    /// Entries looked for in vain.
    public var missing = 0
    /// Entries kept.
    public var kept = 0
    /// Entries that were damaged and removed; they count as missing too.
    public var damaged = 0

    /// Nothing yet.
    public init() {}
  }

  /// Bytes kept unless told otherwise.
  public static let defaultLimit = 2_000_000_000

  private static let process = Mutex<DiskCache?>(nil)

  /// What is used instead of the process's own cache within `$override.withValue(.some(…))`; the inner nil is none.
  @TaskLocal public static var override: DiskCache?? = nil

  /// The cache in use; nil where there is none, as before anything is set. Threads of `Workers` do not see an
  /// `override`: ask before they start.
  public static var current: DiskCache? {
    get {
      if let override { return override }
      return process.withLock { $0 }
    }
    set { process.withLock { $0 = newValue } }
  }

  /// The folder; `results/v1` in it holds the entries.
  public let folder: String
  /// The most bytes kept.
  public let limit: Int

  private let trouble: (@Sendable (String) -> Void)?

  private struct State {
    var counts: [String: Count] = [:]
    /// Whether keeping failed: it is not tried again.
    var isFull = false
    /// Bytes written since the folder was last measured.
    var written = 0
  }

  private let state = Mutex(State())

  /// A cache in a folder, which is made when something is first kept.
  ///
  /// - Parameters:
  ///   - folder: an absolute path
  ///   - limit: the most bytes kept; 0 keeps nothing
  ///   - trouble: is told, at most once, why nothing can be kept
  public init(folder: String, limit: Int, trouble: (@Sendable (String) -> Void)? = nil) {
    self.folder = folder
    self.limit = max(0, limit)
    self.trouble = trouble
  }

  /// What was found and kept of each kind since this object was made.
  public var counts: [String: Count] { state.withLock { $0.counts } }

  /// The result kept under a key; nil where there is none or it is damaged.
  ///
  /// - Parameters:
  ///   - kind: what it is: 1 to 32 of `a`–`z`, `0`–`9`, `-`
  ///   - key: 64 lower-case hexadecimal digits
  public func bytes(_ kind: String, _ key: String) -> [UInt8]? {
    guard limit > 0, let place = CacheEntry.Place(kind: kind, key: key) else { return nil }
    switch CacheFolder(folder).read(place, marksUse: true) {
    case .found(let bytes):
      count(kind) { $0.found += 1 }
      return bytes
    case .missing:
      count(kind) { $0.missing += 1 }
    case .damaged:
      CacheFolder(folder).remove(place)
      count(kind) {
        $0.missing += 1
        $0.damaged += 1
      }
    }
    return nil
  }

  /// Keeps a result; one under the same key is replaced. A result of more than a quarter of the limit is not kept.
  ///
  /// - Parameters:
  ///   - kind: as for `bytes(_:_:)`
  ///   - key: 64 lower-case hexadecimal digits that stand for everything the result was computed from
  public func keep(_ bytes: [UInt8], _ kind: String, _ key: String) {
    guard let place = CacheEntry.Place(kind: kind, key: key), bytes.count <= limit / 4,
      !state.withLock({ $0.isFull })
    else { return }
    if let reason = CacheFolder(folder).write(bytes, place) {
      let isFirst = state.withLock { state in
        defer { state.isFull = true }
        return !state.isFull
      }
      if isFirst { trouble?("results are not kept in \(folder): \(reason)") }
      return
    }
    let isMuch = state.withLock { state in
      state.counts[kind, default: Count()].kept += 1
      state.written += bytes.count
      return state.written > limit / 32
    }
    // The folder is measured now and then, and at the end: other processes write into it too.
    if isMuch { settle() }
  }

  /// Brings what is kept back within the limit, if something was kept since this was last done, and removes what killed
  /// processes left. Called at the end of a run.
  public func settle() {
    let hasWritten = state.withLock { state in
      defer { state.written = 0 }
      return state.written > 0
    }
    if hasWritten { shrink() }
  }

  private func count(_ kind: String, _ change: (inout Count) -> Void) {
    state.withLock { change(&$0.counts[kind, default: Count()]) }
  }
}
