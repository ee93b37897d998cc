import Interpreter

/// What `clipscope run FILE --help` shows.
enum ScriptHelp {
  static func text(_ program: Program, file: String) -> String {
    var lines: [String] = []
    if let documentation = program.documentation { lines += [documentation, ""] }
    let parameters = program.parameters
    lines.append("usage: clipscope run \(file)\(parameters.isEmpty ? "" : " [name=value …]")")
    if !parameters.isEmpty { lines.append("") }
    let width = parameters.map { $0.name.count + $0.type.description.count + 2 }.max() ?? 0
    for parameter in parameters {
      let head = "\(parameter.name): \(parameter.type.description)"
      let padding = String(repeating: " ", count: max(0, width - head.count))
      let value = parameter.defaultText.map { "= \($0)" } ?? "(must be given)"
      lines.append("  \(head)\(padding)  \(value)")
      if let documentation = parameter.documentation { lines.append("      \(documentation)") }
    }
    return lines.joined(separator: "\n")
  }
}
