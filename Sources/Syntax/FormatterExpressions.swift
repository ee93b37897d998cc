// Expressions: where they break when they do not fit on a line.

extension FormatterPrinter {
  mutating func expression(_ expression: Expression) -> Layout {
    switch expression.kind {
    case .number, .bool, .none, .string, .name: return take()
    case .list(let elements): return list(elements)
    case .record(let fields):
      return delimited(fields.count) { printer, index in
        .sequence(printer.take(), printer.take(), .space, printer.value(fields[index].value))
      }.layout
    case .comprehension(let element, let clauses): return comprehension(element, clauses)
    case .unary(let operation, let operand):
      let sign = take()
      return .sequence(sign, operation == .not ? .space : .empty, self.expression(operand))
    case .binary(let operation, let left, let right, _): return binary(operation, left, right)
    case .pipe: return pipeline(expression)
    case .call(let callee, let arguments): return call(callee, arguments)
    case .index(let base, let entries):
      let base = self.expression(base)
      let index = delimited(entries.count) { printer, index in printer.entry(entries[index]) }
      return .sequence(base, index.layout)
    case .field(let base, _):
      return .sequence(self.expression(base), take(), take())
    case .function(let function): return .sequence(take(), functionRest(function))
    case .conditional(let clauses, let otherwise): return conditional(clauses, otherwise, nest: 2)
    case .sweep(let sweep): return self.sweep(sweep)
    case .parenthesized(let inner):
      let open = take()
      let content = Layout.nest(2, .softLine, lead(), self.expression(inner), lead())
      return .group(open, content, .softLine, take())
    }
  }

  /// A value behind a colon; a comment before it begins a line.
  mutating func value(_ value: Expression) -> Layout {
    hasComment ? .nest(2, lead(), expression(value)) : expression(value)
  }

  // MARK: Lists

  private mutating func list(_ elements: [Expression]) -> Layout {
    let result = delimited(elements.count) { printer, index in printer.expression(elements[index]) }
    let isFilled =
      elements.count > 1 && elements.allSatisfy(Self.isShortLiteral) && !result.hasComments
      && !result.elements.contains(where: \.isForced)
    return isFilled ? result.filled : result.layout
  }

  /// Whether an element is a number or a short string, of which several read well on one line.
  private static func isShortLiteral(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .number, .bool, .none: true
    case .string: expression.span.end - expression.span.start <= Formatter.shortLiteral
    case .unary(.negate, let operand): isShortLiteral(operand)
    default: false
    }
  }

  private mutating func comprehension(_ element: Expression, _ clauses: [ComprehensionClause]) -> Layout {
    let open = take()
    var parts = [Layout.softLine, lead(), expression(element)]
    for clause in clauses {
      parts += [.line, lead()]
      switch clause {
      case .each(let names, let sequence):
        let head = Layout.sequence(take(), .space, self.names(names.count))
        parts.append(.group(head, .nest(2, .line, lead(), take(), .space, value(sequence))))
      case .condition(let condition):
        parts += [take(), .space, value(condition)]
      }
    }
    parts.append(lead())
    return .group(open, .nest(2, .sequence(parts)), .softLine, take())
  }

  // MARK: Operators

  /// `a + b - c`: a line may end behind each operator.
  private mutating func binary(_ operation: BinaryOperator, _ left: Expression, _ right: Expression) -> Layout
  {
    var operands = [right]
    var first = left
    // Operators that bind equally tightly stand in one row.
    while operation != .power, case .binary(let other, let inner, let last, _) = first.kind,
      Self.row(of: other) == Self.row(of: operation)
    {
      operands.append(last)
      first = inner
    }
    let head = expression(first)
    var tail: [Layout] = []
    for operand in operands.reversed() {
      tail += [.space, takeBeforeComments(), .line, lead(), expression(operand)]
    }
    return .group(head, .nest(2, .sequence(tail)))
  }

  private static func row(of operation: BinaryOperator) -> Int {
    switch operation {
    case .or: Precedence.or
    case .and: Precedence.and
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contains: Precedence.comparison
    case .add, .subtract: Precedence.sum
    case .multiply, .divide, .floorDivide, .remainder, .matrixProduct: Precedence.product
    case .power: Precedence.power
    }
  }

  /// `x |> f() |> g()`: on one line where it was written so and fits; otherwise a line a stage.
  private mutating func pipeline(_ expression: Expression) -> Layout {
    var stages: [Expression] = []
    var head = expression
    while case .pipe(let left, let call) = head.kind {
      stages.append(call)
      head = left
    }
    var parts = [self.expression(head)]
    var tail: [Layout] = []
    // What follows a block may stand behind its brace, however many lines the block has.
    let followsBlock = if case .sweep = head.kind { true } else { false }
    for stage in stages.reversed() {
      if current.newlineBefore {
        if followsBlock { tail.append(.forceBreak) } else { parts.append(.forceBreak) }
      }
      tail += [.line, lead(), take(), .space, value(stage)]
    }
    if followsBlock { return .sequence(.sequence(parts), .group(.nest(2, .sequence(tail)))) }
    return .group(.sequence(parts), .nest(2, .sequence(tail)))
  }

  // MARK: Calls and indices

  private mutating func call(_ callee: Expression, _ arguments: [Argument]) -> Layout {
    let callee = expression(callee)
    let result = delimited(arguments.count) { printer, index in
      guard arguments[index].label != nil else { return printer.expression(arguments[index].value) }
      return .sequence(printer.take(), printer.take(), .space, printer.value(arguments[index].value))
    }
    guard let last = arguments.last, !result.hasComments else { return .sequence(callee, result.layout) }
    let isHugged: Bool
    if arguments.count == 1 {
      isHugged = Self.isHuggable(last.value)
    } else {
      // A block at the end: `fold(xs, 0, fn(a, b) { … })`.
      isHugged = Self.isBlockFunction(last.value) && !result.elements.dropLast().contains(where: \.isForced)
    }
    guard isHugged else { return .sequence(callee, result.layout) }
    return .sequence(callee, Layout(.hug(apart: result.layout, hugged: result.hugged)))
  }

  /// Whether brackets of its own let an only argument break on the line of the call.
  private static func isHuggable(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .list(let elements): !elements.isEmpty
    case .record(let fields): !fields.isEmpty
    case .comprehension: true
    case .call(_, let arguments): arguments.count == 1 && isHuggable(arguments[0].value)
    case .function: isBlockFunction(expression)
    default: false
    }
  }

  private static func isBlockFunction(_ expression: Expression) -> Bool {
    guard case .function(let function) = expression.kind, case .block = function.body else { return false }
    return true
  }

  private mutating func entry(_ entry: IndexEntry) -> Layout {
    guard case .slice(let from, let to, let step, _) = entry else {
      if case .value(let value) = entry { return expression(value) }
      return .empty
    }
    // Bounds that are more than a word keep their distance from the colon.
    let isSpaced = ![from, to, step].compactMap { $0 }.allSatisfy(Self.isSimple)
    var parts: [Layout] = []
    if let from { parts.append(expression(from)) }
    var before = from
    for bound in [to, step] where isNext(.colon) {
      if isSpaced, before != nil { parts.append(.space) }
      parts.append(take())
      if isSpaced, bound != nil { parts.append(.space) }
      if let bound { parts.append(value(bound)) }
      before = bound
    }
    return .sequence(parts)
  }

  private static func isSimple(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .number, .bool, .none, .name, .string: true
    case .unary(.negate, let operand): isSimple(operand)
    case .field(let base, _): isSimple(base)
    default: false
    }
  }
}
