import Imaging
import Segmentation
import Tensors
import Testing

@testable import Evaluation

@Suite struct MeasureTests {
  private let labels = ["cat", "dog", "owl"]

  private func truth(_ masks: [(String, String)], ignored: String? = nil) throws -> Truth {
    try Truth(
      masks: masks.map { LabelledMask(label: $0.0, mask: try Mask(rows: $0.1)) },
      ignored: try ignored.map { try Mask(rows: $0) })
  }

  @Test func firstOfEqualPeaksCounts() throws {
    let game = try PointingGame(labels: labels)
    let values: [Float] = [0, 1, 0, 1]
    func hits(_ mask: String, ignored: String? = nil) throws -> [Int] {
      try game.row(Output(maps: try maps("cat", 2, values)), try truth([("cat", mask)], ignored: ignored))
        .integers("hits")
    }
    #expect(try hits("01 00") == [1])
    #expect(try hits("00 01") == [0])
    // An ignored peak is none.
    #expect(try hits("00 01", ignored: "01 00") == [1])
    // A label without a pixel says nothing.
    #expect(try hits("00 00") == [])
  }

  @Test func toleranceIsADistance() throws {
    let values = [Float](repeating: 0, count: 24) + [1]
    for (tolerance, expected) in [(0.0, 0), (1.4, 0), (1.42, 1), (1000.0, 1)] {
      let game = try PointingGame(labels: labels, tolerance: tolerance)
      let row = try game.row(
        Output(maps: try maps("dog", 5, values)), try truth([("dog", "00000 00000 00000 00010 00000")]))
      #expect(try row.integers("hits") == [expected] && row.integers("labels") == [1])
    }
    #expect(throws: EvaluationError.self) { try PointingGame(labels: labels, tolerance: -1) }
    #expect(throws: EvaluationError.self) { try PointingGame(labels: labels, tolerance: .nan) }
  }

  @Test func pictureThatTheObjectFillsHasNoContrast() throws {
    let measure = try ForegroundContrast(labels: labels)
    let output = Output(
      maps: try LabelledMaps(labels: ["cat", "dog"], values: Tensor([2, 1, 2], [1, 0, 0.25, 0.75])))
    let row = try measure.row(output, try truth([("cat", "11"), ("dog", "01")]))
    #expect(try row.integers("labels") == [1] && row.numbers("contrast") == [50])
    let empty = try measure.row(output, try truth([("cat", "11")]))
    #expect(try measure.values(of: [row, empty]) == [50, nil])
    let summary = try measure.summary(of: [row, empty])
    #expect(summary.count == 1 && summary.main?.value == 50)
  }

  @Test func pairsAreMeans() throws {
    let measure = try EnergyPointing(labels: labels)
    let rows = [
      try Row(["labels": .integers([0, 1]), "energy": .numbers([0.5, 1])]),
      try Row(["labels": .integers([0]), "energy": .numbers([0])]),
      try Row(["labels": .integers([]), "energy": .numbers([])]),
    ]
    let summary = try measure.summary(of: rows)
    #expect(summary.count == 2 && summary.estimates.map(\.name) == ["mean", "classes"])
    #expect(summary.estimates[0].value == 0.5 && summary.estimates[1].value == 0.625)
    #expect(try measure.values(of: rows) == [0.75, 0, nil])
    let none = try measure.summary(of: [])
    #expect(none.count == 0 && none.main?.value == nil && none.main?.interval == nil)
  }

  @Test func smallerMaskLiesOnTop() throws {
    let measure = try SegmentationIoU(labels: labels)
    let output = try LabelMap(
      width: 4, height: 1, classes: [0, 1, 1, LabelMap.ignored], labels: ["cat", "dog"])
    let row = try measure.row(Output(labelMap: output), try truth([("cat", "1110"), ("dog", "0100")]))
    // Pixels: cat as cat, dog as dog, cat as dog; the last is ignored, as no mask holds it.
    #expect(try row.integers("cells") == [0, 0, 1, 0, 1, 1, 1, 1, 1])
    let withBackground = try SegmentationIoU(labels: ["nothing"] + labels, background: "nothing")
    let other = try withBackground.row(
      Output(labelMap: output), try truth([("cat", "1110"), ("dog", "0100")]))
    #expect(try other.integers("cells") == [0, 0, 1, 1, 1, 1, 1, 2, 1, 2, 2, 1])
    #expect(throws: EvaluationError.self) { try SegmentationIoU(labels: labels, background: "sky") }
  }

  @Test func pixelOfNoClassIsWrong() throws {
    let measure = try SegmentationIoU(labels: labels)
    let output = try LabelMap(width: 2, height: 1, classes: [0, LabelMap.ignored], labels: labels)
    let row = try measure.row(Output(labelMap: output), try truth([("cat", "11")]))
    #expect(try row.integers("cells") == [0, 0, 1, 0, 3, 1])
    #expect(try measure.classIoU(of: [row]) == [0.5, nil, nil])
  }

  @Test func labelWithoutAMaskHasNoOverlap() throws {
    let measure = try MaskIoU(labels: labels)
    let output = Output(masks: [LabelledMask(label: "cat", mask: try Mask(rows: "1100"))])
    let row = try measure.row(output, try truth([("cat", "0110"), ("dog", "0001")]))
    #expect(try row.integers("intersections") == [1, 0] && row.integers("unions") == [3, 1])
    #expect(try measure.summary(of: [row]).estimates.map(\.value) == [1.0 / 6, 1.0 / 6, 0.25])
  }

  @Test func noiseIsSeededAndOfThePicture() throws {
    let picture = try Image(width: 4, height: 4, bytes: (0..<48).map { UInt8($0) })
    let other = try Image(width: 4, height: 4, bytes: (0..<48).map { UInt8($0 + 1) })
    func last(_ picture: Image, seed: UInt64) throws -> [Double] {
      let output = Output(
        maps: try maps("cat", 4, (0..<16).map { Float($0) }), picture: picture,
        score: { pictures, label in
          #expect(label == "cat")
          return pictures.map { Double($0.bytes.reduce(0) { $0 + Int($1) }) }
        })
      let measure = try Perturbation.released(.deletion, labels: labels, seed: seed)
      return try measure.row(output, try Truth(present: ["cat"])).numbers("scores")
    }
    let scores = try last(picture, seed: 1)
    #expect(scores.count == 11 && scores[0] == Double(47 * 24))
    #expect(try last(picture, seed: 1) == scores)
    #expect(try last(picture, seed: 2) != scores)
    // With every pixel replaced only the noise is left.
    func noise(_ picture: Image) throws -> [Double] {
      let measure = try Perturbation(.deletion, labels: labels, steps: 1, baseline: .noise(seed: 1))
      let output = Output(
        maps: try maps("cat", 4, [Float](repeating: 0, count: 16)), picture: picture,
        score: { pictures, _ in
          pictures.map { Double($0.bytes.reduce(0) { $0 &* 31 &+ Int($1) } % 1_000_003) }
        })
      return try measure.row(output, try Truth(present: ["cat"])).numbers("scores")
    }
    #expect(try noise(picture)[1] == noise(picture)[1] && noise(picture)[1] != noise(other)[1])
    for steps in [0, 10_001] {
      #expect(throws: EvaluationError.self) { try Perturbation(.deletion, labels: labels, steps: steps) }
    }
    #expect(throws: EvaluationError.self) {
      try Perturbation(.deletion, labels: labels, steps: 10, scoredEvery: 3)
    }
    #expect(throws: EvaluationError.self) { try Perturbation(.deletion, labels: labels, share: 1.5) }
  }

  @Test func wrongOutputsAreErrors() throws {
    let game = try PointingGame(labels: labels)
    let small = Output(maps: try maps("cat", 2, [0, 1]))
    func words(_ output: Output, _ truth: Truth, _ measure: any Measure) -> String? {
      problem { _ = try measure.row(output, truth) }
    }
    #expect(
      words(small, try truth([("cat", "010")]), game) == "a map has 2×1 pixels, the truth 3×1")
    #expect(words(small, try truth([("cta", "01")]), game)?.contains("did you mean `cat`?") == true)
    #expect(words(small, try truth([("dog", "01")]), game)?.contains("there is no map for `dog`") == true)
    #expect(words(Output(), try truth([("cat", "01")]), game) == "`pointing` needs heat maps")
    #expect(words(small, try Truth(present: ["cat"]), game)?.contains("needs masks") == true)
    #expect(
      words(small, try truth([("cat", "01")]), try MaskIoU(labels: labels))?.contains("needs masks") == true)
    let negative = Output(maps: try maps("cat", 2, [-1, 1]))
    #expect(
      words(negative, try truth([("cat", "01")]), try EnergyPointing(labels: labels))?.contains("negative")
        == true)
    let scored = Output(scores: try LabelScores(labels: ["cat", "dog"], values: [1, 2]))
    #expect(
      words(scored, try Truth(present: ["cat"]), try MultiLabelPrecision(labels: labels))?.contains("`owl`")
        == true)
    #expect(throws: EvaluationError.self) { try maps("cat", 2, [0, .nan]) }
    #expect(throws: EvaluationError.self) { try LabelledMaps(labels: ["a"], values: Tensor([2], [0, 1])) }
    #expect(throws: EvaluationError.self) { try LabelScores(labels: ["a", "a"], values: [0, 1]) }
    #expect(throws: EvaluationError.self) { try truth([("cat", "01"), ("dog", "010")]) }
    #expect(throws: EvaluationError.self) { try truth([("cat", "01"), ("cat", "01")]) }
    let liar = Output(
      maps: try maps("cat", 2, [0, 1]), picture: try Image(width: 2, height: 1, color: .black),
      score: { _, _ in [1] })
    #expect(
      words(liar, try Truth(present: ["cat"]), try DropIncrease(labels: labels)) == "1 scores for 2 pictures")
  }

  @Test func rowsOfOthersAreErrors() throws {
    let all: [any Measure] = [
      try PointingGame(labels: labels), try EnergyPointing(labels: labels),
      try ForegroundContrast(labels: labels),
      try PixelAveragePrecision(labels: labels), try ExplanationIoU(labels: labels),
      try SegmentationIoU(labels: labels),
      try MaskIoU(labels: labels), try BoundaryIoU(labels: labels), try MultiLabelPrecision(labels: labels),
      try TopAccuracy(labels: labels), try Perturbation(.deletion, labels: labels),
      try DropIncrease(labels: labels),
    ]
    #expect(Set(all.map(\.name)).count == all.count)
    let hostile = [
      try Row(), try Row(["labels": .integers([3]), "hits": .integers([1])]),
      try Row(["labels": .integers([-1]), "energy": .numbers([1]), "cells": .integers([-1, 0, 1])]),
      try Row(["labels": .integers([0]), "intersections": .integers([.max]), "unions": .integers([.max])]),
      try Row(["cells": .integers([0, 1]), "scores": .numbers([1]), "rank": .integer(4)]),
      try Row(["cells": .integers([9, 0, 1]), "rank": .integer(-1), "present": .integers([7])]),
      try Row([
        "labels": .integers([0]), "areas": .numbers([]), "before": .numbers([1]), "after": .numbers([]),
      ]),
    ]
    for measure in all {
      for row in hostile {
        #expect(throws: EvaluationError.self, "\(measure.name) \(row.json)") {
          try measure.summary(of: [row])
        }
      }
    }
  }
}
