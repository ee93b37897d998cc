import Bindings
import Syntax

/// Something that can stand at a cursor.
public struct Candidate: Sendable, Equatable {
  /// What a candidate is.
  public enum Kind: String, Sendable {
    /// A builtin, a function of the library or of the script.
    case function
    /// A name that the script or the session binds.
    case variable
    /// A word of the language.
    case keyword
    /// A module of the library, or an imported one.
    case module
    /// A field of a value, or a member of a module that is no function.
    case field
    /// An option of a call.
    case option
    /// One of the strings that an option takes.
    case choice
    case file
    case folder
    /// A model that `load` knows by name.
    case model
    case type
    /// The label of a map, or a record's key.
    case label
  }

  /// What is inserted in place of `range`.
  public let text: String
  /// What is shown; `text` without what is only punctuation.
  public let label: String
  /// What the typed text is compared with, from the beginning of `range`.
  public let filter: String
  /// What it is.
  public let kind: Kind
  /// Its type or form: `image`, `mean(values; axis)`; may be empty.
  public let detail: String
  /// One line; may be empty.
  public let help: String
  /// What it replaces, in bytes.
  public let range: Span
  /// Everything that help knows of it.
  public let entry: HelpEntry?

  init(
    _ text: String, label: String? = nil, filter: String? = nil, _ kind: Kind, detail: String = "",
    help: String = "", range: Span,
    entry: HelpEntry? = nil
  ) {
    self.text = text
    self.label = label ?? text
    self.filter = filter ?? self.label
    self.kind = kind
    self.detail = detail
    self.help = help
    self.range = range
    self.entry = entry
  }
}
