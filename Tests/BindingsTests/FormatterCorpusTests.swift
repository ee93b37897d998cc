import Foundation
import Interpreter
import Syntax
import TestSupport
import Testing

@testable import Bindings

/// The formatter on every script of the project.
@Suite struct FormatterCorpusTests {
  /// A script and where it comes from.
  struct Script: Sendable {
    let name: String
    let text: String
  }

  /// Language scripts (also those that are only imported), the library, examples, the code of pages and of `help`.
  static let scripts: [Script] = {
    var result: [Script] = []
    for folder in ["Tests/LanguageTests", "stdlib", "examples"] {
      let root = ProjectFolder.path + "/" + folder
      let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
      for name in names.sorted() where name.hasSuffix(".clip") {
        guard let text = try? String(contentsOfFile: root + "/" + name, encoding: .utf8) else { continue }
        result.append(Script(name: folder + "/" + name, text: text))
      }
    }
    for page in PageTests.pages {
      let text = (try? String(contentsOfFile: ProjectFolder.path + "/" + page, encoding: .utf8)) ?? ""
      for block in PageTests.Block.all(in: text) where block.kind == "clip" {
        result.append(Script(name: "\(page):\(block.line)", text: block.text))
      }
    }
    for builtin in Engine.registry.builtins {
      result.append(Script(name: "help(\(builtin.name))", text: builtin.documentation.example))
    }
    return result
  }()

  @Test func everyScriptKeepsItsTreeAndComments() {
    var count = 0
    for script in Self.scripts {
      let file = SourceFile(name: script.name, text: script.text)
      if Parser.parse(file).diagnostics.isEmpty { count += 1 }
      let complaints = FormatterProperties.complaints(about: file)
      #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }
    #expect(count > 300, "only \(count) scripts parse")
  }

  /// Scripts of the language print and report the same when they are formatted.
  @Test func formattedScriptsDoTheSame() throws {
    let runner = ScriptRunner(library: ["prompts": "simple = [\"a photo of a {}.\"]\nfn fill(name) => name\n"]
    )
    var count = 0
    for name in ScriptRunner.scripts() {
      let path = ScriptRunner.scriptsFolder + "/" + name
      let file = SourceFile(name: name, text: try String(contentsOfFile: path, encoding: .utf8), path: path)
      guard let text = try? Formatter.format(file) else { continue }
      count += 1
      let before = try runner.run(file)
      let after = try runner.run(SourceFile(name: name, text: text, path: path))
      #expect(before.output == after.output, "\(name)")
      #expect(before.exitCode == after.exitCode, "\(name)")
      #expect(before.diagnostics.map(\.message) == after.diagnostics.map(\.message), "\(name)")
    }
    #expect(count > 60, "only \(count) scripts parse")
  }

  /// What the project shows of its language is in its style: `clipscope fmt` brings it there.
  @Test func theProjectsOwnScriptsAreFormatted() throws {
    let own = Self.scripts.filter { script in
      ["stdlib/", "examples/", "docs/formatting.md"].contains { script.name.hasPrefix($0) }
    }
    #expect(own.count > 8)
    for script in own {
      let text = try Formatter.format(SourceFile(name: script.name, text: script.text))
      // A block of a page ends without a newline.
      let expected = script.text.hasSuffix("\n") ? script.text : script.text + "\n"
      #expect(text == expected, "\(script.name) is not formatted")
    }
  }
}
