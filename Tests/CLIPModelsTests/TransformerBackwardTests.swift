import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import CLIPModels

/// Largest relative error allowed between float32 gradients of whole towers and differences of the
/// same tower in Double.
private let towerTolerance = 2e-5

private func noise(_ shape: [Int], _ seed: UInt64) throws -> Tensor { try Tensor.normal(shape, seed: seed) }

@Suite("Gradients of blocks and of the ViT by finite differences in Double")
struct TransformerBackwardTests {
  @Test("one block, dense and of one row, with both GELUs", arguments: [Activation.quickGELU, .gelu])
  func block(activation: Activation) throws {
    let block = try tinyVisionTransformer(activation).blocks[1]
    let (n, d, targets) = (6, 16, 2)
    let x = try noise([n, d], 1)
    for row in [nil, 0, 3] as [Int?] {
      let values = try noise([targets * (row == nil ? n : 1), d], 2)
      let upstream =
        try row.map { try TokenGradients(values, ofRow: $0, tokens: n) } ?? TokenGradients(values, tokens: n)
      let activations = try block.activations(of: x, row: row)
      var seen: [BlockGradients] = []
      let found = try block.backward(
        activations, upstream: upstream, demand: BlockDemand(input: true, attention: true)
      ) { seen.append($0) }
      let dense = DoubleMatrix(upstream.dense())
      #expect(seen.count == 1)
      for t in 0..<targets {
        let own = dense.rows(t * n..<(t + 1) * n)
        let differences = numericalGradient(at: DoubleMatrix(x).values) {
          DoubleTower.block(DoubleMatrix(n, d, $0), block).dot(own)
        }
        let rows = try #require(found).dense().row(t)
        #expect(gradientError(rows.scalars, differences) < 1e-5, "row \(row ?? -1)")
        let queries = row.map { [$0] } ?? Array(0..<n)
        let matrices = try #require(seen[0].attention).row(t)
        for head in 0..<2 {
          let differences = numericalGradient(at: Array(repeating: 0, count: queries.count * n)) { change in
            DoubleTower.block(
              DoubleMatrix(x), block,
              change: { h, i, j in
                guard h == head, let place = queries.firstIndex(of: i) else { return 0 }
                return change[place * n + j]
              }
            ).dot(own)
          }
          #expect(gradientError(matrices.row(head).scalars, differences) < 1e-5)
        }
        let mixed = numericalGradient(at: Array(repeating: 0, count: queries.count * d)) { change in
          DoubleTower.block(
            DoubleMatrix(x), block,
            mixed: { o in
              var o = o
              for (place, i) in queries.enumerated() { for c in 0..<d { o[i, c] += change[place * d + c] } }
              return o
            }
          ).dot(own)
        }
        #expect(gradientError(seen[0].mixed.row(t).scalars, mixed) < 1e-5)
      }
      if let row { #expect(activations.weights.shape == [2, 1, n] && activations.row == row) }
      let whole = try block.forward(x)
      let part = try block.output(activations)
      #expect(relativeError(part, row.map { whole.rows($0..<($0 + 1)) } ?? whole) < 1e-5)
    }
  }

  @Test("cosines with respect to pixels, tokens and attention, on a grid of another shape")
  func cosines() throws {
    let tower = try tinyVisionTransformer()
    let (height, width, n, targets) = (8, 12, 7, 3)
    let image = try noise([3, height, width], 3)
    let texts = try noise([targets, 12], 4)
    let positions = try PositionResize.bicubic.fit(tower.positionEmbedding, from: (2, 2), to: (2, 3))
    let inputs = try tower.blockInputs(image, positions: .bicubic)
    let (cosines, top) = try tower.cosineGradients(with: texts, classToken: inputs[3].rows(0..<1), tokens: n)
    var seen: [Int: Tensor] = [:]
    let tokens = try tower.backward(
      top, from: 3, to: 0, wantsAttention: true, visit: { seen[$0.layer] = $0.attention }
    ) { inputs[$0] }
    let pixels = try tower.pixelGradients(tokens, image: image, positions: .bicubic)
    let middle = try tower.backward(top, from: 3, to: 2) { inputs[$0] }
    for t in 0..<targets {
      let text = DoubleMatrix(texts).row(t)
      func score(_ x: DoubleMatrix, from lower: Int, change: DoubleTower.Change? = nil) -> Double {
        let last = DoubleTower.blocks(x, tower.blocks, from: lower, change: change)
        return cosine(DoubleTower.head(last.rows(0..<1), tower).values, text)
      }
      let whole = { (values: [Double]) in
        score(
          DoubleTower.embed(values, height: height, width: width, tower, positions: positions), from: 0)
      }
      let values = DoubleMatrix(image).values
      #expect(abs(Double(cosines.scalars[t]) - whole(values)) < 1e-5)
      #expect(gradientError(pixels.row(t).scalars, numericalGradient(at: values, of: whole)) < towerTolerance)
      let x = DoubleMatrix(inputs[2])
      let differences = numericalGradient(at: x.values) { score(DoubleMatrix(n, 16, $0), from: 2) }
      #expect(gradientError(middle.dense().row(t).scalars, differences) < towerTolerance)
      for layer in 0..<3 {
        // In the last block only the class token's row matters.
        let rows = layer == 2 ? 1 : n
        let start = DoubleMatrix(inputs[layer])
        let differences = numericalGradient(at: Array(repeating: 0, count: 2 * rows * n)) { change in
          score(start, from: layer) { l, h, i, j in
            l == layer && i < rows ? change[(h * rows + i) * n + j] : 0
          }
        }
        let found = try #require(seen[layer]).row(t)
        #expect(gradientError(found.scalars, differences) < towerTolerance, "block \(layer)")
      }
    }
  }

  @Test("any scalar of the projected tokens, and one that reads attention matrices")
  func anyScalar() throws {
    let tower = try tinyVisionTransformer(.gelu)
    let n = 5
    let image = try noise([3, 8, 8], 5)
    let inputs = try tower.blockInputs(image)
    let upstream = try noise([n, 12], 6)
    let extra = try noise([1, 2, n, n], 7)
    let top = try tower.headBackward(TokenGradients(upstream, tokens: n), tokens: inputs[3])
    let found = try tower.backward(
      top, from: 3, to: 0, attentionUpstream: { $0 == 1 ? extra : nil }
    ) { inputs[$0] }
    let numbers = extra.scalars.map(Double.init)
    let differences = numericalGradient(at: DoubleMatrix(inputs[0]).values) { values in
      let before = DoubleTower.block(DoubleMatrix(n, 16, values), tower.blocks[0])
      let parts = DoubleTower.qkv(DoubleTower.norm(before, tower.blocks[1].ln1), tower.blocks[1])
      var s = 0.0
      for head in 0..<2 {
        for i in 0..<n {
          let columns = head * 8..<(head + 1) * 8
          let scores = (0..<n).map { j in columns.map { parts[0][i, $0] * parts[1][j, $0] }.reduce(0, +) }
          let a = DoubleMatrix(1, n, scores).softmaxRows(scale: 1 / 8.0.squareRoot())
          for j in 0..<n { s += a[0, j] * numbers[(head * n + i) * n + j] }
        }
      }
      let last = DoubleTower.blocks(before, tower.blocks, from: 1)
      return s + DoubleTower.head(last, tower).dot(DoubleMatrix(upstream))
    }
    #expect(gradientError(found.dense().scalars, differences) < towerTolerance)
  }

  @Test("CLIP Surgery's two paths", arguments: [1, 2, 3])
  func surgery(depth: Int) throws {
    let tower = try tinyVisionTransformer()
    let (n, targets) = (5, 2)
    let image = try noise([3, 8, 8], 8)
    let inputs = try tower.blockInputs(image)
    let values = try noise([targets * n, 16], 9)
    let found = try tower.surgeryBackward(
      TokenGradients(values, tokens: n), depth: depth
    ) { inputs[$0] }
    let tokens = try tower.surgeryTokens(image, depth: depth, positions: .bilinear)
    let forward = DoubleTower.surgery(DoubleMatrix(inputs[0]), tower, from: 0, depth: depth)
    #expect(gradientError(tokens.scalars, forward.values) < towerTolerance)
    for t in 0..<targets {
      let own = DoubleMatrix(values.rows(t * n..<(t + 1) * n))
      let differences = numericalGradient(at: DoubleMatrix(inputs[0]).values) {
        DoubleTower.surgery(DoubleMatrix(n, 16, $0), tower, from: 0, depth: depth).dot(own)
      }
      #expect(gradientError(found.dense().row(t).scalars, differences) < towerTolerance)
    }
  }

  @Test("many scores in groups give what single ones give")
  func groups() throws {
    let tower = try tinyVisionTransformer()
    let (n, targets) = (5, 7000)
    let inputs = try tower.blockInputs(noise([3, 8, 8], 10))
    let texts = try noise([targets, 12], 11)
    let token = inputs[3].rows(0..<1)
    let (_, top) = try tower.cosineGradients(with: texts, classToken: token, tokens: n)
    // Groups of scores, within them block after block.
    var counted: [Int: Int] = [:]
    let all = try tower.backward(
      top, from: 3, to: 1,
      visit: {
        #expect($0.targets.lowerBound == counted[$0.layer, default: 0])
        counted[$0.layer] = $0.targets.upperBound
      }
    ) { inputs[$0] }
    #expect(all.targets == targets && counted == [1: targets, 2: targets])
    for t in [0, 818, 819, 820, 6552, 6553, 6554, 6999] {
      let (_, top) = try tower.cosineGradients(with: texts.rows(t..<(t + 1)), classToken: token, tokens: n)
      let one = try tower.backward(top, from: 3, to: 1) { inputs[$0] }
      #expect(relativeError(all.dense().row(t), one.dense().row(0)) < 1e-5)
    }
  }

  @Test("results do not depend on the number of threads", .serialized, arguments: [1, 2, 5])
  func threads(count: Int) throws {
    let tower = try goldenModel("tiny-vit/openai_jit.pt").imageTower
    guard case .transformer(let tower) = tower else { return }
    let image = try noise([3, 64, 64], 12)
    let texts = try noise([40, 64], 13)
    func gradients() throws -> Tensor {
      let inputs = try tower.blockInputs(image)
      let (_, top) = try tower.cosineGradients(
        with: texts, classToken: inputs[8].rows(0..<1), tokens: 17)
      return try tower.pixelGradients(tower.backward(top, from: 8, to: 0) { inputs[$0] }, image: image)
    }
    let expected = try gradients()
    Workers.count = count
    defer { Workers.count = 0 }
    #expect(try gradients() == expected)
  }

  @Test("the text tower: tokens, attention and attention outputs under the causal mask")
  func text() throws {
    let tower = try tinyTextTransformer()
    let ids: [Int32] = [18, 3, 7, 5, 19, 0, 0]
    let (end, targets) = (4, 2)
    let n = end + 1
    let others = try noise([targets, 12], 14)
    let inputs = try tower.blockInputs(ids)
    let encoded = try tower.encode([Array(ids[...end])])
    #expect(relativeError(try tower.head(inputs[3].rows(end..<n)), encoded) < 1e-5)
    let (_, top) = try tower.cosineGradients(with: others, tokens: inputs[3], end: end)
    var matrices: [Int: Tensor] = [:]
    var mixed: [Int: Tensor] = [:]
    let found = try tower.backward(
      top, from: 3, to: 0, wantsAttention: true,
      visit: {
        matrices[$0.layer] = $0.attention
        mixed[$0.layer] = $0.mixed
      }
    ) { inputs[$0] }
    for t in 0..<targets {
      let other = DoubleMatrix(others).row(t)
      func score(_ x: DoubleMatrix, from lower: Int, change: DoubleTower.Change? = nil) -> Double {
        let last = DoubleTower.blocks(x, tower.blocks, from: lower, isCausal: true, change: change)
        let token = DoubleTower.norm(last.rows(end..<n), tower.lnFinal).times(tower.projection)
        return cosine(token.values, other)
      }
      let start = DoubleMatrix(inputs[0].rows(0..<n))
      let differences = numericalGradient(at: start.values) { score(DoubleMatrix(n, 16, $0), from: 0) }
      #expect(gradientError(found.dense().row(t).scalars, differences) < towerTolerance)
      for layer in 0..<3 {
        let rows = layer == 2 ? [end] : Array(0..<n)
        let x = DoubleMatrix(inputs[layer].rows(0..<n))
        let differences = numericalGradient(at: Array(repeating: 0, count: 2 * rows.count * n)) { change in
          score(x, from: layer) { l, h, i, j in
            guard l == layer, let place = rows.firstIndex(of: i) else { return 0 }
            return change[(h * rows.count + place) * n + j]
          }
        }
        #expect(
          gradientError(try #require(matrices[layer]).row(t).scalars, differences) < towerTolerance)
        let outputs = numericalGradient(at: Array(repeating: 0, count: rows.count * 16)) { change in
          let after = DoubleTower.block(
            x, tower.blocks[layer], isCausal: true,
            mixed: { o in
              var o = o
              for (place, i) in rows.enumerated() {
                for c in 0..<16 { o[i, c] += change[place * 16 + c] }
              }
              return o
            })
          return score(after, from: layer + 1)
        }
        #expect(gradientError(try #require(mixed[layer]).row(t).scalars, outputs) < towerTolerance)
      }
    }
  }
}
