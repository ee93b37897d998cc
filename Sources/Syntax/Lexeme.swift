/// A word, sign or literal of a source with its place: the view of text that need not be complete.
public struct Lexeme: Sendable, Equatable {
  /// What it is.
  public enum Kind: Sendable, Equatable {
    case name, keyword, number, string, symbol
  }

  /// What it is.
  public let kind: Kind
  /// As written; of a string what it says, empty where it has holes.
  public let text: String
  /// Where it stands.
  public let span: Span
  /// Whether a line ended before it.
  public let newlineBefore: Bool

  /// Whether this is a sign: `(`, `|>`.
  public func isSymbol(_ text: String) -> Bool { kind == .symbol && self.text == text }
  /// Whether this is a word of the language.
  public func isKeyword(_ word: Keyword) -> Bool { kind == .keyword && text == word.rawValue }
  /// Whether it can stand where a label can: a name or a word of the language.
  public var isWord: Bool { kind == .name || kind == .keyword }

  /// The lexemes of a file in order; those in the holes of strings follow their string.
  public static func all(of file: SourceFile, withHoles: Bool = true) -> [Lexeme] {
    var lexer = Lexer(file)
    var result: [Lexeme] = []
    add(lexer.tokens(), of: file, withHoles: withHoles, to: &result)
    return result
  }

  /// The lexemes of a part of a file, as if it stood alone.
  public static func all(of file: SourceFile, within part: Span) -> [Lexeme] {
    let start = min(max(part.start, 0), file.utf8.count)
    let end = min(max(part.end, start), file.utf8.count)
    // Blank text before it keeps the offsets.
    let text = String(repeating: " ", count: start) + file.text(Span(start, end))
    return all(of: SourceFile(name: file.name, text: text, path: file.path), withHoles: false)
  }

  private static func add(
    _ tokens: [Token], of file: SourceFile, withHoles: Bool, to result: inout [Lexeme]
  ) {
    for token in tokens {
      let kind: Kind
      var text = file.text(token.span)
      var holes: [StringToken.Hole] = []
      switch token.kind {
      case .end: continue
      case .identifier: kind = .name
      case .keyword: kind = .keyword
      case .number: kind = .number
      case .symbol(let symbol):
        kind = .symbol
        text = symbol.rawValue
      case .string(let string):
        kind = .string
        text = ""
        for part in string.parts {
          switch part {
          case .text(let piece): text += piece
          case .hole(let hole): holes.append(hole)
          }
        }
        if !holes.isEmpty { text = "" }
      }
      result.append(Lexeme(kind: kind, text: text, span: token.span, newlineBefore: token.newlineBefore))
      if withHoles {
        for hole in holes { add(hole.tokens, of: file, withHoles: true, to: &result) }
      }
    }
  }
}
