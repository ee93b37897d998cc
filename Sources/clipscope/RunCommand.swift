import ArgumentParser
import Bindings
import Console
import Glibc
import Interpreter
import Syntax
import Tensors

/// `clipscope run FILE… [name=value …]`.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a script, or several one after another.",
    discussion: "`clipscope run FILE --help` shows the script's own text and parameters.")

  @ArgumentParser.Argument(
    parsing: .captureForPassthrough,
    help: "The script (`-` reads standard input, `-e CODE` runs a line), then name=value for its parameters.")
  var arguments: [String] = []

  func run() throws {
    let request = try RunRequest(arguments)
    let runner: Runner
    do { runner = try Runner(request) } catch { throw ExitCode(ScriptRun.tell(error)) }
    throw ExitCode(runner.run())
  }
}

/// What the arguments of `run` ask for. They are read by hand: options may stand before or after the
/// file, and everything of the form name=value belongs to the script. What ends as a script does is a further one.
struct RunRequest {
  enum Source {
    case file(String)
    case standardInput
    case code(String)

    /// The words that name it on a command line.
    var words: [String] {
      switch self {
      case .file(let path): [path]
      case .standardInput: ["-"]
      case .code(let code): ["-e", code]
      }
    }

    var isFile: Bool { if case .file = self { true } else { false } }
  }

  /// What runs, one after another.
  var sources: [Source] = []
  var parameters: [String] = []
  /// The options as they were given, for other processes of the same run.
  var options: [String] = []
  var outputFolder: String?
  var allowedFolders: [String] = []
  var threads: Int?
  /// The most bytes of work kept between calls.
  var keptBytes: Int?
  /// The slice of evaluations and sweeps that is computed; nil for all.
  var shard: Shard?
  /// Whether results are kept on disk for the next run.
  var usesCache = true
  /// Processes that compute rows of sweeps.
  var jobs = 1
  /// What this process computes for another one (`RowWorkers`), which started it.
  var worker: RowWorker?
  /// The page that tells of the run; nil for none.
  var report: String?
  /// The page's heading, instead of the script's own.
  var title: String?
  /// Whether to say at the end how long it took and what work was spared.
  var wantsStatistics = false
  var wantsHelp = false
  /// Whether a record of the run is kept, `NAME.lock`.
  var records = false

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    func value(_ option: String) throws -> String {
      guard let next = rest.popFirst() else { throw ValidationError("`\(option)` needs a value") }
      return next
    }
    while let argument = rest.popFirst() {
      let begin = rest.startIndex - 1
      switch argument {
      case "-e":
        sources.append(.code(try value("-e")))
        continue
      case "-":
        sources.append(.standardInput)
        continue
      case "-h", "--help": wantsHelp = true
      case "--out":
        outputFolder = try value("--out")
        if outputFolder == "" { throw ValidationError("`--out` names no folder") }
      case "--allow-write": allowedFolders.append(try value("--allow-write"))
      case "--threads":
        guard let count = Int(try value("--threads")), (1...1024).contains(count) else {
          throw ValidationError("`--threads` takes a number from 1 to 1024")
        }
        threads = count
      case "--stats": wantsStatistics = true
      case "--record": records = true
      case "--report":
        let path = try value("--report")
        if let problem = RunReport.refusal(of: path) { throw ValidationError("`--report`: \(problem)") }
        report = path
      case "--title": title = try value("--title")
      case "--no-cache": usesCache = false
      case "--shard":
        guard let slice = Shard(try value("--shard")) else {
          throw ValidationError("`--shard` takes a slice such as `2/4`, the second of four")
        }
        shard = slice
      case "--jobs":
        guard let count = Int(try value("--jobs")), (1...RowWorkers.limit).contains(count) else {
          throw ValidationError("`--jobs` takes a number from 1 to \(RowWorkers.limit)")
        }
        jobs = count
      case "--row-worker":
        // Not for users: written by `RowWorkers`.
        guard let duty = RowWorker(try value("--row-worker")) else {
          throw ValidationError("unknown option `--row-worker`")
        }
        worker = duty
      case "--keep":
        guard let limit = ByteSize.parse(try value("--keep")) else {
          throw ValidationError("`--keep` takes a size such as `512MB`, or `off`")
        }
        keptBytes = limit
      case _ where argument.hasPrefix("-"):
        let known = [
          "-e", "-", "--help", "--out", "--allow-write", "--threads", "--jobs", "--keep", "--no-cache",
          "--shard", "--report", "--title", "--record", "--stats",
        ]
        let hint = Suggestion.nearest(to: argument, among: known).map { "; did you mean `\($0)`?" }
        throw ValidationError("unknown option `\(argument)`\(hint ?? "")")
      case _ where sources.isEmpty || Self.isScript(argument):
        sources.append(.file(argument))
        continue
      default:
        parameters.append(argument)
        continue
      }
      options += arguments[begin..<rest.startIndex]
    }
    if sources.isEmpty { throw ValidationError("which script? `clipscope run FILE`") }
    if sources.count > 1, !sources.allSatisfy(\.isFile) {
      throw ValidationError("several scripts run one after another where each is a file")
    }
    if jobs > 1, case .standardInput = sources[0] {
      throw ValidationError("`--jobs` runs the script several times, so it needs a file")
    }
    if records, !sources[0].isFile {
      throw ValidationError("`--record` needs a script in a file: the record is kept beside it")
    }
    if records, shard != nil {
      throw ValidationError("a record is of a whole run: leave `--shard` out, or `--record`")
    }
    if title != nil, report == nil { throw ValidationError("`--title` is the heading of a `--report`") }
  }

  /// Whether a word behind the first script is another one.
  private static func isScript(_ word: String) -> Bool {
    (word.hasSuffix(".clip") || word.hasSuffix(".clipbundle")) && !word.contains("=")
  }
}
