import Interpreter
import Syntax

extension HelpEntry {
  /// What is known of a builtin.
  public init(_ builtin: Builtin) {
    let documentation = builtin.documentation
    let parameters =
      builtin.positional.map { Parameter($0, isOption: false) }
      + builtin.options.map { Parameter($0, isOption: true) }
    self.init(
      kind: .function, name: builtin.name, section: ManualSection.title(of: builtin.section),
      form: builtin.signature.description,
      signature: HelpEntry.signature(
        builtin.name, parameters, isVariadic: builtin.isVariadic, result: builtin.result.description),
      summary: HelpEntry.sentence(documentation.summary), parameters: parameters,
      result: builtin.result.description, details: HelpEntry.trimmed(documentation.details),
      errors: documentation.errors, equation: documentation.equation, citation: documentation.citation,
      seeAlso: documentation.seeAlso)
    (example, output) = ExampleText.split(documentation.example)
  }

  /// `mean(values: number or list, …; axis: int = 0) → number`.
  static func signature(
    _ name: String, _ parameters: [Parameter], isVariadic: Bool, result: String
  ) -> String {
    func written(_ parameter: Parameter) -> String {
      parameter.name + (parameter.type.isEmpty ? "" : ": \(parameter.type)")
        + (parameter.defaultValue.map { " = \($0)" } ?? "")
    }
    var positional = parameters.filter { !$0.isOption }.map(written)
    if isVariadic, let last = positional.popLast() { positional.append(last + ", …") }
    let options = parameters.filter(\.isOption).map(written)
    let list =
      positional.joined(separator: ", ")
      + (options.isEmpty ? "" : (positional.isEmpty ? "; " : "; ") + options.joined(separator: ", "))
    return "\(name)(\(list))" + (result.isEmpty ? "" : " → \(result)")
  }

  /// A summary with its full stop.
  static func sentence(_ text: String) -> String {
    guard let last = text.last else { return "" }
    return ".!?:".contains(last) ? text : text + "."
  }

  /// Without blank lines and spaces at both ends, except the indentation of the first line.
  static func trimmed(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    func isBlank(_ line: Substring) -> Bool { line.allSatisfy { $0 == " " } }
    while let first = lines.first, isBlank(first) { lines.removeFirst() }
    while let last = lines.last, isBlank(last) { lines.removeLast() }
    var result = lines.joined(separator: "\n")
    while result.last == " " { result.removeLast() }
    return result
  }
}

extension HelpEntry.Parameter {
  init(_ parameter: Builtin.Parameter, isOption: Bool) {
    self.init(
      name: parameter.name, type: parameter.type.description,
      defaultValue: parameter.defaultValue?.literal, meaning: parameter.doc, isOption: isOption)
  }
}

/// The headings of the manual, in its order.
enum ManualSection {
  /// The names that builtins give their sections, with the headings shown.
  static let titles: [(name: String, title: String)] = [
    ("primitives", "CLIP"), ("pictures", "Pictures"), ("tensors", "Tensors"), ("lists", "Lists"),
    ("strings", "Strings"), ("numbers", "Numbers"), ("records", "Records"), ("tables", "Tables"),
    ("general", "General"),
  ]

  /// The heading of a section; one that is not listed is shown by its name.
  static func title(of name: String) -> String {
    titles.first { $0.name == name }?.title ?? name.prefix(1).uppercased() + name.dropFirst()
  }

  /// The headings of some sections, the listed ones first.
  static func ordered(_ found: Set<String>) -> [String] {
    let known = titles.map(\.title).filter(found.contains)
    return known + found.subtracting(known).sorted()
  }
}
