import Glibc

/// Runs work on a thread whose stack holds the deepest script the limits allow, wherever the
/// caller's own stack stands.
enum LargeStack {
  /// Bytes of address space; memory is used only as far as a script really nests.
  private static let size = 512 << 20

  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Runs the body on a large stack and waits for it.
  static func run<T>(_ body: () throws -> T) throws -> T {
    var outcome: Result<T, any Error>?
    withoutActuallyEscaping({ outcome = Result { try body() } }) { escaping in
      let work = Unmanaged.passRetained(Work(escaping))
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      pthread_attr_setstacksize(&attributes, size)
      var thread = pthread_t()
      let status = pthread_create(
        &thread, &attributes,
        { argument in
          if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
          return nil
        }, work.toOpaque())
      pthread_attr_destroy(&attributes)
      if status == 0 { pthread_join(thread, nil) } else { work.release() }
    }
    guard let outcome else { throw ScriptError("there is not enough memory to run a script") }
    return try outcome.get()
  }
}
