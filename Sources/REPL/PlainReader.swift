import Console
import Glibc
import Syntax
import Tensors

/// Reads entries line by line, without any escapes: for a terminal that knows none.
final class PlainReader: EntryReader {
  var history: History
  private var pending: [UInt8] = []
  private var isAtEnd = false

  init(history: History) { self.history = history }

  func read(prompt: String, text: String) -> LineEditor.Outcome {
    var entry = ""
    var shown = prompt
    while true {
      Output.write(shown, to: STDOUT_FILENO)
      guard let line = line() else {
        if Tensors.Interruption.isRequested {
          Tensors.Interruption.clear()
          Output.write("\n", to: STDOUT_FILENO)
          return .cancelled
        }
        Output.write("\n", to: STDOUT_FILENO)
        return entry.isEmpty ? .end : .entry(entry)
      }
      entry += entry.isEmpty ? line : "\n" + line
      if !Repl.continues(entry) { return .entry(entry) }
      shown = String(repeating: " ", count: max(0, prompt.count - 4)) + "... "
    }
  }

  /// The next line; nil at the end of input or when a signal came.
  private func line() -> String? {
    while true {
      if let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: pending[..<newline], as: UTF8.self)
        pending.removeSubrange(...newline)
        return line.hasSuffix("\r") ? String(line.dropLast()) : line
      }
      if isAtEnd {
        guard !pending.isEmpty else { return nil }
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
      }
      var chunk = [UInt8](repeating: 0, count: 4096)
      let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
      if count < 0, errno == EINTR {
        if Tensors.Interruption.isRequested {
          pending = []
          return nil
        }
        continue
      }
      if count <= 0 { isAtEnd = true } else { pending += chunk[..<count] }
    }
  }
}
