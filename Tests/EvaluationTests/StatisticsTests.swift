import Tensors
import Testing

@testable import Evaluation

@Suite struct StatisticsTests {
  private let labels = ["a", "b"]

  private func rows(_ count: Int, seed: UInt64) throws -> [SampleRows] {
    var stream = RandomStream(seed: seed)
    return try (0..<count).map { index in
      let energies = (0...stream.integer(below: 2)).map { _ in stream.uniform() }
      let cells = [
        0, 0, stream.integer(below: 50), 0, 1, stream.integer(below: 50), 1, 1, stream.integer(below: 50),
      ]
      return SampleRows(
        index: index, identifier: "\(index)",
        outcome: .rows([
          .init(
            measure: "energy",
            row: try Row(["labels": .integers(Array(energies.indices)), "energy": .numbers(energies)])),
          .init(measure: "miou", row: try Row(["cells": .integers(cells)])),
        ]))
    }
  }

  @Test func summariesDoNotDependOnTheOrderOfAppending() throws {
    let samples = try rows(60, seed: 1)
    let measures: [any Measure] = [try EnergyPointing(labels: labels), try SegmentationIoU(labels: labels)]
    for measure in measures {
      let expected = try measure.summary(of: samples.rows(of: measure.name))
      #expect(expected.count == 60)
      for seed in 0..<5 {
        let order = try Tensor.permutation(60, seed: UInt64(seed)).scalars.map { samples[Int($0)] }
        #expect(try measure.summary(of: order.rows(of: measure.name)) == expected)
      }
      let interval = try #require(expected.main?.interval)
      let value = try #require(expected.main?.value)
      #expect(interval.contains(value) && interval.lowerBound < interval.upperBound)
    }
  }

  /// A class on every picture, and one on each alone that is never found: a draw lacks a third of the latter, and a mean
  /// over the classes it has would lie above the value.
  @Test func rareClassesDoNotMoveTheInterval() throws {
    let count = 40
    let measure = try SegmentationIoU(labels: (0...count).map { "class \($0)" })
    let rows = try (1...count).map { try Row(["cells": .integers([0, 0, 50 + $0, $0, 0, 10])]) }
    let found = try measure.summary(of: rows)
    let value = try #require(found.main?.value)
    #expect(abs(value - 2820.0 / 3220 / 41) < 1e-12)
    let interval = try #require(found.main?.interval)
    #expect(interval.contains(value) && interval.lowerBound < interval.upperBound)
    #expect(interval.upperBound - interval.lowerBound < 0.01)
  }

  @Test func sameAtAnyThreadCount() throws {
    let samples = try rows(30, seed: 2)
    let measure = try SegmentationIoU(labels: labels)
    let before = Workers.count
    defer { Workers.count = before }
    Workers.count = 1
    let one = try measure.summary(of: samples.rows(of: "miou"))
    Workers.count = 3
    #expect(try measure.summary(of: samples.rows(of: "miou")) == one)
    let differences = (0..<40).map { Double($0 * 37 % 41) - 19 }
    let many = try SignFlip.test(differences, draws: 3000, seed: 5)
    Workers.count = 1
    #expect(try SignFlip.test(differences, draws: 3000, seed: 5) == many)
  }

  @Test func drawsWholePictures() {
    let bootstrap = Bootstrap(draws: 10, seed: 3)
    let first = bootstrap.weights(draw: 0, samples: 100)
    #expect(first.reduce(0, +) == 100 && first.count == 100)
    #expect(
      first == bootstrap.weights(draw: 0, samples: 100) && first != bootstrap.weights(draw: 1, samples: 100))
    #expect(first != Bootstrap(draws: 10, seed: 4).weights(draw: 0, samples: 100))
    // Fixed for ever: rows summed up on another machine give the same interval.
    #expect(Bootstrap(seed: 0).weights(draw: 0, samples: 8) == [0, 0, 2, 3, 1, 0, 1, 1])
  }

  @Test func intervalOfAMeanIsThatOfTheory() throws {
    // 400 numbers of variance about 1/12: the standard error is 0.0144, the interval ±1.96 of it.
    var stream = RandomStream(seed: 9)
    let values = (0..<400).map { _ in Optional(stream.uniform()) }
    let statistic = Statistic("mean") { weightedMean(values, $0) }
    let found = try Bootstrap(draws: 2000).intervals(of: [statistic], samples: 400)[0]
    let interval = try #require(found)
    #expect(abs((interval.upperBound - interval.lowerBound) - 2 * 1.96 * 0.01443) < 0.004)
    #expect(try Bootstrap().intervals(of: [statistic], samples: 1)[0] == nil)
  }

  @Test func weightsAreRepetitions() throws {
    let samples = try rows(12, seed: 4)
    let measures: [any Measure] = [
      try EnergyPointing(labels: labels), try SegmentationIoU(labels: labels),
    ]
    for measure in measures {
      let rows = samples.rows(of: measure.name)
      let weights = Bootstrap(seed: 1).weights(draw: 0, samples: rows.count)
      let repeated = zip(rows, weights).flatMap { Array(repeating: $0, count: $1) }
      let ones = [Int](repeating: 1, count: repeated.count)
      for (weighted, plain) in zip(try measure.statistics(of: rows), try measure.statistics(of: repeated)) {
        #expect(isClose(weighted.value(weights), plain.value(ones), 1e-12))
      }
    }
    // Rankings with equal scores too.
    var scored: [Row] = []
    for index in 0..<20 {
      let scores = [Double(index % 5), Double(index * 7 % 11)]
      let present = index % 3 == 0 ? [0] : [1]
      let undecided = index == 4 ? [0] : []
      scored.append(
        try Row([
          "scores": .numbers(scores), "present": .integers(present), "undecided": .integers(undecided),
        ]))
    }
    let measure = try MultiLabelPrecision(labels: labels)
    let weights = Bootstrap(seed: 2).weights(draw: 0, samples: 20)
    let repeated = zip(scored, weights).flatMap { Array(repeating: $0, count: $1) }
    let weighted = try measure.statistics(of: scored)[0].value(weights)
    let plain = try measure.statistics(of: repeated)[0].value([Int](repeating: 1, count: 20))
    #expect(weighted != nil && isClose(weighted, plain, 1e-12))
  }

  @Test func comparesTheSameSamples() throws {
    let measure = try EnergyPointing(labels: labels)
    let first = try rows(40, seed: 5)
    let second = Array(try rows(40, seed: 6).dropFirst(4)).map { sample in
      sample.index == 10 ? SampleRows(index: 10, identifier: "10", outcome: .error("failed")) : sample
    }
    let comparison = try PairedComparison(measure, first, second)
    #expect(comparison.count == 35 && comparison.leftOut == 5)
    let back = try PairedComparison(measure, second.reversed(), first)
    #expect(back.meanDifference == comparison.meanDifference.map { -$0 })
    #expect(back.wilcoxon == comparison.wilcoxon)
    #expect(back.signFlip?.p == comparison.signFlip?.p)

    let same = try PairedComparison(measure, first, first)
    #expect(same.meanDifference == 0 && same.wilcoxon == nil && same.signFlip?.p == 1)
    #expect(same.interval == 0...0)

    let better = [Int: Double](uniqueKeysWithValues: (0..<40).map { ($0, 1 + Double($0 % 7)) })
    let worse = better.mapValues { $0 * 0.5 }
    let clear = try PairedComparison(better, worse)
    #expect((clear.wilcoxon?.p ?? 1) < 1e-6 && (clear.signFlip?.p ?? 1) < 1e-3)
    #expect((clear.interval?.lowerBound ?? 0) > 0)

    let none = try PairedComparison([:], better)
    #expect(none.count == 0 && none.leftOut == 40 && none.meanDifference == nil && none.signFlip == nil)
    let renamed = [SampleRows(index: 3, identifier: "other", outcome: .error(""))]
    #expect(problem { _ = try PairedComparison(measure, first, renamed) }?.contains("`other`") == true)
  }
}
