import Foundation
import Testing

/// Results kept on disk between runs of the real binary.
@Suite struct CacheCommandTests {
  let folder: Folder
  var cache: String { folder.url.path + "/cache" }

  init() throws { folder = try Folder() }

  static let script = """
    m = load("emoji")
    photo = image(uniform([90, 150, 3], seed: 3))
    photo |> surgery(m, ["cat", "dog", "owl"]) |> save("a.npy")
    photo |> similarity(m, ["cat", "tree"]) |> save("b.npy")
    photo |> gradcam(m, ["cat", "tree"]) |> save("c.npy")
    photo |> gradcam(m, ["cat"], method: "rise", samples: 40) |> save("d.npy")
    encode([photo], m) |> save("e.npy")
    """

  private func run(
    _ arguments: [String], cache: String? = nil
  ) throws -> CommandLineTool.Outcome {
    try CommandLineTool.run(
      arguments, in: folder.url, environment: ["CLIPSCOPE_CACHE": cache ?? self.cache])
  }

  /// Runs a script and gives what it saved, and what `--stats` says of each kind: found and kept.
  private func run(
    script: String, _ arguments: [String] = []
  ) throws -> (files: [String: Data], found: [String: Int], kept: [String: Int]) {
    try folder.write("script.clip", script)
    let outcome = try run(["run", "script.clip", "--out", "out", "--stats"] + arguments)
    #expect(outcome.code == 0, "\(outcome.errors)")
    var files: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.path + "/out") {
      files[name] = try Data(contentsOf: folder.url.appendingPathComponent("out/" + name))
    }
    var (found, kept) = ([String: Int](), [String: Int]())
    for line in outcome.errors.split(separator: "\n") where line.contains(" found, ") {
      let parts = line.split(separator: ":")
      let numbers = parts[1].split(separator: " ").compactMap { Int($0) }
      found[parts[0].trimmingCharacters(in: .whitespaces)] = numbers[0]
      kept[parts[0].trimmingCharacters(in: .whitespaces)] = numbers[1]
    }
    return (files, found, kept)
  }

  @Test func aSecondRunComputesNothingAndSavesTheSame() throws {
    let off = try run(script: Self.script, ["--no-cache"])
    #expect(off.found.isEmpty && off.kept.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: cache))
    let first = try run(script: Self.script)
    let second = try run(script: Self.script)
    #expect(off.files.count == 5)
    #expect(first.files == off.files && second.files == off.files)
    for kind in ["results of image towers", "heat maps", "batches of prompts"] {
      #expect(first.kept[kind] ?? 0 > 0, "\(kind)")
      #expect(second.found[kind] ?? 0 > 0, "\(kind)")
      #expect(second.kept[kind] == 0, "\(kind)")
    }
  }

  @Test func namesAndLayoutDoNotMatterAndOneLabelIsOneLabel() throws {
    let first = try run(script: Self.script)
    let renamed = Self.script.replacingOccurrences(of: "photo", with: "picture")
      .replacingOccurrences(of: "m = ", with: "# A comment.\nmodel  =  ").replacingOccurrences(
        of: "(m, ", with: "(model,\n  "
      )
      .replacingOccurrences(of: ", m)", with: ", model)")
    let second = try run(script: renamed)
    #expect(second.files == first.files)
    #expect(second.kept.values.allSatisfy { $0 == 0 }, "\(second.kept)")
    let edited = try run(script: Self.script.replacingOccurrences(of: "\"owl\"", with: "\"sun\""))
    #expect(edited.kept["batches of prompts"] == 1)
    #expect(edited.kept["results of image towers"] == 0)
    #expect(edited.kept["heat maps"] == 0)
  }

  @Test func itIsShownVerifiedLimitedAndCleared() throws {
    #expect(try run(["cache", "folder"]).output == cache + "\n")
    _ = try run(script: Self.script)
    let shown = try run(["cache"])
    #expect(shown.code == 0)
    #expect(shown.output.contains("of at most 2 GB"))
    for kind in ["image", "map", "text"] { #expect(shown.output.contains("  \(kind) "), "\(shown.output)") }
    #expect(try run(["cache", "verify"]).code == 0)
    let maps = cache + "/results/v1/map"
    let shelf = try #require(FileManager.default.contentsOfDirectory(atPath: maps).first)
    let name = try #require(FileManager.default.contentsOfDirectory(atPath: maps + "/" + shelf).first)
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(maps)/\(shelf)/\(name)"))
    let verified = try run(["cache", "verify"])
    #expect(verified.code == 1)
    #expect(verified.output.contains("map: 1 entry damaged and removed"))
    #expect(try run(["cache", "verify"]).code == 0)
    #expect(try run(["cache", "clear", "text"]).code == 0)
    #expect(try !run(["cache"]).output.contains("  text "))
    #expect(try run(["cache", "clear", "txt"]).code == 2)
    #expect(try run(["cache", "limit", "5GB"]).output == "at most 5 GB are kept\n")
    #expect(try run(["cache"]).output.contains("of at most 5 GB"))
    #expect(try run(["cache", "limit", "much"]).code == 2)
    #expect(try run(["cache", "limit", "30kB"]).code == 0)
    _ = try run(script: Self.script)
    let sizes = FileManager.default.enumerator(atPath: cache + "/results/v1")?.compactMap { name -> Int? in
      let path = cache + "/results/v1/\(name)"
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      return attributes?[.type] as? FileAttributeType == .typeRegular ? attributes?[.size] as? Int : nil
    }
    #expect(try #require(sizes).reduce(0, +) <= 30_000)
    #expect(try run(["cache", "clear"]).code == 0)
    #expect(try run(["cache"]).output == "\(cache)\n0 B of at most 30 kB\n")
    #expect(try run(["cache"], cache: "off").code == 4)
  }

  @Test func aFolderThatCannotBeWrittenIsOneWarning() throws {
    try folder.write("file", [1])
    try folder.write("script.clip", Self.script)
    let outcome = try run(["run", "script.clip"], cache: folder.url.path + "/file/cache")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").filter { $0.contains("results are not kept") }.count == 1)
    #expect(!FileManager.default.fileExists(atPath: cache))
  }

  @Test func killedRunsLeaveNothingWrong() throws {
    try folder.write("script.clip", Self.script)
    let binary = try #require(CommandLineTool.path)
    for milliseconds in stride(from: 20, through: 400, by: 20) {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: binary)
      process.arguments = ["run", "script.clip", "--out", "killed"]
      process.currentDirectoryURL = folder.url
      process.environment = ProcessInfo.processInfo.environment.merging(["CLIPSCOPE_CACHE": cache]) { $1 }
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(UInt32(milliseconds * 1000))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let verified = try run(["cache", "verify"])
    #expect(verified.code == 0, "\(verified.output)")
    let off = try run(script: Self.script, ["--no-cache"])
    #expect(try run(script: Self.script).files == off.files)
  }

  @Test func manyProcessesShareIt() throws {
    let off = try run(script: Self.script, ["--no-cache"])
    let binary = try #require(CommandLineTool.path)
    let processes = try (0..<8).map { index in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: binary)
      process.arguments = ["run", "script.clip", "--out", "out\(index)"]
      process.currentDirectoryURL = folder.url
      process.environment = ProcessInfo.processInfo.environment.merging(["CLIPSCOPE_CACHE": cache]) { $1 }
      try process.run()
      return process
    }
    for (index, process) in processes.enumerated() {
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      for (name, data) in off.files {
        #expect(try Data(contentsOf: folder.url.appendingPathComponent("out\(index)/\(name)")) == data)
      }
    }
    #expect(try run(["cache", "verify"]).code == 0)
  }
}
