import Segmentation

/// How well an output's mask follows the object's outline, for each label present: intersection over union of the pixels of
/// either mask within a distance of its own boundary (Cheng et al., Boundary IoU, CVPR 2021). Ignored pixels belong to no
/// mask. A label without a mask in the output has 0.
public struct BoundaryIoU: PairMeasure {
  let places: LabelPlaces
  let key = "iou"
  /// The distance as a share of the picture's diagonal; at least a pixel.
  public let dilationRatio: Double

  /// Boundary IoU over the data set's labels. Throws `EvaluationError` for a ratio below 0 or above 1.
  public init(labels: [String], dilationRatio: Double = 0.02) throws(EvaluationError) {
    guard (0...1).contains(dilationRatio) else {
      throw EvaluationError("the dilation ratio is \(dilationRatio); it goes from 0 to 1")
    }
    places = try LabelPlaces(labels)
    self.dilationRatio = dilationRatio
  }

  /// What rows and tables call it.
  public var name: String { "boundary-iou" }
  /// The name with every option that changes a number.
  public var description: String { "boundary-iou(dilationRatio: \(dilationRatio))" }
  /// Whether a larger value is better.
  public var higherIsBetter: Bool { true }

  /// `labels`, and of each in turn its number: see `Measure`.
  public func row(_ output: Output, _ truth: Truth) throws -> Row {
    let pairs = try MaskPair.all(output, truth, places, for: name)
    let values = try pairs.map { pair in
      try pair.found.map {
        try boundaryIoU(try $0.without(truth.ignored), pair.truth, dilationRatio: dilationRatio)
      } ?? 0
    }
    return try row(pairs.map(\.place), .numbers(values))
  }
}

extension Mask {
  /// This mask without the pixels of another one of the same size.
  func without(_ other: Mask?) throws -> Mask {
    guard let other, !other.isEmpty else { return self }
    return try Mask(width: width, height: height, bits: zip(bits, other.bits).map { $1 == 0 ? $0 : 0 })
  }
}

/// How well an output's mask covers the object, for each label present: intersection over union. A label without a mask in the
/// output has 0.
public struct MaskIoU: Measure {
  let places: LabelPlaces

  /// Mask IoU over the data set's labels.
  public init(labels: [String]) throws(EvaluationError) { places = try LabelPlaces(labels) }

  /// What rows and tables call it.
  public var name: String { "mask-iou" }
  /// The name with every option that changes a number.
  public var description: String { "mask-iou" }
  /// Whether a larger value is better.
  public var higherIsBetter: Bool { true }

  /// `labels`; of each in turn, `intersections` and `unions` in pixels.
  public func row(_ output: Output, _ truth: Truth) throws -> Row {
    var labels: [Int] = []
    var intersections: [Int] = []
    var unions: [Int] = []
    for pair in try MaskPair.all(output, truth, places, for: name) {
      var both = 0
      var either = 0
      for (index, bit) in pair.truth.bits.enumerated() where truth.ignored?.bits[index] != 1 {
        let found = pair.found?.bits[index] ?? 0
        both += Int(bit & found)
        either += Int(bit | found)
      }
      labels.append(pair.place)
      intersections.append(both)
      unions.append(either)
    }
    return try Row([
      "labels": .integers(labels), "intersections": .integers(intersections), "unions": .integers(unions),
    ])
  }

  /// The mean over the labels present on each picture.
  public func values(of rows: [Row]) throws -> [Double?] { try table(rows).means }

  /// `mean` over pairs of a picture and a label; `classes`, the mean over labels; `overall`, all intersections over all
  /// unions.
  public func statistics(of rows: [Row]) throws -> [Statistic] {
    let sums = try rows.map { row in
      let counts = try counts(row)
      return (
        counts.intersections.reduce(0.0) { $0 + Double($1) }, counts.unions.reduce(0.0) { $0 + Double($1) }
      )
    }
    let overall = Statistic("overall") { weights in
      var both = 0.0
      var either = 0.0
      for (weight, sum) in zip(weights, sums) {
        both += Double(weight) * sum.0
        either += Double(weight) * sum.1
      }
      return either == 0 ? nil : both / either
    }
    return try table(rows).statistics + [overall]
  }

  private func counts(_ row: Row) throws -> (labels: [Int], intersections: [Int], unions: [Int]) {
    let labels = try row.places("labels", below: places.labels.count)
    return (
      labels, try row.counts("intersections", count: labels.count),
      try row.counts("unions", count: labels.count)
    )
  }

  private func table(_ rows: [Row]) throws -> PairTable {
    try PairTable(
      labels: places.labels.count,
      rows: rows.map { row in
        let counts = try counts(row)
        let values = zip(counts.intersections, counts.unions).map { $1 == 0 ? nil : Double($0) / Double($1) }
        return (counts.labels, values)
      })
  }
}

/// A label present on a picture, with the true mask and the output's.
struct MaskPair {
  /// The label's place among the measure's labels.
  let place: Int
  /// Not empty.
  let truth: Mask
  /// Of the same size; nil where the output has none.
  let found: Mask?

  /// The pairs of a picture, without labels that have no pixel. An output's masks come from its masks or its label map.
  static func all(
    _ output: Output, _ truth: Truth, _ places: LabelPlaces, for measure: String
  ) throws -> [MaskPair] {
    guard let masks = truth.masks else {
      throw EvaluationError("`\(measure)` needs masks; only the labels of this picture are known")
    }
    guard output.masks != nil || output.labelMap != nil else {
      throw EvaluationError("`\(measure)` needs masks or a label map")
    }
    try checkUnique(output.masks?.map(\.label) ?? [])
    return try masks.filter { !$0.mask.isEmpty }.map { entry in
      let found =
        output.masks.map { $0.first { $0.label == entry.label }?.mask }
        ?? output.labelMap.flatMap { map in map.labels.firstIndex(of: entry.label).map { map.mask(of: $0) } }
      if let found {
        try checkSize(
          found.width, found.height, is: Truth.Size(width: entry.mask.width, height: entry.mask.height),
          "a mask")
      }
      return MaskPair(place: try places.place(of: entry.label), truth: entry.mask, found: found)
    }
  }
}
