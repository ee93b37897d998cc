import ArgumentParser
import Glibc
import LanguageServer

/// `clipscope lsp`.
struct LanguageServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lsp", abstract: "Serves editors: a language server on standard input and output.",
    discussion: """
      Editors start it; see scripts/editors. It tells of errors while a script is written, explains and completes \
      names, leads to where they are bound, and formats.
      """)

  @Flag(help: "Speak over standard input and output, which it always does; some editors say it.")
  var stdio = false

  func run() throws {
    let server = LanguageServer(version: Version.number)
    throw ExitCode(ServerLoop.run(server, input: STDIN_FILENO, output: STDOUT_FILENO))
  }
}
