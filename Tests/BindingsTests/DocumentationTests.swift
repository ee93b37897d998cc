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
