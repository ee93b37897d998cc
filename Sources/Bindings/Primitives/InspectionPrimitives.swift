import CLIPModels
import Interpreter
import Tensors
import Tokenization

/// `tokens(text, model)`: the tokenizer's view of a prompt.
let tokensPrimitive = Builtin(
  "tokens", section: "primitives",
  [
    Builtin.Parameter("text", .string, "the prompt"),
    Builtin.Parameter("model", .engine("model"), "the CLIP whose tokenizer and context are used"),
  ],
  options: [
    Builtin.Parameter(
      "truncate", .bool, default: .bool(false), "whether a prompt that is too long loses its end")
  ],
  gives: .engine("table"),
  Builtin.Documentation(
    "The tokenizer's view of a prompt: one row per token, start and end included.",
    details: "Gives a table with `position`, `id` and `text`.",
    errors: "A prompt longer than the model's context, unless `truncate: true`.",
    seeAlso: ["encode"],
    example: """
      m = load("emoji")
      print(tokens("a cat", m).id)  # expect: [49406, 320, 2368, 49407]
      """)
) { arguments, context in
  let model = try arguments.object("model", ModelValue.self, called: "a model").model
  let text = try arguments.string("text")
  let tokenizer = try model.tokenizer
  let encoded: TokenizedText
  do {
    encoded = try tokenizer.encode(
      text, context: model.architecture.text.contextLength, truncate: arguments.bool("truncate"))
  } catch let error as TokenizationError {
    throw ScriptError(
      error.description, argument: "text", hint: "cut it off with `truncate: true`")
  }
  if encoded.isTruncated {
    context.warn("\"\(abbreviated(text))\" is longer than the model's context; its end was cut off")
  }
  return try table(
    columns: ["position", "id", "text"],
    rows: encoded.ids.enumerated().map { position, id in
      [
        .number(Double(position)), .number(Double(id)), .string(tokenizer.tokenText(id)),
      ]
    })
}

/// `attention(image, model; layer, head)`.
let attentionPrimitive = Builtin(
  "attention", section: "primitives",
  [
    Builtin.Parameter("image", .union([.engine("image"), .list(.engine("image"))]), "the picture"),
    Builtin.Parameter("model", .engine("model"), "the CLIP to look into"),
  ],
  options: [
    Builtin.Parameter(
      "layer", .union([.int, .choice(["last"])]), default: .string("last"),
      "which block: 1 is the first, -1 the last; a ResNet has one, its pooling"),
    Builtin.Parameter(
      "head", .union([.int, .none]), default: Value.none, "which head, from 0; `none` is all"),
  ] + ViewOptions.parameters(fit: "squash"),
  gives: .union([.engine("tensor"), .list(.engine("tensor"))]),
  Builtin.Documentation(
    "Attention matrices: how much each token (row) attends to each other (column).",
    details: """
      Gives a tensor [heads, tokens, tokens], or [tokens, tokens] for one head; rows sum to 1; token
      0 is the class token, the others are the patches row by row.
      """,
    equation: "A = softmax(Q Kᵀ / √(width / heads))",
    errors: """
      A `layer` or `head` that the model does not have; matrices of more than 2 GB; a `size`
      that is no multiple of the patch.
      """,
    seeAlso: ["features", "surgery"],
    example: """
      m = load("emoji")
      scene = image(zeros([112, 112, 3]))
      print(attention(scene, m, head: 0).shape)  # expect: [197, 197]
      """)
) { arguments, context in
  try forEachImage(arguments["image"]) { image in
    let model = try arguments.object("model", ModelValue.self, called: "a model").model
    let view = try ViewOptions(arguments)
    let count: Int
    let heads: Int
    switch model.architecture.vision {
    case .transformer(let vision): (count, heads) = (vision.layers, vision.heads)
    case .resNet(let vision): (count, heads) = (1, vision.heads)
    }
    var layer = count
    if case .number = arguments["layer"] {
      let given = try arguments.int("layer")
      layer = given < 0 ? given + count + 1 : given
      guard layer >= 1, layer <= count else {
        throw ScriptError(
          "`layer` must be 1 to \(count) or -\(count) to -1, found \(given)", argument: "layer")
      }
    }
    let head = try arguments.optionalInt("head")
    if let head, !(0..<heads).contains(head) {
      throw ScriptError("`head` must be 0 to \(heads - 1), found \(head)", argument: "head")
    }
    let input = try view.input(from: image.image, for: model)
    let tokens = 1 + input.rows * input.columns
    guard heads * tokens * tokens <= 1 << 29 else {
      throw ScriptError(
        "the matrices of \(heads) heads over \(tokens) tokens do not fit 2 GB; choose a smaller `size`",
        argument: "size")
    }
    let matrices = try model.attentionMatrices(
      image: input.pixels, layer: layer - 1, positions: view.positions)
    return .object(TensorValue(head.map { matrices.row($0) } ?? matrices))
  }
}
