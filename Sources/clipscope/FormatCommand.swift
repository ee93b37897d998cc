import ArgumentParser
import Console
import Glibc
import Imaging
import Interpreter
import Syntax

/// `clipscope fmt FILE…`.
struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Brings scripts into the one style.",
    discussion:
      "`-` reads standard input and writes standard output. A file with syntax errors is left alone.")

  @Flag(help: "Change nothing; name the files that would change, and end with exit code 1 if there are any.")
  var check = false

  @Flag(help: "Change nothing; show what would change.")
  var diff = false

  @ArgumentParser.Argument(help: "The scripts.") var files: [String]

  func run() throws {
    var code: Int32 = 0
    for path in files { code = max(code, format(path)) }
    if let problem = Output.problem {
      complain("error: results could not be written to standard output: \(problem)")
      code = max(code, 5)
    }
    throw ExitCode(code)
  }

  /// Formats one file and gives the exit code it asks for.
  private func format(_ path: String) -> Int32 {
    let file: SourceFile
    do { file = try path == "-" ? StandardInput.read() : FileLoader.script(path) } catch {
      complain("error: \(error)")
      return 4
    }
    let text: String
    do { text = try Formatter.format(file) } catch {
      switch error {
      case .syntax(let diagnostics):
        for diagnostic in diagnostics { complain(diagnostic.rendered()) }
        return 3
      case .unfaithful:
        complain(
          "error: `\(file.name)` is left as it is: formatted it would not mean the same; please report this")
        return 5
      }
    }
    return deliver(text, of: file, path)
  }

  private func deliver(_ text: String, of file: SourceFile, _ path: String) -> Int32 {
    let isSame = Array(text.utf8) == file.utf8
    if check || diff {
      if isSame { return 0 }
      let name = DisplayWidth.escaped(file.name)
      if diff {
        let text = UnifiedDiff.text(from: file.utf8, to: Array(text.utf8), name: name)
        // `patch` wants the bytes; a terminal would obey them.
        Output.write(isatty(STDOUT_FILENO) == 1 ? DisplayWidth.escaped(text) : text, to: STDOUT_FILENO)
      } else {
        Output.write(name + "\n", to: STDOUT_FILENO)
      }
      return check ? 1 : 0
    }
    if path == "-" {
      Output.write(text, to: STDOUT_FILENO)
      return 0
    }
    if isSame { return 0 }
    do { try AtomicFile.write(Array(text.utf8), to: path, keepingPermissions: true) } catch {
      complain("error: \(error)")
      return 5
    }
    return 0
  }
}
