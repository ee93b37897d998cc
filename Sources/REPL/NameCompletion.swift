import Bindings
import Interpreter
import Syntax

/// What Tab offers without knowing the language: names of the session, of the program and of commands, and fields.
enum NameCompletion {
  /// The names that begin as the word before the cursor does.
  static func complete(_ text: String, _ cursor: Int, _ names: [(name: String, value: Value)]) -> Completion?
  {
    let characters = Array(text)
    guard cursor <= characters.count else { return nil }
    var start = cursor
    while start > 0, isWord(characters[start - 1]) { start -= 1 }
    let word = String(characters[start..<cursor])
    if start == 1, characters[0] == "%" {
      let commands = SessionCommand.allCases.filter { $0.rawValue.hasPrefix(word) }
      return Completion(
        range: start..<cursor, candidates: commands.map { .init($0.rawValue, help: $0.summary) })
    }
    if start > 0, characters[start - 1] == "." {
      var base = start - 1
      while base > 0, isWord(characters[base - 1]) { base -= 1 }
      let owner = String(characters[base..<(start - 1)])
      guard let value = names.first(where: { $0.name == owner })?.value else { return nil }
      return Completion(
        range: start..<cursor, candidates: fields(of: value).filter { $0.text.hasPrefix(word) })
    }
    guard !word.isEmpty else { return nil }
    var candidates = names.filter { $0.name.hasPrefix(word) && $0.name != "_" }.map {
      Completion.Candidate($0.name, help: ValueText.summary($0.value))
    }
    candidates += Engine.registry.builtins.filter { $0.name.hasPrefix(word) }.map {
      Completion.Candidate($0.name, help: Help.entry(for: $0.name)?.summary ?? "")
    }
    candidates += Keyword.allCases.map(\.rawValue).filter { $0.hasPrefix(word) }.map {
      Completion.Candidate($0)
    }
    return Completion(range: start..<cursor, candidates: candidates)
  }

  private static func fields(of value: Value) -> [Completion.Candidate] {
    switch value {
    case .record(let record): record.fields.map { .init($0.name, help: ValueText.summary($0.value)) }
    case .object(let object): object.fieldNames.map { .init($0) }
    default: []
    }
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }
}
