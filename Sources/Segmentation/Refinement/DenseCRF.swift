import Imaging
import Tensors

/// A fully connected conditional random field (Krähenbühl, Koltun, "Efficient Inference in Fully Connected CRFs with
/// Gaussian Edge Potentials", NIPS 2011), solved by mean field with Potts compatibility.
///
/// Q_i(l) ∝ exp(−U_i(l) + Σ_m w_m Σ_j k̃_m(i, j) Q_j(l)) with two kernels: over position and colour,
/// exp(−|p_i − p_j|²/2θ_α² − |I_i − I_j|²/2θ_β²), by a permutohedral lattice (an approximation), and over position alone,
/// exp(−|p_i − p_j|²/2θ_γ²), by convolution up to 4θ_γ. Both are normalized symmetrically,
/// k̃(i, j) = k(i, j)/√(Σ k(i, ·) Σ k(·, j)), and include j = i, as in the authors' program.
public struct DenseCRF: Hashable, Sendable {
  /// What the maps say of a pixel's label.
  public enum Unary: Hashable, Sendable {
    /// The labels compete: P is the softmax over them with this temperature; U = −log P.
    case softmax(temperature: Float)
    /// Each map is a probability in 0…1 (others are limited to it) of its label against everything else, on its own.
    case independent
  }

  /// What the maps mean.
  public var unary: Unary
  /// The weight of the kernel over position and colour.
  public var appearanceWeight: Double
  /// θ_α: its reach, in pixels.
  public var appearanceReach: Double
  /// θ_β: how far colours may differ, in 8-bit steps.
  public var colourRange: Double
  /// The weight of the kernel over position alone.
  public var smoothnessWeight: Double
  /// θ_γ: its reach, in pixels.
  public var smoothnessReach: Double
  /// Steps of mean field.
  public var iterations: Int

  /// A field; the defaults are those that users of the authors' program start from.
  public init(
    unary: Unary = .independent, appearanceWeight: Double = 10, appearanceReach: Double = 80,
    colourRange: Double = 13, smoothnessWeight: Double = 3, smoothnessReach: Double = 3, iterations: Int = 5
  ) {
    self.unary = unary
    self.appearanceWeight = appearanceWeight
    self.appearanceReach = appearanceReach
    self.colourRange = colourRange
    self.smoothnessWeight = smoothnessWeight
    self.smoothnessReach = smoothnessReach
    self.iterations = iterations
  }

  /// The probability that an independent map gives at least and, from 1, at most.
  static let certainty: Float = 1e-5

  /// The probabilities of maps [labels, height, width] over the pixels of `guide` after mean field. Throws
  /// `ImageError.invalid` for maps of another size or not finite, or options out of range; `Interrupted`.
  public func refined(_ maps: Tensor, guide: Image) throws -> Tensor {
    let labels = try Refinement.check(maps, guide: guide, operation: "dense crf")
    try check(guide)
    var kernels: [any PairwiseKernel] = []
    if smoothnessWeight > 0 {
      kernels.append(
        GaussianKernel(
          width: guide.width, height: guide.height, deviation: smoothnessReach, weight: smoothnessWeight))
    }
    if appearanceWeight > 0 {
      kernels.append(
        try LatticeKernel(
          guide: guide, reach: appearanceReach, colourRange: colourRange, weight: appearanceWeight))
    }
    let inference = try MeanField(kernels: kernels, labels: labels, width: guide.width, height: guide.height)
    switch unary {
    case .softmax(let temperature):
      return try inference.competing(maps, temperature: temperature, iterations: iterations)
    case .independent: return try inference.independent(maps, iterations: iterations)
    }
  }

  private func check(_ guide: Image) throws(ImageError) {
    func wrong(_ reason: String) -> ImageError { .invalid(operation: "dense crf", reason: reason) }
    if case .softmax(let t) = unary, !(t > 0 && t.isFinite) {
      throw wrong("the temperature is \(t); it is a number above 0")
    }
    for (name, value) in [("appearance", appearanceWeight), ("smoothness", smoothnessWeight)]
    where !(value >= 0 && value.isFinite) {
      throw wrong("the weight of \(name) is \(value); it is a number from 0")
    }
    guard (0...1000).contains(iterations) else {
      throw wrong("there are \(iterations) iterations; they go from 0 to 1000")
    }
    for (name, value) in [
      ("reach of appearance", appearanceReach), ("range of colours", colourRange),
      ("reach of smoothness", smoothnessReach),
    ] where !(value > 0 && value.isFinite) {
      throw wrong("the \(name) is \(value); it is a number above 0")
    }
    // The lattice's coordinates have 16 bits.
    let least = Double(max(guide.width, guide.height)) / 4000
    guard appearanceReach >= least else {
      throw wrong("the reach of appearance is \(appearanceReach); here at least \(least)")
    }
    guard colourRange >= 0.1 else {
      throw wrong("the range of colours is \(colourRange); it is at least 0.1")
    }
    guard smoothnessReach <= 1000 else {
      throw wrong("the reach of smoothness is \(smoothnessReach); it is at most 1000")
    }
  }
}
