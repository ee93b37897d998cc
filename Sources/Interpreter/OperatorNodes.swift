import Glibc
import Syntax

final class LogicalNode: Node, @unchecked Sendable {
  let left: Node
  let right: Node
  let isAnd: Bool

  init(_ left: Node, _ right: Node, isAnd: Bool, _ span: Span) {
    self.left = left
    self.right = right
    self.isAnd = isAnd
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    if try left.condition(frame) != isAnd { return .bool(!isAnd) }
    return .bool(try right.condition(frame))
  }
}

final class NotNode: Node, @unchecked Sendable {
  let operand: Node

  init(_ operand: Node, _ span: Span) {
    self.operand = operand
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value { .bool(!(try operand.condition(frame))) }
}

final class NegateNode: Node, @unchecked Sendable {
  let operand: Node

  init(_ operand: Node, _ span: Span) {
    self.operand = operand
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    let value = try operand.evaluate(frame)
    if case .number(let number) = value { return .number(-number) }
    if case .object = value, let result = try located(frame, { try frame.machine.operators.negated(value) }) {
      return result.made(by: { Origin(.negated(Origin.Part(value)), noun: $0) })
    }
    throw failure(frame, "`-` does not apply to \(value.typeName)")
  }
}

final class EqualityNode: Node, @unchecked Sendable {
  let left: Node
  let right: Node
  let isEqual: Bool

  init(_ left: Node, _ right: Node, isEqual: Bool, _ span: Span) {
    self.left = left
    self.right = right
    self.isEqual = isEqual
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    .bool((try left.evaluate(frame) == (try right.evaluate(frame))) == isEqual)
  }
}

/// An operand that is a number at hand: loops over numbers spend their time here.
enum QuickOperand: Sendable {
  case slot(Int)
  case number(Double)
  case other

  init(_ node: Node) {
    if let node = node as? SlotNode {
      self = .slot(node.slot)
    } else if let node = node as? ConstantNode, case .number(let number) = node.value {
      self = .number(number)
    } else {
      self = .other
    }
  }

  /// The number, where it is had without running anything.
  @inline(__always) func number(_ frame: Frame) -> Double? {
    switch self {
    case .slot(let slot): frame.number(slot)
    case .number(let number): number
    case .other: nil
    }
  }
}

/// `a op b` for everything but equality and logic.
final class BinaryNode: Node, @unchecked Sendable {
  let operation: BinaryOperation
  let left: Node
  let right: Node
  let operatorSpan: Span
  private let quickLeft: QuickOperand
  private let quickRight: QuickOperand

  init(_ operation: BinaryOperation, _ left: Node, _ right: Node, operatorSpan: Span, _ span: Span) {
    self.operation = operation
    self.left = left
    self.right = right
    self.operatorSpan = operatorSpan
    self.quickLeft = QuickOperand(left)
    self.quickRight = QuickOperand(right)
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    let a: Value
    if let x = quickLeft.number(frame) {
      if let y = quickRight.number(frame) { return try numbers(x, y, frame) }
      a = .number(x)
    } else {
      a = try left.evaluate(frame)
      if case .number(let x) = a, let y = quickRight.number(frame) { return try numbers(x, y, frame) }
    }
    let b = try right.evaluate(frame)
    if case .number(let x) = a, case .number(let y) = b { return try numbers(x, y, frame) }
    return try located(frame, at: place(a, b)) {
      if let result = try Operators.apply(operation, a, b, frame.machine.operators) { return result }
      throw ScriptError(
        "`\(operation.rawValue)` does not apply to \(a.typeName) and \(b.typeName)",
        hint: Operators.hint(operation, a, b))
    }
  }

  /// Engine values' errors concern both operands; the others the operator.
  private func place(_ a: Value, _ b: Value) -> Span {
    if case .object = a { return span }
    if case .object = b { return span }
    return operatorSpan
  }

  @inline(__always)
  private func numbers(_ x: Double, _ y: Double, _ frame: Frame) throws -> Value {
    switch operation {
    case .add: return .number(x + y)
    case .subtract: return .number(x - y)
    case .multiply: return .number(x * y)
    case .divide:
      if y == 0 { throw divisionByZero(frame) }
      return .number(x / y)
    case .floorDivide:
      if y == 0 { throw divisionByZero(frame) }
      return .number((x / y).rounded(.down))
    case .remainder:
      if y == 0 { throw divisionByZero(frame) }
      // The sign of the divisor, as in NumPy.
      let rest = fmod(x, y)
      return .number(rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest)
    case .power:
      if x == 0, y < 0 { throw divisionByZero(frame) }
      if x < 0, y != y.rounded() {
        throw failure(frame, "a negative number has no power of \(NumberText.plain(y))", at: operatorSpan)
      }
      return .number(pow(x, y))
    case .less: return .bool(x < y)
    case .lessOrEqual: return .bool(x <= y)
    case .greater: return .bool(x > y)
    case .greaterOrEqual: return .bool(x >= y)
    case .matrixProduct:
      throw failure(
        frame, "`@` multiplies tensors, found number and number", hint: "write `*`", at: operatorSpan)
    case .contains:
      throw failure(frame, "`in` looks into a list, string or record, found number", at: right.span)
    }
  }

  private func divisionByZero(_ frame: Frame) -> RuntimeFailure {
    failure(frame, "division by zero", hint: "this is 0", at: operation == .power ? left.span : right.span)
  }
}

/// Operators on values that are not both numbers.
enum Operators {
  /// nil where the operator does not apply.
  static func apply(
    _ operation: BinaryOperation, _ a: Value, _ b: Value, _ table: any OperatorTable
  ) throws -> Value? {
    // A list may hold engine values; looking into it is the list's business.
    switch (operation, b) {
    case (.contains, .list(let values)): return .bool(values.contains(a))
    case (.contains, .record(let record)):
      guard case .string(let name) = a else { return nil }
      return .bool(record[name] != nil)
    default: break
    }
    var isOfEngine = false
    if case .object = a { isOfEngine = true }
    if case .object = b { isOfEngine = true }
    if isOfEngine {
      return try table.binary(operation, a, b)?.made(by: {
        Origin(.binary(operation, Origin.Part(a), Origin.Part(b)), noun: $0)
      })
    }
    switch (operation, a, b) {
    case (.add, .string(let a), .string(let b)):
      try Limits.checkBytes(a.utf8.count + b.utf8.count)
      return .string(a + b)
    case (.add, .list(let a), .list(let b)):
      try Limits.checkCount(a.count + b.count)
      return .list(a + b)
    case (.multiply, .string(let text), .number(let count)),
      (.multiply, .number(let count), .string(let text)):
      let times = try repetitions(count, of: text.utf8.count, limit: Limits.bytes, "bytes", "string")
      return .string(String(repeating: text, count: times))
    case (.multiply, .list(let list), .number(let count)), (.multiply, .number(let count), .list(let list)):
      let times = try repetitions(count, of: list.count, limit: Limits.elements, "elements", "list")
      var result: [Value] = []
      result.reserveCapacity(list.count * times)
      for _ in 0..<times { result += list }
      return .list(result)
    case (.less, .string(let a), .string(let b)): return .bool(precedes(a, b))
    case (.lessOrEqual, .string(let a), .string(let b)): return .bool(!precedes(b, a))
    case (.greater, .string(let a), .string(let b)): return .bool(precedes(b, a))
    case (.greaterOrEqual, .string(let a), .string(let b)): return .bool(!precedes(a, b))
    case (.contains, .string(let part), .string(let whole)):
      return .bool(Text.contains(whole, part))
    default: return nil
    }
  }

  /// The order of strings: by Unicode scalar, the same everywhere.
  static func precedes(_ a: String, _ b: String) -> Bool {
    a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
  }

  private static func repetitions(
    _ count: Double, of size: Int, limit: Int, _ unit: String, _ noun: String
  ) throws -> Int {
    guard count >= 0, count == count.rounded() else {
      throw ScriptError("a \(noun) is repeated a whole number of times, found \(NumberText.plain(count))")
    }
    guard count * Double(max(size, 1)) <= Double(limit) else {
      let total = NumberText.plain(count * Double(max(size, 1)))
      throw ScriptError("a \(noun) of \(total) \(unit) is too large", hint: "at most \(limit)")
    }
    return Int(count)
  }

  /// What was probably meant.
  static func hint(_ operation: BinaryOperation, _ a: Value, _ b: Value) -> String? {
    switch (operation, a, b) {
    case (.add, .string, _), (.add, _, .string): "write `\"…{x}\"` to put a value into text"
    case (.add, .list, _): "write `xs + [x]` to append"
    default: nil
    }
  }
}
