import Glibc
import Syntax

/// The user's own editor.
struct ExternalEditor {
  private let command: String

  /// The editor that the settings or the environment name; `vi` where none does.
  init(_ settings: Settings) {
    command =
      settings.editor ?? environmentVariable("VISUAL") ?? environmentVariable("EDITOR") ?? "vi"
  }

  /// Lets the user edit a text. nil where the editor could not be run or says that it failed.
  func edit(_ text: String) -> String? {
    let folder = environmentVariable("TMPDIR") ?? "/tmp"
    var template = Array((folder + "/clipscope-XXXXXX.clip").utf8CString)
    let file = mkstemps(&template, 5)
    guard file >= 0 else { return nil }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    let bytes = Array((text.isEmpty ? text : text + "\n").utf8)
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { write(file, $0.baseAddress.map { $0 + done }, bytes.count - done) }
      if count <= 0 { break }
      done += count
    }
    close(file)
    guard done == bytes.count, run(path) else { return nil }
    guard let source = try? read(path) else { return nil }
    return source
  }

  /// Runs the editor, through the shell: its name may have options.
  private func run(_ path: String) -> Bool {
    // The child gets signals as any program does.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var handled = sigset_t()
    sigemptyset(&handled)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGWINCH] { sigaddset(&handled, number) }
    posix_spawnattr_setsigdefault(&attributes, &handled)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let texts: [String] = ["/bin/sh", "-c", command + " \"$1\"", "sh", path]
    let words: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
    defer { for word in words { free(word) } }
    var child = pid_t()
    guard
      posix_spawn(&child, "/bin/sh", nil, &attributes, words + [nil as UnsafeMutablePointer<CChar>?], environ)
        == 0
    else { return false }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 { if errno != EINTR { return false } }
    return status == 0
  }

  private func read(_ path: String) throws -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= SourceFile.sizeLimit {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
