import Explanations
import Imaging
import Interpreter
import Segmentation
import Syntax
import Tensors

/// The refinements of `segment`, as scripts name them.
enum RefinementName: String, CaseIterable {
  case guided, pamr, crf
}

/// The options of `segment`, checked.
struct SegmentOptions {
  /// One label for each pixel, or a rule for each label's own mask.
  enum Threshold {
    case argmax
    case rules(Value)
  }

  let threshold: Threshold
  let temperature: Float
  let scale: MapScale
  /// The picture whose edges masks follow; nil where nothing is refined.
  let guide: Image?
  /// What some normalized map must exceed; else background.
  let floor: Float?
  let minArea: Int
  /// The most pixels of a hole that is filled; nil where none is.
  let holes: Int?
  let isLargestOnly: Bool
  let connectivity: Connectivity
  private let refinement: RefinementName
  private let quantile: Double
  private let background: Value
  private let synonyms: Record
  private let recorded: [Recipe.Option]

  static let parameters: [Builtin.Parameter] = [
    Builtin.Parameter(
      "threshold",
      .union([.choice(["argmax", "otsu", "mean", "quantile"]), .number, .list(.any), .record]),
      default: .string("argmax"),
      "the highest label, or what a label's map must exceed: a number from 0 to 1, a rule, or one for each label"
    ),
    Builtin.Parameter(
      "quantile", .number, default: .number(0.9), "with `threshold: \"quantile\"`: the part of cells below it"
    ),
    Builtin.Parameter(
      "scale", .choice(MapScale.allCases.map(\.rawValue)), default: .string("label"),
      "with a threshold: each map from its own minimum to maximum, or all on one `shared` range"),
    Builtin.Parameter(
      "background", .union([.string, .list(.string), .number, .none]), default: Value.none,
      "with argmax: a label or labels that are background, or the probability that some label must reach"),
    Builtin.Parameter(
      "floor", .union([.number, .none]), default: Value.none,
      "with argmax: maps are normalized to 0…1 first, and pixels where none exceeds this are background"),
    Builtin.Parameter(
      "temperature", .number, default: .number(0.01),
      "of the softmax that makes probabilities; CLIP's own is 0.01"),
    Builtin.Parameter(
      "synonyms", .union([.record, .none]), default: Value.none,
      "words that are one label: {cat: [\"kitten\", \"feline\"]}, each with a map"),
    Builtin.Parameter(
      "refine", .union([.choice(RefinementName.allCases.map(\.rawValue)), .none]), default: Value.none,
      "how edges follow the picture's"),
    Builtin.Parameter(
      "guide", .union([.engine("image"), .none]), default: Value.none, "with `refine`: the picture"),
    Builtin.Parameter(
      "minArea", .int, default: .number(0), "parts of fewer pixels are left out"),
    Builtin.Parameter(
      "fillHoles", .union([.bool, .int]), default: .bool(false),
      "whether holes are filled, or up to how many pixels"),
    Builtin.Parameter("largest", .bool, default: .bool(false), "whether only a label's largest part stays"),
    Builtin.Parameter(
      "connectivity", .int, default: .number(8),
      "the neighbours that connect a pixel: 8, or 4 without corners"),
  ]

  init(_ arguments: Arguments) throws {
    if case .string("argmax") = arguments["threshold"] {
      threshold = .argmax
      for name in ["quantile", "scale"] where arguments.given.contains(name) {
        if name == "scale", case .number = arguments["floor"] { continue }
        throw ScriptError(
          "`\(name)` has no meaning with argmax", argument: name, hint: "it goes with a `threshold`")
      }
    } else {
      threshold = .rules(arguments["threshold"])
      for name in ["background", "floor"] {
        if case .none = arguments[name] { continue }
        throw ScriptError(
          "`\(name)` has no meaning with a threshold: what is above none is background anyway", argument: name
        )
      }
    }
    if case .number(let number) = arguments["floor"] {
      guard (0...1).contains(number) else {
        throw ScriptError("`floor` must be 0 to 1, found \(format(number))", argument: "floor")
      }
      if case .none = arguments["background"] {
      } else {
        throw ScriptError("give either `floor` or `background`", argument: "floor")
      }
      floor = Float(number)
    } else {
      floor = nil
    }
    quantile = try arguments.double("quantile")
    guard (0...1).contains(quantile) else {
      throw ScriptError("`quantile` must be 0 to 1, found \(format(quantile))", argument: "quantile")
    }
    temperature = Float(try arguments.double("temperature"))
    guard temperature > 0, temperature.isFinite else {
      throw ScriptError("`temperature` must be above 0", argument: "temperature")
    }
    scale = MapScale(rawValue: try arguments.string("scale")) ?? .label
    minArea = try arguments.int("minArea")
    guard minArea >= 0 else {
      throw ScriptError("`minArea` must be 0 or more pixels, found \(minArea)", argument: "minArea")
    }
    switch arguments["fillHoles"] {
    case .bool(let isOn): holes = isOn ? Int.max : nil
    default:
      let area = try arguments.int("fillHoles")
      guard area >= 0 else {
        throw ScriptError("`fillHoles` must be 0 or more pixels, found \(area)", argument: "fillHoles")
      }
      holes = area == 0 ? nil : area
    }
    isLargestOnly = try arguments.bool("largest")
    let neighbours = try arguments.int("connectivity")
    guard let connectivity = Connectivity(rawValue: neighbours) else {
      throw ScriptError("`connectivity` must be 4 or 8, found \(neighbours)", argument: "connectivity")
    }
    self.connectivity = connectivity
    background = arguments["background"]
    if case .record(let record) = arguments["synonyms"] { synonyms = record } else { synonyms = Record() }
    var guide: Image?
    if case .object(let value as ImageValue) = arguments["guide"] { guide = value.image }
    if case .string(let name) = arguments["refine"], let chosen = RefinementName(rawValue: name) {
      refinement = chosen
      guard guide != nil else {
        throw ScriptError(
          "`refine` follows the picture's edges, so it needs the picture", argument: "refine",
          hint: "give it as `guide:`")
      }
    } else {
      refinement = .guided
      if guide != nil { throw ScriptError("`guide` is for `refine`", argument: "guide") }
    }
    self.guide = guide
    recorded = Self.parameters.compactMap { parameter in
      guard parameter.name != "guide",
        arguments.given.contains(parameter.name) || parameter.name == "threshold"
      else { return nil }
      return Recipe.Option(parameter.name, arguments[parameter.name].literal)
    }
  }

  /// The refinement of maps that compete for pixels, or of one that is judged on its own.
  func refinement(competing: Bool) -> Refinement {
    switch refinement {
    // Measured on coarse maps of scenes with exact truth: docs/evaluation.md.
    case .guided: .guidedFilter(GuidedFilter(radius: 30, epsilon: 1e-4))
    case .pamr: .pamr(PAMR())
    case .crf: .denseCRF(DenseCRF(unary: competing ? .softmax(temperature: temperature) : .independent))
    }
  }

  /// Whether a refinement takes scores as they are and gives probabilities itself.
  var takesScores: Bool { refinement == .crf }

  /// How the result was made: the maps' recipe and these options.
  func recipe(of maps: HeatMaps) -> Recipe {
    var recipe = maps.recipe
    recipe.method = "segment"
    recipe.options = [Recipe.Option("maps", maps.recipe.description)] + recorded
    return recipe
  }

  /// Labels that are synonyms as one, by their highest value.
  func merged(_ maps: HeatMaps) throws -> HeatMaps {
    guard synonyms.count > 0 else { return maps }
    var groups: [(label: String, places: [Int])] = []
    var taken: Set<String> = []
    for field in synonyms.fields {
      let words: [String]
      switch field.value {
      case .string(let word): words = [word]
      default: words = try Texts(field.value, argument: "synonyms").labels
      }
      let known = maps.labels.contains(field.name) ? [field.name] : []
      let all = known + words.filter { $0 != field.name }
      for word in all where !taken.insert(word).inserted {
        throw ScriptError("\"\(abbreviated(word))\" is a synonym twice", argument: "synonyms")
      }
      groups.append((field.name, try all.map { try self.place(of: $0, in: maps.labels, "synonyms") }))
    }
    var labels: [String] = []
    var places: [[Int]] = []
    for (index, label) in maps.labels.enumerated() {
      if let group = groups.first(where: { $0.places.contains(index) }) {
        if group.places.min() == index {
          labels.append(group.label)
          places.append(group.places)
        }
      } else {
        labels.append(label)
        places.append([index])
      }
    }
    return try HeatMaps(
      labels: labels, grid: ScoreMaps.merged(maps.grid, groups: places), placement: maps.placement,
      recipe: maps.recipe, view: maps.view)
  }

  /// What is background where labels compete.
  func background(among labels: [String]) throws -> LabelBackground {
    // The score must be reached there; here it must be exceeded.
    if let floor { return .score(floor.nextUp) }
    switch background {
    case .none: return .none
    case .number(let limit):
      guard (0...1).contains(limit) else {
        throw ScriptError(
          "`background` as a probability must be 0 to 1, found \(format(limit))", argument: "background")
      }
      return .probability(limit: Float(limit), temperature: temperature)
    default:
      let words = try Texts(background, argument: "background").labels
      return .labels(try words.map { try place(of: $0, in: labels, "background") })
    }
  }

  /// A rule for each label.
  func rules(for labels: [String]) throws -> [ThresholdRule] {
    guard case .rules(let value) = threshold else { return [] }
    switch value {
    case .list(let items):
      guard items.count == labels.count else {
        throw ScriptError("\(items.count) thresholds for \(labels.count) labels", argument: "threshold")
      }
      return try items.map(rule)
    case .record(let record):
      for name in record.names { _ = try place(of: name, in: labels, "threshold") }
      return try labels.map { label in
        guard let value = record[label] else {
          throw ScriptError("`threshold` says nothing of \"\(abbreviated(label))\"", argument: "threshold")
        }
        return try rule(value)
      }
    default:
      let rule = try rule(value)
      return labels.map { _ in rule }
    }
  }

  private func rule(_ value: Value) throws -> ThresholdRule {
    switch value {
    case .string("otsu"): return .otsu
    case .string("mean"): return .mean
    case .string("quantile"): return .quantile(quantile)
    case .number(let number):
      guard (0...1).contains(number) else {
        throw ScriptError(
          "a threshold of a normalized map must be 0 to 1, found \(format(number))", argument: "threshold")
      }
      return .fixed(Float(number))
    case .string(let name):
      throw ScriptError(
        "unknown rule \"\(abbreviated(name))\"", argument: "threshold",
        hint: Suggestion.hint(for: name, among: ["otsu", "mean", "quantile"]) ?? "one of otsu, mean, quantile"
      )
    default:
      throw ScriptError(
        "a threshold is a number or a rule, found \(TypeMessage.article(value.typeName))",
        argument: "threshold")
    }
  }

  /// The place of a label; the error is about an option.
  private func place(of label: String, in labels: [String], _ option: String) throws -> Int {
    try naming(option) { try Bindings.place(of: label, in: labels, "map") }
  }
}
