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
    "labelmap", "One class for each pixel of a picture.",
    fields: [
      .init("labels", .list(.string), "the classes, in order; the background first where there is one"),
      .init("width", .number, "columns"),
      .init("height", .number, "rows"),
      .init("areas", .list(.number), "pixels of each class"),
      .init("background", .union([.string, .none]), "the class that is none of the labels asked for"),
      .init(
        "classes", .engine("tensor"),
        "[height, width], the place of each pixel's class in `labels`; -1 where it has none"),
      .init("masks", .engine("masks"), "the mask of each class"),
      .init("recipe", .record, "the maps' recipe and the options of `segment`"),
    ], element: .engine("mask"), indexed: .engine("mask")),
  EngineType(
    "masks", "Masks of several labels, which may overlap.",
    fields: [
      .init("labels", .list(.string), "their names, in order"),
      .init("width", .number, "columns"),
      .init("height", .number, "rows"),
      .init("areas", .list(.number), "pixels of each"),
      .init(
        "thresholds", .list(.number),
        "what each label's map, normalized to 0…1, exceeds; empty where none was used"),
      .init("pixels", .engine("tensor"), "[labels, height, width], 0 and 1"),
      .init("recipe", .record, "the maps' recipe and the options of `segment`"),
    ], element: .engine("mask"), indexed: .union([.engine("mask"), .engine("masks")])),
  EngineType(
    "mask", "The pixels that belong to one label.",
    fields: [
      .init("label", .string, "its name"),
      .init("width", .number, "columns"),
      .init("height", .number, "rows"),
      .init("area", .number, "pixels that belong"),
      .init(
        "box", .union([.list(.number), .none]),
        "[x, y, width, height] around them; `none` where there are none"),
      .init(
        "threshold", .union([.number, .none]), "what the label's normalized map exceeds; `none` with argmax"),
      .init("pixels", .engine("tensor"), "[height, width], 0 and 1"),
      .init("recipe", .record, "the maps' recipe and the options of `segment`"),
    ]),
  EngineType(
    "figure", "A chart, or pictures, charts and words together, on paper of a size.",
    fields: [
      .init("width", .number, "millimetres from left to right"),
      .init("height", .number, "millimetres from top to bottom"),
      .init("dpi", .number, "pixels an inch, where it is saved as PNG"),
    ]),
  EngineType(
    "dataset", "Pictures with what is known to be on them.",
    fields: [
      .init("count", .number, "pictures"),
      .init("labels", .list(.string), "all labels, in order"),
      .init("background", .union([.string, .none]), "the label of what is nothing in particular"),
      .init("kind", .string, "what it is kept as: folder, csv, json-lines, voc or coco"),
      .init("path", .string, "the file or folder"),
      .init("sha256", .string, "the checksum of what defines it"),
    ], element: .record, indexed: .union([.record, .engine("dataset")])),
  EngineType(
    "evaluation", "What measures found on a dataset.",
    fields: [
      .init("summary", .engine("table"), "measure, statistic, count, value, low, high: with 95 % intervals"),
      .init("rows", .engine("table"), "a row for each picture: its id and each measure's number"),
      .init("skipped", .engine("table"), "id and problem of the pictures left out"),
      .init("count", .number, "pictures measured"),
      .init("total", .number, "pictures of the dataset"),
      .init("measures", .list(.string), "names"),
    ]),
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
