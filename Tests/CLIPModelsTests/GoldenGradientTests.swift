import Checkpoints
import Imaging
import Tensors
import TestSupport
import Testing

@testable import CLIPModels

/// The reference ViT and its file of numbers for one picture.
private struct Case {
  let model: CLIPModel
  let tower: VisionTransformer
  let image: String
  let folder: String

  init(_ image: String) throws {
    model = try goldenModel("tiny-vit/openai_jit.pt")
    guard case .transformer(let tower) = try model.imageTower else {
      throw ShapeError("test", "not a ViT")
    }
    self.tower = tower
    self.image = image
    folder = "tiny-vit/golden/\(image)/"
  }

  func array(_ name: String) throws -> Tensor { try Golden.array(folder + name + ".npy") }

  /// The picture squeezed to 64 × 64, as stored beside the reference numbers.
  func squashed() throws -> Tensor {
    let pixels = try array("squash")
    return pixels.rank == 4 ? pixels.row(0) : pixels
  }

  func texts() throws -> Tensor { try model.encode(prompts: goldenLabels) }
}

/// Smallest to zero, largest to one.
private func minMax(_ x: [Double]) -> [Double] {
  let (low, high) = (x.min() ?? 0, x.max() ?? 1)
  return x.map { ($0 - low) / (high - low) }
}

/// mean over heads of (∂s/∂A ⊙ A)⁺ for score t: [n][N].
private func relevance(_ block: BlockGradients, _ t: Int) throws -> [[Double]] {
  let gradients = try #require(block.attention).row(t)
  let (heads, rows, columns) = (gradients.shape[0], gradients.shape[1], gradients.shape[2])
  let (g, a) = (gradients.scalars, block.activations.weights.scalars)
  return (0..<rows).map { i in
    (0..<columns).map { j in
      (0..<heads).map { h in
        max(0, Double(g[(h * rows + i) * columns + j]) * Double(a[(h * rows + i) * columns + j]))
      }.reduce(0, +) / Double(heads)
    }
  }
}

/// The row `row` of R after R ← R + E[(∂s/∂A ⊙ A)⁺] R over the blocks (Chefer et al. 2021). Blocks come
/// last first, so one row times a matrix at a time is enough: eᵀ (I + C_L) … (I + C_1).
private struct RelevanceRow {
  let row: Int
  var values: [[Double]]

  init(row: Int, tokens: Int, targets: Int) {
    self.row = row
    values = Array(
      repeating: (0..<tokens).map { $0 == row ? 1 : 0 }, count: targets)
  }

  mutating func add(_ block: BlockGradients) throws {
    for (place, t) in block.targets.enumerated() {
      let c = try relevance(block, place)
      let r = values[t]
      let rows = block.activations.row.map { [$0] } ?? Array(c.indices)
      for (index, i) in rows.enumerated() where r[i] != 0 {
        for j in r.indices { values[t][j] += r[i] * c[index][j] }
      }
    }
  }
}

@Suite("Gradients of the image tower against reference numbers")
struct GoldenGradientTests {
  static let images = ["cat", "coffee"]

  /// ReLU(Σ_c g_c · v_ic · λ_i), λ_i = min-max of cos(q, k_i) after out_proj (arXiv 2502.18816).
  @Test("Grad-ECLIP and Grad-CAM, one head in the last block", arguments: images, ["square", "keepsize"])
  func gradECLIP(image: String, size: String) throws {
    let test = try Case(image)
    let folder = "gradeclip-\(size)/"
    let pixels =
      size == "square"
      ? try test.squashed()
      : try Preprocessing(size: 64, patch: 16, fit: .keep(scale: 0.25))
        .apply(to: Image.read(Golden.path("images/\(image).png"))).pixels
    let tower = try test.tower.mergingHeads(inLast: 1)
    let x = try tower.tokens(pixels, after: 7, positions: .bicubic)
    let (cosines, g, activations) = try tower.classTailGradients(x, with: test.texts())
    #expect(relativeError(cosines, try test.array(folder + "cosines")) <= tolerance)
    let (n, d) = (x.shape[0], 128)
    let block = tower.blocks[7]
    let joint = DoubleMatrix(activations.value.matrix)
    let keys = Tensor([n, d], joint.columns(0..<d).values.map { Float($0) })
    let values = joint.columns(d..<2 * d)
    let q = DoubleMatrix(try block.projectOutput(activations.query.matrix)).row(0)
    let k = DoubleMatrix(try block.projectOutput(keys))
    let similarity = minMax((1..<n).map { cosine(q, k.row($0)) })
    let gradients = DoubleMatrix(g)
    for (name, weights) in [
      ("grad_eclip", similarity), ("grad_eclip_no_ksim", Array(repeating: 1, count: n - 1)),
    ] {
      var map: [Float] = []
      for t in 0..<gradients.rows {
        for i in 1..<n {
          let along = zip(gradients.row(t), values.row(i)).map(*).reduce(0, +)
          map.append(Float(max(0, along * weights[i - 1])))
        }
      }
      let expected = try test.array(folder + name)
      #expect(relativeError(Tensor(expected.shape, map), expected) <= tolerance, "\(name)")
    }
    // Grad-CAM: features before the last block, weighted by the mean gradient over all tokens.
    let (_, top) = try tower.cosineGradients(
      with: test.texts(), classToken: tower.classTail(x).token, tokens: n)
    let before = try tower.backward(top, from: 8, to: 7) { _ in x }.dense()
    let expected = try test.array(folder + "grad_cam")
    #expect(relativeError(gradCAM(x, before).reshaped(expected.shape), expected) <= tolerance)
  }

  private func gradCAM(_ x: Tensor, _ gradients: Tensor) -> Tensor {
    let features = DoubleMatrix(x)
    var map: [Float] = []
    for t in 0..<gradients.shape[0] {
      let g = DoubleMatrix(gradients.row(t))
      let weights = (0..<g.columns).map { c in
        (0..<g.rows).map { g[$0, c] }.reduce(0, +) / Double(g.rows)
      }
      for i in 1..<features.rows {
        map.append(Float(max(0, zip(features.row(i), weights).map(*).reduce(0, +))))
      }
    }
    return Tensor([gradients.shape[0], features.rows - 1], map)
  }

  @Test("Chefer's relevance from the last block and from all, Grad-CAM with true heads", arguments: images)
  func chefer(image: String) throws {
    let test = try Case(image)
    let inputs = try test.tower.blockInputs(test.squashed())
    let (cosines, top) = try test.tower.cosineGradients(
      with: test.texts(), classToken: inputs[8].rows(0..<1), tokens: 17)
    #expect(relativeError(cosines, try test.array("attention/cosines")) <= tolerance)
    for (name, lower) in [("chefer_last", 7), ("chefer_all", 0)] {
      var relevance = RelevanceRow(row: 0, tokens: 17, targets: 6)
      try test.tower.visitGradients(
        top, from: 8, to: lower, wantsAttention: true, inputs: { inputs[$0] }
      ) { try relevance.add($0) }
      let found = Tensor([6, 16], relevance.values.flatMap { $0.dropFirst().map { Float($0) } })
      #expect(relativeError(found, try test.array("attention/\(name)")) <= tolerance, "\(name)")
    }
    let before = try test.tower.backward(top, from: 8, to: 7) { inputs[$0] }.dense()
    let expected = try test.array("attention/grad_cam_last_block_input")
    #expect(relativeError(gradCAM(inputs[7], before), expected) <= tolerance)
  }

  /// Each layer's own score reads the mean of its tokens; (∂s/∂A)⁺ of that layer, averaged over heads
  /// and queries.
  @Test("LeGrad of the last two blocks", arguments: images)
  func leGrad(image: String) throws {
    let test = try Case(image)
    let inputs = try test.tower.blockInputs(test.squashed())
    let texts = try test.texts()
    let n = 17
    var map = [Double](repeating: 0, count: 6 * 16)
    for layer in [6, 7] {
      let tokens = DoubleMatrix(inputs[layer + 1])
      let sums = (0..<128).map { c in (0..<n).map { tokens[$0, c] }.reduce(0, +) }
      let mean = Tensor([1, 128], sums.map { Float($0 / Double(n)) })
      let (_, atMean) = try test.tower.cosineGradients(with: texts, classToken: mean, tokens: n)
      let shares = atMean.values.scalars.map { $0 / Float(n) }
      let spread = (0..<6).flatMap { t in
        (0..<n).flatMap { _ in shares[t * 128..<(t + 1) * 128] }
      }
      try test.tower.visitGradients(
        TokenGradients(Tensor([6 * n, 128], spread), tokens: n), from: layer + 1, to: layer,
        wantsAttention: true, inputs: { inputs[$0] }
      ) { block in
        let g = try #require(block.attention)
        let values = g.scalars
        for (place, t) in block.targets.enumerated() {
          for row in 0..<2 * n {
            for j in 1..<n {
              map[t * 16 + j - 1] += Double(max(0, values[(place * 2 * n + row) * n + j])) / Double(2 * n)
            }
          }
        }
      }
    }
    let found = Tensor([6, 16], map.map { Float($0) })
    #expect(relativeError(found, try test.array("others/legrad_last2")) <= tolerance)
  }

  @Test("the gradient of a cosine with respect to the pixels", arguments: images)
  func pixels(image: String) throws {
    let test = try Case(image)
    let pixels = try test.squashed()
    let (cosines, gradients) = try test.model.pixelGradients(image: pixels, texts: test.texts().rows(0..<1))
    #expect(relativeError(cosines, try test.array("attention/cosines").rows(0..<1)) <= tolerance)
    #expect(relativeError(gradients.row(0), try test.array("others/pixel_gradient")) <= tolerance)
  }
}

@Suite("Gradients of the text tower against reference numbers")
struct GoldenTextGradientTests {
  /// Tokens 0 … end of the sentence, then padding.
  private func sentence(_ test: Case) throws -> (ids: [Int32], end: Int) {
    let ids = try test.array("text-last1/tokens").row(0).scalars.map { Int32($0) }
    return (ids, try #require(ids.firstIndex(of: 49407)))
  }

  @Test("Grad-ECLIP over the last blocks, one head each", arguments: ["cat", "coffee"], [1, 3])
  func gradECLIP(image: String, count: Int) throws {
    let test = try Case(image)
    let folder = "text-last\(count)/"
    let tower = try test.model.textTower.mergingHeads(inLast: count)
    let (ids, end) = try sentence(test)
    let inputs = try tower.blockInputs(ids)
    let embedding = try test.array("image_embedding").reshaped([1, 64])
    let (cosines, top) = try tower.cosineGradients(with: embedding, tokens: inputs[3], end: end)
    #expect(relativeError(cosines, try test.array(folder + "cosine")) <= tolerance)
    let text = try tower.head(inputs[3].rows(end..<(end + 1)))
    #expect(relativeError(text.row(0), try test.array(folder + "text_embedding")) <= tolerance)
    var maps = [[Double]](repeating: Array(repeating: 0, count: end - 1), count: 2)
    try tower.visitGradients(
      top, from: 3, to: 3 - count, wantsAttention: false, inputs: { inputs[$0] }
    ) { seen in
      let block = tower.blocks[seen.layer]
      let g = DoubleMatrix(seen.mixed.row(0))
      let gradient = g.row(g.rows - 1)
      // λ ranges over the whole context, padding included, as in the released program.
      let whole = try block.activations(of: inputs[seen.layer], isCausal: true)
      let joint = DoubleMatrix(whole.value.matrix)
      let d = block.width
      func projected(_ start: Int) throws -> DoubleMatrix {
        let columns = joint.columns(start..<(start + d))
        return DoubleMatrix(
          try block.projectOutput(Tensor([columns.rows, d], columns.values.map { Float($0) })))
      }
      let (q, k, v) = (try projected(0).row(end), try projected(d), joint.columns(2 * d..<3 * d))
      let similarity = minMax((0..<k.rows).map { cosine(q, k.row($0)) })
      for i in 1..<end {
        let value = zip(gradient, v.row(i)).map(*).reduce(0, +)
        maps[0][i - 1] += value * similarity[i]
        maps[1][i - 1] += value
      }
    }
    for (map, name) in zip(maps, ["grad_eclip", "grad_eclip_no_ksim"]) {
      let positive = map.map { max(0, $0) }
      let sum = positive.reduce(0, +)
      let found = Tensor(positive.map { Float($0 / sum) })
      #expect(relativeError(found, try test.array(folder + name)) <= tolerance, "\(name)")
    }
  }

  @Test("Chefer's relevance over all blocks, true heads", arguments: ["cat", "coffee"])
  func chefer(image: String) throws {
    let test = try Case(image)
    let tower = try test.model.textTower
    let (ids, end) = try sentence(test)
    let inputs = try tower.blockInputs(ids)
    let embedding = try test.array("image_embedding").reshaped([1, 64])
    let (_, top) = try tower.cosineGradients(with: embedding, tokens: inputs[3], end: end)
    var relevance = RelevanceRow(row: end, tokens: end + 1, targets: 1)
    try tower.visitGradients(
      top, from: 3, to: 0, wantsAttention: true, inputs: { inputs[$0] }
    ) { try relevance.add($0) }
    let found = Tensor(relevance.values[0][1..<end].map { Float($0) })
    #expect(relativeError(found, try test.array("text-chefer/relevance")) <= tolerance)
  }
}
