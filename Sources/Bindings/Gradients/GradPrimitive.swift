import CLIPModels
import Interpreter
import Tensors

/// `grad(image, model, f; …)`.
let gradPrimitive = Builtin(
  "grad", section: "primitives",
  [
    Builtin.Parameter("image", .union([.engine("image"), .list(.engine("image"))]), "the picture"),
    Builtin.Parameter("model", .engine("model"), "the CLIP to look into"),
    Builtin.Parameter(
      "f", .function, "makes one number, the score, of the picture's forward pass: `fn(x) => …`"),
  ],
  options: [
    Builtin.Parameter(
      "wrt", .choice(["pixels", "tokens", "attention"]), default: .string("pixels"),
      "with respect to what: the model's input, the tokens after a block, the attention of a block"),
    Builtin.Parameter(
      "layer", .int, default: .number(-1),
      "which block's tokens or attention: 1 is the first, -1 the last; tokens also before any, 0"),
    Builtin.Parameter(
      "path", .choice(FeaturePath.allCases.map(\.rawValue)), default: .string("native"),
      "where `x.tokens` come from: the network as trained, or CLIP Surgery's second path"),
    depthParameter,
  ] + ViewOptions.parameters(fit: "squash"),
  gives: .union([.engine("tensor"), .list(.engine("tensor"))]),
  Builtin.Documentation(
    "The gradient of any score that a function makes of a picture's forward pass.",
    details: """
      `f` is called once with the pass `x`: `x.embedding` [embed] (not normalized), `x.tokens` [1 + patches,
      embed] of the path, `x.blocks[k]` [1 + patches, width] after block k, 0 before the first, and
      `x.attention[k]` [heads, tokens, tokens] of block k, 1 the first; of a ResNet `x.blocks[k]` is [positions,
      channels] after stage k, 0 the stem. Whatever else `f` uses is constant, also when it was computed of
      the same picture. Of a number that `f` gives, or a tensor of one number, this is the gradient.

      Gives a tensor: [3, height, width] with respect to the normalized pixels; [1 + patches, width] to the
      tokens after block `layer` (a ResNet's features after a stage); [heads, tokens, tokens] to the attention
      of block `layer`. What `f` reads of later blocks and of `layer` itself counts, what it reads of earlier
      ones does not depend on `layer`.

      With a gradient are: indices, `+ - * / ** @`, `.T`, and abs, clamp, concat, cosine, cumsum, dot, einsum,
      exp, item, log, logsumexp, max, mean, min, norm, normalize, reshape, softmax, sqrt, squeeze, stack, std, sum,
      tensor, transpose, where. Comparisons, `argmax`, `argmin`, `argsort`, `equal` and `shape` give plain
      values. Of equal largest values each gets its share. Everything else refuses what has a gradient. A
      gradient of a gradient is not there.
      """,
    equation: "∂f/∂(pixels, tokens or attention), by the chain rule backwards through the network",
    errors: """
      A function that gives no single number; within it, a function without a gradient or another `grad`; a
      `layer` that the model does not have; the tokens of a block in which the surgery path runs beside the
      network's own; attention of a ResNet; a `depth` that the model does not have, or without
      `path: "surgery"`; a `size` that is no multiple of the patch.
      """,
    seeAlso: ["pass", "features", "attention", "cosine"],
    example: """
      m = load("emoji")
      scene = image(zeros([112, 112, 3]))
      t = encode("cat", m)
      print(grad(scene, m, fn(x) => cosine(x.embedding, t)).shape)  # expect: [3, 112, 112]
      # how much each of the last block's 2 heads says for the cat
      g = scene |> grad(m, fn(x) => cosine(x.embedding, t), wrt: "attention")
      print(sum(g, axis: [1, 2]).shape)  # expect: [2]
      """)
) { arguments, context in
  guard Tape.current == nil else {
    throw ScriptError(
      "`grad` within the function given to `grad` is not possible: there are no gradients of gradients",
      hint: "compute it before, and use the result as a constant")
  }
  guard case .function(let function) = arguments["f"] else {
    throw ScriptError("`f` takes a function", argument: "f")
  }
  return try forEachImage(arguments["image"]) { image in
    let model = try arguments.object("model", ModelValue.self, called: "a model").model
    let view = try ViewOptions(arguments)
    let path = FeaturePath(rawValue: try arguments.string("path")) ?? .native
    let depth = try readDepth(arguments, model: model)
    if path == .native, arguments.given.contains("depth"), try arguments.optionalInt("depth") != nil {
      throw ScriptError("`depth` is for `path: \"surgery\"`", argument: "depth")
    }
    let place = try GradientRequest.place(arguments, model: model, path: path, depth: depth)
    let input = try view.input(from: image.image, for: model)
    try context.checkInterruption()
    return try inScriptTerms {
      let pass = try RecordedPass(
        model, pixels: input.pixels, positions: view.positions, path: path, depth: depth)
      if case .attention = place { try ArrayLimits.count(of: pass.shape(of: place), for: "grad") }
      let tape = Tape()
      let parts = PassParts(pass, tape: tape)
      let score = try Tape.$current.withValue(tape) {
        try context.call(function, [.object(PassValue(parts: parts))])
      }
      let gradient = try GradientRequest.gradient(of: score, parts, at: place, context)
      return .object(TensorValue(gradient))
    }
  }
}

/// What `grad` is asked for, checked.
private enum GradientRequest {
  /// The options `wrt` and `layer`.
  static func place(
    _ arguments: Arguments, model: CLIPModel, path: FeaturePath, depth: Int
  ) throws -> GradientPlace {
    let (wrt, given) = (try arguments.string("wrt"), try arguments.int("layer"))
    if wrt == "pixels" {
      if arguments.given.contains("layer") {
        throw ScriptError(
          "`layer` has no meaning for the pixels; it is for `wrt: \"tokens\"` or `\"attention\"`",
          argument: "layer")
      }
      return .pixels
    }
    if wrt == "attention", !model.isTransformer {
      throw ScriptError(
        "\(model.name) is a ResNet: it has no attention between its stages", argument: "wrt",
        hint: "`\"tokens\"` are the features after a stage")
    }
    let count = model.layerCount
    let least = wrt == "tokens" ? 0 : 1
    let layer = given < 0 ? given + count + 1 : given
    guard layer >= least, layer <= count, given >= -count - (1 - least) else {
      throw ScriptError(
        "`layer` must be \(least) to \(count) or -\(count) to -1, found \(given)", argument: "layer")
    }
    if wrt == "attention" { return .attention(of: layer) }
    if path == .surgery, model.isTransformer, layer > count - depth {
      throw ScriptError(
        "after block \(count - depth) two paths run side by side, so that the tokens after block \(layer) "
          + "are two; `layer` must be 0 to \(count - depth)", argument: "layer",
        hint: "a smaller `depth` moves that place")
    }
    return .tokens(after: layer)
  }

  /// The gradient of what the function gave.
  static func gradient(
    of score: Value, _ parts: PassParts, at place: GradientPlace, _ context: any CallContext
  ) throws -> Tensor {
    let shape = try parts.pass.shape(of: place)
    switch score {
    case .object(let traced as TracedValue):
      try check(traced.tensor)
      guard let gradients = try parts.gradients(of: traced) else { break }
      try context.checkInterruption()
      let result = try parts.pass.gradient(of: gradients, at: place)
      let (isZero, isFinite) = result.withUnsafeBuffer { values in
        (values.allSatisfy { $0 == 0 }, values.allSatisfy(\.isFinite))
      }
      if !isFinite { context.warn("the gradient is not finite everywhere") }
      if isZero {
        context.warn(
          "the gradient is 0 everywhere: where the score is now, nothing "
            + "\(words(place)) changes it")
      }
      return result
    case .number: break
    case .object(let tensor as TensorValue): try check(tensor.tensor)
    default:
      throw ScriptError(
        "the function given to `grad` must give a number, found \(score.typeName)", argument: "f",
        hint: "the last expression of the function is what it gives")
    }
    context.warn(
      "the score does not depend on the picture, so its gradient is 0: make it of `x.embedding`, "
        + "`x.tokens`, `x.blocks` or `x.attention`")
    return Tensor(shape, repeating: 0)
  }

  private static func check(_ tensor: Tensor) throws {
    guard tensor.count != 1 else { return }
    throw ScriptError(
      "the function given to `grad` must give one number, found a tensor \(describe(shape: tensor.shape))",
      argument: "f", hint: "choose one, as with `[0]`, or `sum` them")
  }

  private static func words(_ place: GradientPlace) -> String {
    switch place {
    case .pixels: "in the picture"
    case .tokens(let layer): "in the tokens after block \(layer)"
    case .attention(let layer): "in the attention of block \(layer)"
    }
  }
}
