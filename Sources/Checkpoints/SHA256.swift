import CKernels
import Glibc
import Tensors

/// A SHA-256 checksum of bytes that come piece by piece.
public struct SHA256Stream {
  private var state = clip_sha256()

  /// A checksum of nothing so far.
  public init() { clip_sha256_begin(&state) }

  /// Adds bytes.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    clip_sha256_add(&state, bytes.baseAddress, bytes.count)
  }

  /// Adds a text in UTF-8.
  public mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  /// The checksum of all bytes added, in 64 lower-case hexadecimal digits.
  public var hex: String {
    var copy = state
    return SHA256.finish(&copy)
  }
}

/// SHA-256 checksums (FIPS 180-4).
public enum SHA256 {
  /// The checksum of a file's contents, in 64 lower-case hexadecimal digits. The file is read
  /// piecewise. Throws `CheckpointError` when it cannot be read, `Interrupted` when asked to stop.
  public static func hex(of path: String) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CheckpointError(path, systemMessage("cannot be opened")) }
    defer { close(descriptor) }
    var hash = clip_sha256()
    clip_sha256_begin(&hash)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      try Interruption.check()
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw CheckpointError(path, systemMessage("cannot be read"))
      }
      clip_sha256_add(&hash, buffer.baseAddress, count)
    }
    return finish(&hash)
  }

  /// The checksum of bytes in memory, in 64 lower-case hexadecimal digits.
  public static func hex(of bytes: [UInt8]) -> String {
    var hash = clip_sha256()
    clip_sha256_begin(&hash)
    bytes.withUnsafeBytes { clip_sha256_add(&hash, $0.baseAddress, $0.count) }
    return finish(&hash)
  }

  fileprivate static func finish(_ hash: inout clip_sha256) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    clip_sha256_finish(&hash, &digest)
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
