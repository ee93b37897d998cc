import CKernels
import COpenBLAS
import Dispatch
import Synchronization

#if arch(x86_64)
  import CDNNL
#endif

/// The one owner of threads. oneDNN and OpenBLAS are told to stay on their caller's thread; all parallel work is
/// divided here, into pieces that do not depend on the number of threads. So results are equal bit
/// for bit at any thread count.
public enum Workers {
  private static let requested = Atomic<Int>(0)

  /// Runs once, before the first matrix product.
  private static let blasIsSerial: Void = openblas_set_num_threads(1)

  /// How many threads work at once: the processors this process may use, unless set.
  public static var count: Int {
    get {
      let n = requested.load(ordering: .relaxed)
      return n > 0 ? n : available
    }
    set { requested.store(max(0, newValue), ordering: .relaxed) }
  }

  /// The processors this process may run on.
  public static let available = Int(clip_available_processors())

  /// The library and kernel that compute matrix products here, such as `oneDNN 2.6.3 AVX-512`.
  public static var kernelName: String {
    _ = blasIsSerial
    #if arch(x86_64)
      let version = dnnl_version().pointee
      let level =
        switch dnnl_get_effective_cpu_isa().rawValue {
        case let isa where isa & 0x20 != 0: "AVX-512"
        case let isa where isa & 0x4 != 0: "AVX2"
        case let isa where isa & 0x2 != 0: "AVX"
        default: "SSE4.1"
        }
      return "oneDNN \(version.major).\(version.minor).\(version.patch) \(level)"
    #else
      guard let name = openblas_get_corename() else { return "unknown" }
      return "OpenBLAS " + String(cString: name)
    #endif
  }

  /// Whether the calling thread runs one of several pieces.
  static var isWorker: Bool { clip_is_worker() != 0 }

  /// Calls `body` once for each index below `iterations`, on all workers, in any order.
  ///
  /// Called from within such a body it runs on that worker alone, so that independent jobs (one
  /// label's prompts, one image) can use whole layers without splitting them further.
  /// Throws `Interrupted` between pieces once an interruption was asked for; otherwise the error of
  /// the lowest index that threw.
  public static func run(_ iterations: Int, _ body: (Int) throws -> Void) throws {
    _ = blasIsSerial
    try Interruption.check()
    let wasWorker = isWorker
    let threads = wasWorker ? 1 : min(count, iterations)
    if threads <= 1 {
      clip_set_worker(1)
      defer { clip_set_worker(wasWorker ? 1 : 0) }
      for index in 0..<max(0, iterations) {
        try body(index)
        try Interruption.check()
      }
      return
    }
    let next = Atomic<Int>(0)
    let failure = Mutex<(index: Int, error: any Error)?>(nil)
    withoutActuallyEscaping(body) { body in
      // The pieces write disjoint memory; concurrentPerform returns after the last one.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: threads) { _ in
        clip_set_worker(1)
        // The calling thread takes part and goes on being what it was.
        defer { clip_set_worker(0) }
        while !Interruption.isRequested {
          let index = next.add(1, ordering: .relaxed).oldValue
          if index >= iterations { return }
          do { try body(index) } catch {
            failure.withLock { first in
              if first.map({ index < $0.index }) ?? true { first = (index, error) }
            }
            next.store(iterations, ordering: .relaxed)
          }
        }
      }
    }
    try Interruption.check()
    if let first = failure.withLock({ $0?.error }) { throw first }
  }
}

/// The user asked to stop (Ctrl-C).
public struct Interrupted: Error, Sendable {
  /// An interruption.
  public init() {}
}

/// A request to stop computing, seen between pieces of work.
public enum Interruption {
  private static let flag = Atomic<Bool>(false)

  /// Whether a stop was asked for and not yet taken back.
  public static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Asks all work to stop soon. Safe in a signal handler.
  public static func request() { flag.store(true, ordering: .relaxed) }

  /// Takes the request back, when the interrupted work has ended.
  public static func clear() { flag.store(false, ordering: .relaxed) }

  /// Throws `Interrupted` when a stop was asked for.
  public static func check() throws(Interrupted) {
    if isRequested { throw Interrupted() }
  }
}
