import Bindings
import CLIPModels
import Console
import Glibc
import Interpreter
import Syntax
import Tensors

/// Checks and runs one script; gives the exit code.
struct Runner {
  let request: RunRequest

  init(_ request: RunRequest) { self.request = request }

  func run() -> Int32 {
    if let threads = request.threads { Workers.count = threads }
    if let limit = request.keptBytes { WarmWork.current.limit = limit }
    Shard.current = request.shard
    Interrupts.install()
    ProgressLine.install()
    let file: SourceFile
    do { file = try read() } catch {
      complain("error: \(error)")
      return 4
    }
    let program = Program.check(file, registry: Engine.registry, loader: Engine.loader)
    for diagnostic in program.diagnostics { complain(diagnostic.rendered()) }
    guard program.isValid else { return 3 }
    if request.wantsHelp {
      Output.write(
        DisplayWidth.escaped(ScriptHelp.text(program, file: file.name)) + "\n", to: STDOUT_FILENO)
      return 0
    }
    let problems = InputCheck.problems(in: program, paths: paths, given: givenNames)
    if !problems.isEmpty {
      for problem in problems { complain(problem.rendered()) }
      return 4
    }
    let parameters: [String: Value]
    do {
      parameters = try ScriptParameter.values(
        of: program.parameters, from: request.parameters,
        workingFolder: ScriptPaths.currentFolder)
    } catch let error as ParameterError {
      complain("error: \(error.message)")
      return 2
    } catch {
      complain("error: \(error)")
      return 2
    }
    let began = Clock.seconds
    let code = execute(program, parameters: parameters)
    if request.wantsStatistics {
      complain("took \(Clock.text(Clock.seconds - began))")
      for line in KeptWork.report(WarmWork.current) { complain(line) }
    }
    return code
  }

  private func execute(_ program: Program, parameters: [String: Value]) -> Int32 {
    let pictures = ShownPictures()
    var host = Host(
      output: { Output.write($0 + "\n", to: STDOUT_FILENO) },
      warning: { complain($0.rendered()) },
      isInterrupted: { Tensors.Interruption.isRequested },
      picture: pictures.map { pictures in { try pictures.picture(of: $0, $1) } })
    let record = request.report.map { _ in RunRecord() }
    if let record { host.observer = record.observe }
    let session = Session(
      registry: Engine.registry, loader: Engine.loader, operators: Engine.operators,
      paths: paths, host: host)
    /// Writes the report; gives the exit code.
    func report(_ ending: RunReport.Ending, _ code: Int32) -> Int32 {
      guard let record, let path = request.report else { return code }
      return RunReporting.write(record, of: program, ending, to: path) ? code : max(code, 5)
    }
    do {
      let value = try session.run(program, parameters: parameters)
      if case .code = request.source, !isNone(value) { Output.write(value.text + "\n", to: STDOUT_FILENO) }
      Interrupts.settle()
      if let problem = Output.problem {
        complain("error: results could not be written to standard output: \(problem)")
        return report(.complete, 5)
      }
      return report(.complete, 0)
    } catch let failure as RuntimeFailure {
      complain(failure.diagnostic.rendered())
      record?.stop(failure.diagnostic.rendered(), in: program.graph.main.tree.file)
      return report(.failed, failure.exitCode)
    } catch  where error is Interpreter.Interruption || error is Interrupted {
      Interrupts.settle()
      complain("interrupted")
      record?.stop("interrupted", in: program.graph.main.tree.file)
      return report(.interrupted, 130)
    } catch {
      complain("error: \(error)")
      record?.stop("error: \(error)", in: program.graph.main.tree.file)
      return report(.failed, 5)
    }
  }

  private var paths: ScriptPaths {
    ScriptPaths(
      scriptFolder: scriptFolder, outputFolder: request.outputFolder,
      allowedFolders: request.allowedFolders)
  }

  /// Names of the parameters that the command line gives.
  private var givenNames: Set<String> {
    Set(request.parameters.compactMap { $0.split(separator: "=", maxSplits: 1).first.map(String.init) })
  }

  private func isNone(_ value: Value) -> Bool { if case .none = value { true } else { false } }

  /// The folder that relative paths start from: the script's own, or where the command runs.
  private var scriptFolder: String {
    if case .file(let path) = request.source {
      return ScriptPaths.folder(of: ScriptPaths.absolute(path, in: ScriptPaths.currentFolder))
    }
    return ScriptPaths.currentFolder
  }

  private func read() throws -> SourceFile {
    switch request.source {
    case .file(let path): return try FileLoader.script(path)
    case .code(let code):
      return SourceFile(name: "-e", text: code, path: ScriptPaths.currentFolder + "/-e")
    case .standardInput, nil: return try StandardInput.read()
    }
  }
}

/// What `clipscope run FILE --help` shows.
enum ScriptHelp {
  static func text(_ program: Program, file: String) -> String {
    var lines: [String] = []
    if let documentation = program.documentation { lines += [documentation, ""] }
    let parameters = program.parameters
    lines.append("usage: clipscope run \(file)\(parameters.isEmpty ? "" : " [name=value …]")")
    if !parameters.isEmpty { lines.append("") }
    let width = parameters.map { $0.name.count + $0.type.description.count + 2 }.max() ?? 0
    for parameter in parameters {
      let head = "\(parameter.name): \(parameter.type.description)"
      let padding = String(repeating: " ", count: max(0, width - head.count))
      let value = parameter.defaultText.map { "= \($0)" } ?? "(must be given)"
      lines.append("  \(head)\(padding)  \(value)")
      if let documentation = parameter.documentation { lines.append("      \(documentation)") }
    }
    return lines.joined(separator: "\n")
  }
}
