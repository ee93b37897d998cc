import Bindings
import Console
import Glibc
import Interpreter
import Syntax
import Tensors

/// A checked script that is about to run.
struct ScriptRun {
  let program: Program
  var parameters: [String: Value] = [:]
  let paths: ScriptPaths
  /// Who is told of what happens.
  var observers: [(RunEvent) -> Void] = []
  /// Whether what it prints and its warnings stay unsaid.
  var isQuiet = false
  /// Whether `show` draws on a terminal.
  var showsPictures = true
  /// What else the run needs of the world.
  var configure: (inout Host) -> Void = { _ in }
  /// Whether the value of the last expression is written.
  var showsResult = false

  /// How a run ended.
  enum Ending {
    case complete
    /// With an error, as it was told.
    case failed(String)
    case interrupted

    /// What stands at the end of a report.
    var problem: String? {
      switch self {
      case .complete: nil
      case .failed(let text): text
      case .interrupted: "interrupted"
      }
    }

    /// The same for a report.
    var ofReport: RunReport.Ending {
      switch self {
      case .complete: .complete
      case .failed: .failed
      case .interrupted: .interrupted
      }
    }
  }

  /// Runs it and gives how it ended and the exit code; errors are told.
  func run() -> (ending: Ending, code: Int32) {
    let pictures = isQuiet || !showsPictures ? nil : ShownPictures()
    let isQuiet = isQuiet
    var host = Host(
      output: {
        if isQuiet { return }
        ProgressLine.hide()
        Output.write($0 + "\n", to: STDOUT_FILENO)
      },
      warning: {
        if isQuiet { return }
        ProgressLine.hide()
        complain($0.rendered())
      },
      isInterrupted: { Tensors.Interruption.isRequested },
      picture: pictures.map { pictures in { try pictures.picture(of: $0, $1) } })
    host.rowProgress = { Progress.report(Progress.sweep, $0, $1) }
    configure(&host)
    if !observers.isEmpty {
      let observers = observers
      host.observer = { event in for observer in observers { observer(event) } }
    }
    let session = Session(
      registry: Engine.registry, loader: Engine.loader, operators: Engine.operators, paths: paths, host: host)
    do {
      let value = try session.run(program, parameters: parameters)
      if showsResult, !isNone(value) { Output.write(value.text + "\n", to: STDOUT_FILENO) }
      Interrupts.settle()
      if let problem = Output.problem {
        complain("error: results could not be written to standard output: \(problem)")
        return (.complete, 5)
      }
      return (.complete, 0)
    } catch is DutyDone {
      return (.complete, 0)
    } catch {
      let code = ScriptRun.tell(error)
      if code == 130 { return (.interrupted, code) }
      return (.failed((error as? RuntimeFailure)?.diagnostic.rendered() ?? "error: \(error)"), code)
    }
  }

  /// Tells an error that ended a run; gives the exit code.
  static func tell(_ error: any Error) -> Int32 {
    switch error {
    case let failure as RuntimeFailure:
      ProgressLine.hide()
      complain(failure.diagnostic.rendered())
      return failure.exitCode
    case is Interpreter.Interruption, is Interrupted:
      Interrupts.settle()
      ProgressLine.hide()
      complain("interrupted" + (InterruptionNote.text.map { "; \($0)" } ?? ""))
      return 130
    case let error as ScriptError:
      complain("error: \(error.message)")
      if let hint = error.hint { complain("  \(hint)") }
      return error.kind == .input ? 4 : 5
    default:
      complain("error: \(error)")
      return error is BundleError ? 4 : 5
    }
  }

  private func isNone(_ value: Value) -> Bool { if case .none = value { true } else { false } }

  /// Checks a script; tells what is wrong. nil where it cannot run.
  static func checked(_ file: SourceFile) -> Program? {
    let program = Program.check(file, registry: Engine.registry, loader: Engine.loader)
    for diagnostic in program.diagnostics { complain(diagnostic.rendered()) }
    return program.isValid ? program : nil
  }
}
