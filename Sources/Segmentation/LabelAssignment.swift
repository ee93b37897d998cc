import Imaging
import Tensors

/// What counts as background where labels compete for pixels.
public enum LabelBackground: Sendable {
  /// Nothing: every pixel gets a label.
  case none
  /// Some of the labels, by their places: their pixels become one class.
  case labels([Int])
  /// Further maps [words, height, width] that compete with the labels, such as of "wall" and "sky"; the highest of
  /// them counts.
  case maps(Tensor)
  /// Where no label's probability, softmax over labels with `temperature` (`ScoreMaps.probabilities`), reaches
  /// `limit`.
  case probability(limit: Float, temperature: Float)
  /// Where no label's map reaches this number.
  case score(Float)
}

extension LabelMap {
  /// The label with the highest value at each pixel.
  ///
  /// The background, where there is one, is class 0 with the name `backgroundName`; the labels follow in their order,
  /// without those that are background. Equal values go to the background, then to the first label; a value that is
  /// not finite is the lowest, and where no value is finite the pixel is background, or else `ignored`.
  ///
  /// - Parameters:
  ///   - maps: [labels, height, width]
  ///   - view: the pixels the model saw; those outside are background, or else `ignored`. Nil for all.
  /// - Throws: `ImageError.invalid` for shapes or places that do not fit, a limit that is not a number, labels all of
  ///   which are background, or a label with the name of the background beside it.
  public init(
    argmaxOf maps: Tensor, labels: [String], background: LabelBackground = .none,
    backgroundName: String = "background", view: PixelRectangle? = nil
  ) throws {
    let plan = try Competition(maps, labels: labels, background: background, name: backgroundName)
    let (height, width) = (plan.height, plan.width)
    let view = view ?? PixelRectangle(x: 0, y: 0, width: width, height: height)
    var classes = [UInt16](repeating: plan.background ?? Self.ignored, count: height * width)
    try classes.withUnsafeMutableBufferPointer { classes in
      nonisolated(unsafe) let classes = classes
      try Workers.run(height) { y in
        guard y >= view.y, y - view.y < view.height else { return }
        for x in max(view.x, 0)..<max(min(width, view.x + min(view.width, width)), max(view.x, 0)) {
          classes[y * width + x] = plan.winner(y * width + x)
        }
      }
    }
    try self.init(
      width: width, height: height, classes: classes, labels: plan.names,
      background: plan.background.map { Int($0) })
  }
}

/// Labels competing for pixels.
private struct Competition: Sendable {
  let height: Int
  let width: Int
  let names: [String]
  let background: UInt16?
  private let maps: Tensor
  /// The class of each map.
  private let classOf: [UInt16]
  /// The maps of background words, if any: [words, height, width].
  private let words: Tensor?
  /// What the highest value must reach; else background.
  private let least: Float
  /// What the highest probability must reach, and the temperature.
  private let limit: (probability: Float, temperature: Float)?

  init(_ maps: Tensor, labels: [String], background: LabelBackground, name: String) throws {
    let (count, height, width) = try ScoreMaps.extents(maps, operation: "label map")
    guard labels.count == count else { throw Self.wrong("\(labels.count) labels for \(count) maps") }
    var merged: Set<Int> = []
    var words: Tensor?
    var least = -Float.infinity
    var limit: (probability: Float, temperature: Float)?
    switch background {
    case .none: break
    case .labels(let places):
      guard !places.isEmpty else { throw Self.wrong("no label is named as background") }
      if let wrong = places.first(where: { !labels.indices.contains($0) }) {
        throw Self.wrong("background \(wrong) of \(count) labels")
      }
      merged = Set(places)
      guard merged.count < count else { throw Self.wrong("all labels are background") }
    case .maps(let extra):
      guard extra.rank == 3, extra.shape[0] > 0, extra.shape[1] == height, extra.shape[2] == width else {
        throw Self.wrong(
          "background maps of shape \(describe(shape: extra.shape)) beside \(describe(shape: maps.shape))")
      }
      words = extra
    case .probability(let least, let temperature):
      guard least >= 0, least <= 1 else { throw Self.wrong("the limit is \(least); it goes from 0 to 1") }
      guard temperature > 0, temperature.isFinite else {
        throw Self.wrong("the temperature is \(temperature); it is a number above 0")
      }
      limit = (least, temperature)
    case .score(let score):
      guard !score.isNaN else { throw Self.wrong("the background score is not a number") }
      least = score
    }
    var hasBackground = true
    if case .none = background { hasBackground = false }
    let others = labels.indices.filter { !merged.contains($0) }.map { labels[$0] }
    if hasBackground, others.contains(name) {
      throw Self.wrong(
        "\"\(name)\" is a label; say that it is the background, or name the background otherwise")
    }
    var next: UInt16 = hasBackground ? 1 : 0
    var classOf: [UInt16] = []
    guard count < Int(LabelMap.ignored) - 1 else { throw Self.wrong("\(count) labels are too many") }
    for label in labels.indices {
      classOf.append(merged.contains(label) ? 0 : next)
      if !merged.contains(label) { next += 1 }
    }
    self.height = height
    self.width = width
    self.names = (hasBackground ? [name] : []) + others
    self.background = hasBackground ? 0 : nil
    self.maps = maps
    self.classOf = classOf
    self.words = words
    self.least = least
    self.limit = limit
  }

  private static func wrong(_ reason: String) -> ImageError {
    .invalid(operation: "label map", reason: reason)
  }

  /// The class of a pixel.
  func winner(_ pixel: Int) -> UInt16 {
    let area = height * width
    return maps.withUnsafeBuffer { values in
      var highest = -Float.infinity
      var winner = background ?? LabelMap.ignored
      if let words {
        words.withUnsafeBuffer { words in
          for i in stride(from: pixel, to: words.count, by: area) where words[i].isFinite {
            highest = max(highest, words[i])
          }
        }
      }
      for (label, number) in classOf.enumerated() {
        let value = values[label * area + pixel]
        guard value.isFinite else { continue }
        // Labels that are background win ties, wherever they stand.
        if value > highest || (value == highest && number == 0 && background != nil && words == nil) {
          highest = value
          winner = number
        }
      }
      guard let background, winner != background else { return winner }
      if highest < least { return background }
      if let limit {
        var sum: Float = 0
        for label in classOf.indices {
          let value = values[label * area + pixel]
          if value.isFinite { sum += exponential((value - highest) / limit.temperature) }
        }
        if 1 / sum < limit.probability { return background }
      }
      return winner
    }
  }
}
