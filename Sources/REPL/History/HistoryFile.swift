import Glibc
import Interpreter

/// The entries of all sessions of a user, in a file that only grows by whole lines.
///
/// One entry is one line, its newlines written as `\n` and its backslashes doubled, added by a single write to a file
/// opened for appending: sessions that run at the same time do not disturb one another. Trimming replaces the file;
/// a lock beside it keeps others from writing meanwhile.
public struct HistoryFile: Sendable {
  /// The file.
  public let path: String
  /// Entries kept when the file is trimmed.
  let limit: Int
  /// The largest file read, and the largest entry kept, in bytes.
  private static let fileLimit = 16 << 20
  private static let entryLimit = 256 << 10

  /// A history at a path that keeps so many entries.
  public init(path: String, limit: Int) {
    self.path = path
    self.limit = max(limit, 1)
  }

  /// Where the history of a user lies: `$CLIPSCOPE_HISTORY`, else `clipscope/history` below `$XDG_STATE_HOME` or
  /// `~/.local/state`. nil where the user wants none (an empty `CLIPSCOPE_HISTORY`, or `off`) or has no home.
  public static func defaultPath(_ environment: (String) -> String?) -> String? {
    if let given = environment("CLIPSCOPE_HISTORY") {
      return given.isEmpty || given == "off"
        ? nil : ScriptPaths.absolute(given, in: ScriptPaths.currentFolder)
    }
    if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") { return state + "/clipscope/history" }
    guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
    return home + "/.local/state/clipscope/history"
  }

  /// All entries, oldest first; of equal ones only the last. Empty where there is no file or it cannot be read.
  public func load() -> [String] {
    guard let bytes = read() else { return [] }
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    let entries = HistoryFile.unique(lines.map(HistoryFile.unescaped))
    // Half as much again may gather before it is worth the work.
    if lines.count > limit + limit / 2 || bytes.count > HistoryFile.fileLimit / 2 { trim() }
    return Array(entries.suffix(limit))
  }

  /// Adds an entry. What cannot be written is not kept: a session goes on without.
  public func append(_ entry: String) {
    let line = HistoryFile.escaped(entry) + "\n"
    guard line.utf8.count <= HistoryFile.entryLimit else { return }
    makeFolder()
    withLock(LOCK_SH) {
      let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
      guard file >= 0 else { return }
      defer { close(file) }
      let bytes = Array(line.utf8)
      _ = write(file, bytes, bytes.count)
    }
  }

  /// Rewrites the file with the last entries, each once.
  private func trim() {
    withLock(LOCK_EX) {
      guard let bytes = read() else { return }
      let lines = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
      var kept = HistoryFile.unique(lines).suffix(limit)
      var size = kept.reduce(0) { $0 + $1.utf8.count + 1 }
      while size > HistoryFile.fileLimit / 4, let first = kept.first {
        size -= first.utf8.count + 1
        kept = kept.dropFirst()
      }
      let temporary = path + ".new"
      let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      guard file >= 0 else { return }
      let text = Array(kept.map { $0 + "\n" }.joined().utf8)
      let written = write(file, text, text.count)
      close(file)
      if written == text.count { rename(temporary, path) } else { unlink(temporary) }
    }
  }

  /// Entries of which each stands once, where it was entered last.
  static func unique(_ entries: [String]) -> [String] {
    var seen: Set<String> = []
    return entries.reversed().filter { seen.insert($0).inserted }.reversed()
  }

  // MARK: The file

  private func read() -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    // Of a file larger than anything a session writes only the end is read.
    let size = Int(status.st_size)
    if size > HistoryFile.fileLimit { lseek(file, size - HistoryFile.fileLimit, SEEK_SET) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < HistoryFile.fileLimit {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    return bytes
  }

  /// Creates the folder, for its owner alone.
  private func makeFolder() {
    let folder = ScriptPaths.folder(of: path)
    var known = stat()
    if stat(folder, &known) == 0 { return }
    var made = ""
    for part in folder.split(separator: "/") {
      made += "/" + part
      mkdir(made, 0o700)
    }
  }

  private func withLock(_ kind: Int32, _ body: () -> Void) {
    let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { return }
    defer { close(lock) }
    while flock(lock, kind) != 0 { if errno != EINTR { return } }
    body()
  }

  // MARK: Lines

  static func escaped(_ entry: String) -> String {
    var line = ""
    for scalar in entry.unicodeScalars {
      switch scalar {
      case "\\": line += "\\\\"
      case "\n": line += "\\n"
      case "\r": line += "\\r"
      default: line.unicodeScalars.append(scalar)
      }
    }
    return line
  }

  static func unescaped(_ line: String) -> String {
    var entry = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if isEscaped {
        entry.append(scalar == "n" ? "\n" : scalar == "r" ? "\r" : scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        entry.append(scalar)
      }
    }
    return String(entry)
  }
}
