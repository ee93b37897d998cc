import CLIPModels
import Explanations
import Interpreter
import Tensors
import Tokenization

/// `gradcam(image, model, texts; method, target, …)`: the explainers, on one engine.
func gradcamPrimitive(library: StandardLibrary) -> Builtin {
  Builtin(
    "gradcam", section: "primitives",
    [
      Builtin.Parameter("image", .union([.engine("image"), .list(.engine("image"))]), "the picture"),
      Builtin.Parameter("model", .engine("model"), "the CLIP to explain"),
      Builtin.Parameter("texts", Texts.type, "labels, a prompt, or vectors [n, embed]"),
    ],
    options: [
      Builtin.Parameter(
        "method", .choice(ExplainerName.allCases.map(\.rawValue)), default: .string("grad-eclip"),
        "the explainer"),
      Builtin.Parameter(
        "target", .choice(["image", "text"]), default: .string("image"),
        "what is explained: where in the picture each text is, or which tokens of each text matter"),
    ] + ExplainerOption.all.map(\.parameter) + [
      templatesParameter
    ] + ViewOptions.parameters(fit: "squash"),
    gives: .union([
      .engine("heatmaps"), .engine("tokenmap"), .list(.engine("heatmaps")), .list(.any),
    ]),
    Builtin.Documentation(
      "Explains why a picture and a text match: Grad-ECLIP, and the methods it is compared with.",
      details: """
        One question, one preprocessing and one scale for all methods, so that comparing them compares
        methods. `target: "image"` gives heatmaps, one per text; `target: "text"` a tokenmap of the
        prompt as it stands, without templates (a list of them for several). Methods and their
        equations: `clipscope doc`, page "The methods, exactly".
        """,
      equation: """
        grad-eclip:  S[i] = ReLU(Σ_c g[c] · v[i,c] · λ[i]),  g = ∂cos/∂o at the class token
                     λ[i] = min-max of cos(q[class], k[i])
        """,
      citation: "Zhao et al. 2024, arXiv 2502.18816 (grad-eclip); each method's own in the manual.",
      errors: """
        An option that the method has not; a method that reads attention, with a ResNet; a layer
        that the model has not; a `size` that is no multiple of the patch; a prompt longer than the
        context; vectors where a text is explained.
        """,
      seeAlso: ["surgery", "similarity", "attention", "overlay", "std.sanity"],
      example: """
        m = load("emoji")
        scene = image(zeros([112, 112, 3]))
        print(gradcam(scene, m, ["cat", "dog"]).grid.shape)  # expect: [2, 14, 14]
        print(gradcam(scene, m, "a cat", target: "text").tokens)  # expect: ["a", "cat"]
        """),
    refined: { arguments in
      arguments.string("target") == "text"
        ? .any : .union([.engine("heatmaps"), .list(.engine("heatmaps"))])
    }
  ) { arguments, context in
    let choice = try ExplainerChoice(arguments)
    return try forEachImage(arguments["image"]) { image in
      let model = try arguments.object("model", ModelValue.self, called: "a model")
      let texts = try Texts(arguments["texts"], argument: "texts")
      return try arguments.string("target") == "text"
        ? tokenMaps(image, model, texts, choice, arguments, context)
        : imageMaps(image, model, texts, choice, arguments, context, library)
    }
  }
}

private func imageMaps(
  _ image: ImageValue, _ model: ModelValue, _ texts: Texts, _ choice: ExplainerChoice,
  _ arguments: Arguments, _ context: CallContext, _ library: StandardLibrary
) throws -> Value {
  let view = try ViewOptions(arguments)
  if arguments.given.contains("range") {
    throw ScriptError("`range` needs `target: \"text\"`", argument: "range")
  }
  let (explainer, recorded) = try choice.ofImage(blocks: model.model.layerCount)
  let input = try view.input(from: image.image, for: model.model)
  try context.checkInterruption()
  let vectors = try textVectors(
    texts, model: model, templates: arguments["templates"], context: context, library: library,
    argument: "texts")
  let name = choice.name.rawValue
  let question = try Question(
    model: model.model, pixels: input.pixels, positions: view.positions, texts: vectors,
    progress: { Progress.report(name, $0, $1) })
  let grid = try explaining { try explainer.keptMaps(question) }
  let recipe = Recipe(
    method: name,
    options: recorded + [Recipe.Option("templates", describe(templates: arguments["templates"], texts))]
      + view.recorded(for: input).map { Recipe.Option($0.0, $0.1) },
    model: model.model.name, modelHash: model.model.sha256, image: image.identity)
  return .object(
    HeatMapsValue(
      maps: try HeatMaps(
        labels: texts.labels, grid: grid, placement: input.placement, recipe: recipe, view: input.view)))
}

/// Token maps of prompts, explained by their match with the picture.
private func tokenMaps(
  _ image: ImageValue, _ model: ModelValue, _ texts: Texts, _ choice: ExplainerChoice,
  _ arguments: Arguments, _ context: CallContext
) throws -> Value {
  guard case .strings(let prompts) = texts else {
    throw ScriptError("`target: \"text\"` explains prompts; these are vectors", argument: "texts")
  }
  if arguments.given.contains("templates") {
    throw ScriptError("`target: \"text\"` explains the prompt as it stands", argument: "templates")
  }
  let view = try ViewOptions(arguments)
  let clip = model.model
  let (explainer, recorded) = try choice.ofText(blocks: clip.architecture.text.layers)
  let input = try view.input(from: image.image, for: clip)
  warnOfUnknownWords(prompts, model: clip, context: context)
  let tokenizer = try clip.tokenizer
  let embedding = try clip.encode(image: input.pixels, positions: view.positions)
  let maps = try prompts.map { prompt -> Value in
    try context.checkInterruption()
    let text: TokenizedText
    do {
      text = try tokenizer.encode(prompt, context: clip.architecture.text.contextLength)
    } catch TokenizationError.tooLong(let tokens, let limit) {
      let error = PromptError.tooLong(prompt: prompt, tokens: tokens, limit: limit)
      throw ScriptError(error.description, argument: "texts", hint: "shorten it")
    }
    let question = try TextQuestion(model: clip, text: text, image: embedding)
    let scores = try explaining { try explainer.scores(question) }
    let recipe = Recipe(
      method: choice.name.rawValue,
      options: [Recipe.Option("target", "\"text\"")] + recorded
        + view.recorded(for: input).map { Recipe.Option($0.0, $0.1) },
      model: clip.name, modelHash: clip.sha256, image: image.identity)
    return .object(
      TokenMapValue(
        map: try TokenMap(
          text: prompt, pieces: question.tokens.map(tokenizer.tokenText), scores: scores,
          // Positions within the prompt, without start of text.
          words: text.words.map { ($0.lowerBound - 1)..<($0.upperBound - 1) }, recipe: recipe)))
  }
  if case .string = arguments["texts"] { return maps[0] }
  return .list(maps)
}
