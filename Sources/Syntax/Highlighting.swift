/// What the words of a source are, for colouring it: the manual, and whoever else shows code.
public enum Highlighting {
  /// What a piece of source is.
  public enum Kind: String, Sendable {
    /// `for`, `and`, `none`, …
    case keyword
    /// A name that is called.
    case function
    /// Any other name.
    case name
    case number
    /// A string without the expressions in its holes.
    case string
    case comment
    /// An operator or punctuation.
    case symbol
  }

  /// A piece of source. Space belongs to no piece, except within strings and comments.
  public struct Piece: Sendable, Equatable {
    /// Where it stands.
    public let span: Span
    /// What it is.
    public let kind: Kind
  }

  /// The pieces of a source in the order of the text; they do not overlap. Malformed source has pieces too.
  public static func pieces(of file: SourceFile) -> [Piece] {
    var lexer = Lexer(file)
    var pieces: [Piece] = []
    add(lexer.tokens(), to: &pieces)
    pieces += lexer.comments.map { Piece(span: $0.span, kind: .comment) }
    return pieces.sorted { $0.span.start < $1.span.start }
  }

  private static func add(_ tokens: [Token], to pieces: inout [Piece]) {
    for (index, token) in tokens.enumerated() {
      switch token.kind {
      case .end: break
      case .keyword: pieces.append(Piece(span: token.span, kind: .keyword))
      case .number: pieces.append(Piece(span: token.span, kind: .number))
      case .symbol: pieces.append(Piece(span: token.span, kind: .symbol))
      case .identifier:
        let isCalled = index + 1 < tokens.count && tokens[index + 1].is(.leftParen)
        pieces.append(Piece(span: token.span, kind: isCalled ? .function : .name))
      case .string(let string):
        var start = token.span.start
        for part in string.parts {
          guard case .hole(let hole) = part else { continue }
          // The braces and the format belong to the string.
          let inner = hole.tokens.filter { $0.kind != .end }
          guard let first = inner.first, let last = inner.last else { continue }
          pieces.append(Piece(span: Span(start, first.span.start), kind: .string))
          add(hole.tokens, to: &pieces)
          start = last.span.end
        }
        pieces.append(Piece(span: Span(start, token.span.end), kind: .string))
      }
    }
  }
}
