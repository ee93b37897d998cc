import ArgumentParser
import Bindings
import Checkpoints
import Console
import Imaging
import Interpreter
import Syntax

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
    commandName: "inspect", abstract: "Says what a checkpoint, a picture or another saved file holds.")

  @ArgumentParser.Argument(help: "A file, a folder, or the name of a model.") var what: String

  func run() throws {
    do { print(DisplayWidth.escaped(try Inspection.text(of: what))) } catch {
      complain("error: \(error)")
      throw ExitCode(4)
    }
  }
}
