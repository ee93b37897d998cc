import CKernels
import Glibc
import Synchronization

/// A dense float32 array of any rank, row-major and contiguous.
///
/// ```swift
/// let x = Tensor([2, 3], [1, 2, 3, 4, 5, 6])
/// x.shape     // [2, 3]
/// x.rows(1..<2).scalars   // [4, 5, 6], shares storage with x
/// ```
///
/// A tensor is a value: its scalars never change after it is made. Leading-axis slices and
/// reshapes share storage. Rank 0 is a single number.
public struct Tensor: Sendable {
  /// The extent of each axis, outermost first.
  public let shape: [Int]
  /// The memory behind this tensor, perhaps shared with others.
  public let storage: TensorStorage
  /// Where this tensor's first scalar lies in `storage`, in scalars.
  public let offset: Int
  /// How many scalars this tensor has: the product of `shape`.
  public let count: Int

  /// A view of existing storage. `shape` must fit behind `offset`.
  public init(shape: [Int], storage: TensorStorage, offset: Int = 0) {
    let count = shape.reduce(1, *)
    precondition(offset >= 0 && offset + count <= storage.count, "view outside its storage")
    self.shape = shape
    self.storage = storage
    self.offset = offset
    self.count = count
  }

  /// A new tensor whose scalars `fill` writes; the buffer arrives uninitialized.
  public init(
    _ shape: [Int], filledBy fill: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    let storage = TensorStorage(count: shape.reduce(1, *))
    try fill(storage.mutableBuffer)
    self.init(shape: shape, storage: storage)
  }

  /// A tensor of the given scalars. Their count must be the product of `shape`.
  public init(_ shape: [Int], _ scalars: [Float]) {
    precondition(scalars.count == shape.reduce(1, *), "\(scalars.count) scalars for shape \(shape)")
    self.init(shape) { buffer in
      _ = buffer.update(fromContentsOf: scalars)
    }
  }

  /// A rank-1 tensor.
  public init(_ scalars: [Float]) { self.init([scalars.count], scalars) }

  /// A tensor in which every scalar is `value`.
  public init(_ shape: [Int], repeating value: Float) {
    self.init(shape) { $0.update(repeating: value) }
  }

  /// The number of axes.
  public var rank: Int { shape.count }

  /// A copy of all scalars, in row-major order.
  public var scalars: [Float] { withUnsafeBuffer { Array($0) } }

  /// Calls `body` with this tensor's scalars. The pointer must not escape.
  @inlinable
  public func withUnsafeBuffer<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeBufferPointer(start: storage.pointer + offset, count: count))
  }

  /// The same scalars under another shape of equal count.
  public func reshaped(_ shape: [Int]) -> Tensor {
    precondition(shape.reduce(1, *) == count, "reshape \(self.shape) to \(shape)")
    return Tensor(shape: shape, storage: storage, offset: offset)
  }

  /// A slice along the first axis; shares storage.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(rank >= 1 && range.lowerBound >= 0 && range.upperBound <= shape[0])
    let row = shape.dropFirst().reduce(1, *)
    return Tensor(
      shape: [range.count] + shape.dropFirst(), storage: storage,
      offset: offset + range.lowerBound * row)
  }

  /// One element along the first axis, its rank one less; shares storage.
  public func row(_ index: Int) -> Tensor {
    let slice = rows(index..<(index + 1))
    return slice.reshaped(Array(shape.dropFirst()))
  }
}

extension Tensor: Equatable {
  /// Equal shapes and equal bits, so that NaN equals NaN and a test of sameness means what it says.
  public static func == (a: Tensor, b: Tensor) -> Bool {
    guard a.shape == b.shape else { return false }
    return a.withUnsafeBuffer { x in
      b.withUnsafeBuffer { y in
        (0..<x.count).allSatisfy { x[$0].bitPattern == y[$0].bitPattern }
      }
    }
  }
}

/// Memory for float32 scalars, aligned to 64 bytes, owned and freed with the last tensor using it.
public final class TensorStorage: @unchecked Sendable {
  /// How many scalars there are.
  public let count: Int
  /// The first scalar.
  public let pointer: UnsafeMutablePointer<Float>

  /// Uninitialized memory for `count` scalars.
  public init(count: Int) {
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    Self.live.add(bytes, ordering: .relaxed)
    guard let raw = clip_allocate(bytes) else {
      preconditionFailure("no memory for \(bytes) bytes")
    }
    pointer = raw.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  /// All scalars, to write while nothing else shares this storage.
  public var mutableBuffer: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }

  deinit {
    free(pointer)
    Self.live.subtract(max(count, 1) * MemoryLayout<Float>.stride, ordering: .relaxed)
  }

  private static let live = Atomic<Int>(0)

  /// The bytes that all tensors of the process hold now.
  public static var liveBytes: Int { live.load(ordering: .relaxed) }
}

/// Shapes that an operation cannot take.
public struct ShapeError: Error, CustomStringConvertible, Sendable {
  /// The operation, as users know it: `matrix product`.
  public let operation: String
  /// What is wrong, with both shapes.
  public let detail: String

  /// Names the operation and what is wrong with the shapes given to it.
  public init(_ operation: String, _ detail: String) {
    self.operation = operation
    self.detail = detail
  }

  /// `matrix product: …`
  public var description: String { "\(operation): \(detail)" }
}

/// Formats a shape as users read it: `[2, 3]`.
public func describe(shape: [Int]) -> String {
  "[" + shape.map(String.init).joined(separator: ", ") + "]"
}
