import Syntax

/// A string that a script writes as an argument of a builtin: `load("dog.png")`. Who knows what the
/// builtin does can check it without running anything.
public struct LiteralArgument: Sendable {
  /// The builtin's name.
  public let builtin: String
  /// The parameter's name.
  public let parameter: String
  /// The string.
  public let text: String
  /// The file it stands in.
  public let file: SourceFile
  /// Where it stands.
  public let span: Span
}

/// Finds arguments whose types cannot fit before anything runs: literals, and values of known
/// type such as results of builtins. What it does not know it lets pass.
struct TypeChecker {
  private let module: Module
  private let registry: Registry
  private var diagnostics: [Diagnostic] = []
  private var literals: [LiteralArgument] = []
  private let typeNames: Set<String>

  /// Everything wrong with types in a module, and the strings written as arguments of builtins.
  static func check(_ module: Module, registry: Registry) -> ([Diagnostic], [LiteralArgument]) {
    var checker = TypeChecker(module: module, registry: registry)
    checker.visit(module.tree.statements, scope: [:])
    return (checker.diagnostics.sorted { $0.span.start < $1.span.start }, checker.literals)
  }

  private init(module: Module, registry: Registry) {
    self.module = module
    self.registry = registry
    self.typeNames = registry.typeNames
  }

  /// The type of an annotation; anything where the resolver refused its name.
  private func known(_ annotation: TypeAnnotation) -> TypeSpec {
    typeNames.contains(annotation.name) ? TypeSpec(annotation) : .any
  }

  /// Types of the names that are visible.
  private typealias Scope = [String: TypeSpec]

  private mutating func report(_ message: String, at span: Span, hint: String? = nil) {
    guard diagnostics.count < 50 else { return }
    diagnostics.append(Diagnostic(message, file: module.file, span: span, hint: hint))
  }

  private mutating func visit(_ statements: [Statement], scope outer: Scope) {
    var scope = outer
    for statement in statements {
      switch statement.kind {
      case .binding(let names, let value):
        let type = infer(value, scope)
        for name in names { scope[name.text] = names.count == 1 ? type : .any }
      case .function(let name, let function):
        visit(function, scope)
        scope[name.text] = .function
      case .loop(let names, let sequence, let body):
        let type = infer(sequence, scope)
        var inner = scope
        for name in names { inner[name.text] = .any }
        if names.count == 1, case .list(let element) = type { inner[names[0].text] = element }
        visit(body.statements, scope: inner)
      case .expression(let value): _ = infer(value, scope)
      case .parameter(let declaration):
        let type = known(declaration.type)
        if let value = declaration.defaultValue {
          let found = infer(value, scope)
          if let fault = mismatch(value, found, type) {
            report(
              "the parameter `\(declaration.name.text)` takes \(type.phrase), found \(fault.found)",
              at: value.span,
              hint: fault.hint)
          }
        }
        scope[declaration.name.text] = type
      case .importing(let declaration): scope[declaration.name.text] = .any
      }
    }
  }

  private mutating func visit(_ function: FunctionExpression, _ outer: Scope) {
    var scope = outer
    for parameter in function.parameters {
      let type = parameter.type.map { known($0) } ?? .any
      if let value = parameter.defaultValue {
        let found = infer(value, scope)
        if let fault = mismatch(value, found, type) {
          report(
            "the parameter `\(parameter.name.text)` takes \(type.phrase), found \(fault.found)",
            at: value.span,
            hint: fault.hint)
        }
      }
      scope[parameter.name.text] = type
    }
    switch function.body {
    case .expression(let value): _ = infer(value, scope)
    case .block(let block): visit(block.statements, scope: scope)
    }
  }

  /// The type of an expression, as far as it is known.
  private mutating func infer(_ expression: Expression, _ scope: Scope) -> TypeSpec {
    switch expression.kind {
    case .number: return .number
    case .bool: return .bool
    case .none: return .none
    case .string(let parts, _):
      for part in parts { if case .hole(let value, _, _) = part { _ = infer(value, scope) } }
      return .string
    case .list(let elements):
      let types = elements.map { infer($0, scope) }
      if let first = types.first, types.allSatisfy({ $0 == first }) { return .list(first) }
      return .list(.any)
    case .record(let fields):
      for field in fields { _ = infer(field.value, scope) }
      return .record
    case .comprehension(let element, let clauses):
      var inner = scope
      for clause in clauses {
        switch clause {
        case .condition(let condition): expectBool(condition, inner)
        case .each(let names, let sequence):
          let type = infer(sequence, inner)
          for name in names { inner[name.text] = .any }
          if names.count == 1, case .list(let item) = type { inner[names[0].text] = item }
        }
      }
      return .list(infer(element, inner))
    case .name(let name):
      if case .builtin = module.resolution.uses[name.id] { return .function }
      return scope[name.text] ?? .any
    case .unary(.not, let operand):
      expectBool(operand, scope)
      return .bool
    case .unary(.negate, let operand): return infer(operand, scope)
    case .binary(let operation, let a, let b, _): return binary(operation, a, b, scope)
    case .pipe(let left, let right):
      guard case .call(let callee, let arguments) = right.kind else { return .any }
      return call(callee, arguments, piped: left, scope)
    case .call(let callee, let arguments): return call(callee, arguments, piped: nil, scope)
    case .index(let base, let entries):
      _ = infer(base, scope)
      for entry in entries {
        switch entry {
        case .value(let value): _ = infer(value, scope)
        case .slice(let from, let to, let step, _):
          for bound in [from, to, step] { if let bound { _ = infer(bound, scope) } }
        }
      }
      return .any
    case .field(let base, _):
      _ = infer(base, scope)
      return .any
    case .function(let function):
      visit(function, scope)
      return .function
    case .conditional(let clauses, let otherwise):
      for clause in clauses {
        expectBool(clause.condition, scope)
        visit(clause.body.statements, scope: scope)
      }
      if let otherwise { visit(otherwise.statements, scope: scope) }
      return .any
    case .parenthesized(let inner): return infer(inner, scope)
    }
  }

  private mutating func expectBool(_ condition: Expression, _ scope: Scope) {
    let type = infer(condition, scope)
    switch type {
    case .number, .string, .none, .record, .function, .list:
      let name = if case .list = type { "list" } else { type.description }
      report("expected a bool, found \(name)", at: condition.span)
    default: break
    }
  }

  private mutating func binary(_ operation: BinaryOperator, _ a: Expression, _ b: Expression, _ scope: Scope)
    -> TypeSpec
  {
    if operation == .and || operation == .or {
      expectBool(a, scope)
      expectBool(b, scope)
      return .bool
    }
    let (left, right) = (infer(a, scope), infer(b, scope))
    switch operation {
    case .equal, .notEqual: return .bool
    case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power:
      if left == .number, right == .number { return .number }
      if operation == .add, left == .string, right == .string { return .string }
      return .any
    default: return .any
    }
  }

  private mutating func call(
    _ callee: Expression, _ arguments: [Argument], piped: Expression?, _ scope: Scope
  ) -> TypeSpec {
    var positional: [(Expression, TypeSpec)] = []
    if let piped { positional.append((piped, infer(piped, scope))) }
    let target = infer(callee, scope)
    var options: [(Label, Expression, TypeSpec)] = []
    for argument in arguments {
      let type = infer(argument.value, scope)
      if let label = argument.label {
        options.append((label, argument.value, type))
      } else {
        positional.append((argument.value, type))
      }
    }
    guard case .name(let name) = callee.unwrapped.kind,
      case .builtin(let text) = module.resolution.uses[name.id],
      let builtin = registry[text]
    else {
      switch target {
      case .number, .string, .bool, .none, .record, .list:
        let noun = if case .list = target { "list" } else { target.description }
        report("\(TypeMessage.article(noun)) cannot be called", at: callee.span)
      default: break
      }
      return .any
    }
    for (index, (value, type)) in positional.enumerated() {
      let place = builtin.isVariadic ? min(index, builtin.positional.count - 1) : index
      if place >= 0, place < builtin.positional.count {
        check(value, type, builtin.positional[place], index, builtin.name)
      }
    }
    for (label, value, type) in options {
      if let parameter = (builtin.options + builtin.positional).first(where: { $0.name == label.text }) {
        check(value, type, parameter, nil, builtin.name)
      }
    }
    return builtin.result
  }

  private mutating func check(
    _ value: Expression, _ found: TypeSpec, _ parameter: Builtin.Parameter, _ index: Int?, _ function: String
  ) {
    if case .string(let text)? = TypeChecker.constant(value) {
      literals.append(
        LiteralArgument(
          builtin: function, parameter: parameter.name, text: text, file: module.file, span: value.span))
    }
    guard let fault = mismatch(value, found, parameter.type) else { return }
    report(
      TypeMessage.argument(of: function, parameter.name, index, parameter.type, fault.found),
      at: TypeChecker.wrongElement(of: value, for: parameter.type)?.span ?? value.span, hint: fault.hint)
  }

  /// The element of a literal list that makes it the wrong list; nil where no single one does.
  private static func wrongElement(of value: Expression, for wanted: TypeSpec) -> Expression? {
    guard case .list(let elements) = value.unwrapped.kind, let type = wanted.listElement else { return nil }
    return elements.first { element in constant(element).map { !type.accepts($0) } ?? false }
  }

  /// Why a value cannot be of a type; nil where it may be.
  private func mismatch(_ value: Expression, _ found: TypeSpec, _ wanted: TypeSpec) -> (
    found: String, hint: String?
  )? {
    if let constant = TypeChecker.constant(value) {
      return wanted.accepts(constant) ? nil : (wanted.found(constant), wanted.hint(for: constant))
    }
    if TypeChecker.mayFit(found, wanted) { return nil }
    if case .list(let element) = found, element == .any { return ("list", nil) }
    return (found.description, nil)
  }

  /// The value of a literal.
  private static func constant(_ expression: Expression) -> Value? {
    switch expression.unwrapped.kind {
    case .number(let number): return .number(number)
    case .bool(let bool): return .bool(bool)
    case .none: return Value.none
    case .string(let parts, _):
      if parts.isEmpty { return .string("") }
      if parts.count == 1, case .text(let text) = parts[0] { return .string(text) }
      return nil
    case .unary(.negate, let operand):
      if case .number(let number)? = constant(operand) { return .number(-number) }
      return nil
    case .list(let elements):
      var values: [Value] = []
      for element in elements {
        guard let value = constant(element) else { return nil }
        values.append(value)
      }
      return .list(values)
    default: return nil
    }
  }

  /// Whether some value of one type is of the other.
  private static func mayFit(_ found: TypeSpec, _ wanted: TypeSpec) -> Bool {
    switch (found, wanted) {
    case (.any, _), (_, .any): return true
    case (.union(let members), _): return members.contains { mayFit($0, wanted) }
    case (_, .union(let members)): return members.contains { mayFit(found, $0) }
    case (.number, .int), (.int, .number), (.int, .int): return true
    case (.string, .path), (.path, .string), (.string, .choice), (.choice, .string), (.path, .choice),
      (.choice, .path),
      (.choice, .choice):
      return true
    case (.list(let a), .list(let b)): return mayFit(a, b)
    default: return found == wanted
    }
  }
}
