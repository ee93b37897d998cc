import Foundation
import Testing

/// `clipscope help` and `clipscope doc`, as users call them.
@Suite struct HelpCommandTests {
  @Test(
    arguments: [
      (["surgery"], "surgery(image, model, texts; depth,"), (["std.prompts"], "import std.prompts\n"),
      (["prompts.imagenet"], "std.prompts.imagenet: list of 85\n"), (["heatmaps"], "heatmaps (a type)\n"),
      (["for"], "for x in xs { … }"), (["|>"], "value |> f(a, k: 1)\n"), (["-"], "a + b   a - b"),
      (["depth"], "depth: … (an option)\n"), (["exit", "codes"], "0  2  3  4  5  130\n"),
      (["run"], "OVERVIEW: Runs a script, or several one after another."),
      (["doc"], "OVERVIEW: Writes the manual"),
      (["param"], "param name: type = default\n"), (["imagenet"], "std.prompts.imagenet: list of 85\n"),
    ] as [([String], String)])
  func explains(_ names: [String], _ beginning: String) throws {
    let folder = try Folder()
    let outcome = try CommandLineTool.run(["help"] + names, in: folder.url)
    #expect(outcome.code == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.hasPrefix(beginning), "\(outcome.output.prefix(100))")
  }

  /// The command and the builtin of the same name are both shown.
  @Test func helpOnHelp() throws {
    let folder = try Folder()
    let outcome = try CommandLineTool.run(["help", "help"], in: folder.url)
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("USAGE: clipscope help"))
    #expect(outcome.output.contains("help(what?)"))
  }

  @Test(
    arguments: [
      (["surgrey"], "error: there is no help on `surgrey`; did you mean `surgery`?"),
      (["std.promts"], "error: there is no help on `std.promts`; did you mean `std.prompts`?"),
      (["chekc"], "error: there is no help on `chekc`; did you mean `check`?"),
      (["qqqqqqqqqqqq"], "error: there is no help on `qqqqqqqqqqqq`"),
    ] as [([String], String)])
  func unknownNames(_ names: [String], _ message: String) throws {
    let folder = try Folder()
    let outcome = try CommandLineTool.run(["help"] + names, in: folder.url)
    #expect(outcome.code == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.firstError == message)
  }

  @Test func aloneItListsEverything() throws {
    let folder = try Folder()
    let outcome = try CommandLineTool.run(["help"], in: folder.url)
    #expect(outcome.code == 0)
    let lines = outcome.output.split(separator: "\n")
    for beginning in ["Commands", "  clipscope run ", "CLIP", "  surgery ", "  std.prompts ", "  |> "] {
      #expect(lines.contains { $0.hasPrefix(beginning) }, "\(beginning)")
    }
    #expect(lines.allSatisfy { $0.count <= 80 })
  }

  @Test func manualIsWritten() throws {
    let folder = try Folder()
    let outcome = try CommandLineTool.run(["doc", "--out", "a/b"], in: folder.url)
    #expect(outcome.code == 0)
    #expect(outcome.errors.isEmpty)
    let names = outcome.output.split(separator: "\n").map(String.init)
    #expect(names.first == "a/b/manual.html")
    #expect(Set(folder.contents) == Set(names + ["a", "a/b"]))
    let html = try String(contentsOf: folder.url.appendingPathComponent("a/b/manual.html"), encoding: .utf8)
    #expect(html.hasPrefix("<!DOCTYPE html>"))
    // Another run writes the same bytes.
    _ = try CommandLineTool.run(["doc", "--out", "c"], in: folder.url)
    for name in names {
      let other = name.replacingOccurrences(of: "a/b/", with: "c/")
      #expect(
        try Data(contentsOf: folder.url.appendingPathComponent(name))
          == Data(contentsOf: folder.url.appendingPathComponent(other)))
    }
  }

  @Test func manualCannotBeWritten() throws {
    let folder = try Folder()
    try folder.write("file", "x")
    let outcome = try CommandLineTool.run(["doc", "--out", "file/inside"], in: folder.url)
    #expect(outcome.code == 5)
    #expect(outcome.firstError.contains("file"))
    let empty = try CommandLineTool.run(["doc", "--out", ""], in: folder.url)
    #expect(empty.code == 2)
    #expect(empty.firstError == "error: `--out` names no folder")
  }
}
