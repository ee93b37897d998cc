import Foundation
import Interpreter
import Syntax
import TestSupport
import Testing

@testable import Bindings

/// What `help` shows is true: every builtin's example runs and prints what it says.
@Suite struct DocumentationTests {
  static let names = Engine.registry.names

  @Test(arguments: names)
  func example(_ name: String) throws {
    let example = try #require(Engine.registry[name]).documentation.example
    try #require(!example.isEmpty, "`\(name)` has no example")
    let output = try TemporaryFolder()
    let runner = ScriptRunner.engine(outputFolder: output.path)
    let file = SourceFile(name: name, text: example, path: output.path + "/example.clip")
    // `help` prints pages of its own.
    if name == "help" {
      let outcome = try runner.run(file)
      #expect(outcome.exitCode == 0)
      #expect(outcome.output.first == "map(xs, f) → list")
      return
    }
    let complaints = try runner.complaints(about: file, mayBeSilent: true)
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
  }

  @Test(arguments: names)
  func isDocumented(_ name: String) throws {
    let builtin = try #require(Engine.registry[name])
    #expect(!builtin.documentation.summary.isEmpty)
    #expect(!builtin.section.isEmpty)
    for option in builtin.options {
      #expect(!option.doc.isEmpty, "the option `\(option.name)` of `\(name)` says nothing")
    }
  }
}

/// The code that README and `docs/` show runs and gives what they say.
@Suite struct PageTests {
  static let pages = ["README.md", "docs/language.md", "docs/formatting.md"]

  /// A fenced block: what follows the fence (`clip`), and its lines.
  struct Block {
    let kind: String
    let text: String
    let line: Int

    /// All blocks of a page in order.
    static func all(in page: String) -> [Block] {
      var blocks: [Block] = []
      var open: (kind: String, lines: [Substring], line: Int)?
      let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() {
        if line.hasPrefix("```") {
          if let block = open {
            blocks.append(
              Block(kind: block.kind, text: block.lines.joined(separator: "\n"), line: block.line))
            open = nil
          } else {
            open = (String(line.dropFirst(3)), [], index + 1)
          }
        } else {
          open?.lines.append(line)
        }
      }
      return blocks
    }
  }

  /// A block that says nothing of what it prints is followed by a block that shows it.
  @Test(arguments: pages)
  func codeRuns(_ page: String) throws {
    let text = try String(contentsOfFile: ProjectFolder.path + "/" + page, encoding: .utf8)
    let blocks = Block.all(in: text)
    #expect(blocks.contains { $0.kind == "clip" })
    for (index, block) in blocks.enumerated() where block.kind == "clip" {
      let output = try TemporaryFolder()
      let runner = ScriptRunner.engine(outputFolder: output.path)
      let file = SourceFile(
        name: "\(page):\(block.line)", text: block.text, path: ProjectFolder.path + "/page.clip")
      if block.text.contains("# expect:") || block.text.contains("# error:") {
        let complaints = try runner.complaints(about: file)
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
      } else {
        let outcome = try runner.run(file)
        #expect(outcome.diagnostics.map { $0.rendered() } == [])
        let shown = try #require(blocks.indices.contains(index + 1) ? blocks[index + 1] : nil)
        #expect(shown.kind == "")
        #expect(outcome.output.joined(separator: "\n") == shown.text)
      }
    }
  }

  /// Links between the project's pages lead somewhere.
  @Test(arguments: [
    "README.md", "CONTRIBUTING.md", "docs/language.md", "docs/formatting.md", "docs/methods.md",
    "docs/checkpoints.md",
  ])
  func linksLead(_ page: String) throws {
    let path = ProjectFolder.path + "/" + page
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    for match in text.matches(of: /\]\(([^)#]+)(#[^)]*)?\)/) where !match.1.hasPrefix("http") {
      let target = folder.appendingPathComponent(String(match.1)).standardizedFileURL.path
      #expect(FileManager.default.fileExists(atPath: target), "\(page) links to \(match.1)")
    }
  }
}
