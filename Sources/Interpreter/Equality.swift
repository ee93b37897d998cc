extension Value: Equatable {
  /// Structural equality: same type and same contents. Functions are equal to themselves only;
  /// values of the engine decide for themselves.
  public static func == (a: Value, b: Value) -> Bool {
    switch (a, b) {
    case (.none, .none): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    case (.record(let a), .record(let b)): a == b
    case (.function(let a), .function(let b)): a.isSame(as: b)
    case (.object(let a), .object(let b)): a.isEqual(to: b)
    default: false
    }
  }
}

extension Record: Equatable {
  /// The same fields with equal values, in any order.
  public static func == (a: Record, b: Record) -> Bool {
    guard a.count == b.count else { return false }
    return a.fields.allSatisfy { field in b[field.name].map { $0 == field.value } ?? false }
  }
}

/// How deeply lists, records, tables and closures are nested within one another. It is bounded
/// where values are made, so that whatever walks a value (equality, printing, freeing it) cannot
/// run out of stack.
enum Nesting {
  static let limit = 200

  /// The depth of a value: 0 for scalars.
  static func depth(_ value: Value) -> Int {
    switch value {
    case .none, .bool, .number, .string: return 0
    case .list(let values):
      var deepest = 0
      for value in values { deepest = max(deepest, depth(value)) }
      return deepest + 1
    case .record(let record): return (record.fields.map { depth($0.value) }.max() ?? 0) + 1
    case .function(let function):
      if case .closure(let closure) = function.implementation { return closure.depth }
      return 0
    case .object(let object): return (object as? Table)?.depth ?? 0
    }
  }

  /// The value, if it is not nested too deeply.
  static func checked(_ value: Value) throws -> Value {
    if depth(value) > limit { throw ScriptError("values are nested more than \(limit) deep") }
    return value
  }
}

/// How large values may grow.
enum Limits {
  /// Elements of one list.
  static let elements = 10_000_000
  /// Bytes of one string.
  static let bytes = 100_000_000
  /// Calls within one another.
  static let calls = 200

  /// Refuses a list of more elements than `elements`.
  static func checkCount(_ count: Int) throws {
    if count > elements {
      throw ScriptError("a list of \(count) elements is too large", hint: "at most \(elements)")
    }
  }

  /// Refuses a string of more bytes than `bytes`.
  static func checkBytes(_ count: Int) throws {
    if count > bytes {
      throw ScriptError("a string of \(count) bytes is too large", hint: "at most \(bytes)")
    }
  }
}
