/// Messages in a stream of bytes: each after a header that says its length.
///
/// ```
/// Content-Length: 17\r\n
/// \r\n
/// {"jsonrpc":"2.0"}
/// ```
///
/// Nothing that comes in ends the program: what is no message is told as a fault, and reading goes on behind it.
public struct MessageStream: Sendable {
  /// What was found.
  public enum Item: Sendable, Equatable {
    /// The bytes of a message.
    case message([UInt8])
    /// Why something is no message.
    case fault(String)
  }

  /// The longest message accepted, in bytes. A script may have 16 MiB; as JSON it can be longer.
  public static let sizeLimit = 64 << 20
  /// The longest header accepted, in bytes.
  public static let headerLimit = 4096

  private var bytes: [UInt8] = []
  private var start = 0
  /// Bytes of a refused message that are still to be skipped.
  private var skipped = 0

  /// An empty stream.
  public init() {}

  /// Bytes that are held and not yet given as messages.
  public var count: Int { bytes.count - start }

  /// Adds what was read.
  public mutating func append(_ new: some Collection<UInt8>) {
    if skipped >= new.count {
      skipped -= new.count
      return
    }
    bytes += new.dropFirst(skipped)
    skipped = 0
  }

  /// The next message or fault; nil where more must be read first.
  public mutating func next() -> Item? {
    guard let end = endOfHeader() else {
      if count <= Self.headerLimit { return nil }
      bytes = []
      start = 0
      return .fault("a message's header is longer than \(Self.headerLimit) bytes")
    }
    let header = bytes[start..<end.header]
    guard let length = Self.length(in: header) else {
      drop(end.body - start)
      return .fault("a message's header lacks its Content-Length")
    }
    guard length <= Self.sizeLimit else {
      drop(end.body - start)
      let held = min(length, count)
      drop(held)
      skipped = length - held
      return .fault("a message of \(length) bytes is too long; at most \(Self.sizeLimit) are read")
    }
    guard bytes.count - end.body >= length else { return nil }
    let message = Array(bytes[end.body..<(end.body + length)])
    drop(end.body + length - start)
    return .message(message)
  }

  private mutating func drop(_ count: Int) {
    start += count
    // Moving what is left costs; not for every message.
    if start > 1 << 16 || start == bytes.count {
      bytes.removeSubrange(..<start)
      start = 0
    }
  }

  /// Where the header's lines end and where the body begins.
  private func endOfHeader() -> (header: Int, body: Int)? {
    let limit = min(bytes.count, start + Self.headerLimit)
    var index = start
    while index < limit {
      if bytes[index] == 10 {
        // Some clients write bare newlines.
        if index + 1 < limit, bytes[index + 1] == 10 { return (index, index + 2) }
        if index + 2 < limit, bytes[index + 1] == 13, bytes[index + 2] == 10 { return (index, index + 3) }
      }
      index += 1
    }
    return nil
  }

  /// The length that a header names; nil where it names none that can be.
  private static func length(in header: ArraySlice<UInt8>) -> Int? {
    for line in String(decoding: header, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "content-length" else { continue }
      let digits = parts[1].filter { $0 != " " && $0 != "\t" }
      guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      return Int(digits)
    }
    return nil
  }

  /// A message with its header.
  public static func framed(_ message: String) -> [UInt8] {
    let body = Array(message.utf8)
    return Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body
  }
}
