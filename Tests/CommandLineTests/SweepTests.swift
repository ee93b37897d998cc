import Foundation
import Testing

/// Sweeps of the real binary: killed, interrupted, in slices and in several processes.
@Suite struct SweepCommandTests {
  /// Six rows, each of which prints, saves a picture and a text, and takes a while. What is saved before the sweep would
  /// show if it were saved twice.
  static let script = """
    m = load("emoji")
    photo = full([64, 64, 3], 0.5) |> image()
    print("begun")
    "log" |> save("out/log.txt")
    results = sweep size in [112, 128, 160], depth in [1, 2] {
      maps = surgery(photo, m, ["cat", "dog"], size: size, depth: depth)
      maps["cat"] |> save("out/cat-{size}-{depth}.npy")
      print("row {size} {depth}")
      {mean: mean(maps.grid), top: max(maps.grid), infinite: 1e308 * size, name: "é {size}"}
    } |> save("out/sweep.csv")
    print(results)
    means = sweep scale in [1, 2, 4] { print("scale {scale}"); results.top[0] * scale }
    print(means.value, load("out/log.txt"))
    """

  /// A cache in a test's folder.
  private func cached(_ folder: Folder) -> [String: String] {
    let temporary = folder.url.appendingPathComponent("tmp")
    try? FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    return [
      "CLIPSCOPE_CACHE": folder.url.appendingPathComponent("cache").path, "TMPDIR": temporary.path,
    ]
  }

  /// All files below `out` with their contents.
  private func files(_ folder: Folder) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in folder.contents where name.hasPrefix("out/") {
      found[name] = try Data(contentsOf: folder.url.appendingPathComponent(name))
    }
    return found
  }

  private func run(_ folder: Folder, _ arguments: [String] = []) throws
    -> CommandLineTool.Outcome
  {
    try folder.write("script.clip", Self.script)
    return try CommandLineTool.run(
      ["run", "script.clip"] + arguments, in: folder.url,
      environment: cached(folder))
  }

  /// What a run without a cache prints and saves.
  private func whole() throws -> (printed: String, files: [String: Data]) {
    let folder = try Folder()
    let outcome = try run(folder, ["--no-cache"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors == "")
    #expect(!folder.contents.contains("cache"))
    return (outcome.output, try files(folder))
  }

  /// Rows of sweeps in the cache.
  private func keptRows(_ folder: Folder) -> Int {
    folder.contents.filter {
      $0.contains("/sweep/") && $0.split(separator: "/").last.map { $0.count > 60 } ?? false
    }
    .count
  }

  @Test func killedItGoesOn() throws {
    let (printed, saved) = try whole()
    let folder = try Folder()
    try folder.write("script.clip", Self.script)
    let killed = try CommandLineTool.run(
      ["run", "script.clip"], in: folder.url, environment: cached(folder),
      killWhen: "row 128 1")
    #expect(killed.wasKilled)
    let kept = keptRows(folder)
    #expect((2...9).contains(kept))
    let again = try run(folder)
    #expect(again.code == 0, "\(again.errors)")
    #expect(again.output == printed)
    #expect(try files(folder) == saved)
    #expect(keptRows(folder) == 9)
  }

  @Test func interruptedItSaysThatItGoesOn() throws {
    let (printed, saved) = try whole()
    let folder = try Folder()
    try folder.write("script.clip", Self.script)
    let outcome = try CommandLineTool.run(
      ["run", "script.clip"], in: folder.url, environment: cached(folder),
      interruptWhen: "row 112 2")
    // A fast machine may have ended before.
    #expect([0, 130].contains(outcome.code))
    let again = try run(folder)
    #expect(again.output == printed, "\(again.errors)")
    #expect(try files(folder) == saved)
  }

  @Test(arguments: ["2", "4"]) func severalProcessesGiveTheSame(_ jobs: String) throws {
    let (printed, saved) = try whole()
    let folder = try Folder()
    let outcome = try run(folder, ["--jobs", jobs, "--stats"])
    #expect(outcome.code == 0)
    // All of them in the other processes, which also saved aside what is not part of a row.
    #expect(outcome.errors.contains("  0 rows of sweeps computed here and kept\n"), "\(outcome.errors)")
    let temporary = try FileManager.default.contentsOfDirectory(atPath: folder.url.path + "/tmp")
    #expect(temporary == [])
    #expect(outcome.output == printed)
    #expect(try files(folder) == saved)
    #expect(keptRows(folder) == 9)
    // And found by one.
    let again = try run(folder)
    #expect(again.output == printed)
    #expect(keptRows(folder) == 9)
  }

  /// What is recorded of rows does not depend on who computed them first, nor on whether they are kept.
  @Test func recordsAndReportsTellOfEveryRow() throws {
    var locks: [String] = []
    let folder = try Folder()
    // Into an empty cache by one process, by two, and with every row kept.
    for arguments in [["--no-cache"], ["--jobs", "2"], ["--jobs", "2"]] {
      let outcome = try run(folder, ["--record", "--report", "page.html"] + arguments)
      #expect(outcome.code == 0, "\(outcome.errors)")
      locks.append(
        try String(contentsOf: folder.url.appendingPathComponent("script.lock"), encoding: .utf8))
    }
    #expect(keptRows(folder) == 9)
    #expect(locks[0].contains("\"call\": \"surgery\"") && locks[0].contains("out/cat-160-2.npy"))
    #expect(locks[1] == locks[0])
    #expect(locks[2] == locks[0])
    let page = try String(contentsOf: folder.url.appendingPathComponent("page.html"), encoding: .utf8)
    #expect(page.contains("out/cat-128-1.npy"))
    let again = try CommandLineTool.run(["verify", "script.lock"], in: folder.url)
    #expect(again.code == 0, "\(again.output)")
  }

  @Test func slicesMeetInTheCache() throws {
    let (printed, saved) = try whole()
    let folder = try Folder()
    for slice in [2, 3] {
      let outcome = try run(folder, ["--shard", "\(slice)/3"])
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("the others belong to other slices"))
    }
    // The second sweep rests on the first one's table, which is not whole yet: its rows are others.
    let last = try run(folder)
    #expect(last.errors == "")
    #expect(last.output == printed)
    #expect(try files(folder) == saved)
  }

  @Test func aFailureIsToldAsWithoutProcesses() throws {
    let text = """
      t = sweep a in range(8) {
        assert(a != 5, "five")
        print(a)
      }
      """
    var outcomes: [CommandLineTool.Outcome] = []
    for arguments in [[], ["--jobs", "3"]] {
      let folder = try Folder()
      try folder.write("script.clip", text)
      outcomes.append(
        try CommandLineTool.run(
          ["run", "script.clip"] + arguments, in: folder.url,
          environment: cached(folder)))
    }
    #expect(outcomes.map(\.code) == [5, 5])
    #expect(outcomes[0].errors == outcomes[1].errors)
    #expect(outcomes[0].errors.contains("in the sweep at a = 5"))
    #expect(outcomes[0].output == "0\n1\n2\n3\n4\n")
    #expect(outcomes[1].output == outcomes[0].output)
  }

  @Test func wrongUse() throws {
    let folder = try Folder()
    let none = try run(folder, ["--jobs", "2", "--no-cache"])
    #expect(none.code == 2)
    #expect(none.errors.contains("`--jobs` hands rows over in the cache"))
    #expect(try run(folder, ["--jobs", "0"]).code == 2)
    let piped = try CommandLineTool.run(["run", "-", "--jobs", "2"], in: folder.url, input: "print(1)")
    #expect(piped.code == 2)
  }

  @Test func atThePromptItGoesOnToo() throws {
    let folder = try Folder()
    let text = "t = sweep a in [1, 2, 3] { print(a)\n a * a }\nprint(t.value)\n"
    try folder.write("empty.clip", "x = 1\n")
    for _ in 0..<2 {
      let outcome = try CommandLineTool.run(
        ["repl", "-i", "empty.clip"], in: folder.url, input: text, environment: cached(folder))
      #expect(outcome.output == "1\n2\n3\n[1, 4, 9]\n", "\(outcome.errors)")
      #expect(keptRows(folder) == 3)
    }
  }
}
