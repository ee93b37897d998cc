import Glibc
import Interpreter

/// What a file's first bytes say it is.
struct FileHead {
  enum Kind {
    case picture
    case array
    /// A ZIP: a PyTorch file or an archive of arrays.
    case archive
    case checkpoint
    case other
  }

  let kind: Kind
  private let bytes: [UInt8]

  init(path: String, name: String) throws {
    let (descriptor, _) = try openOrdinaryFile(path, name: name)
    defer { close(descriptor) }
    var head = [UInt8](repeating: 0, count: 32)
    let count = read(descriptor, &head, head.count)
    bytes = Array(head.prefix(max(0, count)))
    kind = Self.kind(of: bytes)
  }

  private static func kind(of bytes: [UInt8]) -> Kind {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) || bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      return .picture
    }
    if bytes.starts(with: [0x93] + Array("NUMPY".utf8)) { return .array }
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return .archive }
    // A pickle of protocol 2 or later.
    if bytes.count > 1, bytes[0] == 0x80, (2...5).contains(bytes[1]) { return .checkpoint }
    // safetensors: a small little-endian length, then the JSON header.
    if bytes.count > 8, bytes[8] == UInt8(ascii: "{"), bytes[4...7].allSatisfy({ $0 == 0 }) {
      return .checkpoint
    }
    return .other
  }

  /// The first bytes, for messages.
  var description: String {
    if bytes.isEmpty { return "nothing: it is empty" }
    let isText = bytes.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 10 || $0 == 13 || $0 == 9 }
    if isText {
      let line = bytes.prefix { $0 != 10 && $0 != 13 }
      return "\"\(String(decoding: line.prefix(20), as: UTF8.self))\""
    }
    return bytes.prefix(8).map { byte in
      let hex = String(byte, radix: 16)
      return hex.count == 1 ? "0" + hex : hex
    }.joined(separator: " ")
  }
}

private func failure(_ name: String, _ reason: String) -> ScriptError {
  ScriptError("`\(name)` \(reason)", argument: "what", kind: .input)
}

/// Opens a file to read, for the caller to close; with its size in bytes. Throws `ScriptError` where it
/// cannot be read or is no ordinary file.
private func openOrdinaryFile(_ path: String, name: String) throws -> (descriptor: Int32, size: Int) {
  // Without O_NONBLOCK, opening a pipe would wait for a writer.
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else {
    throw failure(name, "cannot be read: \(String(cString: strerror(errno)))")
  }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    close(descriptor)
    throw failure(name, "is no ordinary file: a pipe or a device")
  }
  return (descriptor, Int(status.st_size))
}

/// A whole file, at most `limit` bytes. Throws `ScriptError` where it cannot be read or is larger.
func readWholeFile(_ path: String, name: String, limit: Int) throws -> [UInt8] {
  let (descriptor, size) = try openOrdinaryFile(path, name: name)
  defer { close(descriptor) }
  guard size <= limit else { throw failure(name, "has \(size) bytes; at most \(limit) are read") }
  var position = 0
  var problem: String?
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    while position < size, let base = buffer.baseAddress {
      let n = read(descriptor, base + position, size - position)
      if n < 0, errno == EINTR { continue }
      if n < 0 { problem = String(cString: strerror(errno)) }
      if n <= 0 { break }
      position += n
    }
    count = position
  }
  if let problem { throw failure(name, "cannot be read: \(problem)") }
  return bytes
}
