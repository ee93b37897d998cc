import Syntax

/// Finds what cannot fit before anything runs: arguments, operands, fields and indices whose types
/// are known from literals, from results of builtins and from functions of the script. What it does
/// not know it lets pass.
struct TypeChecker {
  let module: Module
  let registry: Registry
  /// Members of imported modules, by the modules' paths.
  let imported: [String: StaticType]
  private(set) var diagnostics: [Diagnostic] = []
  var literals: [LiteralArgument] = []
  private let typeNames: Set<String>
  /// Types of the names that are visible. One dictionary for all scopes, with what to restore at
  /// their ends, so that a scope costs what it binds and not what it sees.
  private var names: [String: StaticType] = [:]
  private var hidden: [(name: String, type: StaticType?)] = []
  /// What is written down for editors; nil where nobody asks.
  private(set) var notes: CheckNotes?

  /// What checking a module finds.
  struct Outcome {
    var diagnostics: [Diagnostic]
    var literals: [LiteralArgument]
    /// The module as its importers see it.
    var members: StaticType
    /// What was asked for.
    var notes: CheckNotes?
  }

  /// Checks a module whose imports were checked before. `globals` are the names of a session.
  static func check(
    _ module: Module, registry: Registry, imported: [String: StaticType],
    globals: [String: StaticType] = [:], notes: CheckNotes? = nil
  ) -> Outcome {
    var checker = TypeChecker(module: module, registry: registry, imported: imported)
    checker.names = globals
    checker.notes = notes
    _ = checker.visit(module.tree.statements)
    checker.notes?.last = checker.names
    var members = StaticType.record(
      module.interface.members.map { .init(name: $0.name, type: checker.names[$0.name] ?? .any) })
    members.isModule = true
    return Outcome(
      diagnostics: checker.diagnostics.sorted { $0.span.start < $1.span.start },
      literals: checker.literals, members: members, notes: checker.notes)
  }

  private init(module: Module, registry: Registry, imported: [String: StaticType]) {
    self.module = module
    self.registry = registry
    self.imported = imported
    self.typeNames = registry.typeNames
  }

  mutating func report(_ message: String, at span: Span, hint: String? = nil, notes: [String] = []) {
    guard diagnostics.count < Parser.diagnosticLimit else { return }
    // One fault is told once, however many paths lead to it.
    if diagnostics.contains(where: { $0.span == span && $0.message == message }) { return }
    diagnostics.append(Diagnostic(message, file: module.file, span: span, hint: hint, notes: notes))
  }

  /// The type of an annotation; anything where the resolver refused its name.
  private func known(_ annotation: TypeAnnotation) -> TypeSpec {
    typeNames.contains(annotation.name) ? TypeSpec(annotation) : .any
  }

  // MARK: Scopes

  private mutating func bind(_ name: Name, _ type: StaticType) {
    notes?.types[name.span] = type
    hidden.append((name.text, names.updateValue(type, forKey: name.text)))
  }

  /// What is known of a name's value.
  func typeOf(_ name: Name) -> StaticType? { names[name.text] }

  /// Names bound within last until its end.
  private mutating func inScope<Result>(_ body: (inout TypeChecker) -> Result) -> Result {
    let start = hidden.count
    defer {
      while hidden.count > start, let last = hidden.popLast() { names[last.name] = last.type }
    }
    return body(&self)
  }

  // MARK: Statements

  /// Visits statements and gives the value of the last one.
  mutating func visit(_ statements: [Statement]) -> StaticType {
    var last = StaticType(.none)
    for statement in statements {
      last = StaticType(.none)
      switch statement.kind {
      case .binding(let names, let value):
        bind(names, to: infer(value), from: value)
      case .function(let name, let function):
        bind(name, visit(function, named: name.text))
      case .loop(let names, let sequence, let body):
        let element = elements(of: infer(sequence), at: sequence.span)
        inScope { checker in
          checker.bind(names, to: element, from: sequence)
          _ = checker.visit(body.statements)
        }
      case .expression(let value): last = infer(value)
      case .parameter(let declaration):
        let type = known(declaration.type)
        var parameter = StaticType(type)
        if let value = declaration.defaultValue {
          let found = check(default: value, of: declaration.name.text, as: type)
          // Of a path, the default is what runs unless the command line says otherwise.
          parameter.strings = found.strings?.map {
            LiteralString(parts: $0.parts, span: $0.span, parameter: declaration.name.text)
          }
        }
        bind(declaration.name, parameter)
      case .importing(let declaration):
        let path = module.imports[declaration.name.id]?.file.path
        bind(declaration.name, path.flatMap { imported[$0] } ?? .any)
      }
    }
    return last
  }

  /// Gives names to a value or, with several names, to its elements.
  private mutating func bind(_ names: [Name], to type: StaticType, from value: Expression) {
    guard names.count > 1 else {
      if let name = names.first { bind(name, type) }
      return
    }
    let element = elements(of: type, at: value.span)
    if let items = type.items, items.count != names.count {
      report("expected \(names.count) values, found \(items.count)", at: value.span)
    }
    for (index, name) in names.enumerated() {
      bind(name, type.items.flatMap { index < $0.count ? $0[index] : nil } ?? element)
    }
  }

  /// A function's type; visits its body with parameters of their declared types.
  mutating func visit(_ function: FunctionExpression, named name: String) -> StaticType {
    inScope { checker in
      var parameters: [StaticFunction.Parameter] = []
      for parameter in function.parameters {
        let type = parameter.type.map { checker.known($0) } ?? .any
        if let value = parameter.defaultValue {
          _ = checker.check(default: value, of: parameter.name.text, as: type)
        }
        checker.bind(parameter.name, StaticType(type))
        parameters.append(.init(name: parameter.name.text, type: type))
      }
      let result =
        switch function.body {
        case .expression(let value): checker.infer(value)
        case .block(let block): checker.inScope { $0.visit(block.statements) }
        }
      var type = StaticType(.function)
      type.function = StaticFunction(
        name: name, parameters: parameters, signature: Signature(name: name, function: function),
        result: result)
      return type
    }
  }

  private mutating func check(
    default value: Expression, of parameter: String, as type: TypeSpec
  ) -> StaticType {
    let found = infer(value)
    if let fault = TypeFit.fault(value, found, type) {
      report(
        "the parameter `\(parameter)` takes \(type.phrase), found \(fault.found)", at: value.span,
        hint: fault.hint)
    }
    return found
  }

  // MARK: Expressions

  /// What is known of an expression's value.
  mutating func infer(_ expression: Expression) -> StaticType {
    switch expression.kind {
    case .number: return StaticType(.number)
    case .bool: return StaticType(.bool)
    case .none: return StaticType(.none)
    case .string(let parts, _): return string(parts, expression.span)
    case .list(let elements): return .list(elements.map { infer($0) })
    case .record(let fields):
      return .record(fields.map { .init(name: $0.key.text, type: infer($0.value)) })
    case .comprehension(let element, let clauses):
      return inScope { checker in
        for clause in clauses {
          switch clause {
          case .condition(let condition): checker.expectBool(condition)
          case .each(let names, let sequence):
            let item = checker.elements(of: checker.infer(sequence), at: sequence.span)
            checker.bind(names, to: item, from: sequence)
          }
        }
        return StaticType(.list(checker.infer(element).spec))
      }
    case .name(let name):
      notes?.see(name.text, name.span, names[name.text], visible: names)
      if case .builtin = module.resolution.uses[name.id] { return StaticType(.function) }
      return names[name.text] ?? .any
    case .unary(.not, let operand):
      expectBool(operand)
      return StaticType(.bool)
    case .unary(.negate, let operand):
      let type = infer(operand)
      if let noun = OperatorTypes.core(type.spec), noun != "number" {
        report("`-` does not apply to \(noun)", at: expression.span)
        return .any
      }
      return type.widened
    case .binary(let operation, let a, let b, let span):
      return binary(operation, a, b, operatorSpan: span)
    case .pipe(let left, let right):
      guard case .call(let callee, let arguments) = right.kind else { return .any }
      return call(callee, arguments, piped: left, at: right.span)
    case .call(let callee, let arguments):
      return call(callee, arguments, piped: nil, at: expression.span)
    case .index(let base, let entries): return index(base, entries, at: expression.span)
    case .field(let base, let label):
      let type = infer(base)
      notes?.see(field: label.text, label.span, of: type, visible: names)
      return field(of: type, label)
    case .function(let function): return visit(function, named: "fn")
    case .conditional(let clauses, let otherwise):
      var result: StaticType?
      for clause in clauses {
        expectBool(clause.condition)
        let value = inScope { $0.visit(clause.body.statements) }
        result = result.map { $0.or(value) } ?? value
      }
      let last = otherwise.map { block in inScope { $0.visit(block.statements) } } ?? StaticType(.none)
      return result.map { $0.or(last) } ?? last
    case .sweep(let sweep): return visit(sweep)
    case .parenthesized(let inner): return infer(inner)
    }
  }

  /// A sweep gives a table: its variables, then what is known of a row.
  private mutating func visit(_ sweep: SweepExpression) -> StaticType {
    let values = sweep.variables.map { elements(of: infer($0.values), at: $0.values.span) }
    let names = Set(sweep.variables.map(\.name.text))
    if case .expression(let last)? = sweep.body.statements.last?.kind,
      case .record(let fields) = last.unwrapped.kind
    {
      for field in fields where names.contains(field.key.text) {
        report(
          "the row has a field `\(field.key.text)`, which is a variable of the sweep", at: field.key.span,
          hint: "leave it out: the table has that column already")
      }
    }
    let row = inScope { checker in
      for (variable, value) in zip(sweep.variables, values) { checker.bind(variable.name, value) }
      return checker.inScope { $0.visit(sweep.body.statements) }
    }
    var table = StaticType(.engine("table"))
    let columns = zip(sweep.variables, values).map {
      StaticType.Field(name: $0.name.text, type: StaticType(.list($1.spec)))
    }
    if row.spec == .record, let fields = row.fields {
      table.fields = columns + fields.map { .init(name: $0.name, type: StaticType(.list($0.type.spec))) }
    } else {
      switch row.spec {
      case .number, .bool, .string, .none, .list, .engine:
        table.fields = columns + [.init(name: "value", type: StaticType(.list(row.spec)))]
      default: break
      }
    }
    return table
  }

  private mutating func string(_ parts: [StringPart], _ span: Span) -> StaticType {
    var known: [String?] = []
    for part in parts {
      switch part {
      case .text(let text): known.append(text)
      case .hole(let value, let format, let place):
        let type = infer(value)
        let after = module.file.text(Span(value.span.end, place.end - 1))
        let written = after.drop { $0 != ":" }.dropFirst()
        if let format, let problem = OperatorTypes.formatProblem(format, String(written), type.spec) {
          report(problem, at: value.span)
        }
        known.append(nil)
      }
    }
    var type = StaticType(.string)
    type.strings = [LiteralString(parts: known, span: span)]
    return type
  }

  private mutating func expectBool(_ condition: Expression) {
    let type = infer(condition).spec
    let noun = if case .engine(let name) = type { Optional(name) } else { OperatorTypes.core(type) }
    guard let noun, noun != "bool" else { return }
    let (message, hint) = TypeMessage.condition(noun)
    report(message, at: condition.span, hint: hint)
  }

  private mutating func binary(
    _ operation: BinaryOperator, _ a: Expression, _ b: Expression, operatorSpan: Span
  ) -> StaticType {
    if operation == .and || operation == .or {
      expectBool(a)
      expectBool(b)
      return StaticType(.bool)
    }
    let (left, right) = (infer(a), infer(b))
    switch OperatorTypes.result(operation, left.spec, right.spec, registry) {
    case .gives(let spec): return StaticType(spec)
    case .fault(let message, let hint, let isAboutRight):
      report(message, at: isAboutRight ? b.span : operatorSpan, hint: hint)
      return .any
    }
  }

  // MARK: Parts of values

  /// What a loop over a value visits.
  mutating func elements(of type: StaticType, at span: Span) -> StaticType {
    if let items = type.items, let first = items.first {
      return items.dropFirst().reduce(first) { $0.or($1) }
    }
    if let row = type.element { return .list(row) }
    switch type.spec {
    case .list(let element): return StaticType(element)
    case .engine(let name):
      guard let known = registry.type(name), known.fields != nil else { return .any }
      if let element = known.element { return StaticType(element) }
      report("\(TypeMessage.article(name)) is not a sequence of elements", at: span)
    case .record:
      report("a record is not a list", at: span, hint: "use `keys(r)`, `values(r)` or `items(r)`")
    case .string:
      report("a string is not a list", at: span, hint: "use `split(text, \"\")` for its characters")
    case .number, .bool, .function, .none:
      report("expected a list, found \(type.spec.description)", at: span)
    default: break
    }
    return .any
  }

  private mutating func field(of base: StaticType, _ label: Label) -> StaticType {
    func hint(_ names: [String]) -> String {
      Suggestion.hint(for: label.text, among: names)
        ?? "it has " + names.prefix(12).map { "`\($0)`" }.joined(separator: ", ")
    }
    if base.isModule { return base.field(label.text) ?? .any }
    if let fields = base.fields {
      if let type = base.field(label.text) { return type }
      let names = fields.map(\.name)
      let lack = base.spec == .engine("table") ? "this table has no column" : "this record has no field"
      report("\(lack) `\(label.text)`", at: label.span, hint: names.isEmpty ? nil : hint(names))
      return .any
    }
    if case .engine(let name) = base.spec {
      guard let fields = registry.type(name)?.fields else { return .any }
      if let field = fields.first(where: { $0.name == label.text }) { return StaticType(field.type) }
      report(
        "\(TypeMessage.article(name)) has no field `\(label.text)`", at: label.span,
        hint: fields.isEmpty ? nil : hint(fields.map(\.name)))
      return .any
    }
    if let noun = OperatorTypes.core(base.spec), noun != "record" {
      report("\(TypeMessage.article(noun)) has no fields", at: label.span)
    }
    return .any
  }

  private mutating func index(
    _ base: Expression, _ entries: [IndexEntry], at span: Span
  ) -> StaticType {
    let type = infer(base)
    var given: StaticType?
    for entry in entries {
      switch entry {
      case .value(let value): given = infer(value)
      case .slice(let from, let to, let step, _):
        for bound in [from, to, step] { if let bound { _ = infer(bound) } }
      }
    }
    switch type.spec {
    case .number, .bool, .function, .none:
      report("\(TypeMessage.article(type.spec.description)) cannot be indexed", at: span)
    case .string: return StaticType(.string)
    case .list(let element):
      if entries.count == 1, case .value = entries[0] {
        return given?.spec == .number ? StaticType(element) : .any
      }
      return StaticType(type.spec)
    case .record:
      guard let fields = type.fields, entries.count == 1, let strings = given?.strings,
        strings.count == 1, let name = strings[0].text
      else { return .any }
      if let known = type.field(name) { return known }
      report(
        "this record has no field `\(name)`", at: span,
        hint: Suggestion.hint(for: name, among: fields.map(\.name)))
    case .engine(let name):
      guard let known = registry.type(name), known.fields != nil else { return .any }
      guard let indexed = known.indexed else {
        report("\(TypeMessage.article(name)) cannot be indexed like this", at: span)
        return .any
      }
      if entries.count == 1, case .value = entries[0], let given,
        given.spec == .number || given.spec == .string
      {
        return StaticType(indexed)
      }
    default: break
    }
    return .any
  }
}
