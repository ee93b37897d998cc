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
    let words = DocumentationComment(tree.documentation ?? "")
    var module = HelpEntry(
      kind: .module, name: "std.\(name)", form: "import std.\(name)", signature: "import std.\(name)",
      summary: words.summary, details: words.details)
    (module.example, module.output) = (words.example, words.output)
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
    let words = DocumentationComment(statement.documentation ?? "")
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
        summary: words.summary)
      entry.parameters = parameters
    case .binding(let names, let value) where names.count == 1 && !names[0].text.hasPrefix("_"):
      let full = prefix + names[0].text
      let type = type(of: value)
      entry = HelpEntry(
        kind: .library, name: full, form: full, signature: full + (type.isEmpty ? "" : ": \(type)"),
        summary: words.summary)
      entry.result = type
    default: return nil
    }
    entry.details = words.details
    entry.seeAlso = words.seeAlso
    (entry.example, entry.output) = (words.example, words.output)
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

/// A `##` comment taken apart: its first sentence, an example (all lines indented by four spaces), a
/// paragraph `See also: …`, and the rest.
struct DocumentationComment {
  var summary = ""
  var details = ""
  var example = ""
  var output: [String] = []
  var seeAlso: [String] = []

  init(_ text: String) {
    var rest: [String] = []
    var codes: [String] = []
    for block in HelpEntry.blocks(of: text) {
      switch block {
      case .code(let code): codes.append(code)
      case .prose(let prose):
        if summary.isEmpty {
          let (first, others) = DocumentationComment.firstSentence(of: prose)
          summary = HelpEntry.sentence(first)
          if !others.isEmpty { rest.append(others) }
        } else if let names = DocumentationComment.references(in: prose) {
          seeAlso += names
        } else {
          rest.append(prose)
        }
      }
    }
    details = rest.joined(separator: "\n\n")
    (example, output) = ExampleText.split(codes.joined(separator: "\n"))
  }

  /// The sentence that a text begins with, and what follows. A full stop ends it where a capital letter
  /// or a code mark begins the next word, outside brackets: `Li et al. 2023` goes on.
  static func firstSentence(of text: String) -> (String, String) {
    var depth = 0
    let characters = Array(text)
    for (index, character) in characters.enumerated() {
      switch character {
      case "(", "[": depth += 1
      case ")", "]": depth = max(0, depth - 1)
      case ".", "?", "!":
        guard depth == 0, index + 2 < characters.count, characters[index + 1] == " " else { continue }
        let next = characters[index + 2]
        if next.isUppercase || next == "`" {
          return (String(characters[...index]), String(characters[(index + 2)...]))
        }
      default: break
      }
    }
    return (text, "")
  }

  /// The names of a paragraph `See also: a, b.`
  private static func references(in prose: String) -> [String]? {
    guard prose.lowercased().hasPrefix("see also:") else { return nil }
    return prose.dropFirst("see also:".count).split(separator: ",").map { name in
      String(name.filter { !" `".contains($0) }).trimmingSuffix(".")
    }.filter { !$0.isEmpty }
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: Character) -> String {
    last == suffix ? String(dropLast()) : self
  }
}
