/// What a Clip expression gives.
public enum Value: Sendable {
  case none
  case bool(Bool)
  case number(Double)
  case string(String)
  case list([Value])
  case record(Record)
  case function(Function)
  /// A value of the engine (model, image, tensor, heatmaps, …), opaque to the language itself.
  case object(any EngineValue)
}

/// An ordered set of named values: `{a: 1, "b c": 2}`.
public struct Record: Sendable {
  /// Names in the order written.
  public private(set) var names: [String] = []
  private var values: [String: Value] = [:]

  /// An empty record.
  public init() {}

  /// A record of the given fields; a later one of the same name wins.
  public init(_ fields: KeyValuePairs<String, Value>) {
    for (name, value) in fields { self[name] = value }
  }

  /// The value under a name; setting a new name appends it.
  public subscript(name: String) -> Value? {
    get { values[name] }
    set {
      if values[name] == nil, newValue != nil { names.append(name) }
      if newValue == nil { names.removeAll { $0 == name } }
      values[name] = newValue
    }
  }
}

extension Record: ExpressibleByDictionaryLiteral {
  /// `["a": .number(1)]`; a later field of the same name wins.
  public init(dictionaryLiteral elements: (String, Value)...) {
    self.init()
    for (name, value) in elements { self[name] = value }
  }
}

extension Value {
  /// The type's name as users read it in messages: `number`, `list`, `heatmaps`.
  public var typeName: String {
    switch self {
    case .none: "none"
    case .bool: "bool"
    case .number: "number"
    case .string: "string"
    case .list: "list"
    case .record: "record"
    case .function: "function"
    case .object(let object): object.typeName
    }
  }
}

extension Record {
  /// How many fields there are.
  public var count: Int { names.count }

  /// Names and values in the order written.
  public var fields: [(name: String, value: Value)] { names.map { ($0, values[$0] ?? .none) } }
}
