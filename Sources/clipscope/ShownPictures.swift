import Bindings
import Console
import Glibc
import Interpreter
import Syntax
import TerminalPictures

/// The pictures that `show` and sessions draw when standard output is a terminal. The terminal is asked
/// at the first picture, so that what has none is not held up.
final class ShownPictures {
  private var found: TerminalCapabilities?
  /// Whether `show` has drawn since the last preview: the value it gives back is not drawn again.
  private var hasShown = false
  /// Takes what was typed while the terminal was asked; a session reads it next.
  var typedAhead: ([UInt8]) -> Void = ShownPictures.giveBack

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
    var terminal = found ?? detect()
    found = terminal
    // The window may have changed since.
    let window = TerminalDetection.Window(of: STDOUT_FILENO)
    if window.columns > 0, window.rows > 0 {
      (terminal.columns, terminal.rows) = (window.columns, window.rows)
    }
    return terminal
  }

  private func detect() -> TerminalCapabilities {
    let environment = TerminalEnvironment.current
    if let word = environment.unknownChoice {
      let known = TerminalGraphics.allCases.map(\.rawValue)
      let near = Suggestion.nearest(to: word, among: known).map { "; did you mean `\($0)`?" }
      complain(
        "warning: \(TerminalEnvironment.variable) is `\(word)`, which is no way to show pictures"
          + (near ?? "; it may be " + known.joined(separator: ", ")))
    }
    let outcome = TerminalDetection.detect(environment: environment)
    // The interruption is for this program.
    if outcome.keys.contains(3) { kill(getpid(), SIGINT) }
    let keys = outcome.keys.filter { $0 != 3 }
    if !keys.isEmpty { typedAhead(keys) }
    return outcome.terminal
  }

  /// Gives keys back to the terminal for whoever reads next, the shell. Systems that forbid this lose them.
  private static func giveBack(_ keys: [UInt8]) {
    for key in keys {
      var key = CChar(bitPattern: key)
      _ = ioctl(STDIN_FILENO, UInt(TIOCSTI), &key)
    }
  }
}
