import CLIPModels
import Interpreter
import Tensors

/// `ablate(image, model, texts; …)`: what each head does to the cosine of a picture and texts.
func ablatePrimitive(library: StandardLibrary) -> Builtin {
  Builtin(
    "ablate", section: "primitives",
    [
      Builtin.Parameter("image", .union([.engine("image"), .list(.engine("image"))]), "the picture"),
      Builtin.Parameter("model", .engine("model"), "the CLIP whose heads to try; it does not change"),
      Builtin.Parameter("texts", Texts.type, "labels, or vectors [n, embed]; of several the mean counts"),
    ],
    options: [
      Builtin.Parameter(
        "blocks", .union([.int, .list(.int), .choice(["all"])]), default: .string("all"),
        "which blocks: 1 is the first, -1 the last, or several"),
      Builtin.Parameter(
        "factor", .number, default: .number(0), "what each head's output is multiplied by: 0 silences it"),
      towerParameter, templatesParameter,
    ] + ViewOptions.parameters(fit: "crop"),
    gives: .union([.engine("table"), .list(.engine("table"))]),
    Builtin.Documentation(
      "Silences one attention head after the other: how much the score of a picture and texts changes.",
      details: """
        Gives a table with `block` (from 1), `head` (from 0), `score`, the mean cosine of picture and
        texts without the head, and `change`, that minus the cosine with it: negative where the head
        speaks for the texts. `std.ablation` makes a tensor [blocks, heads] and a picture of it.
        Blocks before the head's are not computed again, and other texts cost nothing more: for one
        column a text call it for each. A list of pictures gives a list of tables.
        """,
      equation: "change = mean_t cos(I without head, T[t]) − mean_t cos(I, T[t])",
      errors: """
        A block that the tower has not; a ResNet's image tower; `tower: "text"` with texts given as
        vectors; a `size` that is no multiple of the patch; a prompt longer than the context.
        """,
      seeAlso: ["edit", "attention", "std.ablation"],
      example: """
        m = load("emoji")
        scene = image(uniform([112, 112, 3], seed: 1))
        t = ablate(scene, m, "whale", blocks: -1)
        print(t.head)  # expect: [0, 1]
        """)
  ) { arguments, context in
    try forEachImage(arguments["image"]) { image in
      let model = try arguments.object("model", ModelValue.self, called: "a model")
      let tower = Tower(rawValue: try arguments.string("tower")) ?? .image
      if tower == .image, !model.model.isTransformer {
        throw ScriptError(
          "`ablate` silences heads of a transformer; the image tower of \(model.model.name) is a ResNet",
          argument: "model", hint: "its text tower is one: `tower: \"text\"`")
      }
      let texts = try Texts(arguments["texts"], argument: "texts")
      if tower == .text, case .vectors = texts {
        throw ScriptError(
          "`tower: \"text\"` needs texts to encode; vectors do not pass through it", argument: "texts")
      }
      let blocks = try readBlocks(
        arguments["blocks"], of: tower, model: model.model, argument: "blocks")
      let factor = Float(try arguments.double("factor"))
      let view = try ViewOptions(arguments)
      let input = try view.input(from: image.image, for: model.model)
      func vectors(_ model: ModelValue) throws -> Tensor {
        try textVectors(
          texts, model: model, templates: arguments["templates"], context: context, library: library,
          argument: "texts")
      }
      func score(_ picture: Tensor, _ texts: Tensor) throws -> Double {
        let cosines = try linear(
          normalizedRows(picture.reshaped([1, picture.count])), weight: normalizedRows(texts)
        ).scalars
        return cosines.reduce(0) { $0 + Double($1) } / Double(cosines.count)
      }
      let own = try vectors(model)
      let picture = try model.model.encode(image: input.pixels, positions: view.positions)
      let whole = try score(picture, own)
      let heads = model.model.headCount(of: tower)
      let progress = Progress.task("silencing heads", of: blocks.count * heads)
      var rows: [[Value]] = []
      do {
        for block in blocks {
          for head in 0..<heads {
            try context.checkInterruption()
            let found: Double
            switch tower {
            case .image:
              found = try score(
                model.model.encode(
                  image: input.pixels, scaling: [head], of: block, by: factor, positions: view.positions),
                own)
            case .text:
              let edited = try model.model.editing(
                .text, blocks: [block], .scale(factor, heads: [head]), name: model.model.name)
              found = try score(picture, vectors(ModelValue(model: edited)))
            }
            rows.append([
              .number(Double(block + 1)), .number(Double(head)), .number(found), .number(found - whole),
            ])
            progress(1)
          }
        }
      } catch let error as InterventionError {
        throw ScriptError(error.description, argument: error.option)
      }
      return try table(columns: ["block", "head", "score", "change"], rows: rows)
    }
  }
}
