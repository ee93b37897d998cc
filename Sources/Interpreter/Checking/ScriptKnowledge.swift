import Syntax

/// What is known of a value without computing it: of a name of a script, or of a session's value.
public struct KnownValue: Sendable {
  let type: StaticType

  init(_ type: StaticType) { self.type = type }

  /// What can be said of a value that is there: its type, and the fields of a record or columns of a table.
  public init(_ value: Value) { self.init(StaticType(value, depth: 0)) }

  /// A value of a type.
  public init(_ type: TypeSpec) { self.init(StaticType(type)) }

  /// Its type.
  public var spec: TypeSpec { type.spec }
  /// Whether it is an imported module.
  public var isModule: Bool { type.isModule }
  /// What a call takes, where it is a function of a script.
  public var signature: Signature? { type.function?.signature }
  /// What its parameters take, where it is a function of a script.
  public var parameterTypes: [TypeSpec] { type.function?.parameters.map(\.type) ?? [] }
  /// Fields of a record, or members of a module, in order; nil where they are not known.
  public var fields: [(name: String, value: KnownValue)]? {
    type.fields?.map { ($0.name, KnownValue($0.type)) }
  }
  /// The field of a name.
  public func field(_ name: String) -> KnownValue? { type.field(name).map(KnownValue.init) }

  /// The type as users read it: `heatmaps`, `fn(x, k?)`.
  public var description: String {
    if isModule { return "module" }
    if let signature { return signature.description }
    return spec.description
  }
}

extension StaticType {
  /// Fields of records within records that are looked at.
  private static let valueDepth = 4
  /// Fields of one record that are looked at.
  private static let fieldLimit = 1000

  fileprivate init(_ value: Value, depth: Int) {
    switch value {
    case .none: self.init(.none)
    case .bool: self.init(.bool)
    case .number: self.init(.number)
    case .string: self.init(.string)
    case .list(let values):
      let first = values.first.map { StaticType($0, depth: Self.valueDepth).spec }
      let same = values.prefix(Self.fieldLimit).allSatisfy {
        StaticType($0, depth: Self.valueDepth).spec == first
      }
      self.init(.list(same ? first ?? .any : .any))
    case .record(let record):
      self.init(.record)
      guard depth < Self.valueDepth else { return }
      fields = record.fields.prefix(Self.fieldLimit).map {
        Field(name: $0.name, type: StaticType($0.value, depth: depth + 1))
      }
    case .function(let value):
      self.init(.function)
      if let builtin = value.builtin {
        let all = builtin.positional + builtin.options
        function = StaticFunction(
          name: builtin.name, parameters: all.map { .init(name: $0.name, type: $0.type) },
          signature: value.signature, result: StaticType(builtin.result))
      } else {
        let signature = value.signature
        let parameters = signature.positional + signature.options
        function = StaticFunction(
          name: value.name, parameters: parameters.map { .init(name: $0.name, type: .any) },
          signature: signature, result: .any)
      }
    case .object(let object):
      self.init(.engine(object.typeName))
      if let table = object as? Table {
        fields = table.columns.prefix(Self.fieldLimit).map {
          Field(name: $0.name, type: StaticType(.list(.any)))
        }
      }
    }
  }
}

/// What checking writes down for those who complete and explain.
struct CheckNotes: Sendable {
  /// A name that stands in the text for what is being written.
  let probe: String?
  /// Types of names where they are bound and used.
  var types: [Span: StaticType] = [:]
  /// What a field is asked of, by the place of the field's name.
  var bases: [Span: StaticType] = [:]
  /// What is visible where the probe stands.
  var visible: [String: StaticType]?
  /// What the probe is a field of.
  var base: StaticType?
  /// What is visible at the end of the file.
  var last: [String: StaticType] = [:]

  init(probe: String?) { self.probe = probe }

  mutating func see(_ name: String, _ span: Span, _ type: StaticType?, visible: [String: StaticType]) {
    if name == probe { self.visible = visible } else if let type { types[span] = type }
  }

  mutating func see(field: String, _ span: Span, of base: StaticType, visible: [String: StaticType]) {
    bases[span] = base
    guard field == probe else { return }
    self.visible = visible
    self.base = base
  }
}

/// What can be known of a script without running it, for editors and prompts: what its names mean, what
/// is visible at a place, what a value before a dot is. The script may be incomplete or wrong.
public struct ScriptKnowledge: Sendable {
  /// The files, parsed and resolved as far as they can be.
  public let graph: ModuleGraph
  private let notes: CheckNotes

  /// Reads a script and everything it imports.
  ///
  /// - Parameters:
  ///   - file: the script
  ///   - session: names bound before it, with what is known of their values
  ///   - probe: a name that the text holds in place of what is being written
  public init(
    _ file: SourceFile, registry: Registry, loader: any SourceLoader,
    session: [String: KnownValue] = [:], probe: String? = nil
  ) {
    var environment = registry.environment
    environment.isInteractive = !session.isEmpty
    let graph = ModuleGraph.check(file, in: environment, loader: loader)
    var members: [String: StaticType] = [:]
    var notes = CheckNotes(probe: probe)
    for module in graph.modules {
      let isMain = module === graph.main
      let outcome = TypeChecker.check(
        module, registry: registry, imported: members,
        globals: isMain ? session.mapValues(\.type) : [:], notes: isMain ? notes : nil)
      members[module.file.path] = outcome.members
      if isMain, let found = outcome.notes { notes = found }
    }
    self.graph = graph
    self.notes = notes
  }

  /// Names visible at the probe with what is known of their values; nil where the text is too broken for
  /// the probe to be found.
  public var visible: [String: KnownValue]? { notes.visible?.mapValues(KnownValue.init) }
  /// What the probe is a field of; nil where it is none.
  public var base: KnownValue? { notes.base.map(KnownValue.init) }
  /// Names of the whole file.
  public var names: [String: KnownValue] { notes.last.mapValues(KnownValue.init) }
  /// What is known of the name that stands at a place.
  public func value(at span: Span) -> KnownValue? { notes.types[span].map(KnownValue.init) }
  /// What the field whose name stands at a place is asked of.
  public func base(at span: Span) -> KnownValue? { notes.bases[span].map(KnownValue.init) }
}
