import Foundation
import TestSupport
import Testing

/// Files that say how they were made; records of runs; bundles: through the real binary.
@Suite struct ProvenanceTests {
  static let script = """
    clip 1
    param labels: list[string] = ["sailboat", "whale"]
    model = load("emoji")
    photo = load("sea.png")
    maps = photo |> surgery(model, labels)
    for label, m in zip(labels, maps) { overlay(photo, m) |> save("out/{label}.png") }
    maps |> save("out/maps.npz")
    maps |> save("out/maps.png", data: true, scale: "shared")
    classify(photo, model, labels) |> save("out/scores.csv")
    maps |> segment(threshold: 0.5) |> save("out/masks.json")
    photo |> gradcam(model, "a whale", target: "text") |> save("out/words.html")
    print("done")
    """

  /// A folder with the script and its picture, after a run with `arguments`.
  private func folder(_ arguments: [String] = []) throws -> Folder {
    let folder = try Folder()
    try folder.write("compare.clip", Self.script)
    try FileManager.default.copyItem(
      atPath: ProjectFolder.path + "/examples/images/sea.png", toPath: folder.url.path + "/sea.png")
    let outcome = try CommandLineTool.run(["run", "compare.clip"] + arguments, in: folder.url)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return folder
  }

  /// Changes one byte of the pixels' data so that the picture still opens.
  private func changePicture(in folder: Folder) throws {
    let outcome = try CommandLineTool.run(
      ["-e", "load(\"sea.png\") |> flip() |> save(\"sea.png\")"], in: folder.url)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  @Test(arguments: ["whale.png", "maps.npz", "maps.png", "scores.csv", "masks.json", "words.html"])
  func aFileIsMadeAgain(_ name: String) throws {
    let folder = try folder(["--threads", "2"])
    let shown = try CommandLineTool.run(["inspect", "out/" + name], in: folder.url)
    #expect(shown.code == 0)
    for part in [
      "made by clipscope", "script compare.clip sha256", "image sea.png sha256", "clip 1", "|> save(",
    ] {
      let found = part == "|> save(" ? "save(" : part
      #expect(shown.output.contains(found), "\(shown.output)")
    }
    let again = try CommandLineTool.run(
      ["replay", "out/" + name, "--threads", "2", "--out", "again"], in: folder.url)
    #expect(again.output == "out/\(name): identical, byte for byte\n", "\(again.errors)")
    #expect(again.code == 0)
    #expect(
      try Data(contentsOf: folder.url.appendingPathComponent("again"))
        == Data(contentsOf: folder.url.appendingPathComponent("out/" + name)))
  }

  @Test func aReplayFindsOrRefusesInputs() throws {
    let folder = try folder(["--threads", "2"])
    let elsewhere = try Folder()
    try FileManager.default.copyItem(
      atPath: folder.url.path + "/out/whale.png", toPath: elsewhere.url.path + "/whale.png")
    let lost = try CommandLineTool.run(["replay", "whale.png"], in: elsewhere.url)
    #expect(lost.code == 4)
    #expect(lost.errors.contains("there is no `sea.png` here") && lost.errors.contains("--inputs"))
    let found = try CommandLineTool.run(
      ["replay", "whale.png", "--inputs", folder.url.path, "--threads", "1"], in: elsewhere.url)
    #expect(
      found.output == "whale.png: identical contents; it was made otherwise: threads 2 → 1\n",
      "\(found.errors)")
    try changePicture(in: folder)
    let other = try CommandLineTool.run(["replay", "out/whale.png"], in: folder.url)
    #expect(other.code == 4)
    #expect(other.errors.contains("is not the image that this was made of"))
    let nothing = try CommandLineTool.run(["replay", "compare.clip"], in: folder.url)
    #expect(nothing.code == 4)
    #expect(nothing.errors.contains("does not say how it was made"))
  }

  @Test func whatAFileSaysCanBeLeftOutAndNumbersPutIn() throws {
    let folder = try folder()
    let outcome = try CommandLineTool.run(
      [
        "-e",
        """
        m = load("emoji"); p = load("sea.png"); s = surgery(p, m, ["whale"]);
        s |> save("plain.png", recipe: false); s |> save("side.png", data: "beside");
        numbers = load("out/maps.png", kind: "tensor"); print(numbers.shape);
        print(load("side.npz").grid == s.grid, len(load("out/scores.csv")))
        """,
      ], in: folder.url)
    #expect(outcome.output == "[2, 14, 14]\ntrue 2\n", "\(outcome.errors)")
    let plain = try CommandLineTool.run(["replay", "plain.png"], in: folder.url)
    #expect(plain.errors.contains("does not say how it was made"))
  }

  /// Numbers beside a picture are a file like any other: recorded, and made again.
  @Test func numbersBesideAPictureAreKnown() throws {
    let folder = try Folder()
    try folder.write(
      "beside.clip",
      """
      maps = surgery(full([32, 32, 3], 0.25) |> image(), load("emoji"), ["cat", "dog"])
      maps |> save("out/maps.png", data: "beside")
      """)
    let run = try CommandLineTool.run(
      ["run", "beside.clip", "--record", "--report", "page.html"], in: folder.url)
    #expect(run.code == 0, "\(run.errors)")
    for name in ["beside.lock", "page.html"] {
      let text = try String(contentsOf: folder.url.appendingPathComponent(name), encoding: .utf8)
      #expect(text.contains("out/maps.npz") && text.contains("out/maps.png"), "\(name)")
    }
    for name in ["out/maps.npz", "out/maps.png"] {
      let again = try CommandLineTool.run(["replay", name, "--out", "new/folder/file"], in: folder.url)
      #expect(again.output == "\(name): identical, byte for byte\n", "\(again.errors)")
      #expect(
        try Data(contentsOf: folder.url.appendingPathComponent("new/folder/file"))
          == Data(contentsOf: folder.url.appendingPathComponent(name)))
    }
    let shown = try CommandLineTool.run(["inspect", "out/maps.npz"], in: folder.url)
    #expect(shown.output.contains("  grid: float32 [2, 14, 14]\n"), "\(shown.output)\(shown.errors)")
    let script = try CommandLineTool.run(["inspect", "beside.clip"], in: folder.url)
    #expect(script.code == 0 && script.output.contains("does not say how it was made"))
    // A lock whose script lies elsewhere is told of, and nothing runs.
    let lock = try String(contentsOf: folder.url.appendingPathComponent("beside.lock"), encoding: .utf8)
    try folder.write(
      "moved.lock", lock.replacingOccurrences(of: "\"beside.clip\"", with: "\"../beside.clip\""))
    let moved = try CommandLineTool.run(["verify", "moved.lock"], in: folder.url)
    #expect(moved.code == 4 && moved.errors.contains("`../beside.clip`"))
    try folder.write("empty.clipbundle", "")
    #expect(try CommandLineTool.run(["run", "empty.clipbundle"], in: folder.url).code == 4)
  }

  /// A slice is not the whole: it has no recipe and no record, and a page says what it lacks.
  @Test func aSliceSaysThatItIsOne() throws {
    let folder = try Folder()
    try folder.write(
      "rows.clip",
      "t = sweep a in range(4) { {b: [a, 2], c: {d: \"x\"}} } |> save(\"out/t.csv\")\nprint(len(t))\n")
    let cache = ["CLIPSCOPE_CACHE": folder.url.path + "/cache"]
    let slice = try CommandLineTool.run(
      ["run", "rows.clip", "--shard", "1/2", "--report", "page.html"], in: folder.url, environment: cache)
    #expect(slice.code == 0 && slice.output == "2\n", "\(slice.errors)")
    let html = try String(contentsOf: folder.url.appendingPathComponent("page.html"), encoding: .utf8)
    #expect(html.contains("the others belong to other slices"))
    let table = try String(contentsOf: folder.url.appendingPathComponent("out/t.csv"), encoding: .utf8)
    #expect(table.contains("of slice 1 of 2 alone"))
    #expect(
      table.hasSuffix("0,\"[0, 2]\",\"{\"\"d\"\": \"\"x\"\"}\"\n2,\"[2, 2]\",\"{\"\"d\"\": \"\"x\"\"}\"\n"),
      "\(table)")
    let replayed = try CommandLineTool.run(["replay", "out/t.csv"], in: folder.url)
    #expect(replayed.code == 4 && replayed.errors.contains("holds no recipe"))
    let record = try CommandLineTool.run(["run", "rows.clip", "--shard", "1/2", "--record"], in: folder.url)
    #expect(record.code == 2)
  }

  @Test func aRecordIsVerified() throws {
    let folder = try folder(["--record", "--threads", "2", "labels=whale, moon"])
    let lock = folder.url.appendingPathComponent("compare.lock")
    let text = try String(contentsOf: lock, encoding: .utf8)
    #expect(!text.contains(folder.url.path), "a record names no folder of the machine")
    func verify(_ arguments: String...) throws -> CommandLineTool.Outcome {
      try CommandLineTool.run(["verify", "compare.lock"] + arguments, in: folder.url)
    }
    let before = folder.contents
    let same = try verify("--threads", "2")
    #expect(same.code == 0, "\(same.output)\(same.errors)")
    #expect(same.output.hasPrefix("compare.lock: as recorded\n  out/whale.png"))
    #expect(same.output.hasSuffix("nothing that it was made of has changed\n"))
    #expect(folder.contents == before, "what it saves is dropped")

    let single = try verify("--threads", "1")
    #expect(single.code == 0)
    #expect(single.output.contains("changed: threads: 2 → 1"))
    #expect(!single.output.contains("first step"), "results do not depend on threads")

    try changePicture(in: folder)
    let changed = try verify("--threads", "2")
    #expect(changed.code == 1)
    #expect(changed.output.hasPrefix("compare.lock: not as recorded\n"))
    #expect(
      changed.output.contains("first step that differs: compare.clip:4 `load` (image), different: largest"))
    #expect(changed.output.contains("rank correlation"))
    #expect(changed.output.contains("changed: input sea.png: "))
    let json = try verify("--json")
    #expect(json.output.contains("\"good\": false") && json.output.contains("\"rankCorrelation\""))

    try folder.write("compare.clip", Self.script + "\nphoto |> save(\"out/new.png\")\nprint(\"more\")")
    let edited = try verify()
    #expect(edited.output.contains("changed: script compare.clip: "))
    #expect(
      edited.output.contains("out/new.png") && edited.output.contains("new: the earlier run did not give it"))
    #expect(edited.output.contains("printed line 2: (nothing) → more"))
  }

  @Test func malformedLocksAreRefused() throws {
    let folder = try folder(["--record"])
    let text = try String(contentsOf: folder.url.appendingPathComponent("compare.lock"), encoding: .utf8)
    var broken = [
      "", "{}", "[1]", "{\"clipscopeLock\": 2}",
      text.replacingOccurrences(of: "\"steps\"", with: "\"stops\""),
    ]
    broken.append(
      text.replacingOccurrences(of: "\"name\": \"compare.clip\"", with: "\"name\": \"../../etc/passwd\""))
    broken.append(text.replacingOccurrences(of: "\"count\": ", with: "\"count\": -"))
    for (index, text) in broken.enumerated() {
      try folder.write("bad.lock", text)
      let outcome = try CommandLineTool.run(["verify", "bad.lock"], in: folder.url)
      #expect(outcome.code == 4, "\(index): \(outcome.output)\(outcome.errors)")
      #expect(!outcome.wasKilled)
    }
  }

  @Test func aBundleRunsElsewhere() throws {
    let folder = try Folder()
    let files = FileManager.default
    for name in ["scripts", "images", "photos"] {
      try files.createDirectory(atPath: folder.url.path + "/" + name, withIntermediateDirectories: true)
    }
    let sea = ProjectFolder.path + "/examples/images/sea.png"
    try files.copyItem(atPath: sea, toPath: folder.url.path + "/images/sea.png")
    try files.copyItem(atPath: sea, toPath: folder.url.path + "/photos/other.png")
    try folder.write("scripts/parts.clip", "fn top(maps) => maps[0]")
    try folder.write(
      "scripts/run.clip",
      """
      import "./parts.clip" as parts
      param image: path = "../images/sea.png"
      model = load("emoji")
      maps = surgery(load(image), model, ["whale", "moon"])
      parts.top(maps) |> save("out/whale.png")
      print("{len(load("../images/sea.png").name)}")
      """)
    let made = try CommandLineTool.run(
      ["bundle", "scripts/run.clip", "image=photos/other.png"], in: folder.url)
    #expect(made.code == 0, "\(made.errors)")
    #expect(made.output.contains("scripts/parts.clip") && made.output.contains("photos/other.png"))
    let elsewhere = try Folder()
    let bundle = elsewhere.url.path + "/run.clipbundle"
    try files.moveItem(atPath: folder.url.path + "/scripts/run.clipbundle", toPath: bundle)
    try files.removeItem(atPath: folder.url.path + "/images")

    let ran = try CommandLineTool.run(["run", "run.clipbundle"], in: elsewhere.url)
    #expect(ran.code == 0, "\(ran.errors)")
    #expect(ran.output == "7\n")
    #expect(elsewhere.contents == ["out", "out/whale.png", "run.clipbundle"])
    let verified = try CommandLineTool.run(["verify", "run.clipbundle"], in: elsewhere.url)
    #expect(verified.code == 0, "\(verified.output)\(verified.errors)")
    #expect(verified.output.hasPrefix("run.clipbundle: as recorded"))

    let tar = Process()
    tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    tar.arguments = ["tar", "-xf", bundle, "-C", elsewhere.url.path]
    try tar.run()
    tar.waitUntilExit()
    #expect(tar.terminationStatus == 0)
    #expect(elsewhere.contents.contains("scripts/run.clip") && elsewhere.contents.contains("bundle.json"))

    // A byte of a file in it changed.
    var bytes = try Data(contentsOf: URL(fileURLWithPath: bundle))
    let place = try #require(bytes.range(of: Data("fn top".utf8))).lowerBound
    bytes[place] = UInt8(ascii: "F")
    try bytes.write(to: URL(fileURLWithPath: bundle))
    let refused = try CommandLineTool.run(["run", "run.clipbundle"], in: elsewhere.url)
    #expect(
      refused.code == 4 && refused.errors.contains("`scripts/parts.clip` in the bundle has been changed"))
  }
}
