import Bindings
import Console
import Glibc
import Interpreter
import Syntax

/// A session whose entries come from a pipe or a file: no prompts, nothing is shown but what is printed, and the first
/// error ends it.
public struct PipedSession {
  private let options: Repl.Options

  /// A session with a script that runs first.
  public init(_ options: Repl.Options) { self.options = options }

  /// Runs the script, then standard input as one entry. Gives the exit code.
  public func run() throws -> Int32 {
    var settings = options.settings
    settings.slow = .infinity
    var colors = EntryColors(isOn: false)
    colors.isTerminal = false
    let evaluator = Evaluator(
      paths: options.paths, settings: settings, colors: colors, preview: { _ in nil }, rows: options.rows)
    Interrupts.install()
    var sources: [(text: String, source: Evaluator.Source)] = []
    if let script = options.script {
      var source = Evaluator.Source()
      (source.name, source.file, source.parameters) = (script.file.name, script.file.path, script.parameters)
      sources.append((String(decoding: script.file.utf8, as: UTF8.self), source))
    }
    var source = Evaluator.Source()
    source.name = "standard input"
    sources.append((try StandardInput.text(), source))
    for (text, var source) in sources {
      source.isShown = false
      switch evaluator.run(text, source) {
      case .done: break
      case .failed(let code): return code
      case .interrupted: return 130
      }
    }
    return Output.problem == nil ? 0 : 5
  }
}
