import Syntax

/// The type of a parameter or result, as signatures and messages show it.
public indirect enum TypeSpec: Sendable, Hashable {
  /// Any value at all.
  case any
  /// A number.
  case number
  /// A number without a fraction.
  case int
  case string
  case bool
  /// `none`.
  case none
  /// A string that names a file or folder; read paths and write paths resolve differently.
  case path
  /// One of these strings.
  case choice([String])
  case list(TypeSpec)
  case record
  case function
  /// An engine type by its name: `.engine("heatmaps")`.
  case engine(String)
  /// Any of these.
  case union([TypeSpec])
}

extension TypeSpec {
  /// As users read it: `list[string]`, `image or list[image]`.
  public var description: String {
    switch self {
    case .any: "any"
    case .number: "number"
    case .int: "int"
    case .string: "string"
    case .bool: "bool"
    case .none: "none"
    case .path: "path"
    case .choice(let names): names.map { "\"\($0)\"" }.joined(separator: " or ")
    case .list(let element): element == .any ? "list" : "list[\(element.description)]"
    case .record: "record"
    case .function: "function"
    case .engine(let name): name
    case .union(let members): members.map(\.description).joined(separator: " or ")
    }
  }
}

extension TypeSpec {
  /// The type with its article, for messages: `a path`, `an image`, `number or none`.
  var phrase: String {
    switch self {
    case .any: return "any value"
    case .none, .choice, .union: return description
    case .int: return "a whole number"
    default:
      let text = description
      let isVowel = text.first.map { "aeiou".contains($0) } ?? false
      return (isVowel ? "an " : "a ") + text
    }
  }

  /// Whether a value may stand where this type is asked for.
  public func accepts(_ value: Value) -> Bool {
    switch (self, value) {
    case (.any, _), (.number, .number), (.string, .string), (.bool, .bool), (.none, .none),
      (.path, .string), (.record, .record), (.function, .function):
      return true
    case (.int, .number(let number)):
      return Int(exactly: number) != nil
    case (.choice(let names), .string(let text)):
      return names.contains(text)
    case (.list(let element), .list(let values)):
      if element == .any { return true }
      for value in values where !element.accepts(value) { return false }
      return true
    case (.engine(let name), .object(let object)):
      return object.typeName == name
    case (.union(let members), _):
      for member in members where member.accepts(value) { return true }
      return false
    default:
      return false
    }
  }

  /// What was found instead, as precisely as helps: `number`, `"otus"`, `list[number]`.
  func found(_ value: Value) -> String {
    switch value {
    case .string(let text) where !choices.isEmpty && text.count <= 40: return "\"\(text)\""
    case .number(let number) where self == .int || (allowsInt && !allowsNumber):
      return NumberText.plain(number)
    case .list(let values):
      if let element = listElement, let wrong = values.first(where: { !element.accepts($0) }) {
        let isNamed = if case .list = wrong { true } else { element.choices.isEmpty && !element.allowsInt }
        let noun = element.found(wrong)
        return "a list with " + (isNamed ? TypeMessage.article(noun) : noun)
      }
      return "list"
    default: return value.typeName
    }
  }

  private var members: [TypeSpec] {
    if case .union(let members) = self { members.flatMap(\.members) } else { [self] }
  }

  /// The strings that are allowed by name.
  public var choices: [String] {
    members.flatMap { if case .choice(let names) = $0 { names } else { [String]() } }
  }

  /// Whether it takes the name of a file or folder.
  public var isPath: Bool { members.contains(.path) }

  private var allowsInt: Bool { members.contains(.int) }
  private var allowsNumber: Bool { members.contains(.number) }
  /// The type of the elements where a list is one of the types.
  public var listElement: TypeSpec? {
    for member in members { if case .list(let element) = member { return element } }
    return nil
  }

  /// "Did you mean" for a misspelt choice.
  func hint(for value: Value) -> String? {
    guard case .string(let text) = value, !choices.isEmpty else { return nil }
    return Suggestion.nearest(to: text, among: choices).map { "did you mean \"\($0)\"?" }
  }

  /// The type that an annotation names; the resolver has checked that it exists.
  init(_ annotation: TypeAnnotation) {
    switch annotation.name {
    case "any": self = .any
    case "int": self = .int
    case "number": self = .number
    case "string": self = .string
    case "bool": self = .bool
    case "none": self = .none
    case "path": self = .path
    case "list": self = .list(annotation.elements.first.map { TypeSpec($0) } ?? .any)
    case "record": self = .record
    case "function": self = .function
    default: self = .engine(annotation.name)
    }
  }
}
