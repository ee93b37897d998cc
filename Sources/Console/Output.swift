import Glibc
import Synchronization
import Syntax

/// Writes a line to standard error. What a terminal would obey is shown as an escape.
public func complain(_ text: String) { Output.write(DisplayWidth.escaped(text) + "\n", to: STDERR_FILENO) }

/// Lines to the terminal or a pipe, unbuffered, so that results and errors stay in order.
public enum Output {
  private static let failure = Atomic<Int32>(0)

  /// Why results could not be written to standard output; nil when all were.
  public static var problem: String? {
    let code = failure.load(ordering: .relaxed)
    return code == 0 ? nil : String(cString: strerror(code))
  }

  /// Writes all of a text; gives up where it cannot be written.
  public static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 {
        if descriptor == STDOUT_FILENO { failure.store(count < 0 ? errno : EIO, ordering: .relaxed) }
        return
      }
      bytes = bytes.dropFirst(count)
    }
  }
}
