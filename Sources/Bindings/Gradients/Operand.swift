import Interpreter
import Tensors

/// An argument of a computation within `grad`: numbers, and the step that made them where they have a
/// gradient.
struct Operand: Sendable {
  let tensor: Tensor
  let names: [String]?
  private let origin: (tape: Tape, step: Int)?

  /// What has a gradient.
  init(_ value: TracedValue) {
    tensor = value.tensor
    names = value.names
    origin = (value.tape, value.step)
  }

  /// What has none.
  init(constant tensor: Tensor, names: [String]? = nil) {
    self.tensor = tensor
    self.names = names
    origin = nil
  }

  /// A number, list or tensor. A list with something that has a gradient becomes a tensor that has one.
  init(_ value: Value, for operation: String) throws {
    switch value {
    case .object(let traced as TracedValue): self.init(traced)
    case .list(let values) where values.contains(where: Tracing.isTraced):
      try self.init(stacking: values.map { try Operand($0, for: operation) }, for: operation)
    default:
      let argument = try NumericArgument(value, operation: operation)
      self.init(constant: argument.tensor, names: argument.names)
    }
  }

  /// Operands of one shape along a new first axis.
  private init(stacking parts: [Operand], for operation: String) throws {
    if let other = parts.first(where: { $0.tensor.shape != parts[0].tensor.shape }) {
      throw ShapeError(
        operation,
        "elements differ in shape: \(describe(shape: parts[0].tensor.shape)) and "
          + describe(shape: other.tensor.shape))
    }
    let tensor = try Tensor.stacked(parts.map(\.tensor))
    let result = Operand.step(
      tensor, names: nil,
      from: parts.enumerated().map { index, part in Way(part) { $0.row(index) } })
    self.tensor = tensor
    names = nil
    origin =
      if case .object(let object) = result, let traced = object as? TracedValue {
        (traced.tape, traced.step)
      } else { nil }
  }

  /// How a gradient goes back from a result to one operand.
  struct Way {
    let operand: Operand
    let pullback: Tape.Pullback

    init(_ operand: Operand, _ pullback: @escaping Tape.Pullback) {
      self.operand = operand
      self.pullback = pullback
    }
  }

  /// Whether it has a gradient.
  var isTraced: Bool { origin != nil }

  /// Its numbers, as a script that records nothing would have them.
  var plain: Value { Value(tensor, names: names) }

  /// A result made of this alone.
  func step(_ result: Tensor, names: [String]?, _ pullback: @escaping Tape.Pullback) -> Value {
    Operand.step(result, names: names, from: [Way(self, pullback)])
  }

  /// A result made of several operands, each with the way back to it; plain where none has a gradient.
  static func step(
    _ result: Tensor, names: [String]?, from parts: [Way]
  ) -> Value {
    guard let tape = parts.lazy.compactMap(\.operand.origin).first?.tape else {
      return Value(result, names: names)
    }
    let inputs = parts.compactMap { part in
      part.operand.origin.map { (step: $0.step, pullback: part.pullback) }
    }
    return .object(TracedValue(result, names: names, step: tape.add(inputs), on: tape))
  }
}

/// Functions that only move numbers: indexing, `reshape`, `transpose`. The way back is found by moving
/// the numbers' positions in the same way.
enum Rearrangement {
  /// Positions are told apart in float32 up to 2²⁴; larger ones go in two parts.
  private static let part = 1 << 20

  /// Applies `move` to an operand.
  static func apply(
    to operand: Operand, _ move: (Operand) throws -> Value
  ) throws -> Value {
    let shape = operand.tensor.shape
    let moved = try NumericArgument(move(operand), operation: "index")
    let low = try positions(operand, move) { $0 % part }
    let high = operand.tensor.count > part ? try positions(operand, move) { $0 / part } : nil
    return operand.step(moved.tensor, names: moved.names) { upstream in
      Tensor(shape) { out in
        out.update(repeating: 0)
        upstream.withUnsafeBuffer { g in
          low.withUnsafeBuffer { low in
            for i in g.indices {
              let above = high.map { Int($0.storage.pointer[$0.offset + i]) } ?? 0
              out[above * part + Int(low[i])] += g[i]
            }
          }
        }
      }
    }
  }

  private static func positions(
    _ operand: Operand, _ move: (Operand) throws -> Value, _ number: (Int) -> Int
  ) throws -> Tensor {
    let tensor = Tensor(operand.tensor.shape) { out in
      for i in out.indices { out[i] = Float(number(i)) }
    }
    return try NumericArgument(move(Operand(constant: tensor, names: operand.names)), operation: "index")
      .tensor
  }
}
