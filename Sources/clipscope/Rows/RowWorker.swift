import Dispatch
import Glibc
import Imaging
import Interpreter

/// What a process does that was started by `RowWorkers`.
final class RowWorker: RowDuty {
  let sweep: Int
  /// Where files go that are not part of a row.
  private let folder: String
  private var count = 0

  /// Reads what `--row-worker` says: `3:/tmp/folder`.
  init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let sweep = Int(parts[0]), sweep > 0, WorkersFolder.isOne(String(parts[1])) else {
      return nil
    }
    self.sweep = sweep
    self.folder = String(parts[1])
  }

  /// Ends this process when nobody waits for it any more.
  func watch() {
    let folder = folder
    DispatchQueue(label: "clipscope.row-worker").async {
      while true {
        var poll = pollfd(fd: RowWorkers.reportDescriptor, events: 0, revents: 0)
        let count = Glibc.poll(&poll, 1, -1)
        if count < 0, errno == EINTR { continue }
        AtomicFile.abandon()
        // Nobody else does it any more.
        WorkersFolder.remove(folder, filesOf: getpid())
        _exit(1)
      }
    }
  }

  func next() -> Int? {
    var bytes: [UInt8] = []
    while bytes.count < 4 {
      var byte: [UInt8] = [0, 0, 0, 0]
      let count = read(RowWorkers.queueDescriptor, &byte, 4 - bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      bytes += byte[..<count]
    }
    return Int(PipeNumbers.number(bytes))
  }

  func finished(_ row: Int, hasFailed: Bool) {
    let number = UInt32(truncatingIfNeeded: row) & ~RowWorkers.failed
    _ = PipeNumbers.write(hasFailed ? number | RowWorkers.failed : number, to: RowWorkers.reportDescriptor)
  }

  /// A file of this process's own, with what stands at `path`: an evaluation goes on in its rows.
  func aside(_ path: String) throws -> String {
    count += 1
    let other = "\(folder)/\(WorkersFolder.prefix(getpid()))\(count)"
    let source = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard source >= 0 else { return other }
    defer { close(source) }
    var status = stat()
    guard fstat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= 1 << 30 else {
      return other
    }
    let target = open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard target >= 0 else { throw ScriptError("a process of `--jobs` cannot write to \(folder)") }
    defer { close(target) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(source, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0, write(target, buffer, count) == count else { break }
    }
    return other
  }
}
