import ArgumentParser
import Bindings
import Console
import Glibc

/// `clipscope help [NAME]`: names of the language and the library, then commands.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "help",
    abstract: "Explains a function, a type, a word of the language, an option or a command.",
    discussion: """
      Without a name it lists everything with one line each. `clipscope help surgery`, `help std.prompts`,
      `help prompts.imagenet`, `help heatmaps`, `help for`, `help '|>'`, `help depth`, `help run`.
      """)

  @ArgumentParser.Argument(help: "What to explain.") var names: [String] = []

  func run() throws {
    let width = Terminal.width
    let help = Help.standard
    let commands = ClipscopeCommand.commands
    let name = names.joined(separator: " ")
    guard !name.isEmpty else {
      Output.write(help.overview(width: width, commands: commands) + "\n", to: STDOUT_FILENO)
      return
    }
    var parts: [String] = []
    if let command = ClipscopeCommand.command(named: name) {
      parts.append(ClipscopeCommand.helpMessage(for: command, columns: width))
    }
    if let text = help.text(for: name, width: width) { parts.append(text) }
    guard !parts.isEmpty else {
      let near = help.suggestion(for: name, besides: commands.map(\.name))
      complain(
        "error: there is no help on `\(name)`" + (near.map { "; did you mean `\($0)`?" } ?? ""))
      complain("see `clipscope help`")
      throw ExitCode(2)
    }
    Output.write(parts.joined(separator: "\n\n") + "\n", to: STDOUT_FILENO)
  }
}
