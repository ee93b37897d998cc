import Interpreter
import Syntax

/// `help(what)`. Always wrapped at the same width: what a script prints does not depend on the terminal.
let helpBuiltin = Builtin(
  "help", section: "general",
  [
    Builtin.Parameter(
      "what", .union([.function, .string, .none]), default: Value.none,
      "a function, or a name: of a function, `\"std.prompts\"`, a type, a word such as `\"for\"`, an option")
  ],
  gives: .none,
  Builtin.Documentation(
    "Prints what a name means: signature, parameters, errors, an example with its output.",
    details: """
      Without an argument, every name with one line. A function of the script shows its `##` lines.
      `clipscope help NAME` prints the same.
      """,
    errors: "A name that nothing bears; the error suggests the nearest.",
    seeAlso: ["type", "fn"],
    example: """
      ## Twice a number.
      fn twice(x) => 2 * x
      help(twice)
      # expect: twice(x)
      # expect:
      # expect: Twice a number.
      # expect:
      # expect: Takes
      # expect:   x
      """)
) { arguments, context in
  let text: String
  switch arguments["what"] {
  case .function(let function): text = Help.standard.entry(for: function).text()
  case .string(let name):
    guard let found = Help.standard.text(for: name) else {
      throw ScriptError(
        "there is no help on `\(name)`", argument: "what",
        hint: Help.standard.suggestion(for: name).map { "did you mean `\($0)`?" })
    }
    text = found
  default: text = Help.standard.overview()
  }
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    context.printLine(String(line))
  }
  return .none
}
