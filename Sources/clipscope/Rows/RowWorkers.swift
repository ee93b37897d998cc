import Console
import Glibc
import Interpreter
import Tensors

/// Processes of this program that compute rows of a sweep and keep them in the cache (`--jobs`).
///
/// Each runs the same script up to the sweep, quietly and without saving anything, takes rows from one pipe and tells
/// through another which ones are done. Rows are handed out one by one, so that none waits long for another. A process
/// that dies costs its row, which this process then computes itself. When this process dies the others notice: nobody
/// reads their pipe any more.
final class RowWorkers: RowCrew {
  /// The descriptors that a worker finds its pipes under.
  static let queueDescriptor: Int32 = 3
  static let reportDescriptor: Int32 = 4
  /// The bit of a report that says that the row has failed.
  static let failed: UInt32 = 1 << 31

  /// The most processes that may be asked for.
  static let limit = 256

  private let jobs: Int
  /// The arguments that run the script.
  private let arguments: [String]

  init(jobs: Int, arguments: [String]) {
    self.jobs = jobs
    self.arguments = arguments
  }

  func compute(sweep: Int, rows: [Int], progress: (Int) -> Void) {
    guard let folder = try? TemporaryFolder(named: WorkersFolder.name) else { return }
    // Until the last worker has ended, not until the folder's name was last read.
    withExtendedLifetime(folder) { compute(sweep, rows, folder, progress) }
  }

  private func compute(_ sweep: Int, _ rows: [Int], _ folder: TemporaryFolder, _ progress: (Int) -> Void) {
    guard let queue = Pipe(), let report = Pipe() else { return }
    let count = min(jobs, rows.count)
    let command =
      arguments + [
        "--threads", String(max(1, Workers.count / count)), "--row-worker", "\(sweep):\(folder.path)",
      ]
    var workers: [pid_t] = []
    for _ in 0..<count {
      if let worker = Self.spawn(command, queue: queue.reading, report: report.writing) {
        workers.append(worker)
      }
    }
    // Only the workers hold these ends, so that each side notices when the other is gone.
    queue.closeReading()
    report.closeWriting()
    handOut(rows, queue, report, ahead: 2 * count, progress)
    queue.closeWriting()
    let isInterrupted = Interruption.isRequested
    // What is left to do is short, and nobody else would do it.
    if isInterrupted { Interrupts.settle() }
    for worker in workers {
      if isInterrupted { kill(worker, SIGTERM) }
      var status: Int32 = 0
      while waitpid(worker, &status, 0) < 0, errno == EINTR {
        if Interruption.isRequested { kill(worker, SIGTERM) }
      }
    }
  }

  /// Hands rows out, a few more than there are workers, until all are done, one has failed, or nobody works any more.
  private func handOut(_ rows: [Int], _ queue: Pipe, _ report: Pipe, ahead: Int, _ progress: (Int) -> Void) {
    var rest = rows[...]
    var open = 0
    var done = 0
    // Writing to workers that are all dead must not end this process.
    let handler = signal(SIGPIPE, SIG_IGN)
    defer { signal(SIGPIPE, handler) }
    while true {
      while open < ahead, let row = rest.popFirst() {
        guard queue.write(UInt32(truncatingIfNeeded: row)) else { return }
        open += 1
      }
      // What is handed out is still computed; then the workers end.
      if rest.isEmpty { queue.closeWriting() }
      if Interruption.isRequested { return }
      var poll = pollfd(fd: report.reading, events: Int16(POLLIN), revents: 0)
      guard Glibc.poll(&poll, 1, 100) > 0 else { continue }
      guard let reports = report.read() else { return }
      for report in reports {
        open -= 1
        if report & Self.failed != 0 {
          // This process meets the same failure in its turn: rows behind it are of no use.
          rest = []
        } else {
          done += 1
          progress(done)
        }
      }
    }
  }

  /// Starts this program again, with the ends of the pipes and nothing else.
  private static func spawn(_ arguments: [String], queue: Int32, report: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, mode) in [
      (STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_WRONLY), (STDERR_FILENO, O_WRONLY),
    ] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", mode, 0)
    }
    // By a detour: one pipe may have the number that the other is to get.
    let high = max(queue, report) + 1
    let higher = high + 1
    posix_spawn_file_actions_adddup2(&actions, queue, high)
    posix_spawn_file_actions_adddup2(&actions, report, higher)
    posix_spawn_file_actions_adddup2(&actions, high, queueDescriptor)
    posix_spawn_file_actions_adddup2(&actions, higher, reportDescriptor)
    posix_spawn_file_actions_addclose(&actions, high)
    posix_spawn_file_actions_addclose(&actions, higher)
    var words = (["clipscope"] + arguments).map { strdup($0) }
    var variables = environment.map { strdup($0) }
    defer { for word in words + variables { free(word) } }
    words.append(nil)
    variables.append(nil)
    var child: pid_t = 0
    guard posix_spawn(&child, "/proc/self/exe", &actions, nil, words, variables) == 0 else { return nil }
    return child
  }

  /// The variables that this process was started with.
  private static var environment: [String] {
    let file = open("/proc/self/environ", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < 1 << 24 {
      let count = read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      bytes += buffer[..<count]
    }
    return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// A pipe of 32-bit numbers. Its ends close themselves; what this process starts does not inherit them.
private final class Pipe {
  private(set) var reading: Int32
  private(set) var writing: Int32
  /// Bytes of a number whose other bytes are still to come.
  private var left: [UInt8] = []

  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    (reading, writing) = (ends[0], ends[1])
    for end in ends where fcntl(end, F_SETFD, FD_CLOEXEC) != 0 { return nil }
  }

  deinit {
    closeReading()
    closeWriting()
  }

  func closeReading() {
    if reading >= 0 { close(reading) }
    reading = -1
  }

  func closeWriting() {
    if writing >= 0 { close(writing) }
    writing = -1
  }

  /// Writes a number; false where nobody reads.
  func write(_ number: UInt32) -> Bool { writing >= 0 && PipeNumbers.write(number, to: writing) }

  /// The numbers that have come; nil at the end.
  func read() -> [UInt32]? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(reading, &buffer, buffer.count)
    if count < 0, errno == EINTR { return [] }
    guard count > 0 else { return nil }
    left += buffer[..<count]
    var numbers: [UInt32] = []
    while left.count >= 4 {
      numbers.append(PipeNumbers.number(left.prefix(4)))
      left.removeFirst(4)
    }
    return numbers
  }
}

/// Numbers as they go through pipes: four bytes, which are written at once.
enum PipeNumbers {
  static func number(_ bytes: some Sequence<UInt8>) -> UInt32 {
    bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }

  static func write(_ number: UInt32, to descriptor: Int32) -> Bool {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32($0))) }
    while true {
      let count = Glibc.write(descriptor, bytes, 4)
      if count < 0, errno == EINTR { continue }
      return count == 4
    }
  }
}

/// The folder for what workers write besides their rows: a `TemporaryFolder` of the process that started them.
enum WorkersFolder {
  static let name = "clipscope-jobs"

  /// Whether a path has the form of such a folder's.
  static func isOne(_ path: String) -> Bool {
    path.hasPrefix("/") && path.utf8.count < 4000
      && (path.split(separator: "/").last.map { $0.hasPrefix(name + "-") } ?? false)
  }

  /// How the names of a process's files begin.
  static func prefix(_ process: pid_t) -> String { "\(process)-" }

  /// Removes the files of one process, and the folder once it is empty.
  static func remove(_ path: String, filesOf process: pid_t) {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name.hasPrefix(prefix(process)) { unlink(path + "/" + name) }
      }
      closedir(directory)
    }
    rmdir(path)
  }
}
