import Glibc
import Interpreter
import Tensors

/// Operators where a side has a gradient. Comparisons give plain results.
enum TracedOperators {
  /// `a op b`; nil where neither side has a gradient.
  static func binary(
    _ operation: BinaryOperation, _ a: Value, _ b: Value, table: TensorOperators
  ) throws -> Value? {
    guard Tracing.isTraced(a) || Tracing.isTraced(b) else { return nil }
    switch operation {
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .contains:
      return try comparison(operation, Tracing.detached(a), Tracing.detached(b), table)
    default: break
    }
    return try inScriptTerms {
      let (x, y) = (try operand(a, operation), try operand(b, operation))
      switch operation {
      case .matrixProduct: return try matrixProduct(x, y)
      case .add:
        return try step(.add, x, y) { g, _ in
          g
        } _: { g, _ in
          g
        }
      case .subtract:
        return try step(.subtract, x, y) { g, _ in
          g
        } _: { g, _ in
          TapeArithmetic.map(g) { -$0 }
        }
      case .multiply:
        return try step(.multiply, x, y) { g, _ in
          try TapeArithmetic.multiply(g, y.tensor)
        } _: { g, _ in
          try TapeArithmetic.multiply(g, x.tensor)
        }
      case .divide:
        return try step(.divide, x, y) { g, _ in
          try .elementwise(.divide, g, y.tensor)
        } _: { g, result in
          try .elementwise(
            .divide, TapeArithmetic.zip(g, result) { -$0 * $1 }, y.tensor)
        }
      case .power: return try power(x, y)
      default:
        throw ScriptError(
          "`\(operation.rawValue)` has no gradient here", hint: "operators that have: `+ - * / ** @`")
      }
    }
  }

  /// `-a`; nil where it has no gradient.
  static func negated(_ a: Value) throws -> Value? {
    guard case .object(let traced as TracedValue) = a else { return nil }
    let x = Operand(traced)
    return try inScriptTerms {
      x.step(try x.tensor.mapped(.negate), names: x.names) { TapeArithmetic.map($0) { -$0 } }
    }
  }

  private static func operand(_ value: Value, _ operation: BinaryOperation) throws -> Operand {
    switch value {
    case .number, .list, .object(is TracedValue), .object(is TensorValue):
      return try Operand(value, for: operation.rawValue)
    default:
      throw ScriptError(
        "`\(operation.rawValue)` of a tensor with a gradient and \(TypeMessage.article(value.typeName)) "
          + "is not possible",
        hint: value.typeName.hasPrefix("heatmap") ? "`.grid` is the map as a tensor" : nil)
    }
  }

  /// Elementwise with broadcasting. The ways back give gradients of the result's shape; they are summed to
  /// their operand's.
  ///
  /// - Parameter left, right: from the upstream gradient and the result
  private static func step(
    _ operation: ElementwiseOperation, _ x: Operand, _ y: Operand,
    _ left: @escaping @Sendable (_ g: Tensor, _ result: Tensor) throws -> Tensor,
    _ right: @escaping @Sendable (_ g: Tensor, _ result: Tensor) throws -> Tensor
  ) throws -> Value {
    let result = try Tensor.elementwise(operation, x.tensor, y.tensor)
    let (xShape, yShape) = (x.tensor.shape, y.tensor.shape)
    return Operand.step(
      result, names: names(x, y),
      from: [
        .init(x) { try TapeArithmetic.sum(left($0, result), to: xShape) },
        .init(y) { try TapeArithmetic.sum(right($0, result), to: yShape) },
      ])
  }

  /// Rows keep their names beside what has none.
  static func names(_ x: Operand, _ y: Operand) -> [String]? {
    let left = x.tensor.rank >= y.tensor.rank ? x.names : nil
    let right = y.tensor.rank >= x.tensor.rank ? y.names : nil
    guard let left, let right else { return left ?? right }
    return left == right ? left : nil
  }

  /// aᵇ: ∂/∂a = b aᵇ⁻¹, ∂/∂b = aᵇ log a, which is 0 where a is.
  private static func power(_ x: Operand, _ y: Operand) throws -> Value {
    let shape = try Broadcasting.shape(x.tensor.shape, y.tensor.shape, for: "**")
    return try step(.power, x, y) { g, _ in
      let (a, b) = (try x.tensor.broadcast(to: shape), try y.tensor.broadcast(to: shape))
      let slope = try TapeArithmetic.zip(a, b) { a, b in
        b == 0 ? 0 : Float(Double(b) * pow(Double(a), Double(b) - 1))
      }
      return try TapeArithmetic.multiply(g, slope)
    } _: { g, result in
      let a = try x.tensor.broadcast(to: shape)
      let slope = try TapeArithmetic.zip(a, result) { a, result in a == 0 ? 0 : result * log(a) }
      return try TapeArithmetic.multiply(g, slope)
    }
  }

  /// C = A B: ∂/∂A = G Bᵀ, ∂/∂B = Aᵀ G. A vector is a row on the left, a column on the right.
  private static func matrixProduct(_ x: Operand, _ y: Operand) throws -> Value {
    let result = try Tensor.matrixProduct(x.tensor, y.tensor)
    let left = x.tensor.rank == 1 ? x.tensor.reshaped([1, x.tensor.count]) : x.tensor
    let right = y.tensor.rank == 1 ? y.tensor.reshaped([y.tensor.count, 1]) : y.tensor
    let stack = try Broadcasting.shape(
      Array(left.shape.dropLast(2)), Array(right.shape.dropLast(2)), for: "@")
    let shape = stack + [left.shape[left.rank - 2], right.shape[right.rank - 1]]
    let (xShape, yShape) = (x.tensor.shape, y.tensor.shape)
    return Operand.step(
      result, names: x.tensor.rank > 1 ? x.names : nil,
      from: [
        .init(x) { g in
          let gradient = try Tensor.matrixProduct(g.reshaped(shape), right.swappingAxes(-1, -2))
          return try TapeArithmetic.sum(gradient, to: left.shape).reshaped(xShape)
        },
        .init(y) { g in
          let gradient = try Tensor.matrixProduct(left.swappingAxes(-1, -2), g.reshaped(shape))
          return try TapeArithmetic.sum(gradient, to: right.shape).reshaped(yShape)
        },
      ])
  }

  private static func comparison(
    _ operation: BinaryOperation, _ a: Value, _ b: Value, _ table: TensorOperators
  ) throws -> Value? {
    guard case .number(let x) = a, case .number(let y) = b else {
      return try table.binary(operation, a, b)
    }
    switch operation {
    case .less: return .bool(x < y)
    case .lessOrEqual: return .bool(x <= y)
    case .greater: return .bool(x > y)
    case .greaterOrEqual: return .bool(x >= y)
    default: return nil
    }
  }
}
