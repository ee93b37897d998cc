import CLIPModels
import Checkpoints
import Explanations
import Interpreter
import Syntax
import Tensors
import TestSupport
import Testing

@testable import Bindings

/// `grad` in the language against reference numbers and against the engine's own gradients and explainers.
@Suite("grad in the language")
struct GradTests {
  /// Runs a script and gives the array that it saves as `out.npy`.
  private func array(_ code: String, image: String, model: String = "tiny-vit/openai_jit.pt") throws -> Tensor
  {
    let output = try TemporaryFolder()
    let outcome = try ScriptRunner.engine(outputFolder: output.path).run(
      """
      m = load("\(Golden.path(model))")
      photo = load("\(Golden.path("images/\(image).png"))")
      t = encode(["cat", "cup", "table", "person", "grass", "potted plant"], m)
      \(code) |> save("out.npy")
      """)
    #expect(outcome.diagnostics.map { $0.rendered() } == [])
    return try Golden.array(atPath: output.path + "/out.npy")
  }

  /// What the engine's explainers are asked of the same picture.
  private func question(_ image: String) throws -> Question {
    let model = CLIPModel(try Checkpoint.open(Golden.path("tiny-vit/openai_jit.pt")), name: "tiny")
    let pixels = try Golden.array("tiny-vit/golden/\(image)/squash.npy")
    return try Question(
      model: model, pixels: pixels.rank == 4 ? pixels.row(0) : pixels,
      texts: Golden.array("tiny-vit/golden/text_features.npy"))
  }

  @Test(arguments: ["cat", "coffee"])
  func pixelGradientOfACosine(_ image: String) throws {
    let found = try array("grad(photo, m, fn(x) => cosine(x.embedding, t[0]))", image: image)
    let expected = try Golden.array("tiny-vit/golden/\(image)/others/pixel_gradient.npy")
    #expect(relativeError(found, expected.reshaped(found.shape)) <= 1e-4)
  }

  /// Another way to the same score: the class token among the tokens, the cosine written out.
  @Test func anotherWayToTheSameScore() throws {
    let found = try array(
      "grad(photo, m, fn(x) { v = x.blocks[-1][0] * 0 + 1; "
        + "x.tokens[0] @ normalize(t[1]) / norm(x.tokens[0]) * mean(v) })", image: "cat")
    let expected = try array("grad(photo, m, fn(x) => cosine(x.embedding, t)[1])", image: "cat")
    #expect(relativeError(found, expected) <= 1e-5)
  }

  /// Grad-CAM written with `grad` is the engine's, and the reference's.
  @Test(arguments: ["cat", "coffee"])
  func gradCAM(_ image: String) throws {
    let found = try array(
      """
      before = features(photo, m, layer: -2, project: false)
      weights = [
        mean(grad(photo, m, fn(x) => cosine(x.embedding, row), wrt: "tokens", layer: -2), axis: 0)
        for row in t
      ]
      clamp(stack(weights) @ before[1:].T, 0)
      """, image: image)
    let expected = try Golden.array("tiny-vit/golden/\(image)/attention/grad_cam_last_block_input.npy")
    #expect(relativeError(found, expected.reshaped(found.shape)) <= 1e-4)
    let own = try GradCAM().maps(question(image))
    #expect(relativeError(found, own.reshaped(found.shape)) <= 1e-5)
  }

  /// Chefer's relevance over all blocks from `grad` with respect to the attention: the engine's `game`.
  @Test(arguments: ["cat", "coffee"])
  func attention(_ image: String) throws {
    let found = try array(
      """
      fn relevance(label) {
        steps = [
          mean(
            clamp(
              grad(photo, m, fn(x) => cosine(x.embedding, t[label]), wrt: "attention", layer: k)
                * attention(photo, m, layer: k), 0),
            axis: 0)
          for k in range(8, 0, -1)
        ]
        fold(steps, eye(17)[0], fn(r, c) => r + r @ c)[1:]
      }
      stack([relevance(i) for i in range(6)])
      """, image: image)
    let expected = try Golden.array("tiny-vit/golden/\(image)/attention/chefer_all.npy")
    #expect(relativeError(found, expected.reshaped(found.shape)) <= 1e-4)
    let own = try Game(from: .first).maps(question(image))
    #expect(relativeError(found, own.reshaped(found.shape)) <= 1e-5)
  }

  /// On a ResNet the features after a stage are `blocks`; Grad-CAM of its last one.
  @Test func resNet() throws {
    let model = "tiny-rn/openai_jit.pt"
    let found = try array(
      """
      g = grad(photo, m, fn(x) => cosine(x.embedding, t[0]), wrt: "tokens")
      # What the features weigh beside their gradient says their shape too.
      same = grad(photo, m, fn(x) => sum(x.blocks[4] * g), wrt: "tokens")
      assert(allclose(same, g))
      g
      """, image: "cat", model: model)
    let clip = CLIPModel(try Checkpoint.open(Golden.path(model)), name: "tiny")
    guard case .resNet(let tower) = try clip.imageTower else { return }
    let pixels = try Golden.array("tiny-rn/golden/cat/squash.npy")
    let trace = try tower.trace(pixels.rank == 4 ? pixels.row(0) : pixels)
    let texts = try Golden.array("tiny-rn/golden/text_features.npy")
    let (_, top) = try cosineGradients(of: tower.embedding(trace), with: texts.rows(0..<1))
    #expect(relativeError(found, try tower.poolBackward(top, trace: trace).values) <= 1e-4)
  }

  /// Each part of a pass has the fields that checking believes in.
  @Test func typesAreThoseThatCheckingKnows() throws {
    let model = CLIPModel(try Checkpoint.open(Golden.path("tiny-vit/openai_jit.pt")), name: "tiny")
    let pixels = try Golden.array("tiny-vit/golden/cat/squash.npy")
    let tape = Tape()
    let parts = PassParts(
      try RecordedPass(model, pixels: pixels.rank == 4 ? pixels.row(0) : pixels), tape: tape)
    let pass = PassValue(parts: parts)
    let type = try #require(Engine.registry.type("pass"))
    #expect(type.fields?.map(\.name) == pass.fieldNames)
    for field in type.fields ?? [] {
      #expect(field.type.accepts(try #require(try pass.field(field.name))))
    }
    let layers = try #require(Engine.registry.type("layers"))
    for (name, count) in [("blocks", 9), ("attention", 8)] {
      guard case .object(let value) = try #require(try pass.field(name)) else { continue }
      #expect(value.typeName == "layers" && value.fieldNames.isEmpty && value.length == count)
      let elements = try #require(try value.elements())
      #expect(elements.count == count)
      #expect(elements.allSatisfy { layers.element?.accepts($0) ?? false })
      let last = try #require(try value.indexed(by: [.value(.number(-1))]))
      #expect(layers.indexed?.accepts(last) ?? false)
      #expect(last == elements[count - 1])
    }
  }
}
