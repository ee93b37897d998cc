import Syntax

/// Finds what is no error but hardly meant: names that nothing uses, code that never runs, values
/// that go nowhere.
struct Lints: TreeWalk {
  private struct Entry {
    let name: Name
    let message: String
    let hint: String?
    var isUsed = false
  }

  private let file: SourceFile
  private var diagnostics: [Diagnostic] = []
  private var scopes: [[String: Entry]] = []
  /// The name of the function whose parameters are being bound.
  private var owner: Name?

  /// Warnings about a file, in the order of its text.
  static func check(_ tree: Tree) -> [Diagnostic] {
    var lints = Lints(file: tree.file)
    // A file that only declares is a library: its names are for others.
    let acts = tree.statements.contains { statement in
      switch statement.kind {
      case .expression, .loop: true
      default: false
      }
    }
    lints.openScope()
    // A report shows the last value of each cell.
    lints.walk(
      tree.statements, lastIsValue: true,
      cells: tree.comments.filter { $0.standsAlone && $0.text.hasPrefix("%%") }.map(\.span.start))
    if acts { lints.closeScope() }
    return lints.diagnostics.sorted { $0.span.start < $1.span.start }
  }

  private init(file: SourceFile) { self.file = file }

  private mutating func warn(_ message: String, at span: Span, hint: String? = nil) {
    guard diagnostics.count < Parser.diagnosticLimit else { return }
    diagnostics.append(Diagnostic(.warning, message, file: file, span: span, hint: hint))
  }

  // MARK: Names

  mutating func openScope() { scopes.append([:]) }

  mutating func closeScope() {
    guard let ended = scopes.popLast() else { return }
    // In the order of the text: of very many, the same ones are told each time.
    let unused = ended.values.filter { !$0.isUsed }.sorted { $0.name.span.start < $1.name.span.start }
    for entry in unused { warn(entry.message, at: entry.name.span, hint: entry.hint) }
  }

  mutating func use(_ name: Name) {
    for index in scopes.indices.reversed() where scopes[index][name.text] != nil {
      scopes[index][name.text]?.isUsed = true
      return
    }
  }

  mutating func bind(_ name: Name, _ role: NameRole, in _: Span) {
    let text = name.text
    switch role {
    case .value:
      bind(
        name, "`\(text)` is never used", hint: "remove it, or name it `_` where only the work matters")
    case .function: bind(name, "the function `\(text)` is never called")
    case .parameter: bind(name, "the parameter `\(text)` is never used")
    case .argument:
      let of = owner.map { " of `\($0.text)`" } ?? ""
      bind(
        name, "the parameter `\(text)`\(of) is never used",
        hint: "a name that begins with `_` is meant to be unused")
    case .module: bind(name, "`\(text)` is imported and never used")
    case .element: bind(name, nil)
    }
  }

  private mutating func bind(_ name: Name, _ message: String?, hint: String? = nil) {
    if name.text.hasPrefix("_") { return }
    // What is bound without a message hides an outer name, but is not reported itself.
    scopes[scopes.count - 1][name.text] = Entry(
      name: name, message: message ?? "", hint: hint, isUsed: message == nil)
  }

  // MARK: Statements

  /// - Parameter cells: where cells begin
  private mutating func walk(_ statements: [Statement], lastIsValue: Bool, cells: [Int] = []) {
    var stopped: Statement?
    for (index, statement) in statements.enumerated() {
      if let stopped {
        warn(
          "this is never reached: line \(file.location(of: stopped.span.start).line) always stops the script",
          at: statement.span)
        return
      }
      walk(statement)
      let isLast = index == statements.count - 1
      let endsCell =
        !isLast && cells.contains { $0 >= statement.span.end && $0 < statements[index + 1].span.start }
      let isValue = lastIsValue && isLast || endsCell
      if case .expression(let value) = statement.kind, !isValue, hasNoEffect(value) {
        warn("this value goes nowhere", at: value.span, hint: "bind it to a name, or `print` it")
      }
      if alwaysStops(statement) { stopped = statement }
    }
  }

  mutating func walk(_ statement: Statement) {
    switch statement.kind {
    case .binding(let names, let value) where names.count > 1:
      walk(value)
      // Of several names one may be there only to reach another.
      for name in names { bind(name, nil) }
    case .loop(let names, let sequence, let body):
      walk(sequence)
      if case .list(let elements) = sequence.unwrapped.kind, elements.isEmpty {
        warn("this never runs: the list is empty", at: body.span)
      }
      openScope()
      for name in names { bind(name, nil) }
      walk(body.statements, lastIsValue: false)
      closeScope()
    default: walkParts(of: statement)
    }
  }

  mutating func walk(_ block: Block) {
    openScope()
    walk(block.statements, lastIsValue: true)
    closeScope()
  }

  mutating func walk(_ function: FunctionExpression, named name: Name?) {
    let outer = owner
    owner = name
    walkParts(of: function)
    owner = outer
  }

  // MARK: Expressions

  mutating func walk(_ clause: ComprehensionClause) {
    walkParts(of: clause)
    if case .condition(let condition) = clause, case .bool(false) = condition.unwrapped.kind {
      warn("this is never true, so the list is empty", at: condition.span)
    }
  }

  mutating func walk(_ expression: Expression) {
    switch expression.kind {
    case .conditional(let clauses, let otherwise): walk(clauses, otherwise)
    case .sweep(let sweep): walk(sweep)
    default: walkParts(of: expression)
    }
  }

  private mutating func walk(_ sweep: SweepExpression) {
    for variable in sweep.variables {
      walk(variable.values)
      if case .list(let elements) = variable.values.unwrapped.kind, elements.isEmpty {
        warn("this never runs: the list is empty", at: sweep.body.span)
      }
    }
    openScope()
    for variable in sweep.variables {
      bind(
        variable.name, "`\(variable.name.text)` makes no difference: the rows of the sweep do not use it",
        hint: "a name that begins with `_` is meant to be unused")
    }
    walk(sweep.body)
    closeScope()
  }

  private mutating func walk(_ clauses: [ConditionalClause], _ otherwise: Block?) {
    var always: Span?
    for clause in clauses {
      walk(clause.condition)
      if always != nil {
        warn("this never runs: the condition before it is always true", at: clause.body.span)
      } else if case .bool(let value) = clause.condition.unwrapped.kind {
        if value { always = clause.condition.span }
        if !value { warn("this never runs: the condition is always false", at: clause.body.span) }
      }
      walk(clause.body)
    }
    guard let otherwise else { return }
    if always != nil { warn("this never runs: the condition before it is always true", at: otherwise.span) }
    walk(otherwise)
  }

  /// Whether an expression only computes: nothing that it calls could print, save or stop.
  private func hasNoEffect(_ expression: Expression) -> Bool {
    var search = CallSearch()
    search.walk(expression)
    return !search.hasFound
  }

  /// Whether a statement stops the script whenever it runs: an assertion that cannot hold.
  private func alwaysStops(_ statement: Statement) -> Bool {
    guard case .expression(let value) = statement.kind, case .call(let callee, let arguments) = value.kind,
      case .name(let name) = callee.kind, name.text == "assert", let first = arguments.first,
      case .bool(false) = first.value.unwrapped.kind
    else { return false }
    return true
  }
}

/// Looks for what may call a function: not within functions, which only say what a call would do.
private struct CallSearch: TreeWalk {
  private(set) var hasFound = false

  mutating func walk(_: FunctionExpression, named _: Name?) {}

  mutating func walk(_ expression: Expression) {
    switch expression.kind {
    case .call, .pipe, .comprehension, .conditional: hasFound = true
    default: if !hasFound { walkParts(of: expression) }
    }
  }
}
