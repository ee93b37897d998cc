import CLIPModels
import Checkpoints
import Explanations
import Tensors
import TestSupport
import Testing
import Tokenization

@Suite("Token maps against reference numbers")
struct TextExplainerTests {
  static func question(_ image: String, _ text: String = "a cat looking at a cup of coffee on a table.")
    throws
    -> TextQuestion
  {
    let model = CLIPModel(
      try Checkpoint.open(Golden.path("tiny-vit/openai_jit.pt"), options: LoadOptions()), name: "tiny")
    return try TextQuestion(
      model: model, text: try Tokenizer.clip.encode(text, context: 77),
      image: try Golden.array("tiny-vit/golden/\(image)/image_embedding.npy"))
  }

  @Test("Grad-ECLIP over the last blocks, as released", arguments: ["cat", "coffee"], [1, 3])
  func gradECLIP(image: String, layers: Int) throws {
    let question = try Self.question(image)
    let folder = "tiny-vit/golden/\(image)/text-last\(layers)/"
    for (similarity, name) in [(GradECLIP.Similarity.projected, "grad_eclip"), (.none, "grad_eclip_no_ksim")]
    {
      let method = TextGradECLIP(layers: layers, heads: .paper, similarity: similarity, range: .context)
      let found = try method.scores(question)
      #expect(relativeError(found, try Golden.array(folder + name + ".npy")) <= 1e-4, "\(name)")
    }
  }

  @Test("Chefer's relevance over all blocks", arguments: ["cat", "coffee"])
  func chefer(image: String) throws {
    let found = try TextGame().scores(Self.question(image))
    let expected = try Golden.array("tiny-vit/golden/\(image)/text-chefer/relevance.npy")
    #expect(relativeError(found, expected) <= 1e-4)
  }

  @Test("the padding changes the range of λ only where it is asked to")
  func range() throws {
    let question = try Self.question("cat")
    let own = try TextGradECLIP(layers: 3).scores(question)
    let whole = try TextGradECLIP(layers: 3, range: .context).scores(question)
    #expect(own != whole)
    for scores in [own, whole] {
      #expect(scores.count == question.tokens.count)
      #expect(abs(scores.scalars.reduce(0, +) - 1) < 1e-5)
      #expect(scores.scalars.allSatisfy { $0 >= 0 })
    }
    #expect(try TextGradECLIP(layers: nil).scores(question) == TextGradECLIP(layers: 3).scores(question))
  }

  @Test("rollout gives each token its share of the last one's attention")
  func rollout() throws {
    let question = try Self.question("cat")
    let scores = try TextRollout().scores(question).scalars
    #expect(scores.count == question.tokens.count)
    #expect(scores.allSatisfy { $0 > 0 })
    // With start and end of text the row sums to one.
    #expect(scores.reduce(0, +) < 1)
  }

  @Test("an empty prompt has no tokens to score")
  func empty() throws {
    let question = try Self.question("cat", "")
    #expect(try TextGradECLIP().scores(question).count == 0)
    #expect(try TextGame().scores(question).count == 0)
    #expect(try TextRollout().scores(question).count == 0)
  }

  @Test("tokens become words")
  func words() throws {
    let map = try TokenMap(
      text: "snowboarder up", pieces: ["snow", "boarder", "up"], scores: Tensor([1, 2, 4]),
      words: [0..<2, 2..<3],
      recipe: Recipe(method: "test", options: [], model: "m", image: "i"))
    let merged = try map.merged()
    #expect(merged.pieces == ["snowboarder", "up"])
    #expect(merged.scores.scalars == [3, 4])
    #expect(merged.words.isEmpty)
    #expect(try merged.merged().pieces == merged.pieces)
    #expect(map.normalized == [0, Float(1) / 3, 1])
  }
}
