import CLIPModels
import Interpreter
import Tensors
import Tokenization

/// `textFeatures(text, model; project)`: every token of a prompt in the common embedding.
let textFeaturesPrimitive = Builtin(
  "textFeatures", section: "primitives",
  [
    Builtin.Parameter("text", .string, "the prompt"),
    Builtin.Parameter("model", .engine("model"), "the CLIP to ask"),
  ],
  options: [
    Builtin.Parameter(
      "project", .bool, default: .bool(true),
      "whether the last LayerNorm and the projection into the common embedding follow")
  ],
  gives: .engine("tensor"),
  Builtin.Documentation(
    "What the model says after each token of a prompt.",
    details: """
      Gives a tensor [tokens, embed], start and end of text included, not normalized; its rows are named
      by their tokens. CLIP trains the last row alone, end of text: that one is the prompt's embedding.
      With `project: false` rows are [tokens, width] before ln_final.
      """,
    errors: "A prompt longer than the model's context.",
    seeAlso: ["features", "encode", "tokens", "gradcam"],
    example: """
      m = load("emoji")
      print(textFeatures("a cat", m).shape)  # expect: [4, 128]
      """)
) { arguments, context in
  let model = try arguments.object("model", ModelValue.self, called: "a model").model
  let prompt = try arguments.string("text")
  warnOfUnknownWords([prompt], model: model, context: context)
  let tower = try model.textTower
  let tokenizer = try model.tokenizer
  let text: TokenizedText
  do {
    text = try tokenizer.encode(prompt, context: tower.contextLength)
  } catch TokenizationError.tooLong(let tokens, let limit) {
    let error = PromptError.tooLong(prompt: prompt, tokens: tokens, limit: limit)
    throw ScriptError(error.description, argument: "text", hint: "shorten it")
  }
  let tokens = try tower.blockInputs(text.ids)[tower.blocks.count]
  let rows = try arguments.bool("project") ? tower.head(tokens) : tokens
  return .object(TensorValue(rows, names: text.ids.map(tokenizer.tokenText)))
}
