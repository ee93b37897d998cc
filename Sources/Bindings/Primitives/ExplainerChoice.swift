import Explanations
import Interpreter

/// The arguments of `gradcam` as an explainer.
struct ExplainerChoice {
  let name: ExplainerName
  private let arguments: Arguments

  init(_ arguments: Arguments) throws {
    name = ExplainerName(rawValue: try arguments.string("method")) ?? .gradECLIP
    self.arguments = arguments
    try ExplainerOption.check(arguments.given, method: name)
  }

  /// The method for pictures, and its options with defaults filled in.
  func ofImage(blocks: Int) throws -> (explainer: any ImageExplainer, recorded: [Recipe.Option]) {
    switch name {
    case .gradECLIP:
      let layers = try count("layers", all: blocks) ?? 1
      let (heads, similarity) = try (heads(), similarity())
      return (
        GradECLIP(layers: layers, heads: heads, similarity: similarity),
        [option("layers", layers), quoted("heads", heads), quoted("similarity", similarity)]
      )
    case .gradCAM:
      let layer = try arguments.optionalInt("layer") ?? -1
      return (GradCAM(layer: layer), [option("layer", layer)])
    case .game:
      let from = try start() ?? .last
      return (Game(from: from), [quoted("from", from)])
    case .rollout: return (Rollout(), [])
    case .attention:
      let layer = try arguments.optionalInt("layer") ?? -1
      return (AttentionMap(layer: layer), [option("layer", layer)])
    case .maskclip: return (MaskCLIP(), [])
    case .legrad:
      let layers = try count("layers", all: blocks) ?? 2
      return (LeGrad(layers: layers), [option("layers", layers)])
    case .sclip: return (SCLIP(), [])
    case .naclip:
      let sigma = try arguments.double("sigma")
      return (NACLIP(sigma: sigma), [option("sigma", sigma)])
    case .clearclip: return (ClearCLIP(), [])
    case .rise: return try rise()
    case .m2ib: return try bottleneck()
    case .inputGradient: return try inputGradient()
    }
  }

  private func rise() throws -> (explainer: any ImageExplainer, recorded: [Recipe.Option]) {
    let method = try RISE(
      samples: arguments.optionalInt("samples") ?? 1000, cells: arguments.int("cells"),
      visible: arguments.double("visible"), seed: seed(), settle: arguments.double("settle"),
      isCentered: arguments.bool("centered"))
    return (
      method,
      [
        option("samples", method.samples), option("cells", method.cells), option("visible", method.visible),
        option("settle", method.settle), Recipe.Option("centered", String(method.isCentered)),
        try recordedSeed(),
      ]
    )
  }

  private func bottleneck() throws -> (explainer: any ImageExplainer, recorded: [Recipe.Option]) {
    let method = try M2IB(
      layer: arguments.optionalInt("layer"), beta: arguments.double("beta"), steps: arguments.int("steps"),
      rate: arguments.double("rate"), samples: arguments.optionalInt("samples") ?? 10,
      prior: M2IB.Prior(rawValue: arguments.string("prior")) ?? .standard, seed: seed())
    return (
      method,
      [
        Recipe.Option("layer", method.layer.map(String.init) ?? "none"), option("beta", method.beta),
        option("steps", method.steps), option("rate", method.rate), option("samples", method.samples),
        quoted("prior", method.prior), try recordedSeed(),
      ]
    )
  }

  private func inputGradient() throws -> (explainer: any ImageExplainer, recorded: [Recipe.Option]) {
    var map: InputGradient.Map?
    if case .string(let text) = arguments["map"] { map = InputGradient.Map(rawValue: text) }
    let method = try InputGradient(
      map: map, pooling: InputGradient.Pooling(rawValue: arguments.string("pooling")) ?? .mean,
      smooth: arguments.int("smooth"), noise: arguments.double("noise"),
      integrate: arguments.int("integrate"),
      seed: seed())
    var recorded = [
      quoted("map", method.chosenMap), quoted("pooling", method.pooling), option("smooth", method.smooth),
      option("integrate", method.integrate),
    ]
    if method.smooth > 0 { recorded += [option("noise", method.noise), try recordedSeed()] }
    return (method, recorded)
  }

  /// The method for texts, and its options with defaults filled in.
  func ofText(blocks: Int) throws -> (explainer: any TextExplainer, recorded: [Recipe.Option]) {
    switch name {
    case .gradECLIP:
      let layers = min(try count("layers", all: blocks) ?? 8, blocks)
      let (heads, similarity) = try (heads(), similarity())
      let range = TextGradECLIP.Range(rawValue: try arguments.string("range")) ?? .prompt
      return (
        TextGradECLIP(layers: layers, heads: heads, similarity: similarity, range: range),
        [
          option("layers", layers), quoted("heads", heads), quoted("similarity", similarity),
          quoted("range", range),
        ]
      )
    case .game:
      let from = try start() ?? .first
      return (TextGame(from: from), [quoted("from", from)])
    case .rollout: return (TextRollout(), [])
    default:
      throw ScriptError(
        "`\(name.rawValue)` explains pictures only", argument: "method",
        hint: "texts are explained by "
          + ExplainerName.ofTexts.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
    }
  }

  // MARK: Reading

  private func count(_ name: String, all: Int) throws -> Int? {
    if case .string = arguments[name] { return all }
    return try arguments.optionalInt(name)
  }

  private func heads() throws -> GradECLIP.Heads {
    GradECLIP.Heads(rawValue: try arguments.string("heads")) ?? .native
  }

  private func similarity() throws -> GradECLIP.Similarity {
    if case .none = arguments["similarity"] { return .none }
    return GradECLIP.Similarity(rawValue: try arguments.string("similarity")) ?? .projected
  }

  private func start() throws -> Game.Start? {
    if case .string(let text) = arguments["from"] { return Game.Start(rawValue: text) }
    return nil
  }

  private func seed() throws -> UInt64 { UInt64(bitPattern: Int64(try arguments.integer("seed"))) }

  // MARK: Recording

  private func recordedSeed() throws -> Recipe.Option { option("seed", try arguments.integer("seed")) }

  private func option(_ name: String, _ value: Double) -> Recipe.Option { Recipe.Option(name, format(value)) }

  private func option(_ name: String, _ value: Int) -> Recipe.Option { Recipe.Option(name, String(value)) }

  private func quoted(_ name: String, _ value: some RawRepresentable<String>) -> Recipe.Option {
    Recipe.Option(name, "\"\(value.rawValue)\"")
  }
}
