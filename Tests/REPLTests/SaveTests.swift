import Foundation
import Testing

/// Sessions that become scripts.
@Suite struct SaveTests {
  /// Runs a script in another folder, in a process of its own.
  private func run(_ path: String, in folder: URL) throws -> (output: String, errors: String, code: Int32) {
    let binary = try #require(TerminalSession.binary)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: binary)
    process.arguments = ["run", path]
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(["CLIPSCOPE_CACHE": "off"]) { $1 }
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let problems = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (text, problems, process.terminationStatus)
  }

  @Test func aSessionOfFortyEntriesRunsElsewhere() throws {
    let folder = try TerminalSession.newFolder()
    for name in ["data", "lib"] {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    try Data("[3, 1, 2]".utf8).write(to: folder.appendingPathComponent("data/numbers.json"))
    try Data("fn triple(n) => n * 3\n".utf8).write(to: folder.appendingPathComponent("lib/mine.clip"))
    var entries = [
      "numbers = load(\"data/numbers.json\")", "x = 1", "print(\"first\", x)", "x = x + 1",
      "print(\"second\", x)",
      "fn scaled(v, x) => v * x", "y = [scaled(n, 2) for n in numbers]", "import std.thresholds",
      "import std.thresholds", "print(thresholds.otsu(numbers).threshold)",
      "import \"lib/mine.clip\" as mine",
      "print(mine.triple(x))", "tensor(y) |> save(\"out/y.npy\");", "back = load(\"out/y.npy\")",
      "print(back)", "x = [x for x in range(4)]", "print(x)", "sum(x)", "print(_ + 1)", "|> print()",
      "broken = undefined_name", "name = \"data/numbers.json\"", "again = load(name)", "print(len(again));",
      "a, b = [10, 20]; a = a + b", "print(\"{a} {b} {{x}}\")",
      "m = load(\"emoji\"); scene = image(uniform([80, 120, 3], seed: 7));",
      "maps = scene |> surgery(m, [\"cat\", \"dog\"], templates: \"simple\");",
      "maps = maps |> save(\"out/maps.npy\");",
    ]
    while entries.count < 38 { entries.append("step = \(entries.count)") }
    entries += ["print(step)", "for step2 in [step] { print(step2 + 0.5) }"]
    #expect(entries.count == 40)
    let session = try TerminalSession(columns: 120, height: 30, in: folder)
    session.prompt(1)
    for (index, entry) in entries.enumerated() {
      session.enter(entry)
      session.prompt(index + 2)
    }
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("elsewhere/deep"), withIntermediateDirectories: true)
    session.enter("%save elsewhere/deep/all.clip")
    session.wait(for: "to elsewhere/deep/all.clip")
    let shown = session.screen.all.filter { !$0.hasPrefix("clip ") }
    let path = folder.appendingPathComponent("elsewhere/deep/all.clip").path
    let script = try String(contentsOfFile: path, encoding: .utf8)
    let other = try TerminalSession.newFolder()
    let outcome = try run(path, in: other)
    #expect(outcome.code == 0, "\(outcome.errors)\n\(script)")
    // What the session printed, in its order: the script prints the same lines.
    let printed = outcome.output.split(separator: "\n").map(String.init)
    let session1 = shown.filter { printed.contains($0) }
    #expect(Array(session1.suffix(printed.count)) == printed, "\(script)")
    #expect(
      printed == [
        "first 1", "second 2", "1.5", "6", "tensor [3], min 2, mean 4, max 6", "[0, 1, 2, 3]", "6", "7", "6",
        "3",
        "30 20 {x}", "37", "37.5",
      ])
    #expect(script.contains("load(\"../../data/numbers.json\")"))
    #expect(script.contains("import \"../../lib/mine.clip\" as mine"))
    #expect(script.contains("# input `../../data/numbers.json`: sha256 "))
    #expect(script.components(separatedBy: "import std.thresholds").count == 2)
    // The maps are the same bit for bit.
    let maps = ["out/maps.npy", "elsewhere/deep/out/maps.npy"].map { folder.appendingPathComponent($0) }
    let first = try Data(contentsOf: maps[0])
    #expect(first.count > 2 * 14 * 14)
    #expect(try Data(contentsOf: maps[1]) == first)
    // And it comes back.
    session.enter("%reset")
    session.wait(for: "all names are forgotten")
    session.enter("%load elsewhere/deep/all.clip")
    session.wait("its last line again") { screen in screen.all.filter { $0 == "37.5" }.count == 2 }
  }

  @Test func onlyWhatANameRestsOn() throws {
    let folder = try TerminalSession.newFolder()
    let session = try TerminalSession(columns: 120, in: folder)
    session.prompt(1)
    let entries = [
      "a = 2", "unused = 5", "b = a * 3", "a = 100", "tensor([b]) |> save(\"b.npy\")", "other = unused + a",
      "c = load(\"b.npy\")", "result = c * 2",
    ]
    for (index, entry) in entries.enumerated() {
      session.enter(entry)
      session.prompt(index + 2)
    }
    session.enter("%save r.clip --for result")
    session.wait(forRow: "saved 5 of 8 entries to r.clip")
    let path = folder.appendingPathComponent("r.clip").path
    let script = try String(contentsOfFile: path, encoding: .utf8)
    #expect(!script.contains("unused") && !script.contains("100"))
    #expect(script.contains("result = c * 2"))
    #expect(try run(path, in: try TerminalSession.newFolder()).code == 0)
    session.enter("%save r.clip --for resutl")
    session.wait(forRow: "error: there is no name `resutl`; did you mean `result`?")
  }

  @Test func modelsAndPicturesAreNamedWithTheirHashes() throws {
    let folder = try TerminalSession.newFolder()
    let session = try TerminalSession(["--no-history"], columns: 120, in: folder)
    session.prompt(1)
    session.enter("model = load(\"emoji\")")
    session.prompt(2)
    session.enter("%save m.clip")
    session.wait(for: "saved 1 of 1 entry to m.clip")
    let script = try String(contentsOf: folder.appendingPathComponent("m.clip"), encoding: .utf8)
    #expect(script.contains("# input `emoji` (built in): sha256 "))
    #expect(script.contains("model = load(\"emoji\")"))
  }

  @Test(arguments: [
    ("print(1)\nx = 2\nprint(x)\n", 0, "1\n2\n"), ("print(1)\nprint(nope)\n", 3, ""),
    ("print(1)\nload(\"nope.png\")\n", 4, ""),
    ("print(1)\nxs = split(\"a\", \",\")\nxs[5]\nprint(2)\n", 5, "1\n"),
  ])
  func standardInputIsAScript(text: String, code: Int32, output: String) throws {
    let binary = try #require(TerminalSession.binary)
    let folder = try TerminalSession.newFolder()
    let input = folder.appendingPathComponent("input")
    try Data(text.utf8).write(to: input)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: binary)
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(["CLIPSCOPE_CACHE": "off"]) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: input)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    #expect(String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == output)
    process.waitUntilExit()
    #expect(process.terminationStatus == code)
  }
}
