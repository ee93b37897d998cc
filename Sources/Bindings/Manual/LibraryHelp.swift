import Interpreter
import Syntax

/// What `##` comments say: of the standard library's modules, and of a script's own functions.
enum LibraryHelp {
  /// The entries of `std.<name>`: the module itself, then its members in the order written.
  static func entries(module name: String, text: String) -> [HelpEntry] {
    let tree = Parser.parse(SourceFile(name: "std.\(name)", text: text, path: "std:\(name)")).tree
    var members: [HelpEntry] = []
    for statement in tree.statements {
      if let entry = entry(of: statement, in: tree.file, prefix: "std.\(name)."), !entry.summary.isEmpty {
        members.append(entry)
      }
    }
    let words = DocComment(tree.documentation ?? "")
    var module = HelpEntry(
      kind: .module, name: "std.\(name)", form: "import std.\(name)", signature: "import std.\(name)",
      summary: HelpEntry.sentence(words.summary), details: words.details)
    (module.example, module.output) = ExampleText.split(words.example)
    module.members = members.map { member in
      HelpEntry.Member(
        name: String(member.name.dropFirst("std.\(name).".count)), type: "", meaning: member.summary)
    }
    return ([module] + members).map { entry in
      var entry = entry
      entry.section = "std.\(name)"
      return entry
    }
  }

  /// What a script says of one of its functions, bound at its top level.
  static func entry(ofFunction name: String, in file: SourceFile) -> HelpEntry? {
    for statement in Parser.parse(file).tree.statements {
      if case .function(let bound, _) = statement.kind, bound.text == name {
        return entry(of: statement, in: file, prefix: "")
      }
    }
    return nil
  }

  /// What the `##` lines above a function or a binding say. Names that begin with `_` are a module's own.
  static func entry(of statement: Statement, in file: SourceFile, prefix: String) -> HelpEntry? {
    let words = DocComment(statement.documentation ?? "")
    var entry: HelpEntry
    switch statement.kind {
    case .function(let name, let function) where !name.text.hasPrefix("_"):
      let parameters = function.parameters.map { parameter in
        HelpEntry.Parameter(
          name: parameter.name.text, type: parameter.type.map { file.text($0.span) } ?? "",
          defaultValue: parameter.defaultValue.map { shortened(file.text($0.span)) }, meaning: "",
          isOption: false)
      }
      let full = prefix + name.text
      entry = HelpEntry(
        kind: .library, name: full,
        form: Signature(name: full, function: function).description,
        signature: HelpEntry.signature(full, parameters, isVariadic: false, result: ""),
        summary: HelpEntry.sentence(words.summary))
      entry.parameters = parameters
    case .binding(let names, let value) where names.count == 1 && !names[0].text.hasPrefix("_"):
      let full = prefix + names[0].text
      let type = type(of: value)
      entry = HelpEntry(
        kind: .library, name: full, form: full, signature: full + (type.isEmpty ? "" : ": \(type)"),
        summary: HelpEntry.sentence(words.summary))
      entry.result = type
    default: return nil
    }
    entry.details = words.details
    entry.seeAlso = words.seeAlso
    (entry.example, entry.output) = ExampleText.split(words.example)
    return entry
  }

  /// What a literal is, as far as its form shows it.
  private static func type(of expression: Expression) -> String {
    switch expression.unwrapped.kind {
    case .list(let elements): "list of \(elements.count)"
    case .record(let fields): "record of \(fields.count)"
    case .comprehension: "list"
    case .number: "number"
    case .string: "string"
    case .bool: "bool"
    case .function: "function"
    default: ""
    }
  }

  private static func shortened(_ text: String) -> String {
    text.contains("\n") || text.count > 40 ? "…" : text
  }
}
