import CLIPModels
import Synchronization
import Tensors

/// RISE (Petsiuk et al. 2018, arXiv 1806.07421): the input is shown through many random masks; a place is
/// worth the mean of the cosines of the masks that let it through.
///
///     map_i = 1 / (n · p) · Σ_k (cos(x ⊙ M_k, text) − c̄) · M_k(i),   c̄ = the mean of the n cosines
///
/// The model is only looked at from outside: any image tower will do. A masked pixel becomes 0 of the
/// normalized input, the mean colour of the model's training data, as in the released program. Maps are
/// means over patches. All texts are scored from the same masked images.
///
/// The published sum has no c̄ (`isCentered: false`). Its expectation differs by a constant only, but its
/// noise is larger by the ratio of a cosine to the cosine's spread, about ten on CLIP: the published sum
/// weighs probabilities, which are near zero where the mask hides the object, and cosines are not.
///
/// Masks end early when the maps have settled (`Agreement`): after 256, 384, 512, 768, 1024, 1536, … masks a
/// bound is computed that the correlation of each map with that of endless masks exceeds with a confidence
/// of 99 %; where it is at least 1 − `settle` for every text, the maps are done. `settle: 0` switches this
/// off. A map that ended at n masks is, bit for bit, that of `samples: n`.
public struct RISE: ImageExplainer {
  /// See `ImageExplainer`.
  public static let version = 1

  /// The most masks. Published: 4000 for VGG-16, 8000 for ResNet-50.
  public var samples: Int
  /// The cells of a mask along each side. Published: 7.
  public var cells: Int
  /// The probability that a cell is let through. Published: 0.5.
  public var visible: Double
  /// The seed of the masks.
  public var seed: UInt64
  /// How far below 1 the correlation with the map of endless masks may end, with 99 % confidence; 0 uses
  /// all masks.
  public var settle: Double
  /// Whether the mean cosine is taken off before the sum.
  public var isCentered: Bool

  /// The method with its options.
  public init(
    samples: Int = 1000, cells: Int = 7, visible: Double = 0.5, seed: UInt64 = 0, settle: Double = 0.05,
    isCentered: Bool = true
  ) {
    self.samples = samples
    self.cells = cells
    self.visible = visible
    self.seed = seed
    self.settle = settle
    self.isCentered = isCentered
  }

  /// Maps, and what they took.
  public struct Outcome: Sendable {
    /// [T, rows, columns]
    public let maps: Tensor
    /// The masks that were used.
    public let samples: Int
    /// Of the least settled map: what its correlation with that of endless masks exceeds, with 99 %
    /// confidence; 0 below 2 masks a group (see `Agreement`).
    public let agreement: Double
  }

  /// One map a text, [T, rows, columns]: of the patches.
  public func maps(_ question: Question) throws -> Tensor { try explain(question).maps }

  /// Masks that are shown between two looks at the sums.
  static let batch = 64
  /// The groups that masks are dealt into, one after the other.
  static let groups = 16

  /// Whether it is looked how settled the maps are after `masks` of them: two looks each time the number
  /// doubles. Were it at every mask, the luckiest moment would be found.
  static func isCheckpoint(_ masks: Int) -> Bool {
    masks >= 256 && (masks & (masks - 1) == 0 || (masks % 3 == 0 && (masks / 3) & (masks / 3 - 1) == 0))
  }

  /// The maps with the number of masks that they took.
  public func explain(_ question: Question) throws -> Outcome {
    try check(height: question.pixels.shape[1], width: question.pixels.shape[2])
    var masks = masks(for: question)
    let outcome = try explain(targets: question.targets, patches: question.rows * question.columns) {
      done, count in
      try scores(of: masks.next(count), done: done, question)
    }
    question.progress?(samples, samples)
    return Outcome(
      maps: outcome.maps.reshaped([question.targets, question.rows, question.columns]),
      samples: outcome.samples, agreement: outcome.agreement)
  }

  /// Maps [T, patches] of masks that `next` gives the scores of: of the next so many, told how many were.
  func explain(
    targets: Int, patches: Int, next: (_ done: Int, _ count: Int) throws -> MaskScores
  ) throws -> Outcome {
    var groups = [MaskSums](repeating: MaskSums(targets: targets, patches: patches), count: Self.groups)
    var done = 0
    while done < samples {
      let count = min(Self.batch, samples - done)
      let seen = try next(done, count)
      // In the masks' order, whichever thread was first.
      for index in 0..<count { groups[(done + index) % Self.groups].add(seen, index) }
      done += count
      if settle > 0, Self.isCheckpoint(done), done < samples, agreement(groups) >= 1 - settle { break }
    }
    let map = groups.dropFirst().reduce(groups[0]) { $0.adding($1) }
      .map(visible: visible, isCentered: isCentered)
    return Outcome(
      maps: Tensor([targets, patches], map.map { Float($0) }), samples: done, agreement: agreement(groups))
  }

  /// The masks that a question is shown through.
  func masks(for question: Question) -> RandomMasks {
    RandomMasks(
      cells: cells, visible: visible, height: question.pixels.shape[1], width: question.pixels.shape[2],
      seed: seed)
  }

  private func check(height: Int, width: Int) throws {
    guard samples >= 1 else {
      throw ExplanationError("`samples` must be at least 1; found \(samples)", option: "samples")
    }
    guard cells >= 1, cells <= min(height, width) else {
      throw ExplanationError(
        "`cells` must be 1 to \(min(height, width)), the input's shorter side in pixels; found \(cells)",
        option: "cells")
    }
    guard visible > 0, visible < 1 else {
      throw ExplanationError("`visible` must be between 0 and 1; found \(visible)", option: "visible")
    }
    guard settle >= 0, settle < 1 else {
      throw ExplanationError(
        "`settle` must be at least 0 and below 1; found \(settle)", option: "settle",
        hint:
          "0 uses all masks; 0.05 ends when the map's correlation with that of endless masks is 0.95 or more")
    }
  }

  /// The cosines of some masked images with all texts, one image a worker.
  func scores(of masks: [RandomMask], done: Int, _ question: Question) throws -> MaskScores {
    let (targets, patches) = (question.targets, question.rows * question.columns)
    let cosines = TensorStorage(count: masks.count * targets)
    let means = TensorStorage(count: masks.count * patches)
    // Nobody asks for these images again.
    let forgotten = WarmWork(limit: 0, usesDisk: false)
    let finished = Atomic<Int>(done)
    try Workers.run(masks.count) { index in
      let mask = masks[index].pixels()
      let embedding = try WarmWork.$current.withValue(forgotten) {
        try question.model.encode(
          image: Self.masked(question.pixels, mask), positions: question.positions)
      }
      let found = try linear(
        question.texts, weight: normalizedRows(embedding.reshaped([1, embedding.count])))
      found.withUnsafeBuffer { source in
        for t in 0..<targets { cosines.pointer[index * targets + t] = source[t] }
      }
      let cover = try PatchMeans.of(
        mask.reshaped([1] + mask.shape), size: question.model.patchSize)
      cover.withUnsafeBuffer { source in
        for i in 0..<patches { means.pointer[index * patches + i] = source[i] }
      }
      question.progress?(finished.add(1, ordering: .relaxed).newValue, samples)
    }
    return MaskScores(
      cosines: Tensor(shape: [masks.count, targets], storage: cosines),
      means: Tensor(shape: [masks.count, patches], storage: means))
  }

  /// Every channel times the mask.
  private static func masked(_ pixels: Tensor, _ mask: Tensor) -> Tensor {
    Tensor(pixels.shape) { out in
      pixels.withUnsafeBuffer { source in
        mask.withUnsafeBuffer { mask in
          let area = mask.count
          for c in 0..<source.count / area {
            for i in 0..<area { out[c * area + i] = source[c * area + i] * mask[i] }
          }
        }
      }
    }
  }

  /// What the correlation of the least settled map with that of endless masks exceeds; 0 where a group has
  /// not two masks.
  private func agreement(_ groups: [MaskSums]) -> Double {
    guard groups.allSatisfy({ $0.count > 1 }) else { return 0 }
    let maps = groups.map { $0.map(visible: visible, isCentered: isCentered) }
    let patches = groups[0].patches
    return stride(from: 0, to: maps[0].count, by: patches).reduce(1) { least, start in
      min(least, Agreement(ofMaps: maps.map { $0[start..<start + patches] }).bound)
    }
  }
}

/// What some masks gave.
struct MaskScores {
  /// [masks, T]
  let cosines: Tensor
  /// The masks' means over patches [masks, patches].
  let means: Tensor
}

/// Sums over masks, in double and in the masks' order.
struct MaskSums {
  let targets: Int
  let patches: Int
  /// The masks.
  private(set) var count = 0
  /// Σ_k cos_k, of each text.
  private var cosines: [Double]
  /// Σ_k M_k(i).
  private var masks: [Double]
  /// Σ_k cos_k · M_k(i): [T · patches].
  private var products: [Double]

  init(targets: Int, patches: Int) {
    (self.targets, self.patches) = (targets, patches)
    cosines = [Double](repeating: 0, count: targets)
    masks = [Double](repeating: 0, count: patches)
    products = [Double](repeating: 0, count: targets * patches)
  }

  /// One more mask.
  mutating func add(_ scores: MaskScores, _ index: Int) {
    count += 1
    scores.means.withUnsafeBuffer { means in
      scores.cosines.withUnsafeBuffer { found in
        for i in 0..<patches { masks[i] += Double(means[index * patches + i]) }
        for t in 0..<targets {
          let cosine = Double(found[index * targets + t])
          cosines[t] += cosine
          for i in 0..<patches { products[t * patches + i] += cosine * Double(means[index * patches + i]) }
        }
      }
    }
  }

  func adding(_ other: MaskSums) -> MaskSums {
    var sum = self
    sum.count += other.count
    for t in cosines.indices { sum.cosines[t] += other.cosines[t] }
    for i in masks.indices { sum.masks[i] += other.masks[i] }
    for i in products.indices { sum.products[i] += other.products[i] }
    return sum
  }

  /// The maps of these masks: [T · patches].
  func map(visible: Double, isCentered: Bool) -> [Double] {
    let share = 1 / (Double(max(1, count)) * visible)
    return products.indices.map { index in
      let mean = isCentered ? cosines[index / patches] / Double(max(1, count)) : 0
      return (products[index] - mean * masks[index % patches]) * share
    }
  }
}
