import Bindings
import Interpreter
import Syntax

/// `name?` and `name??`.
struct HelpRequest: Equatable {
  let name: String
  /// Whether the source is asked for.
  let wantsSource: Bool

  /// What an entry asks for; nil where it is none of this. Question marks are no part of the language.
  init?(_ text: String) {
    var name = ReplText.trimmed(text)
    guard name.hasSuffix("?") || name.hasPrefix("?"), !name.contains("\n") else { return nil }
    var marks = 0
    while name.hasSuffix("?") {
      name.removeLast()
      marks += 1
    }
    while name.hasPrefix("?") {
      name.removeFirst()
      marks += 1
    }
    name = ReplText.trimmed(name)
    // Code may end in a question mark too, in a comment or a string.
    guard !name.contains(where: { $0.isWhitespace || "\"'#([{".contains($0) }) else { return nil }
    self.name = name
    wantsSource = marks > 1
  }

  /// The help or the source, with the names of a session. Throws where there is none.
  func answer(names: [(name: String, value: Value)], width: Int) throws -> String {
    guard !name.isEmpty else { return Help.standard.overview(width: width) }
    let value = value(among: names)
    return wantsSource ? try source(value) : try help(value, among: names, width: width)
  }

  private func help(_ value: Value?, among names: [(name: String, value: Value)], width: Int) throws -> String
  {
    switch value {
    case .function(let function)?: return Help.standard.entry(for: function).text(width: width)
    case let value?:
      var text = "\(name): \(ValueText.summary(value))"
      if let type = Help.entry(for: value.typeName), type.kind == .type {
        text += "\n\n" + type.text(width: width)
      }
      return text
    case nil: break
    }
    if let text = Help.standard.text(for: name, width: width) { return text }
    let near = Help.standard.suggestion(for: name, besides: names.map(\.name))
    throw ReplError("there is no help on `\(name)`" + (near.map { "; did you mean `\($0)`?" } ?? ""))
  }

  /// A name of the session, or a member of a module it imported.
  private func value(among names: [(name: String, value: Value)]) -> Value? {
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    guard let first = parts.first, let value = names.first(where: { $0.name == first })?.value else {
      return nil
    }
    if parts.count == 1 { return value }
    if case .record(let record) = value { return record[parts[1]] }
    return nil
  }

  private func source(_ value: Value?) throws -> String {
    if case .function(let function)? = value {
      if let file = function.file, let text = HelpRequest.declaration(of: function.name, in: file) {
        return text
      }
      if function.builtin != nil { throw builtIn(function.name) }
    }
    for entry in Help.entries(for: name) {
      let parts = entry.name.split(separator: ".").map(String.init)
      guard parts.first == "std", parts.count >= 2, let module = Engine.libraryText[parts[1]] else {
        continue
      }
      if parts.count == 2 { return module }
      let file = SourceFile(name: "std.\(parts[1])", text: module, path: "std:\(parts[1])")
      if let text = HelpRequest.declaration(of: parts[2], in: file) { return text }
    }
    if Engine.registry[name] != nil { throw builtIn(name) }
    if value != nil { throw ReplError("`\(name)` is a value; `??` shows the source of functions") }
    let near = Help.standard.suggestion(for: name)
    throw ReplError("there is no function `\(name)`" + (near.map { "; did you mean `\($0)`?" } ?? ""))
  }

  private func builtIn(_ name: String) -> ReplError {
    ReplError("`\(name)` is part of the program, not written in Clip; `\(name)?` explains it")
  }

  /// The text that binds a name at the top level of a file, its comments above it.
  static func declaration(of name: String, in file: SourceFile) -> String? {
    let tree = Parser.parse(file, interactive: true).tree
    for statement in tree.statements {
      let names: [Name] =
        switch statement.kind {
        case .function(let name, _): [name]
        case .binding(let names, _): names
        default: []
        }
      guard names.contains(where: { $0.text == name }) else { continue }
      let text = file.text(statement.span)
      let documentation = statement.documentation.map {
        $0.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "##" : "## \($0)" }
          .joined(separator: "\n") + "\n"
      }
      return "# \(file.name):\(file.location(of: statement.span.start).line)\n" + (documentation ?? "") + text
    }
    return nil
  }
}
