import CKernels
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Fused layers against naive references")
struct LayerKernelTests {
  @Test(
    "linear layers at awkward shapes",
    arguments: [(1, 1, 1), (2, 3, 5), (17, 33, 64), (197, 130, 48), (600, 17, 9), (1100, 260, 31)])
  func linearLayers(m: Int, n: Int, k: Int) throws {
    let x = randomTensor([m, k], seed: 1)
    let w = randomTensor([n, k], seed: 2)
    let b = randomTensor([n], seed: 3)
    let residual = randomTensor([m, n], seed: 4)
    for activation in [Activation.identity, .quickGELU, .gelu, .relu, .reluOfSum] {
      for (bias, extra) in [(b, residual), (nil, residual), (b, nil), (nil, nil)] as [(Tensor?, Tensor?)] {
        let found = try linear(x, weight: w, bias: bias, activation: activation, adding: extra)
        let expected = Naive.linear(x, w, bias, activation, extra)
        #expect(relativeError(found, expected) < 3e-6, "\(activation) \(m)×\(n)×\(k)")
      }
    }
  }

  @Test("activations over their whole range")
  func activations() throws {
    let x = Tensor([1, 4001], (0...4000).map { Float($0 - 2000) / 50 })
    let identity = Tensor([4001, 1], repeating: 0)
    // A weight of zero and the values as bias: the activation alone.
    let zero = Tensor([1, 1], [0])
    for activation in [Activation.quickGELU, .gelu] {
      let found = try linear(
        zero, weight: identity, bias: x.reshaped([4001]), activation: activation)
      let expected = Naive.linear(zero, identity, x.reshaped([4001]), activation, nil)
      for (a, b) in zip(found.scalars, expected.scalars) { #expect(abs(a - b) <= 1e-6 * max(1, abs(b))) }
    }
  }

  @Test("LayerNorm, also of rows far from zero", arguments: [1, 3, 15, 16, 17, 64, 767, 768])
  func layerNorms(width: Int) throws {
    let weight = randomTensor([width], seed: 5)
    let bias = randomTensor([width], seed: 6)
    for offset: Float in [0, 100] {
      let raw = randomTensor([9, width], seed: 7)
      let x = Tensor(raw.shape, raw.scalars.map { $0 + offset })
      let found = try layerNorm(x, weight: weight, bias: bias)
      let expected = Naive.layerNorm(x, weight, bias, 1e-5)
      #expect(relativeError(found, expected) < (offset == 0 ? 2e-6 : 2e-4), "\(width) + \(offset)")
    }
  }

  @Test("softmax sums to one, takes -inf, and agrees", arguments: [1, 2, 15, 16, 17, 100, 1025])
  func softmaxes(width: Int) throws {
    let x = randomTensor([5, width], seed: 8, scale: 30)
    let found = try softmaxRows(x, scale: 0.5)
    let expected = Tensor(
      [5, width],
      (0..<5).flatMap { row in
        Naive.softmax(x.row(row).scalars.map { Double($0) * 0.5 }).map(Float.init)
      })
    #expect(relativeError(found, expected) < 1e-6)
    var masked: [Float] = [-.infinity, 1, -.infinity]
    clip_softmax(&masked, 3)
    #expect(masked == [0, 1, 0])
    var hopeless: [Float] = [-.infinity, -.infinity]
    clip_softmax(&hopeless, 2)
    #expect(hopeless == [0.5, 0.5])
  }

  @Test("exp stays within 3e-7 of the library's")
  func exponentials() {
    var x = (0..<100_000).map { Float($0) / 100_000 * 170 - 86 }
    let expected = x.map { exp(Double($0)) }
    clip_exp(&x, x.count)
    for (a, b) in zip(x, expected) { #expect(abs(Double(a) - b) <= 3e-7 * b) }
    var edges: [Float] = [-1000, -.infinity, 0]
    clip_exp(&edges, 3)
    #expect(edges == [0, 0, 1])
  }

  @Test("rows of length one; zero rows stay zero")
  func normalizing() throws {
    let x = Tensor([2, 3], [3, 0, 4, 0, 0, 0])
    #expect(try normalizedRows(x).scalars == [0.6, 0, 0.8, 0, 0, 0])
  }

  @Test("attention, plain and causal", arguments: [(1, 1, 4), (7, 2, 8), (130, 3, 16), (300, 1, 64)])
  func attentions(rows: Int, heads: Int, headWidth: Int) throws {
    let width = heads * headWidth
    let joint = randomTensor([rows, 3 * width], seed: 9)
    func part(_ index: Int) -> Tensor {
      let all = joint.scalars
      return Tensor(
        [rows, width],
        (0..<rows).flatMap { row in
          all[(row * 3 + index) * width..<(row * 3 + index + 1) * width]
        })
    }
    let scale = 1 / Float(headWidth).squareRoot()
    for mask in [AttentionMask.none, .causal] {
      let storage = TensorStorage(count: heads * rows * rows)
      let found = try attention(
        query: HeadRows(joint), key: HeadRows(joint, start: width),
        value: HeadRows(joint, start: 2 * width), heads: heads, headWidth: headWidth, scale: scale,
        mask: mask, weights: storage)
      let expected = Naive.attention(part(0), part(1), part(2), heads: heads, scale: Double(scale)) {
        mask == .none || $1 <= $0
      }
      #expect(relativeError(found, expected) < 3e-6)
      let matrices = Tensor(shape: [heads * rows, rows], storage: storage)
      for row in 0..<heads * rows {
        #expect(abs(matrices.row(row).scalars.reduce(0, +) - 1) < 1e-5)
      }
    }
  }

  @Test("attention along a tree is causal attention along each of its paths")
  func treeAttentions() throws {
    // 0 ─ 1 ─ 2 and 1 ─ 3, below shared rows 0 ─ 1.
    let (heads, headWidth) = (2, 8)
    let width = heads * headWidth
    let own = randomTensor([4, 3 * width], seed: 10)
    let shared = randomTensor([2, 3 * width], seed: 11)
    let paths: [[Int32]] = [[-1, -2, 0], [-1, -2, 0, 1], [-1, -2, 0, 1, 2], [-1, -2, 0, 1, 3]]
    let found = try treeAttention(
      own: own, shared: shared, paths: paths, queries: [0, 1, 2, 3], heads: heads,
      headWidth: headWidth, scale: 0.3)
    for (query, path) in paths.enumerated() {
      let rows = path.flatMap { index in
        index >= 0 ? own.row(Int(index)).scalars : shared.row(Int(-1 - index)).scalars
      }
      let joint = Tensor([path.count, 3 * width], rows)
      let expected = try attention(
        query: HeadRows(joint), key: HeadRows(joint, start: width),
        value: HeadRows(joint, start: 2 * width), heads: heads, headWidth: headWidth, scale: 0.3,
        mask: .causal)
      #expect(relativeError(found.row(query), expected.row(path.count - 1)) < 3e-6)
    }
  }

  @Test("3×3 convolutions and pools", arguments: [(1, 1, 1), (5, 7, 1), (8, 6, 2), (9, 9, 2), (40, 30, 1)])
  func convolutions(height: Int, width: Int, stride: Int) throws {
    let x = FeatureMap(pixels: randomTensor([height * width, 5], seed: 12), height: height, width: width)
    let w = randomTensor([6, 45], seed: 13)
    let b = randomTensor([6], seed: 14)
    let found = try convolution3x3(x, weight: w, bias: b, stride: stride)
    #expect(relativeError(found.pixels, Naive.convolution(x, w, b, stride: stride)) < 3e-6)
    if height >= 2, width >= 2 {
      let pooled = try averagePool(x, size: 2)
      let s = x.pixels.scalars
      var expected: [Float] = []
      for y in 0..<pooled.height {
        for column in 0..<pooled.width {
          for c in 0..<5 {
            let first = (2 * y * width + 2 * column) * 5 + c
            let below = first + width * 5
            let sum: Float = s[first] + s[first + 5] + s[below] + s[below + 5]
            expected.append(sum / 4)
          }
        }
      }
      #expect(relativeError(pooled.pixels, Tensor(pooled.pixels.shape, expected)) < 1e-6)
    }
  }

  @Test("patches come out in the order of a patch convolution's weight")
  func patchOrder() throws {
    let image = Tensor([2, 4, 4], (0..<32).map(Float.init))
    let found = try patches(of: image, size: 2)
    #expect(found.shape == [4, 8])
    #expect(found.row(1).scalars == [2, 3, 6, 7, 18, 19, 22, 23])
  }

  @Test("shapes that do not fit are errors that name both")
  func shapeErrors() {
    let a = Tensor([2, 3], repeating: 0)
    let error = #expect(throws: ShapeError.self) { try linear(a, weight: Tensor([4, 5], repeating: 0)) }
    #expect(error?.description == "linear layer: input [2, 3] and weight [4, 5]")
  }
}

@Suite("Workers", .serialized)
struct WorkersTests {
  @Test("an error in a piece reaches the caller", arguments: [1, 2, 4])
  func errors(threads: Int) {
    Workers.count = threads
    defer { Workers.count = 0 }
    #expect(throws: ShapeError.self) {
      try Workers.run(100) { if $0 == 37 { throw ShapeError("test", "piece 37") } }
    }
  }

  @Test("products have the same bits at any number of threads")
  func bits() throws {
    let x = randomTensor([1025, 96], seed: 1)
    let w = randomTensor([384, 96], seed: 2)
    defer { Workers.count = 0 }
    Workers.count = 1
    let one = try linear(x, weight: w, activation: .quickGELU)
    for threads in [2, 3, 8] {
      Workers.count = threads
      #expect(try linear(x, weight: w, activation: .quickGELU) == one)
    }
  }
}
