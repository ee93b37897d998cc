import Syntax

/// A string that a script writes as an argument of a builtin: `load("dog.png")`. Who knows what the
/// builtin does can check it without running anything.
public struct LiteralArgument: Sendable {
  /// The builtin's name.
  public let builtin: String
  /// The parameter's name.
  public let parameter: String
  /// The string's parts; nil stands for a hole `{…}` whose value is known only at run time.
  public let parts: [String?]
  /// The other arguments of the call that are strings written in the script, by parameter.
  public let others: [String: String]
  /// The script's `param` whose default the string is, where it is one.
  public let scriptParameter: String?
  /// The file it stands in.
  public let file: SourceFile
  /// Where it stands.
  public let span: Span

  /// The string; nil where it has holes.
  public var text: String? {
    if parts.isEmpty { return "" }
    return parts.count == 1 ? parts[0] : nil
  }

  /// Whether a text could be this string, whatever the holes hold.
  public func matches(_ text: String) -> Bool {
    LiteralArgument.matches(parts[...], Substring(text))
  }

  private static func matches(_ parts: ArraySlice<String?>, _ text: Substring) -> Bool {
    guard let first = parts.first else { return text.isEmpty }
    if let literal = first {
      return text.hasPrefix(literal) && matches(parts.dropFirst(), text.dropFirst(literal.count))
    }
    if parts.count == 1 { return true }
    var rest = text
    while true {
      if matches(parts.dropFirst(), rest) { return true }
      if rest.isEmpty { return false }
      rest = rest.dropFirst()
    }
  }
}

/// The arguments of a call as far as they are known before it runs, for a builtin whose result
/// depends on them (`Builtin.refined`).
public struct StaticArguments: Sendable {
  let types: [String: StaticType]

  /// The type of a parameter's argument; nil where it was left out.
  public func type(_ parameter: String) -> TypeSpec? { types[parameter]?.spec }

  /// The string of a parameter's argument, where the script writes it.
  public func string(_ parameter: String) -> String? {
    guard let strings = types[parameter]?.strings, strings.count == 1 else { return nil }
    return strings[0].text
  }
}
