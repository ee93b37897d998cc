import Cache
import Checkpoints
import Dispatch
import Synchronization
import Tensors

/// The SHA-256 of a model's file: hundreds of megabytes take a second that nobody should wait for
/// before the first picture. It is remembered on disk for the file's state (`FileStamp`). Where it is
/// not, with processors to spare it is computed beside other work from the moment the model is loaded;
/// with two or fewer it would only slow that work down (by a quarter, as measured), and is computed
/// when something first asks for it.
public final class FileHash: Sendable {
  private enum State {
    case waiting
    case known(String?)
  }

  private let state = Mutex(State.waiting)
  private let compute: @Sendable () -> String?
  /// The file's state when the model was opened; nil for what is no file.
  private let stamp: (path: String, stamp: FileStamp)?
  /// Of what in the file, where it is not the whole.
  private let part: String
  /// What is hashed at once: 20 to 40 ms.
  private static let little = 16 << 20

  /// The hash of a file.
  convenience init(path: String) { self.init({ try? SHA256.hex(of: path) }, of: path, part: "") }

  /// A hash that `compute` gives in hexadecimal, or nil where something cannot be read.
  ///
  /// - Parameters:
  ///   - path: the file that it depends on alone
  ///   - part: of what in the file, where it is not the whole
  init(_ compute: @escaping @Sendable () -> String?, of path: String?, part: String) {
    self.compute = compute
    self.part = part
    stamp = path.flatMap { path in FileStamp(path).map { (path, $0) } }
    // What is little is only hashed when it is asked for.
    if isLittle { return }
    if let cache = DiskCache.current, known(in: cache) != nil { return }
    if Workers.available > 2 {
      DispatchQueue.global(qos: .utility).async { [self] in _ = value }
    }
  }

  /// The hash, waited for; nil where a file could not be read.
  public var value: String? {
    state.withLock { state in
      if case .known(let hash) = state { return hash }
      let cache = DiskCache.current
      if let stamp, let hash = cache?.checksum(of: stamp.stamp, part: part) {
        state = .known(hash)
        return hash
      }
      let hash = compute()
      // Asked to stop, it is not known yet.
      if hash == nil, Interruption.isRequested { return nil }
      state = .known(hash)
      if let hash, let stamp, isUnchanged { cache?.remember(checksum: hash, of: stamp.stamp, part: part) }
      return hash
    }
  }

  /// Whether the file is what it was when the model was opened.
  var isUnchanged: Bool { stamp.map { FileStamp($0.path) == $0.stamp } ?? true }

  /// The hash where it is known, remembered or quickly found out.
  func known(in cache: DiskCache) -> String? {
    if isLittle { return value }
    // Another thread may be computing it; that is not waited for.
    let found: String?? = state.withLockIfAvailable { state in
      if case .known(let hash) = state { return hash }
      guard let stamp, let hash = cache.checksum(of: stamp.stamp, part: part) else { return nil }
      state = .known(hash)
      return hash
    }
    return found ?? nil
  }

  private var isLittle: Bool { !part.isEmpty || stamp.map { $0.stamp.size <= Self.little } ?? true }
}
