import Bindings
import Interpreter
import Syntax

/// What is known of a word of a script.
public struct Explanation: Sendable {
  /// The word.
  public let span: Span
  /// One line of code: a signature, or a name with its type.
  public let title: String
  /// One line in words; may be empty.
  public let summary: String
  /// Everything that help knows of it.
  public let entry: HelpEntry?

  /// As Markdown, for editors.
  public var markdown: String {
    entry.map { HelpMarkdown.text($0, title: title) } ?? HelpMarkdown.text(title: title, summary: summary)
  }
}

extension Assistant {
  /// What the word at an offset means; nil where nothing is known of it.
  public func explanation(
    in file: SourceFile, at offset: Int, session: SessionScope? = nil
  ) -> Explanation? {
    guard let word = Assistant.lexeme(in: file, at: offset) else { return nil }
    switch word.kind {
    case .number, .string: return nil
    case .symbol: return syntax(word)
    case .name, .keyword: break
    }
    let knowledge = ScriptKnowledge(
      file, registry: registry, loader: loader, session: session?.known ?? [:])
    let scope = Scope(names: knowledge.names, knowledge: knowledge, session: session)
    let index = NameIndex(knowledge.graph.main.tree)
    if let found = option(word, in: file, scope) { return found }
    if let base = knowledge.base(at: word.span) {
      return member(word, of: base, index.bases[word.span]?.text, scope)
    }
    if word.kind == .keyword { return syntax(word) }
    if let target = importTarget(word, knowledge.graph.main.tree) { return target }
    if let declaration = index.declaration(at: word.span) {
      return explanation(of: declaration, word, scope)
    }
    if index.meanings[word.span] == nil, let found = notUnderstood(word, in: file, index, scope) {
      return found
    }
    if let value = session?.values[word.text] { return explanation(of: value, word, scope) }
    if let annotation = type(word, in: file) { return annotation }
    guard let entry = functionEntry(word.text) else { return nil }
    return explanation(word, entry)
  }

  /// A word of a statement that was not understood, by the file's outermost names.
  private func notUnderstood(
    _ word: Lexeme, in file: SourceFile, _ index: NameIndex, _ scope: Scope
  ) -> Explanation? {
    let path = Assistant.path(endingAt: word, in: file)
    if path.count > 1, let base = scope.known(path.dropLast()) {
      return member(word, of: base, path.count == 2 ? path[0] : nil, scope)
    }
    guard path.count == 1,
      let declaration = index.declarations.last(where: { $0.depth == 0 && $0.name == word.text })
    else { return nil }
    return explanation(of: declaration, word, scope)
  }

  private func explanation(_ word: Lexeme, _ entry: HelpEntry) -> Explanation {
    Explanation(span: word.span, title: entry.signature, summary: entry.summary, entry: entry)
  }

  private func syntax(_ word: Lexeme) -> Explanation? {
    let entries = help.entries(for: word.text)
    let entry = entries.first { $0.kind == .syntax } ?? entries.first { $0.kind == .type }
    return entry.map { explanation(word, $0) }
  }

  /// `std` and the name behind it in an import.
  private func importTarget(_ word: Lexeme, _ tree: Tree) -> Explanation? {
    for statement in tree.statements {
      guard case .importing(let declaration) = statement.kind, case .standard(let name) = declaration.target,
        declaration.targetSpan.start <= word.span.start, word.span.end <= declaration.targetSpan.end,
        let entry = help.entries(for: "std.\(name)").first
      else { continue }
      return explanation(word, entry)
    }
    return nil
  }

  /// The name of a type behind a colon.
  private func type(_ word: Lexeme, in file: SourceFile) -> Explanation? {
    guard registry.typeNames.contains(word.text) else { return nil }
    let before = Cursor(in: file, at: word.span.start).before
    let isAnnotation =
      before.last?.isSymbol(":") == true
      || (before.last?.isSymbol("[") == true && before.count > 1
        && before[before.count - 2].text == "list")
    guard isAnnotation, let entry = help.entries(for: word.text).first(where: { $0.kind == .type }) else {
      return nil
    }
    return explanation(word, entry)
  }

  // MARK: What the script binds

  private func explanation(of declaration: Declaration, _ word: Lexeme, _ scope: Scope) -> Explanation {
    let known = scope.knowledge.value(at: word.span) ?? scope.knowledge.value(at: declaration.span)
    let isOutermost = declaration.depth == 0
    let entry = isOutermost ? self.entry(ofMember: [declaration.name], in: scope) : nil
    if declaration.kind == .module {
      let title = scope.moduleName(declaration.name) ?? declaration.name
      return Explanation(
        span: word.span, title: "\(declaration.name): module \(title)", summary: entry?.summary ?? "",
        entry: entry)
    }
    var title = entry?.signature ?? declaration.name
    if entry == nil || (declaration.kind == .value && known?.signature == nil) {
      title = declaration.name + (known.map(Assistant.typeText) ?? "")
    }
    return Explanation(span: word.span, title: title, summary: entry?.summary ?? "", entry: entry)
  }

  /// What a session's name holds.
  private func explanation(of value: Value, _ word: Lexeme, _ scope: Scope) -> Explanation {
    if case .function(let function) = value { return explanation(word, help.entry(for: function)) }
    if let module = scope.session?.modules[word.text], let entry = help.entries(for: module).first {
      return explanation(word, entry)
    }
    let summary = if case .object(let object) = value { object.summary } else { "" }
    return Explanation(
      span: word.span, title: word.text + Assistant.typeText(KnownValue(value)), summary: summary, entry: nil)
  }

  /// `: image`; of a function what it takes; nothing where no type is known.
  private static func typeText(_ value: KnownValue) -> String {
    if let signature = value.signature {
      return signature.description.hasPrefix("fn(")
        ? ": \(signature.description)" : ": fn \(signature.description)"
    }
    return value.spec == .any ? "" : ": \(value.spec.description)"
  }

  // MARK: Fields and options

  private func member(_ word: Lexeme, of base: KnownValue, _ name: String?, _ scope: Scope) -> Explanation? {
    if let name, base.isModule || scope.moduleName(name) != nil,
      let entry = entry(ofMember: [name, word.text], in: scope)
    {
      return explanation(word, entry)
    }
    if let value = base.field(word.text) {
      return Explanation(
        span: word.span, title: word.text + Assistant.typeText(value), summary: "", entry: nil)
    }
    guard case .engine(let type) = base.spec,
      let field = registry.type(type)?.fields?.first(where: { $0.name == word.text })
    else { return nil }
    return Explanation(
      span: word.span, title: "\(type).\(field.name): \(field.type.description)", summary: field.doc,
      entry: nil)
  }

  /// An option's name before its colon.
  private func option(_ word: Lexeme, in file: SourceFile, _ scope: Scope) -> Explanation? {
    let cursor = Cursor(in: file, at: word.span.end)
    guard cursor.after.first?.isSymbol(":") == true, let site = CallSite(cursor), site.isAtArgumentStart
    else { return nil }
    let local = self.scope(in: file, replacing: word.span, session: scope.session)
    guard let callable = callable(site, in: local),
      let parameter = callable.parameters.first(where: { $0.name == word.text })
    else { return nil }
    return Explanation(
      span: word.span, title: parameter.written, summary: parameter.meaning, entry: nil)
  }
}
