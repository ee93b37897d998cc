/// Turns a tree into a layout. It walks the tree and the tokens side by side: words, numbers and strings are
/// taken from the text as written, and every comment is met between the two tokens that it stands between.
struct FormatterPrinter {
  let file: SourceFile
  let tokens: [Token]
  let comments: [Comment]
  private(set) var position = 0
  private var nextComment = 0
  /// The end of the token or comment before the current token.
  private var previousEnd = 0
  /// Whether the token before opens a bracket: no blank line follows it.
  private var isAfterOpener = true

  init(_ tree: Tree) {
    var lexer = Lexer(tree.file)
    self.file = tree.file
    self.tokens = lexer.tokens()
    self.comments = tree.comments
  }

  // MARK: Tokens and comments

  var current: Token { tokens[position] }

  func isNext(_ symbol: Symbol) -> Bool { current.is(symbol) }

  /// Whether a comment stands before the current token.
  var hasComment: Bool {
    nextComment < comments.count && comments[nextComment].span.start < current.span.start
  }

  /// Whether a comment stands within a span.
  func hasComment(in span: Span) -> Bool {
    var low = nextComment
    var high = comments.count
    while low < high {
      let middle = (low + high) / 2
      if comments[middle].span.start < span.start { low = middle + 1 } else { high = middle }
    }
    return low < comments.count && comments[low].span.start < span.end
  }

  /// The comments before the current token, which then begins a line.
  mutating func lead() -> Layout {
    guard hasComment else { return .empty }
    var parts: [Layout] = []
    while hasComment {
      let comment = comments[nextComment]
      let blank = !isAfterOpener && isBlank(before: comment.span.start)
      parts.append(
        Layout(.comment(file.text(comment.span), standsAlone: comment.standsAlone, blankBefore: blank)))
      previousEnd = comment.span.end
      isAfterOpener = false
      nextComment += 1
    }
    parts.append(.hardLine)
    return .sequence(parts)
  }

  /// The comments before the current token and, where the text has one, a blank line: what stands
  /// before a statement or an element of a list.
  mutating func leadWithBlank() -> Layout {
    let comments = lead()
    guard !isAfterOpener, isBlank(before: current.span.start) else { return comments }
    return .sequence(comments, .blank)
  }

  /// The current token with the comments before it.
  mutating func take() -> Layout {
    let comments = lead()
    let text = Layout.text(file.text(current.span))
    advance()
    return comments.isEmpty ? text : .sequence(comments, text)
  }

  /// The current token, then the comments that stand before it: a comma or an operator stays with
  /// what it follows.
  mutating func takeBeforeComments() -> Layout {
    let text = Layout.text(file.text(current.span))
    let comments = lead()
    advance()
    return comments.isEmpty ? text : .sequence(text, comments)
  }

  /// Leaves the current token out, but not the comments before it.
  mutating func skip() -> Layout {
    let comments = lead()
    advance()
    return comments
  }

  private mutating func advance() {
    previousEnd = current.span.end
    isAfterOpener = isNext(.leftParen) || isNext(.leftBracket) || isNext(.leftBrace)
    if position < tokens.count - 1 { position += 1 }
  }

  /// Whether there is an empty line between the token or comment before and an offset.
  private func isBlank(before offset: Int) -> Bool {
    guard previousEnd < offset else { return false }
    var count = 0
    for byte in file.utf8[previousEnd..<offset] where byte == UInt8(ascii: "\n") { count += 1 }
    return count > 1
  }

  // MARK: Statements

  /// The whole file, a layout for each statement.
  mutating func layouts(_ tree: Tree) -> [Layout] {
    var result: [Layout] = []
    if tree.versionSpan != nil {
      result.append(.sequence(leadWithBlank(), take(), .space, take()))
    }
    for statement in tree.statements {
      result.append(.sequence(emptyStatements(), .hardLine, leadWithBlank(), self.statement(statement)))
    }
    result.append(.sequence(emptyStatements(), .hardLine, lead()))
    return result
  }

  /// Semicolons go, unless one stands below a comment: there it may part a `##` comment from what
  /// it would otherwise document.
  private mutating func emptyStatements() -> Layout {
    var parts: [Layout] = []
    while isNext(.semicolon) {
      let standsBelowComment = hasComment && current.newlineBefore
      if standsBelowComment {
        parts += [.hardLine, leadWithBlank(), take()]
      } else {
        parts.append(skip())
      }
    }
    return .sequence(parts)
  }

  mutating func statements(_ statements: [Statement]) -> Layout {
    var parts: [Layout] = []
    for (index, statement) in statements.enumerated() {
      parts.append(emptyStatements())
      if index > 0 { parts.append(.hardLine) }
      parts += [leadWithBlank(), self.statement(statement)]
    }
    parts += [emptyStatements(), lead()]
    return .sequence(parts)
  }

  private mutating func statement(_ statement: Statement) -> Layout {
    switch statement.kind {
    case .binding(let names, let value):
      return .sequence(self.names(names.count), .space, assigned(value))
    case .function(_, let function):
      return .sequence(take(), .space, take(), functionRest(function))
    case .loop(let names, let sequence, let body):
      let header = Layout.sequence(
        take(), .space, self.names(names.count), .space, take(), .space,
        Layout(.nest(4, expression(sequence))), .space)
      return .sequence(header, block(body).layout)
    case .expression(let value):
      if case .conditional(let clauses, let otherwise) = value.kind {
        return conditional(clauses, otherwise, nest: 0)
      }
      return expression(value)
    case .parameter(let declaration):
      let head = Layout.sequence(take(), .space, take(), take(), .space, type(declaration.type))
      guard let value = declaration.defaultValue else { return head }
      return .sequence(head, .space, assigned(value))
    case .importing(let declaration): return importing(declaration)
    }
  }

  /// `a, b`.
  mutating func names(_ count: Int) -> Layout {
    var parts = [take()]
    for _ in 1..<max(count, 1) { parts += [takeBeforeComments(), .space, take()] }
    return .nest(2, .sequence(parts))
  }

  private mutating func importing(_ declaration: ImportDeclaration) -> Layout {
    var parts = [take(), .space]
    switch declaration.target {
    case .file: parts.append(take())
    case .standard: parts += [take(), take(), take()]
    }
    if declaration.isRenamed { parts += [.space, take(), .space, take()] }
    return .sequence(parts)
  }

  /// `list[string]`.
  mutating func type(_ annotation: TypeAnnotation) -> Layout {
    var parts = [take()]
    for element in annotation.elements { parts += [take(), type(element), take()] }
    return .sequence(parts)
  }

  /// The current `=` or `=>` and the value behind it.
  mutating func assigned(_ value: Expression, isBody: Bool = false) -> Layout {
    let sign = take()
    // Behind a comment the value begins a line anyway.
    if hasComment { return .sequence(sign, .nest(2, lead(), expression(value))) }
    let assignment: Layout.Assignment =
      switch value.kind {
      case .number, .bool, .none, .name, .unary, .binary, .field, .index: isBody ? .moves : .movesWhole
      case .string: .movesWhole
      case .call: isBody ? .movesWhole : .stays
      case .pipe, .conditional, .sweep: isBody ? .moves : .stays
      case .list, .record, .comprehension, .function, .parenthesized: .stays
      }
    return .sequence(sign, Layout(.assigned(expression(value), assignment)))
  }

  // MARK: Blocks

  /// A block on one line (where it may be) and on several.
  struct BlockLayout {
    /// Nil where it is written on several lines, has several statements, or comments.
    let inline: Layout?
    let expanded: Layout
    /// On one line where it may be and fits.
    var layout: Layout { inline.map { .group($0) } ?? expanded }
  }

  /// `{ … }`. A block stays on one line if it was written on one, has at most one statement and fits.
  mutating func block(_ block: Block) -> BlockLayout {
    let commented = hasComment(in: block.span)
    let open = take()
    let isOnOneLine = !current.newlineBefore && block.statements.count == 1
    let content = statements(block.statements)
    let close = take()
    if block.statements.isEmpty, !commented {
      let layout = Layout.sequence(open, .space, close)
      return BlockLayout(inline: layout, expanded: layout)
    }
    let expanded = Layout.sequence(open, .nest(2, .hardLine, content), .hardLine, close)
    guard isOnOneLine, !commented else { return BlockLayout(inline: nil, expanded: expanded) }
    return BlockLayout(inline: .sequence(open, .nest(2, .line, content), .line, close), expanded: expanded)
  }

  /// `if c { } else { }`. All blocks agree: either none has lines of its own, or all have.
  mutating func conditional(_ clauses: [ConditionalClause], _ otherwise: Block?, nest: Int) -> Layout {
    var headers: [Layout] = []
    var blocks: [BlockLayout] = []
    var isLadder = false
    for (index, clause) in clauses.enumerated() {
      if index > 0, current.newlineBefore { isLadder = true }
      var header = [take(), .space]
      if index > 0 { header += [take(), .space] }
      header += [Layout(.nest(4, expression(clause.condition))), .space]
      headers.append(.sequence(header))
      blocks.append(block(clause.body))
    }
    if let otherwise {
      if current.newlineBefore { isLadder = true }
      headers.append(.sequence(take(), .space))
      blocks.append(block(otherwise))
    }
    let expanded = Layout.joined(
      zip(headers, blocks).map { .sequence($0, $1.expanded) }, by: .space)
    var inline: [Layout] = []
    for (header, block) in zip(headers, blocks) {
      guard let layout = block.inline else { return expanded }
      inline.append(.sequence(header, .group(layout)))
    }
    if isLadder { inline[0] = .sequence(.forceBreak, inline[0]) }
    return Layout(.ladder(clauses: inline, nest: nest, expanded: expanded))
  }

  /// `sweep a in A, b in B { }`: a line may end behind each comma.
  mutating func sweep(_ sweep: SweepExpression) -> Layout {
    let keyword = take()
    var header: [Layout] = []
    for (index, variable) in sweep.variables.enumerated() {
      if index > 0 { header += [takeBeforeComments(), .line, lead()] }
      header += [take(), .space, take(), .space, value(variable.values)]
    }
    return .sequence(
      keyword, .space, .group(.nest(4, .sequence(header))), .space, block(sweep.body).layout)
  }

  /// Parameters and body of a function.
  mutating func functionRest(_ function: FunctionExpression) -> Layout {
    let parameters = delimited(function.parameters.count) { printer, index in
      let parameter = function.parameters[index]
      var parts = [printer.take()]
      if let annotation = parameter.type { parts += [printer.take(), .space, printer.type(annotation)] }
      if let value = parameter.defaultValue { parts += [.space, printer.assigned(value)] }
      return .sequence(parts)
    }
    switch function.body {
    case .expression(let value): return .sequence(parameters.layout, .space, assigned(value, isBody: true))
    case .block(let body): return .sequence(parameters.layout, .space, block(body).layout)
    }
  }

  // MARK: Brackets

  /// What stands in a pair of brackets, parted by commas.
  struct Delimited {
    let open: Layout
    /// What stands before each element: comments, a blank line.
    var leads: [Layout] = []
    var elements: [Layout] = []
    /// What follows each element: its comma with comments; for the last only comments.
    var tails: [Layout] = []
    /// Comments before the closing bracket.
    var last = Layout.empty
    var close = Layout.empty

    var hasComments: Bool { (leads + tails + [last]).contains(where: \.isForced) }

    /// All on one line, or each on its own.
    var layout: Layout {
      guard !elements.isEmpty || hasComments else { return .sequence(open, close) }
      var parts: [Layout] = []
      for index in elements.indices {
        parts.append(index == 0 ? .softLine : .line)
        parts += [leads[index], elements[index]]
        if index == elements.count - 1 { parts.append(Layout(.ifBroken(.comma))) }
        parts.append(tails[index])
      }
      parts.append(last)
      return .group(open, .nest(2, .sequence(parts)), .softLine, close)
    }

    /// All on one line, or as many a line as fit.
    var filled: Layout {
      var items: [Layout] = []
      for index in elements.indices {
        items.append(.sequence(elements[index], tails[index]))
        if index == elements.count - 1 { items[index] = .sequence(items[index], Layout(.ifBroken(.comma))) }
      }
      return .group(open, .nest(2, .softLine, Layout(.fill(items))), .softLine, close)
    }

    /// The elements on the line of the brackets; only the last breaks.
    var hugged: Layout {
      var parts = [open]
      for index in elements.indices {
        if index > 0 { parts.append(.space) }
        let isLast = index == elements.count - 1
        parts += [isLast ? elements[index] : Layout(.flat(elements[index])), tails[index]]
      }
      return .sequence(parts + [close])
    }
  }

  /// The current bracket, its elements and the closing one.
  mutating func delimited(
    _ count: Int, element: (inout FormatterPrinter, Int) -> Layout
  ) -> Delimited {
    var result = Delimited(open: take())
    for index in 0..<count {
      result.leads.append(index == 0 ? lead() : leadWithBlank())
      result.elements.append(element(&self, index))
      if index < count - 1 {
        result.tails.append(takeBeforeComments())
      } else {
        result.tails.append(isNext(.comma) ? skip() : .empty)
      }
    }
    result.last = lead()
    result.close = take()
    return result
  }
}
