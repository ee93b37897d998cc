import Glibc

/// A file mapped read-only into memory. All reads are checked against its size at opening.
///
/// The mapping lives as long as anything holds this object, so tensors can be converted long after
/// the file was opened. A file that shrinks while it is mapped is beyond what a reader can defend
/// against; replacing it by renaming another over it is safe.
final class MappedFile: Sendable {
  /// The path it was opened under.
  let path: String
  /// Its size in bytes.
  let count: Int
  private nonisolated(unsafe) let base: UnsafeRawPointer?

  /// Opens and maps a regular file.
  init(path: String) throws {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw CheckpointError(path, systemMessage("cannot be opened")) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw CheckpointError(path, systemMessage("cannot be examined"))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CheckpointError(path, "is not a regular file")
    }
    count = Int(status.st_size)
    guard count > 0 else { throw CheckpointError(path, "is empty") }
    guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
      address != MAP_FAILED
    else { throw CheckpointError(path, systemMessage("cannot be mapped into memory")) }
    base = UnsafeRawPointer(address)
  }

  /// Bytes that lie in memory already, under a name for messages.
  init(name: String, bytes: [UInt8]) throws {
    path = name
    count = bytes.count
    guard count > 0 else { throw CheckpointError(path, "is empty") }
    guard
      let address = mmap(
        nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      address != MAP_FAILED
    else { throw CheckpointError(path, systemMessage("does not fit into memory")) }
    bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { address.copyMemory(from: start, byteCount: source.count) }
    }
    base = UnsafeRawPointer(address)
  }

  deinit {
    if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
  }

  /// An error about this file.
  func error(_ problem: String) -> CheckpointError { CheckpointError(path, problem) }

  /// Calls `body` with the bytes of `range`, which must lie inside the file.
  func withBytes<R>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R
  ) throws -> R {
    guard range.lowerBound >= 0, range.upperBound <= count, let base else {
      throw error(
        "ends early: bytes \(range.lowerBound)…\(range.upperBound) are needed, it has \(count)"
          + " (an interrupted download?)")
    }
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// A copy of the bytes of `range`.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    try withBytes(range) { Array($0) }
  }

  /// A copy of up to `length` bytes from the start.
  func prefix(_ length: Int) throws -> [UInt8] { try bytes(0..<min(length, count)) }

  /// The little-endian integer at byte `offset`.
  func integer<T: FixedWidthInteger>(_: T.Type, at offset: Int) throws -> T {
    let (end, overflow) = offset.addingReportingOverflow(MemoryLayout<T>.size)
    guard offset >= 0, !overflow else { throw error("names an impossible byte offset \(offset)") }
    return try withBytes(offset..<end) { T(littleEndian: $0.loadUnaligned(as: T.self)) }
  }
}

/// A sentence with the reason the last system call gave.
func systemMessage(_ what: String) -> String {
  "\(what): \(String(cString: strerror(errno)))"
}
