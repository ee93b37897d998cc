/// Mean average precision of multi-label recognition: for each label the pictures ranked by its score, average precision, mean
/// over labels that some picture has.
public struct MultiLabelPrecision: Measure {
  let places: LabelPlaces

  /// mAP over the data set's labels; outputs have a score for each of them.
  public init(labels: [String]) throws(EvaluationError) { places = try LabelPlaces(labels) }

  /// What rows and tables call it.
  public var name: String { "map" }
  /// The name with every option that changes a number.
  public var description: String { "map" }
  /// Whether a larger value is better.
  public var higherIsBetter: Bool { true }

  /// `scores` of all labels in order, `present` and `undecided`, places of labels, ascending.
  public func row(_ output: Output, _ truth: Truth) throws -> Row {
    try Row([
      "scores": .numbers(try orderedScores(output, places, for: name)),
      "present": .integers(try truth.present.map { try places.place(of: $0) }.sorted()),
      "undecided": .integers(try truth.undecided.map { try places.place(of: $0) }.sorted()),
    ])
  }

  /// The average precision of a picture's labels, ranked by their scores.
  public func values(of rows: [Row]) throws -> [Double?] {
    try rows.map { row in
      let truth = try truth(row)
      let entries = truth.scores.enumerated().filter { !truth.undecided.contains($0.offset) }
        .map { (score: $0.element, isPositive: truth.present.contains($0.offset), row: 0) }
      return AveragePrecision.Ranking(entries).value([1])
    }
  }

  /// `map`
  public func statistics(of rows: [Row]) throws -> [Statistic] {
    let rankings = try rankings(rows)
    return [Statistic("map") { weights in mean(rankings.compactMap { $0.value(weights) }) }]
  }

  /// The average precision of each label, nil for one that no picture has.
  public func classPrecision(of rows: [Row]) throws -> [Double?] {
    let all = [Int](repeating: 1, count: rows.count)
    return try rankings(rows).map { $0.value(all) }
  }

  private func rankings(_ rows: [Row]) throws -> [AveragePrecision.Ranking] {
    let truths = try rows.map(truth)
    return places.labels.indices.map { place in
      AveragePrecision.Ranking(
        truths.enumerated().filter { !$0.element.undecided.contains(place) }
          .map { ($0.element.scores[place], $0.element.present.contains(place), $0.offset) })
    }
  }

  private func truth(_ row: Row) throws -> (scores: [Double], present: Set<Int>, undecided: Set<Int>) {
    (
      try row.numbers("scores", count: places.labels.count),
      Set(try row.places("present", below: places.labels.count)),
      Set(try row.places("undecided", below: places.labels.count))
    )
  }
}

/// Whether a label present is among the k with the highest scores.
///
/// Of equal scores the label that comes first in the data set ranks higher. A picture with several labels is right if the
/// best-ranked of them is.
public struct TopAccuracy: Measure {
  let places: LabelPlaces
  /// How many labels may be named.
  public let k: Int

  /// Top-k accuracy over the data set's labels. Throws `EvaluationError` unless k is 1 to the number of labels.
  public init(labels: [String], k: Int = 1) throws(EvaluationError) {
    guard k >= 1, k <= labels.count else {
      throw EvaluationError("k is \(k); it goes from 1 to the number of labels, \(labels.count)")
    }
    places = try LabelPlaces(labels)
    self.k = k
  }

  /// What rows and tables call it.
  public var name: String { "top-\(k)" }
  /// The name with every option that changes a number.
  public var description: String { "top-\(k)" }
  /// Whether a larger value is better.
  public var higherIsBetter: Bool { true }

  /// `rank`, from 1, of the best-ranked label present; 0 where none is.
  public func row(_ output: Output, _ truth: Truth) throws -> Row {
    let scores = try orderedScores(output, places, for: name)
    let ranks = try truth.present.map { label in
      let place = try places.place(of: label)
      return 1
        + scores.indices.count { scores[$0] > scores[place] || (scores[$0] == scores[place] && $0 < place) }
    }
    return try Row(["rank": .integer(ranks.min() ?? 0)])
  }

  /// The mean over the labels present on each picture.
  public func values(of rows: [Row]) throws -> [Double?] {
    try rows.map { row in
      let rank = try row.integer("rank")
      guard rank >= 0, rank <= places.labels.count else {
        throw EvaluationError("the row's rank is \(rank) of \(places.labels.count) labels")
      }
      return rank == 0 ? nil : rank <= k ? 1 : 0
    }
  }

  /// `accuracy`, the share of pictures
  public func statistics(of rows: [Row]) throws -> [Statistic] {
    let values = try values(of: rows)
    return [Statistic("accuracy") { weightedMean(values, $0) }]
  }
}

/// The mean of values that are there, each counting so many times.
func weightedMean(_ values: [Double?], _ weights: [Int]) -> Double? {
  var sum = 0.0
  var count = 0
  for (value, weight) in zip(values, weights) {
    guard let value else { continue }
    sum += Double(weight) * value
    count += weight
  }
  return count == 0 ? nil : sum / Double(count)
}

/// An output's scores in the order of a measure's labels.
private func orderedScores(_ output: Output, _ places: LabelPlaces, for measure: String) throws -> [Double] {
  guard let scores = output.scores else { throw EvaluationError("`\(measure)` needs a score for each label") }
  var ordered = [Double?](repeating: nil, count: places.labels.count)
  for (label, value) in zip(scores.labels, scores.values) {
    if let place = places[label] { ordered[place] = value }
  }
  if let lacking = ordered.firstIndex(of: nil) {
    let label = places.labels[lacking]
    throw EvaluationError(
      "there is no score for \(quoted(label))" + suggestion(for: label, among: scores.labels))
  }
  return ordered.compactMap { $0 }
}
