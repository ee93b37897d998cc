import Foundation
import Testing

/// `clipscope check`, and what `run` refuses before it begins.
@Suite struct CheckTests {
  private func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write("good.clip", "param n: int = 2\nprint(n)\n")
    try folder.write("unused.clip", "x = 1\nprint(2)\n")
    try folder.write(
      "bad.clip",
      """
      print("started")
      m = load("emoji")
      x = m.siez
      y = load("nope.png")
      print(lne([1]), "🙂" + 1)
      """)
    return folder
  }

  /// Runs in a folder of those files, which lives as long as the run.
  private func run(_ arguments: String...) throws -> CommandLineTool.Outcome {
    let folder = try folder()
    return try CommandLineTool.run(arguments, in: folder.url)
  }

  @Test func everythingAtOnceInTheOrderOfTheText() throws {
    let outcome = try run("check", "bad.clip")
    #expect(outcome.code == 3)
    #expect(outcome.output.isEmpty)
    let firstLines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    #expect(
      firstLines.map { $0.prefix { $0 != "(" }.trimmingCharacters(in: .whitespaces) } == [
        "error: a model has no field `siez`", "error: there is no file `nope.png`",
        "error: unknown name `lne`",
        "error: `+` does not apply to string and number",
      ])
    #expect(outcome.errors.contains("^^^^ did you mean `size`?"))
    #expect(outcome.errors.contains("^^^ did you mean `len`?"))
  }

  @Test func exitCodes() throws {
    let folder = try folder()
    #expect(try CommandLineTool.run(["check", "good.clip"], in: folder.url).code == 0)
    let warned = try CommandLineTool.run(["check", "unused.clip"], in: folder.url)
    #expect(warned.code == 0)
    #expect(warned.firstError == "warning: `x` is never used")
    #expect(try CommandLineTool.run(["check", "good.clip", "bad.clip"], in: folder.url).code == 3)
    #expect(try CommandLineTool.run(["check", "bad.clip", "none.clip"], in: folder.url).code == 4)
    let piped = try CommandLineTool.run(["check", "-"], in: folder.url, input: "print(1")
    #expect(piped.code == 3)
  }

  @Test func warningsDoNotDisturbARun() throws {
    let outcome = try run("run", "unused.clip")
    #expect(outcome.code == 0)
    #expect(outcome.output == "2\n")
    #expect(outcome.errors.isEmpty)
  }

  @Test func missingInputsStopARunBeforeItBegins() throws {
    let folder = try folder()
    try folder.write("a.clip", "print(\"started\")\nload(\"nope.png\")\nload(\"nada.png\")\n")
    let outcome = try CommandLineTool.run(["run", "a.clip"], in: folder.url)
    #expect(outcome.code == 4)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("`nope.png`"))
    #expect(outcome.errors.contains("`nada.png`"))
  }

  @Test func aParameterMayReplaceAMissingInput() throws {
    let folder = try folder()
    try folder.write("a.clip", "param list: path = \"nope.txt\"\nprint(load(list))\n")
    try folder.write("words.txt", "cat\ndog\n")
    #expect(try CommandLineTool.run(["run", "a.clip"], in: folder.url).code == 4)
    let given = try CommandLineTool.run(["run", "a.clip", "list=words.txt"], in: folder.url)
    #expect(given.code == 0)
    #expect(given.output == "[\"cat\", \"dog\"]\n")
  }

  @Test func json() throws {
    let outcome = try run("check", "--json", "bad.clip", "unused.clip")
    #expect(outcome.code == 3)
    #expect(outcome.errors.isEmpty)
    let list = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
    #expect(list.count == 5)
    #expect(list.map { $0["severity"] as? String } == ["error", "error", "error", "error", "warning"])
    let last = list[3]
    #expect(last["message"] as? String == "`+` does not apply to string and number")
    #expect(last["line"] as? Int == 5)
    // The face is one character, two UTF-16 units.
    #expect(last["column"] as? Int == 21)
    let range = try #require(last["range"] as? [String: [String: Int]])
    #expect(range == ["start": ["line": 4, "character": 21], "end": ["line": 4, "character": 22]])
    #expect((list[0]["hint"] as? String) == "did you mean `size`?")
    #expect((list[4]["file"] as? String)?.hasSuffix("/unused.clip") ?? false)
    let clean = try run("check", "--json", "good.clip")
    #expect(clean.code == 0)
    #expect(clean.output == "[]\n")
  }
}
