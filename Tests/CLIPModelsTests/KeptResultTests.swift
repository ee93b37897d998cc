import Cache
import Foundation
import Tensors
import TestSupport
import Testing

@testable import CLIPModels

/// Results of towers found on disk by another process, which here is another model object with empty
/// memory.
@Suite("Results kept on disk")
struct KeptResultTests {
  let temporary: TemporaryFolder

  init() throws { temporary = try TemporaryFolder() }

  private func cache() -> DiskCache { DiskCache(folder: temporary.path + "/cache", limit: 1 << 28) }

  /// What a process computes that has nothing in memory.
  private func fresh<T>(_ cache: DiskCache?, _ body: () throws -> T) rethrows -> T {
    try DiskCache.$override.withValue(.some(cache)) {
      try WarmWork.$current.withValue(WarmWork(limit: WarmWork.defaultLimit), operation: body)
    }
  }

  private func counts(_ cache: DiskCache, _ kind: String) -> DiskCache.Count {
    cache.counts[kind] ?? DiskCache.Count()
  }

  @Test(
    "are equal, bit for bit, without a cache, with an empty and with a full one",
    arguments: ["tiny-vit/state_dict.pt", "tiny-rn/openai_jit.pt"])
  func bits(file: String) throws {
    let pixels = try WarmWorkTests.pixels(String(file.prefix { $0 != "/" }))
    func everything() throws -> [Tensor] { try WarmWorkTests.everything(goldenModel(file), pixels) }
    let off = try fresh(nil, everything)
    let first = cache()
    #expect(try fresh(first, everything) == off)
    #expect(counts(first, "image").kept > 0 && counts(first, "text").kept > 0)
    #expect(counts(first, "image").damaged == 0)
    let second = cache()
    #expect(try fresh(second, everything) == off)
    #expect(counts(second, "image").kept == 0 && counts(second, "text").kept == 0)
    #expect(counts(second, "image").found > 0 && counts(second, "text").found > 0)
    // Neither is memory without a limit, or with one, another path.
    try DiskCache.$override.withValue(.some(second)) {
      let found = try WarmWork.$current.withValue(WarmWork(limit: 0), operation: everything)
      #expect(found == off)
    }
  }

  @Test("a second process runs no tower", arguments: ["tiny-vit/state_dict.pt", "tiny-rn/openai_jit.pt"])
  func towers(file: String) throws {
    let pixels = try WarmWorkTests.pixels(String(file.prefix { $0 != "/" }))
    func questions() throws -> WarmWork {
      let model = try goldenModel(file)
      _ = try model.features(image: pixels, path: .surgery)
      _ = try model.features(image: pixels, path: .native)
      _ = try model.encode(image: pixels)
      _ = try model.encode(prompts: goldenLabels, batch: 2)
      return WarmWork.current
    }
    #expect(try fresh(cache(), questions).count(.block).computed > 0)
    let work = try fresh(cache(), questions)
    #expect(work.count(.block).computed == 0)
    #expect(work.count(.prompt).computed == 0)
  }

  @Test("a file's name and place do not matter, its contents and the input's do")
  func keys() throws {
    let pixels = try WarmWorkTests.pixels("tiny-vit")
    let original = Golden.path("tiny-vit/state_dict.pt")
    let copy = temporary.path + "/other.pt"
    try FileManager.default.copyItem(atPath: original, toPath: copy)
    func encode(_ path: String, _ pixels: Tensor, _ positions: PositionResize = .bilinear) throws -> Int {
      let cache = cache()
      _ = try fresh(cache) {
        try CLIPModel(.open(path), name: "m").encode(image: pixels, positions: positions)
      }
      return counts(cache, "image").found
    }
    #expect(try encode(original, pixels) == 0)
    #expect(try encode(copy, pixels) == 1)
    #expect(try encode(copy, pixels, .bicubic) == 0)
    var other = pixels.scalars
    other[7] = other[7].nextUp
    #expect(try encode(original, Tensor(pixels.shape, other)) == 0)
    #expect(try encode(original, Tensor(pixels.shape, pixels.scalars)) == 1)
    // Another model under the copy's name: its last weight differs.
    let changed = temporary.path + "/changed.safetensors"
    var bytes = try Data(
      contentsOf: URL(fileURLWithPath: Golden.path("tiny-vit/open_clip_model.safetensors")))
    try bytes.write(to: URL(fileURLWithPath: changed))
    #expect(try encode(changed, pixels) == 0)
    #expect(try encode(changed, pixels) == 1)
    bytes[bytes.count - 1] ^= 1
    try FileManager.default.removeItem(atPath: changed)
    try bytes.write(to: URL(fileURLWithPath: changed))
    #expect(try encode(changed, pixels) == 0)
  }

  @Test("a changed network is another, and each change is told from others")
  func edits() throws {
    let pixels = try WarmWorkTests.pixels("tiny-vit")
    let changes: [(CLIPModel) throws -> CLIPModel] = [
      { $0 },
      { try $0.editing(.image, blocks: [2], .scale(0, heads: [1]), name: "x") },
      { try $0.editing(.image, blocks: [3], .scale(0, heads: [1]), name: "x") },
      { try $0.editing(.image, blocks: [2], .scale(0.5, heads: [1]), name: "x") },
      { try $0.editing(.image, blocks: [2], .skip(.mlp), name: "x") },
      { $0.randomized(.blocks([7]), of: .image, seed: 1, name: "x") },
      { $0.randomized(.blocks([7]), of: .image, seed: 2, name: "x") },
      { $0.randomized(.blocks([6, 7]), of: .image, seed: 1, name: "x") },
      {
        try $0.randomized(.blocks([7]), of: .image, seed: 1, name: "x")
          .editing(.image, blocks: [2], .skip(.mlp), name: "y")
      },
    ]
    var results: [Tensor] = []
    for change in changes {
      let off = try fresh(nil) { try change(goldenModel("tiny-vit/state_dict.pt")).encode(image: pixels) }
      for isFirst in [true, false] {
        let cache = cache()
        let found = try fresh(cache) {
          try change(goldenModel("tiny-vit/state_dict.pt")).encode(image: pixels)
        }
        #expect(found == off)
        #expect((counts(cache, "image").kept > 0) == isFirst)
      }
      #expect(!results.contains(off))
      results.append(off)
    }
    // A change that brings a tensor with it has no words that another process understands.
    let matrices = try Tensor.normal([17, 17], seed: 1)
    let cache = cache()
    _ = try fresh(cache) {
      try goldenModel("tiny-vit/state_dict.pt")
        .editing(.image, blocks: [0], .attention(.given(matrices), heads: [0]), name: "x")
        .features(image: pixels, path: .surgery, depth: 1)
    }
    #expect(counts(cache, "image").kept == 0)
  }

  @Test("one label edited is one label computed")
  func labels() throws {
    func computed(_ labels: [String]) throws -> (prompts: Int, kept: Int) {
      let cache = cache()
      let prompts = labels.flatMap { ["a photo of a \($0).", "art of the \($0).", "\($0)"] }
      let work = try fresh(cache) {
        _ = try goldenModel("tiny-vit/state_dict.pt").encode(prompts: prompts, batch: 3)
        return WarmWork.current
      }
      return (work.count(.prompt).computed, counts(cache, "text").kept)
    }
    let labels = ["cat", "potted plant", "table", "black dog", "sea"]
    #expect(try computed(labels) == (15, 5))
    #expect(try computed(labels) == (0, 0))
    for index in labels.indices {
      var edited = labels
      edited[index] = "new thing \(index)"
      #expect(try computed(edited) == (3, 1), "\(edited)")
    }
    #expect(try computed(labels.reversed()) == (0, 0))
    #expect(try computed(labels + ["tree"]) == (3, 1))
    #expect(try computed(Array(labels.dropLast())) == (0, 0))
  }

  @Test("bytes that are no tensor are none")
  func malformed() throws {
    let tensor = Tensor([2, 3], [1, -0.0, .infinity, .nan, .leastNonzeroMagnitude, 6])
    let bytes = tensor.keptBytes
    let back = try #require(Tensor(kept: bytes))
    #expect(back.shape == [2, 3])
    #expect(back.scalars.map(\.bitPattern) == tensor.scalars.map(\.bitPattern))
    for length in 0..<bytes.count { #expect(Tensor(kept: Array(bytes.prefix(length))) == nil) }
    #expect(Tensor(kept: bytes + [0]) == nil)
    for index in 0..<24 {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        #expect(Tensor(kept: damaged) == nil, "byte \(index), bit \(bit)")
      }
    }
  }

  @Test("what is kept later is found like the rest")
  func later() throws {
    let model = try goldenModel("tiny-vit/state_dict.pt")
    let cache = cache()
    let place = try fresh(cache) {
      try #require(try model.keptResult("map", "test", version: 1, of: .image) { $0.add("x") })
    }
    LaterResults.add(place, Tensor([1, 2, 3]))
    #expect(place.tensor() == nil)
    LaterResults.keep()
    #expect(place.tensor() == Tensor([1, 2, 3]))
    #expect(place.tensor(of: [4]) == nil)
  }
}
