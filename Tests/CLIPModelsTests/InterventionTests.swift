import Tensors
import TestSupport
import Testing

@testable import CLIPModels

private func pixels(_ name: String = "cat") throws -> Tensor {
  let array = try Golden.array("tiny-vit/golden/\(name)/squash.npy")
  return array.rank == 4 ? array.row(0) : array
}

private func vit() throws -> CLIPModel { try goldenModel("tiny-vit/state_dict.pt") }

private func transformer(_ model: CLIPModel) throws -> VisionTransformer {
  guard case .transformer(let tower) = try model.imageTower else { throw ShapeError("test", "a ResNet") }
  return tower
}

/// Another picture of the same size.
private func otherPixels(like x: Tensor) throws -> Tensor { try Tensor.normal(x.shape, seed: 77) }

@Suite("Changed networks")
struct InterventionTests {
  @Test("a skipped block or part is as the others composed by hand")
  func skip() throws {
    let (model, x) = (try vit(), try pixels())
    let tower = try transformer(model)
    let before = try tower.tokens(x, after: 3, positions: .bilinear)
    let block = tower.blocks[3]
    for part in BlockPart.allCases {
      let edited = try model.editing(.image, blocks: [3], .skip(part), name: "x")
      var y = before
      switch part {
      case .block: break
      case .attention: y = try block.mlp(y)
      case .mlp: y = try block.out(block.attend(block.project(block.ln1(y))), adding: y)
      }
      for other in tower.blocks[4...] { y = try other.forward(y) }
      let found = try transformer(edited).tokens(x, after: tower.blocks.count, positions: .bilinear)
      #expect(found == y, "\(part)")
      #expect(try edited.encode(image: x) != model.encode(image: x))
    }
    // The last block, where only the class token is computed.
    let last = tower.blocks.count - 1
    let edited = try model.editing(.image, blocks: [last], .skip(.block), name: "x")
    let token = try tower.tokens(x, after: last, positions: .bilinear).rows(0..<1)
    #expect(try edited.encode(image: x) == tower.head(token).row(0))
  }

  @Test("factors of 1 change no bit; silenced heads leave the bias alone")
  func scales() throws {
    let (model, x) = (try vit(), try pixels())
    let tower = try transformer(model)
    let same = try model.editing(
      .image, blocks: Array(0..<tower.blocks.count), .scale(1, heads: nil), name: "x")
    // Other work must not be found again.
    let same0 = try WarmWork.$current.withValue(WarmWork(limit: 0)) { try WarmWorkTests.everything(same, x) }
    let model0 = try WarmWork.$current.withValue(WarmWork(limit: 0)) {
      try WarmWorkTests.everything(model, x)
    }
    #expect(same0 == model0)
    let block = tower.blocks[3]
    let silent = try model.editing(.image, blocks: [3], .scale(0, heads: nil), name: "x")
    let before = try tower.tokens(x, after: 3, positions: .bilinear)
    let middle = Tensor(before.shape) { out in
      let (x, bias) = (before.scalars, block.out.bias.scalars)
      for i in x.indices { out[i] = x[i] + bias[i % bias.count] }
    }
    let found = try transformer(silent).tokens(x, after: 4, positions: .bilinear)
    #expect(relativeError(found, try block.mlp(middle)) < 1e-6)
    // One after the other is both; a factor and its inverse are nothing.
    let (a, b) = (BlockEdit.scale(0, heads: [0]), BlockEdit.scale(0, heads: [1]))
    let both = try model.editing(.image, blocks: [3], .scale(0, heads: [1, 0]), name: "x")
    let one = try model.editing(.image, blocks: [3], a, name: "x")
    let two = try one.editing(.image, blocks: [3], b, name: "x")
    #expect(try two.encode(image: x) == both.encode(image: x))
    #expect(try one.encode(image: x) != both.encode(image: x))
    let back = try model.editing(.image, blocks: [3], .scale(2, heads: [0]), name: "x")
      .editing(.image, blocks: [3], .scale(0.5, heads: [0]), name: "x")
    #expect(try back.encode(image: x) == model.encode(image: x))
  }

  @Test("recorded matrices in the place of a block's own give its output", arguments: [3, 7])
  func givenAttention(layer: Int) throws {
    let (model, x) = (try vit(), try pixels())
    let matrices = try model.attentionMatrices(image: x, layer: layer)
    let edited = try model.editing(
      .image, blocks: [layer], .attention(.given(matrices), heads: nil), name: "x")
    let tower = try transformer(edited)
    let whole = try transformer(model).tokens(x, after: layer + 1, positions: .bilinear)
    #expect(relativeError(try tower.tokens(x, after: layer + 1, positions: .bilinear), whole) < 1e-5)
    #expect(relativeError(try edited.encode(image: x), try model.encode(image: x)) < 1e-5)
    #expect(try edited.attentionMatrices(image: x, layer: layer) == matrices)
    // A head at a time: those of others stay.
    let one = try model.editing(
      .image, blocks: [layer], .attention(.given(matrices.row(1)), heads: [1]), name: "x")
    #expect(relativeError(try one.encode(image: x), try model.encode(image: x)) < 1e-5)
    let swapped = try model.editing(
      .image, blocks: [layer], .attention(.given(matrices.row(0)), heads: [1]), name: "x")
    #expect(relativeError(try swapped.encode(image: x), try model.encode(image: x)) > 1e-4)
  }

  @Test("uniform and identity attention are the matrices of these names")
  func namedAttention() throws {
    let (model, x) = (try vit(), try pixels())
    let n = try transformer(model).tokens(x, after: 0, positions: .bilinear).shape[0]
    let uniform = Tensor([n, n], repeating: 1 / Float(n))
    let identity = Tensor([n, n]) { out in
      for i in 0..<n * n { out[i] = i / n == i % n ? 1 : 0 }
    }
    let named: [(AttentionReplacement, Tensor)] = [(.uniform, uniform), (.identity, identity)]
    for (name, matrix) in named {
      for layer in [2, 7] {
        func edited(_ r: AttentionReplacement, _ heads: [Int]?) throws -> CLIPModel {
          try model.editing(.image, blocks: [layer], .attention(r, heads: heads), name: "x")
        }
        let a = try edited(name, [1])
        #expect(
          relativeError(try a.encode(image: x), try edited(.given(matrix), [1]).encode(image: x)) < 1e-5)
        #expect(relativeError(try a.encode(image: x), try edited(name, nil).encode(image: x)) > 1e-4)
        #expect(try a.attentionMatrices(image: x, layer: layer).row(1) == matrix)
        #expect(
          try a.attentionMatrices(image: x, layer: layer).row(0)
            == model.attentionMatrices(image: x, layer: layer).row(0))
      }
    }
  }

  @Test("all tokens of another picture give its embedding, none and one something else", arguments: [2, 7])
  func patches(layer: Int) throws {
    let (model, x) = (try vit(), try pixels())
    let y = try otherPixels(like: x)
    let rows = try transformer(model).tokens(y, after: layer + 1, positions: .bilinear)
    let n = rows.shape[0]
    func patched(_ tokens: [Int]) throws -> CLIPModel {
      let patch = try TokenPatch(tokens: tokens, rows: gatherRows(rows, tokens), inputTokens: n)
      return try model.editing(.image, blocks: [layer], .patch(patch), name: "x")
    }
    let all = try patched(Array(0..<n)).encode(image: x)
    #expect(relativeError(all, try model.encode(image: y)) < 1e-6)
    #expect(try patched([]).encode(image: x) == model.encode(image: x))
    let one = try patched([0])
    let found = try transformer(one).tokens(x, after: layer + 1, positions: .bilinear)
    let own = try transformer(model).tokens(x, after: layer + 1, positions: .bilinear)
    #expect(found.row(0) == rows.row(0) && found.rows(1..<n) == own.rows(1..<n))
    // A picture on another grid does not fit.
    let size = 2 * model.architecture.imageSize
    let large = try Tensor.normal([3, size, size], seed: 1)
    let tokens = 1 + (size / model.patchSize) * (size / model.patchSize)
    let error = #expect(throws: InterventionError.self) { try one.encode(image: large) }
    #expect(error?.description.contains("\(n) tokens, but this one has \(tokens)") == true)
    let matrix = try model.editing(
      .image, blocks: [layer], .attention(.given(Tensor([n, n], repeating: 0)), heads: [0]), name: "x")
    let other = #expect(throws: InterventionError.self) { try matrix.encode(image: large) }
    #expect(other?.description.contains("\(n) × \(n) tokens, but this input has \(tokens)") == true)
  }

  @Test("weights are shared, and other weights get the same changes")
  func weights() throws {
    let (model, x) = (try vit(), try pixels())
    let edited = try model.editing(.image, blocks: [1], .scale(0, heads: [0]), name: "x")
    let (a, b) = (try transformer(model), try transformer(edited))
    for (one, other) in zip(a.blocks, b.blocks) {
      #expect(one.inWeight.storage === other.inWeight.storage)
      #expect(one.out.weight.storage === other.out.weight.storage)
      #expect(one.expand.weight.storage === other.expand.weight.storage)
      #expect(one.contract.weight.storage === other.contract.weight.storage)
    }
    #expect(a.patchWeight.storage === b.patchWeight.storage)
    #expect(
      try model.textTower.blocks[0].inWeight.storage === edited.textTower.blocks[0].inWeight.storage)
    // The change survives new weights, in either order.
    let after = edited.randomized(.blocks([5]), of: .image, seed: 1, name: "x")
    let before = try model.randomized(.blocks([5]), of: .image, seed: 1, name: "x")
      .editing(.image, blocks: [1], .scale(0, heads: [0]), name: "x")
    #expect(try after.encode(image: x) == before.encode(image: x))
    #expect(try after.encode(image: x) != edited.encode(image: x))
    #expect(
      try model.randomized(.blocks([5]), of: .image, seed: 1, name: "x").encode(image: x)
        != after.encode(image: x))
  }

  @Test("heads read as one keep the factors of their columns")
  func merged() throws {
    let (model, x) = (try vit(), try pixels())
    let edited = try transformer(model.editing(.image, blocks: [7], .scale(0, heads: [1]), name: "x"))
    let merged = try edited.mergingHeads(inLast: 1)
    let block = try transformer(model).blocks[7]
    let y = try transformer(model).tokens(x, after: 7, positions: .bilinear)
    let mixed = try block.withHeads(1).attend(block.project(block.ln1(y)))
    let silenced = Tensor(mixed.shape) { out in
      let values = mixed.scalars
      for i in values.indices { out[i] = i % block.width / block.headWidth == 1 ? 0 : values[i] }
    }
    let expected = try block.mlp(block.out(silenced, adding: y))
    #expect(relativeError(try merged.tokens(x, after: 8, positions: .bilinear), expected) < 1e-6)
    let mixedKinds = try transformer(
      model.editing(.image, blocks: [7], .attention(.uniform, heads: [1]), name: "x"))
    #expect(throws: InterventionError.self) { try mixedKinds.mergingHeads(inLast: 1) }
    _ = try mixedKinds.mergingHeads(inLast: 0)
    _ = try transformer(model.editing(.image, blocks: [7], .attention(.uniform, heads: nil), name: "x"))
      .mergingHeads(inLast: 1).encode(x, positions: .bilinear)
  }

  @Test("what does not fit is refused")
  func refused() throws {
    let model = try vit()
    func option(_ edit: BlockEdit, _ blocks: [Int] = [0]) -> String? {
      #expect(throws: InterventionError.self) {
        try model.editing(.image, blocks: blocks, edit, name: "x")
      }?.option
    }
    #expect(option(.skip(.mlp), [8]) == "block")
    #expect(option(.skip(.mlp), []) == "block")
    #expect(option(.scale(0, heads: [99])) == "head")
    #expect(option(.scale(0, heads: [])) == "head")
    #expect(option(.scale(.infinity, heads: nil)) == "factor")
    #expect(option(.attention(.given(Tensor([2, 3], repeating: 0)), heads: nil)) == "attention")
    #expect(option(.attention(.given(Tensor([3, 2, 2], repeating: 0)), heads: [0])) == "attention")
    #expect(throws: ShapeError.self) {
      try TokenPatch(tokens: [5], rows: Tensor([1, 4], repeating: 0), inputTokens: 5)
    }
    let resNet = try goldenModel("tiny-rn/openai_jit.pt")
    let error = #expect(throws: InterventionError.self) {
      try resNet.editing(.image, blocks: [0], .skip(.block), name: "x")
    }
    #expect(error?.description.contains("is a ResNet") == true)
    _ = try resNet.editing(.text, blocks: [0], .skip(.block), name: "x").encode(prompts: ["a cat"])
  }
}

@Suite("What a changed network computes again")
struct InterventionWorkTests {
  @Test("blocks before the first change are shared, and ablation keeps embeddings alone")
  func work() throws {
    let (model, x) = (try vit(), try pixels())  // 8 blocks
    let cold = try WarmWork.$current.withValue(WarmWork(limit: 0)) {
      try model.editing(.image, blocks: [5], .scale(0, heads: [1]), name: "x").encode(image: x)
    }
    let work = WarmWork(limit: WarmWork.defaultLimit)
    try WarmWork.$current.withValue(work) {
      _ = try model.encode(image: x)
      #expect(work.count(.block).computed == 8)
      // Blocks 6, 7 and 8 alone, by ablation and by an edited model; then nothing.
      #expect(try model.encode(image: x, scaling: [1], of: 5, by: 0) == cold)
      #expect(work.count(.block).computed == 11)
      let edited = try model.editing(.image, blocks: [5], .scale(0, heads: [1]), name: "y")
      #expect(try edited.encode(image: x) == cold)
      #expect(work.count(.block).computed == 11)
      _ = try model.encode(image: x, scaling: [0], of: 5, by: 0)
      #expect(work.count(.block).computed == 14)
      // Of an edited model: what the first change gave is known up to the second.
      _ = try edited.features(image: x, path: .native)
      #expect(work.count(.block).computed == 17)
      _ = try edited.encode(image: x, scaling: [0], of: 7, by: 0)
      #expect(work.count(.block).computed == 18)
      // Other factors and given matrices are other networks.
      _ = try model.encode(image: x, scaling: [1], of: 5, by: 0.5)
      #expect(work.count(.block).computed == 21)
      let n = try transformer(model).tokens(x, after: 0, positions: .bilinear).shape[0]
      for _ in 0..<2 {
        let matrix = Tensor([n, n], repeating: 0)
        _ = try model.editing(.image, blocks: [7], .attention(.given(matrix), heads: [1]), name: "x")
          .encode(image: x)
      }
      #expect(work.count(.block).computed == 23)
    }
  }
}
