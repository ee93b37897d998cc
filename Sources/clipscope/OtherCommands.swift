import ArgumentParser
import Bindings
import Checkpoints
import Imaging
import Interpreter
import Syntax

/// `clipscope check FILE…`.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Finds every error of scripts without running them.")

  @ArgumentParser.Argument(help: "The scripts.") var files: [String]

  func run() throws {
    var code: Int32 = 0
    for path in files {
      do {
        let program = Program.check(
          try FileLoader.script(path), registry: Engine.registry, loader: Engine.loader)
        for diagnostic in program.diagnostics { complain(diagnostic.rendered()) }
        if !program.isValid { code = max(code, 3) }
      } catch {
        complain("error: \(error)")
        code = 4
      }
    }
    throw ExitCode(code)
  }
}

/// `clipscope models`.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Lists the models that `load` finds here.")

  func run() throws {
    print(DisplayWidth.escaped(ModelList.text()))
  }
}

/// `clipscope inspect FILE`.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Says what a checkpoint or a picture holds.")

  @ArgumentParser.Argument(help: "A file, a folder, or the name of a model.") var what: String

  func run() throws {
    do { print(DisplayWidth.escaped(try Inspection.text(of: what))) } catch {
      complain("error: \(error)")
      throw ExitCode(4)
    }
  }
}
