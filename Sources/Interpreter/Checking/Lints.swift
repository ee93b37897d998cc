import Syntax

/// Finds what is no error but hardly meant: names that nothing uses, code that never runs, values
/// that go nowhere.
struct Lints {
  private struct Entry {
    let name: Name
    let message: String
    let hint: String?
    var isUsed = false
  }

  private let file: SourceFile
  private var diagnostics: [Diagnostic] = []
  private var scopes: [[String: Entry]] = []

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
    lints.inScope(reports: acts) { lints in lints.visit(tree.statements, lastIsValue: true) }
    return lints.diagnostics.sorted { $0.span.start < $1.span.start }
  }

  private init(file: SourceFile) { self.file = file }

  private mutating func warn(_ message: String, at span: Span, hint: String? = nil) {
    guard diagnostics.count < Parser.diagnosticLimit else { return }
    diagnostics.append(Diagnostic(.warning, message, file: file, span: span, hint: hint))
  }

  // MARK: Names

  private mutating func inScope(reports: Bool = true, _ body: (inout Lints) -> Void) {
    scopes.append([:])
    body(&self)
    guard let ended = scopes.popLast(), reports else { return }
    // In the order of the text: of very many, the same ones are told each time.
    let unused = ended.values.filter { !$0.isUsed }.sorted { $0.name.span.start < $1.name.span.start }
    for entry in unused { warn(entry.message, at: entry.name.span, hint: entry.hint) }
  }

  private mutating func bind(_ name: Name, _ message: String?, hint: String? = nil) {
    if name.text.hasPrefix("_") { return }
    // What is bound without a message hides an outer name, but is not reported itself.
    scopes[scopes.count - 1][name.text] = Entry(
      name: name, message: message ?? "", hint: hint, isUsed: message == nil)
  }

  private mutating func use(_ name: Name) {
    for index in scopes.indices.reversed() where scopes[index][name.text] != nil {
      scopes[index][name.text]?.isUsed = true
      return
    }
  }

  // MARK: Statements

  private mutating func visit(_ statements: [Statement], lastIsValue: Bool) {
    var stopped: Statement?
    for (index, statement) in statements.enumerated() {
      if let stopped {
        warn(
          "this is never reached: line \(file.location(of: stopped.span.start).line) always stops the script",
          at: statement.span)
        return
      }
      let isValue = lastIsValue && index == statements.count - 1
      visit(statement, isValue: isValue)
      if alwaysStops(statement) { stopped = statement }
    }
  }

  private mutating func visit(_ statement: Statement, isValue: Bool) {
    switch statement.kind {
    case .binding(let names, let value):
      visit(value)
      // Of several names one may be there only to reach another.
      for name in names {
        bind(
          name, names.count == 1 ? "`\(name.text)` is never used" : nil,
          hint: "remove it, or name it `_` where only the work matters")
      }
    case .function(let name, let function):
      visit(function, named: name.text)
      bind(name, "the function `\(name.text)` is never called")
    case .loop(let names, let sequence, let body):
      visit(sequence)
      if case .list(let elements) = sequence.unwrapped.kind, elements.isEmpty {
        warn("this never runs: the list is empty", at: body.span)
      }
      inScope { lints in
        for name in names { lints.bind(name, nil) }
        lints.visit(body.statements, lastIsValue: false)
      }
    case .expression(let value):
      visit(value)
      if !isValue, hasNoEffect(value) {
        warn("this value goes nowhere", at: value.span, hint: "bind it to a name, or `print` it")
      }
    case .parameter(let declaration):
      if let value = declaration.defaultValue { visit(value) }
      bind(declaration.name, "the parameter `\(declaration.name.text)` is never used")
    case .importing(let declaration):
      bind(declaration.name, "`\(declaration.name.text)` is imported and never used")
    }
  }

  private mutating func visit(_ function: FunctionExpression, named name: String?) {
    let of = name.map { " of `\($0)`" } ?? ""
    inScope { lints in
      for parameter in function.parameters {
        if let value = parameter.defaultValue { lints.visit(value) }
        lints.bind(
          parameter.name, "the parameter `\(parameter.name.text)`\(of) is never used",
          hint: "a name that begins with `_` is meant to be unused")
      }
      switch function.body {
      case .expression(let value): lints.visit(value)
      case .block(let block): lints.visit(block.statements, lastIsValue: true)
      }
    }
  }

  // MARK: Expressions

  private mutating func visit(_ expression: Expression) {
    switch expression.kind {
    case .number, .bool, .none: break
    case .string(let parts, _): for part in parts { if case .hole(let value, _, _) = part { visit(value) } }
    case .list(let elements): for element in elements { visit(element) }
    case .record(let fields):
      for field in fields { visit(field.value) }
    case .comprehension(let element, let clauses):
      inScope { lints in
        for clause in clauses {
          switch clause {
          case .each(let names, let sequence):
            lints.visit(sequence)
            for name in names { lints.bind(name, nil) }
          case .condition(let condition):
            lints.visit(condition)
            if case .bool(false) = condition.unwrapped.kind {
              lints.warn("this is never true, so the list is empty", at: condition.span)
            }
          }
        }
        lints.visit(element)
      }
    case .name(let name): use(name)
    case .unary(_, let operand), .parenthesized(let operand): visit(operand)
    case .binary(_, let a, let b, _), .pipe(let a, let b):
      visit(a)
      visit(b)
    case .call(let callee, let arguments):
      visit(callee)
      for argument in arguments { visit(argument.value) }
    case .index(let base, let entries):
      visit(base)
      for entry in entries {
        switch entry {
        case .value(let value): visit(value)
        case .slice(let from, let to, let step, _):
          for bound in [from, to, step] { if let bound { visit(bound) } }
        }
      }
    case .field(let base, _): visit(base)
    case .function(let function): visit(function, named: nil)
    case .conditional(let clauses, let otherwise): visit(clauses, otherwise)
    }
  }

  private mutating func visit(_ clauses: [ConditionalClause], _ otherwise: Block?) {
    var always: Span?
    for clause in clauses {
      visit(clause.condition)
      if always != nil {
        warn("this never runs: the condition before it is always true", at: clause.body.span)
      } else if case .bool(let value) = clause.condition.unwrapped.kind {
        if value { always = clause.condition.span }
        if !value { warn("this never runs: the condition is always false", at: clause.body.span) }
      }
      inScope { $0.visit(clause.body.statements, lastIsValue: true) }
    }
    guard let otherwise else { return }
    if always != nil { warn("this never runs: the condition before it is always true", at: otherwise.span) }
    inScope { $0.visit(otherwise.statements, lastIsValue: true) }
  }

  /// Whether an expression only computes: nothing that it calls could print, save or stop.
  private func hasNoEffect(_ expression: Expression) -> Bool {
    switch expression.unwrapped.kind {
    case .number, .bool, .string, .none, .name, .list, .record, .unary, .binary, .index, .field, .function,
      .comprehension:
      !containsCall(expression)
    default: false
    }
  }

  private func containsCall(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .number, .bool, .none, .name, .function: false
    case .string(let parts, _):
      parts.contains { if case .hole(let value, _, _) = $0 { containsCall(value) } else { false } }
    case .list(let elements): elements.contains(where: containsCall)
    case .record(let fields): fields.contains { containsCall($0.value) }
    case .unary(_, let operand), .parenthesized(let operand), .field(let operand, _): containsCall(operand)
    case .binary(_, let a, let b, _): containsCall(a) || containsCall(b)
    case .index(let base, let entries):
      containsCall(base)
        || entries.contains { if case .value(let value) = $0 { containsCall(value) } else { false } }
    case .comprehension, .pipe, .call, .conditional: true
    }
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
