import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import CLIPModels

@Suite("Gradients of the ResNet by finite differences in Double")
struct ResNetBackwardTests {
  static let tolerance = 2e-5

  @Test("cosines with respect to stages and pixels, on a grid of another shape")
  func cosines() throws {
    let tower = try tinyResNet()
    let (height, width, targets) = (64, 96, 2)
    let image = try Tensor.normal([3, height, width], seed: 1)
    let texts = try Tensor.normal([targets, 12], seed: 2)
    let trace = try tower.trace(image)
    let embedding = try tower.embedding(trace)
    #expect(relativeError(embedding, try tower.encode(image, positions: .bilinear)) < 1e-6)
    let positions = try PositionResize.bilinear.fit(
      tower.attentionPool.positionEmbedding, from: (2, 2), to: (2, 3))
    let (_, gradients) = try cosineGradients(of: embedding, with: texts)
    var matrices: Tensor?
    let last = try tower.poolBackward(gradients, trace: trace) { matrices = $1 }
    func score(
      _ x: DoubleTower.Features, _ t: Int, from lower: Int, change: ((Int, Int, Int) -> Double)? = nil
    )
      throws -> Double
    {
      let top = try DoubleTower.stages(x, from: lower)
      let pooled = DoubleTower.pooled(
        top.pixels, tower.attentionPool, kind: .embedding, positions: positions, change: change)
      return cosine(pooled.values, DoubleMatrix(texts).row(t))
    }
    func features(_ x: FeatureMap) -> DoubleTower.Features {
      DoubleTower.Features(pixels: DoubleMatrix(x.pixels), height: x.height, width: x.width)
    }
    for t in 0..<targets {
      for stage in 0...4 {
        let x = features(trace.stage(stage))
        let found = try tower.backward(last, from: 4, to: stage, trace: trace)
        // All positions of late stages, some of early ones.
        let count = x.pixels.values.count
        let indices = Array(stride(from: 0, to: count, by: max(1, count / 50)))
        let differences = try numericalGradientThrowing(at: x.pixels.values, indices: indices) { values in
          var x = x
          x.pixels.values = values
          return try score(x, t, from: stage)
        }
        let own = Array(found.values.scalars[t * count..<(t + 1) * count])
        #expect(gradientError(indices.map { own[$0] }, differences) < Self.tolerance, "stage \(stage)")
      }
      let x = features(trace.stage(4))
      let n = 7
      let differences = try numericalGradientThrowing(
        at: Array(repeating: 0, count: 4 * n), indices: Array(0..<4 * n)
      ) { change in try score(x, t, from: 4) { h, _, j in change[h * n + j] } }
      #expect(gradientError(try #require(matrices).row(t).scalars, differences) < Self.tolerance)
      let stem = try tower.backward(last, from: 4, to: 0, trace: trace)
      let pixels = try tower.pixelGradients(stem, trace: trace)
      let values = DoubleMatrix(image).values
      let indices = Array(stride(from: 0, to: values.count, by: values.count / 50))
      let byPixels = try numericalGradientThrowing(at: values, indices: indices) {
        try score(DoubleTower.stem($0, height: height, width: width), t, from: 0)
      }
      #expect(pixels.shape == [targets, 3, height, width])
      let own = pixels.row(t).scalars
      #expect(gradientError(indices.map { own[$0] }, byPixels) < Self.tolerance)
    }
  }

  /// Along its gradient a score grows by the gradient's length: difference quotients in float32.
  @Test("pixels of the reference ResNet, from the model")
  func model() throws {
    let model = try goldenModel("tiny-rn/openai_jit.pt")
    let stored = try Golden.array("tiny-rn/golden/cat/squash.npy")
    let image = stored.rank == 4 ? stored.row(0) : stored
    let texts = try model.encode(prompts: ["cat", "cup"])
    let (cosines, gradients) = try model.pixelGradients(image: image, texts: texts)
    for t in 0..<2 {
      func score(_ step: Double) throws -> Double {
        let moved = zip(image.scalars, gradients.row(t).scalars).map { Double($0) + step * Double($1) }
        let z = try model.encode(image: Tensor(image.shape, moved.map { Float($0) }))
        return cosine(DoubleMatrix(z).values, DoubleMatrix(texts).row(t))
      }
      #expect(abs(try score(0) - Double(cosines.scalars[t])) < 1e-6)
      let square = gradients.row(t).scalars.map { Double($0) * Double($0) }.reduce(0, +)
      // A step that moves the cosine by a ten-thousandth: longer ones cross too many kinks of ReLUs.
      let step = 1e-4 / square
      let slope = (try score(step) - score(-step)) / (2 * step)
      #expect(abs(slope - square) < 0.01 * square, "\(slope) \(square)")
    }
  }

  @Test("attention pooling of every token, as trained and CLIP Surgery's", arguments: [false, true])
  func pooling(isSurgery: Bool) throws {
    let tower = try tinyResNet()
    let kind = isSurgery ? PoolingKind.surgery : .everyToken
    let trace = try tower.trace(Tensor.normal([3, 64, 64], seed: 3))
    let (n, targets) = (5, 2)
    let upstream = try Tensor.normal([targets * n, 12], seed: 4)
    let found = try tower.poolBackward(upstream, trace: trace, kind: kind)
    let x = DoubleMatrix(trace.stage(4).pixels)
    let positions = tower.attentionPool.positionEmbedding
    for t in 0..<targets {
      let own = DoubleMatrix(upstream.rows(t * n..<(t + 1) * n))
      let differences = numericalGradient(at: x.values) {
        DoubleTower.pooled(
          DoubleMatrix(x.rows, x.columns, $0), tower.attentionPool, kind: kind, positions: positions
        ).dot(own)
      }
      let rows = found.values.rows(t * 4..<(t + 1) * 4)
      #expect(gradientError(rows.scalars, differences) < Self.tolerance)
    }
  }
}

/// As `numericalGradient`, of a function that may throw.
private func numericalGradientThrowing(
  at x: [Double], indices: [Int], of f: ([Double]) throws -> Double
) throws -> [Double] {
  var failure: (any Error)?
  // Small steps, so that few of them cross a kink of a ReLU.
  let result = numericalGradient(at: x, step: 1e-6, indices: indices) { values in
    do { return try f(values) } catch {
      failure = error
      return .nan
    }
  }
  if let failure { throw failure }
  return result
}
