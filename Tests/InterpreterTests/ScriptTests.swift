import Interpreter
import TestSupport
import Testing

/// Every script of `Tests/LanguageTests/Scripts` does what its comments say.
@Suite struct ScriptTests {
  static let runner = ScriptRunner(
    library: [
      "prompts":
        "simple = [\"a photo of a {}.\"]\nfn fill(name) => [replace(t, \"{}\", name) for t in simple]\n"
    ])

  @Test(arguments: ScriptRunner.scripts())
  func script(_ name: String) throws {
    let complaints = try Self.runner.complaints(about: ScriptRunner.scriptsFolder + "/" + name)
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
  }

  @Test func thereAreManyScripts() {
    #expect(ScriptRunner.scripts().count > 450)
  }
}
