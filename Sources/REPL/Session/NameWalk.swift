import Syntax

/// Which names a statement uses and binds, told apart from those of its own functions and loops.
struct NameWalk {
  /// Names used that are bound outside the statement, in the order of the text: of the session, or builtins.
  private(set) var uses: [Name] = []
  /// Names bound at the top level.
  private(set) var binds: [Name] = []
  /// Names of parameters, loops and blocks within.
  private(set) var locals: Set<String> = []
  private var scopes: [Set<String>] = []

  /// Walks one statement of an entry's top level.
  init(_ statement: Statement) {
    switch statement.kind {
    case .binding(let names, let value):
      walk(value)
      binds = names.filter { $0.text != "_" }
    case .function(let name, let function):
      walk(function)
      binds = [name]
    case .parameter(let declaration):
      if let value = declaration.defaultValue { walk(value) }
      binds = [declaration.name]
    case .importing(let declaration): binds = [declaration.name]
    case .expression, .loop: walk(statement)
    }
  }

  private mutating func use(_ name: Name) {
    if !scopes.contains(where: { $0.contains(name.text) }) { uses.append(name) }
  }

  private mutating func bind(_ name: Name) {
    locals.insert(name.text)
    if !scopes.isEmpty { scopes[scopes.count - 1].insert(name.text) }
  }

  private mutating func inScope(_ body: (inout NameWalk) -> Void) {
    scopes.append([])
    body(&self)
    scopes.removeLast()
  }

  private mutating func walk(_ statement: Statement) {
    switch statement.kind {
    case .binding(let names, let value):
      walk(value)
      for name in names { bind(name) }
    case .function(let name, let function):
      walk(function)
      bind(name)
    case .loop(let names, let sequence, let body):
      walk(sequence)
      inScope { walk in
        for name in names { walk.bind(name) }
        walk.walk(body)
      }
    case .expression(let value): walk(value)
    case .parameter, .importing: break
    }
  }

  private mutating func walk(_ block: Block) {
    inScope { walk in for statement in block.statements { walk.walk(statement) } }
  }

  private mutating func walk(_ function: FunctionExpression) {
    for parameter in function.parameters { if let value = parameter.defaultValue { walk(value) } }
    inScope { walk in
      for parameter in function.parameters { walk.bind(parameter.name) }
      switch function.body {
      case .expression(let value): walk.walk(value)
      case .block(let block): walk.walk(block)
      }
    }
  }

  private mutating func walk(_ expression: Expression) {
    switch expression.kind {
    case .number, .bool, .none: break
    case .string(let parts, _): for part in parts { if case .hole(let value, _, _) = part { walk(value) } }
    case .list(let elements): for element in elements { walk(element) }
    case .record(let fields): for field in fields { walk(field.value) }
    case .comprehension(let element, let clauses): walk(element, clauses[...])
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
      for entry in entries {
        switch entry {
        case .value(let value): walk(value)
        case .slice(let from, let to, let step, _):
          for bound in [from, to, step] { if let bound { walk(bound) } }
        }
      }
    case .function(let function): walk(function)
    case .conditional(let clauses, let otherwise):
      for clause in clauses {
        walk(clause.condition)
        walk(clause.body)
      }
      if let otherwise { walk(otherwise) }
    }
  }

  private mutating func walk(_ element: Expression, _ clauses: ArraySlice<ComprehensionClause>) {
    switch clauses.first {
    case nil: walk(element)
    case .condition(let condition):
      walk(condition)
      walk(element, clauses.dropFirst())
    case .each(let names, let sequence):
      walk(sequence)
      inScope { walk in
        for name in names { walk.bind(name) }
        walk.walk(element, clauses.dropFirst())
      }
    }
  }
}
