import ArgumentParser
import Bindings
import Console
import Glibc
import Imaging
import Interpreter
import Syntax
import Tensors

/// `clipscope bundle FILE [name=value …]`.
struct BundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle", abstract: "Puts a script and all that it needs into one file.",
    discussion: """
      Runs the script to find out what it reads, then writes NAME.clipbundle: the script, what it imports, its \
      inputs and the record of the run; with `--model` also the checkpoints. `clipscope run NAME.clipbundle` runs it, \
      `clipscope verify NAME.clipbundle` compares, `tar -xf` opens it.
      """)

  @ArgumentParser.Argument(help: "The script, then name=value for its parameters.") var arguments: [String]
  @Option(help: "The file to write.") var out: String?
  @Flag(help: "Puts checkpoints in as well. The built-in model is part of the program.") var model = false

  func run() throws {
    Interrupts.install()
    ProgressLine.install()
    throw ExitCode(try bundle())
  }

  private func bundle() throws -> Int32 {
    guard let script = arguments.first else { throw ValidationError("which script? `clipscope bundle FILE`") }
    do {
      let file = try FileLoader.script(script)
      guard let program = ScriptRun.checked(file) else { return 3 }
      let parameters = try ScriptParameter.values(
        of: program.parameters, from: Array(arguments.dropFirst()), workingFolder: ScriptPaths.currentFolder)
      let temporary = try TemporaryFolder()
      let paths = ScriptPaths(
        scriptFolder: ScriptPaths.folder(of: ScriptPaths.absolute(script, in: ScriptPaths.currentFolder)),
        outputFolder: temporary.path)
      let recorder = RunRecorder(program, parameters: parameters)
      let run = ScriptRun(
        program: program, parameters: parameters, paths: paths, observers: [recorder.observe], isQuiet: true)
      let code = run.run().code
      guard code == 0 else { return code }
      let bundle = try Bundle(program, recorder, includesModels: model)
      let archive = try bundle.archive()
      let stem = script.hasSuffix(".clip") ? String(script.dropLast(5)) : script
      let path = out ?? stem + ".clipbundle"
      try OutputFile.write(archive, to: path)
      for file in bundle.listing { Output.write("  \(file.name)  \(file.size) bytes\n", to: STDOUT_FILENO) }
      Output.write("\(path): \(bundle.listing.count) files, \(archive.count) bytes\n", to: STDOUT_FILENO)
      return 0
    } catch let error as ParameterError {
      complain("error: \(error.message)")
      return 2
    } catch let error as SourceError {
      complain("error: \(error.message)")
      return 4
    } catch { return ScriptRun.tell(error) }
  }
}
