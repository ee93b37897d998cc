import Foundation
import Testing

/// The command line itself: exit codes, parameters, standard input and output, signals.
@Suite struct UsageTests {
  @Test(
    arguments: [
      (["frobnicate"], 2, "error: there is no command and no script `frobnicate`"),
      (["chekc", "a.clip"], 2, "error: there is no command and no script `chekc`; did you mean `check`?"),
      (["--frob"], 2, "error: unknown option '--frob'"),
      (["run"], 2, "error: which script? `clipscope run FILE`"),
      (["run", "a.clip", "--outt", "x"], 2, "error: unknown option `--outt`; did you mean `--out`?"),
      (["run", "a.clip", "--out"], 2, "error: `--out` needs a value"),
      (["run", "a.clip", "--threads", "0"], 2, "error: `--threads` takes a number from 1 to 1024"),
      (["check"], 2, "error: missing expected argument '<files> ...'"),
      (["nope.clip"], 4, "error: there is no file `nope.clip`"),
      (["run", "."], 4, "error: cannot read `.`: it is a folder"),
      (["check", "nope.clip"], 4, "error: there is no file `nope.clip`"),
      (
        ["run", "fifo"], 4,
        "error: cannot read `fifo`: it is no ordinary file; `clipscope run -` reads standard input"
      ),
      (
        ["run", "/dev/zero"], 4,
        "error: cannot read `/dev/zero`: it is no ordinary file; `clipscope run -` reads standard input"
      ),
      (["run", "bytes.clip"], 4, "error: `bytes.clip` is not UTF-8 text"),
      (["inspect", "a\u{1B}[31m"], 4, #"error: a\u{1B}[31m: no such model on this machine"#),
      (["run", "a.clip", "sizze=3"], 2, "error: unknown parameter `sizze`: did you mean `size`?"),
      (["run", "a.clip", "size=abc"], 2, "error: the parameter `size` takes a whole number, found `abc`"),
      (["run", "a.clip", "size=1.5"], 2, "error: the parameter `size` takes a whole number, found `1.5`"),
      (["run", "a.clip", "size"], 2, "error: expected `name=value`, found `size`"),
      (
        ["run", "a.clip", "labels=[\"a\""], 2,
        "error: the parameter `labels` takes a list[string], found `[\"a\"`: write values with commas between them, or a JSON list"
      ),
      (
        ["run", "a.clip", "labels=[1]"], 2,
        "error: the parameter `labels` takes a list[string], found `[1]`: write values with commas between them, or a JSON list"
      ),
    ] as [([String], Int32, String)])
  func mistakes(arguments: [String], code: Int32, message: String) throws {
    let folder = try Folder()
    try folder.write("a.clip", "param size: int = 224\nparam labels: list[string] = [\"a\"]\nprint(size)\n")
    try folder.write("bytes.clip", [0xFF, 0x00, 0xFE])
    #expect(mkfifo(folder.url.appendingPathComponent("fifo").path, 0o600) == 0)
    let outcome = try CommandLineTool.run(arguments, in: folder.url)
    #expect(outcome.firstError == message)
    #expect(outcome.code == code)
    #expect(!outcome.wasKilled)
    #expect(outcome.output.isEmpty)
  }

  @Test(
    arguments: [
      (["--version"], nil), (["--help"], nil), (["run", "-e", "1 + 1"], "2\n"), (["-e", "print(1)"], "1\n"),
      (["empty.clip"], ""), (["run", "a.clip", "size=7"], "7\n"),
    ] as [([String], String?)])
  func works(arguments: [String], output: String?) throws {
    let folder = try Folder()
    try folder.write("a.clip", "param size: int = 224\nprint(size)\n")
    try folder.write("empty.clip", "")
    let outcome = try CommandLineTool.run(arguments, in: folder.url)
    #expect(outcome.code == 0)
    #expect(outcome.errors.isEmpty)
    if let output { #expect(outcome.output == output) } else { #expect(!outcome.output.isEmpty) }
  }

  @Test func standardInputIsAScript() throws {
    let folder = try Folder()
    let good = try CommandLineTool.run(["-"], in: folder.url, input: "print(1 + 2)")
    #expect(good.output == "3\n")
    #expect(good.code == 0)
    let bad = try CommandLineTool.run(["-"], in: folder.url, input: "print(")
    #expect(bad.code == 3)
    #expect(bad.errors.contains(" --> standard input:1:"))
  }

  @Test func resultsThatCannotBeWrittenAreAnError() throws {
    let folder = try Folder()
    try folder.write("a.clip", "print(1)")
    let outcome = try CommandLineTool.run(
      ["run", "a.clip"], in: folder.url, outputTo: "/dev/full")
    #expect(outcome.code == 5)
    #expect(
      outcome.firstError == "error: results could not be written to standard output: No space left on device")
  }

  /// Ctrl-C ends any work within a fifth of a second, with exit code 130 and no half-written file.
  @Test(arguments: [
    // Stops between pieces of work.
    #"for i in range(100000) { x = surgery(p, m, ["cat", "dog", "tree"]) |> save("out/{i % 3}.npy") }"#,
    // Cannot be asked to stop.
    "x = image(uniform([3000, 3000, 3]))\nfor i in range(1000) { save(x, \"out/x.png\") }",
  ])
  func interrupt(work: String) throws {
    let folder = try WrongInputTests.folder()
    try folder.write(
      "a.clip", "m = load(\"emoji\")\np = load(\"scene.png\")\nprint(\"begun\")\n\(work)\n")
    let outcome = try CommandLineTool.run(
      ["run", "a.clip"], in: folder.url, interruptWhen: "begun", pause: 1.5)
    #expect(outcome.code == 130)
    #expect(!outcome.wasKilled)
    #expect(outcome.errors.hasSuffix("interrupted\n"))
    // 0.2 s on a quiet machine; tests share theirs.
    #expect(outcome.seconds < 10)
    #expect(!folder.contents.contains { $0.contains(".clipscope-") })
  }

  @Test func textOfStrangersDoesNotReachTheTerminalRaw() throws {
    let folder = try Folder()
    var picture = Fixture.png(width: 8, height: 8)
    picture.insert(contentsOf: Fixture.chunk("tEXt", Array("Note\0\u{1B}]0;owned\u{7}".utf8)), at: 33)
    try folder.write("a.png", picture)
    let outcome = try CommandLineTool.run(["inspect", "a.png"], in: folder.url)
    #expect(outcome.code == 0)
    #expect(outcome.output.contains(#"Note: \u{1B}]0;owned\u{7}"#))
    let list = try CommandLineTool.run(["-e", #"print(["\u{1b}[31m"])"#], in: folder.url)
    #expect(list.output == #"["\u{1B}[31m"]"# + "\n")
  }
}
