import Foundation
import Interpreter
import Syntax
import TestSupport
import Testing

@testable import Bindings

/// What `help` shows is true and complete.
@Suite struct DocumentationTests {
  static let names = Engine.registry.names

  /// Builtins that work on every argument of the right types, so that there is no error to speak of.
  static let cannotFail: Set<String> = [
    "print", "type", "isnone", "split", "upper", "lower", "strip", "startswith", "endswith",
    "floor", "ceil", "keys", "values", "items", "merge", "flip", "paste", "pixels", "contoursOf",
  ]

  @Test(arguments: names)
  func example(_ name: String) throws {
    let example = try #require(Engine.registry[name]).documentation.example
    try #require(!example.isEmpty, "`\(name)` has no example")
    try checkExample(example, of: name)
  }

  @Test(arguments: names)
  func isDocumented(_ name: String) throws {
    let builtin = try #require(Engine.registry[name])
    let documentation = builtin.documentation
    #expect(!documentation.summary.isEmpty && !documentation.summary.contains("\n"))
    #expect(!builtin.section.isEmpty)
    for parameter in builtin.positional + builtin.options {
      #expect(!parameter.doc.isEmpty, "the parameter `\(parameter.name)` of `\(name)` says nothing")
    }
    #expect(
      documentation.errors.isEmpty == Self.cannotFail.contains(name),
      "`\(name)`: say when it fails, or list it in `cannotFail`")
    // An example shows a result: it prints, or leaves a file.
    #expect(
      documentation.example.contains("# expect:") || ["assert", "save"].contains(name),
      "the example of `\(name)` shows nothing")
    for other in documentation.seeAlso {
      #expect(other != name)
      #expect(Help.entry(for: other) != nil, "`\(name)` refers to `\(other)`, which is nowhere")
    }
  }
}

/// Runs an example of the help; it must do what its comments say.
func checkExample(_ example: String, of name: String) throws {
  let output = try TemporaryFolder()
  let runner = ScriptRunner.engine(outputFolder: output.path)
  let file = SourceFile(name: name, text: example, path: output.path + "/example.clip")
  let complaints = try runner.complaints(about: file, mayBeSilent: true)
  #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
}

/// The code that README and `docs/` show runs and gives what they say.
@Suite struct PageTests {
  static let pages = [
    "README.md", "docs/tour.md", "docs/language.md", "docs/formatting.md", "docs/terminal.md",
    "docs/methods.md", "docs/figures.md",
  ]

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
    "README.md", "CONTRIBUTING.md", "docs/tour.md", "docs/language.md", "docs/formatting.md",
    "docs/methods.md", "docs/repl.md", "docs/checkpoints.md", "docs/command-line.md", "docs/terminal.md",
    "docs/figures.md",
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
