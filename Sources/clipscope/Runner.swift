import Bindings
import CLIPModels
import Cache
import Console
import Glibc
import Imaging
import Interpreter
import Syntax
import Tensors

/// Checks and runs one script; gives the exit code.
struct Runner {
  let request: RunRequest

  /// The bundle that runs, unpacked; nil for a plain script.
  private let bundle: UnpackedBundle?

  /// Throws where the script is a bundle that cannot be trusted.
  init(_ request: RunRequest) throws {
    self.request = request
    if case .file(let path) = request.source, Bundle.isBundle(path) {
      bundle = try UnpackedBundle(path)
    } else {
      bundle = nil
    }
  }

  func run() -> Int32 {
    if let threads = request.threads { Workers.count = threads }
    if let limit = request.keptBytes { WarmWork.current.limit = limit }
    Shard.current = request.shard
    CacheUse.begin(isWanted: request.usesCache)
    Interrupts.install()
    if let worker = request.worker { worker.watch() } else { ProgressLine.install() }
    if request.jobs > 1, request.worker == nil, DiskCache.current == nil {
      complain("error: `--jobs` hands rows over in the cache, and there is none")
      return 2
    }
    let file: SourceFile
    do { file = try read() } catch {
      complain("error: \(error)")
      return 4
    }
    guard let program = ScriptRun.checked(file) else { return 3 }
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
    // A bundle runs as it was recorded, unless the command line says otherwise.
    var parameters = bundle?.parameters ?? [:]
    do {
      let given = try ScriptParameter.values(
        of: program.parameters.filter { parameters[$0.name] == nil || givenNames.contains($0.name) },
        from: request.parameters, workingFolder: ScriptPaths.currentFolder)
      parameters.merge(given) { $1 }
    } catch let error as ParameterError {
      complain("error: \(error.message)")
      return 2
    } catch {
      complain("error: \(error)")
      return 2
    }
    let began = Clock.seconds
    let rows = DiskCacheRows.current
    let code = execute(program, parameters: parameters, rows: rows)
    let seconds = Clock.seconds - began
    if code != 130 { CacheUse.end() }
    if request.wantsStatistics {
      complain("took \(Clock.text(seconds))")
      for line in KeptWork.report(WarmWork.current) { complain(line) }
      if let rows { complain("  \(rows.keptCount) rows of sweeps computed here and kept") }
    }
    return code
  }

  private func execute(_ program: Program, parameters: [String: Value], rows: SweepRows?) -> Int32 {
    var run = ScriptRun(program: program, parameters: parameters, paths: paths)
    if case .code = request.source { run.showsResult = true }
    run.showsPictures = request.worker == nil
    // A row that is found tells of no calls and no files: what is recorded is computed.
    let kept = request.records || request.report != nil ? nil : rows
    run.configure = { configure(&$0, rows: kept) }
    let recorder = request.records ? RunRecorder(program, parameters: parameters) : nil
    if let recorder { run.observers.append(recorder.observe) }
    let page = request.report.map { _ in RunRecord() }
    if let page { run.observers.append(page.observe) }
    let (ending, code) = run.run()
    if let page, let path = request.report {
      if let problem = ending.problem { page.stop(problem, in: program.graph.main.file) }
      guard RunReporting.write(page, of: program, ending.ofReport, to: path) else { return max(code, 5) }
    }
    guard code == 0, let recorder, let path = lockPath else { return code }
    do { try AtomicFile.write(Array(recorder.finished().text.utf8), to: path) } catch {
      complain("error: \(error)")
      return 5
    }
    return 0
  }

  /// What sweeps need.
  private func configure(_ host: inout Host, rows: SweepRows?) {
    host.rows = rows
    host.duty = request.worker
    if request.jobs > 1, request.worker == nil {
      host.crew = RowWorkers(jobs: request.jobs, arguments: Array(CommandLine.arguments.dropFirst()))
    }
    if let shard = request.shard {
      // Within a row nothing else is sliced.
      host.slice = RowSlice(number: shard.number, count: shard.count) { Shard.current = $0 ? nil : shard }
    }
  }

  /// Where `--record` writes: beside the script, or the bundle.
  private var lockPath: String? {
    guard case .file(let path) = request.source else { return nil }
    for ending in [".clip", ".clipbundle"] where path.hasSuffix(ending) {
      return path.dropLast(ending.utf8.count) + ".lock"
    }
    return path + ".lock"
  }

  private var paths: ScriptPaths {
    let paths = ScriptPaths(
      scriptFolder: scriptFolder, outputFolder: request.outputFolder ?? bundle?.outputFolder,
      allowedFolders: request.allowedFolders)
    paths.found = bundle?.places ?? [:]
    return paths
  }

  /// Names of the parameters that the command line gives.
  private var givenNames: Set<String> {
    Set(request.parameters.compactMap { $0.split(separator: "=", maxSplits: 1).first.map(String.init) })
  }

  /// The folder that relative paths start from: the script's own, or where the command runs.
  private var scriptFolder: String {
    if let bundle { return ScriptPaths.folder(of: bundle.script) }
    if case .file(let path) = request.source {
      return ScriptPaths.folder(of: ScriptPaths.absolute(path, in: ScriptPaths.currentFolder))
    }
    return ScriptPaths.currentFolder
  }

  private func read() throws -> SourceFile {
    switch request.source {
    case .file(let path): return try FileLoader.script(bundle?.script ?? path)
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
