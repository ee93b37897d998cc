import Glibc
import Interpreter

/// Runs a language server over two streams of bytes.
public enum ServerLoop {
  /// Messages read ahead, at most.
  private static let queueLimit = 1000

  /// Answers until the client says `exit` or the input ends; gives the exit code.
  public static func run(_ server: LanguageServer, input: Int32, output: Int32) -> Int32 {
    // A client that is gone is no crash.
    signal(SIGPIPE, SIG_IGN)
    var stream = MessageStream()
    var queue: [MessageStream.Item] = []
    var hasEnded = false
    func fill() {
      while let item = stream.next() { queue.append(item) }
    }
    func send(_ values: [Value]) -> Bool {
      values.allSatisfy { value in
        JSON.text(value).map { write(MessageStream.framed($0), to: output) } ?? true
      }
    }
    while true {
      if let code = server.exitCode { return code }
      // What has come in meanwhile is looked at first: it may cancel what waits, or change a text again.
      while !hasEnded, stream.count < MessageStream.sizeLimit, queue.count < queueLimit, isReadable(input) {
        hasEnded = !read(from: input, into: &stream)
        fill()
      }
      if queue.isEmpty {
        if let notification = server.checkNext() {
          guard send([notification]) else { return 1 }
          continue
        }
        if server.hasUnchecked { continue }
        if hasEnded { return 1 }
        hasEnded = !read(from: input, into: &stream)
        fill()
        continue
      }
      switch queue.removeFirst() {
      case .fault(let reason): guard send([LanguageServer.fault(reason)]) else { return 1 }
      case .message(let bytes):
        let answers = server.answers(to: bytes) { id in queue.contains { cancels($0, id) } }
        guard send(answers) else { return 1 }
      }
    }
  }

  /// Whether a message takes a request back.
  private static func cancels(_ item: MessageStream.Item, _ id: Value) -> Bool {
    guard case .message(let bytes) = item, bytes.count < 1000,
      let message = JSON.parse(bytes: bytes, repairing: true),
      message["method"]?.stringValue == "$/cancelRequest", let other = message["params"]?["id"]
    else { return false }
    switch (id, other) {
    case (.number(let a), .number(let b)): return a == b
    case (.string(let a), .string(let b)): return a == b
    default: return false
    }
  }

  private static func isReadable(_ descriptor: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, 0) > 0
  }

  /// Reads once; false at the end.
  private static func read(from descriptor: Int32, into stream: inout MessageStream) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return false }
      stream.append(chunk[..<count])
      return true
    }
  }

  /// Writes all of it; false where nobody reads.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
