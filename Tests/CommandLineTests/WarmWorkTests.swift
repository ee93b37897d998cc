import Foundation
import Testing

/// Work kept between the calls of a script: how much runs, and that no result changes by it.
@Suite struct WarmWorkTests {
  static let script = """
    m = load("emoji")
    photo = image(uniform([90, 150, 3], seed: 3))
    photo |> surgery(m, ["cat", "dog", "owl"]) |> save("a.npy")
    photo |> surgery(m, ["cat", "tree"]) |> save("b.npy")
    photo |> similarity(m, "cat") |> save("c.npy")
    photo |> features(m, layer: -2, project: false) |> save("d.npy")
    photo |> attention(m, layer: 3) |> save("e.npy")
    photo |> surgery(m, "cat", size: 128) |> save("f.npy")
    encode(["cat", "tree"], m, templates: "imagenet") |> save("g.npy")
    again = image(uniform([90, 150, 3], seed: 3))
    again |> surgery(load("emoji"), ["cat", "tree"], depth: 3) |> save("h.npy")
    """

  /// The files that a run leaves, and what it says of its work.
  private func run(_ arguments: String...) throws -> (files: [String: Data], said: [String]) {
    let folder = try Folder()
    let (outcome, left) = try folder.run(script: Self.script, arguments + ["--stats"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    var files: [String: Data] = [:]
    for name in left { files[name] = try Data(contentsOf: folder.url.appendingPathComponent(name)) }
    return (files, outcome.errors.split(separator: "\n").map(String.init))
  }

  @Test func isBitIdenticalAndRunsTheTowerOnce() throws {
    let cold = try run("--keep", "off")
    let warm = try run()
    let little = try run("--keep", "1MB")
    #expect(cold.files.count == 8)
    #expect(cold.files == warm.files)
    #expect(cold.files == little.files)
    // Of six blocks: surgery's six; a plain last one for `similarity`; six at 128 pixels; surgery's last of depth 3.
    #expect(warm.said.contains("  14 blocks of image towers computed, 23 spared"), "\(warm.said)")
    #expect(warm.said.contains("  2 inputs computed, 5 spared"), "\(warm.said)")
    #expect(cold.said.contains("  37 blocks of image towers computed, 0 spared"), "\(cold.said)")
    #expect(cold.said.contains("kept for the next call  nothing: it is off"))
    // 85 templates around each of cat, dog, owl, tree. A list of one label shares no beginnings with others, so the
    // single cat is computed in another way, and the empty text once more.
    #expect(warm.said.contains("  510 prompts computed, 510 spared"), "\(warm.said)")
  }

  @Test func sizesAreUnderstood() throws {
    let folder = try Folder()
    for size in ["off", "0", "300000", "512MB", "1.5 GB", "1GiB"] {
      #expect(try folder.run(script: "print(1)", ["--keep", size]).outcome.code == 0, "\(size)")
    }
    for size in ["much", "-1", "1XB", "1e99GB", "nan"] {
      let outcome = try folder.run(script: "print(1)", ["--keep", size]).outcome
      #expect(outcome.code == 2, "\(size)")
      #expect(outcome.errors.contains("`--keep` takes a size such as `512MB`, or `off`"))
    }
  }
}
