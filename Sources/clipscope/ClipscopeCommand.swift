import ArgumentParser
import Glibc

/// The command line. Subcommands live in files of their own; each only reads its arguments and calls
/// the targets that do the work.
struct ClipscopeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clipscope",
    abstract: "A small language for looking inside CLIP.",
    discussion: """
      clipscope FILE.clip [name=value …] runs a script; `clipscope run FILE --help` shows what it takes.
      """,
    version: Version.text,
    subcommands: [RunCommand.self, CheckCommand.self, ModelsCommand.self, InspectCommand.self])

  /// The arguments with what users may leave out: `clipscope FILE …` and `clipscope -e CODE` run.
  static func completed(_ arguments: [String]) -> [String] {
    guard let first = arguments.first else { return ["--help"] }
    let commands = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    if commands.contains(first) { return arguments }
    let isScript =
      first == "-" || first == "-e" || first.hasSuffix(".clip")
      || (!first.hasPrefix("-") && access(first, R_OK) == 0)
    return isScript ? ["run"] + arguments : arguments
  }
}
