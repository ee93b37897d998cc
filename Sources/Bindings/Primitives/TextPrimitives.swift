import CLIPModels
import Interpreter
import Tensors

/// Encodes prompts as primitives do: errors name the prompt, a truncated one or one with words the
/// model never saw warns.
///
/// - Returns: [prompts, embed], not normalized
func encodePrompts(
  _ prompts: [String], with model: CLIPModel, truncate: Bool, batch: Int? = nil,
  context: CallContext, argument: String
) throws -> Tensor {
  var truncated: [Int] = []
  do {
    let rows = try model.encode(
      prompts: prompts, truncate: truncate, batch: batch, truncated: { truncated.append($0) },
      progress: Progress.task("encoding prompts", of: prompts.count))
    // What is refused needs no other word on it.
    warnOfUnknownWords(prompts, model: model, context: context)
    for index in truncated.prefix(3) {
      context.warn(
        "\"\(abbreviated(prompts[index]))\" is longer than the model's "
          + "\(model.architecture.text.contextLength) tokens; its end was cut off")
    }
    if truncated.count > 3 { context.warn("\(truncated.count - 3) more prompts were cut off") }
    return rows
  } catch let error as PromptError {
    throw ScriptError(
      error.description, argument: argument,
      hint: argument == "what" ? "shorten it, or cut it off with `truncate: true`" : "shorten it")
  }
}

/// The beginning of a long prompt, for messages.
func abbreviated(_ text: String, limit: Int = 40) -> String {
  text.count <= limit ? text : text.prefix(limit) + "…"
}

/// A model that lists what it has seen (the built-in one) is a poor judge of other words.
func warnOfUnknownWords(_ prompts: [String], model: CLIPModel, context: CallContext) {
  guard !model.knownWords.isEmpty else { return }
  let unknown = model.unknownWords(in: prompts)
  guard !unknown.isEmpty else { return }
  let list = unknown.prefix(5).map { "`\($0)`" }.joined(separator: ", ")
  context.warn(
    "\(model.name) never saw \(list)\(unknown.count > 5 ? " and others" : "") in training; "
      + "what it says of them means nothing")
}

/// `templates:` as primitives take it.
let templatesParameter = Builtin.Parameter(
  "templates", .union([.choice(["imagenet", "simple"]), .list(.string), .none]),
  default: .string("imagenet"),
  "prompts around each label, averaged: the 85 of CLIP Surgery, one, none, or your own with `{}`")

/// Texts as unit vectors with their labels: through the ensemble of `templates` where there is one.
///
/// The ensemble itself is Clip code (`std.prompts`).
/// - Returns: [n, embed]; vectors given as such are passed on as they are
func textVectors(
  _ texts: Texts, model: ModelValue, templates: Value, context: CallContext,
  library: StandardLibrary, argument: String
) throws -> Tensor {
  switch texts {
  case .vectors(let rows, _):
    guard rows.shape[1] == model.model.architecture.embedDim else {
      throw ScriptError(
        "`\(argument)` has \(rows.shape[1]) columns; the embedding of \(model.model.name) has "
          + "\(model.model.architecture.embedDim)", argument: argument)
    }
    return rows
  case .strings(let strings):
    if case .none = templates {
      return try normalizedRows(
        encodePrompts(
          strings, with: model.model, truncate: false, context: context, argument: argument))
    }
    if case .list(let own) = templates, own.isEmpty {
      throw ScriptError(
        "`templates` is empty", argument: "templates", hint: "`none` encodes the texts as they are")
    }
    let result: Value
    do {
      result = try library.call(
        "prompts", "ensemble",
        [.list(strings.map(Value.string)), .object(model), templates], context: context)
    } catch let error as ScriptError where error.argument == nil {
      throw ScriptError(error.message, argument: argument, hint: error.hint, kind: error.kind)
    }
    guard case .object(let object) = result, let rows = object as? TensorValue else {
      throw ScriptError("std.prompts.ensemble gave a \(result.typeName), not a tensor")
    }
    return rows.tensor
  }
}
