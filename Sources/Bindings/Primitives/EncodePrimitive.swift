import CLIPModels
import Interpreter
import Tensors

/// `encode(images or texts, model; …)`.
func encodePrimitive(library: StandardLibrary) -> Builtin {
  Builtin(
    "encode", section: "primitives",
    [
      Builtin.Parameter(
        "what", .union([.engine("image"), .string, .list(.any)]),
        "pictures or texts, one or a list"),
      Builtin.Parameter("model", .engine("model"), "the CLIP to encode with"),
    ],
    options: [
      Builtin.Parameter(
        "templates", .union([.choice(["imagenet", "simple"]), .list(.string), .none]),
        default: Value.none, "prompts around each text, averaged; see `std.prompts`"),
      Builtin.Parameter(
        "normalize", .bool, default: .bool(true), "whether each row is made to have length 1"),
      Builtin.Parameter(
        "truncate", .bool, default: .bool(false),
        "whether a text that is too long loses its end, with a warning, instead of being an error"),
      Builtin.Parameter(
        "batch", .union([.int, .none]), default: Value.none,
        "how many consecutive texts are computed together; it affects speed and the last bits only"),
    ] + ViewOptions.parameters(fit: "crop"),
    gives: .engine("tensor"),
    Builtin.Documentation(
      "Embeddings of pictures or texts: one row each, in the order given.",
      details: """
        Gives a tensor [n, embed], rows of length 1 unless `normalize: false`. Texts name the rows.
        Rows of pictures use CLIP's own preprocessing (`fit: "crop"`) unless told otherwise.
        With `templates` a text's row is the mean of the rows of its prompts, of length 1 again.
        """,
      citation: "Radford et al. 2021, arXiv 2103.00020; templates: its section 3.1.4.",
      errors: """
        Nothing to encode; pictures and texts mixed; a text longer than the model's context,
        unless `truncate: true`; `normalize: false` with `templates`.
        """,
      seeAlso: ["classify", "tokens", "std.prompts"],
      example: """
        m = load("emoji")
        e = encode(["cat", "dog"], m)
        print(e.shape)  # expect: [2, 128]
        """)
  ) { arguments, context in
    let model = try arguments.object("model", ModelValue.self, called: "a model")
    let normalize = try arguments.bool("normalize")
    let items: [Value] = if case .list(let list) = arguments["what"] { list } else { [arguments["what"]] }
    guard let first = items.first else { throw ScriptError("nothing to encode", argument: "what") }
    if case .string = first {
      let texts = try Texts(arguments["what"], argument: "what")
      if case .none = arguments["templates"] {
        let batch = try arguments.optionalInt("batch")
        if let batch, batch < 1 {
          throw ScriptError("`batch` must be at least 1, found \(batch)", argument: "batch")
        }
        let rows = try encodePrompts(
          texts.labels, with: model.model, truncate: arguments.bool("truncate"), batch: batch,
          context: context, argument: "what")
        return .object(
          TensorValue(normalize ? try normalizedRows(rows) : rows, names: texts.labels))
      }
      if !normalize {
        throw ScriptError(
          "an ensemble of templates is normalized by its definition; leave out `normalize: false`",
          argument: "normalize")
      }
      let rows = try textVectors(
        texts, model: model, templates: arguments["templates"], context: context,
        library: library, argument: "what")
      return .object(TensorValue(rows, names: texts.labels))
    }
    let view = try ViewOptions(arguments)
    var rows: [Tensor] = []
    var names: [String] = []
    for (index, item) in items.enumerated() {
      guard case .object(let object) = item, let image = object as? ImageValue else {
        throw ScriptError(
          "`what` must be pictures or texts, not mixed; item \(index) is \(TypeMessage.article(item.typeName))",
          argument: "what")
      }
      try context.checkInterruption()
      let input = try view.input(from: image.image, for: model.model)
      rows.append(try model.model.encode(image: input.pixels, positions: view.positions))
      names.append(image.name)
    }
    let all = try Tensor.stacked(rows)
    return .object(TensorValue(normalize ? try normalizedRows(all) : all, names: names))
  }
}
