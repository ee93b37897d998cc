import Syntax

/// Something that a script binds.
public struct Declaration: Sendable {
  /// The name.
  public let name: String
  /// How it is bound.
  public let kind: NameRole
  /// Where the name stands.
  public let span: Span
  /// All that belongs to it.
  public let extent: Span
  /// The functions it is bound in.
  public let depth: Int
}

/// Where the names of a file are bound, for every place where one stands.
struct NameIndex: TreeWalk {
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

  init(_ tree: Tree) { for statement in tree.statements { walk(statement) } }

  /// The declaration of the name at a span.
  func declaration(at span: Span) -> Declaration? { meanings[span].map { declarations[$0] } }

  private func find(_ name: String) -> Int? {
    for scope in scopes.reversed() { if let index = scope[name] { return index } }
    return nil
  }

  mutating func use(_ name: Name) { meanings[name.span] = find(name.text) }

  mutating func bind(_ name: Name, _ kind: NameRole, in extent: Span) {
    guard name.text != "_" else { return }
    declarations.append(
      Declaration(name: name.text, kind: kind, span: name.span, extent: extent, depth: depth))
    meanings[name.span] = declarations.count - 1
    scopes[scopes.count - 1][name.text] = declarations.count - 1
  }

  mutating func openScope() { scopes.append([:]) }

  mutating func closeScope() { scopes.removeLast() }

  mutating func walk(_ statement: Statement) {
    walkParts(of: statement)
    switch statement.kind {
    case .binding(let names, let value):
      if names.count == 1, case .function(let function) = value.unwrapped.kind {
        keepArguments(of: function, by: names[0])
      }
    case .function(let name, let function): keepArguments(of: function, by: name)
    default: break
    }
  }

  /// Notes what the options of a function's calls mean.
  private mutating func keepArguments(of function: FunctionExpression, by name: Name) {
    guard let declaration = meanings[name.span] else { return }
    var found: [String: Int] = [:]
    for parameter in function.parameters {
      if let declared = meanings[parameter.name.span] { found[parameter.name.text] = declared }
    }
    arguments[declaration] = found
  }

  mutating func walk(_ function: FunctionExpression, named _: Name?) {
    depth += 1
    walkParts(of: function)
    depth -= 1
  }

  mutating func walk(_ expression: Expression) {
    walkParts(of: expression)
    switch expression.kind {
    case .call(let callee, let values):
      for label in values.compactMap(\.label) {
        options.append((label, callee))
        if case .name(let name) = callee.unwrapped.kind, let function = find(name.text),
          let parameter = arguments[function]?[label.text]
        {
          meanings[label.span] = parameter
        }
      }
    case .field(let base, let label):
      if case .name(let name) = base.unwrapped.kind { bases[label.span] = name }
    default: break
    }
  }
}
