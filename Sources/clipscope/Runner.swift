import Bindings
import CLIPModels
import Cache
import Console
import Glibc
import Interpreter
import Syntax
import Tensors

/// Checks and runs one script; gives the exit code.
struct Runner {
  let request: RunRequest
  private var rows: SweepRows?

  init(_ request: RunRequest) { self.request = request }

  mutating func run() -> Int32 {
    if let threads = request.threads { Workers.count = threads }
    if let limit = request.keptBytes { WarmWork.current.limit = limit }
    Shard.current = request.shard
    Interrupts.install()
    if let worker = request.worker { worker.watch() } else { ProgressLine.install() }
    CacheUse.begin(isWanted: request.usesCache)
    rows = DiskCacheRows.current
    if request.jobs > 1, request.worker == nil, DiskCache.current == nil {
      complain("error: `--jobs` hands rows over in the cache, and there is none")
      return 2
    }
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
    CacheUse.end()
    if request.wantsStatistics {
      complain("took \(Clock.text(Clock.seconds - began))")
      for line in KeptWork.report(WarmWork.current) { complain(line) }
      if let rows { complain("  \(rows.keptCount) rows of sweeps computed here and kept") }
    }
    return code
  }

  private func execute(_ program: Program, parameters: [String: Value]) -> Int32 {
    let host = host
    let session = Session(
      registry: Engine.registry, loader: Engine.loader, operators: Engine.operators,
      paths: paths, host: host)
    do {
      let value = try session.run(program, parameters: parameters)
      if case .code = request.source, !isNone(value) { Output.write(value.text + "\n", to: STDOUT_FILENO) }
      Interrupts.settle()
      if let problem = Output.problem {
        complain("error: results could not be written to standard output: \(problem)")
        return 5
      }
      return 0
    } catch let failure as RuntimeFailure {
      complain(failure.diagnostic.rendered())
      return failure.exitCode
    } catch is DutyDone {
      return 0
    } catch  where error is Interpreter.Interruption || error is Interrupted {
      Interrupts.settle()
      complain("interrupted")
      return 130
    } catch {
      complain("error: \(error)")
      return 5
    }
  }

  private var host: Host {
    // A process of `--jobs` writes to /dev/null.
    let pictures = request.worker == nil ? ShownPictures() : nil
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
      picture: pictures.map { pictures in { try pictures.picture(of: $0, $1) } })
    host.rows = rows
    host.rowProgress = { Progress.report(Progress.sweep, $0, $1) }
    host.duty = request.worker
    if request.jobs > 1, request.worker == nil {
      host.crew = RowWorkers(jobs: request.jobs, arguments: Array(CommandLine.arguments.dropFirst()))
    }
    if let shard = request.shard {
      // Within a row nothing else is sliced.
      host.slice = RowSlice(number: shard.number, count: shard.count) { Shard.current = $0 ? nil : shard }
    }
    return host
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
