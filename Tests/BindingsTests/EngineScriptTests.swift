import Foundation
import Interpreter
import TestSupport
import Testing

@testable import Bindings

/// Every script of `Tests/LanguageTests/Engine` does what its comments say.
@Suite struct EngineScriptTests {
  static let folder = ProjectFolder.path + "/Tests/LanguageTests/Engine"

  @Test(arguments: ScriptRunner.scripts(in: folder))
  func script(_ name: String) throws {
    let output = try TemporaryFolder()
    let complaints = try ScriptRunner.engine(outputFolder: output.path)
      .complaints(about: Self.folder + "/" + name)
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
  }

  /// A builtin of the engine without a script of its own would go unnoticed.
  @Test func everyPrimitiveIsCalled() throws {
    let text = try ScriptRunner.scripts(in: Self.folder).map {
      try String(contentsOfFile: Self.folder + "/" + $0, encoding: .utf8)
    }.joined(separator: "\n")
    for builtin in Engine.registry.builtins where ["primitives", "pictures"].contains(builtin.section) {
      #expect(text.contains(builtin.name + "("), "no script calls \(builtin.name)")
      for option in builtin.options {
        #expect(text.contains(option.name + ":"), "no script gives \(builtin.name) the option \(option.name)")
      }
    }
  }
}
