import CPseudoTerminal
import Foundation
import Glibc
import Testing

/// The real program in a terminal of its own, as a person uses it.
final class TerminalSession {
  let folder: URL
  private let master: Int32
  private let process: pid_t
  private(set) var screen: Screen
  private var exitStatus: Int32?
  /// Everything it wrote.
  private(set) var written: [UInt8] = []

  /// Seconds that anything may take: tests share their machine.
  private static let patience = 30.0

  /// The binary: what `CLIPSCOPE` names (`scripts/test` sets it), else the one built beside the tests.
  static let binary: String? = {
    if let given = ProcessInfo.processInfo.environment["CLIPSCOPE"] { return given }
    let bundle = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
    let beside = bundle.deletingLastPathComponent().appendingPathComponent("clipscope").path
    return FileManager.default.isExecutableFile(atPath: beside) ? beside : nil
  }()

  /// Starts a session in a new folder, with no settings and no history but what the folder's `state` and `config` hold.
  init(
    _ arguments: [String] = [], columns: Int = 80, height: Int = 24, in given: URL? = nil,
    environment: [String: String] = [:]
  ) throws {
    let binary = try #require(Self.binary, "no clipscope binary: build it, or name it in CLIPSCOPE")
    folder = try given ?? Self.newFolder()
    screen = Screen(columns: columns, height: height)
    var variables = [
      "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": folder.path, "PATH": "/usr/bin:/bin",
      "NO_COLOR": "1", "CLIPSCOPE_CACHE": "off",
      "XDG_STATE_HOME": folder.path + "/state", "XDG_CONFIG_HOME": folder.path + "/config",
    ]
    variables.merge(environment) { $1 }
    var words: [UnsafeMutablePointer<CChar>?] = ([binary] + arguments).map { strdup($0) }
    var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") }
    defer { for text in words + settings { free(text) } }
    words.append(nil)
    settings.append(nil)
    var child = pid_t()
    master = pseudo_terminal_start(
      binary, words, settings, folder.path, Int32(columns), Int32(height), &child)
    try #require(master >= 0)
    process = child
  }

  deinit {
    if exitStatus == nil {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    close(master)
  }

  static func newFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("clipscope-repl-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  // MARK: Typing

  /// Types keys; what the terminal cannot take at once is typed as it takes it.
  func type(_ text: String) {
    var bytes = Array(text.utf8)[...]
    let deadline = Date().addingTimeInterval(Self.patience)
    while !bytes.isEmpty, Date() < deadline {
      var state = pollfd(fd: master, events: Int16(POLLOUT), revents: 0)
      if poll(&state, 1, 10) == 1 {
        let part = Array(bytes.prefix(512))
        let count = Glibc.write(master, part, part.count)
        if count > 0 { bytes = bytes.dropFirst(count) }
      }
      drain(0)
    }
  }

  /// Types an entry and Enter.
  func enter(_ text: String) { type(text + "\r") }

  func resize(columns: Int, height: Int) {
    drain(50)
    screen.resize(columns: columns, height: height)
    pseudo_terminal_resize(master, Int32(columns), Int32(height))
  }

  // MARK: Seeing

  /// Takes what the program wrote within some milliseconds; whether there was anything.
  @discardableResult
  private func drain(_ milliseconds: Int32) -> Bool {
    var state = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&state, 1, milliseconds) == 1 else { return false }
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    let count = read(master, &chunk, chunk.count)
    guard count > 0 else { return false }
    written += chunk[..<count]
    screen.feed(chunk[..<count])
    return true
  }

  /// Waits until the screen is as asked for; reports the screen where it never is.
  func wait(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation, until condition: (Screen) -> Bool
  ) {
    let deadline = Date().addingTimeInterval(Self.patience)
    while !condition(screen) {
      if Date() > deadline {
        Issue.record(
          "never came: \(what); the screen:\n\(screen.all.joined(separator: "\n"))",
          sourceLocation: sourceLocation)
        return
      }
      drain(20)
    }
  }

  /// Waits for a row of the screen (or one that scrolled away) that is this text.
  func wait(forRow text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    wait("row `\(text)`", sourceLocation: sourceLocation) { $0.all.contains(text) }
  }

  /// Waits for a text within any row.
  func wait(for text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    wait("`\(text)`", sourceLocation: sourceLocation) { $0.all.contains { $0.contains(text) } }
  }

  /// Waits for an empty prompt of the given number.
  func prompt(_ number: Int, sourceLocation: SourceLocation = #_sourceLocation) {
    wait("prompt \(number)", sourceLocation: sourceLocation) { screen in
      screen.rows.last == "clip \(number)>" && screen.column == "clip \(number)> ".count
    }
  }

  /// The last rows of the screen.
  func last(_ count: Int) -> [String] { Array(screen.rows.suffix(count)) }

  /// Waits for the end and gives the exit code.
  func exitCode() -> Int32? {
    let deadline = Date().addingTimeInterval(Self.patience)
    while Date() < deadline {
      var status: Int32 = 0
      if waitpid(process, &status, WNOHANG) == process {
        while drain(20) {}
        exitStatus = status
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
      }
      drain(20)
    }
    return nil
  }
}

/// Keys as terminals send them.
enum Keys {
  static let up = "\u{1B}[A"
  static let down = "\u{1B}[B"
  static let right = "\u{1B}[C"
  static let left = "\u{1B}[D"
  static let home = "\u{1B}[H"
  static let end = "\u{1B}[F"
  static let altEnter = "\u{1B}\r"
  static let tab = "\t"
  static func control(_ letter: Character) -> String {
    String(Character(Unicode.Scalar((letter.asciiValue ?? 0) & 0x1F)))
  }
  /// Text pasted as a whole, its lines ended as terminals do.
  static func paste(_ text: String) -> String {
    "\u{1B}[200~" + text.replacingOccurrences(of: "\n", with: "\r") + "\u{1B}[201~"
  }
}
