import Bindings
import Foundation
import Interpreter
import Syntax
import Testing

/// The editors' files below scripts/editors know the words of the language.
@Suite struct EditorFileTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("scripts/editors")

  private func text(_ name: String) throws -> String {
    try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
  }

  /// All values of a key anywhere in a JSON file.
  private func patterns(_ value: Any) -> [(name: String, pattern: String)] {
    if let list = value as? [Any] { return list.flatMap(patterns) }
    guard let object = value as? [String: Any] else { return [] }
    let own = ["match", "begin", "end", "firstLineMatch"].compactMap { key in
      (object[key] as? String).map { (object["name"] as? String ?? key, $0) }
    }
    return own + object.keys.sorted().flatMap { patterns(object[$0] as Any) }
  }

  private func grammar() throws -> Any {
    try JSONSerialization.jsonObject(with: Data(text("vscode/syntaxes/clip.tmLanguage.json").utf8))
  }

  /// The words of a pattern `\b(?:a|b)\b`.
  private func words(_ name: String) throws -> Set<String> {
    let pattern = try #require(patterns(grammar()).first { $0.name == name }?.pattern)
    let list = pattern.replacingOccurrences(of: "\\b(?:", with: "").replacingOccurrences(of: ")\\b", with: "")
    return Set(list.split(separator: "|").map(String.init))
  }

  @Test func grammarKnowsTheWords() throws {
    let hint: Testing.Comment = "run scripts/editors/update"
    #expect(try words("keyword.control.clip") == Set(Keyword.allCases.map(\.rawValue)), hint)
    #expect(try words("support.function.builtin.clip") == Set(Engine.registry.names), hint)
    #expect(try words("support.type.clip") == Engine.registry.typeNames, hint)
  }

  @Test func vimKnowsTheWords() throws {
    let hint: Testing.Comment = "run scripts/editors/update"
    let lines = try text("vim/syntax/clip.vim").split(separator: "\n")
    var groups: [String: Set<String>] = [:]
    for line in lines where line.hasPrefix("syntax keyword ") {
      let words = line.split(separator: " ").dropFirst(2).map(String.init)
      groups[words[0]] = Set(words.dropFirst()).subtracting(["contained", "nextgroup=clipTypeElement"])
    }
    let keywords = ["clipConditional", "clipRepeat", "clipParam", "clipWordOperator", "clipConstant"]
      .reduce(into: Set(["fn", "import"])) { $0.formUnion(groups[$1] ?? []) }
    #expect(keywords == Set(Keyword.allCases.map(\.rawValue)), hint)
    #expect(groups["clipType"] == Engine.registry.typeNames, hint)
    let builtins = try #require(lines.first { $0.hasPrefix("syntax match clipBuiltin") })
    let names = builtins.dropFirst("syntax match clipBuiltin /\\<\\%(".count).dropLast("\\)\\>/".count)
    #expect(
      Set(String(names).components(separatedBy: "\\|")) == Set(Engine.registry.names), hint)
  }

  @Test func everyPatternCompiles() throws {
    let all = try patterns(grammar())
    #expect(all.count > 40)
    for (name, pattern) in all {
      #expect(throws: Never.self, "\(name): \(pattern)") { _ = try NSRegularExpression(pattern: pattern) }
    }
  }

  @Test func configurationsAreJSON() throws {
    for name in ["vscode/package.json", "vscode/language-configuration.json"] {
      #expect(try JSONSerialization.jsonObject(with: Data(text(name).utf8)) is [String: Any], "\(name)")
    }
  }
}
