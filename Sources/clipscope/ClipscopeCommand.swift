import ArgumentParser
import Console
import Glibc
import Syntax

/// The command line. Subcommands live in files of their own; each only reads its arguments and calls
/// the targets that do the work.
struct ClipscopeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clipscope",
    abstract: "A small language for looking inside CLIP.",
    discussion: """
      clipscope FILE.clip [name=value …] runs a script; `clipscope run FILE --help` shows what it takes.
      clipscope help NAME explains a function, a type or a word of the language.
      """,
    version: Version.text,
    subcommands: [
      ReplCommand.self, RunCommand.self, CheckCommand.self, FormatCommand.self, ModelsCommand.self,
      InspectCommand.self, ReplayCommand.self, VerifyCommand.self, BundleCommand.self, MergeCommand.self,
      CacheCommand.self, ExplainCommand.self, DocCommand.self,
      LanguageServerCommand.self,
    ])

  /// The subcommands with their lines.
  static var commands: [(name: String, summary: String)] {
    configuration.subcommands.compactMap { command in
      command.configuration.commandName.map { ($0, command.configuration.abstract) }
    }
  }

  /// The subcommand of a name.
  static func command(named name: String) -> (any ParsableCommand.Type)? {
    configuration.subcommands.first { $0.configuration.commandName == name }
  }

  /// Ends the process as an error of parsing or of a command asks: help and version are no errors,
  /// wrong usage is exit code 2, everything else has its own.
  static func end(with error: any Error) -> Never {
    if let code = error as? ExitCode { Glibc.exit(code.rawValue) }
    if exitCode(for: error).isSuccess {
      Output.write(fullMessage(for: error) + "\n", to: STDOUT_FILENO)
      Glibc.exit(0)
    }
    // The library begins its sentences with a capital letter.
    let message = message(for: error)
    complain("error: " + message.prefix(1).lowercased() + message.dropFirst())
    complain("see `clipscope --help`")
    Glibc.exit(2)
  }

  /// The arguments with what users may leave out: `clipscope FILE …` and `clipscope -e CODE` run.
  /// Throws for a first word that is neither a command nor a script.
  static func completed(_ arguments: [String]) throws -> [String] {
    // Alone it is a session on a terminal, and a script from standard input elsewhere.
    guard let first = arguments.first else { return isatty(STDIN_FILENO) == 1 ? ["repl"] : ["run", "-"] }
    let commands = commands.map(\.name)
    if commands.contains(first) { return arguments }
    let isScript =
      first == "-" || first == "-e" || first.hasSuffix(".clip")
      || (!first.hasPrefix("-") && access(first, R_OK) == 0)
    if isScript { return ["run"] + arguments }
    if ["-i", "--no-history", "--no-init", "--no-cache"].contains(first) { return ["repl"] + arguments }
    if first.hasPrefix("-") { return arguments }
    let hint = Suggestion.nearest(to: first, among: commands).map { "; did you mean `\($0)`?" } ?? ""
    throw ValidationError("there is no command and no script `\(first)`\(hint)")
  }
}
