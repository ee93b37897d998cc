import Tensors
import TestSupport
import Testing

@testable import CLIPModels

/// A block in Double with its changes.
private struct DoubleEdit {
  var skipsAttention = false
  var skipsMLP = false
  var factors = [1.0, 1.0]
  var matrices: [Int: (Int, Int) -> Double] = [:]
  var patches: [Int: [Double]] = [:]

  func callAsFunction(_ x: DoubleMatrix, _ block: TransformerBlock, isCausal: Bool = false) -> DoubleMatrix {
    let width = block.headWidth
    let v = DoubleTower.qkv(DoubleTower.norm(x, block.ln1), block)[2]
    func changed(_ o: DoubleMatrix) -> DoubleMatrix {
      var o = o
      for i in 0..<o.rows {
        for c in 0..<o.columns {
          if let a = matrices[c / width] { o[i, c] = (0..<v.rows).reduce(0) { $0 + a(i, $1) * v[$1, c] } }
          o[i, c] *= factors[c / width]
        }
      }
      return o
    }
    var y = x
    if !skipsAttention {
      let parts = DoubleTower.qkv(DoubleTower.norm(x, block.ln1), block)
      let o = DoubleMatrix.attention(parts[0], parts[1], parts[2], heads: block.heads, isCausal: isCausal)
      y = x.adding(changed(o).linear(block.out.weight, block.out.bias))
    }
    if !skipsMLP { y = DoubleTower.mlp(y, block) }
    for (row, values) in patches { for c in 0..<y.columns { y[row, c] = values[c] } }
    return y
  }
}

@Suite("Gradients through changed blocks by finite differences in Double")
struct InterventionGradientTests {
  private static let n = 6

  /// Edits of a block of 2 heads and 16 features, with what they are in Double.
  private static func cases(isCausal: Bool) throws -> [([BlockEdit], DoubleEdit)] {
    let matrix = try Tensor.uniform([n, n], seed: 20)
    let given = DoubleMatrix(matrix)
    let rows = try Tensor.normal([2, 16], seed: 21)
    func seen(_ i: Int, _ j: Int) -> Bool { !isCausal || j <= i }
    let patch = BlockEdit.patch(
      try TokenPatch(tokens: [0, 4], rows: rows, inputTokens: isCausal ? nil : n))
    let patched = [0: DoubleMatrix(rows).row(0), 4: DoubleMatrix(rows).row(1)]
    return [
      ([.skip(.attention)], DoubleEdit(skipsAttention: true)),
      ([.skip(.mlp)], DoubleEdit(skipsMLP: true)),
      ([.skip(.block)], DoubleEdit(skipsAttention: true, skipsMLP: true)),
      ([.scale(-0.5, heads: [1])], DoubleEdit(factors: [1, -0.5])),
      (
        [.attention(.uniform, heads: [0])],
        DoubleEdit(matrices: [0: { i, j in seen(i, j) ? 1 / Double(isCausal ? i + 1 : n) : 0 }])
      ),
      ([.attention(.identity, heads: [1])], DoubleEdit(matrices: [1: { $0 == $1 ? 1 : 0 }])),
      (
        [.attention(.given(matrix), heads: nil), .scale(2, heads: [0])],
        DoubleEdit(
          factors: [2, 1],
          matrices: [
            0: { seen($0, $1) ? given[$0, $1] : 0 }, 1: { seen($0, $1) ? given[$0, $1] : 0 },
          ])
      ),
      ([patch], DoubleEdit(patches: patched)),
      (
        [patch, .skip(.mlp), .scale(0, heads: [0])],
        DoubleEdit(skipsMLP: true, factors: [0, 1], patches: patched)
      ),
    ]
  }

  private static func edited(_ block: TransformerBlock, _ edits: [BlockEdit]) throws -> TransformerBlock {
    try edits.reduce(block) { try $0.editing($1, place: "block").block }
  }

  @Test("one block, dense and of one row", arguments: [false, true])
  func block(isCausal: Bool) throws {
    let original = try tinyVisionTransformer(.gelu).blocks[1]
    let (n, d, targets) = (Self.n, 16, 2)
    let x = try Tensor.normal([n, d], seed: 1)
    for (index, (edits, reference)) in try Self.cases(isCausal: isCausal).enumerated() {
      let block = try Self.edited(original, edits)
      let expected = reference(DoubleMatrix(x), original, isCausal: isCausal)
      #expect(gradientError(try block.forward(x, isCausal: isCausal).scalars, expected.values) < 1e-5)
      if !isCausal {
        let token = try block.forwardClassToken(x)
        #expect(gradientError(token.scalars, expected.row(0)) < 1e-5, "\(index)")
      }
      for row in isCausal ? [nil, n - 1] : [nil, 0, 3] as [Int?] {
        let values = try Tensor.normal([targets * (row == nil ? n : 1), d], seed: 2)
        let upstream =
          try row.map { try TokenGradients(values, ofRow: $0, tokens: n) }
          ?? TokenGradients(values, tokens: n)
        let activations = try block.activations(of: x, row: row, isCausal: isCausal)
        let output = try block.output(activations)
        #expect(
          gradientError(output.scalars, row.map { expected.row($0) } ?? expected.values) < 1e-5, "\(index)")
        let found = try #require(
          try block.backward(activations, upstream: upstream, demand: BlockDemand(attention: true)))
        let dense = DoubleMatrix(upstream.dense())
        for t in 0..<targets {
          let own = dense.rows(t * n..<(t + 1) * n)
          let differences = numericalGradient(at: DoubleMatrix(x).values) {
            reference(DoubleMatrix(n, d, $0), original, isCausal: isCausal).dot(own)
          }
          #expect(
            gradientError(found.dense().row(t).scalars, differences) < 1e-5, "\(index), row \(row ?? -1)")
        }
      }
    }
  }

  @Test("pixels through a tower with all changes at once, and through CLIP Surgery's paths")
  func tower() throws {
    var tower = try tinyVisionTransformer()
    let original = tower.blocks
    let matrix = try Tensor.uniform([5, 5], seed: 30)
    tower = try tower.editing([0], .attention(.given(matrix), heads: [1]))
    tower = try tower.editing([1], .scale(0.5, heads: [0]))
    tower = try tower.editing([1], .skip(.mlp))
    tower = try tower.editing([2], .scale(-1, heads: [1]))
    let given = DoubleMatrix(matrix)
    let edits = [
      DoubleEdit(matrices: [1: { given[$0, $1] }]), DoubleEdit(skipsMLP: true, factors: [0.5, 1]),
      DoubleEdit(factors: [1, -1]),
    ]
    func changed(_ x: DoubleMatrix, from lower: Int = 0) -> DoubleMatrix {
      (lower..<3).reduce(x) { edits[$1]($0, original[$1]) }
    }
    let image = try Tensor.normal([3, 8, 8], seed: 31)
    let inputs = try tower.blockInputs(image)
    let texts = try Tensor.normal([2, 12], seed: 32)
    let (_, top) = try tower.cosineGradients(with: texts, classToken: inputs[3].rows(0..<1), tokens: 5)
    let found = try tower.backward(top, from: 3, to: 0) { inputs[$0] }
    for t in 0..<2 {
      let text = DoubleMatrix(texts).row(t)
      let differences = numericalGradient(at: DoubleMatrix(inputs[0]).values) {
        cosine(DoubleTower.head(changed(DoubleMatrix(5, 16, $0)).rows(0..<1), tower).values, text)
      }
      #expect(gradientError(found.dense().row(t).scalars, differences) < 2e-5)
    }
    // Both paths: the new one takes over the heads' factors.
    func surgery(_ x: DoubleMatrix) -> DoubleMatrix {
      var x = edits[0](x, original[0])
      var new = x
      for layer in 1..<3 {
        let block = original[layer]
        let v = DoubleTower.qkv(DoubleTower.norm(x, block.ln1), block)[2]
        var o = DoubleMatrix.attention(v, v, v, heads: 2)
        for i in 0..<o.rows { for c in 0..<16 { o[i, c] *= edits[layer].factors[c / 8] } }
        new = new.adding(o.linear(block.out.weight, block.out.bias))
        x = edits[layer](x, block)
      }
      return DoubleMatrix.stacked(x.rows(0..<1), new.rows(1..<5))
    }
    let tokens = try tower.surgeryTokens(image, depth: 2, positions: .bilinear)
    #expect(gradientError(tokens.scalars, surgery(DoubleMatrix(inputs[0])).values) < 2e-5)
    let upstream = try Tensor.normal([5, 16], seed: 33)
    let back = try tower.surgeryBackward(TokenGradients(upstream, tokens: 5), depth: 2) { inputs[$0] }
    let own = DoubleMatrix(upstream)
    let differences = numericalGradient(at: DoubleMatrix(inputs[0]).values) {
      surgery(DoubleMatrix(5, 16, $0)).dot(own)
    }
    #expect(gradientError(back.dense().row(0).scalars, differences) < 2e-5)
  }

  @Test("texts through changed blocks: shared beginnings as single ones")
  func texts() throws {
    let matrix = try Tensor.uniform([10, 10], seed: 40)
    let rows = try Tensor.normal([1, 16], seed: 41)
    let patch = try TokenPatch(tokens: [2], rows: rows, inputTokens: nil)
    let all: [BlockEdit] = [
      .skip(.attention), .skip(.mlp), .skip(.block), .scale(0, heads: [1]), .attention(.uniform, heads: [0]),
      .attention(.identity, heads: nil), .attention(.given(matrix), heads: [1]), .patch(patch),
    ]
    let sequences: [[Int32]] = [
      [1, 2, 3, 4, 19], [1, 2, 3, 5, 6, 19], [1, 2, 7, 19], [1, 2, 3, 4, 8, 9, 19],
    ]
    let plain = try tinyTextTransformer()
    for edit in all {
      for block in 0..<3 {
        let tower = try plain.applying([TowerEdit(tower: .text, blocks: [block], edit: edit)])
        #expect(tower.identity != plain.identity)
        let found = try tower.encode(sequences, batch: 2)
        let unchanged = try plain.encode(sequences, batch: 2)
        if case .patch = edit, block == 2 {
          // After the last block the end of a text alone is read, and no text here ends at token 2.
          #expect(found == unchanged)
        } else {
          #expect(relativeError(found, unchanged) > 1e-4)
        }
        for (index, ids) in sequences.enumerated() {
          let inputs = try tower.blockInputs(ids)
          let expected = try tower.head(inputs[3].rows(ids.count - 1..<ids.count)).row(0)
          #expect(relativeError(found.row(index), expected) < 1e-5, "\(edit), block \(block)")
        }
      }
    }
    // A matrix for fewer tokens than a prompt has.
    let short = try plain.applying([
      TowerEdit(
        tower: .text, blocks: [0], edit: .attention(.given(Tensor([4, 4], repeating: 0)), heads: nil))
    ])
    _ = try short.encode([[1, 2, 7, 19]])
    #expect(throws: InterventionError.self) { try short.encode(sequences) }
  }
}
