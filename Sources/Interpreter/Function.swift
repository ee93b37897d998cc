/// A function as a value: of the script, or a builtin.
public struct Function: Sendable {
  /// What users call it; `fn` for anonymous ones.
  public let name: String
}
