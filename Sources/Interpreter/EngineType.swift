/// What is known of an engine type before any value of it exists: what checking, completion and the
/// manual need. The values themselves conform to `EngineValue`; a test compares the two.
public struct EngineType: Sendable {
  /// A field that every value of the type has.
  public struct Field: Sendable {
    /// Its name.
    public let name: String
    /// What it holds.
    public let type: TypeSpec
    /// One line: meaning, shape, units.
    public let doc: String

    /// A field.
    public init(_ name: String, _ type: TypeSpec, _ doc: String) {
      self.name = name
      self.type = type
      self.doc = doc
    }
  }

  /// The name users read: `heatmaps`.
  public let name: String
  /// One line.
  public let summary: String
  /// The fields; nil where each value has its own, as a table its columns.
  public let fields: [Field]?
  /// What a loop over it visits; nil where it is no sequence.
  public let element: TypeSpec?
  /// What an index gives, where it is always the same; `any` where that depends on the index; nil
  /// where it cannot be indexed.
  public let indexed: TypeSpec?
  /// Whether arithmetic applies to it.
  public let hasArithmetic: Bool

  /// A type.
  public init(
    _ name: String, _ summary: String, fields: [Field]?, element: TypeSpec? = nil, indexed: TypeSpec? = nil,
    hasArithmetic: Bool = false
  ) {
    self.name = name
    self.summary = summary
    self.fields = fields
    self.element = element
    self.indexed = indexed
    self.hasArithmetic = hasArithmetic
  }
}
