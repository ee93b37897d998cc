import Syntax

/// Something that a script binds.
public struct Declaration: Sendable {
  /// How a name is bound.
  public enum Kind: String, Sendable {
    /// `fn f(x) …`.
    case function
    /// `x = e`.
    case value
    /// `param size: int = 224`.
    case parameter
    /// A parameter of a function.
    case argument
    /// `for x in xs`, in a loop or a comprehension.
    case element
    /// An import.
    case module
  }

  /// The name.
  public let name: String
  /// How it is bound.
  public let kind: Kind
  /// Where the name stands.
  public let span: Span
  /// All that belongs to it.
  public let extent: Span
  /// The functions it is bound in.
  public let depth: Int
}

/// Where the names of a file are bound, for every place where one stands.
struct NameIndex {
  private(set) var declarations: [Declaration] = []
  /// What the name at a span means, as an index of `declarations`.
  private(set) var meanings: [Span: Int] = [:]
  /// Names before the dots of fields, by the span of the field.
  private(set) var bases: [Span: Name] = [:]
  /// What is given as an option, with the call's callee.
  private(set) var options: [(label: Label, callee: Expression)] = []
  /// Parameters of functions, by the function's declaration.
  private var arguments: [Int: [String: Int]] = [:]
  private var scopes: [[String: Int]] = [[:]]
  private var depth = 0

  init(_ tree: Tree) { visit(tree.statements) }

  /// The declaration of the name at a span.
  func declaration(at span: Span) -> Declaration? { meanings[span].map { declarations[$0] } }

  private mutating func declare(_ name: Name, _ kind: Declaration.Kind, _ extent: Span) {
    guard name.text != "_" else { return }
    declarations.append(
      Declaration(name: name.text, kind: kind, span: name.span, extent: extent, depth: depth))
    meanings[name.span] = declarations.count - 1
    scopes[scopes.count - 1][name.text] = declarations.count - 1
  }

  private func find(_ name: String) -> Int? {
    for scope in scopes.reversed() { if let index = scope[name] { return index } }
    return nil
  }

  private mutating func inScope(_ body: (inout NameIndex) -> Void) {
    scopes.append([:])
    body(&self)
    scopes.removeLast()
  }

  private mutating func visit(_ statements: [Statement]) {
    for statement in statements {
      switch statement.kind {
      case .binding(let names, let value):
        let known = declarations.count
        visit(value)
        let parameters = known < declarations.count && value.isFunction ? arguments[-1] : nil
        for name in names { declare(name, .value, statement.span) }
        if names.count == 1, let parameters { arguments[declarations.count - 1] = parameters }
      case .function(let name, let function):
        visit(function)
        let parameters = arguments[-1]
        declare(name, .function, statement.span)
        arguments[declarations.count - 1] = parameters
      case .loop(let names, let sequence, let body):
        visit(sequence)
        inScope { index in
          for name in names { index.declare(name, .element, statement.span) }
          index.visit(body)
        }
      case .expression(let value): visit(value)
      case .parameter(let declaration):
        if let value = declaration.defaultValue { visit(value) }
        declare(declaration.name, .parameter, statement.span)
      case .importing(let declaration): declare(declaration.name, .module, statement.span)
      }
    }
  }

  private mutating func visit(_ block: Block) { inScope { $0.visit(block.statements) } }

  /// Leaves its parameters in `arguments[-1]`.
  private mutating func visit(_ function: FunctionExpression) {
    var found: [String: Int] = [:]
    depth += 1
    inScope { index in
      for parameter in function.parameters {
        if let value = parameter.defaultValue { index.visit(value) }
        index.declare(parameter.name, .argument, parameter.name.span)
        if let declared = index.meanings[parameter.name.span] { found[parameter.name.text] = declared }
      }
      switch function.body {
      case .expression(let value): index.visit(value)
      case .block(let block): index.visit(block)
      }
    }
    depth -= 1
    arguments[-1] = found
  }

  private mutating func visit(_ expression: Expression) {
    switch expression.kind {
    case .number, .bool, .none: break
    case .string(let parts, _):
      for part in parts { if case .hole(let value, _, _) = part { visit(value) } }
    case .list(let elements): for element in elements { visit(element) }
    case .record(let fields): for field in fields { visit(field.value) }
    case .comprehension(let element, let clauses):
      inScope { index in
        for clause in clauses {
          switch clause {
          case .condition(let condition): index.visit(condition)
          case .each(let names, let sequence):
            index.visit(sequence)
            for name in names { index.declare(name, .element, name.span) }
          }
        }
        index.visit(element)
      }
    case .name(let name): meanings[name.span] = find(name.text)
    case .unary(_, let operand), .parenthesized(let operand): visit(operand)
    case .binary(_, let a, let b, _), .pipe(let a, let b):
      visit(a)
      visit(b)
    case .call(let callee, let values):
      visit(callee)
      for argument in values {
        visit(argument.value)
        guard let label = argument.label else { continue }
        options.append((label, callee))
        if case .name(let name) = callee.unwrapped.kind, let function = find(name.text),
          let parameter = arguments[function]?[label.text]
        {
          meanings[label.span] = parameter
        }
      }
    case .index(let base, let entries):
      visit(base)
      for entry in entries {
        switch entry {
        case .value(let value): visit(value)
        case .slice(let from, let to, let step, _):
          for bound in [from, to, step] { if let bound { visit(bound) } }
        }
      }
    case .field(let base, let label):
      visit(base)
      if case .name(let name) = base.unwrapped.kind { bases[label.span] = name }
    case .function(let function): visit(function)
    case .conditional(let clauses, let otherwise):
      for clause in clauses {
        visit(clause.condition)
        visit(clause.body)
      }
      if let otherwise { visit(otherwise) }
    }
  }
}

extension Expression {
  fileprivate var isFunction: Bool { if case .function = unwrapped.kind { true } else { false } }
}
