import CLIPModels
import Tensors

/// The multi-modal information bottleneck (Wang et al. 2023, arXiv 2312.17174): for one image and one text,
/// which features the model needs to see them as close as it does.
///
/// After one block the tokens h become z = λ ⊙ h + (1 − λ) ⊙ ε, ε normal noise: λ = 1 lets a feature through,
/// 0 replaces it by noise. λ = σ(α), a number for every token and channel, is found by Adam:
///
///     minimize  β · mean KL(p(z | h) ‖ q(z)) − cos(image(z), text),   map_i = Σ_c KL_ic
///
/// where q is the noise's distribution. The map is in nats a patch, never negative; the class token has a
/// bottleneck too and is left out of it.
///
/// Published values (the released program with its demonstration's settings): after block 10 of 12 of
/// ViT-B (index 9 from 0), β 0.1, 10 steps of Adam at rate 1, α = 5 at first, 10 noise samples a step,
/// standard normal noise, the KL's mean over tokens and channels in the objective, the map from the last
/// step's forward pass, before its update. At other depths the block is the nearest to 10/12 of them.
/// A ResNet is not in the paper: the features after stage 3 of 4 take the tokens' place.
public struct M2IB: ImageExplainer {
  /// See `ImageExplainer`.
  public static let version = 1

  /// Each text has a bottleneck of its own.
  public var mapsStandAlone: Bool { true }

  /// The distribution of the noise.
  public enum Prior: String, Sendable, CaseIterable {
    /// Mean 0, standard deviation 1, as in the released program.
    case standard
    /// Each channel's own mean and deviation over the tokens, as the bottleneck was first
    /// proposed (Schulz et al. 2020, arXiv 2001.00396), there from a data set.
    case features
  }

  /// The block that the bottleneck follows: 1 is the first, −1 the last; of a ResNet the stage. Nil is the
  /// published one. The last block of a ViT has nothing behind it that reads patches.
  public var layer: Int?
  /// β, the price of a nat.
  public var beta: Double
  /// Adam's steps.
  public var steps: Int
  /// Adam's rate.
  public var rate: Double
  /// The noise samples that a step's gradient is the mean of.
  public var samples: Int
  /// The distribution of the noise.
  public var prior: Prior
  /// The seed of the noise. It begins anew for each text, whose map does not depend on the others.
  public var seed: UInt64

  /// The method with its options.
  public init(
    layer: Int? = nil, beta: Double = 0.1, steps: Int = 10, rate: Double = 1, samples: Int = 10,
    prior: Prior = .standard, seed: UInt64 = 0
  ) {
    self.layer = layer
    self.beta = beta
    self.steps = steps
    self.rate = rate
    self.samples = samples
    self.prior = prior
    self.seed = seed
  }

  /// One map a text, [T, rows, columns]: of the patches, or of a ResNet stage's positions.
  public func maps(_ question: Question) throws -> Tensor {
    try check()
    let place = try place(in: question.model)
    let tail = try BottleneckTail(question, place: place)
    let positions = tail.features.shape[0] - (tail.hasClassToken ? 1 : 0)
    let targets = question.targets
    let maps = TensorStorage(count: targets * positions)
    for t in 0..<targets {
      let bottleneck = Bottleneck(tail, text: question.texts.rows(t..<t + 1), prior: prior)
      let information = try bottleneck.information(
        beta: beta, steps: steps, rate: rate, samples: samples, seed: seed
      ) { question.progress?(t * steps + $0, targets * steps) }
      for (i, value) in information.suffix(positions).enumerated() {
        maps.pointer[t * positions + i] = Float(value)
      }
    }
    return Tensor(shape: [targets, tail.rows, tail.columns], storage: maps)
  }

  /// The block or stage that the bottleneck follows, from 1.
  public func place(in model: CLIPModel) throws -> Int {
    let count = model.layerCount
    let published = model.isTransformer ? min((10 * count + 6) / 12, count - 1) : (3 * count + 2) / 4
    guard let layer else { return max(model.isTransformer ? 0 : 1, published) }
    let place = try Explanations.layer(layer, of: count, option: "layer", model: model)
    if model.isTransformer, place == count {
      throw ExplanationError(
        "after block \(count) of \(model.name), its last, nothing reads the patches", option: "layer",
        hint: "the published place is after block \(max(0, published))")
    }
    return place
  }

  private func check() throws {
    guard beta >= 0, beta.isFinite else {
      throw ExplanationError("`beta` must be at least 0; found \(beta)", option: "beta")
    }
    guard steps >= 1 else {
      throw ExplanationError("`steps` must be at least 1; found \(steps)", option: "steps")
    }
    guard rate > 0, rate.isFinite else {
      throw ExplanationError("`rate` must be greater than 0; found \(rate)", option: "rate")
    }
    guard samples >= 1 else {
      throw ExplanationError("`samples` must be at least 1; found \(samples)", option: "samples")
    }
  }
}
