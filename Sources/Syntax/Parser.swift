/// What parsing a file gives: always a tree (of what could be understood), and what was wrong.
public struct ParseResult: Sendable {
  /// The tree of everything that could be understood.
  public let tree: Tree
  /// All syntax errors in order.
  public let diagnostics: [Diagnostic]
  /// Whether the text only lacks an end: an open bracket, string or operator. A REPL asks for more.
  public let isIncomplete: Bool
}

/// Turns tokens into the tree. An error ends its statement, and parsing goes on with the next.
public struct Parser {
  /// The version of the language that this parser reads.
  public static let languageVersion = 1
  /// Brackets, blocks and functions within one another, at most.
  static let nestingLimit = 200
  /// Height of the tree, at most: also bounds long chains of operators.
  static let depthLimit = 1000
  /// Errors reported for one file, at most.
  public static let diagnosticLimit = 50

  let file: SourceFile
  var tokens: [Token]
  var position = 0
  var diagnostics: [Diagnostic] = []
  /// Whether a newline ends the statement: decided by the innermost bracket.
  var newlinesEnd = true
  var nesting = 0
  /// The last token that may stand at the beginning of a line: the first of a statement, or the
  /// first after an operator or another token that lets the line continue.
  var lineStart = 0
  /// Brackets open in the current statement, for recovery.
  var openBrackets = 0
  var nextId = 0
  var isInteractive = false
  /// Whether the tokens are those of a string's hole, whose end is not the text's.
  var isInHole = false
  private var stoppedAtEnd = false
  private var comments: [Comment] = []

  /// Parses a file. In an interactive session a leading `|>` applies to `_`.
  public static func parse(_ file: SourceFile, interactive: Bool = false) -> ParseResult {
    var lexer = Lexer(file)
    let tokens = lexer.tokens()
    var parser = Parser(file: file, tokens: tokens)
    parser.isInteractive = interactive
    parser.comments = lexer.comments
    let tree = parser.tree()
    let found = (lexer.diagnostics + parser.diagnostics).sorted { $0.span.start < $1.span.start }
    // The parser's complaint about a token that the lexer refused already would only repeat it.
    let isOnlyEnd = parser.stoppedAtEnd && parser.diagnostics.count == 1 && lexer.diagnostics.isEmpty
    return ParseResult(
      tree: tree, diagnostics: Array(found.prefix(diagnosticLimit)),
      isIncomplete: isOnlyEnd || (lexer.endsInString && lexer.diagnostics.count == 1))
  }

  init(file: SourceFile, tokens: [Token]) {
    self.file = file
    self.tokens = tokens
  }

  // MARK: Tokens

  /// Thrown after its diagnostic was recorded; caught where parsing can go on.
  struct Failure: Error {}

  var current: Token { tokens[position] }

  /// The token after the current one.
  var following: Token { tokens[min(position + 1, tokens.count - 1)] }

  /// The end of the token before the current one.
  var previousEnd: Int { position > 0 ? tokens[position - 1].span.end : 0 }

  mutating func advance() {
    if position < tokens.count - 1 { position += 1 }
  }

  mutating func take(_ symbol: Symbol) -> Bool {
    guard current.is(symbol) else { return false }
    advance()
    return true
  }

  /// Whether a line that counts ended before the current token.
  var atNewline: Bool { newlinesEnd && current.newlineBefore && position != lineStart }

  mutating func makeId() -> Int {
    nextId += 1
    return nextId - 1
  }

  // MARK: Errors

  mutating func report(_ message: String, at span: Span, hint: String? = nil, notes: [String] = []) {
    guard diagnostics.count < Parser.diagnosticLimit else { return }
    diagnostics.append(Diagnostic(message, file: file, span: span, hint: hint, notes: notes))
  }

  mutating func fail(_ message: String, at span: Span, hint: String? = nil, notes: [String] = []) -> Failure {
    if !isInHole, span.start >= tokens[tokens.count - 1].span.start { stoppedAtEnd = true }
    report(message, at: span, hint: hint, notes: notes)
    return Failure()
  }

  /// The error that something else was expected at the current token.
  mutating func expected(_ what: String, hint: String? = nil, notes: [String] = []) -> Failure {
    // A line that stops too early is marked at its end, not at the next line's beginning.
    let atEnd = atNewline || current.kind == .end
    let span = atEnd ? Span(previousEnd, previousEnd) : current.span
    if current.kind == .end, !isInHole { stoppedAtEnd = true }
    return fail("expected \(what), found \(found)", at: span, hint: hint, notes: notes)
  }

  /// The current token in words.
  var found: String {
    if current.kind == .end { return isInHole ? "the end of the braces" : "the end of the file" }
    if atNewline { return "the end of the line" }
    switch current.kind {
    case .number: return "the number `\(file.text(current.span))`"
    case .string: return "a string"
    default: return "`\(file.text(current.span))`"
    }
  }

  mutating func expect(_ symbol: Symbol, _ what: String? = nil, hint: String? = nil) throws {
    guard !(atNewline && symbol != .rightBrace), take(symbol) else {
      throw expected(what ?? "`\(symbol.rawValue)`", hint: hint)
    }
  }

  /// Parses inside a bracket, where newlines do not count, up to and including the closing one.
  mutating func bracketed<T>(
    _ open: Symbol, _ close: Symbol, _ body: (inout Parser) throws -> T
  ) throws -> T {
    let opened = current.span
    guard take(open) else { throw expected("`\(open.rawValue)`") }
    let outer = newlinesEnd
    newlinesEnd = false
    openBrackets += 1
    let result = try body(&self)
    guard current.is(close) else {
      let line = file.location(of: opened.start).line
      let isElsewhere = line != file.location(of: current.span.start).line
      throw expected(
        "`,` or `\(close.rawValue)`",
        notes: isElsewhere ? ["the `\(open.rawValue)` is at \(Diagnostic.place(file, opened))"] : [])
    }
    advance()
    newlinesEnd = outer
    openBrackets -= 1
    return result
  }

  /// Counts nesting, so that hostile input cannot overflow the stack.
  mutating func nested<T>(_ body: (inout Parser) throws -> T) throws -> T {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Parser.nestingLimit else {
      throw fail("this is nested too deeply", at: current.span, hint: "at most \(Parser.nestingLimit) levels")
    }
    return try body(&self)
  }

  /// An expression whose height is within the limit.
  mutating func make(_ kind: Expression.Kind, _ span: Span) throws -> Expression {
    let result = Expression(kind, span)
    if result.depth > Parser.depthLimit {
      throw fail("this expression is too long", at: span, hint: "give parts of it names")
    }
    return result
  }

  // MARK: The file

  private mutating func tree() -> Tree {
    var version: Int?
    var versionSpan: Span?
    var versionEnd = 0
    if case .identifier("clip") = current.kind, case .number(let number) = following.kind,
      !following.newlineBefore
    {
      let span = current.span.joined(following.span)
      advance()
      if Int(exactly: number) != Parser.languageVersion {
        report(
          "this script is written in version \(file.text(current.span)) of the language", at: span,
          hint: "this program reads version \(Parser.languageVersion)")
      }
      advance()
      version = Int(exactly: number)
      versionSpan = span
      versionEnd = position
      endStatement()
    }
    let statements = statements(until: .end)
    return Tree(
      file: file, version: version, versionSpan: versionSpan,
      documentation: fileDocumentation(after: versionEnd), statements: statements, comments: comments,
      idCount: nextId)
  }

  /// Statements up to a closing brace or the end of the file.
  mutating func statements(until end: Token.Kind) -> [Statement] {
    var result: [Statement] = []
    while current.kind != end, current.kind != .end {
      if take(.semicolon) { continue }
      let before = position
      let start = current.span
      let outer = (newlinesEnd, openBrackets, nesting)
      openBrackets = 0
      lineStart = position
      do {
        result.append(try statement())
        if !endsHere(end) {
          throw strayToken()
        }
      } catch {
        (newlinesEnd, nesting) = (outer.0, outer.2)
        synchronize(from: start)
      }
      openBrackets = outer.1
      // Every turn must consume something, or hostile input would never end.
      if position == before { advance() }
      if diagnostics.count >= Parser.diagnosticLimit { position = tokens.count - 1 }
    }
    return result
  }

  private func endsHere(_ end: Token.Kind) -> Bool {
    current.is(.semicolon) || current.kind == .end || current.kind == end || current.newlineBefore
  }

  private mutating func endStatement() {
    if !endsHere(.end) { _ = strayToken(); synchronize(from: current.span) }
  }

  /// Something stands behind a complete statement.
  private mutating func strayToken() -> Failure {
    var hint = "a statement ends at a newline or `;`"
    if current.is(.assign) { hint = "only a name can be bound: `name = …`" }
    if current.is(.not), following.is(.in) { hint = "write `not x in xs`" }
    if current.is(.not) == false, current.is(.else) { hint = "`else` follows the block of an `if`" }
    if current.is(.leftBrace) { hint = "a block follows only `if`, `for`, `else`, `fn` and `sweep`" }
    if case .identifier(let word) = current.kind, let foreign = Parser.foreign[word] {
      return fail("`\(word)` is not part of the language", at: current.span, hint: foreign)
    }
    if position > 0, case .identifier(let word) = tokens[position - 1].kind,
      let foreign = Parser.foreign[word]
    {
      hint = foreign
      return fail("`\(word)` is not part of the language", at: tokens[position - 1].span, hint: hint)
    }
    return fail("expected the end of the statement, found \(found)", at: current.span, hint: hint)
  }

  /// Words of other languages, with what this one writes.
  private static let foreign: [String: String] = [
    "while": "loop over a list: `for x in xs { … }`; every script ends",
    "return": "the last expression of a block is its value",
    "def": "write `fn f(x) => …`", "function": "write `fn f(x) => …`", "lambda": "write `fn(x) => …`",
    "let": "write `x = …`", "var": "write `x = …`", "const": "write `x = …`",
    "elif": "write `else if`", "from": "write `import std.name`", "assert": "write `assert(…)`",
    "print": "write `print(…)`",
  ]

  /// Skips to where the next statement probably begins.
  private mutating func synchronize(from start: Span) {
    let column = columnOffset(start.start)
    var depth = openBrackets
    while current.kind != .end {
      if current.newlineBefore, position > 0, !current.is(.pipe), !current.is(.else) {
        let isCloser = current.is(.rightParen) || current.is(.rightBracket)
        if depth <= 0, !isCloser { return }
        // A line that begins no further right than the broken statement begins a new one.
        if columnOffset(current.span.start) <= column, !isCloser, !current.is(.rightBrace),
          tokens[position - 1].span.start >= start.start
        {
          return
        }
      }
      switch current.kind {
      case .symbol(.leftParen), .symbol(.leftBracket), .symbol(.leftBrace): depth += 1
      case .symbol(.rightBrace) where depth <= 0 && nesting > 0: return
      case .symbol(.rightParen), .symbol(.rightBracket), .symbol(.rightBrace): depth -= 1
      case .symbol(.semicolon) where depth <= 0: return
      default: break
      }
      advance()
    }
  }

  /// Bytes between the beginning of the line and an offset.
  private func columnOffset(_ offset: Int) -> Int {
    offset - file.lineRange(file.line(of: offset)).lowerBound
  }

  // MARK: Documentation

  /// The `##` lines that end on the line above an offset.
  func documentation(above offset: Int) -> String? {
    var line = file.line(of: offset) - 1
    // The first comment that begins after the offset, by bisection.
    var low = 0
    var high = comments.count
    while low < high {
      let middle = (low + high) / 2
      if comments[middle].span.start < offset { low = middle + 1 } else { high = middle }
    }
    var lines: [String] = []
    while low > 0, comments[low - 1].line == line, comments[low - 1].isDocumentation,
      comments[low - 1].standsAlone
    {
      lines.append(comments[low - 1].text)
      low -= 1
      line -= 1
    }
    return lines.isEmpty ? nil : lines.reversed().joined(separator: "\n")
  }

  /// The `##` block at the top that is followed by a blank line.
  private func fileDocumentation(after version: Int) -> String? {
    // A `;` is no statement.
    let first = tokens.indices.first { $0 >= version && !tokens[$0].is(.semicolon) } ?? tokens.count - 1
    let firstStatement = tokens[first].span.start
    let isEmpty = first == tokens.count - 1
    var block: [Comment] = []
    for comment in comments where comment.isDocumentation && comment.standsAlone {
      if !isEmpty, comment.span.start > firstStatement { break }
      if let last = block.last, comment.line != last.line + 1 { break }
      block.append(comment)
    }
    guard let last = block.last else { return nil }
    let next = last.line + 1
    if next <= file.lineCount {
      let line = file.lineRange(next)
      let isBlank = file.utf8[line].allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      if !isBlank { return nil }
    }
    return block.map(\.text).joined(separator: "\n")
  }
}
