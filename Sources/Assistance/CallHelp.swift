import Bindings
import Syntax

/// The call at a cursor: what it takes, and which parameter is being written.
public struct CallHelp: Sendable {
  /// One parameter.
  public struct Parameter: Sendable {
    /// `depth: int or none = none`.
    public let label: String
    /// Meaning, units; may be empty.
    public let help: String
  }

  /// The signature: `surgery(image: …, …)`.
  public let label: String
  /// One line about the function; may be empty.
  public let help: String
  /// Positional parameters, then options.
  public let parameters: [Parameter]
  /// The parameter at the cursor; nil where none fits.
  public let active: Int?
}

extension Assistant {
  /// What the innermost call around an offset takes; nil where there is none or nothing is known of it.
  public func callHelp(in file: SourceFile, at offset: Int, session: SessionScope? = nil) -> CallHelp? {
    let cursor = Cursor(in: file, at: offset)
    let replaced: Span
    switch cursor.place {
    case .comment, .format: return nil
    case .code: replaced = cursor.word
    case .string(let string): replaced = Span(string.start, string.end)
    }
    guard let site = CallSite(cursor), !site.path.isEmpty else { return nil }
    let scope = scope(in: file, replacing: replaced, session: session)
    guard let callable = callable(site, in: scope) else { return nil }
    let positional = callable.positional.map(\.written)
    let options = callable.parameters.filter(\.isOption).map(\.written)
    var list = positional.joined(separator: ", ") + (callable.isVariadic ? ", …" : "")
    if !options.isEmpty { list += "; " + options.joined(separator: ", ") }
    // The word at the cursor may be an option's name that is being written.
    var active = callable.index(at: site)
    if site.label == nil, site.isAtArgumentStart, cursor.after.first?.isSymbol(":") == true {
      active = callable.parameters.firstIndex { $0.name == file.text(cursor.word) }
    }
    // Where all positional arguments are there, an option follows.
    active = active ?? callable.parameters.firstIndex { $0.isOption && !site.given.contains($0.name) }
    return CallHelp(
      label: "\(callable.name)(\(list))", help: callable.entry?.summary ?? "",
      parameters: callable.parameters.map { .init(label: $0.written, help: $0.meaning) }, active: active)
  }
}
