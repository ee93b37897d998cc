/// How a name comes to be bound.
public enum NameRole: String, Sendable {
  /// `fn f(x) …`.
  case function
  /// `x = e`.
  case value
  /// `param size: int = 224`.
  case parameter
  /// A parameter of a function.
  case argument
  /// `for x in xs`, in a loop or a comprehension; `sweep x in xs`.
  case element
  /// An import.
  case module
}

/// A pass over a tree in the order in which it runs, which is told of every name that is used or bound
/// and where scopes begin and end.
///
/// ```
/// struct Uses: TreeWalk {
///   var names: [String] = []
///   mutating func use(_ name: Name) { names.append(name.text) }
/// }
/// ```
///
/// A pass that does more at some kind of node writes that `walk` itself, and goes on below the node with
/// `walkParts(of:)`. The parser bounds how deep a tree is, so that a walk cannot run out of stack.
public protocol TreeWalk {
  /// A name stands where its value is used.
  mutating func use(_ name: Name)
  /// A name is bound in the innermost scope; `extent` is all that belongs to it.
  mutating func bind(_ name: Name, _ role: NameRole, in extent: Span)
  /// A function, loop, sweep, block or comprehension begins.
  mutating func openScope()
  /// It ends.
  mutating func closeScope()

  /// One statement.
  mutating func walk(_ statement: Statement)
  /// Statements in braces.
  mutating func walk(_ block: Block)
  /// A function; `name` where a statement gives it one.
  mutating func walk(_ function: FunctionExpression, named name: Name?)
  /// One clause of a comprehension.
  mutating func walk(_ clause: ComprehensionClause)
  /// One expression.
  mutating func walk(_ expression: Expression)
}

extension TreeWalk {
  /// Nothing.
  public mutating func use(_: Name) {}
  /// Nothing.
  public mutating func bind(_: Name, _: NameRole, in _: Span) {}
  /// Nothing.
  public mutating func openScope() {}
  /// Nothing.
  public mutating func closeScope() {}
  /// Its parts.
  public mutating func walk(_ statement: Statement) { walkParts(of: statement) }
  /// Its statements.
  public mutating func walk(_ block: Block) { walkParts(of: block) }
  /// Its parts.
  public mutating func walk(_ function: FunctionExpression, named _: Name?) { walkParts(of: function) }
  /// Its parts.
  public mutating func walk(_ clause: ComprehensionClause) { walkParts(of: clause) }
  /// Its parts.
  public mutating func walk(_ expression: Expression) { walkParts(of: expression) }

  /// The values of a statement, then the names it binds.
  public mutating func walkParts(of statement: Statement) {
    switch statement.kind {
    case .binding(let names, let value):
      walk(value)
      for name in names { bind(name, .value, in: statement.span) }
    case .function(let name, let function):
      walk(function, named: name)
      bind(name, .function, in: statement.span)
    case .loop(let names, let sequence, let body):
      walk(sequence)
      openScope()
      for name in names { bind(name, .element, in: statement.span) }
      walk(body)
      closeScope()
    case .expression(let value): walk(value)
    case .parameter(let declaration):
      if let value = declaration.defaultValue { walk(value) }
      bind(declaration.name, .parameter, in: statement.span)
    case .importing(let declaration): bind(declaration.name, .module, in: statement.span)
    }
  }

  /// The statements of a block, in a scope of their own.
  public mutating func walkParts(of block: Block) {
    openScope()
    for statement in block.statements { walk(statement) }
    closeScope()
  }

  /// A function's scope: each parameter after its default, which sees those before it, then the body.
  public mutating func walkParts(of function: FunctionExpression) {
    openScope()
    for parameter in function.parameters {
      if let value = parameter.defaultValue { walk(value) }
      bind(parameter.name, .argument, in: parameter.name.span)
    }
    switch function.body {
    case .expression(let value): walk(value)
    case .block(let block): walk(block)
    }
    closeScope()
  }

  /// The value of a clause, then the names it binds.
  public mutating func walkParts(of clause: ComprehensionClause) {
    switch clause {
    case .condition(let condition): walk(condition)
    case .each(let names, let sequence):
      walk(sequence)
      for name in names { bind(name, .element, in: name.span) }
    }
  }

  /// The expressions directly within an expression. A comprehension is a scope: its clauses, then its
  /// element.
  public mutating func walkParts(of expression: Expression) {
    switch expression.kind {
    case .number, .bool, .none: break
    case .string(let parts, _): for part in parts { if case .hole(let value, _, _) = part { walk(value) } }
    case .list(let elements): for element in elements { walk(element) }
    case .record(let fields): for field in fields { walk(field.value) }
    case .comprehension(let element, let clauses):
      openScope()
      for clause in clauses { walk(clause) }
      walk(element)
      closeScope()
    case .name(let name): use(name)
    case .unary(_, let operand), .parenthesized(let operand), .field(let operand, _): walk(operand)
    case .binary(_, let a, let b, _), .pipe(let a, let b):
      walk(a)
      walk(b)
    case .call(let callee, let arguments):
      walk(callee)
      for argument in arguments { walk(argument.value) }
    case .index(let base, let entries):
      walk(base)
      for entry in entries { walkParts(of: entry) }
    case .function(let function): walk(function, named: nil)
    case .conditional(let clauses, let otherwise):
      for clause in clauses {
        walk(clause.condition)
        walk(clause.body)
      }
      if let otherwise { walk(otherwise) }
    case .sweep(let sweep):
      for variable in sweep.variables { walk(variable.values) }
      openScope()
      for variable in sweep.variables { bind(variable.name, .element, in: expression.span) }
      walk(sweep.body)
      closeScope()
    }
  }

  private mutating func walkParts(of entry: IndexEntry) {
    switch entry {
    case .value(let value): walk(value)
    case .slice(let from, let to, let step, _):
      for bound in [from, to, step] { if let bound { walk(bound) } }
    }
  }
}
