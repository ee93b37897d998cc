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
  /// Whether the value of the last expression is written.
  var showsResult = false

  /// Runs it and gives the exit code; errors are told.
  func run() -> Int32 {
    let pictures = isQuiet ? nil : ShownPictures()
    let isQuiet = isQuiet
    var host = Host(
      output: { if !isQuiet { Output.write($0 + "\n", to: STDOUT_FILENO) } },
      warning: { if !isQuiet { complain($0.rendered()) } },
      isInterrupted: { Tensors.Interruption.isRequested },
      picture: pictures.map { pictures in { try pictures.picture(of: $0, $1) } })
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
        return 5
      }
      return 0
    } catch { return ScriptRun.tell(error) }
  }

  /// Tells an error that ended a run; gives the exit code.
  static func tell(_ error: any Error) -> Int32 {
    switch error {
    case let failure as RuntimeFailure:
      complain(failure.diagnostic.rendered())
      return failure.exitCode
    case is Interpreter.Interruption, is Interrupted:
      Interrupts.settle()
      complain("interrupted")
      return 130
    case let error as ScriptError:
      complain("error: \(error.message)")
      if let hint = error.hint { complain("  \(hint)") }
      return error.kind == .input ? 4 : 5
    default:
      complain("error: \(error)")
      return 5
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
