import CLIPModels
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Explanations

@Suite("Multi-modal information bottleneck")
struct M2IBTests {
  @Test(
    "equal seeds give equal bits at any number of threads; another seed another map",
    arguments: ["tiny-vit", "tiny-rn"])
  func determinism(name: String) throws {
    let question = try SmallModel(name).question()
    let (one, three) = try withThreads { try M2IB().maps(question) }
    #expect(one == three)
    #expect(one.scalars.allSatisfy { $0 >= 0 && $0.isFinite })
    #expect(try M2IB(seed: 1).maps(question) != one)
  }

  @Test("a map depends on its own text alone")
  func pairs() throws {
    let small = try SmallModel("tiny-vit")
    let both = try M2IB(steps: 4).maps(small.question(labels: 0..<2))
    let second = try M2IB(steps: 4).maps(small.question(labels: 1..<2))
    #expect(both.row(1) == second.row(0))
    #expect(both.row(0) != both.row(1))
  }

  @Test(
    "the tail from the middle is the tower, and its gradient the tower's", arguments: ["tiny-vit", "tiny-rn"])
  func tail(name: String) throws {
    let small = try SmallModel(name)
    let question = try small.question(labels: 0..<1)
    let expected = try small.cosines(question.pixels, question)[0]
    let places = name == "tiny-vit" ? [0, 3, 7] : [1, 3, 4]
    for place in places {
      let tail = try BottleneckTail(question, place: place)
      let (cosine, gradient) = try tail(tail.features, text: question.texts)
      #expect(abs(cosine - expected) < 1e-6)
      #expect(gradient.shape == tail.features.shape)
    }
  }

  @Test("the objective's gradient, by differences", arguments: ["tiny-vit", "tiny-rn"], M2IB.Prior.allCases)
  func gradient(name: String, prior: M2IB.Prior) throws {
    let question = try SmallModel(name).question(labels: 0..<1)
    let tail = try BottleneckTail(question, place: 3)
    let bottleneck = Bottleneck(tail, text: question.texts, prior: prior)
    let count = tail.features.count
    var stream = RandomStream(seed: 4)
    let alpha = (0..<count).map { _ in stream.normal() }
    let noise: [UInt64] = [1, 2, 3]
    // Along random directions up the gradient, so that the difference is large beside the rounding of
    // a cosine and the kinks of a ResNet's activations; with and without the price of information.
    for beta in [0, 0.1] {
      let here = try bottleneck.objective(alpha, beta: beta, noise: noise)
      for _ in 0..<3 {
        let direction = here.gradient.map { abs(stream.normal()) * ($0 < 0 ? -1 : 1) }
        let step = 3e-3
        func value(_ sign: Double) throws -> Double {
          let moved = zip(alpha, direction).map { $0 + sign * step * $1 }
          return try bottleneck.objective(moved, beta: beta, noise: noise).value
        }
        let found = zip(here.gradient, direction).map(*).reduce(0, +)
        let expected = try (value(1) - value(-1)) / (2 * step)
        #expect(abs(found - expected) < 0.01 * found)
      }
    }
  }

  @Test("information in nats, of a feature by hand")
  func information() throws {
    let question = try SmallModel("tiny-vit").question(labels: 0..<1)
    let tail = try BottleneckTail(question, place: 7)
    let bottleneck = Bottleneck(tail, text: question.texts, prior: .standard)
    let alpha = (0..<tail.features.count).map { Double($0 % 41) - 20 }
    let found = try bottleneck.objective(alpha, beta: 0.1, noise: [1]).information
    for (i, h) in tail.features.scalars.enumerated() where alpha[i] < 15 {
      let gate = 1 / (1 + exp(-alpha[i]))
      let (m, s) = (gate * Double(h), 1 - gate)
      let expected = 0.5 * (s * s + m * m - 1) - log(s)
      #expect(abs(found[i] - expected) < 1e-6 * max(1, expected))
    }
    #expect(found.allSatisfy { $0.isFinite && $0 > -1e-12 })
  }

  @Test("steps lower the objective, and a higher price leaves less information")
  func learning() throws {
    let question = try SmallModel("tiny-vit").question(labels: 0..<1)
    let sums = try [0.01, 10].map { beta in
      try M2IB(beta: beta).maps(question).scalars.reduce(0, +)
    }
    #expect(sums[1] < 0.5 * sums[0])
    let first = try M2IB(steps: 1).maps(question)
    let tail = try BottleneckTail(question, place: 7)
    let bottleneck = Bottleneck(tail, text: question.texts, prior: .standard)
    let start = [Double](repeating: Bottleneck.start, count: tail.features.count)
    let before = try bottleneck.objective(start, beta: 0.1, noise: [1])
    // The first step's map is that of the α it began with.
    let rows = (1..<17).map { before.information[$0 * 128..<($0 + 1) * 128].reduce(0, +) }
    #expect(relativeError(first, Tensor([1, 4, 4], rows.map { Float($0) })) < 1e-6)
    var alpha = start
    var adam = Adam(count: alpha.count, rate: 1)
    for seed in 0..<10 {
      adam.step(&alpha, try bottleneck.objective(alpha, beta: 0.1, noise: [UInt64(seed)]).gradient)
    }
    let fresh = (100..<116).map { UInt64($0) }
    let after = try bottleneck.objective(alpha, beta: 0.1, noise: fresh).value
    #expect(after < before.value)
  }

  @Test("Adam's published steps")
  func adam() {
    // The first step is the rate along the sign; with g = 1, 2, … by hand from the paper's algorithm.
    var values = [0.0, 0.0]
    var adam = Adam(count: 2, rate: 0.5)
    adam.step(&values, [1e-3, -4])
    #expect(abs(values[0] + 0.5) < 1e-5 && abs(values[1] - 0.5) < 1e-8)
    adam.step(&values, [0, -2])
    let m = (0.9 * 0.1 * -4 + 0.1 * -2) / (1 - 0.81)
    let v = (0.999 * 0.001 * 16 + 0.001 * 4) / (1 - 0.999 * 0.999)
    #expect(abs(values[1] - (0.5 - 0.5 * m / (v.squareRoot() + 1e-8))) < 1e-8)
  }

  @Test("published places, and those that cannot be")
  func places() throws {
    let vit = try SmallModel("tiny-vit")
    let resNet = try SmallModel("tiny-rn")
    #expect(try M2IB().place(in: vit.model) == 7)
    #expect(try M2IB(layer: -2).place(in: vit.model) == 7)
    #expect(try M2IB().place(in: resNet.model) == 3)
    #expect(try M2IB(layer: -1).place(in: resNet.model) == 4)
    for layer in [0, 8, 9, -1, -9] {
      let error = #expect(throws: ExplanationError.self) { try M2IB(layer: layer).place(in: vit.model) }
      #expect(error?.option == "layer")
    }
    // A ResNet's earlier stages have finer grids.
    let question = try resNet.question(labels: 0..<1)
    let grid = question.rows
    #expect(try M2IB(layer: 4, steps: 2).maps(question).shape == [1, grid, grid])
    #expect(try M2IB(layer: 2, steps: 2).maps(question).shape == [1, 4 * grid, 4 * grid])
  }

  @Test("options out of range are named")
  func options() throws {
    let question = try SmallModel("tiny-vit").question()
    for (explainer, option) in [
      (M2IB(beta: -1), "beta"), (M2IB(beta: .nan), "beta"), (M2IB(steps: 0), "steps"),
      (M2IB(rate: 0), "rate"), (M2IB(samples: 0), "samples"),
    ] {
      let error = #expect(throws: ExplanationError.self) { try explainer.maps(question) }
      #expect(error?.option == option)
    }
  }
}
