// Expressions by precedence climbing, loosest first:
// |>   or   and   not   comparisons, in   + -   * / // % @   unary -   **   call, index, field.

enum Precedence {
  static let pipe = 1
  static let or = 2
  static let and = 3
  static let not = 4
  static let comparison = 5
  static let sum = 6
  static let product = 7
  static let negation = 8
  static let power = 9
  static let postfix = 10
}

extension Parser {
  /// An expression of operators that bind at least as tightly as `minimum`.
  mutating func expression(_ minimum: Int = 0) throws -> Expression {
    try nested { parser in
      let left = try parser.prefix(minimum)
      return try parser.binaryTail(left, minimum)
    }
  }

  /// The operators behind a left operand.
  mutating func binaryTail(_ first: Expression, _ minimum: Int) throws -> Expression {
    var left = first
    while true {
      let token = current
      if atNewline, !token.is(.pipe) { return left }
      if token.is(.pipe) {
        guard Precedence.pipe >= minimum else { return left }
        advance()
        let right = try continued(Precedence.or)
        guard case .call = right.kind else {
          throw fail(
            "expected a call after `|>`", at: right.span,
            hint: "`x |> f(a)` is `f(x, a)`"
              + (isNameLike(right) ? "; write `\(file.text(right.span))()`" : ""))
        }
        left = try make(.pipe(left, right), left.span.joined(right.span))
        continue
      }
      guard let (operation, precedence) = Parser.binary(token), precedence >= minimum else { return left }
      advance()
      // `**` groups to the right; everything else to the left.
      let right = try continued(operation == .power ? precedence : precedence + 1)
      left = try make(.binary(operation, left, right, token.span), left.span.joined(right.span))
      if precedence == Precedence.comparison, !atNewline, let (next, other) = Parser.binary(current),
        other == Precedence.comparison
      {
        let middle = file.text(right.span)
        throw fail(
          "comparisons do not chain", at: current.span,
          hint: "write `\(operation.rawValue) \(middle) and \(middle) \(next.rawValue)`")
      }
    }
  }

  private func isNameLike(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .name, .field: true
    default: false
    }
  }

  private static func binary(_ token: Token) -> (BinaryOperator, Int)? {
    switch token.kind {
    case .keyword(.or): (.or, Precedence.or)
    case .keyword(.and): (.and, Precedence.and)
    case .keyword(.in): (.contains, Precedence.comparison)
    case .symbol(.starStar): (.power, Precedence.power)
    case .symbol(let symbol):
      switch symbol {
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
        BinaryOperator(rawValue: symbol.rawValue).map { ($0, Precedence.comparison) }
      case .plus, .minus:
        BinaryOperator(rawValue: symbol.rawValue).map { ($0, Precedence.sum) }
      case .star, .slash, .slashSlash, .percent, .at:
        BinaryOperator(rawValue: symbol.rawValue).map { ($0, Precedence.product) }
      default: nil
      }
    default: nil
    }
  }

  private mutating func prefix(_ minimum: Int) throws -> Expression {
    let start = current
    if atNewline { throw expected("an expression") }
    if start.is(.not) {
      guard minimum <= Precedence.not else {
        throw fail(
          "`not` binds more loosely than the operator before it", at: start.span, hint: "write `(not …)`")
      }
      advance()
      let operand = try expression(Precedence.not)
      return try make(.unary(.not, operand), start.span.joined(operand.span))
    }
    if start.is(.minus) {
      advance()
      let operand = try expression(Precedence.negation)
      return try make(.unary(.negate, operand), start.span.joined(operand.span))
    }
    let value = try primary()
    switch value.kind {
    case .conditional, .sweep: return value
    default: return try postfix(value)
    }
  }

  // MARK: Primaries

  private mutating func primary() throws -> Expression {
    let token = current
    switch token.kind {
    case .number(let value):
      advance()
      return try make(.number(value), token.span)
    case .string(let string):
      advance()
      return try make(.string(try stringParts(string), isRaw: string.isRaw), token.span)
    case .identifier(let text):
      advance()
      return try make(.name(Name(text: text, span: token.span, id: makeId())), token.span)
    case .keyword(.true), .keyword(.false):
      advance()
      return try make(.bool(token.is(.true)), token.span)
    case .keyword(.none):
      advance()
      return try make(.none, token.span)
    case .keyword(.if):
      return try conditional()
    case .keyword(.sweep):
      return try sweep()
    case .keyword(.fn):
      advance()
      guard current.is(.leftParen) else {
        throw expected("`(` after `fn`", hint: "a named function is a statement of its own")
      }
      let function = try functionRest(token.span.start)
      return try make(.function(function), function.span)
    case .symbol(.leftParen):
      let inner = try bracketed(.leftParen, .rightParen) { try $0.expression() }
      return try make(.parenthesized(inner), Span(token.span.start, previousEnd))
    case .symbol(.leftBracket):
      return try list()
    case .symbol(.leftBrace):
      return try record()
    case .keyword(.for):
      throw expected("an expression", hint: "to make a list write `[e for x in xs]`")
    default:
      throw expected("an expression")
    }
  }

  private mutating func conditional() throws -> Expression {
    let start = current.span.start
    var clauses: [ConditionalClause] = []
    var otherwise: Block?
    repeat {
      advance()
      let condition = try expression()
      clauses.append(ConditionalClause(condition: condition, body: try block(after: "the condition")))
      // `else` may stand on the next line.
      guard current.is(.else) else { break }
      advance()
      if !current.is(.if) {
        otherwise = try block(after: "`else`")
        break
      }
    } while true
    return try make(.conditional(clauses, otherwise), Span(start, previousEnd))
  }

  /// `sweep a in A, b in B { … }`; a line may end behind each comma.
  private mutating func sweep() throws -> Expression {
    let start = current.span.start
    advance()
    let id = makeId()
    var variables: [SweepExpression.Variable] = []
    repeat {
      let what = "a name after `\(variables.isEmpty ? "sweep" : ",")`"
      let name = try variables.isEmpty ? name(what) : nameAfterNewline(what)
      guard !atNewline, current.is(.in) else {
        throw expected("`in`", hint: "write `sweep size in [112, 224], depth in [1, 3] { … }`")
      }
      advance()
      variables.append(.init(name: name, values: try continued()))
    } while !atNewline && take(.comma)
    let body = try block(after: "`sweep`")
    let function = FunctionExpression(
      parameters: variables.map { .init(name: $0.name, type: nil, defaultValue: nil) }, body: .block(body),
      span: body.span, id: id)
    return try make(
      .sweep(SweepExpression(variables: variables, function: function, body: body)), Span(start, previousEnd))
  }

  private mutating func list() throws -> Expression {
    let start = current.span.start
    let kind = try bracketed(.leftBracket, .rightBracket) { parser -> Expression.Kind in
      var elements: [Expression] = []
      while !parser.current.is(.rightBracket), parser.current.kind != .end {
        elements.append(try parser.expression())
        if elements.count == 1, parser.current.is(.for) {
          return .comprehension(elements[0], try parser.clauses())
        }
        if !parser.take(.comma) { break }
      }
      return .list(elements)
    }
    return try make(kind, Span(start, previousEnd))
  }

  private mutating func clauses() throws -> [ComprehensionClause] {
    var clauses: [ComprehensionClause] = []
    while current.is(.for) || current.is(.if) {
      if current.is(.if) {
        advance()
        clauses.append(.condition(try expression()))
      } else {
        advance()
        var names = [try name("a name after `for`")]
        while take(.comma) { names.append(try name("a name after `,`")) }
        guard current.is(.in) else { throw expected("`in`", hint: "write `[e for x in xs]`") }
        advance()
        clauses.append(.each(names, try expression()))
      }
    }
    return clauses
  }

  /// An option, key or field: any word, keywords too.
  private mutating func label() -> Label? {
    let token = current
    switch token.kind {
    case .identifier(let text):
      advance()
      return Label(text: text, span: token.span)
    case .keyword(let word):
      advance()
      return Label(text: word.rawValue, span: token.span)
    default:
      return nil
    }
  }

  private mutating func record() throws -> Expression {
    let start = current.span.start
    let fields = try bracketed(.leftBrace, .rightBrace) { parser -> [RecordField] in
      var fields: [RecordField] = []
      var seen: Set<String> = []
      while !parser.current.is(.rightBrace), parser.current.kind != .end {
        let token = parser.current
        let key: Label
        if case .string(let string) = token.kind {
          guard string.parts.count <= 1, case .text(let text)? = string.parts.first ?? .text("") else {
            throw parser.fail("a record's key is written without `{…}`", at: token.span)
          }
          key = Label(text: text, span: token.span)
          parser.advance()
        } else if let word = parser.label() {
          key = word
        } else {
          throw parser.expected("a key", hint: "a record is `{a: 1, \"b c\": 2}`")
        }
        try parser.expect(.colon, "`:` after the key", hint: "a record is `{a: 1, \"b c\": 2}`")
        if !seen.insert(key.text).inserted {
          parser.report("the key `\(key.text)` is given twice", at: key.span)
        }
        fields.append(RecordField(key: key, value: try parser.expression()))
        if !parser.take(.comma) { break }
      }
      return fields
    }
    return try make(.record(fields), Span(start, previousEnd))
  }

  // MARK: Strings

  private mutating func stringParts(_ string: StringToken) throws -> [StringPart] {
    var parts: [StringPart] = []
    for part in string.parts {
      switch part {
      case .text(let text):
        if !text.isEmpty { parts.append(.text(text)) }
      case .hole(let hole):
        parts.append(try self.hole(hole))
      }
    }
    return parts
  }

  /// Parses the tokens of a hole in their own stream, then goes on in this one.
  private mutating func hole(_ hole: StringToken.Hole) throws -> StringPart {
    let outer = (tokens, position, newlinesEnd, openBrackets, isInHole)
    (tokens, position, newlinesEnd, openBrackets, isInHole) = (hole.tokens, 0, false, 0, true)
    defer { (tokens, position, newlinesEnd, openBrackets, isInHole) = outer }
    if current.kind == .end { throw fail("expected an expression in the braces", at: hole.span) }
    let value = try expression()
    guard current.kind == .end else {
      throw fail("expected `}` or `:`, found \(found)", at: current.span)
    }
    var format: FormatSpecification?
    if let text = hole.format {
      format = FormatSpecification(text)
      if format == nil {
        report(
          "unknown format `\(text)`", at: hole.formatSpan,
          hint: "such as `.3f`, `.2e`, `.4g`, `d`, `.1%`, `>10` or `,d`")
      }
    }
    return .hole(value, format, hole.span)
  }

  // MARK: Calls, indices, fields

  private mutating func postfix(_ first: Expression) throws -> Expression {
    var base = first
    while !atNewline {
      switch current.kind {
      case .symbol(.leftParen):
        let arguments = try arguments()
        base = try make(.call(base, arguments), Span(base.span.start, previousEnd))
      case .symbol(.leftBracket):
        let entries = try indexEntries()
        base = try make(.index(base, entries), Span(base.span.start, previousEnd))
      case .symbol(.dot):
        advance()
        guard !atNewline, let field = label() else { throw expected("a field's name after `.`") }
        base = try make(.field(base, field), Span(base.span.start, previousEnd))
      default:
        return base
      }
    }
    return base
  }

  private mutating func arguments() throws -> [Argument] {
    try bracketed(.leftParen, .rightParen) { parser in
      var arguments: [Argument] = []
      var hasOptions = false
      while !parser.current.is(.rightParen), parser.current.kind != .end {
        var option: Label?
        if parser.following.is(.colon) {
          option = parser.label()
          if option != nil { parser.advance() }
        }
        let value = try parser.expression()
        if option != nil {
          hasOptions = true
        } else if hasOptions {
          parser.report("a positional argument comes before the options", at: value.span)
        }
        if option == nil, parser.current.is(.assign) {
          throw parser.expected("`,` or `)`", hint: "an option is written `name: value`")
        }
        arguments.append(Argument(label: option, value: value))
        if !parser.take(.comma) { break }
      }
      return arguments
    }
  }

  private mutating func indexEntries() throws -> [IndexEntry] {
    try bracketed(.leftBracket, .rightBracket) { parser in
      var entries: [IndexEntry] = []
      while !parser.current.is(.rightBracket), parser.current.kind != .end {
        let start = parser.current.span.start
        var bounds: [Expression?] = [nil]
        var colons = 0
        while !parser.current.is(.comma), !parser.current.is(.rightBracket) {
          if parser.current.is(.colon), colons < 2 {
            parser.advance()
            colons += 1
            bounds.append(nil)
          } else if bounds[colons] == nil {
            bounds[colons] = try parser.expression()
          } else {
            break
          }
        }
        if colons == 0, let value = bounds[0] {
          entries.append(.value(value))
        } else if colons > 0 {
          let step = colons == 2 ? bounds[2] : nil
          entries.append(
            .slice(from: bounds[0], to: bounds[1], step: step, span: Span(start, parser.previousEnd)))
        } else {
          throw parser.expected("an index")
        }
        if !parser.take(.comma) { break }
      }
      if entries.isEmpty { throw parser.expected("an index") }
      return entries
    }
  }
}
