import CLIPModels
import Explanations
import Interpreter
import Tensors

/// `drift(image, model, labels; …)`: how far an explained network is from the model.
func driftPrimitive(library: StandardLibrary) -> Builtin {
  Builtin(
    "drift", section: "primitives",
    [
      Builtin.Parameter("image", .union([.engine("image"), .list(.engine("image"))]), "the picture"),
      Builtin.Parameter("model", .engine("model"), "the CLIP as it is"),
      Builtin.Parameter("labels", Texts.type, "labels to rank, or vectors [n, embed]"),
    ],
    options: [
      Builtin.Parameter(
        "heads", .choice(["native", "paper"]), default: .string("native"),
        "`\"paper\"`: against the network with one head in the last `layers` blocks, which Grad-ECLIP's "
          + "released program explains"),
      Builtin.Parameter(
        "layers", .int, default: .number(1), "with `heads: \"paper\"`: how many of the last blocks"),
      Builtin.Parameter(
        "path", .choice(FeaturePath.allCases.map(\.rawValue)), default: .string("native"),
        "`\"surgery\"`: against CLIP Surgery's second path"),
      depthParameter, classTokenParameter,
      Builtin.Parameter(
        "other", .union([.engine("model"), .none]), default: Value.none,
        "against this model, such as an edited one"),
      templatesParameter,
    ] + ViewOptions.parameters(fit: "crop"),
    gives: .union([.record, .list(.record)]),
    Builtin.Documentation(
      "How far an explained network is from the model: its embeddings, and how it ranks labels.",
      details: """
        Some explanations are of a network that differs from the model; they tell of the model as far
        as the two agree. Gives a record: `cosine` of the two picture embeddings; `patches`, the mean
        cosine of patches, projected; `spearman` and `kendall` (tau-b) of the labels' cosines, `none`
        where all are equal; `top`, the best label of each; `topChanged`; `labels`, a table with `label`,
        the zero-shot probability `before` and `after`, `change`, `rankBefore`, `rankAfter`.
        `cosine` and `patches` are `none` for models of two checkpoints: their spaces differ.
        The class token of a ViT's surgery path is the model's own: there `patches` tells.
        """,
      equation: """
        cosine = cos(I, I');  patches = mean_i cos(F[i], F'[i])
        kendall = (concordant − discordant) / √(pairs untied in s · pairs untied in s')
        """,
      citation:
        "Kendall 1945, Biometrika 33:239; one head: Zhao et al. 2024, arXiv 2502.18816; "
        + "surgery: Li et al. 2023, arXiv 2304.05653.",
      errors: """
        Nothing to compare with, or several things; `layers` without `heads: "paper"` or more than there
        are blocks; `depth` or `classToken` without `path: "surgery"`; `heads: "paper"` for a ResNet or
        heads that `edit` made different; a prompt longer than the context.
        """,
      seeAlso: ["edit", "surgery", "classify", "std.sanity"],
      example: """
        m = load("emoji")
        scene = image(uniform([112, 112, 3], seed: 1))
        d = drift(scene, m, ["sailboat", "whale", "sky"], other: edit(m, block: 6, skip: "mlp"))
        print(d.labels.label)  # expect: ["sailboat", "whale", "sky"]
        """)
  ) { arguments, context in
    try forEachImage(arguments["image"]) { image in
      let model = try arguments.object("model", ModelValue.self, called: "a model")
      let against = try DriftAgainst(arguments, model: model)
      let texts = try Texts(arguments["labels"], argument: "labels")
      let view = try ViewOptions(arguments)
      func vectors(_ model: ModelValue) throws -> Tensor {
        try textVectors(
          texts, model: model, templates: arguments["templates"], context: context, library: library,
          argument: "labels")
      }
      let input = try view.input(from: image.image, for: model.model)
      try context.checkInterruption()
      let before = try Seen(model.model, input, view)
      try context.checkInterruption()
      let after: Seen
      do {
        after = try against.seen(input: input, image: image, view: view)
      } catch let error as InterventionError {
        throw ScriptError(error.description, argument: error.option ?? against.option)
      }
      var other = model
      if case .model(let value) = against { other = value }
      let scores = [
        try Scores(before.embedding, vectors(model), factor: model.model.logitFactor),
        try Scores(after.embedding, vectors(other), factor: other.model.logitFactor),
      ]
      let areComparable =
        other.model.sha256 === model.model.sha256 && before.patches.shape == after.patches.shape
      var record = Record()
      record["cosine"] =
        areComparable ? .number(Drift.cosine(before.embedding, after.embedding)) : Value.none
      record["patches"] =
        areComparable
        ? .number(Drift.meanCosine(before.patches, after.patches))
        : Value.none
      let (a, b) = (scores[0].cosines, scores[1].cosines)
      record["spearman"] = Drift.spearman(a, b).map(Value.number) ?? Value.none
      record["kendall"] = Drift.kendall(a, b).map(Value.number) ?? Value.none
      let top = scores.map { texts.labels[$0.best] }
      record["top"] = .list(top.map(Value.string))
      record["topChanged"] = .bool(scores[0].best != scores[1].best)
      let ranks = (Drift.ranks(a), Drift.ranks(b))
      record["labels"] = try table(
        columns: ["label", "before", "after", "change", "rankBefore", "rankAfter"],
        rows: texts.labels.indices.map { i in
          let (p, q) = (Double(scores[0].probabilities[i]), Double(scores[1].probabilities[i]))
          return [
            .string(texts.labels[i]), .number(p), .number(q), .number(q - p), .number(ranks.0[i]),
            .number(ranks.1[i]),
          ]
        })
      return .record(record)
    }
  }
}

/// What a network says of labels.
private struct Scores {
  let cosines: [Float]
  let probabilities: [Float]

  /// - Parameters:
  ///   - embedding: of the picture [E]
  ///   - texts: [T, E]
  init(_ embedding: Tensor, _ texts: Tensor, factor: Float) throws {
    let all = try linear(
      normalizedRows(embedding.reshaped([1, embedding.count])), weight: normalizedRows(texts))
    cosines = all.scalars
    probabilities = try softmaxRows(all, scale: factor).scalars
  }

  /// The first of the highest.
  var best: Int { cosines.indices.max { (cosines[$0], $1) < (cosines[$1], $0) } ?? 0 }
}

/// A picture's embedding [E], and its patches, projected [patches, E].
private struct Seen {
  let embedding: Tensor
  let patches: Tensor

  /// - Parameter tokens: projected, class token first
  init(embedding: Tensor, tokens: Tensor) {
    self.embedding = embedding
    patches = tokens.rows(1..<tokens.shape[0])
  }

  /// As a model sees an input: the very embedding that `encode` gives.
  init(_ model: CLIPModel, _ input: ModelInput, _ view: ViewOptions) throws {
    self.init(
      embedding: try model.encode(image: input.pixels, positions: view.positions),
      tokens: try model.features(image: input.pixels, path: .native, positions: view.positions))
  }
}

/// The network that a model is compared with.
private enum DriftAgainst {
  case oneHead(VisionTransformer)
  case surgery(CLIPModel, depth: Int, nativeClassToken: Bool)
  case model(ModelValue)

  /// The option that asked for it.
  var option: String {
    switch self {
    case .oneHead: "heads"
    case .surgery: "path"
    case .model: "other"
    }
  }

  init(_ arguments: Arguments, model: ModelValue) throws {
    let isPaper = try arguments.string("heads") == "paper"
    let isSurgery = try arguments.string("path") == FeaturePath.surgery.rawValue
    var chosen = [("heads", isPaper), ("path", isSurgery)].filter { $0.1 }.map { $0.0 }
    if case .object = arguments["other"] { chosen.append("other") }
    guard let first = chosen.first else {
      throw ScriptError(
        "`drift` has nothing to compare with: give `heads: \"paper\"`, `path: \"surgery\"` or `other`",
        argument: "model")
    }
    guard chosen.count == 1 else {
      throw ScriptError(
        "`\(chosen[0])` and `\(chosen[1])` name two networks; compare with one at a time",
        argument: chosen[1])
    }
    func refuse(_ options: [String], unless needed: String) throws {
      for option in options where arguments.given.contains(option) {
        throw ScriptError("`\(option)` needs `\(needed)`", argument: option)
      }
    }
    if !isPaper { try refuse(["layers"], unless: "heads: \"paper\"") }
    if !isSurgery { try refuse(["depth", "classToken"], unless: "path: \"surgery\"") }
    switch first {
    case "heads":
      guard case .transformer(let tower) = try model.model.imageTower else {
        throw ScriptError(
          "`heads: \"paper\"` is for ViT models; \(model.model.name) is a ResNet", argument: "heads")
      }
      let layers = try arguments.int("layers")
      guard layers >= 1, layers <= tower.blocks.count else {
        throw ScriptError(
          "`layers` must be 1 to \(tower.blocks.count), the blocks of \(model.model.name); found \(layers)",
          argument: "layers")
      }
      do { self = .oneHead(try tower.mergingHeads(inLast: layers)) } catch let error as InterventionError {
        throw ScriptError(error.description, argument: "heads")
      }
    case "path":
      self = .surgery(
        model.model, depth: try readDepth(arguments, model: model.model),
        nativeClassToken: try arguments.string("classToken") == "native")
    default: self = .model(try arguments.object("other", ModelValue.self, called: "a model"))
    }
  }

  /// What it sees in the picture.
  func seen(input: ModelInput, image: ImageValue, view: ViewOptions) throws -> Seen {
    switch self {
    case .oneHead(let tower):
      return Seen(
        embedding: try tower.encode(input.pixels, positions: view.positions),
        tokens: try tower.head(
          tower.tokens(input.pixels, after: tower.blocks.count, positions: view.positions)))
    case .surgery(let model, let depth, let nativeClassToken):
      let tokens = try model.features(
        image: input.pixels, path: .surgery, depth: depth, nativeClassToken: nativeClassToken,
        positions: view.positions)
      return Seen(embedding: tokens.row(0), tokens: tokens)
    case .model(let other):
      return try Seen(other.model, view.input(from: image.image, for: other.model), view)
    }
  }
}
