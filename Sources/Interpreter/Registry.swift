import Syntax

/// The builtins a script can call.
public struct Registry: Sendable {
  private var references: [String: BuiltinReference] = [:]
  private var engineTypes: [String: EngineType] = [:]

  /// A registry with the language's own functions: lists, records, strings, tables, printing.
  public static var core: Registry {
    var registry = Registry()
    registry.add(
      CoreBuiltins.all.map {
        var builtin = $0
        builtin.passesValuesOn = true
        return builtin
      })
    return registry
  }

  /// An empty registry.
  public init() {}

  /// Adds builtins; a later one of the same name replaces the earlier.
  public mutating func add(_ builtins: [Builtin]) {
    for builtin in builtins { references[builtin.name] = BuiltinReference(builtin) }
  }

  /// Makes types of the engine known; signatures name them.
  public mutating func add(_ types: [EngineType]) {
    for type in types { engineTypes[type.name] = type }
  }

  /// The engine type of a name.
  public func type(_ name: String) -> EngineType? { engineTypes[name] }

  /// All described engine types in the order of their names.
  public var types: [EngineType] { engineTypes.keys.sorted().compactMap { engineTypes[$0] } }

  /// The builtin of a name.
  public subscript(name: String) -> Builtin? { references[name]?.builtin }

  func reference(_ name: String) -> BuiltinReference? { references[name] }

  /// All names in order.
  public var names: [String] { references.keys.sorted() }

  /// All builtins in the order of their names.
  public var builtins: [Builtin] { names.compactMap { references[$0]?.builtin } }

  /// The language's own types.
  static let coreTypes: Set<String> = [
    "any", "int", "number", "string", "bool", "none", "path", "list", "record", "function",
  ]

  /// Names that `param` and `fn` may use as types.
  public var typeNames: Set<String> {
    var names = Registry.coreTypes.union(engineTypes.keys)
    func collect(_ type: TypeSpec) {
      switch type {
      case .engine(let name): names.insert(name)
      case .list(let element): collect(element)
      case .union(let members): for member in members { collect(member) }
      default: break
      }
    }
    for reference in references.values {
      for parameter in reference.builtin.positional + reference.builtin.options { collect(parameter.type) }
      collect(reference.builtin.result)
    }
    return names
  }

  /// What the resolver needs to know.
  public var environment: Environment {
    Environment(builtins: references.mapValues(\.signature), typeNames: typeNames)
  }
}
