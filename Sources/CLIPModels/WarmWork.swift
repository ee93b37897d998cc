import Synchronization
import Tensors

/// What the towers computed, kept for the next call that needs the same: tokens of an image between
/// blocks, embeddings of prompts, pictures prepared as inputs.
///
/// Surgery and then a gradient method with other labels run the image tower once; other prompts do not
/// touch the image. The rule is that a value is kept under everything it was computed from (the tower,
/// the exact input, the options) and is used only for exactly that, so results are the same bit for bit
/// with and without it. What was not used for longest goes first once `limit` is passed.
public final class WarmWork: Sendable {
  /// What is kept here, as it is counted.
  public enum Kind: Int, Sendable, CaseIterable {
    /// Pictures prepared as inputs.
    case view
    /// Blocks of image towers; of a ResNet the convolutional stages.
    case block
    /// Prompts through text towers.
    case prompt
  }

  /// How much was computed and how much of it could be used again.
  public struct Count: Sendable, Equatable {
    /// Units of work that were done.
    public var computed = 0
    /// Units that a kept value spared.
    public var reused = 0

    /// `computed` and `reused` units.
    public init(computed: Int = 0, reused: Int = 0) {
      self.computed = computed
      self.reused = reused
    }
  }

  /// The store that towers use: the process's own, or a test's.
  @TaskLocal public static var current = WarmWork(limit: defaultLimit)

  /// Bytes kept unless told otherwise: a hundred ViT-B/16 images at 224 pixels, a dozen at 512.
  public static let defaultLimit = 1 << 29

  private struct Entry {
    let value: any Sendable
    let bytes: Int
    var lastUse: UInt64
  }

  private struct State {
    var limit: Int
    var entries: [AnyHashable: Entry] = [:]
    var bytes = 0
    var clock: UInt64 = 0
    var counts = [Count](repeating: Count(), count: Kind.allCases.count)
  }

  private let state: Mutex<State>

  /// Whether what is worth it is kept on disk too (`DiskCache`): not for inputs that nobody asks for again.
  public let usesDisk: Bool

  /// An empty store of at most `limit` bytes; with 0 nothing is kept.
  public init(limit: Int, usesDisk: Bool = true) {
    state = Mutex(State(limit: max(0, limit)))
    self.usesDisk = usesDisk
  }

  /// The most bytes that are kept; 0 keeps nothing.
  public var limit: Int {
    get { state.withLock { $0.limit } }
    set {
      state.withLock {
        $0.limit = max(0, newValue)
        Self.shrink(&$0)
      }
    }
  }

  /// The bytes that are kept now.
  public var bytes: Int { state.withLock { $0.bytes } }

  /// What was computed and reused of one kind.
  public func count(_ kind: Kind) -> Count { state.withLock { $0.counts[kind.rawValue] } }

  /// Forgets everything kept; counts go on.
  public func clear() {
    state.withLock {
      $0.entries = [:]
      $0.bytes = 0
    }
  }

  /// A value kept under `key`, used `units` times over.
  public func kept<Key: Hashable & Sendable, Value: Sendable>(
    _ key: Key, as: Value.Type, _ kind: Kind, units: Int = 1
  ) -> Value? {
    state.withLock { state in
      // Looked up by index, so that the key is hashed once.
      guard let index = state.entries.index(forKey: AnyHashable(key)),
        let value = state.entries[index].value.value as? Value
      else { return nil }
      state.clock += 1
      state.entries.values[index].lastUse = state.clock
      state.counts[kind.rawValue].reused += units
      return value
    }
  }

  /// Keeps a value that took `units` of work under `key`, which says all it was computed from.
  ///
  /// - Parameter bytes: the memory that keeping it takes
  public func keep<Key: Hashable & Sendable, Value: Sendable>(
    _ value: Value, _ key: Key, bytes: Int, _ kind: Kind, units: Int = 1
  ) {
    state.withLock { state in
      state.counts[kind.rawValue].computed += units
      guard bytes <= state.limit else { return }
      state.clock += 1
      let old = state.entries.updateValue(
        Entry(value: value, bytes: bytes, lastUse: state.clock), forKey: AnyHashable(key))
      state.bytes += bytes - (old?.bytes ?? 0)
      Self.shrink(&state)
    }
  }

  /// Drops what was not used for longest until the rest is within the limit.
  private static func shrink(_ state: inout State) {
    guard state.bytes > state.limit else { return }
    // A little below it, so that the order is found once for many entries.
    let goal = state.limit - state.limit / 8
    for (key, entry) in state.entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
      state.entries[key] = nil
      state.bytes -= entry.bytes
      if state.bytes <= goal { break }
    }
  }
}
