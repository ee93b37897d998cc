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
