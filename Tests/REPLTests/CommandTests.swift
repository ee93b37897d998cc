import Foundation
import Testing

/// Help and the words that begin with `%`.
@Suite struct CommandTests {
  @Test func helpAndSource() throws {
    let session = try TerminalSession(columns: 100, height: 60)
    session.prompt(1)
    session.enter("topk?")
    session.wait(for: "topk(")
    session.wait(for: "See also")
    session.enter("thresholds.otsu??")
    session.wait(for: "fn otsu(map)")
    session.enter("topk??")
    session.wait(for: "is part of the program, not written in Clip")
    session.enter("topkk?")
    session.wait(forRow: "error: there is no help on `topkk`; did you mean `topk`?")
    session.enter("fn twice(n) => n * 2")
    session.prompt(2)
    session.enter("twice??")
    session.wait(forRow: "fn twice(n) => n * 2")
    session.prompt(2)
  }

  @Test func commandsOfASession() throws {
    let session = try TerminalSession(columns: 100, height: 60)
    session.prompt(1)
    session.enter("numbers = [1, 2, 3]")
    session.prompt(2)
    session.enter("%who")
    session.wait(forRow: "numbers  list of 3: [1, 2, 3]")
    session.enter("%memory")
    session.wait(for: "the program  ")
    session.enter("%memory 2 GB")
    session.wait(for: "kept for the next call  0 B of at most 2 GB")
    session.enter("%memory much")
    session.wait(for: "error: `%memory` takes a size to keep at most: `%memory 512 MB`, `%memory off`")
    session.enter("%models")
    session.wait(for: "emoji")
    session.enter("%cd /tmp")
    session.wait(for: "a session stays in the folder it was started in")
    session.enter("%histroy")
    session.wait(forRow: "error: there is no command `%histroy`; did you mean `%history`?")
    session.enter("%history 2")
    session.wait(forRow: "    7  %cd /tmp")
    session.enter("%help")
    session.wait(for: "%save FILE [--for NAME]")
    session.enter("%reset")
    session.wait(forRow: "all names are forgotten")
    session.enter("numbers")
    session.wait(for: "unknown name `numbers`")
  }

  @Test func theTowerRunsOnceForOnePicture() throws {
    let session = try TerminalSession(columns: 100, height: 60)
    session.prompt(1)
    session.enter("m = load(\"emoji\"); scene = image(zeros([112, 112, 3]));")
    session.prompt(2)
    session.enter("a = surgery(scene, m, [\"cat\", \"dog\"], templates: \"simple\");")
    session.prompt(3)
    session.enter("%memory")
    session.wait(forRow: "  6 blocks of image towers computed, 0 spared")
    session.wait(forRow: "  2 prompts computed, 0 spared")
    session.prompt(3)
    session.enter("b = surgery(scene, m, [\"cat\", \"owl\"], templates: \"simple\");")
    session.prompt(4)
    session.enter("%memory")
    session.wait(forRow: "  1 inputs computed, 1 spared")
    session.wait(forRow: "  6 blocks of image towers computed, 6 spared")
    session.enter("%memory off")
    session.wait(for: "kept for the next call  nothing: it is off")
  }

  @Test func aScriptIsLoaded() throws {
    let folder = try TerminalSession.newFolder()
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("deep"), withIntermediateDirectories: true)
    try Data("[1, 2, 3]".utf8).write(to: folder.appendingPathComponent("deep/numbers.json"))
    try Data(
      "param factor: int = 2\nnumbers = load(\"numbers.json\")\nscaled = [n * factor for n in numbers]\n".utf8
    )
    .write(to: folder.appendingPathComponent("deep/a.clip"))
    let session = try TerminalSession(in: folder)
    session.prompt(1)
    session.enter("%load deep/a.clip")
    session.prompt(2)
    session.enter("scaled")
    session.wait(forRow: "[2, 4, 6]")
    session.prompt(3)
    session.enter("%load deep/b.clip")
    session.wait(forRow: "error: there is no file `deep/b.clip`")
    session.type(Keys.control("d"))
    #expect(session.exitCode() == 0)

    let second = try TerminalSession(["-i", "deep/a.clip", "factor=10"], in: folder)
    second.prompt(2)
    second.enter("scaled")
    second.wait(forRow: "[10, 20, 30]")
  }

  @Test func settingsAndTheirMistakes() throws {
    let folder = try TerminalSession.newFolder()
    let config = folder.appendingPathComponent("config/clipscope")
    try FileManager.default.createDirectory(at: config, withIntermediateDirectories: true)
    try Data("# mine\nprompt = \"λ{n} \"\nslow = 100\ncolr = never\n".utf8)
      .write(to: config.appendingPathComponent("init"))
    let session = try TerminalSession(columns: 200, in: folder)
    session.wait(for: "init:4: there is no setting `colr`: did you mean `color`?")
    session.wait("the prompt") { $0.rows.last == "λ1" }
    session.enter("1 + 1")
    session.wait(forRow: "2")
    let plain = try TerminalSession(["--no-init"], in: folder)
    plain.prompt(1)
  }

  @Test func aDumbTerminalGetsNoEscapes() throws {
    let session = try TerminalSession(environment: ["TERM": "dumb"])
    session.wait("the prompt") { $0.rows.last == "clip 1>" }
    session.type("for i in range(2) {\n")
    session.wait("its continuation") { $0.rows.last == "    ..." }
    session.type("print(i + 41)\n}\n")
    session.wait(forRow: "42")
    session.type("\u{4}")
    #expect(session.exitCode() == 0)
    #expect(!session.written.contains(0x1B))
  }

  @Test func coloursOnlyWhereWanted() throws {
    let plain = try TerminalSession()
    plain.prompt(1)
    plain.type("for")
    plain.wait(for: "clip 1> for")
    #expect(!String(decoding: plain.written, as: UTF8.self).contains("\u{1B}[0;35m"))
    let coloured = try TerminalSession(environment: ["NO_COLOR": ""])
    coloured.prompt(1)
    coloured.type("for")
    coloured.wait(for: "clip 1> for")
    #expect(String(decoding: coloured.written, as: UTF8.self).contains("\u{1B}[0;35mf"))
  }
}
