import Foundation
import Interpreter
import Syntax
import TestSupport
import Testing

@testable import Bindings

/// Inputs that are not there are found before anything runs.
@Suite struct InputCheckTests {
  /// The messages about a script beside `cat.png` and `sub/dog.png`, each with its line.
  private func problems(_ text: String, given: Set<String> = []) throws -> [String] {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/sub", withIntermediateDirectories: true)
    for name in ["cat.png", "sub/dog.png"] {
      try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path + "/" + name))
    }
    let file = SourceFile(name: "t.clip", text: text, path: folder.path + "/t.clip")
    let program = Program.check(file, registry: Engine.registry, loader: Engine.loader)
    #expect(program.diagnostics.isEmpty, "\(program.diagnostics.map { $0.rendered() })")
    return InputCheck.problems(
      in: program, paths: ScriptPaths(scriptFolder: folder.path), given: given
    ).map { problem in
      let message = problem.message.prefix { $0 != "\n" && $0 != "(" }
      return "\(problem.location.line): \(message)" + (problem.hint.map { "| \($0)" } ?? "")
    }
  }

  @Test func filesThatAreThere() throws {
    #expect(
      try problems("load(\"cat.png\")\nload(\"sub/dog.png\")\nload(\"sub/*.png\")\nload(\"emoji\")").isEmpty)
  }

  @Test func filesThatAreNot() throws {
    #expect(
      try problems("a = load(\"cat.png\")\nb = load(\"cta.png\")\nc = load(\"sub/dgo.png\")") == [
        "2: there is no file `cta.png` | did you mean `cat.png`?",
        "3: there is no file `sub/dgo.png` | did you mean `sub/dog.png`?",
      ])
    // An absolute path is not said twice.
    #expect(try problems("load(\"/nowhere/cat.png\")") == ["1: there is no file `/nowhere/cat.png`"])
    #expect(try problems("load(\"none/*.png\")") == ["1: nothing matches `none/*.png`"])
  }

  @Test func modelsThatAreNot() throws {
    let found = try problems("m = load(\"ViT-B/61\")")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("1: there is no file or model `ViT-B/61`: no such model") ?? false)
    #expect(try problems("m = load(\"emoij.safetensors\", kind: \"model\")").count == 1)
  }

  @Test func throughNamesListsAndLoops() throws {
    #expect(try problems("name = \"nope.png\"\nload(name)") == ["1: there is no file `nope.png` "])
    #expect(
      try problems("for name in [\"cat.png\", \"nope.png\"] { load(name) }")
        == ["1: there is no file `nope.png` "])
    #expect(try problems("x = [load(n) for n in [\"nope.png\"]]") == ["1: there is no file `nope.png` "])
    #expect(try problems("\"nope.png\" |> load()") == ["1: there is no file `nope.png` "])
    // What is not known is not judged.
    #expect(try problems("fn read(name) => load(name)\nread(\"nope.png\")").isEmpty)
    #expect(try problems("for n in [1, 2] { load(\"page{n}.png\") }").isEmpty)
  }

  @Test func parametersThatTheCommandLineReplaces() throws {
    let text = "param photo: path = \"nope.png\"\nx = load(photo)"
    #expect(try problems(text) == ["1: there is no file `nope.png` "])
    #expect(try problems(text, given: ["photo"]).isEmpty)
  }

  @Test func filesThatTheScriptSaves() throws {
    #expect(try problems("[1] |> save(\"out/a.json\")\nload(\"out/a.json\")").isEmpty)
    #expect(try problems("[1] |> save(\"out/a.json\")\nload(\"./out/a.json\")").isEmpty)
    #expect(try problems("for n in [1] { [n] |> save(\"out/{n}.json\") }\nload(\"out/1.json\")").isEmpty)
    #expect(
      try problems("for n in [1] { [n] |> save(\"out/{n}.json\") }\nload(\"in/1.json\")")
        == ["2: there is no file `in/1.json` "])
    #expect(
      try problems("fn keep(x, name) => save(x, name)\nkeep([1], \"a.json\")\nload(\"a.json\")").isEmpty)
  }
}
