import Basics
import Glibc

/// Reads a file's lines piecewise. Lines end with a line feed; what follows the last one is no whole line.
final class LineReader {
  /// The longest line accepted, in bytes.
  static let longest = 1 << 28

  private let path: String
  private let file: Int32

  /// Opens a regular file. Throws `EvaluationError`.
  init(_ path: String) throws(EvaluationError) {
    self.path = path
    file = try LineReader.open(path, O_RDONLY)
  }

  deinit { close(file) }

  /// Opens a regular file only: a pipe would wait for its writer.
  static func open(_ path: String, _ flags: Int32) throws(EvaluationError) -> Int32 {
    guard !path.utf8.contains(0) else { throw EvaluationError(path, "is no path") }
    let file = Glibc.open(path, flags | O_CLOEXEC | O_NONBLOCK, 0o666)
    guard file >= 0 else { throw EvaluationError(path, "cannot be opened: \(systemReason())") }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(file)
      throw EvaluationError(path, "is not a regular file")
    }
    return file
  }

  /// Calls `body` with each whole line, its number from 1 and its bytes without the end. Gives how many there are and where the
  /// last one ends.
  @discardableResult
  func wholeLines(_ body: (Int, [UInt8]) throws -> Void) throws -> (count: Int, end: Int) {
    try LineReader.wholeLines(of: file, path: path, body)
  }

  static func wholeLines(
    of file: Int32, path: String, _ body: (Int, [UInt8]) throws -> Void
  ) throws -> (count: Int, end: Int) {
    var line: [UInt8] = []
    var count = 0
    var end = 0
    var offset = 0
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let got = pread(file, buffer.baseAddress, buffer.count, off_t(offset))
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw EvaluationError(path, "cannot be read: \(systemReason())") }
      if got == 0 { return (count, end) }
      var rest = UnsafeRawBufferPointer(rebasing: buffer[..<got])
      while let found = rest.firstIndex(of: 0x0a) {
        line.append(contentsOf: rest[..<found])
        count += 1
        end = offset + (got - rest.count) + found + 1
        try body(count, line)
        line.removeAll(keepingCapacity: true)
        rest = UnsafeRawBufferPointer(rebasing: rest[(found + 1)...])
      }
      line.append(contentsOf: rest)
      guard line.count <= longest else {
        throw EvaluationError(path, line: count + 1, "is longer than \(longest) bytes")
      }
      offset += got
    }
  }
}

/// A file that whole lines are added to.
final class AppendedFile {
  private let path: String
  private let file: Int32

  /// Opens a file for reading and adding, made where there is none. Throws `EvaluationError`.
  init(_ path: String) throws(EvaluationError) {
    self.path = path
    file = try LineReader.open(path, O_RDWR | O_CREAT | O_APPEND)
    // Two programs that add the same samples would spoil it. The lock ends with the program.
    if flock(file, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      close(file)
      throw EvaluationError(path, "is being written by another program; wait for it, or keep rows elsewhere")
    }
  }

  deinit { close(file) }

  /// Calls `body` with each whole line and then cuts off what follows the last one. Gives how many lines there are. Where
  /// `body` throws, nothing is cut.
  func wholeLines(_ body: (Int, [UInt8]) throws -> Void) throws -> Int {
    let (count, end) = try LineReader.wholeLines(of: file, path: path, body)
    var status = stat()
    guard fstat(file, &status) == 0 else { throw EvaluationError(path, "cannot be read: \(systemReason())") }
    if Int(status.st_size) > end {
      // A file without a whole line may be something else: only a torn header of this program is cut.
      if count == 0, !(try startsLikeRows(Int(status.st_size))) {
        throw EvaluationError(path, "is no file of rows")
      }
      guard ftruncate(file, off_t(end)) == 0 else {
        throw EvaluationError(path, "cannot be written: \(systemReason())")
      }
    }
    return count
  }

  private func startsLikeRows(_ size: Int) throws -> Bool {
    let expected = Array("{\"format\":\(JSONText.quoted(RowsHeader.format))".utf8.prefix(size))
    var start = [UInt8](repeating: 0, count: expected.count)
    return pread(file, &start, start.count, 0) == start.count && start == expected
  }

  /// Waits until all that was added is on the disk. Throws `EvaluationError`.
  func sync() throws(EvaluationError) {
    guard fdatasync(file) == 0 else { throw EvaluationError(path, "cannot be written: \(systemReason())") }
  }

  /// Waits until the file's name is on the disk, where the system can say so of a folder.
  func syncFolder() {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let directory = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }

  /// Adds a line with one system call where the system takes it at once. Throws `EvaluationError`.
  func append(_ line: String) throws(EvaluationError) {
    let failure = writeAll(Array((line + "\n").utf8), to: file)
    guard failure == 0 else { throw EvaluationError(path, "cannot be written: \(systemReason(failure))") }
  }
}
