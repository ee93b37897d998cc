import Interpreter
import Tensors

/// Lists of the language as tensors.
enum ListConversion {
  /// A list of numbers, of lists or of tensors as a tensor with one axis more than its elements.
  /// Throws `ShapeError` where elements differ in shape, `ScriptError` where they are not numbers.
  static func tensor(_ values: [Value], operation: String) throws -> Tensor {
    let shape = try shape(.list(values), depth: 0, operation)
    try ArrayLimits.count(of: shape, for: operation)
    return try Tensor(shape) { buffer in
      var at = 0
      try write(.list(values), shape[...], to: buffer, &at, operation)
    }
  }

  /// Whether the first scalar of a nested list is a bool.
  static func startsWithBool(_ values: [Value]) -> Bool {
    var first = values.first
    while case .list(let inner)? = first { first = inner.first }
    if case .bool? = first { return true }
    return false
  }

  /// The shape that the first elements promise.
  private static func shape(_ value: Value, depth: Int, _ operation: String) throws -> [Int] {
    guard depth <= ArrayLimits.maximumRank else {
      throw ShapeError(operation, "lists are nested more than \(ArrayLimits.maximumRank) deep")
    }
    switch value {
    case .list(let values):
      guard let first = values.first else { return [0] }
      return [values.count] + (try shape(first, depth: depth + 1, operation))
    case .number, .bool: return []
    case .object(let object as any TensorRepresentable): return object.tensor.shape
    case .object(is TracedValue): throw TracedValue.refusal(operation)
    default: throw ScriptError("\(operation): a tensor holds numbers, found \(value.typeName)")
    }
  }

  private static func write(
    _ value: Value, _ expected: ArraySlice<Int>, to buffer: UnsafeMutableBufferPointer<Float>,
    _ at: inout Int,
    _ operation: String
  ) throws {
    func mismatch(_ found: [Int]) -> ShapeError {
      ShapeError(
        operation,
        "elements differ in shape: \(describe(shape: Array(expected))) and \(describe(shape: found))")
    }
    switch value {
    case .list(let values):
      guard values.count == expected.first else {
        throw mismatch(try shape(value, depth: 0, operation))
      }
      for element in values { try write(element, expected.dropFirst(), to: buffer, &at, operation) }
    case .object(let object as any TensorRepresentable):
      guard object.tensor.shape == Array(expected) else { throw mismatch(object.tensor.shape) }
      object.tensor.withUnsafeBuffer { source in
        for scalar in source {
          buffer[at] = scalar
          at += 1
        }
      }
    case .number, .bool:
      guard expected.isEmpty else { throw mismatch([]) }
      buffer[at] = if case .number(let number) = value { Float(number) } else { value.isTrue ? 1 : 0 }
      at += 1
    case .object(is TracedValue): throw TracedValue.refusal(operation)
    default: throw ScriptError("\(operation): a tensor holds numbers, found \(value.typeName)")
    }
  }
}

extension Value {
  fileprivate var isTrue: Bool {
    if case .bool(let value) = self { value } else { false }
  }
}

/// An argument that is a number, a list of numbers, or an array. Plain numbers stay in double.
enum NumericArgument {
  case number(Double)
  case numbers([Double])
  case array(TensorValue)

  /// Reads a value; lists of lists and lists of tensors become one array.
  init(_ value: Value, operation: String) throws {
    switch value {
    case .number(let number): self = .number(number)
    case .bool(let value): self = .number(value ? 1 : 0)
    case .list(let values):
      var numbers: [Double] = []
      numbers.reserveCapacity(values.count)
      for element in values {
        switch element {
        case .number(let number): numbers.append(number)
        case .bool(let value): numbers.append(value ? 1 : 0)
        default:
          self = .array(TensorValue(try ListConversion.tensor(values, operation: operation)))
          return
        }
      }
      self = .numbers(numbers)
    case .object(let tensor as TensorValue): self = .array(tensor)
    case .object(let object as any TensorRepresentable): self = .array(TensorValue(object.tensor))
    case .object(is TracedValue): throw TracedValue.refusal(operation)
    default:
      throw ScriptError("\(operation) takes numbers, lists of numbers or tensors, found \(value.typeName)")
    }
  }

  /// As a tensor: a number has no axes.
  var tensor: Tensor {
    switch self {
    case .number(let number): Tensor([], [Float(number)])
    case .numbers(let numbers): Tensor(numbers.map { Float($0) })
    case .array(let value): value.tensor
    }
  }

  /// Names of rows, where there are any.
  var names: [String]? {
    if case .array(let value) = self { value.names } else { nil }
  }

  /// Whether it is a mask.
  var isMask: Bool {
    if case .array(let value) = self { value.isMask } else { false }
  }

  /// Applies `numbers` to plain numbers and `tensors` to an array, and gives back the same kind.
  func mapped(_ numbers: (Double) -> Double, _ tensors: (Tensor) throws -> Tensor) rethrows -> Value {
    switch self {
    case .number(let number): .number(numbers(number))
    case .numbers(let list): .list(list.map { .number(numbers($0)) })
    case .array(let value): Value(try tensors(value.tensor), names: value.names)
    }
  }

  /// Plain arguments, element by element, numbers repeated: the rows to combine, and whether the
  /// result is one number. Nil where one of them is an array. Throws where lists differ in length.
  static func plainRows(
    _ arguments: [NumericArgument], operation: String
  ) throws -> (rows: [[Double]], isNumber: Bool)? {
    var length: Int?
    for argument in arguments {
      switch argument {
      case .number: continue
      case .array: return nil
      case .numbers(let list):
        if let length, length != list.count {
          throw ShapeError(operation, "lists of \(length) and \(list.count) numbers do not go together")
        }
        length = list.count
      }
    }
    let rows = (0..<(length ?? 1)).map { i in
      arguments.map { argument in
        switch argument {
        case .number(let number): number
        case .numbers(let list): list[i]
        case .array: Double.nan
        }
      }
    }
    return (rows, length == nil)
  }
}

extension Arguments {
  /// A number, list or array under a name.
  func numeric(_ name: String, for operation: String) throws -> NumericArgument {
    try NumericArgument(self[name], operation: operation)
  }

  /// A tensor under a name; lists are converted.
  func tensor(_ name: String, for operation: String) throws -> Tensor {
    try numeric(name, for: operation).tensor
  }

  /// A number under a name.
  func number(_ name: String) throws -> Double {
    guard case .number(let number) = self[name] else {
      throw ScriptError("`\(name)` is a number, found \(self[name].typeName)", argument: name)
    }
    return number
  }

  /// A number or none.
  func optionalNumber(_ name: String) throws -> Double? {
    if case .none = self[name] { return nil }
    return try number(name)
  }

  /// A whole number under a name.
  func integer(_ name: String) throws -> Int {
    let value = try number(name)
    guard let whole = Int(exactly: value) else {
      throw ScriptError("`\(name)` is a whole number, found \(shortText(value))", argument: name)
    }
    return whole
  }

  /// Whole numbers: a list of them, or one. None gives nil.
  func integers(_ name: String) throws -> [Int]? {
    switch self[name] {
    case .none: return nil
    case .list(let values):
      return try values.map { value in
        guard case .number(let number) = value, let whole = Int(exactly: number) else {
          throw ScriptError("`\(name)` holds whole numbers", argument: name)
        }
        return whole
      }
    default: return [try integer(name)]
    }
  }

  /// A bool under a name.
  func flag(_ name: String) -> Bool {
    if case .bool(let value) = self[name] { value } else { false }
  }

  /// A list under a name.
  func list(_ name: String) -> [Value] {
    if case .list(let values) = self[name] { values } else { [] }
  }

  /// Text under a name.
  func text(_ name: String) -> String {
    if case .string(let text) = self[name] { text } else { "" }
  }
}
