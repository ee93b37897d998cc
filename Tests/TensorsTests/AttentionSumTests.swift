import CKernels
import Tensors
import TestSupport
import Testing

/// softmax(scale · Q Kᵀ + bias) of one head's columns, in Double.
private func scores(
  _ q: DoubleMatrix, _ k: DoubleMatrix, _ columns: Range<Int>, bias: DoubleMatrix? = nil
) -> DoubleMatrix {
  var out = DoubleMatrix(q.rows, k.rows, Array(repeating: 0, count: q.rows * k.rows))
  for i in 0..<q.rows {
    for j in 0..<k.rows {
      let product = columns.map { q[i, $0] * k[j, $0] }.reduce(0, +)
      out[i, j] = product / Double(columns.count).squareRoot() + (bias?[i, j] ?? 0)
    }
  }
  return out.softmaxRows()
}

private func scale(_ headWidth: Int) -> Float { 1 / Float(headWidth).squareRoot() }

/// More rows than one piece of work has, and fewer than a vector.
@Suite("Sums over attention matrices against naive references")
struct AttentionSumTests {
  static let shapes = [(1, 1, 3), (5, 2, 4), (130, 3, 8), (300, 2, 16)]

  @Test("self-attention of one matrix and of two, with a bias", arguments: shapes)
  func selfAttentions(rows: Int, heads: Int, headWidth: Int) throws {
    let width = heads * headWidth
    let (a, b) = (randomTensor([rows, width], seed: 1), randomTensor([rows, width], seed: 2))
    let value = randomTensor([rows, width], seed: 3)
    let bias = randomTensor([rows, rows], seed: 4)
    for (sources, bias) in [([a], nil), ([a, b], nil), ([b], bias), ([a, b], bias)] as [([Tensor], Tensor?)] {
      let found = try selfAttention(
        of: sources, value: value, heads: heads, scale: scale(headWidth), bias: bias)
      let v = DoubleMatrix(value)
      var expected = DoubleMatrix(rows, width, Array(repeating: 0, count: rows * width))
      for head in 0..<heads {
        let columns = head * headWidth..<(head + 1) * headWidth
        for source in sources {
          let x = DoubleMatrix(source)
          let weights = scores(x, x, columns, bias: bias.map(DoubleMatrix.init))
          for i in 0..<rows {
            for j in 0..<rows { for c in columns { expected[i, c] += weights[i, j] * v[j, c] } }
          }
        }
      }
      #expect(gradientError(found.scalars, expected.values) < 1e-5)
    }
  }

  @Test("a sum of rows of the heads' mean, and one row alone", arguments: shapes)
  func rowSums(rows: Int, heads: Int, headWidth: Int) throws {
    let width = heads * headWidth
    let joint = randomTensor([rows, 2 * width + 1], seed: 5)
    let factors = randomTensor([rows], seed: 6)
    let (query, key) = (HeadRows(joint, start: 1), HeadRows(joint, start: 1 + width))
    let all = DoubleMatrix(joint)
    let (q, k) = (all.columns(1..<(1 + width)), all.columns((1 + width)..<(1 + 2 * width)))
    func expected(_ f: [Double]) -> [Double] {
      var sum = [Double](repeating: 0, count: rows)
      for head in 0..<heads {
        let weights = scores(q, k, head * headWidth..<(head + 1) * headWidth)
        for i in f.indices { for j in 0..<rows { sum[j] += f[i] * weights[i, j] / Double(heads) } }
      }
      return sum
    }
    let found = try attentionRowSum(
      query: query, key: key, heads: heads, headWidth: headWidth, scale: scale(headWidth), factors: factors)
    #expect(gradientError(found.scalars, expected(factors.scalars.map(Double.init))) < 1e-5)
    let first = try attentionRowSum(
      query: HeadRows(joint.rows(0..<1), start: 1), key: key, heads: heads, headWidth: headWidth,
      scale: scale(headWidth), factors: Tensor([1], [1]))
    #expect(gradientError(first.scalars, expected([1])) < 1e-5)
  }

  @Test("the positive part of gradients of attention, averaged", arguments: shapes)
  func positiveGradients(rows: Int, heads: Int, headWidth: Int) throws {
    let (width, targets) = (heads * headWidth, 3)
    let joint = randomTensor([rows, width + 2], seed: 7)
    let upstream = randomTensor([targets * rows, width], seed: 8)
    let (v, g) = (DoubleMatrix(joint), DoubleMatrix(upstream))
    var expected = [Double](repeating: 0, count: targets * rows)
    for t in 0..<targets {
      for head in 0..<heads {
        for i in 0..<rows {
          for j in 0..<rows {
            let sum = (head * headWidth..<(head + 1) * headWidth).map { g[t * rows + i, $0] * v[j, 2 + $0] }
              .reduce(0, +)
            expected[t * rows + j] += max(0, sum) / Double(heads * rows)
          }
        }
      }
    }
    let found = try positiveAttentionGradients(
      value: HeadRows(joint, start: 2), upstream: upstream, queries: rows, heads: heads)
    #expect(found.shape == [targets, rows])
    #expect(gradientError(found.scalars, expected) < 1e-5)
  }

  @Test("the positive part of gradients times attention, along rows", arguments: [(1, 1), (5, 1), (20, 20)])
  func positiveProducts(rows: Int, queries: Int) throws {
    let (targets, heads) = (2, 3)
    let weights = randomTensor([heads, queries, rows], seed: 9)
    let gradients = randomTensor([targets, heads, queries, rows], seed: 10)
    let factors = randomTensor([targets, queries], seed: 11)
    let (a, g, f) = (weights.scalars, gradients.scalars, factors.scalars)
    var expected = [Double](repeating: 0, count: targets * rows)
    for t in 0..<targets {
      for place in 0..<(heads * queries) {
        for j in 0..<rows {
          let product = Double(a[place * rows + j]) * Double(g[(t * heads * queries + place) * rows + j])
          expected[t * rows + j] += Double(f[t * queries + place % queries]) * max(0, product) / Double(heads)
        }
      }
    }
    let found = try positiveAttentionProducts(weights: weights, gradients: gradients, factors: factors)
    #expect(gradientError(found.scalars, expected) < 1e-5)
  }

  @Test("shapes that do not fit are refused")
  func refusals() {
    let x = Tensor([4, 6], repeating: 1)
    #expect(throws: ShapeError.self) { try selfAttention(of: [], value: x, heads: 2, scale: 1) }
    #expect(throws: ShapeError.self) { try selfAttention(of: [x], value: x, heads: 4, scale: 1) }
    #expect(throws: ShapeError.self) { try selfAttention(of: [x.rows(0..<2)], value: x, heads: 2, scale: 1) }
    #expect(throws: ShapeError.self) {
      try selfAttention(of: [x], value: x, heads: 2, scale: 1, bias: Tensor([4, 6], repeating: 0))
    }
    #expect(throws: ShapeError.self) {
      try attentionRowSum(
        query: HeadRows(x), key: HeadRows(x), heads: 2, headWidth: 3, scale: 1, factors: Tensor([1, 2]))
    }
    #expect(throws: ShapeError.self) {
      try positiveAttentionGradients(value: HeadRows(x), upstream: x, queries: 3, heads: 2)
    }
    #expect(throws: ShapeError.self) {
      try positiveAttentionProducts(
        weights: Tensor([1, 2, 3], repeating: 1), gradients: Tensor([1, 1, 2, 2], repeating: 1),
        factors: Tensor([1, 2], repeating: 1))
    }
  }
}
