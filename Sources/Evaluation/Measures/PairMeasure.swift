import Segmentation
import Tensors

/// The labels a measure knows, and their places.
struct LabelPlaces: Sendable {
  let labels: [String]
  private let places: [String: Int]

  init(_ labels: [String]) throws(EvaluationError) {
    try checkUnique(labels)
    self.labels = labels
    places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
  }

  subscript(label: String) -> Int? { places[label] }

  func place(of label: String) throws(EvaluationError) -> Int {
    guard let place = places[label] else {
      throw EvaluationError(
        "\(quoted(label)) is none of the data set's labels" + suggestion(for: label, among: labels))
    }
    return place
  }
}

/// A measure that gives one number for each label present on a picture. Its rows hold `labels`, places among the measure's
/// labels, and `key`, one number for each of them.
protocol PairMeasure: Measure {
  var places: LabelPlaces { get }
  var key: String { get }
}

extension PairMeasure {
  /// The mean over the labels present on the picture.
  public func values(of rows: [Row]) throws -> [Double?] {
    try PairTable(rows, key: key, labels: places.labels.count).means
  }

  /// `mean`, over all pairs of a picture and a label present on it; `classes`, the mean over labels of the mean over their
  /// pictures.
  public func statistics(of rows: [Row]) throws -> [Statistic] {
    try PairTable(rows, key: key, labels: places.labels.count).statistics
  }

  func row(_ labels: [Int], _ values: Row.Value) throws -> Row {
    try Row(["labels": .integers(labels), key: values])
  }
}

/// One number for each label present, of many pictures.
struct PairTable: Sendable {
  /// The pairs of row i are those from `starts[i]` up to `starts[i + 1]`.
  private var starts = [0]
  private var labels: [Int] = []
  private var values: [Double] = []
  private let labelCount: Int

  init(_ rows: [Row], key: String, labels labelCount: Int) throws {
    self.labelCount = labelCount
    for row in rows {
      let places = try row.places("labels", below: labelCount)
      try add(places, try row.numbers(key, count: places.count))
    }
  }

  /// Pairs that some numbers were computed for: nil leaves a pair out.
  init(labels labelCount: Int, rows: [(labels: [Int], values: [Double?])]) throws {
    self.labelCount = labelCount
    for row in rows {
      let kept = zip(row.labels, row.values).filter { $1 != nil }
      try add(kept.map(\.0), kept.compactMap(\.1))
    }
  }

  private mutating func add(_ places: [Int], _ numbers: [Double]) throws {
    labels += places
    values += numbers
    starts.append(labels.count)
  }

  /// Each row's mean; nil for a row without pairs.
  var means: [Double?] {
    zip(starts, starts.dropFirst()).map { start, end in
      start == end ? nil : values[start..<end].reduce(0, +) / Double(end - start)
    }
  }

  var statistics: [Statistic] {
    [
      Statistic("mean") { weights in
        var sum = 0.0
        var count = 0
        for (row, weight) in weights.enumerated() where weight > 0 {
          for pair in starts[row]..<starts[row + 1] { sum += Double(weight) * values[pair] }
          count += weight * (starts[row + 1] - starts[row])
        }
        return count == 0 ? nil : sum / Double(count)
      },
      Statistic("classes") { weights in
        var sums = [Double](repeating: 0, count: labelCount)
        var counts = [Int](repeating: 0, count: labelCount)
        for (row, weight) in weights.enumerated() where weight > 0 {
          for pair in starts[row]..<starts[row + 1] {
            sums[labels[pair]] += Double(weight) * values[pair]
            counts[labels[pair]] += weight
          }
        }
        return mean(zip(sums, counts).compactMap { $1 == 0 ? nil : $0 / Double($1) })
      },
    ]
  }
}

/// The mean of some numbers; nil of none.
func mean(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}

extension Row {
  /// The list `name` of whole numbers from 0 below a bound: places.
  func places(_ name: String, below bound: Int) throws(EvaluationError) -> [Int] {
    let places = try integers(name)
    if let wrong = places.first(where: { $0 < 0 || $0 >= bound }) {
      throw EvaluationError("the row's \(quoted(name)) has \(wrong); it goes from 0 to \(bound - 1)")
    }
    return places
  }

  /// The list `name` of so many numbers.
  func numbers(_ name: String, count: Int) throws(EvaluationError) -> [Double] {
    let found = try numbers(name)
    guard found.count == count else {
      throw EvaluationError("the row's \(quoted(name)) has \(found.count) numbers; expected \(count)")
    }
    return found
  }

  /// The list `name` of so many counts, whole numbers from 0 to 2⁴⁸.
  func counts(_ name: String, count: Int) throws(EvaluationError) -> [Int] {
    let found = try integers(name)
    guard found.count == count else {
      throw EvaluationError("the row's \(quoted(name)) has \(found.count) numbers; expected \(count)")
    }
    if let wrong = found.first(where: { $0 < 0 || $0 > 1 << 48 }) {
      throw EvaluationError("the row's \(quoted(name)) has \(wrong), which is no count of pixels")
    }
    return found
  }
}

/// A label present on a picture, with its map and its mask.
struct Pair {
  /// The label.
  let label: String
  /// Its place among the measure's labels.
  let place: Int
  /// [height, width]
  let map: Tensor
  /// Not empty, of the map's size.
  let mask: Mask

  /// The pairs of a picture, without labels that have no pixel. Throws where the output has no map for a label.
  static func all(_ output: Output, _ truth: Truth, _ places: LabelPlaces, for measure: String) throws
    -> [Pair]
  {
    guard let maps = output.maps else { throw EvaluationError("`\(measure)` needs heat maps") }
    guard let masks = truth.masks else {
      throw EvaluationError("`\(measure)` needs masks; only the labels of this picture are known")
    }
    if let size = truth.size { try checkSize(maps.width, maps.height, is: size, "a map") }
    return try masks.filter { !$0.mask.isEmpty }.map { entry in
      Pair(
        label: entry.label, place: try places.place(of: entry.label), map: try maps.map(of: entry.label),
        mask: entry.mask)
    }
  }
}

/// Throws unless something has the truth's size.
func checkSize(
  _ width: Int, _ height: Int, is expected: Truth.Size, _ what: String
) throws(EvaluationError) {
  guard (width, height) == (expected.width, expected.height) else {
    throw EvaluationError(
      "\(what) has \(width)×\(height) pixels, the truth \(expected.width)×\(expected.height)")
  }
}
