import Imaging
import Tensors

/// How a score falls while a map's highest pixels are taken out of the picture, or rises while they are put into an empty one
/// (Petsiuk, Das and Saenko, RISE, BMVC 2018): the area under the curve of the score over the share of pixels, divided by the range
/// of shares.
public struct Perturbation: Measure {
  /// Whether pixels go or come.
  public enum Kind: String, Sendable, CaseIterable {
    /// From the whole picture, the highest pixels first; a low area is good.
    case deletion
    /// Into the baseline, the highest pixels first; a high area is good.
    case insertion
  }

  /// What is where a pixel is not.
  public enum Baseline: Hashable, Sendable {
    /// The picture blurred by a Gaussian of so many pixels, up to 250.
    case blur(sigma: Double)
    /// One colour.
    case color(RGB)
    /// Each pixel a colour of its own, all equally likely, from a stream made of the seed and the picture.
    case noise(seed: UInt64)

    /// The mean colour of CLIP's training pictures, which its preprocessing makes 0.
    public static let zero = Baseline.color(RGB(red: 123, green: 117, blue: 104))

    fileprivate var description: String {
      switch self {
      case .blur(let sigma): "blur \(sigma)"
      case .color(let color): "color \(color.red) \(color.green) \(color.blue)"
      case .noise(let seed): "noise \(seed)"
      }
    }
  }

  let places: LabelPlaces
  /// Whether pixels go or come.
  public let kind: Kind
  /// In how many equal steps.
  public let steps: Int
  /// After each how many steps the score is asked for; before the first one it always is.
  public let scoredEvery: Int
  /// The share of pixels after the last step, above 0 to 1.
  public let share: Double
  /// What is where a pixel is not.
  public let baseline: Baseline

  /// Deletion or insertion over the data set's labels. Throws `EvaluationError` for options beyond the limits: 1 to 10 000 steps,
  /// of which `scoredEvery` is a divisor.
  public init(
    _ kind: Kind, labels: [String], steps: Int = 50, scoredEvery: Int = 1, share: Double = 1,
    baseline: Baseline? = nil
  ) throws(EvaluationError) {
    guard (1...10_000).contains(steps) else {
      throw EvaluationError("there are \(steps) steps; they go from 1 to 10000")
    }
    guard scoredEvery >= 1, steps % scoredEvery == 0 else {
      throw EvaluationError("\(steps) steps cannot be scored every \(scoredEvery)")
    }
    guard share > 0, share <= 1 else {
      throw EvaluationError("the share of pixels is \(share); it goes up to 1")
    }
    let baseline = baseline ?? (kind == .deletion ? .zero : .blur(sigma: 10))
    if case .blur(let sigma) = baseline, !(sigma > 0 && sigma <= 250) {
      throw EvaluationError("the blur's sigma is \(sigma); it goes up to 250 pixels")
    }
    places = try LabelPlaces(labels)
    self.kind = kind
    self.steps = steps
    self.scoredEvery = scoredEvery
    self.share = share
    self.baseline = baseline
  }

  /// The protocol of Grad-ECLIP's released program: half of the pixels in 100 steps, scored every 10th, random colours.
  public static func released(
    _ kind: Kind, labels: [String], seed: UInt64 = 0
  ) throws(EvaluationError) -> Perturbation {
    try Perturbation(
      kind, labels: labels, steps: 100, scoredEvery: 10, share: 0.5, baseline: .noise(seed: seed))
  }

  /// What rows and tables call it.
  public var name: String { kind.rawValue }
  /// The name with every option that changes a number.
  public var description: String {
    "\(name)(steps: \(steps), scoredEvery: \(scoredEvery), share: \(share), baseline: \(baseline.description))"
  }
  /// Whether a larger value is better.
  public var higherIsBetter: Bool { kind == .insertion }

  /// `labels`; of each in turn, its `areas` and, one after the other, the `scores` of its curve.
  public func row(_ output: Output, _ truth: Truth) throws -> Row {
    let subject = try Subject(output, truth, places, for: name)
    let empty = try subject.picture.replaced(by: baseline)
    var areas: [Double] = []
    var scores: [Double] = []
    for label in subject.labels {
      let map = try subject.maps.map(of: label)
      let curve = try curve(from: subject.picture, empty, order: Perturbation.order(map)) {
        try subject.score($0, label)
      }
      areas.append(Perturbation.area(curve))
      scores += curve
    }
    return try Row([
      "labels": .integers(subject.places), "areas": .numbers(areas), "scores": .numbers(scores),
    ])
  }

  /// Pixels from the highest value; of equal ones the first in reading order.
  static func order(_ map: Tensor) -> [Int] {
    let keys = map.withUnsafeBuffer { values in
      values.enumerated().map { ~AveragePrecision.packed($1, false) << 31 | UInt64($0) }
    }
    return keys.sorted().map { Int($0 & 0x7fff_ffff) }
  }

  private func curve(
    from picture: Image, _ empty: Image, order: [Int], score: ([Image]) throws -> [Double]
  ) throws -> [Double] {
    var current = kind == .deletion ? picture.bytes : empty.bytes
    let other = kind == .deletion ? empty.bytes : picture.bytes
    var changed = 0
    var waiting: [Image] = []
    var scores: [Double] = []
    for step in stride(from: 0, through: steps, by: scoredEvery) {
      try Interruption.check()
      let end = min(order.count, Int((Double(step) / Double(steps) * share * Double(order.count)).rounded()))
      for pixel in order[changed..<end] {
        for channel in (3 * pixel)..<(3 * pixel + 3) { current[channel] = other[channel] }
      }
      changed = end
      waiting.append(try Image(width: picture.width, height: picture.height, bytes: current))
      // A few pictures at a time, so that a long curve of a large picture fits into memory.
      if waiting.count == 16 || step + scoredEvery > steps {
        scores += try score(waiting)
        waiting = []
      }
    }
    return scores
  }

  /// The area under scores at equal distances, by trapezoids, over a range of 1.
  static func area(_ scores: [Double]) -> Double {
    guard let first = scores.first, let last = scores.last, scores.count > 1 else { return scores.first ?? 0 }
    return (scores.reduce(0, +) - (first + last) / 2) / Double(scores.count - 1)
  }

  /// The mean over the labels present on each picture.
  public func values(of rows: [Row]) throws -> [Double?] { try table(rows).means }

  /// `mean` area over pairs of a picture and a label; `classes`, the mean over labels.
  public func statistics(of rows: [Row]) throws -> [Statistic] { try table(rows).statistics }

  private func table(_ rows: [Row]) throws -> PairTable {
    try PairTable(rows, key: "areas", labels: places.labels.count)
  }
}

/// How the score changes when only what the map shows is left of the picture: each pixel times its map's value, so that the rest
/// is black (Chattopadhay et al., Grad-CAM++, WACV 2018).
public struct DropIncrease: Measure {
  let places: LabelPlaces

  /// Drop and increase over the data set's labels.
  public init(labels: [String]) throws(EvaluationError) { places = try LabelPlaces(labels) }

  /// What rows and tables call it.
  public var name: String { "drop" }
  /// The name with every option that changes a number.
  public var description: String { "drop" }
  /// Whether a larger value is better.
  public var higherIsBetter: Bool { false }

  /// `labels`; of each in turn the score `before`, of the picture, and `after`, of what the map shows.
  public func row(_ output: Output, _ truth: Truth) throws -> Row {
    let subject = try Subject(output, truth, places, for: name)
    var before: [Double] = []
    var after: [Double] = []
    for label in subject.labels {
      let map = try subject.maps.map(of: label)
      let bytes = map.withUnsafeBuffer { values in
        subject.picture.bytes.indices.map { index in
          let weight = min(max(values[index / 3], 0), 1)
          return UInt8((Float(subject.picture.bytes[index]) * weight).rounded())
        }
      }
      let masked = try Image(width: subject.picture.width, height: subject.picture.height, bytes: bytes)
      let scores = try subject.score([subject.picture, masked], label)
      before.append(scores[0])
      after.append(scores[1])
    }
    return try Row([
      "labels": .integers(subject.places), "before": .numbers(before), "after": .numbers(after),
    ])
  }

  /// The mean drop in %, over the picture's labels.
  public func values(of rows: [Row]) throws -> [Double?] { try tables(rows).drop.means }

  /// `drop`, the mean of max(0, before − after)/before in % over pairs whose score was above 0; `increase`, the share of all
  /// pairs in % whose score rose.
  public func statistics(of rows: [Row]) throws -> [Statistic] {
    let tables = try tables(rows)
    return [
      Statistic("drop", value: tables.drop.statistics[0].value),
      Statistic("increase", value: tables.increase.statistics[0].value),
    ]
  }

  private func tables(_ rows: [Row]) throws -> (drop: PairTable, increase: PairTable) {
    let count = places.labels.count
    let scores = try rows.map { row in
      let labels = try row.places("labels", below: count)
      let before = try row.numbers("before", count: labels.count)
      return (labels: labels, scores: Array(zip(before, try row.numbers("after", count: labels.count))))
    }
    let drop = scores.map { row in
      (row.labels, row.scores.map { $0 > 0 ? 100 * max(0, $0 - $1) / $0 : nil })
    }
    let increase = scores.map { row in (row.labels, row.scores.map { Optional($1 > $0 ? 100.0 : 0) }) }
    return (try PairTable(labels: count, rows: drop), try PairTable(labels: count, rows: increase))
  }
}

/// What is changed and scored: a picture, and the maps of its present labels, or of all maps' labels where nothing is known of the
/// picture.
private struct Subject {
  let picture: Image
  let maps: LabelledMaps
  let labels: [String]
  let places: [Int]
  private let scorer: Output.Scorer

  init(_ output: Output, _ truth: Truth, _ places: LabelPlaces, for measure: String) throws {
    guard let maps = output.maps else { throw EvaluationError("`\(measure)` needs heat maps") }
    guard let picture = output.picture, let scorer = output.score else {
      throw EvaluationError("`\(measure)` needs the picture and a model that scores it")
    }
    guard (maps.width, maps.height) == (picture.width, picture.height) else {
      throw EvaluationError(
        "a map has \(maps.width)×\(maps.height) pixels, the picture \(picture.width)×\(picture.height)")
    }
    self.maps = maps
    self.picture = picture
    self.scorer = scorer
    labels = truth.present
    self.places = try labels.map { try places.place(of: $0) }
  }

  /// One finite score a picture.
  func score(_ pictures: [Image], _ label: String) throws -> [Double] {
    let scores = try scorer(pictures, label)
    guard scores.count == pictures.count else {
      throw EvaluationError("\(scores.count) scores for \(pictures.count) pictures")
    }
    guard scores.allSatisfy(\.isFinite) else { throw EvaluationError("a score is not finite") }
    return scores
  }
}

extension Image {
  /// A picture of the same size that shows nothing of this one, or little.
  fileprivate func replaced(by baseline: Perturbation.Baseline) throws -> Image {
    switch baseline {
    case .blur(let sigma): return try gaussianBlurred(sigma: sigma)
    case .color(let color): return try Image(width: width, height: height, color: color)
    case .noise(let seed):
      // FNV-1a over the pixels, so that two pictures of one size have different noise.
      let mark = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
      var stream = RandomStream(seed: Bootstrap.mixed(seed, mark))
      return try Image(
        width: width, height: height, bytes: bytes.indices.map { _ in UInt8(stream.next() >> 56) })
    }
  }
}
