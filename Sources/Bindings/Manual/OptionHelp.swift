import Interpreter

/// Which functions take an option, and what it means to each.
enum OptionHelp {
  /// One entry for each option's name, in alphabetical order.
  static func entries(_ builtins: [Builtin]) -> [HelpEntry] {
    var takers: [String: [(meaning: HelpEntry.Parameter, functions: [String])]] = [:]
    for builtin in builtins {
      for option in builtin.options {
        let parameter = HelpEntry.Parameter(option, isOption: true)
        if let known = takers[option.name]?.firstIndex(where: { $0.meaning == parameter }) {
          takers[option.name]?[known].functions.append(builtin.name)
        } else {
          takers[option.name, default: []].append((parameter, [builtin.name]))
        }
      }
    }
    return takers.keys.sorted().map { name in
      let uses = takers[name] ?? []
      let functions = uses.flatMap(\.functions).sorted()
      var entry = HelpEntry(
        kind: .option, name: name, section: "Options", form: "\(name): …",
        signature: uses.count == 1 ? written(uses[0].meaning) : "\(name): …",
        summary: "An option of \(list(functions)).")
      entry.members = uses.map { use in
        HelpEntry.Member(
          name: use.functions.joined(separator: ", "), type: written(use.meaning),
          meaning: use.meaning.meaning)
      }
      return entry
    }
  }

  private static func written(_ parameter: HelpEntry.Parameter) -> String {
    "\(parameter.name): \(parameter.type)" + (parameter.defaultValue.map { " = \($0)" } ?? "")
  }

  /// `a`, `a and b`, `a, b and c`, in code marks.
  private static func list(_ names: [String]) -> String {
    let marked = names.map { "`\($0)`" }
    guard let last = marked.last, marked.count > 1 else { return marked.first ?? "" }
    return marked.dropLast().joined(separator: ", ") + " and " + last
  }
}
