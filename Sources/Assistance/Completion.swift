import Bindings
import Interpreter
import Syntax

extension Assistant {
  /// What can stand at a cursor, the most likely first. Empty in comments and where a new name is written.
  public func completions(
    in file: SourceFile, at offset: Int, session: SessionScope? = nil
  ) -> [Candidate] {
    let cursor = Cursor(in: file, at: offset)
    switch cursor.place {
    case .comment, .format: return []
    case .string(let string):
      return StringCompletion(self, file, cursor, string, session).candidates()
    case .code:
      let typed = file.text(Span(cursor.word.start, cursor.offset))
      // A number is being written.
      if typed.first?.isNumber == true { return [] }
      return CodeCompletion(self, file, cursor, session).candidates().filter { $0.begins(with: typed) }
    }
  }
}

extension Candidate {
  /// Whether it goes on from what is typed; capitals do not matter.
  func begins(with typed: String) -> Bool {
    typed.isEmpty || label.lowercased().hasPrefix(typed.lowercased())
  }
}

/// Candidates in code, before they are compared with what is typed.
private struct CodeCompletion {
  let assistant: Assistant
  let file: SourceFile
  let cursor: Cursor
  let session: SessionScope?
  private let before: [Lexeme]
  private let previous: Lexeme?

  init(_ assistant: Assistant, _ file: SourceFile, _ cursor: Cursor, _ session: SessionScope?) {
    self.assistant = assistant
    self.file = file
    self.cursor = cursor
    self.session = session
    before = cursor.before
    previous = before.last
  }

  private var range: Span { cursor.word }

  /// Whether the word begins a line.
  private var beginsLine: Bool {
    guard let previous else { return true }
    return file.line(of: previous.span.end) != file.line(of: cursor.word.start)
  }

  func candidates() -> [Candidate] {
    guard let previous else { return names(scope(), atStart: true) }
    if previous.isSymbol(".") { return afterDot() }
    if previous.isKeyword(.import) { return [keyword("std")] }
    if let words = wordsOfImport() { return words }
    if previous.isKeyword(.param) || bindsName(previous) { return [] }
    if isTypePosition { return types() }
    if endsOperand(previous), !beginsLine { return continuations(after: previous) }
    let scope = scope()
    if previous.isSymbol("|>") { return functions(scope) }
    let (options, comeFirst) = options(scope)
    let names = names(scope, atStart: isStatementStart)
    return comeFirst ? options + names : names + options
  }

  // MARK: Where the cursor is

  /// What follows `import std.prompts` or `import "file"`.
  private func wordsOfImport() -> [Candidate]? {
    guard !beginsLine, let start = before.lastIndex(where: { $0.isKeyword(.import) }) else { return nil }
    let rest = before[(start + 1)...]
    if rest.last?.text == "as", rest.count > 1 { return [] }
    let isTarget =
      (rest.count == 1 && rest.last?.kind == .string)
      || (rest.count == 3 && rest.first?.text == "std")
    return isTarget ? [keyword("as")] : nil
  }

  /// Whether a new name follows: of a function, of a loop, of a parameter.
  private func bindsName(_ previous: Lexeme) -> Bool {
    if previous.isKeyword(.fn) || previous.isKeyword(.for) || previous.isKeyword(.sweep) { return true }
    guard previous.isSymbol(",") || previous.isSymbol("(") else { return false }
    if let open = Brackets.open(in: before).last, Brackets.isFunctionHead(before, open) { return true }
    if previous.isSymbol(","), isInSweepHeader { return true }
    // `for a, b in …`
    var index = before.count - 1
    while index > 0, before[index].isSymbol(","), before[index - 1].kind == .name { index -= 2 }
    return index >= 0 && previous.isSymbol(",") && before[index].isKeyword(.for)
  }

  /// Whether the comma before the cursor parts the variables of a sweep: `sweep a in A, …`.
  private var isInSweepHeader: Bool {
    let open = Brackets.open(in: before).last ?? -1
    guard let word = before.lastIndex(where: { $0.isKeyword(.sweep) }), word > open else { return false }
    var depth = 0
    for (index, lexeme) in before[word...].enumerated() where lexeme.kind == .symbol {
      switch lexeme.text {
      case "(", "[": depth += 1
      case ")", "]": depth -= 1
      // The header ends where its block begins.
      case "{" where depth == 0 && Brackets.isBlock(before, word + index): return false
      default: break
      }
    }
    return true
  }

  /// Whether a type is written: behind the colon of a `param` or of a function's parameter.
  private var isTypePosition: Bool {
    var end = before.count
    // Within the brackets of `list[…]`.
    while end > 1, before[end - 1].isSymbol("["), before[end - 2].text == "list" { end -= 2 }
    guard end > 1, before[end - 1].isSymbol(":"), before[end - 2].kind == .name else { return false }
    if end > 2, before[end - 3].isKeyword(.param) { return true }
    guard let open = Brackets.open(in: Array(before[..<end])).last else { return false }
    return Brackets.isFunctionHead(before, open)
  }

  private func endsOperand(_ lexeme: Lexeme) -> Bool {
    switch lexeme.kind {
    case .name, .number, .string: true
    case .keyword: [.true, .false, .none].contains { lexeme.isKeyword($0) }
    case .symbol: [")", "]", "}"].contains(lexeme.text)
    }
  }

  private var isStatementStart: Bool {
    guard let previous else { return true }
    if previous.isSymbol(";") { return true }
    guard let open = Brackets.open(in: before).last else { return beginsLine && endsOperand(previous) }
    guard before[open].isSymbol("{"), Brackets.isBlock(before, open) else { return false }
    return open == before.count - 1 || (beginsLine && endsOperand(previous))
  }

  // MARK: Candidates

  private func keyword(_ text: String) -> Candidate {
    let entry = assistant.help.entries(for: text).first { $0.kind == .syntax || $0.kind == .type }
    return Candidate(text, .keyword, help: entry?.summary ?? "", range: range, entry: entry)
  }

  private func keywords(_ words: [Keyword]) -> [Candidate] { words.map { keyword($0.rawValue) } }

  /// What goes on after a value.
  private func continuations(after previous: Lexeme) -> [Candidate] {
    var words: [Keyword] = [.and, .or, .in]
    if previous.isSymbol("}") { words.append(.else) }
    if let open = Brackets.open(in: before).last, before[open].isSymbol("[") { words += [.for, .if] }
    return keywords(words)
  }

  private func types() -> [Candidate] {
    assistant.registry.typeNames.sorted().map { name in
      let entry = assistant.help.entries(for: name).first { $0.kind == .type }
      return Candidate(name, .type, help: entry?.summary ?? "", range: range, entry: entry)
    }
  }

  private func scope() -> Scope { assistant.scope(in: file, replacing: cursor.word, session: session) }

  /// Options of the call at the cursor that it has not yet, and whether they are likelier than names:
  /// nothing that must be given by position is missing.
  private func options(_ scope: Scope) -> ([Candidate], comeFirst: Bool) {
    guard let site = CallSite(cursor), site.isAtArgumentStart,
      let callable = assistant.callable(site, in: scope)
    else { return ([], false) }
    let isLabelled = cursor.after.first?.isSymbol(":") == true
    var candidates: [Candidate] = []
    for (index, parameter) in callable.parameters.enumerated() where !site.given.contains(parameter.name) {
      if !parameter.isOption {
        // A positional parameter can be given by name, once what is before it is there.
        let collects = callable.isVariadic && index == callable.positional.count - 1
        if index < site.positionalCount || callable.builtin != nil || collects { continue }
      }
      let suffix = isLabelled ? "" : ": "
      candidates.append(
        Candidate(
          parameter.name + suffix, label: parameter.name, .option, detail: parameter.written,
          help: parameter.meaning, range: range))
    }
    let isLacking = callable.positional.enumerated().contains { index, parameter in
      index >= site.positionalCount && parameter.isRequired && !site.given.contains(parameter.name)
    }
    return (candidates, !isLacking)
  }

  private func names(_ scope: Scope, atStart: Bool) -> [Candidate] {
    var candidates = visible(scope) + builtins()
    candidates += keywords([.if, .fn, .sweep, .not, .true, .false, .none])
    if atStart { candidates += keywords([.for, .param, .import]) }
    return candidates
  }

  /// What can stand behind `|>`.
  private func functions(_ scope: Scope) -> [Candidate] {
    let own = visible(scope).filter { candidate in
      guard let value = scope.names[candidate.text] else { return false }
      return candidate.kind == .module || value.signature != nil || value.spec == .function
        || value.spec == .any
    }
    return own + builtins()
  }

  /// Names of the script and the session; what takes itself for private comes last.
  private func visible(_ scope: Scope) -> [Candidate] {
    let names = scope.names.keys.filter { $0 != Assistant.probe }.sorted {
      ($0.hasPrefix("_") ? 1 : 0, $0) < ($1.hasPrefix("_") ? 1 : 0, $1)
    }
    return names.compactMap { name in
      scope.names[name].map { value in
        candidate(
          name, value, entry: assistant.entry(ofMember: [name], in: scope),
          isModule: scope.moduleName(name) != nil)
      }
    }
  }

  private func candidate(_ name: String, _ value: KnownValue, entry: HelpEntry?, isModule: Bool) -> Candidate
  {
    let isFunction = value.signature != nil || value.spec == .function
    let kind: Candidate.Kind = isModule || value.isModule ? .module : isFunction ? .function : .variable
    let detail = isModule ? entry?.name ?? "module" : value.description
    return Candidate(name, kind, detail: detail, help: entry?.summary ?? "", range: range, entry: entry)
  }

  private func builtins() -> [Candidate] {
    assistant.registry.names.map { name in
      let entry = assistant.functionEntry(name)
      return Candidate(
        name, .function, detail: entry?.form ?? "", help: entry?.summary ?? "", range: range, entry: entry)
    }
  }

  // MARK: After a dot

  private func afterDot() -> [Candidate] {
    if before.count > 2, before[before.count - 2].text == "std", before[before.count - 3].isKeyword(.import) {
      return modules()
    }
    // `1.` is half a number.
    if before.count > 1, before[before.count - 2].kind == .number { return [] }
    let (path, _) = CallSite.path(before, endingAt: before.count - 1)
    let scope = scope()
    if let value = scope.value(of: path) {
      let found = fields(of: value, path, scope)
      if !found.isEmpty { return found }
    }
    guard let base = scope.base ?? scope.known(path) else { return [] }
    return fields(of: base, path, scope)
  }

  private func modules() -> [Candidate] {
    assistant.loader.standardNames.map { name in
      let entry = assistant.help.entries(for: "std.\(name)").first
      return Candidate(
        name, .module, detail: "std.\(name)", help: entry?.summary ?? "", range: range, entry: entry)
    }
  }

  /// Fields of a value that is there.
  private func fields(of value: Value, _ path: [String], _ scope: Scope) -> [Candidate] {
    switch value {
    case .record: fields(of: KnownValue(value), path, scope)
    case .object(let object):
      object.fieldNames.map { field($0, of: object.typeName, value: try? object.field($0)) }
    default: []
    }
  }

  private func fields(of base: KnownValue, _ path: [String], _ scope: Scope) -> [Candidate] {
    if let fields = base.fields {
      return fields.map { name, value in
        let entry = path.isEmpty ? nil : assistant.entry(ofMember: path + [name], in: scope)
        let isFunction = value.signature != nil
        return Candidate(
          name, isFunction ? .function : .field, detail: entry?.form ?? value.description,
          help: entry?.summary ?? "", range: range, entry: entry)
      }
    }
    guard case .engine(let type) = base.spec else { return [] }
    return (assistant.registry.type(type)?.fields ?? []).map { field($0.name, of: type, value: nil) }
  }

  private func field(_ name: String, of type: String, value: Value?) -> Candidate {
    let known = assistant.registry.type(type)?.fields?.first { $0.name == name }
    return Candidate(
      name, .field, detail: known?.type.description ?? value.map { KnownValue($0).description } ?? "",
      help: known?.doc ?? "", range: range)
  }
}
