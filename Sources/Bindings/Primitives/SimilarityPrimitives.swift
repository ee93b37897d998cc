import CLIPModels
import Explanations
import Interpreter
import Tensors

/// `features(image, model; …)`.
let featuresPrimitive = Builtin(
  "features", section: "primitives",
  [
    Builtin.Parameter("image", .union([.engine("image"), .list(.engine("image"))]), "the picture"),
    Builtin.Parameter("model", .engine("model"), "the CLIP to look into"),
  ],
  options: [
    Builtin.Parameter(
      "path", .choice(FeaturePath.allCases.map(\.rawValue)), default: .string("native"),
      "the network as trained, or CLIP Surgery's second path"),
    depthParameter,
    Builtin.Parameter(
      "layer", .union([.int, .choice(["last"])]), default: .string("last"),
      "after which block: 1 is the first, -1 the last, 0 before any"),
    Builtin.Parameter(
      "project", .bool, default: .bool(true),
      "whether the last LayerNorm and the projection into the common embedding follow"),
    classTokenParameter,
  ] + ViewOptions.parameters(fit: "squash"),
  gives: .union([.engine("tensor"), .list(.engine("tensor"))]),
  Builtin.Documentation(
    "The tokens of a picture: what the model says of each patch.",
    details: """
      Gives a tensor [1 + patches, embed], class token first, patches row by row, not normalized.
      With `project: false` a ViT gives [1 + patches, width] before ln_post.
      """,
    errors: """
      A `depth` or `layer` that the model does not have; `layer` with `path: "surgery"`; a
      `size` that is no multiple of the patch.
      """,
    seeAlso: ["surgery", "similarity", "attention"],
    example: """
      m = load("emoji")
      scene = image(zeros([112, 112, 3]))
      print(features(scene, m).shape)  # expect: [197, 128]
      """)
) { arguments, context in
  try forEachImage(arguments["image"]) { image in
    let model = try arguments.object("model", ModelValue.self, called: "a model").model
    let view = try ViewOptions(arguments)
    let path = FeaturePath(rawValue: try arguments.string("path")) ?? .native
    var layer: Int?
    if case .number = arguments["layer"] {
      let given = try arguments.int("layer")
      let count = model.layerCount
      let index = given < 0 ? given + count + 1 : given
      guard case .transformer = model.architecture.vision else {
        throw ScriptError("`layer` is for ViT models; \(model.name) is a ResNet", argument: "layer")
      }
      guard path == .native else {
        throw ScriptError(
          "`layer` is for `path: \"native\"`; with surgery give `depth`", argument: "layer")
      }
      guard index >= 0, index <= count else {
        throw ScriptError("`layer` must be -\(count) to \(count), found \(given)", argument: "layer")
      }
      layer = index
    }
    let isProjected = try arguments.bool("project")
    if !isProjected, path == .surgery, case .resNet = model.architecture.vision {
      throw ScriptError(
        "a ResNet's pooling has the projection inside; `project: false` is not possible here",
        argument: "project")
    }
    let depth = try readDepth(arguments, model: model)
    let input = try view.input(from: image.image, for: model)
    try context.checkInterruption()
    return .object(
      TensorValue(
        try model.features(
          image: input.pixels, path: path, depth: depth, layer: layer, isProjected: isProjected,
          nativeClassToken: arguments.string("classToken") == "native", positions: view.positions)))
  }
}

/// `similarity(image, model, texts; …)`: the plain map.
func similarityPrimitive(library: StandardLibrary) -> Builtin {
  Builtin(
    "similarity", section: "primitives",
    [
      Builtin.Parameter("image", .union([.engine("image"), .list(.engine("image"))]), "the picture"),
      Builtin.Parameter("model", .engine("model"), "the CLIP to ask"),
      Builtin.Parameter("texts", Texts.type, "labels, or vectors [n, embed]"),
    ],
    options: [
      Builtin.Parameter(
        "path", .choice(FeaturePath.allCases.map(\.rawValue)), default: .string("native"),
        "the network as trained, or CLIP Surgery's second path"),
      depthParameter,
      templatesParameter,
    ] + ViewOptions.parameters(fit: "squash"),
    gives: .union([.engine("heatmaps"), .list(.engine("heatmaps"))]),
    Builtin.Documentation(
      "The plain map: the cosine of each patch with each text, nothing changed.",
      details: """
        On most CLIPs it looks wrong, brightest beside the object: compare with `surgery`.
        Gives heatmaps; `.grid` is [texts, rows, columns], cosines.
        """,
      equation: "S[i,t] = cos(F[i], T[t])",
      errors: """
        A `depth` that the model does not have; a `size` that is no multiple of the patch; a
        prompt longer than the context; vectors of another width than the embedding.
        """,
      seeAlso: ["surgery", "features", "classify"],
      example: """
        m = load("emoji")
        scene = image(zeros([112, 112, 3]))
        print(similarity(scene, m, "cat").grid.shape)  # expect: [1, 14, 14]
        """)
  ) { arguments, context in
    try forEachImage(arguments["image"]) { image in
      let model = try arguments.object("model", ModelValue.self, called: "a model")
      let texts = try Texts(arguments["texts"], argument: "texts")
      let view = try ViewOptions(arguments)
      let path = FeaturePath(rawValue: try arguments.string("path")) ?? .native
      let depth = try readDepth(arguments, model: model.model)
      let input = try view.input(from: image.image, for: model.model)
      try context.checkInterruption()
      let tokens = try model.model.features(
        image: input.pixels, path: path, depth: depth, positions: view.positions)
      let vectors = try textVectors(
        texts, model: model, templates: arguments["templates"], context: context, library: library,
        argument: "texts")
      let cosines = try linear(normalizedRows(tokens), weight: normalizedRows(vectors))
      var options = [Recipe.Option("path", "\"\(path.rawValue)\"")]
      if path == .surgery { options.append(Recipe.Option("depth", String(depth))) }
      options.append(
        Recipe.Option("templates", describe(templates: arguments["templates"], texts)))
      options += view.recorded(for: input).map { Recipe.Option($0.0, $0.1) }
      let recipe = Recipe(
        method: "similarity", options: options, model: model.model.name, modelHash: model.model.sha256,
        image: image.identity)
      return .object(
        HeatMapsValue(
          maps: try heatMaps(from: cosines, labels: texts.labels, input: input, recipe: recipe)))
    }
  }
}
