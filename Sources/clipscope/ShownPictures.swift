import Bindings
import Glibc
import Interpreter
import TerminalPictures

/// The pictures that `show` and sessions draw when standard output is a terminal. The terminal is asked
/// at the first picture, so that what has none is not held up.
final class ShownPictures {
  private var found: TerminalCapabilities?
  /// Whether `show` has drawn since the last preview: the value it gives back is not drawn again.
  private var hasShown = false

  /// nil where results go to a file or a pipe.
  init?() {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
  }

  /// What `show` draws.
  func picture(of value: Value, _ request: PictureRequest) throws -> String? {
    var terminal = terminal()
    if let other = request.protocolName.flatMap(TerminalGraphics.init(rawValue:)) {
      terminal = terminal.using(other)
    }
    let text = try Preview.text(of: value, in: terminal, width: request.width, isAsked: true)
    hasShown = text != nil
    return text
  }

  /// What a session draws of a value by itself.
  func preview(of value: Value) -> String? {
    defer { hasShown = false }
    // Asking the terminal takes time and reads what was typed meanwhile: not for a number.
    guard !hasShown, Preview.isPicture(value) else { return nil }
    return Bindings.preview(of: value, in: terminal())
  }

  private func terminal() -> TerminalCapabilities {
    var terminal = found ?? Self.detect()
    found = terminal
    // The window may have changed since.
    let window = TerminalDetection.Window(of: STDOUT_FILENO)
    if window.columns > 0, window.rows > 0 {
      (terminal.columns, terminal.rows) = (window.columns, window.rows)
    }
    return terminal
  }

  private static func detect() -> TerminalCapabilities {
    let outcome = TerminalDetection.detect()
    for key in outcome.keys {
      // What was typed meanwhile belongs to the shell, which reads next; the interruption to this program.
      if key == 3 {
        kill(getpid(), SIGINT)
      } else {
        var key = CChar(bitPattern: key)
        // Systems that forbid this lose the keys.
        _ = ioctl(STDIN_FILENO, UInt(TIOCSTI), &key)
      }
    }
    return outcome.terminal
  }
}
