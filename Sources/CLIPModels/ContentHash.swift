import Cache
import Checkpoints
import Synchronization
import Tensors

extension ResultKey {
  /// Adds a tensor: its shape and scalars.
  public mutating func add(tensor: Tensor) { add(ContentHash.of(tensor)) }
}

/// The SHA-256 of tensors' contents. Those asked for last are remembered: several results of one input are
/// looked for one after the other.
enum ContentHash {
  private struct Known: Sendable {
    weak var storage: TensorStorage?
    let offset: Int
    let shape: [Int]
    let hash: String
  }

  private static let known = Mutex<[Known]>([])
  private static let count = 4

  /// The hash of a tensor's shape and scalars, 64 hexadecimal digits.
  static func of(_ tensor: Tensor) -> String {
    let old = known.withLock { known in
      known.first {
        $0.storage === tensor.storage && $0.offset == tensor.offset && $0.shape == tensor.shape
      }?.hash
    }
    if let old { return old }
    var stream = SHA256Stream()
    stream.add("\(tensor.shape)")
    tensor.withUnsafeBuffer { stream.add(UnsafeRawBufferPointer($0)) }
    let hash = stream.hex
    known.withLock { known in
      if known.count >= count { known.removeFirst() }
      known.append(
        Known(storage: tensor.storage, offset: tensor.offset, shape: tensor.shape, hash: hash))
    }
    return hash
  }
}
