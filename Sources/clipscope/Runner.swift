import Bindings
import CLIPModels
import Cache
import Console
import Glibc
import Imaging
import Interpreter
import Reports
import Syntax
import Tensors

/// Checks and runs scripts, one after another; gives the exit code.
struct Runner {
  let request: RunRequest

  /// Of each script that is a bundle what was in it.
  private let bundles: [UnpackedBundle?]

  /// Throws where a script is a bundle that cannot be trusted.
  init(_ request: RunRequest) throws {
    self.request = request
    bundles = try request.sources.map { source in
      guard case .file(let path) = source, path.hasSuffix(".clipbundle") || Bundle.isBundle(path) else {
        return nil
      }
      return try UnpackedBundle(path)
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
    do { return try run(prepared()) } catch { return error.code }
  }

  /// All scripts, checked before any of them runs. Throws the exit code.
  private func prepared() throws(PreparedScript.Refusal) -> [PreparedScript] {
    var scripts: [PreparedScript] = []
    var refusal: PreparedScript.Refusal?
    for (source, bundle) in zip(request.sources, bundles) {
      do { scripts.append(try PreparedScript(source, bundle, request)) } catch { refusal = refusal ?? error }
    }
    if let refusal { throw refusal }
    if scripts.count > 1 {
      let known = scripts.flatMap(\.program.parameters)
      let names = Set(known.map(\.name))
      // What no script knows is told as of one that has all parameters.
      let unknown = request.parameters.filter { PreparedScript.name($0).map { !names.contains($0) } ?? true }
      do { _ = try ScriptParameter.values(of: known.filter { $0.defaultText != nil }, from: unknown) } catch {
        complain("error: \((error as? ParameterError)?.message ?? "\(error)")")
        throw PreparedScript.Refusal(code: 2)
      }
    }
    return scripts
  }

  private func run(_ scripts: [PreparedScript]) throws(PreparedScript.Refusal) -> Int32 {
    if request.wantsHelp {
      let texts = scripts.map { ScriptHelp.text($0.program, file: $0.name) }
      Output.write(DisplayWidth.escaped(texts.joined(separator: "\n\n")) + "\n", to: STDOUT_FILENO)
      return 0
    }
    // Of one script also what it needs is looked at before it runs; a later one may need what an earlier one saves.
    try scripts[0].checkInputs()
    let parameters = try allParameters(scripts)
    let began = Clock.seconds
    let rows = DiskCacheRows.current
    var pages: [ReportPage] = []
    var code: Int32 = 0
    for (index, script) in scripts.enumerated() {
      if index > 0 {
        do { try script.checkInputs() } catch { code = error.code }
      }
      if code == 0 { code = execute(script, parameters[index], rows, &pages) }
      if code != 0 { break }
    }
    if let path = request.report, request.worker == nil, !pages.isEmpty {
      if !write(pages, to: path) {
        code = max(code, 5)
      } else if code != 0 {
        complain("what there was until then is in \(path)")
      }
    }
    let seconds = Clock.seconds - began
    if code != 130 { CacheUse.end() }
    if request.wantsStatistics {
      complain("took \(Clock.text(seconds))")
      for line in KeptWork.report(WarmWork.current) { complain(line) }
      if let rows { complain("  \(rows.keptCount) rows of sweeps computed here and kept") }
    }
    return code
  }

  private func allParameters(_ scripts: [PreparedScript]) throws(PreparedScript.Refusal) -> [[String: Value]]
  {
    var values: [[String: Value]] = []
    for script in scripts { values.append(try script.parameters()) }
    return values
  }

  /// Runs a script, keeps its record, and adds the page of it where one is wanted.
  private func execute(
    _ script: PreparedScript, _ parameters: [String: Value], _ rows: SweepRows?, _ pages: inout [ReportPage]
  ) -> Int32 {
    let program = script.program
    var run = ScriptRun(program: program, parameters: parameters, paths: script.paths)
    if case .code = script.source { run.showsResult = true }
    // What processes of `--jobs` compute is shown and recorded where it is asked for.
    let isWorker = request.worker != nil
    run.showsPictures = !isWorker
    run.configure = { configure(&$0, script, rows) }
    let recorder = request.records && !isWorker ? RunRecorder(program, parameters: parameters) : nil
    if let recorder { run.observers.append(recorder.observe) }
    let record = request.report != nil && !isWorker ? RunRecord() : nil
    if let record { run.observers.append(record.observe) }
    let (ending, code) = run.run()
    if let record {
      if let problem = ending.problem { record.stop(problem, in: program.graph.main.file) }
      guard let page = RunReporting.page(of: record, program, ending.ofReport) else { return max(code, 5) }
      pages.append(page)
    }
    guard code == 0, let recorder, let path = script.lockPath else { return code }
    do { try AtomicFile.write(Array(recorder.finished().text.utf8), to: path) } catch {
      complain("error: \(error)")
      return 5
    }
    return 0
  }

  private func write(_ pages: [ReportPage], to path: String) -> Bool {
    var page = pages[0]
    if request.sources.count > 1 {
      page = ReportPage(series: pages, title: request.title ?? "\(request.sources.count) scripts")
    } else if let title = request.title {
      page.title = title
    }
    return RunReporting.write(page, to: path)
  }

  /// What sweeps need.
  private func configure(_ host: inout Host, _ script: PreparedScript, _ rows: SweepRows?) {
    host.rows = rows
    host.duty = request.worker
    // A row that is found tells of no calls and no files.
    host.recomputesRows = request.worker == nil && (request.records || request.report != nil)
    if request.jobs > 1, request.worker == nil {
      host.crew = RowWorkers(jobs: request.jobs, arguments: script.command)
    }
    if let shard = request.shard {
      // Within a row nothing else is sliced.
      host.slice = RowSlice(number: shard.number, count: shard.count) { Shard.current = $0 ? nil : shard }
    }
  }
}
