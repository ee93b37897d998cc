import Foundation
import Tensors
import TestSupport
import Testing

/// The scalar Σ upstream ⊙ f(x), whose gradient a layer's backward pass is; T upstreams below each
/// other, the expected gradients likewise.
private func expected(
  _ x: Tensor, _ upstream: Tensor, _ f: (DoubleMatrix) -> DoubleMatrix
) -> [Double] {
  let input = DoubleMatrix(x)
  let all = DoubleMatrix(upstream)
  let rows = f(input).rows
  return (0..<(all.rows / rows)).flatMap { t in
    numericalGradient(at: input.values) { values in
      f(DoubleMatrix(input.rows, input.columns, values)).dot(all.rows(t * rows..<(t + 1) * rows))
    }
  }
}

@Suite("Gradients of layers by finite differences in Double")
struct BackwardTests {
  /// Three scores at once.
  static let targets = 3

  @Test(
    "linear layers with the slope of an activation before them",
    arguments: [(1, 1, 1), (5, 7, 3), (9, 40, 33)])
  func linearLayers(rows: Int, inputs: Int, outputs: Int) throws {
    for activation in [Activation.identity, .quickGELU, .gelu] {
      // y = W₂ · f(W₁ x + b₁)
      let x = randomTensor([rows, 4], seed: 1, scale: 2)
      let first = randomTensor([inputs, 4], seed: 2)
      let bias = randomTensor([inputs], seed: 3)
      let second = randomTensor([outputs, inputs], seed: 4)
      let upstream = randomTensor([Self.targets * rows, outputs], seed: 5)
      let slope = try activationSlope(x, weight: first, bias: bias, activation: activation)
      let found = try linearBackward(
        linearBackward(upstream, weight: second, times: slope), weight: first)
      let wanted = expected(x, upstream) {
        $0.linear(first, bias).activated(activation).linear(second)
      }
      #expect(gradientError(found.scalars, wanted) < 3e-6, "\(activation)")
    }
  }

  @Test("derivatives of activations over their whole range", arguments: [Activation.quickGELU, .gelu])
  func activations(activation: Activation) throws {
    let x = Tensor([801], (0...800).map { Float($0 - 400) / 20 })
    let found = try activationSlope(
      Tensor([1, 1], [0]), weight: Tensor([801, 1], repeating: 0), bias: x, activation: activation)
    let matrix = DoubleMatrix(1, 801, x.scalars.map(Double.init))
    let step = 1e-5
    let above = matrix.mapped { $0 + step }.activated(activation)
    let below = matrix.mapped { $0 - step }.activated(activation)
    for (i, value) in found.scalars.enumerated() {
      #expect(abs(Double(value) - (above.values[i] - below.values[i]) / (2 * step)) < 1.5e-6)
    }
  }

  @Test("LayerNorm with a residual", arguments: [(1, 3), (4, 16), (3, 50)])
  func layerNorms(rows: Int, width: Int) throws {
    let x = randomTensor([rows, width], seed: 6, scale: 3)
    let weight = randomTensor([width], seed: 7)
    let bias = randomTensor([width], seed: 8)
    let upstream = randomTensor([Self.targets * rows, width], seed: 9)
    let found = try layerNormBackward(upstream, input: x, weight: weight, adding: upstream)
    let wanted = expected(x, upstream) { $0.layerNorm(weight, bias).adding($0) }
    #expect(gradientError(found.scalars, wanted) < 3e-6)
  }

  @Test("softmax, normalization, cosine and ReLU")
  func rows() throws {
    let x = randomTensor([4, 37], seed: 10, scale: 2)
    let upstream = randomTensor([Self.targets * 4, 37], seed: 11)
    let softmax = try softmaxRowsBackward(
      upstream, output: softmaxRows(x, scale: 0.7), scale: 0.7)
    #expect(
      gradientError(softmax.scalars, expected(x, upstream) { $0.softmaxRows(scale: 0.7) }) < 3e-6)
    let unit = try normalizedRowsBackward(upstream, input: x)
    #expect(gradientError(unit.scalars, expected(x, upstream) { $0.normalizedRows() }) < 3e-6)
    let relu = try reluBackward(upstream, output: Tensor(x.shape, x.scalars.map { max($0, 0) }))
    #expect(gradientError(relu.scalars, expected(x, upstream) { $0.activated(.relu) }) < 1e-6)

    let (cosines, gradients) = try cosineGradients(of: x.row(0), with: upstream)
    let z = DoubleMatrix(x).row(0)
    for t in 0..<upstream.shape[0] {
      let other = DoubleMatrix(upstream).row(t)
      #expect(abs(Double(cosines.scalars[t]) - cosine(z, other)) < 1e-6)
      let wanted = numericalGradient(at: z) { cosine($0, other) }
      #expect(gradientError(gradients.row(t).scalars, wanted) < 3e-6)
    }
    let zero = try normalizedRowsBackward(Tensor([1, 2], [1, 2]), input: Tensor([1, 2], [0, 0]))
    #expect(zero.scalars == [0, 0])
  }

  @Test(
    "attention, with respect to queries, keys, values and its matrices",
    arguments: [(5, false), (5, true), (9, false)])
  func attentions(rows: Int, isCausal: Bool) throws {
    let (heads, d) = (2, 4)
    let width = heads * d
    let joint = randomTensor([rows, 3 * width], seed: 12, scale: 2)
    let scale = 1 / Float(d).squareRoot()
    let upstream = randomTensor([Self.targets * rows, width], seed: 13)
    let extra = randomTensor([Self.targets, heads, rows, rows], seed: 14)
    let (q, k, v) = (HeadRows(joint), HeadRows(joint, start: width), HeadRows(joint, start: 2 * width))
    let storage = TensorStorage(count: heads * rows * rows)
    _ = try attention(
      query: q, key: k, value: v, heads: heads, headWidth: d, scale: scale,
      mask: isCausal ? .causal : .none, weights: storage)
    let weights = Tensor(shape: [heads, rows, rows], storage: storage)
    for more in [nil, extra] {
      let gradients = TensorStorage(count: Self.targets * rows * 3 * width)
      let matrices = TensorStorage(count: extra.count)
      for wanted in [nil, matrices] {
        gradients.mutableBuffer.update(repeating: .nan)
        try attentionBackward(
          query: q, key: k, value: v, weights: weights, upstream: upstream, headWidth: d, scale: scale,
          attentionUpstream: more, attentionGradients: wanted,
          queryGradients: HeadGradients(gradients, stride: 3 * width),
          keyGradients: HeadGradients(gradients, stride: 3 * width, start: width),
          valueGradients: HeadGradients(gradients, stride: 3 * width, start: 2 * width))
        let found = Tensor(shape: [Self.targets * rows, 3 * width], storage: gradients)
        let all = DoubleMatrix(upstream)
        let input = DoubleMatrix(joint)
        let numbers = extra.scalars.map(Double.init)
        for t in 0..<Self.targets {
          func score(_ joint: DoubleMatrix, _ change: ((Int, Int, Int) -> Double)?) -> Double {
            let parts = (0..<3).map { joint.columns($0 * width..<($0 + 1) * width) }
            let o = DoubleMatrix.attention(
              parts[0], parts[1], parts[2], heads: heads, isCausal: isCausal, change: change)
            var s = o.dot(all.rows(t * rows..<(t + 1) * rows))
            guard more != nil else { return s }
            // The attention matrices, read off as the product with the unit matrix's columns.
            for head in 0..<heads {
              let one = DoubleMatrix(rows, rows, (0..<rows * rows).map { $0 / rows == $0 % rows ? 1 : 0 })
              let scaled = { (m: DoubleMatrix) in
                m.columns(head * d..<(head + 1) * d)
              }
              let a = attentionMatrix(scaled(parts[0]), scaled(parts[1]), one, isCausal)
              for i in 0..<rows {
                for j in 0..<rows { s += a[i, j] * numbers[((t * heads + head) * rows + i) * rows + j] }
              }
            }
            return s
          }
          let differences = numericalGradient(at: input.values) {
            score(DoubleMatrix(rows, 3 * width, $0), nil)
          }
          #expect(
            gradientError(found.rows(t * rows..<(t + 1) * rows).scalars, differences) < 5e-6)
          guard wanted != nil, t == 1 else { continue }
          for head in 0..<heads {
            let differences = numericalGradient(at: Array(repeating: 0, count: rows * rows)) { change in
              score(input) { h, i, j in h == head ? change[i * rows + j] : 0 }
                + (more == nil
                  ? 0
                  : (0..<rows * rows).map {
                    change[$0] * numbers[(t * heads + head) * rows * rows + $0]
                  }.reduce(0, +))
            }
            let start = (t * heads + head) * rows * rows
            let found = (0..<rows * rows).map { matrices.pointer[start + $0] }
            #expect(gradientError(found, differences) < 3e-6)
          }
        }
      }
    }
  }

  /// softmax(d^-½ Q Kᵀ) of one head.
  private func attentionMatrix(
    _ q: DoubleMatrix, _ k: DoubleMatrix, _ one: DoubleMatrix, _ isCausal: Bool
  ) -> DoubleMatrix {
    var out = one
    for i in 0..<q.rows {
      let seen = isCausal ? i + 1 : k.rows
      let scores = DoubleMatrix(
        1, seen, (0..<seen).map { j in zip(q.row(i), k.row(j)).map(*).reduce(0, +) })
      let a = scores.softmaxRows(scale: 1 / Double(q.columns).squareRoot())
      for j in 0..<k.rows { out[i, j] = j < seen ? a[0, j] : 0 }
    }
    return out
  }

  @Test("value–value attention: queries, keys and values are one")
  func valueAttention() throws {
    let (rows, heads, d) = (9, 2, 4)
    let x = randomTensor([rows, heads * d], seed: 15)
    let scale = 1 / Float(d).squareRoot()
    let upstream = randomTensor([Self.targets * rows, heads * d], seed: 16)
    let v = HeadRows(x)
    let storage = TensorStorage(count: heads * rows * rows)
    _ = try attention(
      query: v, key: v, value: v, heads: heads, headWidth: d, scale: scale, weights: storage)
    let sum = TensorStorage(count: upstream.count)
    sum.mutableBuffer.update(repeating: .nan)
    let place = HeadGradients(sum, stride: heads * d)
    try attentionBackward(
      query: v, key: v, value: v, weights: Tensor(shape: [heads, rows, rows], storage: storage),
      upstream: upstream, headWidth: d, scale: scale, queryGradients: place, keyGradients: place,
      valueGradients: place)
    let wanted = expected(x, upstream) { DoubleMatrix.attention($0, $0, $0, heads: heads) }
    #expect(gradientError(Tensor(shape: upstream.shape, storage: sum).scalars, wanted) < 5e-6)
  }

  @Test("many queries, in blocks, give what one query at a time gives")
  func blocksOfQueries() throws {
    let (rows, d) = (700, 8)
    let x = randomTensor([rows, 3 * d], seed: 17)
    let upstream = randomTensor([rows, d], seed: 18)
    let (k, v) = (HeadRows(x, start: d), HeadRows(x, start: 2 * d))
    func gradients(_ range: Range<Int>) throws -> (q: Tensor, k: Tensor, v: Tensor) {
      let q = HeadRows(x.rows(range))
      let storage = TensorStorage(count: range.count * rows)
      _ = try attention(query: q, key: k, value: v, heads: 1, headWidth: d, scale: 0.3, weights: storage)
      let places = [range.count, rows, rows].map { TensorStorage(count: $0 * d) }
      try attentionBackward(
        query: q, key: k, value: v, weights: Tensor(shape: [1, range.count, rows], storage: storage),
        upstream: upstream.rows(range), headWidth: d, scale: 0.3,
        queryGradients: HeadGradients(places[0], stride: d),
        keyGradients: HeadGradients(places[1], stride: d),
        valueGradients: HeadGradients(places[2], stride: d))
      return (
        Tensor(shape: [range.count, d], storage: places[0]), Tensor(shape: [rows, d], storage: places[1]),
        Tensor(shape: [rows, d], storage: places[2])
      )
    }
    let together = try gradients(0..<rows)
    let alone = try (0..<rows).map { try gradients($0..<($0 + 1)) }
    let queries = Tensor([rows, d], alone.flatMap { $0.q.scalars })
    #expect(relativeError(together.q, queries) < 1e-5)
    for (found, parts) in [(together.k, alone.map(\.k)), (together.v, alone.map(\.v))] {
      var total = [Double](repeating: 0, count: rows * d)
      for part in parts { for (i, value) in part.scalars.enumerated() { total[i] += Double(value) } }
      #expect(gradientError(found.scalars, total) < 1e-5)
    }
  }

  @Test(
    "3×3 convolutions, of both strides and odd sides",
    arguments: [(4, 6, 1), (5, 3, 1), (4, 6, 2), (5, 3, 2)])
  func convolutions(height: Int, width: Int, stride: Int) throws {
    let (channels, outputs) = (3, 5)
    let x = randomTensor([height * width, channels], seed: 19)
    let raw = randomTensor([outputs, channels, 3, 3], seed: 20)
    // As the engine lays it out: the nine positions outermost.
    let source = raw.scalars
    let weight = Tensor([outputs, 9 * channels]) { out in
      for o in 0..<outputs {
        for c in 0..<channels {
          for p in 0..<9 { out[(o * 9 + p) * channels + c] = source[(o * channels + c) * 9 + p] }
        }
      }
    }
    let area = ((height + stride - 1) / stride) * ((width + stride - 1) / stride)
    let upstream = randomTensor([Self.targets * area, outputs], seed: 21)
    let found = try convolution3x3Backward(
      upstream, weight: weight, height: height, width: width, stride: stride)
    let wanted = expected(x, upstream) {
      $0.convolution3x3(raw, height: height, width: width, stride: stride)
    }
    #expect(gradientError(found.scalars, wanted) < 3e-6)
  }

  @Test("average pools that drop a remainder, and patches")
  func pools() throws {
    let x = randomTensor([5 * 7, 3], seed: 22)
    let upstream = randomTensor([Self.targets * 2 * 3, 3], seed: 23)
    let pooled = try averagePoolBackward(upstream, height: 5, width: 7, size: 2)
    let wanted = expected(x, upstream) { $0.averagePool(height: 5, width: 7, size: 2) }
    #expect(gradientError(pooled.scalars, wanted) < 1e-6)

    // Cutting into patches moves scalars; its gradient moves them back.
    let image = randomTensor([2, 3, 6, 4], seed: 24)
    let cut = try (0..<2).map { try patches(of: image.row($0), size: 2) }
    let back = try patchesBackward(
      Tensor([12, 12], cut.flatMap(\.scalars)), rows: 3, columns: 2, channels: 3, size: 2)
    #expect(back == image)
  }

  @Test("shapes that do not fit are refused")
  func shapes() throws {
    let x = randomTensor([4, 6], seed: 25)
    #expect(throws: ShapeError.self) { try linearBackward(x, weight: x) }
    #expect(throws: ShapeError.self) { try layerNormBackward(x.rows(0..<3), input: x, weight: x.row(0)) }
    #expect(throws: ShapeError.self) { try softmaxRowsBackward(x, output: x.rows(0..<3)) }
    #expect(throws: ShapeError.self) { try cosineGradients(of: x, with: x) }
    #expect(throws: ShapeError.self) { try convolution3x3Backward(x, weight: x, height: 2, width: 2) }
    #expect(throws: ShapeError.self) { try averagePoolBackward(x, height: 1, width: 4, size: 2) }
    #expect(throws: ShapeError.self) {
      try patchesBackward(x, rows: 3, columns: 1, channels: 1, size: 2)
    }
    #expect(throws: ShapeError.self) {
      try attentionBackward(
        query: HeadRows(x), key: HeadRows(x), value: HeadRows(x), weights: Tensor([2, 4, 5], repeating: 0),
        upstream: x, headWidth: 3, scale: 1)
    }
  }
}
