import Imaging
import Tensors
import TestSupport
import Testing

@testable import CLIPModels

/// Gradients of scores made of several parts of a pass, against differences of the forward pass.
@Suite("Gradients of scores made of parts of a forward pass")
struct RecordedPassTests {
  /// A score: the parts' numbers, each times a random one.
  private struct Score {
    var embedding = false
    var tokens = false
    var blocks: [Int] = []
    var attention: [Int] = []

    func gradients(_ pass: RecordedPass) throws -> ScoreGradients {
      var result = ScoreGradients()
      if embedding { result.embedding = try Self.weights(pass.embedding().shape, 1) }
      if tokens { result.tokens = try Self.weights(pass.tokens().shape, 2) }
      for k in blocks { result.blocks[k] = try Self.weights(pass.block(k).shape, 10 + k) }
      for k in attention { result.attention[k] = try Self.weights(pass.attentionShape ?? [], 30 + k) }
      return result
    }

    static func weights(_ shape: [Int], _ seed: Int) throws -> Tensor {
      try Tensor.normal(shape, seed: UInt64(seed))
    }

    static func dot(_ a: Tensor, _ b: Tensor) -> Double {
      zip(a.scalars, b.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    func value(_ pass: RecordedPass) throws -> Double {
      let weights = try gradients(pass)
      var sum = 0.0
      if let w = weights.embedding { sum += Self.dot(w, try pass.embedding()) }
      if let w = weights.tokens { sum += Self.dot(w, try pass.tokens()) }
      for (k, w) in weights.blocks { sum += Self.dot(w, try pass.block(k)) }
      for (k, w) in weights.attention { sum += Self.dot(w, try pass.attention(k)) }
      return sum
    }
  }

  /// The derivative of `value` along a direction that has much of the gradient and much of all else,
  /// against the gradient; relative to the gradient's length.
  private func expectDerivative(
    _ gradient: Tensor, at x: Tensor, step: Double, tolerance: Double, _ name: String,
    _ value: (Tensor) throws -> Double
  ) throws {
    #expect(gradient.shape == x.shape)
    let length = Score.dot(gradient, gradient).squareRoot()
    try #require(length > 0, "\(name)")
    for seed in 1...2 {
      let random = try Tensor.normal(x.shape, seed: UInt64(100 + seed))
      let other = Score.dot(random, random).squareRoot()
      let direction = Tensor(
        x.shape,
        zip(gradient.scalars, random.scalars).map {
          Float(Double($0) / length + Double($1) / other)
        })
      func shifted(_ by: Double) throws -> Double {
        try value(Tensor(x.shape, zip(x.scalars, direction.scalars).map { $0 + Float(by) * $1 }))
      }
      let near = try shifted(step) - shifted(-step)
      let far = try shifted(2 * step) - shifted(-2 * step)
      let found = (8 * near - far) / (12 * step)
      let error = abs(found - Score.dot(gradient, direction)) / length
      #expect(error < tolerance, "\(name), seed \(seed): \(error)")
    }
  }

  private static let scores: [(String, Score)] = [
    ("embedding", Score(embedding: true)), ("tokens", Score(tokens: true)),
    ("block 0", Score(blocks: [0])), ("block 5", Score(blocks: [5])), ("block 8", Score(blocks: [8])),
    ("attention 1", Score(attention: [1])), ("attention 6", Score(attention: [6])),
    ("all", Score(embedding: true, tokens: true, blocks: [0, 3, 7, 8], attention: [2, 3, 8])),
  ]

  private func picture(_ model: String) throws -> Tensor {
    let pixels = try Golden.array("\(model)/golden/cat/squash.npy")
    return pixels.rank == 4 ? pixels.row(0) : pixels
  }

  @Test("pixels of a ViT, both paths", arguments: FeaturePath.allCases, scores.indices)
  func transformerPixels(path: FeaturePath, index: Int) throws {
    let model = try goldenModel("tiny-vit/openai_jit.pt")
    let image = try picture("tiny-vit")
    let (name, score) = Self.scores[index]
    func pass(_ pixels: Tensor) throws -> RecordedPass {
      try RecordedPass(model, pixels: pixels, path: path, depth: 4)
    }
    let base = try pass(image)
    let gradient = try base.gradient(of: score.gradients(base), at: .pixels)
    try expectDerivative(gradient, at: image, step: 0.02, tolerance: 1e-3, name) {
      try score.value(pass($0))
    }
  }

  /// The rest of a ViT from the tokens after a block, its attention perhaps replaced: the score's value.
  private func continued(
    _ pass: RecordedPass, _ score: Score, from layer: Int, _ tokens: Tensor, replacing: (Int, Tensor)? = nil
  ) throws -> Double {
    guard case .transformer(let tower, let original) = pass.tower else { return .nan }
    let weights = try score.gradients(pass)
    let common = pass.lastCommonLayer
    var x = tokens
    var new = tokens
    var sum = weights.blocks[layer].map { Score.dot($0, x) } ?? 0
    if pass.path == .surgery, layer > common {
      // Only attention is replaced above: everything before it is as it was.
      new = original[common]
      for index in common..<layer { new = try newPath(tower.blocks[index], original[index], new) }
    }
    for index in layer..<pass.layers {
      let block = tower.blocks[index]
      if pass.path == .surgery, index == common { new = x }
      if index >= common { new = try newPath(block, x, new) }
      let seen = try block.activations(of: x)
      let matrices = replacing?.0 == index + 1 ? replacing?.1 ?? seen.weights : seen.weights
      if let w = weights.attention[index + 1] { sum += Score.dot(w, matrices) }
      let (heads, count, width) = (block.heads, x.shape[0], block.headWidth)
      let values = Tensor(
        [count, block.width],
        DoubleMatrix(seen.value.matrix).columns(
          seen.value.start..<(seen.value.start + block.width)
        ).values.map { Float($0) })
      let mixed = Tensor([count, block.width]) { out in
        for h in 0..<heads {
          for i in 0..<count {
            for c in 0..<width {
              var total = 0.0
              for j in 0..<count {
                total +=
                  Double(matrices.storage.pointer[matrices.offset + (h * count + i) * count + j])
                  * Double(values.storage.pointer[j * block.width + h * width + c])
              }
              out[i * block.width + h * width + c] = Float(total)
            }
          }
        }
      }
      x = try block.mlp(block.out(mixed, adding: x))
      if let w = weights.blocks[index + 1] { sum += Score.dot(w, x) }
    }
    if let w = weights.embedding { sum += Score.dot(w, try tower.head(x.rows(0..<1)).row(0)) }
    if let w = weights.tokens {
      let leaving =
        pass.path == .native ? x : try concatenatedRows(x.rows(0..<1), new.rows(1..<new.shape[0]))
      sum += Score.dot(w, try tower.head(leaving))
    }
    return sum
  }

  /// new + out_proj(softmax(V Vᵀ · d^-½) V), V of the original path's tokens.
  private func newPath(_ block: TransformerBlock, _ x: Tensor, _ new: Tensor) throws -> Tensor {
    let values = HeadRows(try block.project(block.ln1(x)), start: 2 * block.width)
    let mixed = try Tensors.attention(
      query: values, key: values, value: values, heads: block.heads, headWidth: block.headWidth,
      scale: block.scale)
    return try block.out(mixed, adding: new)
  }

  @Test("tokens of a ViT, both paths", arguments: FeaturePath.allCases, [0, 3, 4])
  func tokensAfterABlock(path: FeaturePath, layer: Int) throws {
    let pass = try RecordedPass(
      goldenModel("tiny-vit/openai_jit.pt"), pixels: picture("tiny-vit"), path: path, depth: 4)
    for (name, score) in Self.scores {
      // What is read below the place, or nothing but what lies there, is another matter.
      let isBelow =
        !score.embedding && !score.tokens
        && (score.blocks + score.attention.map { $0 - 1 }).allSatisfy { $0 < layer }
      let gradient = try pass.gradient(of: score.gradients(pass), at: .tokens(after: layer))
      if isBelow {
        #expect(gradient.scalars.allSatisfy { $0 == 0 })
        continue
      }
      var above = score
      above.blocks.removeAll { $0 < layer }
      above.attention.removeAll { $0 <= layer }
      try expectDerivative(gradient, at: pass.block(layer), step: 0.02, tolerance: 1e-3, name) {
        try continued(pass, above, from: layer, $0)
      }
    }
  }

  @Test("attention of a ViT, both paths", arguments: FeaturePath.allCases, [1, 4, 6, 8])
  func attentionMatrices(path: FeaturePath, layer: Int) throws {
    let pass = try RecordedPass(
      goldenModel("tiny-vit/openai_jit.pt"), pixels: picture("tiny-vit"), path: path, depth: 4)
    for (name, score) in Self.scores {
      let gradient = try pass.gradient(of: score.gradients(pass), at: .attention(of: layer))
      var above = score
      above.blocks.removeAll { $0 < layer }
      above.attention.removeAll { $0 < layer }
      if !above.embedding, !above.tokens, above.blocks.isEmpty, above.attention.isEmpty {
        #expect(gradient.scalars.allSatisfy { $0 == 0 })
        continue
      }
      try expectDerivative(gradient, at: pass.attention(layer), step: 0.02, tolerance: 1e-3, name) {
        try continued(pass, above, from: layer - 1, pass.block(layer - 1), replacing: (layer, $0))
      }
    }
  }

  /// From the last stage on, where nothing has a kink, by differences; below it, through the stages'
  /// backward pass, whose own test is by differences in Double.
  @Test("features and pixels of a ResNet, both paths", arguments: FeaturePath.allCases)
  func resNet(path: FeaturePath) throws {
    let model = try goldenModel("tiny-rn/openai_jit.pt")
    let image = try picture("tiny-rn")
    let base = try RecordedPass(model, pixels: image, path: path)
    guard case .resNet(let tower, let trace) = base.tower else { return }
    let scores: [(String, Score)] = [
      ("embedding", Score(embedding: true)), ("tokens", Score(tokens: true)),
      ("all", Score(embedding: true, tokens: true, blocks: [4])),
    ]
    let last = trace.stage(4)
    for (name, score) in scores {
      let weights = try score.gradients(base)
      let gradient = try base.gradient(of: weights, at: .tokens(after: 4))
      try expectDerivative(gradient, at: last.pixels, step: 0.02, tolerance: 1e-3, name) { features in
        let map = FeatureMap(pixels: features, height: last.height, width: last.width)
        let tokens = try tower.poolTokens(map, positions: .bilinear)
        let embedding = try tower.attentionPool.pool(tokens)
        var sum = weights.embedding.map { Score.dot($0, embedding) } ?? 0
        if let w = weights.tokens {
          let new =
            try path == .native ? tower.attentionPool.all(tokens) : tower.attentionPool.surgery(tokens)
          let first = path == .native ? new.rows(0..<1) : embedding
          sum += Score.dot(w, try concatenatedRows(first, new.rows(1..<new.shape[0])))
        }
        return sum + (weights.blocks[4].map { Score.dot($0, features) } ?? 0)
      }
      let stem = try tower.backward(
        FeatureGradients(gradient, height: last.height, width: last.width), from: 4, to: 0, trace: trace)
      let pixels = try tower.pixelGradients(stem, trace: trace).row(0)
      #expect(relativeError(try base.gradient(of: weights, at: .pixels), pixels) < 1e-6)
    }
    // What enters below adds up.
    let parts = [Score(embedding: true), Score(tokens: true), Score(blocks: [0]), Score(blocks: [2])]
    let all = Score(embedding: true, tokens: true, blocks: [0, 2])
    let sum = try parts.map { try base.gradient(of: $0.gradients(base), at: .pixels) }
      .reduce(Tensor(image.shape, repeating: 0)) { try Tensors.sum($0, $1) }
    #expect(relativeError(try base.gradient(of: all.gradients(base), at: .pixels), sum) < 1e-5)
  }

  @Test("features of a ResNet are tokens: the last stage's gradient is the pooling's")
  func resNetStages() throws {
    let model = try goldenModel("tiny-rn/openai_jit.pt")
    let base = try RecordedPass(model, pixels: picture("tiny-rn"))
    guard case .resNet(let tower, let trace) = base.tower else { return }
    let score = try Score(embedding: true).gradients(base)
    let upstream = try #require(score.embedding)
    let last = try tower.poolBackward(upstream.reshaped([1, upstream.count]), trace: trace)
    #expect(try base.gradient(of: score, at: .tokens(after: 4)) == last.values)
    let middle = try tower.backward(last, from: 4, to: 2, trace: trace)
    #expect(relativeError(try base.gradient(of: score, at: .tokens(after: 2)), middle.values) < 1e-6)
  }

  @Test("parts are those that other functions give")
  func parts() throws {
    for name in ["tiny-vit", "tiny-rn"] {
      let model = try goldenModel("\(name)/openai_jit.pt")
      let image = try picture(name)
      for path in FeaturePath.allCases {
        let pass = try RecordedPass(model, pixels: image, path: path)
        #expect(relativeError(try pass.embedding(), try model.encode(image: image)) < 1e-5)
        #expect(
          relativeError(try pass.tokens(), try model.features(image: image, path: path)) < 1e-5)
      }
      let pass = try RecordedPass(model, pixels: image)
      guard model.isTransformer else { continue }
      #expect(try pass.attention(3) == model.attentionMatrices(image: image, layer: 2))
      #expect(
        try pass.block(3) == model.features(image: image, path: .native, layer: 3, isProjected: false))
    }
  }
}
