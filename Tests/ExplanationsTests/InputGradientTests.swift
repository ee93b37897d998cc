import CLIPModels
import Tensors
import TestSupport
import Testing

@testable import Explanations

@Suite("Gradients of the input")
struct InputGradientTests {
  @Test("the reference gradient, and its magnitude on pixels and patches", arguments: ["cat", "coffee"])
  func golden(image: String) throws {
    let small = try SmallModel("tiny-vit")
    let question = try small.question(image, labels: 0..<1)
    let expected = try small.array("\(image)/others/pixel_gradient")
    #expect(relativeError(try InputGradient().gradients(question).row(0), expected) <= 1e-4)
    let g = expected.scalars
    let x = question.pixels.scalars
    for map in InputGradient.Map.allCases {
      let pixels = (0..<4096).map { i -> Float in
        let slopes = (0..<3).map { g[$0 * 4096 + i] }
        switch map {
        case .magnitude: return slopes.reduce(0) { $0 + $1 * $1 }.squareRoot()
        case .maximum: return slopes.map { abs($0) }.max() ?? 0
        case .timesInput: return (0..<3).reduce(0) { $0 + x[$1 * 4096 + i] * slopes[$1] }
        }
      }
      let found = try InputGradient(map: map).pixelMaps(question)
      #expect(relativeError(found, Tensor([1, 64, 64], pixels)) <= 2e-4, "\(map)")
      var sums = [Double](repeating: 0, count: 16)
      for i in pixels.indices { sums[i / 64 / 16 * 4 + i % 64 / 16] += Double(pixels[i]) }
      let summed = try InputGradient(map: map, pooling: .sum).maps(question)
      #expect(relativeError(summed, Tensor([1, 4, 4], sums.map { Float($0) })) <= 2e-4, "\(map)")
      let mean = try InputGradient(map: map).maps(question)
      #expect(relativeError(mean, Tensor([1, 4, 4], sums.map { Float($0 / 256) })) <= 2e-4, "\(map)")
    }
  }

  /// |Σ attributions − (cos(x) − cos(0))| over the largest such difference.
  private func incompleteness(_ small: SmallModel, _ question: Question, steps: Int) throws -> Float {
    let maps = try InputGradient(pooling: .sum, integrate: steps).maps(question)
    let here = try small.cosines(question.pixels, question)
    let there = try small.cosines(Tensor(question.pixels.shape, repeating: 0), question)
    let differences = zip(here, there).map { $0 - $1 }
    let errors = (0..<question.targets).map { t in
      abs(maps.row(t).scalars.reduce(0, +) - differences[t])
    }
    return (errors.max() ?? 0) / (differences.map { abs($0) }.max() ?? 1)
  }

  @Test("integrated gradients add up to the difference of cosines", arguments: ["tiny-vit", "tiny-rn"])
  func completeness(name: String) throws {
    let small = try SmallModel(name)
    let question = try small.question(labels: 0..<4)
    let coarse = try incompleteness(small, question, steps: 8)
    let fine = try incompleteness(small, question, steps: 128)
    #expect(fine < 0.01)
    #expect(fine < coarse)
  }

  @Test("noise of nothing is the plain gradient; noise changes it, the same for equal seeds")
  func smoothing() throws {
    let question = try SmallModel("tiny-vit").question()
    let plain = try InputGradient().gradients(question)
    let still = try InputGradient(smooth: 3, noise: 0).gradients(question)
    #expect(relativeError(still, plain) < 1e-6)
    let smooth = InputGradient(smooth: 4, noise: 0.1, seed: 7)
    let (one, three) = try withThreads { try smooth.gradients(question) }
    #expect(one == three)
    #expect(relativeError(one, plain) > 0.01)
    #expect(try InputGradient(smooth: 4, noise: 0.1, seed: 8).gradients(question) != one)
  }

  @Test("the mean over noisy copies, made again one by one")
  func smoothingByHand() throws {
    let question = try SmallModel("tiny-vit").question()
    let x = question.pixels.scalars
    let range = Double((x.max() ?? 0) - (x.min() ?? 0))
    var seeds = RandomStream(seed: 2)
    var sum = [Double](repeating: 0, count: 2 * x.count)
    for _ in 0..<3 {
      let noise = try Tensor.normal([3, 64, 64], seed: seeds.next(), std: 0.2 * range).scalars
      let copy = try Question(
        model: question.model, pixels: Tensor([3, 64, 64], zip(x, noise).map { $0 + $1 }),
        texts: question.texts)
      for (i, value) in try InputGradient().gradients(copy).scalars.enumerated() {
        sum[i] += Double(value) / 3
      }
    }
    let found = try InputGradient(smooth: 3, noise: 0.2, seed: 2).gradients(question)
    #expect(relativeError(found, Tensor([2, 3, 64, 64], sum.map { Float($0) })) < 1e-5)
  }

  @Test(
    "where nothing but one patch is not the baseline, integrated gradients lie in it",
    arguments: ["tiny-vit", "tiny-rn"])
  func planted(name: String) throws {
    let small = try SmallModel(name)
    let question = try small.planted(row: 1, column: 2)
    let map = try InputGradient(pooling: .sum, integrate: 64).maps(question).row(0)
    #expect(peak(map) == [1, 2])
    #expect(map.scalars.filter { $0 != 0 }.count == 1)
  }

  @Test("options out of range are named")
  func options() throws {
    let question = try SmallModel("tiny-vit").question()
    for (explainer, option) in [
      (InputGradient(smooth: -1), "smooth"), (InputGradient(smooth: 2, noise: -1), "noise"),
      (InputGradient(smooth: 2, noise: .infinity), "noise"), (InputGradient(integrate: -1), "integrate"),
    ] {
      let error = #expect(throws: ExplanationError.self) { try explainer.maps(question) }
      #expect(error?.option == option)
    }
  }
}
