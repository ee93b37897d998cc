import Evaluation
import Interpreter
import Syntax

/// The measures of `evaluate`, as scripts name them.
public enum MeasureChoice {
  /// A measure, what it tells in a line, and the options it takes.
  private struct Entry {
    let name: String
    let meaning: String
    let options: [String]
    let make: (MeasureOptions, DataSet) throws -> any Measure

    init(
      _ name: String, _ meaning: String, options: [String] = [],
      _ make: @escaping (MeasureOptions, DataSet) throws -> any Measure
    ) {
      self.name = name
      self.meaning = meaning
      self.options = options
      self.make = make
    }
  }

  private static let perturbation = ["steps", "every", "share", "baseline", "sigma", "seed", "protocol"]

  private nonisolated(unsafe) static let entries: [Entry] = [
    Entry(
      "pointing", "the map's highest pixel lies on the object; `tolerance` in pixels", options: ["tolerance"]
    ) { try PointingGame(labels: $1.labels, tolerance: $0.number("tolerance") ?? 0) },
    Entry("energy", "the part of the map's sum on the object") { try EnergyPointing(labels: $1.labels) },
    Entry("msc", "mean on the object less mean beside it, of the map in 0…1, in %") {
      try ForegroundContrast(labels: $1.labels)
    },
    Entry("pixel-ap", "average precision of pixels ranked by the map") {
      try PixelAveragePrecision(labels: $1.labels)
    },
    Entry(
      "iou",
      "IoU of the map cut at the one threshold best for the data set, or with `rule: \"best\"` for each map; "
        + "`thresholds` to try", options: ["rule", "thresholds"]
    ) {
      try ExplanationIoU(
        labels: $1.labels, rule: $0.choice("rule", of: ExplanationIoU.Rule.self) ?? .dataSet,
        thresholds: $0.numbers("thresholds") ?? ExplanationIoU.grid)
    },
    Entry(
      "miou", "mean IoU over classes of a labelmap; `background` names its class", options: ["background"]
    ) {
      try SegmentationIoU(labels: $1.labels, background: $0.string("background") ?? $1.background)
    },
    Entry("mask-iou", "IoU of masks, each label on its own") { try MaskIoU(labels: $1.labels) },
    Entry(
      "boundary-iou", "IoU of the pixels near the masks' edges; `ratio` of the diagonal (0.02)",
      options: ["ratio"]
    ) { try BoundaryIoU(labels: $1.labels, dilationRatio: $0.number("ratio") ?? 0.02) },
    Entry("map", "mean average precision of labels over pictures, from scores") {
      try MultiLabelPrecision(labels: labels(of: $1))
    },
    Entry("top", "a label on the picture is among the `k` best scores (1)", options: ["k"]) {
      try TopAccuracy(labels: labels(of: $1), k: $0.int("k") ?? 1)
    },
    Entry(
      "deletion", "score while the map's highest pixels go, area under the curve", options: perturbation
    ) { try perturbation(.deletion, $0, $1) },
    Entry(
      "insertion",
      "score while they come; `steps` (50), `every` so many scored, `share` of pixels at the end, `baseline` "
        + "\"mean\", \"blur\" (with `sigma`) or \"noise\" (with `seed`), or `protocol: \"released\"`",
      options: perturbation
    ) { try perturbation(.insertion, $0, $1) },
    Entry("drop", "how far the score falls on the picture masked by the map, and how often it rises") {
      try DropIncrease(labels: $1.labels)
    },
  ]

  /// All of them with what they tell, for help and completion.
  public static var all: [(name: String, meaning: String)] { entries.map { ($0.name, $0.meaning) } }

  /// Whether a measure, by the name it has in rows, scores changed pictures.
  static func isScoring(_ name: String) -> Bool {
    ["deletion", "insertion", "drop"].contains(String(name.prefix { $0 != "(" }))
  }

  /// All of them as a list for help, one a line.
  static var list: String { entries.map { "- `\($0.name)`: \($0.meaning)" }.joined(separator: "\n") }

  /// The labels that a whole picture may have: all but the background.
  private static func labels(of data: DataSet) -> [String] { data.labels.filter { $0 != data.background } }

  private static func perturbation(
    _ kind: Perturbation.Kind, _ options: MeasureOptions, _ data: DataSet
  ) throws -> any Measure {
    let seed = UInt64(bitPattern: Int64(try options.int("seed") ?? 0))
    if let name = try options.string("protocol") {
      guard name == "released" else {
        throw ScriptError(
          "`protocol` of \(kind.rawValue) is \"released\" or left out, found \"\(abbreviated(name))\"",
          argument: "measures")
      }
      for other in ["steps", "every", "share", "baseline", "sigma"] where options.has(other) {
        throw ScriptError("`\(other)` is fixed by `protocol: \"released\"`", argument: "measures")
      }
      return try Perturbation.released(kind, labels: data.labels, seed: seed)
    }
    var baseline: Perturbation.Baseline?
    switch try options.string("baseline") {
    case "blur"?: baseline = .blur(sigma: try options.number("sigma") ?? 10)
    case nil where kind == .insertion && options.has("sigma"):
      baseline = .blur(sigma: try options.number("sigma") ?? 10)
    case "mean"?: baseline = .zero
    case "noise"?: baseline = .noise(seed: seed)
    case nil: break
    case let other?:
      throw ScriptError(
        "unknown `baseline` \"\(abbreviated(other))\" of \(kind.rawValue)", argument: "measures",
        hint: Suggestion.hint(for: other, among: ["blur", "mean", "noise"]) ?? "one of blur, mean, noise")
    }
    let isBlurred = if case .blur? = baseline { true } else { false }
    let isNoise = if case .noise? = baseline { true } else { false }
    for (name, fits, whose) in [("sigma", isBlurred, "blur"), ("seed", isNoise, "noise")]
    where options.has(name) && !fits {
      throw ScriptError("`\(name)` is for `baseline: \"\(whose)\"`", argument: "measures")
    }
    let steps = try options.int("steps") ?? 50
    return try Perturbation(
      kind, labels: data.labels, steps: steps, scoredEvery: try options.int("every") ?? 1,
      share: try options.number("share") ?? 1, baseline: baseline)
  }

  /// The measures that `measures:` names. Throws `ScriptError` for unknown names and options.
  static func measures(_ value: Value, data: DataSet) throws -> [any Measure] {
    let items: [Value] = if case .list(let list) = value { list } else { [value] }
    guard !items.isEmpty else { throw ScriptError("`measures` is empty", argument: "measures") }
    var found: [any Measure] = []
    var written: [String] = []
    for item in items {
      let options = try MeasureOptions(item)
      guard let entry = entries.first(where: { $0.name == options.name }) else {
        let names = entries.map(\.name)
        throw ScriptError(
          "unknown measure \"\(abbreviated(options.name))\"", argument: "measures",
          hint: Suggestion.hint(for: options.name, among: names) ?? "one of " + names.joined(separator: ", "))
      }
      for name in options.names where !entry.options.contains(name) {
        throw ScriptError(
          "`\(abbreviated(name))` is no option of the measure \(entry.name)", argument: "measures",
          hint: Suggestion.hint(for: name, among: entry.options)
            ?? (entry.options.isEmpty ? nil : "it has " + entry.options.joined(separator: ", ")))
      }
      let measure = try evaluating(argument: "measures") { try entry.make(options, data) }
      guard !found.contains(where: { $0.description == measure.description && $0.name == measure.name })
      else {
        throw ScriptError("the measure \(measure.name) is named twice", argument: "measures")
      }
      found.append(measure)
      written.append(options.written)
    }
    // One measure with several options: each is called by what was written of it.
    let names = found.indices.map { index in
      found.count { $0.name == found[index].name } > 1 ? written[index] : found[index].name
    }
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw ScriptError("the measure \(name) is named twice", argument: "measures")
    }
    return found.indices.map { index in
      names[index] == found[index].name ? found[index] : RenamedMeasure(found[index], name: names[index])
    }
  }
}

/// A measure's name and the options beside it.
private struct MeasureOptions {
  let name: String
  private let record: Record

  /// From `"pointing"` or `{name: "pointing", tolerance: 15}`.
  init(_ value: Value) throws {
    switch value {
    case .string(let name):
      self.name = name
      record = Record()
    case .record(let record):
      guard case .string(let name)? = record["name"] else {
        throw ScriptError("a measure as a record has a `name`", argument: "measures")
      }
      self.name = name
      self.record = record
    default:
      throw ScriptError(
        "a measure is a name or a record, found \(TypeMessage.article(value.typeName))", argument: "measures")
    }
  }

  /// The name with its options as the script has them: `pointing(tolerance: 15)`.
  var written: String {
    let options = names.map { "\($0): \(record[$0]?.literal ?? "")" }
    return options.isEmpty ? name : "\(name)(\(options.joined(separator: ", ")))"
  }

  var names: [String] { record.names.filter { $0 != "name" } }
  func has(_ option: String) -> Bool { record[option] != nil }

  func number(_ option: String) throws -> Double? {
    switch record[option] {
    case nil: return nil
    case .number(let number)?: return number
    case let other?: throw unexpected(option, "a number", other)
    }
  }

  func int(_ option: String) throws -> Int? {
    guard let number = try number(option) else { return nil }
    guard let whole = Int(exactly: number) else {
      throw unexpected(option, "a whole number", .number(number))
    }
    return whole
  }

  func string(_ option: String) throws -> String? {
    switch record[option] {
    case nil: return nil
    case .string(let text)?: return text
    case let other?: throw unexpected(option, "a string", other)
    }
  }

  func numbers(_ option: String) throws -> [Double]? {
    switch record[option] {
    case nil: return nil
    case .list(let items)?:
      return try items.map { item in
        guard case .number(let number) = item else { throw unexpected(option, "numbers", item) }
        return number
      }
    case let other?: throw unexpected(option, "a list of numbers", other)
    }
  }

  func choice<C: RawRepresentable<String> & CaseIterable>(_ option: String, of: C.Type) throws -> C? {
    guard let text = try string(option) else { return nil }
    if let choice = C(rawValue: text) { return choice }
    let known = C.allCases.map(\.rawValue)
    throw ScriptError(
      "unknown `\(option)` \"\(abbreviated(text))\" of the measure \(name)", argument: "measures",
      hint: Suggestion.hint(for: text, among: known) ?? "one of " + known.joined(separator: ", "))
  }

  private func unexpected(_ option: String, _ expected: String, _ found: Value) -> ScriptError {
    ScriptError(
      "`\(option)` of the measure \(name) takes \(expected), found \(found.typeName)", argument: "measures")
  }
}
