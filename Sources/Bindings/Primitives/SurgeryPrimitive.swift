import CLIPModels
import Explanations
import Interpreter
import Syntax
import Tensors

/// Options of the architecture surgery, shared by `features`, `surgery` and `similarity`.
let depthParameter = Builtin.Parameter(
  "depth", .union([.int, .none]), default: Value.none,
  "how many of the last blocks get value–value attention; `none` is 6, the published value")

let classTokenParameter = Builtin.Parameter(
  "classToken", .choice(["native", "released"]), default: .string("native"),
  "for a ResNet: CLIP's own class token, or the new path's as the published program takes it")

/// Reads and checks `depth`.
func readDepth(_ arguments: Arguments, model: CLIPModel) throws -> Int {
  let given = try arguments.optionalInt("depth")
  if given != nil, case .resNet = model.architecture.vision {
    throw ScriptError(
      "`depth` is for ViT models; a ResNet such as \(model.name) has one layer of attention",
      argument: "depth")
  }
  guard let depth = given else {
    return min(CLIPModel.publishedSurgeryDepth, model.layerCount)
  }
  guard depth >= 1, depth <= model.layerCount else {
    throw ScriptError(
      "`depth` must be 1 to \(model.layerCount), the blocks of \(model.name); found \(depth)",
      argument: "depth")
  }
  return depth
}

/// `surgery(image, model, texts; …)`.
func surgeryPrimitive(library: StandardLibrary) -> Builtin {
  Builtin(
    "surgery", section: "primitives",
    [
      Builtin.Parameter(
        "image", .union([.engine("image"), .list(.engine("image"))]), "the picture to explain"),
      Builtin.Parameter("model", .engine("model"), "the CLIP to explain"),
      Builtin.Parameter("texts", Texts.type, "labels, or vectors [n, embed]"),
    ],
    options: [
      depthParameter,
      Builtin.Parameter(
        "features", .union([.choice(["labels", "none"]), .string, .list(.string)]),
        default: .string("labels"),
        "what is redundant: what the labels share, nothing, or what these texts say"),
      classTokenParameter,
      Builtin.Parameter(
        "preset", .union([.choice(["released"]), .none]), default: Value.none,
        "`\"released\"`: every option not given is as in the published program"),
      templatesParameter,
    ] + ViewOptions.parameters(fit: "squash"),
    gives: .union([.engine("heatmaps"), .list(.engine("heatmaps"))]),
    Builtin.Documentation(
      "CLIP Surgery: where in the picture the model sees each label.",
      details: """
        Architecture surgery: in the last `depth` blocks a second path attends with q = k = v and
        leaves out the MLP; its patches are compared with the texts. Feature surgery (`features:`)
        then removes what all labels share; for one text, what the empty prompt says.
        Gives heatmaps, one per text; `.grid` is [texts, rows, columns] before normalization.
        Texts given as vectors are used as they are: a single one has nothing subtracted.
        A list of pictures gives a list of heatmaps.
        """,
      equation: """
        several labels:  s[i,t] = cos(F[i], T[t])
                         p = softmax_t(2 · s[class,t]);  w[t] = p[t] / mean_t(p)
                         S[i,t] = w[t] · s[i,t] − mean_t(w[t] · s[i,t])
        one text:        S[i] = F[i] / |F[i]| · (T − T of the empty text)
        """,
      citation: "Li et al. 2023, arXiv 2304.05653; Pattern Recognition 162:111409.",
      errors: """
        A `depth` that the model does not have, or any for a ResNet; a `size` that is no
        multiple of the patch; a prompt longer than the context; vectors of another width than
        the embedding.
        """,
      seeAlso: ["similarity", "features", "overlay", "points", "std.similarity"],
      example: """
        m = load("emoji")
        scene = image(zeros([112, 112, 3]))
        maps = surgery(scene, m, ["cat", "dog"])
        print(maps.grid.shape)  # expect: [2, 14, 14]
        """)
  ) { arguments, context in
    try forEachImage(arguments["image"]) { image in
      let model = try arguments.object("model", ModelValue.self, called: "a model")
      let texts = try Texts(arguments["texts"], argument: "texts")
      let view = try ViewOptions(arguments)
      let depth = try readDepth(arguments, model: model.model)
      let isReleased = if case .string = arguments["preset"] { true } else { false }
      let classToken =
        isReleased && !arguments.given.contains("classToken")
        ? "released" : try arguments.string("classToken")
      let input = try view.input(from: image.image, for: model.model)
      try context.checkInterruption()
      let tokens = try model.model.features(
        image: input.pixels, path: .surgery, depth: depth, nativeClassToken: classToken == "native",
        positions: view.positions)
      let vectors = try textVectors(
        texts, model: model, templates: arguments["templates"], context: context, library: library,
        argument: "texts")
      let (scores, removed) = try featureSurgery(
        tokens, vectors, texts: texts, model: model, arguments: arguments, library: library,
        context: context)
      let recipe = Recipe(
        method: "surgery",
        options: [
          model.model.isTransformer
            ? Recipe.Option("depth", String(depth))
            : Recipe.Option("classToken", "\"\(classToken)\""),
          Recipe.Option("features", removed),
          Recipe.Option("templates", describe(templates: arguments["templates"], texts)),
        ] + view.recorded(for: input).map { Recipe.Option($0.0, $0.1) },
        model: model.model.name, modelHash: model.model.sha256, image: image.identity)
      return .object(
        HeatMapsValue(
          maps: try heatMaps(from: scores, labels: texts.labels, input: input, recipe: recipe)))
    }
  }
}

/// The scores of all tokens after feature surgery, which is Clip code (`std.similarity`), and how to
/// name it in a recipe.
///
/// - Returns: [1 + patches, texts]
private func featureSurgery(
  _ tokens: Tensor, _ vectors: Tensor, texts: Texts, model: ModelValue, arguments: Arguments,
  library: StandardLibrary, context: CallContext
) throws -> (scores: Tensor, name: String) {
  let features: Value = .object(TensorValue(tokens))
  let targets: Value = .object(TensorValue(vectors, names: texts.labels))
  func call(_ function: String, _ values: [Value]) throws -> Tensor {
    let result = try library.call("similarity", function, values, context: context)
    guard case .object(let object) = result, let scores = object as? TensorValue else {
      throw ScriptError("std.similarity.\(function) gave a \(result.typeName), not a tensor")
    }
    return scores.tensor
  }
  func redundant(_ prompts: Texts) throws -> Value {
    .object(
      TensorValue(
        try textVectors(
          prompts, model: model, templates: arguments["templates"], context: context,
          library: library, argument: "features")))
  }
  switch arguments["features"] {
  case .string("none"):
    return (try call("plain", [features, targets]), "\"none\"")
  case .string("labels"):
    if texts.labels.count > 1 { return (try call("featureSurgery", [features, targets]), "\"labels\"") }
    if case .vectors = texts { return (try call("plain", [features, targets]), "\"none\"") }
    return (try call("singleText", [features, targets, redundant(.strings([""]))]), "\"\"")
  default:
    let prompts = try Texts(arguments["features"], argument: "features")
    if case .string(let text) = arguments["features"],
      let near = Suggestion.nearest(to: text, among: ["labels", "none"])
    {
      context.warn("`features: \"\(text)\"` is taken as a text; did you mean \"\(near)\"?")
    }
    let name =
      "[" + prompts.labels.map { Value.string($0).literal }.joined(separator: ", ")
      + "]"
    return (try call("singleText", [features, targets, redundant(prompts)]), name)
  }
}

/// Heat maps from token scores: [1 + patches, texts] → [texts, rows, columns], the class token left out.
func heatMaps(
  from scores: Tensor, labels: [String], input: ModelInput, recipe: Recipe
) throws -> HeatMaps {
  let (rows, columns, count) = (input.rows, input.columns, labels.count)
  guard scores.shape == [1 + rows * columns, count] else {
    throw ScriptError(
      "scores of shape \(describe(shape: scores.shape)) do not fit \(rows) × \(columns) patches "
        + "and \(count) texts")
  }
  let grid = Tensor([count, rows, columns]) { out in
    scores.withUnsafeBuffer { source in
      for i in 0..<rows * columns {
        for t in 0..<count { out[t * rows * columns + i] = source[(1 + i) * count + t] }
      }
    }
  }
  return try HeatMaps(
    labels: labels, grid: grid, placement: input.placement, recipe: recipe, view: input.view)
}

/// Applies `body` to one picture, or to each of a list.
func forEachImage(_ value: Value, _ body: (ImageValue) throws -> Value) throws -> Value {
  func picture(_ value: Value) throws -> ImageValue {
    guard case .object(let object) = value, let image = object as? ImageValue else {
      throw ScriptError("`image` takes a picture, found \(value.typeName)", argument: "image")
    }
    return image
  }
  if case .list(let items) = value { return .list(try items.map { try body(picture($0)) }) }
  return try body(picture(value))
}

/// How a recipe names the prompts around the labels.
func describe(templates: Value, _ texts: Texts) -> String {
  switch (templates, texts) {
  case (_, .vectors): "none (vectors)"
  case (.string(let name), _): "\"\(name)\""
  case (.list(let items), _): "\(items.count) of the script's own"
  default: "none"
  }
}
