import Bindings
import Console
import Glibc
import Interpreter
import Syntax
import Tensors

/// Runs entries and shows what they give; keeps what happened.
final class Evaluator {
  /// What became of an entry.
  enum Outcome: Equatable {
    case done
    /// With the exit code that a script would end with.
    case failed(Int32)
    case interrupted
  }

  let session: Session
  let paths: ScriptPaths
  let settings: Settings
  let colors: EntryColors
  /// A picture of a value for the terminal.
  let preview: (Value) -> String?
  private(set) var ledger = Ledger()
  /// What happened so far, for `%report`.
  let record = RunRecord()
  /// The number of the entry that comes next.
  private(set) var number = 1

  init(
    paths: ScriptPaths, settings: Settings, colors: EntryColors, preview: @escaping (Value) -> String?,
    picture: ((Value, PictureRequest) throws -> String?)? = nil, rows: (any RowStore)? = nil
  ) {
    self.paths = paths
    self.settings = settings
    self.colors = colors
    self.preview = preview
    var host = Host(
      output: {
        ProgressLine.hide()
        Output.write($0 + "\n", to: STDOUT_FILENO)
      },
      warning: {
        ProgressLine.hide()
        complain($0.rendered())
      },
      isInterrupted: { Tensors.Interruption.isRequested },
      progress: { Progress.report(Progress.loop, $0, $1) }, picture: picture)
    host.observer = record.observe
    host.rows = rows
    host.rowProgress = { Progress.report(Progress.sweep, $0, $1) }
    session = Session(
      registry: Engine.registry, loader: Engine.loader, operators: Engine.operators, paths: paths, host: host)
  }

  /// What an entry is, besides its text.
  struct Source {
    /// What messages call it; nil for what was typed.
    var name: String?
    /// The file it is, where it is one.
    var file: String?
    /// Values for its parameters.
    var parameters: [String: Value] = [:]
    /// Whether its value is shown, where it does not end in `;`.
    var isShown = true
    /// The folder that its paths start from, where that is not the session's.
    var folder: String?
    /// Whether it computes again what an entry computed before.
    var isRerun = false
    /// Whether the time is shown however short it was.
    var isTimed = false
  }

  /// Runs an entry, shows its value, or what is wrong.
  @discardableResult
  func run(_ text: String, _ source: Source = Source()) -> Outcome {
    var options = Session.EntryOptions()
    let own = number
    number += 1
    options.name = source.name ?? "entry \(own)"
    options.path = source.file
    options.parameters = source.parameters
    options.result = "_\(own)"
    let folder = source.folder ?? source.file.map { ScriptPaths.folder(of: $0) } ?? paths.scriptFolder
    if folder != paths.scriptFolder {
      options.paths = ScriptPaths(
        scriptFolder: folder, outputFolder: paths.outputFolder, allowedFolders: paths.allowedFolders)
    }
    Tensors.Interruption.clear()
    InterruptionNote.set(nil)
    let began = Clock.seconds
    let finish = isatty(STDERR_FILENO) == 1 && colors.isTerminal ? ProgressLine.watch() : {}
    let result = Result { try session.enter(text, options) }
    finish()
    let seconds = Clock.seconds - began
    let wasInterrupted = Tensors.Interruption.isRequested
    Tensors.Interruption.clear()
    switch result {
    case .success(let entry):
      for diagnostic in entry.diagnostics { show(diagnostic) }
      guard let program = entry.program, program.isValid else { return .failed(3) }
      let isShown = source.isShown && !Evaluator.isSilenced(text)
      let stale = ledger.add(
        program, number: own, folder: folder, value: entry.value, showsResult: isShown,
        parameters: source.parameters)
      if isShown { show(entry.value) }
      if !stale.isEmpty, !source.isRerun { tellStale(stale) }
      if source.isTimed || seconds > settings.slow { note("took \(Clock.text(seconds))") }
      return .done
    case .failure(let failure as RuntimeFailure):
      show(failure.diagnostic)
      record.stop(failure.diagnostic.rendered())
      return .failed(failure.exitCode)
    case .failure(let error):
      if wasInterrupted || error is Interpreter.Interruption || error is Interrupted {
        record.stop("interrupted")
        let kept = InterruptionNote.text.map { "; \($0)" } ?? ""
        complain(
          "interrupted after \(Clock.text(seconds))\(kept); what was bound before stays. Ctrl-C again leaves")
        return .interrupted
      }
      complain("error: \(error)")
      record.stop("error: \(error)")
      return .failed(5)
    }
  }

  /// Whether an entry ends in `;`, comments apart.
  static func isSilenced(_ text: String) -> Bool {
    let file = SourceFile(name: "", text: text)
    let last = Highlighting.pieces(of: file).last { $0.kind != .comment }
    return last.map { file.text($0.span) == ";" } ?? false
  }

  /// Whether an entry lacks an end: Enter then continues it.
  static func isIncomplete(_ text: String) -> Bool {
    Parser.parse(SourceFile(name: "entry", text: text), interactive: true).isIncomplete
  }

  /// Forgets every name and entry; numbers go on.
  func reset() {
    session.reset()
    ledger = Ledger()
    record.clear()
  }

  // MARK: Showing

  private func show(_ diagnostic: Diagnostic) {
    let text = diagnostic.rendered()
    guard colors.isOn, let colon = text.firstIndex(of: ":") else {
      complain(text)
      return
    }
    let code = diagnostic.severity == .error ? "\u{1B}[1;31m" : "\u{1B}[1;33m"
    Output.write(code, to: STDERR_FILENO)
    Output.write(
      String(text[..<colon]) + "\u{1B}[0m" + DisplayWidth.escaped(String(text[colon...])) + "\n",
      to: STDERR_FILENO)
  }

  private func show(_ value: Value) {
    guard let text = ValueText.shown(value) else { return }
    Output.write(text + "\n", to: STDOUT_FILENO)
    if settings.preview, let picture = preview(value) {
      Output.write(picture.hasSuffix("\n") ? picture : picture + "\n", to: STDOUT_FILENO)
    }
  }

  private func tellStale(_ names: [String]) {
    let list = names.map { "`\($0)`" }.joined(separator: ", ")
    note(
      "\(list) \(names.count == 1 ? "still has its value" : "still have their values") from before; `%rerun` computes "
        + (names.count == 1 ? "it" : "them") + " again")
  }

  /// A line that is no result.
  func note(_ text: String) {
    let shown = DisplayWidth.escaped(text)
    Output.write(colors.isOn ? "\u{1B}[2m\(shown)\u{1B}[0m\n" : shown + "\n", to: STDERR_FILENO)
  }
}
