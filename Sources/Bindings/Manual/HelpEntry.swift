import Syntax

/// What is known of one name: the same words for `help`, the manual, a prompt and an editor.
public struct HelpEntry: Sendable, Equatable {
  /// What a name stands for.
  public enum Kind: String, Sendable {
    /// A function written in Swift.
    case function
    /// A function or value of the standard library.
    case library
    /// A module of the standard library.
    case module
    /// A type of values.
    case type
    /// A word, sign or rule of the language.
    case syntax
    /// An option, with the functions that take it.
    case option
  }

  /// One parameter of a function.
  public struct Parameter: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Its type as users read it, allowed strings by name; empty where none is written.
    public let type: String
    /// Its default as written in the language; nil where it must be given.
    public let defaultValue: String?
    /// Meaning and units; empty where the prose says it.
    public let meaning: String
    /// Whether it is given by name only.
    public let isOption: Bool
  }

  /// A field of a type, a member of a module, or the functions that take an option.
  public struct Member: Sendable, Equatable {
    /// What it is called.
    public let name: String
    /// Its type, or its default and type; may be empty.
    public let type: String
    /// One line.
    public let meaning: String
  }

  /// What the name stands for.
  public var kind: Kind
  /// The name: `surgery`, `std.prompts.imagenet`, `|>`.
  public var name: String
  /// The heading it stands below: `CLIP`, `Lists`.
  public var section = ""
  /// The call with names only, or the form: `mean(values; axis, keep)`.
  public var form: String
  /// The call with types and defaults, and what it gives.
  public var signature: String
  /// One line that ends with a full stop.
  public var summary: String
  /// The parameters in order, options last.
  public var parameters: [Parameter] = []
  /// The type it gives; empty where that means nothing.
  public var result = ""
  /// Fields, members, or takers.
  public var members: [Member] = []
  /// Paragraphs with blank lines between them; lines indented by four spaces are code.
  public var details = ""
  /// When it fails though the types fit.
  public var errors = ""
  /// The method's equation, a line each.
  public var equation = ""
  /// Where the method is published.
  public var citation = ""
  /// Code that runs, without its expectations.
  public var example = ""
  /// What the example prints, a line each.
  public var output: [String] = []
  /// Names of other entries.
  public var seeAlso: [String] = []
}

/// The code of an example apart from what it promises to print.
public enum ExampleText {
  /// Code without its `# expect:` and `# error:` comments, and what they say: printed lines, and errors
  /// with `error: ` before them.
  public static func split(_ text: String) -> (code: String, output: [String]) {
    let file = SourceFile(name: "example", text: text)
    var code = file.utf8
    var output: [String] = []
    for comment in Parser.parse(file).tree.comments.reversed() {
      guard let promises = promises(of: comment.text) else { continue }
      output = promises + output
      var start = comment.span.start
      while start > 0, code[start - 1] == UInt8(ascii: " ") { start -= 1 }
      var end = comment.span.end
      // A line of its own goes as a whole.
      if start == 0 || code[start - 1] == UInt8(ascii: "\n") {
        if end < code.count { end += 1 } else if start > 0 { start -= 1 }
      }
      code.removeSubrange(start..<end)
    }
    while let last = code.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: " ") { code.removeLast() }
    return (String(decoding: code, as: UTF8.self), output)
  }

  /// What a comment promises; nil where it is an ordinary one.
  private static func promises(of comment: String) -> [String]? {
    guard comment.hasPrefix("expect:") || comment.hasPrefix("error:") || comment.hasPrefix("warning:") else {
      return nil
    }
    var rest = comment[...]
    var promises: [String] = []
    while !rest.isEmpty {
      // The next promise of the same comment begins with `# `.
      var end = rest.endIndex
      for mark in ["# expect:", "# error:", "# warning:"] {
        if let place = firstPlace(of: mark, in: rest), place < end { end = place }
      }
      let promise = rest[..<end]
      rest = rest[end...].dropFirst(2)
      let words = trimmed(promise)
      promises.append(words.hasPrefix("expect:") ? trimmed(words.dropFirst(7)) : words)
    }
    return promises
  }

  private static func firstPlace(of mark: String, in text: Substring) -> String.Index? {
    var place = text.startIndex
    while place < text.endIndex {
      if text[place...].hasPrefix(mark) { return place }
      place = text.index(after: place)
    }
    return nil
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  private static func trimmed(_ text: some StringProtocol) -> String { trimmed(Substring(text)) }
}
