import Basics
import Checkpoints

/// What a measure found on one sample: named numbers, in a fixed order.
///
/// A row is kept as one JSON object, exactly: decimals are the shortest that read back as the same `Double`.
public struct Row: Hashable, Sendable {
  /// A number or a list of them.
  public enum Value: Hashable, Sendable {
    /// A whole number.
    case integer(Int)
    /// A finite number.
    case number(Double)
    /// Whole numbers; also what any list without elements is.
    case integers([Int])
    /// Finite numbers.
    case numbers([Double])
  }

  /// A named value.
  public struct Entry: Hashable, Sendable {
    /// The name, such as `hits`.
    public let name: String
    /// What it has.
    public let value: Value
  }

  /// All of them, in order.
  public private(set) var entries: [Entry] = []

  /// A row of entries in the order given. Throws `EvaluationError` for a number that is not finite, which a
  /// file of rows cannot keep.
  public init(_ entries: KeyValuePairs<String, Value> = [:]) throws(EvaluationError) {
    for (name, value) in entries { try append(name, value) }
  }

  /// Adds an entry, or replaces the one of that name. Throws `EvaluationError` for a number that is not finite.
  public mutating func append(_ name: String, _ value: Value) throws(EvaluationError) {
    var value = value
    switch value {
    case .number(let number) where !number.isFinite:
      throw EvaluationError("\(quoted(name)) is \(number), not a finite number")
    case .numbers(let numbers):
      if let wrong = numbers.first(where: { !$0.isFinite }) {
        throw EvaluationError("\(quoted(name)) has \(wrong), not a finite number")
      }
      if numbers.isEmpty { value = .integers([]) }
    default: break
    }
    let entry = Entry(name: name, value: value)
    if let place = entries.firstIndex(where: { $0.name == name }) {
      entries[place] = entry
    } else {
      entries.append(entry)
    }
  }

  /// The value called `name`, nil where there is none.
  public subscript(name: String) -> Value? { entries.first { $0.name == name }?.value }

  /// The whole number called `name`. Throws `EvaluationError` where the row has none.
  public func integer(_ name: String) throws(EvaluationError) -> Int {
    if case .integer(let value)? = self[name] { return value }
    throw missing(name, "a whole number")
  }

  /// The number called `name`. Throws `EvaluationError` where the row has none.
  public func number(_ name: String) throws(EvaluationError) -> Double {
    switch self[name] {
    case .number(let value)?: return value
    case .integer(let value)?: return Double(value)
    default: throw missing(name, "a number")
    }
  }

  /// The whole numbers called `name`. Throws `EvaluationError` where the row has none.
  public func integers(_ name: String) throws(EvaluationError) -> [Int] {
    if case .integers(let values)? = self[name] { return values }
    throw missing(name, "a list of whole numbers")
  }

  /// The numbers called `name`. Throws `EvaluationError` where the row has none.
  public func numbers(_ name: String) throws(EvaluationError) -> [Double] {
    switch self[name] {
    case .numbers(let values)?: return values
    case .integers(let values)?: return values.map(Double.init)
    default: throw missing(name, "a list of numbers")
    }
  }

  private func missing(_ name: String, _ kind: String) -> EvaluationError {
    EvaluationError("the row's \(quoted(name)) is not \(kind)")
  }

  /// The row as a JSON object on one line.
  public var json: String {
    "{" + entries.map { JSONText.quoted($0.name) + ":" + $0.value.json }.joined(separator: ",") + "}"
  }

  /// The row that a JSON object describes. Throws `EvaluationError`.
  init(json: JSONTree) throws(EvaluationError) {
    guard case .object(let members) = json else { throw EvaluationError("a row is not a JSON object") }
    for member in members {
      guard self[member.name] == nil else {
        throw EvaluationError("\(quoted(member.name)) stands there twice")
      }
      try append(member.name, try Value(json: member.value, name: member.name))
    }
  }
}

extension Row.Value {
  fileprivate var json: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .integers(let values): "[" + values.map { "\($0)" }.joined(separator: ",") + "]"
    case .numbers(let values): "[" + values.map { "\($0)" }.joined(separator: ",") + "]"
    }
  }

  fileprivate init(json: JSONTree, name: String) throws(EvaluationError) {
    switch json {
    case .int(let value): self = .integer(value)
    case .double(let value): self = .number(value)
    case .array(let elements):
      var integers: [Int] = []
      var numbers: [Double] = []
      for element in elements {
        switch element {
        case .int(let value): integers.append(value)
        case .double(let value): numbers.append(value)
        default: throw EvaluationError("\(quoted(name)) holds something that is no number")
        }
      }
      guard integers.isEmpty || numbers.isEmpty else {
        throw EvaluationError("\(quoted(name)) mixes whole numbers and others")
      }
      self = numbers.isEmpty ? .integers(integers) : .numbers(numbers)
    default: throw EvaluationError("\(quoted(name)) is no number and no list of numbers")
    }
  }
}

/// Text as JSON writes it.
enum JSONText {
  /// In quotes, escaped; any character may occur.
  static func quoted(_ text: String) -> String {
    Quoting.literal(text) { $0.value < 0x20 || $0.value == 0x7f ? Quoting.escape($0) : String($0) }
  }
}
