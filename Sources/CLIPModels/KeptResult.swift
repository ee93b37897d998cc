import Cache
import Synchronization
import Tensors

/// The place on disk of one tensor that a tower gave, or that was made with it (`DiskCache`).
public struct KeptResult: Sendable {
  private let cache: DiskCache
  private let kind: String
  private let model: ModelContents
  /// Everything but the model.
  private let rest: String

  init(_ cache: DiskCache, _ kind: String, _ model: ModelContents, _ key: ResultKey) {
    self.cache = cache
    self.kind = kind
    self.model = model
    rest = key.hex
  }

  /// The tensor, where it is kept.
  ///
  /// - Parameter shape: what it must be
  public func tensor(of shape: [Int]) -> Tensor? {
    guard let found = tensor(), found.shape == shape else { return nil }
    return found
  }

  /// The tensor, where it is kept, of whatever shape.
  public func tensor() -> Tensor? {
    guard let model = model.digest(in: cache, waits: false), let bytes = cache.bytes(kind, key(model)) else {
      return nil
    }
    return Tensor(kept: bytes)
  }

  /// Keeps the tensor: at once where the model's files are known, else later (`LaterResults`).
  public func keep(_ tensor: Tensor) {
    if let model = model.digest(in: cache, waits: false) {
      cache.keep(tensor.keptBytes, kind, key(model))
    } else {
      LaterResults.add(self, tensor)
    }
  }

  /// Keeps it now, its model's files read where they must be.
  fileprivate func keepWaiting(_ tensor: Tensor) {
    guard let model = model.digest(in: cache, waits: true) else { return }
    cache.keep(tensor.keptBytes, kind, key(model))
  }

  private func key(_ model: String) -> String {
    var key = ResultKey("result", version: 1)
    key.add(model)
    key.add(rest)
    return key.hex
  }
}

/// Results of models whose files were not read as a whole yet: they have no key before, and reading
/// would make the first picture wait. They are kept after the work, or while it goes on for long.
public enum LaterResults {
  private struct State {
    var waiting: [(place: KeptResult, tensor: Tensor)] = []
    var bytes = 0
    var since: ContinuousClock.Instant?
  }

  private static let state = Mutex(State())
  /// What waits at most.
  private static let limit = 1 << 28
  /// How long it waits at most while more comes.
  private static let patience = Duration.seconds(10)

  static func add(_ place: KeptResult, _ tensor: Tensor) {
    let isEnough = state.withLock { state in
      let now = ContinuousClock.now
      state.waiting.append((place, tensor))
      state.bytes += tensor.byteCount
      let since = state.since ?? now
      state.since = since
      return state.bytes > limit || now - since > patience
    }
    if isEnough { keep() }
  }

  /// Keeps what waits, unless the user asked to stop. Called at the end of a run.
  public static func keep() {
    let waiting = state.withLock { state in
      defer { state = State() }
      return state.waiting
    }
    for (place, tensor) in waiting where !Interruption.isRequested { place.keepWaiting(tensor) }
  }
}

extension Tensor {
  /// The largest number of dimensions that is kept.
  private static let keptRank = 8

  /// As it is kept: its rank and shape, 8 bytes each, then its scalars; all little endian.
  var keptBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 * (1 + rank) + byteCount)
    for number in [rank] + shape { withUnsafeBytes(of: Int64(number).littleEndian) { bytes += $0 } }
    withUnsafeBuffer { scalars in
      #if _endian(little)
        bytes += UnsafeRawBufferPointer(scalars)
      #else
        for scalar in scalars { withUnsafeBytes(of: scalar.bitPattern.littleEndian) { bytes += $0 } }
      #endif
    }
    return bytes
  }

  /// The tensor of such bytes; nil where they are none.
  init?(kept bytes: [UInt8]) {
    func number(_ index: Int) -> Int? {
      guard bytes.count >= 8 * (index + 1) else { return nil }
      let found = bytes.withUnsafeBytes {
        Int64(littleEndian: $0.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self))
      }
      return Int(exactly: found)
    }
    guard let rank = number(0), (0...Self.keptRank).contains(rank) else { return nil }
    var shape: [Int] = []
    var count = 1
    for index in 0..<rank {
      guard let size = number(1 + index), size >= 0 else { return nil }
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: size)
      guard !isTooLarge, product <= bytes.count / 4 else { return nil }
      count = product
      shape.append(size)
    }
    let start = 8 * (1 + rank)
    guard bytes.count == start + 4 * count else { return nil }
    self.init(shape) { out in
      bytes.withUnsafeBytes { raw in
        for i in 0..<count {
          out[i] = Float(
            bitPattern: UInt32(
              littleEndian: raw.loadUnaligned(fromByteOffset: start + 4 * i, as: UInt32.self)))
        }
      }
    }
  }
}
