import ArgumentParser
import Assistance
import Bindings
import Console
import Glibc
import Interpreter
import LanguageServer
import Syntax

/// `clipscope check FILE…`.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Finds every error of scripts without running them.",
    discussion: """
      Names, options, numbers and types of arguments, inputs that are not there; and, as warnings, unused \
      names and code that never runs. `-` reads standard input.
      """)

  @Flag(help: "Print diagnostics as JSON on standard output, with ranges as editors count them.")
  var json = false

  @ArgumentParser.Argument(help: "The scripts.") var files: [String]

  func run() throws {
    var code: Int32 = 0
    var found: [Diagnostic] = []
    for path in files {
      do {
        let file = try path == "-" ? StandardInput.read() : FileLoader.script(path)
        found += ScriptCheck.diagnostics(of: file)
      } catch {
        complain("error: \(error)")
        code = 4
      }
    }
    if json {
      let list = Value.list(found.map(DiagnosticJSON.value))
      Output.write((JSON.text(list) ?? "[]") + "\n", to: STDOUT_FILENO)
    } else {
      for diagnostic in found { complain(diagnostic.rendered()) }
    }
    if code == 0, found.contains(where: { $0.severity == .error }) { code = 3 }
    throw ExitCode(code)
  }
}

/// Diagnostics in the form that editors read: severity, message and range as in the Language Server
/// Protocol, with the file and what `did you mean` suggests.
enum DiagnosticJSON {
  static func value(_ diagnostic: Diagnostic) -> Value {
    .record([
      "file": .string(diagnostic.file.path),
      "range": ProtocolValue.range(diagnostic.span, in: diagnostic.file),
      "severity": .string(diagnostic.severity.rawValue), "message": .string(diagnostic.message),
      "hint": diagnostic.hint.map(Value.string) ?? .none, "notes": .list(diagnostic.notes.map(Value.string)),
      "line": .number(Double(diagnostic.location.line)),
      "column": .number(Double(diagnostic.location.column)),
    ])
  }
}
