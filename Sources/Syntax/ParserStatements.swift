// Statements: bindings, functions, loops, parameters, imports.

extension Parser {
  mutating func statement() throws -> Statement {
    let start = current.span.start
    // What follows a `;` on its line has no line above of its own.
    let isFirst = position == 0 || current.newlineBefore
    let documentation = isFirst ? documentation(above: start) : nil
    let kind: Statement.Kind
    switch current.kind {
    case .keyword(.param): kind = .parameter(try parameter())
    case .keyword(.import): kind = .importing(try importing())
    case .keyword(.for): kind = try loop()
    case .keyword(.fn) where !following.is(.leftParen): kind = try functionDeclaration()
    case .identifier("clip") where isVersionLine:
      throw fail("the version line comes first in a file", at: current.span.joined(following.span))
    default: kind = try bindingOrExpression()
    }
    return Statement(kind: kind, span: Span(start, previousEnd), documentation: documentation)
  }

  private var isVersionLine: Bool {
    if case .number = following.kind { return !following.newlineBefore }
    return false
  }

  /// A name that is bound here.
  mutating func name(_ what: String) throws -> Name {
    guard !atNewline, case .identifier(let text) = current.kind else {
      if !atNewline, case .keyword(let word) = current.kind {
        throw expected(what, hint: "`\(word.rawValue)` is a word of the language")
      }
      throw expected(what)
    }
    let name = Name(text: text, span: current.span, id: makeId())
    advance()
    return name
  }

  /// `a, b` up to but not including `in` or `=`.
  private mutating func names(_ what: String) throws -> [Name] {
    var names = [try name(what)]
    while take(.comma) { names.append(try nameAfterNewline(what)) }
    return names
  }

  /// A name after a comma: the line may have ended.
  mutating func nameAfterNewline(_ what: String) throws -> Name {
    let outer = newlinesEnd
    newlinesEnd = false
    defer { newlinesEnd = outer }
    return try name(what)
  }

  private mutating func bindingOrExpression() throws -> Statement.Kind {
    let first: Expression
    if isInteractive, current.is(.pipe) {
      let last = try make(
        .name(Name(text: "_", span: Span(current.span.start, current.span.start), id: makeId())),
        Span(current.span.start, current.span.start))
      first = try binaryTail(last, 0)
    } else {
      first = try expression()
    }
    guard !atNewline, current.is(.assign) || current.is(.comma) else { return .expression(first) }
    var targets = [first]
    while !atNewline, take(.comma) {
      let outer = newlinesEnd
      newlinesEnd = false
      defer { newlinesEnd = outer }
      targets.append(try expression(Precedence.postfix))
    }
    guard !atNewline, current.is(.assign) else {
      throw expected("`=` after the names", hint: targets.count > 1 ? "a list is written `[a, b]`" : nil)
    }
    var names: [Name] = []
    for target in targets {
      guard case .name(let name) = target.kind else {
        let isElement =
          if case .index = target.kind { true } else if case .field = target.kind { true } else { false }
        throw fail(
          "only a name can be bound", at: target.span,
          hint: isElement ? "values do not change; build a new one" : "write `name = …`")
      }
      names.append(name)
    }
    advance()
    return .binding(names, try continued())
  }

  /// An expression after a token that lets the line continue (`=`, `=>`, an operator).
  mutating func continued(_ minimum: Int = 0) throws -> Expression {
    lineStart = position
    return try expression(minimum)
  }

  private mutating func loop() throws -> Statement.Kind {
    advance()
    let names = try names("a name after `for`")
    guard !atNewline, current.is(.in) else { throw expected("`in`", hint: "write `for x in xs { … }`") }
    advance()
    let sequence = try expression()
    return .loop(names, sequence, try block(after: "`for`"))
  }

  /// `{ … }` where newlines end statements.
  mutating func block(after header: String) throws -> Block {
    let opened = current.span
    guard !atNewline, current.is(.leftBrace) else { throw expected("`{` after \(header)") }
    advance()
    let outer = (newlinesEnd, openBrackets)
    newlinesEnd = true
    let statements = try nested { $0.statements(until: .symbol(.rightBrace)) }
    guard take(.rightBrace) else {
      throw expected("`}`", notes: ["the block begins at \(Diagnostic.place(file, opened))"])
    }
    (newlinesEnd, openBrackets) = outer
    let block = Block(statements: statements, span: Span(opened.start, previousEnd))
    if block.depth > Parser.depthLimit { throw fail("this is nested too deeply", at: opened) }
    return block
  }

  // MARK: Functions

  private mutating func functionDeclaration() throws -> Statement.Kind {
    let start = current.span.start
    advance()
    let name = try name("a name or `(` after `fn`")
    return .function(name, try functionRest(start))
  }

  /// Parameters and body; the position is behind `fn` or the name.
  mutating func functionRest(_ start: Int) throws -> FunctionExpression {
    let id = makeId()
    if atNewline { throw expected("`(`") }
    let parameters = try bracketed(.leftParen, .rightParen) { parser in
      var parameters: [FunctionExpression.Parameter] = []
      while !parser.current.is(.rightParen), parser.current.kind != .end {
        let name = try parser.name("a parameter's name")
        let type = parser.take(.colon) ? try parser.typeAnnotation() : nil
        let value = parser.take(.assign) ? try parser.expression() : nil
        if value == nil, let last = parameters.last, last.defaultValue != nil {
          parser.report(
            "`\(name.text)` needs a default", at: name.span,
            hint: "parameters with defaults come last")
        }
        parameters.append(.init(name: name, type: type, defaultValue: value))
        if !parser.take(.comma) { break }
      }
      return parameters
    }
    let body: FunctionExpression.Body
    if !atNewline, take(.arrow) {
      if current.is(.leftBrace), isBlockRatherThanRecord {
        throw fail(
          "after `=>` a `{` is a record", at: current.span, hint: "leave `=>` out to write a block")
      }
      body = .expression(try continued())
    } else if !atNewline, current.is(.leftBrace) {
      body = .block(try block(after: "`fn`"))
    } else {
      throw expected("`=>` or `{`", hint: "a function is `fn(x) => …` or `fn(x) { … }`")
    }
    return FunctionExpression(parameters: parameters, body: body, span: Span(start, previousEnd), id: id)
  }

  /// Whether what stands in the brace at the position cannot be a record's first field.
  private var isBlockRatherThanRecord: Bool {
    if following.is(.rightBrace) { return false }
    let afterKey = tokens[min(position + 2, tokens.count - 1)]
    return !afterKey.is(.colon)
  }

  mutating func typeAnnotation() throws -> TypeAnnotation {
    let start = current.span.start
    let text: String
    switch current.kind {
    case .identifier(let word) where !atNewline: text = word
    case .keyword(.none) where !atNewline: text = "none"
    case .keyword(.fn) where !atNewline: text = "function"
    default: throw expected("a type", hint: "such as `number`, `string` or `list[string]`")
    }
    advance()
    var elements: [TypeAnnotation] = []
    if !atNewline, current.is(.leftBracket) {
      elements = try bracketed(.leftBracket, .rightBracket) { parser in
        let element = try parser.nested { try $0.typeAnnotation() }
        if parser.current.is(.comma) {
          throw parser.fail("`\(text)` takes one type in brackets", at: parser.current.span)
        }
        return [element]
      }
    }
    return TypeAnnotation(name: text, elements: elements, span: Span(start, previousEnd))
  }

  // MARK: Parameters and imports

  private mutating func parameter() throws -> ParameterDeclaration {
    advance()
    let name = try name("a name after `param`")
    guard !atNewline, take(.colon) else {
      throw expected("`:` and a type", hint: "write `param size: int = 224`")
    }
    let type = try typeAnnotation()
    let value = !atNewline && take(.assign) ? try continued() : nil
    return ParameterDeclaration(name: name, type: type, defaultValue: value)
  }

  private mutating func importing() throws -> ImportDeclaration {
    advance()
    let target: ImportDeclaration.Target
    var defaultName: Name?
    let start = current.span.start
    if !atNewline, case .string(let string) = current.kind {
      guard string.parts.allSatisfy({ if case .text = $0 { true } else { false } }) else {
        throw fail("an import names its file without `{…}`", at: current.span)
      }
      target = .file(string.parts.map { if case .text(let text) = $0 { text } else { "" } }.joined())
      advance()
    } else {
      guard !atNewline, case .identifier("std") = current.kind, following.is(.dot) else {
        throw expected(
          "`std.` or a file's path after `import`",
          hint: "write `import std.prompts` or `import \"./f.clip\" as f`")
      }
      advance()
      advance()
      let name = try name("the name of a library")
      target = .standard(name.text)
      defaultName = name
    }
    let targetSpan = Span(start, previousEnd)
    if !atNewline, case .identifier("as") = current.kind {
      advance()
      return ImportDeclaration(
        target: target, targetSpan: targetSpan, name: try name("a name after `as`"), isRenamed: true)
    }
    guard let defaultName else {
      throw fail(
        "an imported file needs a name", at: targetSpan,
        hint: "write `import \(file.text(targetSpan)) as name`")
    }
    return ImportDeclaration(target: target, targetSpan: targetSpan, name: defaultName, isRenamed: false)
  }
}
