import CLIPModels
import Interpreter

/// `randomized(model; layers, tower, seed)`: a model that has forgotten part of what it learned.
let randomizedPrimitive = Builtin(
  "randomized", section: "primitives",
  [Builtin.Parameter("model", .engine("model"), "the CLIP whose weights to take; it does not change")],
  options: [
    Builtin.Parameter(
      "layers", .union([.int, .list(.int), .choice(["last", "all"])]), default: .string("last"),
      "which blocks: 1 is the first, -1 the last, or several; \"all\": every weight of the tower"),
    Builtin.Parameter(
      "tower", .choice(Tower.allCases.map(\.rawValue)), default: .string(Tower.image.rawValue),
      "whose blocks"),
    Builtin.Parameter("seed", .int, default: .number(0), "another number gives another order"),
  ],
  gives: .engine("model"),
  Builtin.Documentation(
    "A model with the weights of some blocks put in random order.",
    details: """
      Every weight tensor keeps its values and so its distribution; what it learned is gone. An
      explanation that stays the same does not depend on those weights (Adebayo et al. 2018, arXiv
      1810.03292). A ResNet's blocks are its stages. The new model's name says what was done.
      """,
    errors: "A layer that the tower has not.", seeAlso: ["load", "surgery"],
    example: """
      m = load("emoji")
      print(randomized(m, layers: [5, 6]).name)  # expect: emoji, blocks 5, 6 of the image tower randomized with seed 0
      """)
) { arguments, _ in
  let model = try arguments.object("model", ModelValue.self, called: "a model").model
  let tower = Tower(rawValue: try arguments.string("tower")) ?? .image
  let count = model.blockCount(of: tower)
  func index(_ number: Double) throws -> Int {
    let given = Int(exactly: number) ?? 0
    let layer = given < 0 ? given + count + 1 : given
    guard layer >= 1, layer <= count else {
      throw ScriptError(
        "`layers` must be 1 to \(count) or -\(count) to -1, found \(format(number))", argument: "layers")
    }
    return layer - 1
  }
  let part: TowerPart
  switch arguments["layers"] {
  case .string("all"): part = .all
  case .number(let number): part = .blocks([try index(number)])
  case .list(let values):
    let numbers = values.compactMap { if case .number(let number) = $0 { number } else { nil } }
    guard !numbers.isEmpty else { throw ScriptError("`layers` is empty", argument: "layers") }
    part = .blocks(Set(try numbers.map(index)).sorted())
  default: part = .blocks([count - 1])
  }
  let seed = try arguments.integer("seed")
  let what =
    switch part {
    case .all: "all"
    case .blocks(let indices):
      (indices.count == 1 ? "block " : "blocks ") + indices.map { String($0 + 1) }.joined(separator: ", ")
    }
  let name = "\(model.name), \(what) of the \(tower.rawValue) tower randomized with seed \(seed)"
  return .object(
    ModelValue(
      model: model.randomized(part, of: tower, seed: UInt64(bitPattern: Int64(seed)), name: name)))
}
