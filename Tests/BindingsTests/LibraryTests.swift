import Foundation
import Interpreter
import Syntax
import TestSupport
import Testing

@testable import Bindings

/// Everything the standard library gives says what it is, and its examples run and print what they say.
@Suite struct LibraryTests {
  /// One `##` text of the library.
  struct Entry: CustomTestStringConvertible, Sendable {
    let module: String
    /// Nil for the module's own text.
    let name: String?
    let isFunction: Bool
    let comment: DocComment
    var testDescription: String { "std.\(module)" + (name.map { ".\($0)" } ?? "") }
  }

  /// All modules and what they export, in the order of the text.
  static let entries: [Entry] = Engine.libraryText.keys.sorted().flatMap { module -> [Entry] in
    let tree = Parser.parse(
      SourceFile(name: "std.\(module)", text: Engine.libraryText[module] ?? "", path: "std:\(module)")
    ).tree
    var found = [
      Entry(
        module: module, name: nil, isFunction: false, comment: DocComment(tree.documentation ?? ""))
    ]
    for statement in tree.statements {
      let comment = DocComment(statement.documentation ?? "")
      switch statement.kind {
      case .function(let name, _):
        found.append(Entry(module: module, name: name.text, isFunction: true, comment: comment))
      case .binding(let names, _):
        found += names.map { Entry(module: module, name: $0.text, isFunction: false, comment: comment) }
      default: break
      }
    }
    return found.filter { !($0.name ?? "").hasPrefix("_") }
  }

  @Test func modulesAreThere() {
    #expect(
      Engine.libraryText.keys.sorted() == [
        "ablation", "colors", "explain", "labelsets", "prompts", "sanity", "similarity", "tables",
        "thresholds",
      ])
    // What stands in the folder is what is in the binary.
    let folder = ProjectFolder.path + "/stdlib"
    for (name, text) in Engine.libraryText {
      #expect((try? String(contentsOfFile: "\(folder)/\(name).clip", encoding: .utf8)) == text)
    }
    let files = try? FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(files?.filter { $0.hasSuffix(".clip") }.count == Engine.libraryText.count)
  }

  @Test(arguments: entries)
  func isDocumented(_ entry: Entry) {
    #expect(!entry.comment.summary.isEmpty, "\(entry.testDescription) says nothing")
    #expect(!entry.isFunction || !entry.comment.example.isEmpty, "\(entry.testDescription) has no example")
  }

  /// Examples run where the project's pictures are, as a reader of the repository would run them.
  @Test(arguments: entries.filter { !$0.comment.example.isEmpty })
  func exampleRuns(_ entry: Entry) throws {
    let output = try TemporaryFolder()
    let file = SourceFile(
      name: entry.testDescription, text: entry.comment.example, path: ProjectFolder.path + "/example.clip")
    // An example that expects nothing shows nothing: that is a complaint too.
    let complaints = try ScriptRunner.engine(outputFolder: output.path).complaints(about: file)
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    #expect(entry.comment.example.contains("import std.\(entry.module)"))
  }

  /// Each module stands alone: it checks without warnings or errors.
  @Test(arguments: Engine.libraryText.keys.sorted())
  func moduleChecks(_ name: String) {
    let file = SourceFile(name: "test.clip", text: "import std.\(name) as module\nprint(1)")
    let program = Program.check(file, registry: Engine.registry, loader: Engine.loader)
    #expect(program.diagnostics.map { $0.rendered() } == [])
  }
}

/// Otsu's threshold against the definition, computed naively in Double: every cut, both classes' means.
@Suite struct OtsuTests {
  /// The cut with the largest n₀·n₁·(mean₁ − mean₀)², the first of equals.
  static func naive(_ values: [Double]) -> Double {
    let all = values.sorted()
    var best = (score: -1.0, threshold: all[0])
    for cut in 1..<all.count where all[cut] > all[cut - 1] {
      let (low, high) = (all[..<cut], all[cut...])
      let gap = high.reduce(0, +) / Double(high.count) - low.reduce(0, +) / Double(low.count)
      let score = Double(low.count) * Double(high.count) * gap * gap
      if score > best.score * (1 + 1e-9) { best = (score, (all[cut - 1] + all[cut]) / 2) }
    }
    return best.threshold
  }

  @Test(arguments: 0..<20)
  func isTheDefinition(_ seed: Int) throws {
    // Two humps, far apart or nearly one; some values equal.
    let text = """
      import std.thresholds
      all = concat([normal(60, seed: \(seed)), normal(\(10 + 5 * (seed % 9)), seed: \(seed + 100), mean: \(1 + seed % 5))])
      x = \(seed % 2 == 0 ? "all" : "all * 4 // 1")
      print([v for v in x])
      print(thresholds.otsu(x).threshold)
      """
    let output = try TemporaryFolder()
    let outcome = try ScriptRunner.engine(outputFolder: output.path).run(text)
    try #require(outcome.output.count == 2, "\(outcome.diagnostics.map { $0.rendered() })")
    let values = try JSONDecoder().decode([Double].self, from: Data(outcome.output[0].utf8))
    let found = try #require(Double(outcome.output[1]))
    #expect(abs(found - Self.naive(values)) < 1e-5)
  }
}
