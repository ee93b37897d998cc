/// Finds what every name means, gives every binding a slot, and reports everything that is wrong
/// with names, options and numbers of arguments.
struct Resolver: TreeWalk {
  /// A name in a scope.
  struct Binding {
    let slot: Int
    let span: Span
    var signature: Signature?
    var module: ModuleInterface?
  }

  /// The names of one block.
  private struct Scope {
    var names: [String: Binding] = [:]
    /// Names this block binds further down, with their places.
    var pending: [String: Span] = [:]
  }

  /// One function, or the file itself.
  private struct Activation {
    var scopes: [Scope] = [Scope()]
    var layout = Resolution.Layout()
    /// Names of blocks that have ended, for the hint.
    var ended: [String: Span] = [:]
    /// The functions' names that are being defined.
    var definedName: String?
  }

  let tree: Tree
  let environment: Environment
  /// Interfaces of imports, by the id of the bound name; absent where the import failed.
  let imports: [Int: ModuleInterface]
  /// Whether statements are missing that were not understood: then unknown names are no news.
  private var isPartial = false
  private(set) var resolution: Resolution
  private(set) var diagnostics: [Diagnostic] = []
  private var activations: [Activation] = [Activation()]

  static func resolve(
    _ tree: Tree, in environment: Environment, imports: [Int: ModuleInterface], isPartial: Bool
  ) -> (Resolution, [Diagnostic]) {
    var resolver = Resolver(tree: tree, environment: environment, imports: imports)
    resolver.isPartial = isPartial
    resolver.open(tree.statements)
    for statement in tree.statements { resolver.resolve(statement, isTopLevel: true) }
    resolver.resolution.main = resolver.activations[0].layout
    return (resolver.resolution, resolver.diagnostics)
  }

  private init(tree: Tree, environment: Environment, imports: [Int: ModuleInterface]) {
    self.tree = tree
    self.environment = environment
    self.imports = imports
    self.resolution = Resolution(uses: Array(repeating: .unresolved, count: tree.idCount))
  }

  mutating func report(_ message: String, at span: Span, hint: String? = nil, notes: [String] = []) {
    guard diagnostics.count < Parser.diagnosticLimit else { return }
    diagnostics.append(Diagnostic(message, file: tree.file, span: span, hint: hint, notes: notes))
  }

  private func lineNumber(_ span: Span) -> Int { tree.file.location(of: span.start).line }

  // MARK: Scopes

  private var innermost: Int { activations.count - 1 }

  /// Notes which names the innermost scope will bind, to tell "too early" from "unknown".
  private mutating func open(_ statements: [Statement]) {
    var pending: [String: Span] = [:]
    for statement in statements {
      switch statement.kind {
      case .binding(let names, _): for name in names { pending[name.text] = name.span }
      case .function(let name, _): pending[name.text] = name.span
      case .parameter(let declaration): pending[declaration.name.text] = declaration.name.span
      case .importing(let declaration): pending[declaration.name.text] = declaration.name.span
      case .loop, .expression: break
      }
    }
    activations[innermost].scopes[activations[innermost].scopes.count - 1].pending = pending
  }

  mutating func openScope() { activations[innermost].scopes.append(Scope()) }

  mutating func closeScope() {
    if let scope = activations[innermost].scopes.popLast() {
      for (name, binding) in scope.names { activations[innermost].ended[name] = binding.span }
    }
  }

  mutating func bind(_ name: Name, _ role: NameRole, in _: Span) {
    bind(name, isParameter: role == .argument)
  }

  private mutating func bind(
    _ name: Name, signature: Signature? = nil, module: ModuleInterface? = nil, isTopLevel: Bool = false,
    isParameter: Bool = false, hint: String = "choose another name"
  ) {
    if name.text == "_" {
      resolution.uses[name.id] = .discarded
      return
    }
    let outer = bindingSpan(name.text)
    let mayRebind = environment.isInteractive && isTopLevel
    // A parameter's name is chosen for the caller (`image=photo.jpg`): there it hides the builtin.
    if environment.builtins[name.text] != nil, !isParameter {
      report("`\(name.text)` is a builtin and cannot be bound", at: name.span, hint: hint)
    } else if let outer, !mayRebind {
      report(
        "`\(name.text)` is already bound", at: name.span, hint: hint,
        notes: ["it is bound at \(Diagnostic.place(tree.file, outer))"])
    }
    let slot = activations[innermost].layout.slotCount
    activations[innermost].layout.slotCount += 1
    resolution.uses[name.id] = .slot(slot)
    let last = activations[innermost].scopes.count - 1
    // After an error the first binding stays the one that names mean.
    if mayRebind || activations[innermost].scopes[last].names[name.text] == nil {
      activations[innermost].scopes[last].names[name.text] = Binding(
        slot: slot, span: name.span, signature: signature, module: module)
    }
    if isTopLevel {
      resolution.exports.append(
        .init(name: name.text, slot: slot, span: name.span, signature: signature, module: module))
    }
  }

  /// Where a name of this file is bound that is visible here.
  private func bindingSpan(_ name: String) -> Span? {
    for activation in activations.reversed() {
      for scope in activation.scopes.reversed() {
        if let binding = scope.names[name] { return binding.span }
      }
    }
    return nil
  }

  /// The binding of a name as seen from a function, captured through all functions between.
  private mutating func lookUp(_ name: String, from level: Int) -> Binding? {
    for scope in activations[level].scopes.reversed() {
      if let binding = scope.names[name] { return binding }
    }
    let outer: Binding
    if level > 0 {
      guard let found = lookUp(name, from: level - 1) else { return nil }
      outer = found
    } else {
      guard let global = environment.globals[name] else { return nil }
      outer = Binding(
        slot: global.index, span: Span(0, 0), signature: global.signature, module: global.module)
    }
    let slot = activations[level].layout.slotCount
    activations[level].layout.slotCount += 1
    activations[level].layout.captures.append(
      (name: name, from: outer.slot, to: slot, module: outer.module?.name))
    let captured = Binding(slot: slot, span: outer.span, signature: outer.signature, module: outer.module)
    // At the file's own level a capture must not look like a binding of this file.
    if level > 0 { activations[level].scopes[0].names[name] = captured }
    return captured
  }

  mutating func use(_ name: Name) {
    if let binding = lookUp(name.text, from: innermost) {
      resolution.uses[name.id] = .slot(binding.slot)
    } else if environment.builtins[name.text] != nil {
      resolution.uses[name.id] = .builtin(name.text)
    } else {
      reportUnknown(name)
    }
  }

  private mutating func reportUnknown(_ name: Name) {
    if name.text == "_" {
      report("`_` holds a value only in an interactive session", at: name.span)
      return
    }
    for activation in activations.reversed() {
      if activation.definedName == name.text {
        report(
          "`\(name.text)` calls itself: there is no recursion, every script ends", at: name.span,
          hint: "use `fold`, `scan` or a loop")
        return
      }
    }
    for activation in activations.reversed() {
      for scope in activation.scopes.reversed() {
        if let span = scope.pending[name.text] {
          report(
            "`\(name.text)` is used before it is bound", at: name.span,
            hint: "it is bound at line \(lineNumber(span))")
          return
        }
      }
    }
    for activation in activations.reversed() {
      if let span = activation.ended[name.text] {
        report(
          "`\(name.text)` is bound only inside the block at line \(lineNumber(span))", at: name.span,
          hint: "an `if` has a value: `\(name.text) = if c { … } else { … }`")
        return
      }
    }
    if isPartial { return }
    let foreign = Resolver.foreignWords[name.text].map { "write `\($0)`" }
    report(
      "unknown name `\(name.text)`", at: name.span,
      hint: foreign ?? Suggestion.hint(for: name.text, among: visibleNames))
  }

  /// Words of other languages for values of this one.
  private static let foreignWords = [
    "None": "none", "True": "true", "False": "false", "null": "none", "nil": "none",
  ]

  /// Everything a name could mean here, in a fixed order.
  private var visibleNames: [String] {
    var names: [String] = []
    for activation in activations.reversed() {
      for scope in activation.scopes.reversed() { names += scope.names.keys.sorted() }
    }
    return names + environment.globals.keys.sorted() + environment.builtins.keys.sorted()
  }

  // MARK: Statements

  private mutating func resolve(_ statement: Statement, isTopLevel: Bool) {
    switch statement.kind {
    case .binding(let names, let value):
      walk(value)
      let only = names.count == 1
      for name in names {
        let known = only ? meaning(of: value, named: name.text) : (nil, nil)
        bind(name, signature: known.0, module: known.1, isTopLevel: isTopLevel)
      }
    case .function(let name, let function):
      walk(function, named: name)
      bind(name, signature: Signature(name: name.text, function: function), isTopLevel: isTopLevel)
    case .loop, .expression: walkParts(of: statement)
    case .parameter(let declaration):
      if !isTopLevel {
        report("`param` stands at the top level of a script", at: statement.span)
      }
      check(declaration.type)
      if let value = declaration.defaultValue { walk(value) }
      bind(declaration.name, isTopLevel: isTopLevel, isParameter: true)
    case .importing(let declaration):
      if !isTopLevel {
        report("`import` stands at the top level of a script", at: statement.span)
      }
      let hint =
        declaration.isRenamed
        ? "choose another name"
        : "write `import \(tree.file.text(declaration.targetSpan)) as …` with another name"
      bind(
        declaration.name, module: imports[declaration.name.id], isTopLevel: isTopLevel, hint: hint)
    }
  }

  mutating func walk(_ statement: Statement) { resolve(statement, isTopLevel: false) }

  mutating func walk(_ block: Block) {
    openScope()
    open(block.statements)
    for statement in block.statements { walk(statement) }
    closeScope()
  }

  private mutating func check(_ type: TypeAnnotation) {
    let isList = type.name == "list"
    if !environment.typeNames.contains(type.name) {
      report(
        "unknown type `\(type.name)`", at: type.span,
        hint: Suggestion.hint(for: type.name, among: environment.typeNames.sorted()))
    } else if !isList, !type.elements.isEmpty {
      report("`\(type.name)` takes no type in brackets", at: type.span, hint: "only `list[…]` does")
    }
    for element in type.elements { check(element) }
  }

  mutating func walk(_ function: FunctionExpression, named name: Name?) {
    for parameter in function.parameters {
      if let type = parameter.type { check(type) }
    }
    activations.append(Activation(definedName: name?.text))
    for parameter in function.parameters {
      if let value = parameter.defaultValue { walk(value) }
      bind(parameter.name, isParameter: true)
    }
    switch function.body {
    case .expression(let value): walk(value)
    case .block(let block): walk(block)
    }
    if let activation = activations.popLast() { resolution.functions[function.id] = activation.layout }
  }

  // MARK: Expressions

  mutating func walk(_ expression: Expression) {
    switch expression.kind {
    case .pipe(let left, let right):
      walk(left)
      if case .call(let callee, let arguments) = right.kind {
        resolve(callee, arguments, piped: left)
      }
    case .call(let callee, let arguments): resolve(callee, arguments, piped: nil)
    case .field(let base, let field):
      walk(base)
      if let module = meaning(of: base, named: "").1, module.member(field.text) == nil {
        report(
          "`\(module.name)` has no member `\(field.text)`", at: field.span,
          hint: Suggestion.hint(for: field.text, among: module.members.map(\.name)))
      }
    case .sweep(let sweep): resolve(sweep)
    default: walkParts(of: expression)
    }
  }

  /// A sweep's body is a function of the variables: what it uses from around it is captured, so that a row
  /// can be told from any other.
  private mutating func resolve(_ sweep: SweepExpression) {
    for variable in sweep.variables { walk(variable.values) }
    activations.append(Activation())
    for variable in sweep.variables {
      if variable.name.text == "_" {
        report("a variable of a sweep is a column of its table and needs a name", at: variable.name.span)
      }
      bind(variable.name)
    }
    walk(sweep.body)
    if let activation = activations.popLast() { resolution.functions[sweep.function.id] = activation.layout }
  }

  private mutating func resolve(_ callee: Expression, _ arguments: [Argument], piped: Expression?) {
    walk(callee)
    for argument in arguments { walk(argument.value) }
    guard let signature = meaning(of: callee, named: "fn").0 else { return }
    let positional = (piped.map { [$0.span] } ?? []) + arguments.filter { $0.label == nil }.map(\.value.span)
    let labels = arguments.compactMap(\.label)
    for problem in signature.problems(positionalCount: positional.count, options: labels.map(\.text)) {
      let span =
        switch problem.subject {
        case .callee: callee.span
        case .positional(let index): positional[index]
        case .option(let index): labels[index].span
        }
      report(problem.message, at: span, hint: problem.hint)
    }
  }

  /// What is known of a value before running: what a call of it takes, or that it is a module.
  private mutating func meaning(of expression: Expression, named name: String) -> (
    Signature?, ModuleInterface?
  ) {
    switch expression.unwrapped.kind {
    case .function(let function):
      return (Signature(name: name, function: function), nil)
    case .name(let use):
      if let binding = visible(use.text) { return (binding.signature, binding.module) }
      return (environment.builtins[use.text], nil)
    case .field(let base, let field):
      guard let member = meaning(of: base, named: "").1?.member(field.text) else { return (nil, nil) }
      return (member.signature, member.module)
    default:
      return (nil, nil)
    }
  }

  /// The binding of a name, without capturing it.
  private func visible(_ name: String) -> Binding? {
    for activation in activations.reversed() {
      for scope in activation.scopes.reversed() {
        if let binding = scope.names[name] { return binding }
      }
    }
    return environment.globals[name].map {
      Binding(slot: $0.index, span: Span(0, 0), signature: $0.signature, module: $0.module)
    }
  }
}
