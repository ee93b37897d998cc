import Syntax

/// What happens while a script runs, for whoever keeps a record of it: locks and reports.
public enum RunEvent {
  /// A statement of the script itself begins.
  case began(SourceFile, Span)
  /// It ended and gave a value, `none` for bindings.
  case ended(SourceFile, Span, Value)
  /// A name of the script itself has a value.
  case bound(String, Value, Span)
  /// A `param` has a value.
  case parameter(String, Value)
  /// A line was printed.
  case printed(String)
  /// A warning was given.
  case warned(Diagnostic)
  /// A builtin was called by the script or its own modules, and what it gave.
  case called(Call)
  /// A value was written to a file.
  case saved(Save)
  /// A value was given to `show`.
  case shown(Value)
  /// A file was read.
  case read(InputFile)

  /// A call that ended.
  public struct Call {
    /// The builtin.
    public let name: String
    /// Its section in the manual.
    public let section: String
    /// Where it stands.
    public let file: SourceFile
    /// Where it stands.
    public let span: Span
    /// What it was given by position.
    public let arguments: [Value]
    /// What it gave.
    public let result: Value
    /// How long it took.
    public let seconds: Double
  }

  /// A file that was written.
  public struct Save {
    /// What is in it.
    public let value: Value
    /// The path as the script writes it.
    public let name: String
    /// Where it is.
    public let path: String
    /// What was written.
    public let bytes: [UInt8]
    /// The same without what the file says of how it was made.
    public let content: [UInt8]

    /// A file from its parts.
    public init(value: Value, name: String, path: String, bytes: [UInt8], content: [UInt8]) {
      self.value = value
      self.name = name
      self.path = path
      self.bytes = bytes
      self.content = content
    }
  }
}
