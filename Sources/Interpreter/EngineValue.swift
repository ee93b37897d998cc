/// A value that the language carries without knowing what it is. The engine's types conform, and
/// the language's own operations (field, index, iteration, equality) reach them through this.
public protocol EngineValue: Sendable {
  /// The type's name as users read it: `tensor`.
  var typeName: String { get }

  /// One line with shape and range, as the REPL and `print` show it.
  var summary: String { get }

  /// The fields `value.name` can read, for messages and completion.
  var fieldNames: [String] { get }

  /// `value.name`; nil where there is no such field.
  func field(_ name: String) throws -> Value?

  /// `value[i]`, `value[1:, none]`; nil where this type cannot be indexed.
  /// Throws `ScriptError` where the index does not fit.
  func indexed(by indices: [IndexArgument]) throws -> Value?

  /// The elements `for` and comprehensions visit; nil where this type is not a sequence.
  func elements() throws -> [Value]?

  /// The element at a place, of a sequence whose `length` is known and whose elements are too large to be made all at once:
  /// loops visit them one by one, and everything else makes them all. nil where `elements` has them.
  func element(at index: Int) throws -> Value?

  /// The `len` of this value; nil where it has none.
  var length: Int? { get }

  /// `a == b` with another engine value.
  func isEqual(to other: any EngineValue) -> Bool

  /// How it was made. Types whose values outlive a call keep it.
  var origin: Origin? { get set }
}

extension EngineValue {
  /// Not kept.
  public var origin: Origin? {
    get { nil }
    set {}
  }
  /// No fields.
  public var fieldNames: [String] { [] }
  /// No fields.
  public func field(_ name: String) throws -> Value? { nil }
  /// Not indexable.
  public func indexed(by indices: [IndexArgument]) throws -> Value? { nil }
  /// Not a sequence.
  public func elements() throws -> [Value]? { nil }
  /// Not made one by one.
  public func element(at index: Int) throws -> Value? { nil }
  /// No length.
  public var length: Int? { nil }
}

/// One entry between the brackets of `t[…]`.
public enum IndexArgument: Sendable {
  /// `t[0]`, `t["dog"]`, `t[[0, 2]]`, `t[mask]`.
  case value(Value)
  /// `t[1:]`, `t[:3]`, `t[::2]`.
  case slice(from: Int?, to: Int?, step: Int?)
  /// `t[none]`: a new axis of extent 1.
  case newAxis
}

/// Operators on engine values. The language asks this for every operator with an engine value
/// among its operands; nil means the operator does not apply to these types.
public protocol OperatorTable: Sendable {
  /// `a op b`. Comparisons give elementwise results where that is the type's meaning;
  /// `==` and `!=` never come here (see `EngineValue.isEqual`).
  func binary(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws -> Value?
  /// `-a`.
  func negated(_ a: Value) throws -> Value?
}

/// The operators that engine values may define.
public enum BinaryOperation: String, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case matrixProduct = "@"
  case power = "**"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case contains = "in"
}
