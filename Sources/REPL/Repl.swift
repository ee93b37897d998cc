import Bindings
import CEdit
import Console
import Glibc
import Interpreter
import Syntax
import Tensors

/// An interactive session: reads entries, runs them, shows what they give.
public final class Repl {
  /// What a session begins with.
  public struct Options {
    /// Where paths start and where `save` may write.
    public var paths: ScriptPaths
    /// How it looks.
    public var settings = Settings()
    /// Lines about the settings that were not understood.
    public var problems: [String] = []
    /// Earlier entries; nil keeps none.
    public var history: HistoryFile?
    /// A script that runs first, with values for its parameters (`-i`).
    public var script: (file: SourceFile, parameters: [String: Value])?
    /// What Tab offers for a text and the place of the cursor in characters, with the names of the session and the
    /// modules that some of them are; names and fields where it is nil.
    public var complete:
      ((String, Int, [(name: String, value: Value)], _ modules: [String: String]) -> Completion?)?
    /// A picture of a value for the terminal, shown below it.
    public var preview: (Value) -> String? = { _ in nil }
    /// The picture that `show` draws; nil where the terminal draws none.
    public var picture: ((Value, PictureRequest) throws -> String?)?
    /// Keeps rows of sweeps between runs; nil keeps none.
    public var rows: (any RowStore)?
    /// Said once at the beginning.
    public var greeting = ""

    /// A session whose paths start somewhere.
    public init(paths: ScriptPaths) { self.paths = paths }
  }

  let options: Options
  let evaluator: Evaluator
  var reader: any EntryReader
  let isDumb: Bool
  /// The text that the next entry begins with.
  var draft = ""
  /// How the session ends, where it does.
  var exitCode: Int32?

  /// A session on the terminal. nil where standard input or output is none.
  public init?(_ options: Options) {
    guard isatty(STDIN_FILENO) == 1 else { return nil }
    self.options = options
    let settings = options.settings
    isDumb = ["dumb", ""].contains(environmentVariable("TERM") ?? "") || isatty(STDOUT_FILENO) != 1
    var colors = EntryColors(isOn: !isDumb && settings.hasColors(environmentVariable))
    colors.isTerminal = !isDumb
    evaluator = Evaluator(
      paths: options.paths, settings: settings, colors: colors, preview: options.preview,
      picture: options.picture, rows: options.rows)
    let history = History(file: settings.historySize > 0 ? options.history : nil)
    SessionSignals.install()
    if !isDumb, clip_edit_open() {
      let editor = LineEditor(history: history, colors: colors)
      editor.isIncomplete = Repl.continues
      editor.editElsewhere = { [settings] in ExternalEditor(settings).edit($0) }
      reader = editor
    } else {
      reader = PlainReader(history: history)
    }
    if let editor = reader as? LineEditor {
      editor.complete = { [weak self] text, cursor in
        guard let self else { return nil }
        let names = self.evaluator.session.names
        // Commands are no code.
        guard let complete = options.complete, !text.hasPrefix("%") else {
          return NameCompletion.complete(text, cursor, names)
        }
        return complete(text, cursor, names, self.evaluator.session.moduleNames)
      }
    }
  }

  /// Gives the prompt what was typed while a picture asked the terminal what it can.
  public static func typeAhead(_ keys: [UInt8]) {
    let characters = String(decoding: keys, as: UTF8.self).unicodeScalars.map { Int32($0.value) }
    clip_edit_type_ahead(characters, Int32(clamping: characters.count))
  }

  /// Whether Enter continues an entry: brackets are open or its last line is not ended. Commands are one line.
  static func continues(_ text: String) -> Bool {
    let text = ReplText.trimmed(text)
    if text.hasPrefix("%") {
      return text.hasPrefix("%time") && Evaluator.isIncomplete(String(text.dropFirst(5)))
    }
    return HelpRequest(text) == nil && Evaluator.isIncomplete(text)
  }

  /// Runs the session to its end and gives the exit code.
  public func run() -> Int32 {
    if !isDumb { ProgressLine.install() }
    defer { clip_edit_close() }
    for problem in options.problems { complain("warning: \(problem)") }
    if !options.greeting.isEmpty { Output.write(options.greeting + "\n", to: STDOUT_FILENO) }
    if let script = options.script {
      var source = Evaluator.Source()
      source.name = script.file.name
      source.file = script.file.path
      source.parameters = script.parameters
      source.isShown = false
      evaluator.run(String(decoding: script.file.utf8, as: UTF8.self), source)
    }
    var wasInterrupted = false
    while exitCode == nil {
      let prompt = options.settings.prompt.replacing("{n}", with: String(evaluator.number))
      let text = draft
      draft = ""
      switch reader.read(prompt: prompt, text: text) {
      case .end: exitCode = 0
      case .cancelled:
        // The second Ctrl-C of two quick ones came after the computation had stopped.
        if wasInterrupted, SessionSignals.wasInterruptedJustNow {
          complain("interrupted")
          exitCode = 130
        }
        wasInterrupted = false
      case .entry(let entry): wasInterrupted = enter(entry) == .interrupted
      }
    }
    return exitCode ?? 0
  }

  /// Runs an entry: code, a command, or a question.
  @discardableResult
  func enter(_ text: String) -> Evaluator.Outcome {
    let trimmed = ReplText.trimmed(text)
    guard !trimmed.isEmpty else { return .done }
    reader.history.add(trimmed)
    do {
      if trimmed.hasPrefix("%") { return try obey(trimmed) }
      if let request = HelpRequest(trimmed) {
        let answer = try request.answer(names: evaluator.session.names, width: Terminal.width)
        Output.write(DisplayWidth.escaped(answer) + "\n", to: STDOUT_FILENO)
        return .done
      }
    } catch let error as ReplError {
      complain("error: \(error.message)")
      return .failed(2)
    } catch {
      complain("error: \(error)")
      return .failed(5)
    }
    return evaluator.run(trimmed)
  }
}

/// Where entries come from.
protocol EntryReader {
  /// The earlier entries.
  var history: History { get set }
  /// Reads one, beginning with some text.
  func read(prompt: String, text: String) -> LineEditor.Outcome
}

extension LineEditor: EntryReader {}
