/// A word of the language with its place.
struct Token: Sendable {
  enum Kind: Sendable, Equatable {
    case identifier(String)
    case keyword(Keyword)
    case number(Double)
    case string(StringToken)
    case symbol(Symbol)
    case end
  }

  let kind: Kind
  let span: Span
  /// Whether a line ended between the token before and this one.
  let newlineBefore: Bool

  /// Whether this is the given punctuation or operator.
  func `is`(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }
  /// Whether this is the given keyword.
  func `is`(_ keyword: Keyword) -> Bool { kind == .keyword(keyword) }
}

/// Words that cannot be names (but can be options, record keys and fields).
public enum Keyword: String, Sendable, CaseIterable {
  case `if`, `else`, `for`, `in`, fn, sweep, `import`, param, and, or, not, `true`, `false`, none
}

enum Symbol: String, Sendable {
  case leftParen = "("
  case rightParen = ")"
  case leftBracket = "["
  case rightBracket = "]"
  case leftBrace = "{"
  case rightBrace = "}"
  case comma = ","
  case semicolon = ";"
  case colon = ":"
  case dot = "."
  case assign = "="
  case arrow = "=>"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case plus = "+"
  case minus = "-"
  case star = "*"
  case slash = "/"
  case slashSlash = "//"
  case percent = "%"
  case at = "@"
  case starStar = "**"
  case pipe = "|>"
}

/// A string literal: text and holes in turn.
struct StringToken: Sendable, Equatable {
  enum Part: Sendable, Equatable {
    case text(String)
    case hole(Hole)
  }

  /// `{expr:spec}`: the tokens between the braces (closed by `.end`) and the text after the colon.
  struct Hole: Sendable, Equatable {
    let tokens: [Token]
    let format: String?
    let formatSpan: Span
    let span: Span

    static func == (a: Hole, b: Hole) -> Bool { a.span == b.span }
  }

  var parts: [Part]
  let isRaw: Bool
}

/// A comment with its place, kept so that the formatter can put it back.
public struct Comment: Sendable {
  /// The comment from its first `#` to the end of its line.
  public let span: Span
  /// The text without `#` or `##` and one space.
  public let text: String
  /// Whether it is a `##` comment.
  public let isDocumentation: Bool
  /// Whether nothing but space stands before it on its line.
  public let standsAlone: Bool
  /// Its line, from 1.
  public let line: Int
}
