import Foundation
import TestSupport
import Testing

/// Evaluations that are stopped and go on, run in slices, and are joined.
@Suite struct EvaluationTests {
  static let scenes = ProjectFolder.path + "/examples/scenes"
  static let script = """
    param count: int = 12
    m = load("emoji")
    scenes = dataset("\(scenes)")[:count]
    # What the maps are made of.
    fn maps(photo, labels) => similarity(photo, m, labels, templates: "simple")
    e = evaluate(scenes, maps, measures: ["pointing", "energy", "msc", "iou"], rows: "rows.jsonl")
    print(e.count, "of", e.total)
    print(e.summary)
    """

  /// The rows file and what was printed by one run.
  private func whole() throws -> (rows: Data, printed: String) {
    let folder = try Folder()
    let outcome = try folder.run(script: Self.script).outcome
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("12 of 12\n"))
    return (try Data(contentsOf: folder.url.appendingPathComponent("rows.jsonl")), outcome.output)
  }

  @Test func fourSlicesJoinedAreOneRun() throws {
    let (rows, printed) = try whole()
    let folder = try Folder()
    // In any order, and with another number of threads.
    for slice in [3, 1, 4, 2] {
      let outcome = try folder.run(script: Self.script, ["--shard", "\(slice)/4", "--threads", "1"]).outcome
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output.hasPrefix("3 of 12\n"))
    }
    let parts = (1...4).map { "rows.\($0)of4.jsonl" }
    let some = try CommandLineTool.run(["merge", "--out", "some.jsonl"] + parts.dropFirst(), in: folder.url)
    #expect(some.code == 0)
    #expect(some.output == "9 of 12 pictures; 3 are missing, the first is number 0\n")
    let merged = try CommandLineTool.run(["merge", "--out", "rows.jsonl"] + parts.reversed(), in: folder.url)
    #expect(merged.output == "12 of 12 pictures\n")
    #expect(try Data(contentsOf: folder.url.appendingPathComponent("rows.jsonl")) == rows)
    let end = try folder.run(script: Self.script).outcome
    #expect(end.output == printed)
  }

  @Test func killedAnywhereItGoesOn() throws {
    let (rows, printed) = try whole()
    let lines = rows.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // A kill leaves whole lines and perhaps a part of one.
    for count in [0, 1, 5, 12] {
      let folder = try Folder()
      var left = Data(lines[..<count].flatMap { $0 + [UInt8(ascii: "\n")] })
      left.append(contentsOf: lines[count].prefix(lines[count].count / 2))
      try left.write(to: folder.url.appendingPathComponent("rows.jsonl"))
      let outcome = try folder.run(script: Self.script).outcome
      #expect(outcome.output == printed, "\(outcome.errors)")
      #expect(try Data(contentsOf: folder.url.appendingPathComponent("rows.jsonl")) == rows)
    }
  }

  @Test func anInterruptedRunGoesOn() throws {
    let (rows, printed) = try whole()
    let folder = try Folder()
    let file = folder.url.appendingPathComponent("rows.jsonl")
    try folder.write("script.clip", "print(\"begun\")\n" + Self.script)
    let outcome = try CommandLineTool.run(
      ["run", "script.clip"], in: folder.url, interruptWhen: "begun", pause: 0.3)
    // A fast machine may have ended before.
    #expect(outcome.code == 130 || outcome.output.contains("12 of 12"), "\(outcome.errors)")
    if outcome.code == 130 {
      // It ends at once, perhaps between a row and the note about it.
      let kept = (try? Data(contentsOf: file))?.count { $0 == UInt8(ascii: "\n") } ?? 0
      let notes = [kept - 1, kept - 2].map {
        $0 > 0 ? "; \($0) of 12 pictures are kept in rows.jsonl; running again goes on from there" : ""
      }
      #expect(notes.contains { outcome.errors.hasSuffix("interrupted\($0)\n") }, "\(outcome.errors)")
    }
    let end = try folder.run(script: Self.script).outcome
    #expect(end.output == printed)
    #expect(try Data(contentsOf: file) == rows)
  }

  @Test func layoutAndCommentsDoNotMatterButCodeDoes() throws {
    let folder = try Folder()
    #expect(try folder.run(script: Self.script, ["count=3"]).outcome.code == 0)
    let reformatted = Self.script.replacingOccurrences(of: "# What", with: "## What").replacingOccurrences(
      of: "photo, m, labels, ", with: "photo,\n  m, labels,   ")
    let same = try folder.run(script: reformatted, ["count=3"]).outcome
    #expect(same.code == 0, "\(same.errors)")
    let other = try folder.run(
      script: Self.script.replacingOccurrences(of: "\"simple\"", with: "none"), ["count=3"]
    ).outcome
    #expect(other.code != 0)
    #expect(other.errors.contains("rows.jsonl"), "\(other.errors)")
  }

  @Test func whatCannotBeJoinedIsRefused() throws {
    let folder = try Folder()
    try folder.write("no.jsonl", "hello\n")
    let outcome = try CommandLineTool.run(["merge", "--out", "all.jsonl", "no.jsonl"], in: folder.url)
    #expect(outcome.code == 4)
    #expect(outcome.firstError.hasPrefix("error: no.jsonl"), "\(outcome.errors)")
    #expect(!folder.contents.contains("all.jsonl"))
    let missing = try CommandLineTool.run(["merge", "--out", "all.jsonl", "none.jsonl"], in: folder.url)
    #expect(missing.code == 4)
    for slice in ["0/4", "5/4", "1", "a/b", "1/0"] {
      #expect(try folder.run(script: "print(1)", ["--shard", slice]).outcome.code == 2)
    }
    let unkept = try folder.run(
      script: Self.script.replacingOccurrences(of: ", rows: \"rows.jsonl\"", with: ""), ["--shard", "1/2"]
    ).outcome
    #expect(unkept.errors.contains("is only of use where `rows:` names a file"), "\(unkept.errors)")
  }
}
