import Interpreter

/// The engine's types as checking, completion and the manual know them. `EngineTypeTests` compares
/// them with real values.
let engineTypes: [EngineType] = [
  EngineType(
    "model", "A CLIP: image tower, text tower and tokenizer. Nothing changes it.",
    fields: [
      .init("name", .string, "the name it was loaded by"),
      .init("size", .number, "pixels of a side that it was trained with"),
      .init("patch", .number, "pixels of a side of one patch; for a ResNet, of one cell of its last grid"),
      .init("embedding", .number, "features of an embedding"),
      .init("context", .number, "the most tokens of a prompt, start and end included"),
      .init("activation", .string, "quickGELU or gelu"),
      .init("layers", .number, "blocks of a ViT's picture tower; 1 for a ResNet, its pooling"),
    ]),
  EngineType(
    "image", "A picture: RGB, 8 bits a channel.",
    fields: [
      .init("width", .number, "columns"),
      .init("height", .number, "rows"),
      .init("name", .string, "the file's name, or how it was made"),
    ]),
  EngineType(
    "tensor", "Float32 numbers of any rank.",
    fields: [
      .init("shape", .list(.number), "the extent of each axis"),
      .init("rank", .number, "how many axes"),
      .init("count", .number, "how many numbers"),
      .init("T", .engine("tensor"), "its axes in reverse order"),
      .init("names", .union([.list(.string), .none]), "names of the rows, where it has them"),
    ], element: .any, indexed: .any, hasArithmetic: true),
  EngineType(
    "heatmaps", "Maps of several labels, made together.",
    fields: [
      .init("grid", .engine("tensor"), "[labels, rows, columns], before any normalization"),
      .init("labels", .list(.string), "their names, in order"),
    ] + commonMapFields,
    element: .engine("heatmap"), indexed: .engine("heatmap"), hasArithmetic: true),
  EngineType(
    "heatmap", "The map of one label.",
    fields: [
      .init("grid", .engine("tensor"), "[rows, columns], before any normalization"),
      .init("label", .string, "its name"),
    ] + commonMapFields, indexed: nil, hasArithmetic: true),
  EngineType(
    "tokenmap", "A score for each token of a prompt.",
    fields: [
      .init("text", .string, "the prompt"),
      .init("tokens", .list(.string), "its tokens, or its words once they are put together"),
      .init("scores", .engine("tensor"), "[tokens], named by them"),
      .init(
        "words", .engine("tokenmap"), "the same with the tokens of each word put together, their scores added"
      ),
      .init("method", .string, "what made it"),
      .init("recipe", .record, "model, picture, preprocessing and options it was made with"),
    ]),
  EngineType(
    "table", "Rows of values under named columns; each column is a field.", fields: nil,
    element: .record, indexed: .any),
  EngineType(
    "pass", "One picture's forward pass, as the function given to `grad` sees it.",
    fields: [
      .init("embedding", .engine("tensor"), "[embed], CLIP's own image embedding, not normalized"),
      .init("tokens", .engine("tensor"), "[1 + patches, embed] of the path, class token first"),
      .init("blocks", .engine("layers"), "[1 + patches, width] after each block; 0 before the first"),
      .init("attention", .engine("layers"), "[heads, tokens, tokens] of each block; 1 the first"),
    ]),
  EngineType(
    "layers", "A tensor for each layer of a forward pass.", fields: [], element: .engine("tensor"),
    indexed: .engine("tensor")),
]

private let commonMapFields: [EngineType.Field] = [
  .init("rows", .number, "rows of the grid"),
  .init("columns", .number, "columns of the grid"),
  .init("method", .string, "what made it"),
  .init("recipe", .record, "model, picture, preprocessing and options it was made with"),
]
