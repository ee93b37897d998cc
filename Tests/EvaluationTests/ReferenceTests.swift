import Foundation
import Imaging
import Segmentation
import Tensors
import Testing

@testable import Evaluation

/// Measures against scikit-learn, torchmetrics, pycocotools and SciPy: see scripts/check-measures, which writes the numbers.
///
/// Maps are float32 on both sides, sums are in double precision, so all agree to 1e-9 but where another program computed
/// in float32 (torchmetrics' mIoU: 1e-6).
@Suite struct ReferenceTests {
  private static let labels = ["a", "b", "c", "d", "e"]

  private struct Reference: Decodable {
    struct Map: Decodable {
      let sixtyfourths: [Float]?
      let float32: String?

      var values: [Float] {
        if let sixtyfourths { return sixtyfourths.map { $0 / 64 } }
        let bytes = Array(Data(base64Encoded: float32 ?? "") ?? Data())
        return stride(from: 0, to: bytes.count, by: 4).map { start in
          Float(bitPattern: bytes[start..<(start + 4)].reversed().reduce(0) { $0 << 8 | UInt32($1) })
        }
      }
    }
    struct MapCase: Decodable {
      let height, width, label: Int
      let map: Map
      let mask, ignored: String
      let distance, ap, energy, contrast: Double
      let ious: [Double]
    }
    struct Thresholds: Decodable { let dataset, best, threshold: Double }
    struct Pixels: Decodable {
      let height, width: Int
      let truth, output: [UInt16]
    }
    struct Segmentation: Decodable {
      let pictures: [Pixels]
      let miou, pixels: Double
      let classes: [Double?]
    }
    struct MaskCase: Decodable {
      let height, width, label: Int
      let truth, found, runs: String
      let iou, ratio, boundary: Double
    }
    struct Multilabel: Decodable {
      let scores: [[Double]]
      let truth: [[Int]]
      let classes: [Double?]
      let map: Double
    }
    struct Top: Decodable {
      let scores: [[Double]]
      let truth: [Int]
      let k: Int
      let accuracy: Double
    }
    struct Curve: Decodable {
      let scores: [Double]
      let area: Double
    }
    struct PerturbationCase: Decodable {
      let height, width, steps, every: Int
      let picture: [UInt8]
      let weights: [Int]
      let map: Map
      let share: Double
      let deletion, insertion: Curve
    }
    struct DropCase: Decodable {
      let height, width: Int
      let picture: [UInt8]
      let weights: [Int]
      let map: Map
      let before, after, drop: Double
    }
    struct WilcoxonCase: Decodable {
      let differences: [Double]
      let exact: Bool
      let statistic, p: Double
    }
    struct Flips: Decodable {
      let differences: [Double]
      let p: Double
    }
    struct Percentiles: Decodable {
      let values: [Double]
      let level, low, high: Double
    }
    let maps: [MapCase]
    let thresholds: [Thresholds]
    let segmentation: [Segmentation]
    let masks: [MaskCase]
    let multilabel: [Multilabel]
    let top: [Top]
    let perturbation: [PerturbationCase]
    let drop: [DropCase]
    let wilcoxon: [WilcoxonCase]
    let flips: [Flips]
    let percentiles: [Percentiles]
  }

  private let reference: Reference

  init() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appendingPathComponent("Fixtures/measures.json"))
    reference = try JSONDecoder().decode(Reference.self, from: data)
  }

  private func mask(_ text: String, _ width: Int, _ height: Int) throws -> Mask {
    try Mask(width: width, height: height, bits: text.utf8.map { $0 - UInt8(ascii: "0") })
  }

  private func inputs(_ test: Reference.MapCase) throws -> (Output, Truth) {
    let label = Self.labels[test.label]
    let ignored = try mask(test.ignored, test.width, test.height)
    let truth = try Truth(
      masks: [LabelledMask(label: label, mask: try mask(test.mask, test.width, test.height))],
      ignored: ignored.isEmpty ? nil : ignored)
    return (Output(maps: try maps(label, test.width, test.map.values)), truth)
  }

  @Test func mapsOfPixels() throws {
    #expect(reference.maps.count == 12)
    for test in reference.maps {
      let (output, truth) = try inputs(test)
      func number(_ measure: some Measure, _ key: String) throws -> Double? {
        let row = try measure.row(output, truth)
        #expect(try row.integers("labels") == [test.label])
        return try row.numbers(key).first
      }
      #expect(isClose(try number(PixelAveragePrecision(labels: Self.labels), "ap"), test.ap))
      #expect(isClose(try number(EnergyPointing(labels: Self.labels), "energy"), test.energy))
      #expect(isClose(try number(ForegroundContrast(labels: Self.labels), "contrast"), test.contrast))
      #expect(try number(PointingGame(labels: Self.labels), "hits") == (test.distance == 0 ? 1 : 0))
      let near = try PointingGame(labels: Self.labels, tolerance: test.distance + 1e-9)
      #expect(try number(near, "hits") == 1)
      if test.distance > 0 {
        let far = try PointingGame(labels: Self.labels, tolerance: test.distance - 1e-9)
        #expect(try number(far, "hits") == 0)
      }
      let row = try ExplanationIoU(labels: Self.labels).row(output, truth)
      let ious = zip(try row.integers("intersections"), try row.integers("unions"))
        .map { $1 == 0 ? 0 : Double($0) / Double($1) }
      #expect(ious.count == 19 && zip(ious, test.ious).allSatisfy { isClose($0, $1) })
    }
    #expect(reference.maps.contains { $0.distance > 0 } && reference.maps.contains { $0.distance == 0 })
  }

  @Test func thresholdOfTheDataSet() throws {
    let measure = try ExplanationIoU(labels: Self.labels)
    let rows = try reference.maps.map { test in
      let (output, truth) = try inputs(test)
      return try measure.row(output, truth)
    }
    let expected = try #require(reference.thresholds.first)
    let summary = try measure.summary(of: rows, bootstrap: Bootstrap(draws: 50))
    #expect(summary.estimates.map(\.name) == ["dataset", "best", "threshold"])
    #expect(isClose(summary.estimates[0].value, expected.dataset))
    #expect(isClose(summary.estimates[1].value, expected.best))
    #expect(isClose(summary.estimates[2].value, expected.threshold))
  }

  @Test func confusion() throws {
    for test in reference.segmentation {
      let measure = try SegmentationIoU(labels: Self.labels)
      let rows = try test.pictures.map { picture in
        func map(_ values: [UInt16]) throws -> LabelMap {
          try LabelMap(
            width: picture.width, height: picture.height,
            classes: values.map { $0 == 255 ? LabelMap.ignored : $0 }, labels: Self.labels)
        }
        return try measure.row(
          Output(labelMap: try map(picture.output)), try Truth(labelMap: try map(picture.truth)))
      }
      let summary = try measure.summary(of: rows, bootstrap: Bootstrap(draws: 50))
      #expect(isClose(summary.main?.value, test.miou, 1e-6))
      #expect(isClose(summary.estimates.last?.value, test.pixels))
      let each = try measure.classIoU(of: rows)
      #expect(
        each.count == test.classes.count && zip(each, test.classes).allSatisfy { isClose($0, $1, 1e-6) })
    }
  }

  @Test func masksOfLabels() throws {
    for test in reference.masks {
      let label = Self.labels[test.label]
      let truth = try mask(test.truth, test.width, test.height)
      let runs = RunSource(width: test.width, height: test.height, counts: .text(test.runs))
      #expect(try runs.mask() == truth)
      let output = Output(
        masks: [LabelledMask(label: label, mask: try mask(test.found, test.width, test.height))])
      let known = try Truth(masks: [LabelledMask(label: label, mask: truth)])
      let overlap = try MaskIoU(labels: Self.labels)
      #expect(isClose(try overlap.values(of: [try overlap.row(output, known)])[0], test.iou))
      let outline = try BoundaryIoU(labels: Self.labels, dilationRatio: test.ratio)
      #expect(isClose(try outline.values(of: [try outline.row(output, known)])[0], test.boundary))
    }
  }

  @Test func recognition() throws {
    for test in reference.multilabel {
      let measure = try MultiLabelPrecision(labels: Self.labels)
      let rows = try zip(test.scores, test.truth).map { scores, truth in
        try measure.row(
          Output(scores: try LabelScores(labels: Self.labels, values: scores)),
          try Truth(
            present: Self.labels.indices.filter { truth[$0] == 1 }.map { Self.labels[$0] },
            undecided: Self.labels.indices.filter { truth[$0] == -1 }.map { Self.labels[$0] }))
      }
      let each = try measure.classPrecision(of: rows)
      #expect(each.count == test.classes.count && zip(each, test.classes).allSatisfy { isClose($0, $1) })
      #expect(isClose(try measure.summary(of: rows, bootstrap: Bootstrap(draws: 20)).main?.value, test.map))
    }
    for test in reference.top {
      let measure = try TopAccuracy(labels: Self.labels, k: test.k)
      let rows = try zip(test.scores, test.truth).map { scores, truth in
        try measure.row(
          Output(scores: try LabelScores(labels: Self.labels, values: scores)),
          try Truth(present: [Self.labels[truth]]))
      }
      #expect(
        isClose(try measure.summary(of: rows, bootstrap: Bootstrap(draws: 20)).main?.value, test.accuracy))
    }
  }

  /// A model that is one weighted mean of a picture's samples.
  private func scorer(_ weights: [Int]) -> Output.Scorer {
    { pictures, _ in
      pictures.map { picture in
        let sum = zip(picture.bytes, weights).reduce(0) { $0 + Int($1.0) * $1.1 }
        return Double(sum) / Double(255 * weights.reduce(0, +))
      }
    }
  }

  @Test func changedPictures() throws {
    for test in reference.perturbation {
      let output = Output(
        maps: try maps("b", test.width, test.map.values),
        picture: try Image(width: test.width, height: test.height, bytes: test.picture),
        score: scorer(test.weights))
      let truth = try Truth(present: ["b"])
      for (kind, expected) in [(Perturbation.Kind.deletion, test.deletion), (.insertion, test.insertion)] {
        let measure = try Perturbation(
          kind, labels: Self.labels, steps: test.steps, scoredEvery: test.every, share: test.share,
          baseline: .zero)
        let row = try measure.row(output, truth)
        let scores = try row.numbers("scores")
        #expect(scores.count == expected.scores.count)
        #expect(zip(scores, expected.scores).allSatisfy { isClose($0, $1) })
        #expect(isClose(try row.numbers("areas")[0], expected.area))
      }
    }
    for test in reference.drop {
      let output = Output(
        maps: try maps("b", test.width, test.map.values),
        picture: try Image(width: test.width, height: test.height, bytes: test.picture),
        score: scorer(test.weights))
      let measure = try DropIncrease(labels: Self.labels)
      let row = try measure.row(output, try Truth(present: ["b"]))
      #expect(isClose(try row.numbers("before")[0], test.before))
      #expect(isClose(try row.numbers("after")[0], test.after))
      #expect(isClose(try measure.values(of: [row])[0], test.drop))
    }
  }

  @Test func pairedTests() throws {
    for test in reference.wilcoxon {
      let found = try #require(Wilcoxon.test(test.differences))
      #expect(found.isExact == test.exact)
      #expect(isClose(found.statistic, test.statistic))
      #expect(isClose(found.p, test.p), "\(found.p) \(test.p) of \(test.differences.count)")
    }
    for test in reference.flips {
      let found = try #require(try SignFlip.test(test.differences, draws: 10, seed: 0))
      #expect(found.isExact && isClose(found.p, test.p))
      // Drawn signs come near what all signs give.
      let many = (0..<3).flatMap { _ in test.differences }
      let drawn = try #require(try SignFlip.test(many + many, draws: 4000, seed: 1))
      #expect(!drawn.isExact && drawn.p > 0 && drawn.p <= 1)
    }
    for test in reference.percentiles {
      let interval = Bootstrap(level: test.level).interval(of: test.values)
      #expect(isClose(interval?.lowerBound, test.low) && isClose(interval?.upperBound, test.high))
    }
  }
}
