import Syntax

/// What is known of a value before anything runs.
struct StaticType: Sendable {
  /// Its type.
  var spec: TypeSpec
  /// Fields of a record that the script builds, or members of a module, in order; nil where not known.
  var fields: [Field]?
  /// The elements of a list whose length is known.
  var items: [StaticType]?
  /// The elements of each element, where it is a list of rows of one shape (`zip`).
  var element: [StaticType]?
  /// All strings it can be, where they are written in the script.
  var strings: [LiteralString]?
  /// What a call takes and gives, where it is a function of the script.
  var function: StaticFunction?
  /// Whether it is a module: the resolver reports its unknown members.
  var isModule = false

  struct Field: Sendable {
    let name: String
    let type: StaticType
  }

  init(_ spec: TypeSpec) { self.spec = spec }

  static let any = StaticType(.any)

  /// A record of known fields.
  static func record(_ fields: [Field]) -> StaticType {
    var type = StaticType(.record)
    type.fields = fields
    return type
  }

  /// A list of known elements.
  static func list(_ items: [StaticType]) -> StaticType {
    var element = items.first?.spec ?? .any
    if !items.allSatisfy({ $0.spec == element }) { element = .any }
    var type = StaticType(.list(element))
    type.items = items
    return type
  }

  /// The field of a name.
  func field(_ name: String) -> StaticType? { fields?.last { $0.name == name }?.type }

  /// What is known of a value that is one or the other.
  func or(_ other: StaticType) -> StaticType {
    if spec == .any || other.spec == .any { return .any }
    if spec == other.spec {
      var both = StaticType(spec)
      if let a = strings, let b = other.strings { both.strings = a + b }
      return both
    }
    return StaticType(.union([spec, other.spec]))
  }

  /// Without what holds only for the value as written: a parameter's default may be replaced.
  var widened: StaticType { StaticType(spec) }
}

/// A string as the script writes it.
struct LiteralString: Sendable {
  /// Its parts; nil stands for a hole `{…}` whose value is not known.
  let parts: [String?]
  let span: Span
  /// The script's `param` whose default it is; the command line may replace it.
  var parameter: String?

  /// The text, where it has no holes.
  var text: String? {
    if parts.isEmpty { return "" }
    return parts.count == 1 ? parts[0] : nil
  }
}

/// A function of the script, as calls see it.
final class StaticFunction: Sendable {
  struct Parameter: Sendable {
    let name: String
    let type: TypeSpec
  }

  let name: String
  let parameters: [Parameter]
  let signature: Signature
  let result: StaticType

  init(name: String, parameters: [Parameter], signature: Signature, result: StaticType) {
    self.name = name
    self.parameters = parameters
    self.signature = signature
    self.result = result
  }
}
