import Segmentation

/// mIoU of semantic segmentation: the mean over classes of TP/(TP + FP + FN), counted over all pixels of the data set that are not
/// ignored. Classes that occur neither in truths nor in outputs do not count.
public struct SegmentationIoU: Measure {
  let places: LabelPlaces
  /// The class of what is none of the others, if it is one of the classes.
  public let background: String?

  /// mIoU over classes, all of the data set's or some.
  /// - Parameter background: one of `labels`, the class of pixels that an output gives to none; nil where there is none, and then
  ///   such a pixel is wrong, and one that no truth mask holds is ignored.
  public init(labels: [String], background: String? = nil) throws(EvaluationError) {
    places = try LabelPlaces(labels)
    self.background = background
    if let background { _ = try places.place(of: background) }
  }

  /// What rows and tables call it.
  public var name: String { "miou" }
  /// The name with every option that changes a number.
  public var description: String { "miou(background: \(background.map(JSONText.quoted) ?? "none"))" }
  /// Whether a larger value is better.
  public var higherIsBetter: Bool { true }

  /// `cells`: truth, output and count of pixels, for each pair of classes that occurs, ascending. The class after the last is
  /// none.
  public func row(_ output: Output, _ truth: Truth) throws -> Row {
    guard let found = output.labelMap else { throw EvaluationError("`\(name)` needs a label map") }
    guard truth.masks != nil, let size = truth.size else {
      throw EvaluationError("`\(name)` needs masks; only the labels of this picture are known")
    }
    try checkSize(found.width, found.height, is: size, "the label map")
    let none = places.labels.count
    let expected = try classes(of: truth, pixels: size.width * size.height)
    let given = try classes(of: found)
    let empty = try background.map { try places.place(of: $0) } ?? none
    var counts = [Int: Int]()
    // Runs of equal pairs are long; a dictionary is asked once for each.
    var run = (key: -1, length: 0)
    for (index, wanted) in expected.enumerated() where wanted >= 0 {
      let value = found.classes[index]
      let key = wanted * (none + 1) + (value == LabelMap.ignored ? empty : given[Int(value)])
      if key != run.key {
        if run.length > 0 { counts[run.key, default: 0] += run.length }
        run = (key, 0)
      }
      run.length += 1
    }
    if run.length > 0 { counts[run.key, default: 0] += run.length }
    let cells = counts.keys.sorted().flatMap { [$0 / (none + 1), $0 % (none + 1), counts[$0] ?? 0] }
    return try Row(["cells": .integers(cells)])
  }

  /// The place of each of a label map's labels.
  private func classes(of map: LabelMap) throws -> [Int] {
    try map.labels.enumerated().map { place, label in
      if let known = places[label] { return known }
      if place == map.background {
        return try background.map { try places.place(of: $0) } ?? places.labels.count
      }
      return try places.place(of: label)
    }
  }

  /// Each pixel's class; −1 where it is ignored.
  private func classes(of truth: Truth, pixels: Int) throws -> [Int] {
    let rest = try background.map { try places.place(of: $0) } ?? -1
    var classes = [Int](repeating: rest, count: pixels)
    if let map = truth.labelMap {
      let known = map.labels.enumerated().map { place, label in
        // A class that is not asked about is ignored.
        places[label] ?? (place == map.background ? rest : -1)
      }
      for index in classes.indices {
        let value = map.classes[index]
        classes[index] = value == LabelMap.ignored ? -1 : known[Int(value)]
      }
      return classes
    }
    // Where masks overlap the smaller one lies on top.
    let masks = (truth.masks ?? []).map { (label: $0.label, bits: $0.mask.bits, area: $0.mask.area) }
    for mask in masks.sorted(by: { $0.area > $1.area }) {
      let place = try places.place(of: mask.label)
      for index in classes.indices where mask.bits[index] == 1 { classes[index] = place }
    }
    if let ignored = truth.ignored {
      for index in classes.indices where ignored.bits[index] == 1 { classes[index] = -1 }
    }
    return classes
  }

  /// mIoU of the picture alone.
  public func values(of rows: [Row]) throws -> [Double?] {
    let table = try ConfusionTable(rows, classes: places.labels.count)
    return rows.indices.map {
      mean(table.classIoU(rows: CollectionOfOne($0), weights: nil).compactMap { $0 })
    }
  }

  /// `mIoU`; `pixels`, the share of pixels that are right.
  public func statistics(of rows: [Row]) throws -> [Statistic] {
    let table = try ConfusionTable(rows, classes: places.labels.count)
    let whole = table.classIoU(rows: rows.indices, weights: nil)
    return [
      Statistic("miou") { table.meanIoU($0, otherwise: whole) },
      Statistic("pixels") { table.accuracy($0) },
    ]
  }

  /// The IoU of each class over all rows, nil where it does not occur.
  public func classIoU(of rows: [Row]) throws -> [Double?] {
    try ConfusionTable(rows, classes: places.labels.count).classIoU(rows: rows.indices, weights: nil)
  }
}

/// Sparse confusion counts of many pictures.
private struct ConfusionTable: Sendable {
  /// Cells of row i are those from `starts[i]` up to `starts[i + 1]`.
  var starts = [0]
  var cells: [(truth: Int, output: Int, count: Int)] = []
  let classes: Int

  init(_ rows: [Row], classes: Int) throws {
    self.classes = classes
    for row in rows {
      let numbers = try row.counts("cells", count: try row.integers("cells").count)
      guard numbers.count % 3 == 0 else { throw EvaluationError("the row's `cells` are no triples") }
      for start in stride(from: 0, to: numbers.count, by: 3) {
        guard numbers[start] < classes, numbers[start + 1] <= classes else {
          throw EvaluationError("the row's `cells` name a class beyond the \(classes) there are")
        }
        cells.append((numbers[start], numbers[start + 1], numbers[start + 2]))
      }
      starts.append(cells.count)
    }
  }

  func classIoU(rows: some Sequence<Int>, weights: [Int]?) -> [Double?] {
    var both = [Double](repeating: 0, count: classes + 1)
    var truths = both
    var outputs = both
    // Counts are far below 2⁵³, so these sums are exact.
    for row in rows {
      let weight = weights.map { $0[row] } ?? 1
      if weight == 0 { continue }
      for cell in cells[starts[row]..<starts[row + 1]] {
        let count = Double(weight) * Double(cell.count)
        truths[cell.truth] += count
        outputs[cell.output] += count
        if cell.truth == cell.output { both[cell.truth] += count }
      }
    }
    return (0..<classes).map { place in
      let union = truths[place] + outputs[place] - both[place]
      return union == 0 ? nil : both[place] / union
    }
  }

  /// The mean over classes. A class that a draw of the bootstrap leaves out keeps its value in all rows: a mean over the
  /// classes that happen to be drawn would be one over the common ones, and another number.
  func meanIoU(_ weights: [Int], otherwise whole: [Double?]) -> Double? {
    mean(zip(classIoU(rows: weights.indices, weights: weights), whole).compactMap { $0 ?? $1 })
  }

  func accuracy(_ weights: [Int]) -> Double? {
    var right = 0.0
    var all = 0.0
    for (row, weight) in weights.enumerated() where weight > 0 {
      for cell in cells[starts[row]..<starts[row + 1]] {
        let count = Double(weight) * Double(cell.count)
        all += count
        if cell.truth == cell.output { right += count }
      }
    }
    return all == 0 ? nil : right / all
  }
}
