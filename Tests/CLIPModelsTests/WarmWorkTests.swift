import CLIPModels
import Tensors
import TestSupport
import Testing

/// How often the towers run, and that it never shows in a bit.
@Suite("Work kept between calls")
struct WarmWorkTests {
  static func pixels(_ model: String) throws -> Tensor {
    let array = try Golden.array("\(model)/golden/cat/squash.npy")
    return array.rank == 4 ? array.row(0) : array
  }

  /// Everything that towers say of one input and some prompts, in an order that shares work.
  static func everything(_ model: CLIPModel, _ pixels: Tensor) throws -> [Tensor] {
    var results = [
      try model.features(image: pixels, path: .surgery, depth: 3),
      try model.features(image: pixels, path: .native),
      try model.encode(image: pixels),
      try model.attentionMatrices(image: pixels, layer: 0),
      try model.features(image: pixels, path: .surgery, depth: 2),
      try model.features(image: pixels, path: .surgery, depth: 3, nativeClassToken: false),
      try model.encode(image: pixels, positions: .bicubic),
      try model.encode(prompts: goldenLabels, batch: 2),
      try model.encode(prompts: Array(goldenLabels.reversed()), batch: 1),
    ]
    if model.isTransformer {
      results.append(try model.features(image: pixels, path: .native, layer: 2, isProjected: false))
    }
    return results
  }

  @Test(
    "is not seen in any bit, whatever the limit",
    arguments: ["tiny-vit/state_dict.pt", "tiny-rn/openai_jit.pt"])
  func bits(file: String) throws {
    let model = try goldenModel(file)
    let pixels = try Self.pixels(String(file.prefix { $0 != "/" }))
    let cold = try WarmWork.$current.withValue(WarmWork(limit: 0)) {
      try Self.everything(model, pixels)
    }
    for limit in [WarmWork.defaultLimit, 40_000, 9000] {
      let work = WarmWork(limit: limit)
      try WarmWork.$current.withValue(work) {
        for _ in 0..<2 {
          let found = try Self.everything(model, pixels)
          #expect(found == cold)
        }
      }
      #expect(work.bytes <= limit)
      if limit == WarmWork.defaultLimit { #expect(work.count(.block).reused > 0) }
    }
  }

  @Test("a block of the image tower runs once for one input")
  func blocks() throws {
    let model = try goldenModel("tiny-vit/state_dict.pt")  // 8 blocks
    let pixels = try Self.pixels("tiny-vit")
    let work = WarmWork(limit: WarmWork.defaultLimit)
    try WarmWork.$current.withValue(work) {
      _ = try model.features(image: pixels, path: .surgery, depth: 6)
      #expect(work.count(.block) == .init(computed: 8, reused: 0))
      _ = try model.features(image: pixels, path: .surgery, depth: 6)
      #expect(work.count(.block) == .init(computed: 8, reused: 8))
      // The last block whole, after seven that surgery ran already.
      _ = try model.features(image: pixels, path: .native)
      #expect(work.count(.block) == .init(computed: 9, reused: 15))
      _ = try model.attentionMatrices(image: pixels, layer: 7)
      #expect(work.count(.block).computed == 9)
      // Only what follows the last block is another.
      _ = try model.encode(image: pixels)
      #expect(work.count(.block).computed == 10)
      // Other positions are other tokens; so are other pixels.
      _ = try model.encode(image: pixels, positions: .bicubic)
      #expect(work.count(.block).computed == 18)
      _ = try model.encode(image: Tensor(pixels.shape, pixels.scalars))
      #expect(work.count(.block).computed == 26)
      _ = try model.randomized(.blocks([7]), of: .image, seed: 1, name: "other").encode(image: pixels)
      #expect(work.count(.block).computed == 34)
      #expect(work.count(.prompt) == .init())
    }
  }

  @Test("a label's prompts are encoded once, in whichever list it stands")
  func prompts() throws {
    let model = try goldenModel("tiny-vit/state_dict.pt")
    func prompts(_ labels: String...) -> [String] {
      labels.flatMap { ["a photo of a \($0).", "art of the \($0)."] }
    }
    let work = WarmWork(limit: WarmWork.defaultLimit)
    try WarmWork.$current.withValue(work) {
      let first = try model.encode(prompts: prompts("cat", "cup", "table"), batch: 2)
      #expect(work.count(.prompt) == .init(computed: 6, reused: 0))
      let second = try model.encode(prompts: prompts("table", "person", "cat"), batch: 2)
      #expect(work.count(.prompt) == .init(computed: 8, reused: 4))
      #expect(second.rows(0..<2) == first.rows(4..<6))
      #expect(second.rows(4..<6) == first.rows(0..<2))
      #expect(work.count(.block) == .init())
    }
  }

  @Test("what was not used for longest goes first")
  func limits() {
    let work = WarmWork(limit: 100)
    for index in 0..<10 { work.keep(index, "\(index)", bytes: 10, .view) }
    #expect(work.bytes == 100)
    #expect(work.kept("0", as: Int.self, .view) == 0)
    work.keep(10, "10", bytes: 10, .view)
    #expect(work.bytes <= 100)
    #expect(work.kept("0", as: Int.self, .view) == 0)
    #expect(work.kept("1", as: Int.self, .view) == nil)
    #expect(work.kept("10", as: String.self, .view) == nil)
    work.keep(11, "11", bytes: 101, .view)
    #expect(work.kept("11", as: Int.self, .view) == nil)
    work.limit = 30
    #expect(work.bytes <= 30)
    work.limit = 0
    work.keep(12, "12", bytes: 0, .view)
    #expect(work.bytes == 0)
    #expect(work.count(.view).computed == 13)
  }
}
