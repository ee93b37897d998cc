import CLIPModels
import Tensors

/// The gradient of cos(image, text) with respect to the input's pixels (Simonyan et al. 2013,
/// arXiv 1312.6034), plain, smoothed or integrated.
///
///     g = mean over j, k of ∂cos/∂x at α_k · (x + n_j)
///
/// - Plain: one point, α = 1 and no noise.
/// - SmoothGrad (Smilkov et al. 2017, arXiv 1706.03825): `smooth` noisy copies, n_j normal with standard
///   deviation `noise` · (max x − min x).
/// - Integrated gradients (Sundararajan et al. 2017, arXiv 1703.01365): `integrate` points α_k = (k − ½) / n on
///   the way from the baseline 0, the mean colour of the model's training data. Times the input they add
///   up to cos(x) − cos(0), the nearer the more steps.
///
/// Both may be given: the mean is then over all points of all copies' ways.
public struct InputGradient: ImageExplainer {
  /// See `ImageExplainer`.
  public static let version = 1

  /// What a pixel's three gradients become.
  public enum Map: String, Sendable, CaseIterable {
    /// Their Euclidean length.
    case magnitude
    /// The largest of their absolute values, as published in 2013.
    case maximum
    /// Σ_c x_c · g_c: signed, with `integrate` integrated gradients themselves.
    case timesInput = "times-input"
  }

  /// What the pixels of a patch become.
  public enum Pooling: String, Sendable, CaseIterable {
    /// Their mean.
    case mean
    /// Their sum.
    case sum
  }

  /// What a pixel's gradients become; nil is `magnitude`, or `timesInput` where `integrate` is given.
  public var map: Map?
  /// What a patch's pixels become.
  public var pooling: Pooling
  /// The noisy copies; 0 takes the input itself. Published: 50.
  public var smooth: Int
  /// The noise's standard deviation as a fraction of the input's range. Published: 0.1 to 0.2.
  public var noise: Double
  /// The points on the way from the baseline; 0 takes the input's own gradient. Published: 20 to 300.
  public var integrate: Int
  /// The seed of the noise.
  public var seed: UInt64

  /// The method with its options.
  public init(
    map: Map? = nil, pooling: Pooling = .mean, smooth: Int = 0, noise: Double = 0.15, integrate: Int = 0,
    seed: UInt64 = 0
  ) {
    self.map = map
    self.pooling = pooling
    self.smooth = smooth
    self.noise = noise
    self.integrate = integrate
    self.seed = seed
  }

  /// `map` with its default filled in.
  public var chosenMap: Map { map ?? (integrate > 0 ? .timesInput : .magnitude) }

  /// One map a text, [T, rows, columns]: of the patches.
  public func maps(_ question: Question) throws -> Tensor {
    try PatchMeans.of(pixelMaps(question), size: question.model.patchSize, sums: pooling == .sum)
  }

  /// One map a text, of the input's pixels: [T, height, width].
  public func pixelMaps(_ question: Question) throws -> Tensor {
    let gradients = try gradients(question)
    let (targets, height, width) = (question.targets, question.pixels.shape[1], question.pixels.shape[2])
    let area = height * width
    let chosen = chosenMap
    return Tensor([targets, height, width]) { out in
      gradients.withUnsafeBuffer { g in
        question.pixels.withUnsafeBuffer { x in
          for t in 0..<targets {
            for i in 0..<area {
              var value: Float = 0
              for c in 0..<3 {
                let slope = g[(t * 3 + c) * area + i]
                switch chosen {
                case .magnitude: value += slope * slope
                case .maximum: value = max(value, abs(slope))
                case .timesInput: value += x[c * area + i] * slope
                }
              }
              out[t * area + i] = chosen == .magnitude ? value.squareRoot() : value
            }
          }
        }
      }
    }
  }

  /// g, the mean gradient with respect to the normalized pixels: [T, 3, height, width].
  public func gradients(_ question: Question) throws -> Tensor {
    try check()
    func gradients(at pixels: Tensor) throws -> Tensor {
      try question.model.pixelGradients(
        image: pixels, texts: question.texts, positions: question.positions
      ).gradients
    }
    let (copies, steps) = (max(1, smooth), max(1, integrate))
    if smooth == 0, integrate == 0 { return try gradients(at: question.pixels) }
    var sum = [Double](repeating: 0, count: question.targets * question.pixels.count)
    var seeds = RandomStream(seed: seed)
    // Nobody asks for these inputs again.
    try WarmWork.$current.withValue(WarmWork(limit: 0, usesDisk: false)) {
      for copy in 0..<copies {
        let input = smooth > 0 ? try noisy(question.pixels, seed: seeds.next()) : question.pixels
        for step in 0..<steps {
          let factor = integrate > 0 ? (Float(step) + 0.5) / Float(steps) : 1
          let found = try gradients(at: factor == 1 ? input : TokenMaps.map(input) { $0 * factor })
          found.withUnsafeBuffer { source in for i in source.indices { sum[i] += Double(source[i]) } }
          question.progress?(copy * steps + step + 1, copies * steps)
        }
      }
    }
    let share = 1 / Double(copies * steps)
    return Tensor([question.targets] + question.pixels.shape, sum.map { Float($0 * share) })
  }

  private func check() throws {
    guard smooth >= 0 else {
      throw ExplanationError(
        "`smooth` must be 0 or a number of noisy copies; found \(smooth)", option: "smooth")
    }
    guard noise >= 0, noise.isFinite else {
      throw ExplanationError("`noise` must be at least 0; found \(noise)", option: "noise")
    }
    guard integrate >= 0 else {
      throw ExplanationError(
        "`integrate` must be 0 or a number of steps; found \(integrate)", option: "integrate")
    }
  }

  /// The input with normal noise of `noise` times its range.
  private func noisy(_ pixels: Tensor, seed: UInt64) throws -> Tensor {
    let (low, high) = pixels.withUnsafeBuffer { ($0.min() ?? 0, $0.max() ?? 0) }
    let deviation = noise * Double(high - low)
    return try TokenMaps.zip(pixels, .normal(pixels.shape, seed: seed, std: deviation)) { $0 + $1 }
  }
}
