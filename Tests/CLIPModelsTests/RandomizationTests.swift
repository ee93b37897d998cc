import CLIPModels
import Tensors
import TestSupport
import Testing

@Suite struct RandomizationTests {
  /// A picture's embedding and a text's.
  static func embeddings(_ model: CLIPModel) throws -> (image: Tensor, text: Tensor) {
    let size = model.architecture.imageSize
    let pixels = try Tensor.normal([3, size, size], seed: 1)
    return (try model.encode(image: pixels), try model.encode(prompts: ["a cat"]))
  }

  static let files = ["tiny-vit/state_dict.pt", "tiny-rn/openai_jit.pt"]

  @Test(arguments: files)
  func theOriginalAndTheOtherTowerStay(_ file: String) throws {
    let model = try goldenModel(file)
    let before = try Self.embeddings(model)
    let image = try Self.embeddings(model.randomized(.blocks([0]), of: .image, seed: 0, name: "x"))
    let text = try Self.embeddings(model.randomized(.blocks([0]), of: .text, seed: 0, name: "x"))
    let after = try Self.embeddings(model)
    #expect(after.image == before.image && after.text == before.text)
    #expect(image.image != before.image && image.text == before.text)
    #expect(text.image == before.image && text.text != before.text)
  }

  @Test(arguments: files)
  func theSeedDecides(_ file: String) throws {
    let model = try goldenModel(file)
    func image(_ part: TowerPart, _ seed: UInt64) throws -> Tensor {
      try Self.embeddings(model.randomized(part, of: .image, seed: seed, name: "x")).image
    }
    #expect(try image(.all, 3) == image(.all, 3))
    #expect(try image(.all, 3) != image(.all, 4))
    #expect(try image(.all, 3) != image(.blocks([0]), 3))
    // A network of scrambled weights still computes: BatchNorm's variances stayed positive.
    #expect(try image(.all, 5).scalars.allSatisfy(\.isFinite))
  }

  @Test func everyTensorKeepsItsValues() throws {
    let t = try Tensor.normal([7, 11], seed: 2)
    let shuffled = try t.shuffled(seed: 9)
    #expect(shuffled.shape == t.shape && shuffled != t)
    #expect(shuffled.scalars.sorted() == t.scalars.sorted())
    #expect(try Tensor([0], []).shuffled().count == 0)
  }
}
