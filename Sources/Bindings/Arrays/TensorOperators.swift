import Interpreter
import Tensors

/// Operators on tensors: with tensors, numbers and lists of numbers, by NumPy's broadcasting rules.
/// What is not a tensor's business goes to the next table.
public struct TensorOperators: OperatorTable {
  private let next: (any OperatorTable)?

  /// A table that asks `next` about operands of other types.
  public init(next: (any OperatorTable)? = nil) { self.next = next }

  /// `a op b` with a tensor on at least one side. Comparisons give masks; `x in t` a bool.
  public func binary(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws -> Value? {
    if Tape.current != nil, let traced = try TracedOperators.binary(operation, a, b, table: self) {
      return traced
    }
    guard TensorOperators.isTensor(a) || TensorOperators.isTensor(b),
      let x = try TensorOperators.operand(a, operation), let y = try TensorOperators.operand(b, operation)
    else {
      if operation == .contains, case .string(let name) = a, case .object(let value as TensorValue) = b {
        return .bool(value.names?.contains(name) ?? false)
      }
      return try next?.binary(operation, a, b)
    }
    return try inScriptTerms {
      switch operation {
      case .matrixProduct:
        return Value(try Tensor.matrixProduct(x.tensor, y.tensor), names: x.tensor.rank > 1 ? x.names : nil)
      case .contains:
        guard case .number = x else { return try next?.binary(operation, a, b) }
        return .bool(try Tensor.elementwise(.equal, y.tensor, x.tensor).reduced(.any).scalars[0] == 1)
      default:
        guard let elementwise = TensorOperators.elementwise[operation] else { return nil }
        return Value(
          try Tensor.elementwise(elementwise, x.tensor, y.tensor), names: TensorOperators.names(x, y),
          isMask: elementwise.isComparison || TensorOperators.isLogical(operation, x, y))
      }
    }
  }

  /// `-a`.
  public func negated(_ a: Value) throws -> Value? {
    if let traced = try TracedOperators.negated(a) { return traced }
    guard case .object(let value as TensorValue) = a else { return try next?.negated(a) }
    return try inScriptTerms { Value(try value.tensor.mapped(.negate), names: value.names) }
  }

  private static let elementwise: [BinaryOperation: ElementwiseOperation] = [
    .add: .add, .subtract: .subtract, .multiply: .multiply, .divide: .divide, .floorDivide: .floorDivide,
    .remainder: .remainder, .power: .power, .less: .less, .lessOrEqual: .lessOrEqual, .greater: .greater,
    .greaterOrEqual: .greaterOrEqual,
  ]

  private static func isTensor(_ value: Value) -> Bool {
    if case .object(let object) = value { object is TensorValue } else { false }
  }

  /// Tensors, numbers and lists; nil for what another table may know.
  private static func operand(_ value: Value, _ operation: BinaryOperation) throws -> NumericArgument? {
    switch value {
    case .number, .list: try inScriptTerms { try NumericArgument(value, operation: operation.rawValue) }
    case .object(let tensor as TensorValue): .array(tensor)
    default: nil
    }
  }

  /// Rows keep their names beside what has none, or the same ones.
  private static func names(_ x: NumericArgument, _ y: NumericArgument) -> [String]? {
    // An operand of fewer axes does not reach the axis of rows; its names are of another axis.
    let left = x.tensor.rank >= y.tensor.rank ? x.names : nil
    let right = y.tensor.rank >= x.tensor.rank ? y.names : nil
    guard let left, let right else { return left ?? right }
    return left == right ? left : nil
  }

  /// `a * b` of two masks is their intersection, and `1 - a` the opposite: masks again.
  private static func isLogical(_ operation: BinaryOperation, _ x: NumericArgument, _ y: NumericArgument)
    -> Bool
  {
    switch operation {
    case .multiply: return x.isMask && y.isMask
    case .subtract:
      if case .number(1) = x { return y.isMask }
      return false
    default: return false
    }
  }
}
