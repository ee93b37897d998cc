import CLIPModels
import Interpreter
import Syntax
import Tensors

/// `edit(model; block, …)`: a model of the same weights that computes something else in some blocks.
let editPrimitive = Builtin(
  "edit", section: "primitives",
  [Builtin.Parameter("model", .engine("model"), "the CLIP to change a copy of; it does not change")],
  options: [
    Builtin.Parameter(
      "block", .union([.int, .list(.int), .choice(["all"])]),
      "which blocks: 1 is the first, -1 the last, or several, or \"all\""),
    Builtin.Parameter(
      "skip", .union([.choice(BlockPart.allCases.map(\.rawValue)), .none]), default: Value.none,
      "leave this out: the whole block, its attention or its MLP; what comes in goes on unchanged"),
    Builtin.Parameter(
      "factor", .union([.number, .none]), default: Value.none,
      "multiply what the heads give to the tokens: 0 silences them"),
    Builtin.Parameter(
      "attention", .union([.choice(["uniform", "identity"]), .engine("tensor"), .none]),
      default: Value.none,
      "the heads' attention matrix: all tokens alike, each token itself, or a tensor [tokens, tokens] or "
        + "[heads, tokens, tokens]"),
    Builtin.Parameter(
      "from", .union([.engine("image"), .string, .none]), default: Value.none,
      "the picture (of the text tower: the text) whose tokens after the block take their place"),
    Builtin.Parameter(
      "head", .union([.int, .list(.int), .choice(["all"])]), default: .string("all"),
      "with `factor` or `attention`: which heads, from 0, or several"),
    Builtin.Parameter(
      "tokens", .union([.int, .list(.int), .choice(["all"])]), default: .string("all"),
      "with `from`: which tokens, 0 is the class token (of a text its start), then patches row by row"),
    towerParameter,
  ] + ViewOptions.parameters(fit: "crop"),
  gives: .engine("model"),
  Builtin.Documentation(
    "A model with a block, head, attention matrix or tokens changed; everything else can be done with it.",
    details: """
      One of four changes: `skip` leaves out a part of a block; `factor` scales heads; `attention`
      replaces their matrices; `from` puts in the tokens of another picture, seen with `size`, `fit`,
      `scale` and `positions` as `encode` sees it, or of another text. Several changes are several calls:
      `m |> edit(block: 3, skip: "mlp") |> edit(block: 5, head: 2, factor: 0)`. No weights are copied.
      Maps and gradients are of the changed network. CLIP Surgery's second path has its own attention and
      no MLP: of the changes there hold those of `factor` and skipped attention.
      Given matrices and tokens of pictures fit inputs of their size only.
      """,
    equation: """
      A_h = softmax(Q_h K_hᵀ / √d) or what replaces it
      x ← x + out(concat_h(factor_h · A_h V_h));  x ← x + mlp(ln_2(x))
      """,
    citation: "Patched tokens: Zhang and Nanda 2024, arXiv 2309.16042.",
    errors: """
      No change or several in one call; a block, head or token that is not there; `head`, `tokens` or a
      picture's options without the change that they are for; a tensor of another shape; a ResNet's
      image tower. When the model is used: an input with another number of tokens than a given matrix or
      patch has.
      """,
    seeAlso: ["ablate", "drift", "attention", "randomized"],
    example: """
      m = load("emoji")
      silent = edit(m, block: 5, head: 1, factor: 0)
      print(silent.name)  # expect: emoji, head 1 of block 5 of the image tower silenced
      """)
) { arguments, context in
  let model = try arguments.object("model", ModelValue.self, called: "a model").model
  let tower = Tower(rawValue: try arguments.string("tower")) ?? .image
  if tower == .image, !model.isTransformer {
    throw ScriptError(
      "`edit` changes blocks of a transformer; the image tower of \(model.name) is a ResNet",
      argument: "model", hint: "its text tower is one: `tower: \"text\"`")
  }
  let blocks = try readBlocks(arguments["block"], of: tower, model: model, argument: "block")
  let reader = EditReader(arguments: arguments, model: model, tower: tower, blocks: blocks)
  do {
    let (edit, words) = try reader.edit(context)
    let name = "\(model.name), \(words)"
    return .object(ModelValue(model: try model.editing(tower, blocks: blocks, edit, name: name)))
  } catch let error as InterventionError {
    throw ScriptError(error.description, argument: error.option)
  }
}

let towerParameter = Builtin.Parameter(
  "tower", .choice(Tower.allCases.map(\.rawValue)), default: .string(Tower.image.rawValue),
  "whose blocks")

/// Reads numbers of blocks, 1 the first and −1 the last: indices from 0, in order, each once.
func readBlocks(_ value: Value, of tower: Tower, model: CLIPModel, argument: String) throws -> [Int] {
  let count = model.blockCount(of: tower)
  let numbers: [Double]
  switch value {
  case .number(let number): numbers = [number]
  case .list(let items):
    numbers = items.compactMap { if case .number(let number) = $0 { number } else { nil } }
    guard !numbers.isEmpty else { throw ScriptError("`\(argument)` is empty", argument: argument) }
  default: return Array(0..<count)
  }
  return Set(
    try numbers.map { number in
      let given = Int(exactly: number) ?? 0
      let block = given < 0 ? given + count + 1 : given
      guard block >= 1, block <= count else {
        throw ScriptError(
          "`\(argument)` must be 1 to \(count) or -\(count) to -1, found \(format(number))",
          argument: argument)
      }
      return block - 1
    }
  ).sorted()
}

/// Reads the change of one call of `edit`.
private struct EditReader {
  let arguments: Arguments
  let model: CLIPModel
  let tower: Tower
  let blocks: [Int]

  /// The options that say what changes.
  static let changes = ["skip", "factor", "attention", "from"]

  /// `blocks 3, 5 of the image tower`.
  private var place: String {
    (blocks.count == 1 ? "block " : "blocks ") + blocks.map { String($0 + 1) }.joined(separator: ", ")
      + " of the \(tower.rawValue) tower"
  }

  /// The change, and what it is called.
  func edit(_ context: any CallContext) throws -> (BlockEdit, String) {
    let given = Self.changes.filter { if case .none = arguments[$0] { false } else { true } }
    guard let change = given.first else {
      throw ScriptError(
        "`edit` is told of no change: give `skip`, `factor`, `attention` or `from`", argument: "block")
    }
    guard given.count == 1 else {
      throw ScriptError(
        "`\(given[0])` and `\(given[1])` are two changes", argument: given[1],
        hint: "one after the other: `edit(edit(m, …), …)`")
    }
    if change == "skip" || change == "from" {
      try refuse("head", "`factor` or `attention`; `\(change)` concerns all that a block computes")
    }
    if change != "from" {
      for name in ["tokens", "size", "fit", "scale", "positions"] { try refuse(name, "`from`") }
    }
    switch change {
    case "skip":
      let part = BlockPart(rawValue: try arguments.string("skip")) ?? .block
      return (.skip(part), part == .block ? "\(place) skipped" : "\(part.rawValue) of \(place) skipped")
    case "factor":
      let factor = try arguments.double("factor")
      let heads = try readHeads()
      let verb = factor == 0 ? "silenced" : "times \(format(factor))"
      return (
        .scale(Float(factor), heads: heads), "\(name(heads, "head", "all heads")) of \(place) \(verb)"
      )
    case "attention":
      let heads = try readHeads()
      let (replacement, verb) = try replacement(heads: heads)
      return (
        .attention(replacement, heads: heads),
        "attention of \(name(heads, "head", "all heads")) of \(place) \(verb)"
      )
    default: return try patch(context)
    }
  }

  private func refuse(_ option: String, _ needed: String) throws {
    guard arguments.given.contains(option) else { return }
    throw ScriptError("`\(option)` is for \(needed)", argument: option)
  }

  private func name(_ indices: [Int]?, _ one: String, _ all: String) -> String {
    guard let indices else { return all }
    return (indices.count == 1 ? one : one + "s") + " " + indices.map(String.init).joined(separator: ", ")
  }

  /// Whole numbers from 0 below `count`, in order, each once; nil for all.
  private func indices(_ option: String, below count: Int, of what: String) throws -> [Int]? {
    let values: [Value]
    switch arguments[option] {
    case .list(let items):
      guard !items.isEmpty else { throw ScriptError("`\(option)` is empty", argument: option) }
      values = items
    case .number: values = [arguments[option]]
    default: return nil
    }
    return Set(
      try values.map { value in
        guard case .number(let number) = value, let index = Int(exactly: number), (0..<count).contains(index)
        else {
          throw ScriptError(
            "`\(option)` must be 0 to \(count - 1), the \(option == "head" ? "heads" : "tokens") of \(what); "
              + "found \(value.text)",
            argument: option)
        }
        return index
      }
    ).sorted()
  }

  private func readHeads() throws -> [Int]? {
    try indices("head", below: model.headCount(of: tower), of: "a block of \(model.name)")
  }

  private func replacement(heads: [Int]?) throws -> (AttentionReplacement, String) {
    switch arguments["attention"] {
    case .string("uniform"): return (.uniform, "uniform")
    case .string: return (.identity, "on each token itself")
    default:
      let tensor = try arguments.object("attention", TensorValue.self, called: "a tensor").tensor
      if tensor.rank == 3, let heads, case .list(let items) = arguments["head"], items.count != heads.count {
        throw ScriptError("`head` names a head twice", argument: "head")
      }
      return (.given(tensor), "replaced by a tensor \(describe(shape: tensor.shape))")
    }
  }

  private func patch(_ context: any CallContext) throws -> (BlockEdit, String) {
    guard blocks.count == 1, let block = blocks.first else {
      throw ScriptError(
        "`from` takes the tokens after one block; found \(blocks.count) blocks", argument: "block")
    }
    switch (arguments["from"], tower) {
    case (.object(let object), .image):
      guard let image = object as? ImageValue else { break }
      let view = try ViewOptions(arguments)
      let input: ModelInput
      do { input = try view.input(from: image.image, for: model) } catch let error as ScriptError
        where error.argument == "image"
      {
        throw ScriptError(error.message, argument: "from", hint: error.hint)
      }
      let count = 1 + input.rows * input.columns
      let chosen = try indices("tokens", below: count, of: "\(image.name) seen so")
      try context.checkInterruption()
      let rows = try model.features(
        image: input.pixels, path: .native, layer: block + 1, isProjected: false,
        positions: view.positions)
      return try patched(chosen, rows, of: image.name, inputTokens: count)
    case (.string(let text), .text):
      for name in ["size", "fit", "scale", "positions"] { try refuse(name, "a picture as `from`") }
      let tokenizer = try model.tokenizer
      let ids: [Int32]
      do {
        ids = try tokenizer.encode(
          text, context: model.architecture.text.contextLength, truncate: false
        )
        .ids
      } catch {
        throw ScriptError("\(error)", argument: "from", hint: "shorten it")
      }
      let chosen = try indices("tokens", below: ids.count, of: "\"\(abbreviated(text))\"")
      let rows = try model.textTower.blockInputs(ids)[block + 1]
      return try patched(chosen, rows, of: "\"\(abbreviated(text))\"", inputTokens: nil)
    default: break
    }
    throw ScriptError(
      tower == .image
        ? "the tokens of an image tower come from a picture, found \(arguments["from"].typeName)"
        : "the tokens of a text tower come from a text, found \(arguments["from"].typeName)",
      argument: "from", hint: tower == .image ? "of a text: `tower: \"text\"`" : nil)
  }

  private func patched(
    _ chosen: [Int]?, _ rows: Tensor, of source: String, inputTokens: Int?
  ) throws -> (BlockEdit, String) {
    let tokens = chosen ?? Array(0..<rows.shape[0])
    let picked = try Tensor.stacked(tokens.map { rows.row($0) })
    return (
      .patch(try TokenPatch(tokens: tokens, rows: picked, inputTokens: inputTokens)),
      "\(name(chosen, "token", "all tokens")) after \(place) from \(source)"
    )
  }
}
