import ArgumentParser
import Bindings
import Console
import Glibc
import Interpreter
import Syntax
import Tensors

/// `clipscope verify FILE.lock`.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Runs a recorded script again and says what differs.",
    discussion: """
      `clipscope run --record FILE.clip` writes FILE.lock. The script is run again with the same parameters, its \
      files go to a temporary folder, and each is compared: identical, within the tolerance, or different and by how \
      much; then the first step that differs, and what has changed of script, inputs, model, version, kernel and \
      threads. A bundle is verified with the lock in it. Exit code 1 where something differs.
      """)

  @ArgumentParser.Argument(help: "A lock or a bundle.") var file: String
  @Option(help: "The largest difference, relative to the largest value, that is not told of as different.")
  var tolerance = 1e-5
  @Option(help: "Threads to run with.") var threads: Int?
  @Option(help: "A folder for the files it saves; without, they are dropped.") var out: String?
  @Flag(help: "The report as JSON.") var json = false

  func run() throws {
    if let threads {
      guard (1...1024).contains(threads) else {
        throw ValidationError("`--threads` takes a number from 1 to 1024")
      }
      Workers.count = threads
    }
    guard tolerance >= 0 else { throw ValidationError("`--tolerance` takes a number from 0") }
    Interrupts.install()
    ProgressLine.install()
    throw ExitCode(verify())
  }

  private func verify() -> Int32 {
    do {
      let bundle = Bundle.isBundle(file) ? try UnpackedBundle(file) : nil
      let lock = try bundle?.lock ?? Lock(text: try text())
      let folder = ScriptPaths.folder(of: ScriptPaths.absolute(file, in: ScriptPaths.currentFolder))
      guard let script = bundle?.script ?? lock.scriptPath(from: folder) else {
        let name = lock.scripts.first?.name ?? ""
        complain("error: `\(file)`: the script of a lock lies beside it; this one is of `\(name)`")
        return 4
      }
      let source: SourceFile
      do { source = try FileLoader.script(script) } catch {
        complain("error: \(error)")
        return 4
      }
      guard let program = ScriptRun.checked(source) else { return 3 }
      let temporary = try out == nil ? TemporaryFolder() : nil
      let paths = ScriptPaths(
        scriptFolder: ScriptPaths.folder(of: ScriptPaths.absolute(script, in: ScriptPaths.currentFolder)),
        outputFolder: out ?? temporary?.path)
      paths.found = bundle?.places ?? [:]
      let recorder = RunRecorder(program, parameters: lock.parameterValues)
      let run = ScriptRun(
        program: program, parameters: lock.parameterValues, paths: paths, observers: [recorder.observe],
        isQuiet: true)
      let code = run.run().code
      guard code == 0 else { return code }
      let found = Verification(recorder.finished(), with: lock, tolerance: tolerance)
      if json {
        Output.write(found.json + "\n", to: STDOUT_FILENO)
      } else {
        let verdict = found.isGood ? "as recorded" : "not as recorded"
        Output.write(
          DisplayWidth.escaped(([file + ": " + verdict] + found.lines).joined(separator: "\n")) + "\n",
          to: STDOUT_FILENO)
      }
      return found.isGood ? 0 : 1
    } catch let error as LockError {
      complain("error: `\(file)`: \(error)")
      return 4
    } catch { return ScriptRun.tell(error) }
  }

  private func text() throws -> String {
    let source: SourceFile
    do { source = try FileLoader.script(file) } catch { throw ScriptError("\(error)", kind: .input) }
    return String(decoding: source.utf8, as: UTF8.self)
  }
}
