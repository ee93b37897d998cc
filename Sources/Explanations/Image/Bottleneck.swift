import CLIPModels
import Glibc
import Tensors

/// The part of an image tower behind a bottleneck: features in, cosine out, and its gradient.
struct BottleneckTail: Sendable {
  /// h: a ViT's tokens [N, D], class token first; a ResNet's positions [H · W, C].
  let features: Tensor
  /// Whether the first row is the class token.
  let hasClassToken: Bool
  /// The positions' rows.
  let rows: Int
  /// The positions' columns.
  let columns: Int

  private let run: @Sendable (_ z: Tensor, _ text: Tensor) throws -> (cosine: Float, gradient: Tensor)

  /// Behind block or stage `place` (from 1; 0 is before a ViT's first block) of the question's tower.
  init(_ question: Question, place: Int) throws {
    let positions = question.positions
    switch try question.model.imageTower {
    case .transformer(let tower):
      let count = tower.blocks.count
      features = try tower.tokens(question.pixels, after: place, positions: positions)
      hasClassToken = true
      (rows, columns) = (question.rows, question.columns)
      run = { z, text in
        // The last block is computed for the class token alone.
        let inputs = try tower.blockInputs(continuing: z, from: place, to: count - 1)
        let token = try tower.classTail(inputs[inputs.count - 1]).token
        let (cosines, top) = try tower.cosineGradients(
          with: text, classToken: token, tokens: z.shape[0])
        let gradient = try tower.backward(top, from: count, to: place) { inputs[$0 - place] }
        return (cosines.scalars[0], gradient.dense().reshaped(z.shape))
      }
    case .resNet(let tower):
      let trace = try tower.trace(question.pixels)
      let x = trace.stage(place)
      features = x.pixels
      hasClassToken = false
      (rows, columns) = (x.height, x.width)
      run = { z, text in
        let changed = try tower.trace(
          trace, replacing: place, by: FeatureMap(pixels: z, height: x.height, width: x.width))
        let (cosines, top) = try cosineGradients(
          of: tower.embedding(changed, positions: positions), with: text)
        let last = try tower.poolBackward(top, trace: changed, positions: positions)
        let gradient = try tower.backward(last, from: changed.stages, to: place, trace: changed)
        return (cosines.scalars[0], gradient.values)
      }
    }
  }

  /// The cosine of changed features z with a text [1, E], and ∂cos/∂z.
  func callAsFunction(_ z: Tensor, text: Tensor) throws -> (cosine: Float, gradient: Tensor) {
    try run(z, text)
  }
}

/// A bottleneck for one image and one text: z = λ ⊙ h + (1 − λ) ⊙ ε with λ = σ(α).
///
/// With r = (h − μ) / s, the noise's mean and deviation taken off, a feature's information is
/// KL(N(λ r, (1 − λ)²) ‖ N(0, 1)) = ½ (λ² r² + (1 − λ)² − 1) − log(1 − λ).
struct Bottleneck: Sendable {
  private let tail: BottleneckTail
  private let text: Tensor
  /// μ and s, of each channel.
  private let mean: [Float]
  private let deviation: [Float]

  /// α before the first step: λ = 0.993.
  static let start = 5.0

  init(_ tail: BottleneckTail, text: Tensor, prior: M2IB.Prior) {
    self.tail = tail
    self.text = text
    switch prior {
    case .standard:
      mean = [Float](repeating: 0, count: tail.features.shape[1])
      deviation = [Float](repeating: 1, count: tail.features.shape[1])
    case .features:
      (mean, deviation) = Self.statistics(tail.features)
    }
  }

  /// The mean and standard deviation of each channel; a constant channel's is small but not zero.
  private static func statistics(_ x: Tensor) -> (mean: [Float], deviation: [Float]) {
    let (rows, width) = (x.shape[0], x.shape[1])
    return x.withUnsafeBuffer { source in
      var (means, deviations) = ([Float](), [Float]())
      for c in 0..<width {
        let column = (0..<rows).map { Double(source[$0 * width + c]) }
        let mean = column.reduce(0, +) / Double(rows)
        let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
        means.append(Float(mean))
        deviations.append(Float(max(variance, 1e-5).squareRoot()))
      }
      return (means, deviations)
    }
  }

  /// Σ_c KL of every row of the features in nats, after `steps` steps of Adam.
  func information(
    beta: Double, steps: Int, rate: Double, samples: Int, seed: UInt64, progress: (Int) -> Void
  ) throws -> [Double] {
    let (rows, width) = (tail.features.shape[0], tail.features.shape[1])
    var alpha = [Double](repeating: Self.start, count: rows * width)
    var adam = Adam(count: alpha.count, rate: rate)
    var seeds = RandomStream(seed: seed)
    for step in 1...max(1, steps) {
      let draws = (0..<samples).map { _ in seeds.next() }
      let found = try objective(alpha, beta: beta, noise: draws)
      progress(step)
      if step >= steps {
        return (0..<rows).map { found.information[$0 * width..<($0 + 1) * width].reduce(0, +) }
      }
      adam.step(&alpha, found.gradient)
    }
    return []
  }

  /// What a step sees.
  struct Objective {
    /// β · mean KL − mean cosine.
    var value: Double
    /// Its derivative by α.
    var gradient: [Double]
    /// KL of every feature.
    var information: [Double]
  }

  /// The objective at α, its expectation over the noise taken as the mean of some draws.
  ///
  /// - Parameter noise: a seed for each draw; draws run on all workers and are added up in this order
  func objective(_ alpha: [Double], beta: Double, noise: [UInt64]) throws -> Objective {
    let (count, width) = (alpha.count, tail.features.shape[1])
    let gates = alpha.map { 1 / (1 + exp(-$0)) }
    // 1 − λ without cancellation, where λ is near 1.
    let rests = alpha.map { 1 / (1 + exp($0)) }
    let slopes = TensorStorage(count: noise.count * count)
    let cosines = TensorStorage(count: noise.count)
    try Workers.run(noise.count) { index in
      let base = slopes.pointer + index * count
      var stream = RandomStream(seed: noise[index])
      let z = Tensor(tail.features.shape) { out in
        tail.features.withUnsafeBuffer { h in
          for i in 0..<count {
            let epsilon = mean[i % width] + deviation[i % width] * Float(stream.normal())
            out[i] = Float(gates[i]) * h[i] + Float(rests[i]) * epsilon
            base[i] = h[i] - epsilon
          }
        }
      }
      let (cosine, gradient) = try tail(z, text: text)
      cosines.pointer[index] = cosine
      // ∂cos/∂λ = ∂cos/∂z · (h − ε)
      gradient.withUnsafeBuffer { g in for i in 0..<count { base[i] *= g[i] } }
    }
    var result = Objective(
      value: 0, gradient: [Double](repeating: 0, count: count),
      information: [Double](repeating: 0, count: count))
    for index in noise.indices {
      result.value -= Double(cosines.pointer[index]) / Double(noise.count)
      let base = slopes.pointer + index * count
      for i in 0..<count { result.gradient[i] -= Double(base[i]) / Double(noise.count) }
    }
    let price = beta / Double(count)
    tail.features.withUnsafeBuffer { h in
      for i in 0..<count {
        let (gate, rest) = (gates[i], rests[i])
        let r = Double((h[i] - mean[i % width]) / deviation[i % width])
        let square = gate * gate * r * r + rest * rest
        // −log(1 − λ) = log(1 + e^α)
        let nats = 0.5 * (square - 1) + log1p(exp(-abs(alpha[i]))) + max(alpha[i], 0)
        result.information[i] = nats
        result.value += price * nats
        // ∂λ/∂α = λ (1 − λ)
        let slope = gate * rest
        result.gradient[i] =
          result.gradient[i] * slope + price * (slope * (gate * r * r - rest) + gate)
      }
    }
    withExtendedLifetime((slopes, cosines)) {}
    return result
  }
}

/// Adam (Kingma and Ba 2014, arXiv 1412.6980) with its published constants 0.9, 0.999 and 1e-8.
struct Adam: Sendable {
  private let rate: Double
  private var count = 0
  private var first: [Double]
  private var second: [Double]

  init(count: Int, rate: Double) {
    self.rate = rate
    first = [Double](repeating: 0, count: count)
    second = first
  }

  /// One step down the gradient.
  mutating func step(_ values: inout [Double], _ gradient: [Double]) {
    count += 1
    let (firstShare, secondShare) = (1 - pow(0.9, Double(count)), 1 - pow(0.999, Double(count)))
    for i in values.indices {
      first[i] = 0.9 * first[i] + 0.1 * gradient[i]
      second[i] = 0.999 * second[i] + 0.001 * gradient[i] * gradient[i]
      values[i] -= rate * (first[i] / firstShare) / ((second[i] / secondShare).squareRoot() + 1e-8)
    }
  }
}
