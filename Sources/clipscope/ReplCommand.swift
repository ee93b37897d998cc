import ArgumentParser
import Bindings
import CLIPModels
import Console
import Glibc
import Interpreter
import REPL
import Syntax
import Tensors

/// `clipscope` on a terminal, and `clipscope -i FILE [name=value …]`.
struct ReplCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl", abstract: "Starts an interactive session; so does `clipscope` alone.",
    discussion: "`clipscope -i FILE [name=value …]` runs a script first; its names stay.")

  @Option(name: .customShort("i"), help: "A script that runs first; its names stay.") var file: String?
  @Flag(name: .customLong("no-history"), help: "Neither read nor keep earlier entries.") var noHistory = false
  @Flag(name: .customLong("no-init"), help: "Do not read the file of settings.") var noInit = false
  @Flag(name: .customLong("no-cache"), help: "Neither read nor keep results on disk.") var noCache = false
  @Option(name: .customLong("out"), help: "Where `save` writes; the current folder otherwise.") var out:
    String?
  @Option(name: .customLong("allow-write"), help: "A further folder that `save` may write to.")
  var allowWrite: [String] = []
  @Option(help: "Threads to compute with, 1 to 1024.") var threads: Int?
  @Option(help: "Memory for work kept between calls, such as 512MB; `off` keeps none.") var keep: String?
  @ArgumentParser.Argument(help: "name=value for the script's parameters.") var parameters: [String] = []

  func run() throws {
    if let threads {
      guard (1...1024).contains(threads) else {
        throw ValidationError("`--threads` takes a number from 1 to 1024")
      }
      Workers.count = threads
    }
    if let keep {
      guard let limit = ByteSize.parse(keep) else {
        throw ValidationError("`--keep` takes a size such as `512MB`, or `off`")
      }
      WarmWork.current.limit = limit
    }
    CacheUse.begin(isWanted: !noCache)
    defer { CacheUse.end() }
    let paths = ScriptPaths(
      scriptFolder: ScriptPaths.currentFolder, outputFolder: out, allowedFolders: allowWrite)
    var options = Repl.Options(paths: paths)
    if let file {
      options.script = try script(file)
    } else if let first = parameters.first {
      throw ValidationError("`\(first)`: parameters need a script, `-i FILE`")
    }
    if !noInit { readSettings(&options) }
    if !noHistory, let path = HistoryFile.defaultPath(variable) {
      options.history = HistoryFile(path: path, limit: options.settings.historySize)
    }
    options.complete = SessionCompletion.complete
    options.rows = DiskCacheRows.current
    if let pictures = ShownPictures() {
      options.preview = pictures.preview
      options.picture = pictures.picture
      pictures.typedAhead = Repl.typeAhead
    }
    options.greeting = "clipscope \(Version.number): `%help` for help, Ctrl-D to leave"
    guard let repl = Repl(options) else { throw ExitCode(try PipedSession(options).run()) }
    throw ExitCode(repl.run())
  }

  private func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  private func readSettings(_ options: inout Repl.Options) {
    guard let path = Settings.path(variable), access(path, F_OK) == 0 else { return }
    do {
      let file = try FileLoader.script(path)
      options.problems = options.settings.read(String(decoding: file.utf8, as: UTF8.self), name: path)
    } catch { options.problems = ["\(error)"] }
  }

  /// The script of `-i`, checked as `run` checks it.
  private func script(_ path: String) throws -> (file: SourceFile, parameters: [String: Value]) {
    let file: SourceFile
    do { file = try FileLoader.script(path) } catch {
      complain("error: \(error)")
      throw ExitCode(4)
    }
    let program = Program.check(file, registry: Engine.registry, loader: Engine.loader)
    for diagnostic in program.diagnostics { complain(diagnostic.rendered()) }
    guard program.isValid else { throw ExitCode(3) }
    let paths = ScriptPaths(
      scriptFolder: ScriptPaths.folder(of: ScriptPaths.absolute(path, in: ScriptPaths.currentFolder)),
      outputFolder: out, allowedFolders: allowWrite)
    let given = parameters.compactMap { $0.split(separator: "=", maxSplits: 1).first.map(String.init) }
    let problems = InputCheck.problems(in: program, paths: paths, given: Set(given))
    for problem in problems { complain(problem.rendered()) }
    guard problems.isEmpty else { throw ExitCode(4) }
    do {
      return (file, try ScriptParameter.values(of: program.parameters, from: parameters))
    } catch let error as ParameterError {
      complain("error: \(error.message)")
      throw ExitCode(2)
    }
  }
}
