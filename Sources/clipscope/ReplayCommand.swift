import ArgumentParser
import Bindings
import Console
import Glibc
import Imaging
import Interpreter
import Tensors

/// `clipscope replay FILE`.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Makes a picture or a table again from what it says of itself.",
    discussion: """
      Files that scripts save hold the recipe they were made by; `clipscope inspect FILE` shows it. Inputs are looked for by \
      the names the recipe gives them, and must have the SHA-256 they had. The new file is compared with the old one: \
      exit code 1 where it is another.
      """)

  @ArgumentParser.Argument(help: "The file: PNG, NPZ, CSV, JSON, HTML, SVG or PDF.") var file: String
  @Option(help: "A folder to look for inputs in; may be given more than once.") var inputs: [String] = []
  @Option(help: "Where to write the new file; without, it is only compared.") var out: String?
  @Option(help: "Threads to run with.") var threads: Int?

  func run() throws {
    if let threads {
      guard (1...1024).contains(threads) else {
        throw ValidationError("`--threads` takes a number from 1 to 1024")
      }
      Workers.count = threads
    }
    Interrupts.install()
    ProgressLine.install()
    do {
      let replay = try Replay(file, folders: inputs)
      let folder = try TemporaryFolder()
      let host = Host(
        output: { _ in }, warning: { complain($0.rendered()) },
        isInterrupted: { Tensors.Interruption.isRequested })
      let outcome = try replay.run(in: folder.path, host: host)
      if let out { try OutputFile.write(outcome.bytes, to: out) }
      Interrupts.settle()
      Output.write("\(file): \(outcome.verdict)\n", to: STDOUT_FILENO)
      throw ExitCode(outcome.isSame ? 0 : 1)
    } catch let code as ExitCode { throw code } catch { throw ExitCode(ScriptRun.tell(error)) }
  }
}
