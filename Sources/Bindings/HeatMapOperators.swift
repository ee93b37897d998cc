import Explanations
import Interpreter
import Tensors

/// Arithmetic on heat maps: with numbers, and with maps of the same picture, model and grid. Maps of
/// different methods mix; the result's recipe names both.
struct HeatMapOperators: OperatorTable {
  private static let symbols: [BinaryOperation: String] = [
    .add: "+", .subtract: "-", .multiply: "*", .divide: "/", .power: "**",
  ]

  func binary(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws -> Value? {
    let x = Self.maps(a)
    let y = Self.maps(b)
    if operation == .contains {
      guard case .string(let label) = a, let y else { return nil }
      return .bool(y.labels.contains(label))
    }
    guard x != nil || y != nil, let symbol = Self.symbols[operation] else { return nil }
    let left = try Self.numbers(a)
    let right = try Self.numbers(b)
    guard let left, let right else { return nil }
    if let x, let y { try requireSameGround(x, y) }
    let arithmetic = TensorOperators()
    guard
      case .object(let object)? = try arithmetic.binary(
        operation, .object(TensorValue(left)), .object(TensorValue(right))),
      let result = object as? TensorValue, let model = x ?? y
    else { return nil }
    // One map beside several takes part in each of them.
    let labels = (x?.labels.count ?? 0) >= (y?.labels.count ?? 0) ? x?.labels : y?.labels
    guard let labels, result.tensor.shape.first == labels.count else {
      throw ScriptError(
        "\(x?.labels.count ?? 1) maps and \(y?.labels.count ?? 1) do not go together")
    }
    var recipe = model.recipe
    if let x, let y {
      recipe.method =
        x.recipe.method == y.recipe.method
        ? x.recipe.method : "\(x.recipe.method) \(symbol) \(y.recipe.method)"
      if x.recipe.options != y.recipe.options {
        recipe.options +=
          y.recipe.options.filter { !x.recipe.options.contains($0) }.map {
            Recipe.Option("right \($0.name)", $0.value)
          }
      }
    }
    let made = try HeatMaps(
      labels: labels, grid: result.tensor, placement: model.placement, recipe: recipe, view: model.view)
    let isSingle = [a, b].allSatisfy { value in
      if case .object(let object) = value { object is HeatMapValue } else { true }
    }
    return isSingle ? .object(HeatMapValue(made)) : .object(HeatMapsValue(maps: made))
  }

  func negated(_ a: Value) throws -> Value? {
    try Self.maps(a) == nil ? nil : binary(.multiply, a, .number(-1))
  }

  private static func maps(_ value: Value) -> HeatMaps? {
    guard case .object(let object) = value else { return nil }
    return (object as? HeatMapsValue)?.maps ?? (object as? HeatMapValue)?.maps
  }

  /// [labels, rows, columns] of maps, a tensor's own numbers, or a number as one scalar.
  private static func numbers(_ value: Value) throws -> Tensor? {
    if let maps = maps(value) { return maps.grid }
    switch value {
    case .number(let number): return Tensor([], [Float(number)])
    case .object(let object): return (object as? TensorValue)?.tensor
    default: return nil
    }
  }

  /// Maps of different ground do not mix; says what differs.
  private func requireSameGround(_ x: HeatMaps, _ y: HeatMaps) throws {
    func refuse(_ what: String, _ a: String, _ b: String, hint: String? = nil) -> ScriptError {
      ScriptError("these maps have different \(what): \(a) and \(b)", hint: hint)
    }
    if x.recipe.image != y.recipe.image {
      throw refuse("pictures", x.recipe.image, y.recipe.image)
    }
    if x.recipe.model != y.recipe.model || x.recipe.modelHash?.value != y.recipe.modelHash?.value {
      throw refuse("models", x.recipe.modelIdentity, y.recipe.modelIdentity)
    }
    if x.placement.region != y.placement.region {
      throw refuse("regions of the picture", "\(x.placement.region)", "\(y.placement.region)")
    }
    if (x.rows, x.columns) != (y.rows, y.columns) {
      throw refuse(
        "grids", "\(x.rows)×\(x.columns)", "\(y.rows)×\(y.columns)",
        hint: "bring one to the other's with `resize(a, like: b)`")
    }
  }
}
