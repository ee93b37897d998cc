import Syntax

// Calls: arguments against parameters, and what comes out.

extension TypeChecker {
  /// A call; a piped value is its first argument.
  mutating func call(
    _ callee: Expression, _ arguments: [Argument], piped: Expression?, at span: Span
  ) -> StaticType {
    var given = GivenArguments()
    if let piped { given.positional.append((piped, infer(piped))) }
    let target = infer(callee)
    for argument in arguments {
      let type = infer(argument.value)
      if let label = argument.label {
        given.options.append((label, argument.value, type))
      } else {
        given.positional.append((argument.value, type))
      }
    }
    if case .name(let name) = callee.unwrapped.kind,
      case .builtin(let text) = module.resolution.uses[name.id], let builtin = registry[text]
    {
      return call(builtin, given)
    }
    if let function = target.function {
      if !isKnownToResolver(callee) { checkCounts(function.signature, given, callee) }
      return call(function, given)
    }
    if let noun = OperatorTypes.core(target.spec), noun != "function" {
      reportNotCallable(noun, callee)
    } else if case .engine(let name) = target.spec {
      reportNotCallable(name, callee)
    }
    return .any
  }

  /// What a call gives.
  struct GivenArguments {
    var positional: [(value: Expression, type: StaticType)] = []
    var options: [(label: Label, value: Expression, type: StaticType)] = []
  }

  /// The resolver has counted the arguments of calls by name and of modules' members.
  private func isKnownToResolver(_ callee: Expression) -> Bool {
    switch callee.unwrapped.kind {
    case .name, .function: return true
    case .field(let base, _):
      if case .name(let name) = base.unwrapped.kind {
        return module.imports[name.id] != nil || isModule(name)
      }
      return false
    default: return false
    }
  }

  private func isModule(_ name: Name) -> Bool { typeOf(name)?.isModule ?? false }

  private mutating func reportNotCallable(_ noun: String, _ callee: Expression) {
    var hint: String?
    if case .name(let name) = callee.unwrapped.kind, registry[name.text] != nil {
      hint = "this parameter hides the builtin `\(name.text)`; give it another name"
    }
    report("\(TypeMessage.article(noun)) cannot be called", at: callee.span, hint: hint)
  }

  /// Numbers of arguments and names of options, where the function is known only by its type.
  private mutating func checkCounts(_ signature: Signature, _ given: GivenArguments, _ callee: Expression) {
    let problems = signature.problems(
      positionalCount: given.positional.count, options: given.options.map(\.label.text))
    for problem in problems {
      let span =
        switch problem.subject {
        case .callee: callee.span
        case .positional(let index): given.positional[index].value.span
        case .option(let index): given.options[index].label.span
        }
      report(problem.message, at: span, hint: problem.hint)
    }
  }

  // MARK: Functions of the script

  private mutating func call(_ function: StaticFunction, _ given: GivenArguments) -> StaticType {
    for (index, argument) in given.positional.enumerated() where index < function.parameters.count {
      let parameter = function.parameters[index]
      check(argument.value, argument.type, parameter.type, function.name, parameter.name, index)
    }
    for option in given.options {
      guard let parameter = function.parameters.first(where: { $0.name == option.label.text }) else {
        continue
      }
      check(option.value, option.type, parameter.type, function.name, parameter.name, nil)
    }
    // Its strings are literals of another place: what the function gives depends on its arguments.
    return function.result
  }

  private mutating func check(
    _ value: Expression, _ found: StaticType, _ wanted: TypeSpec, _ function: String, _ parameter: String,
    _ index: Int?
  ) {
    guard let fault = TypeFit.fault(value, found, wanted) else { return }
    report(
      TypeMessage.argument(of: function, parameter, index, wanted, fault.found),
      at: wrongElement(of: value, for: wanted)?.span ?? value.span, hint: fault.hint)
  }

  /// The element of a literal list that makes it the wrong list; nil where no single one does.
  private func wrongElement(of value: Expression, for wanted: TypeSpec) -> Expression? {
    guard case .list(let elements) = value.unwrapped.kind, let type = wanted.listElement else { return nil }
    return elements.first { element in TypeFit.constant(element).map { !type.accepts($0) } ?? false }
  }

  // MARK: Builtins

  private mutating func call(_ builtin: Builtin, _ given: GivenArguments) -> StaticType {
    var types: [String: StaticType] = [:]
    for (index, argument) in given.positional.enumerated() {
      let place = builtin.isVariadic ? min(index, builtin.positional.count - 1) : index
      guard place >= 0, place < builtin.positional.count else { continue }
      let parameter = builtin.positional[place]
      check(argument.value, argument.type, parameter.type, builtin.name, parameter.name, index)
      if types[parameter.name] == nil { types[parameter.name] = argument.type }
    }
    for option in given.options {
      let parameter = (builtin.options + builtin.positional).first { $0.name == option.label.text }
      guard let parameter else { continue }
      check(option.value, option.type, parameter.type, builtin.name, parameter.name, nil)
      types[parameter.name] = option.type
    }
    note(types, of: builtin)
    let arguments = given.positional.map(\.type)
    if let result = ListResults.type(of: builtin.name, arguments) { return result }
    return StaticType(TypeChecker.result(of: builtin, types, first: arguments.first?.spec))
  }

  /// What a builtin gives for arguments of known types.
  static func result(of builtin: Builtin, _ types: [String: StaticType], first: TypeSpec?) -> TypeSpec {
    builtin.refined?(StaticArguments(types: types)) ?? oneOrMany(builtin.result, first: first)
  }

  /// What takes one thing or a list of them gives one result or a list.
  private static func oneOrMany(_ result: TypeSpec, first: TypeSpec?) -> TypeSpec {
    guard case .union(let members) = result, members.count == 2, members[1] == .list(members[0]) else {
      return result
    }
    switch first {
    case .list: return members[1]
    case .engine: return members[0]
    default: return result
    }
  }

  /// Keeps the strings that a builtin is given, for those who know what they name.
  private mutating func note(_ types: [String: StaticType], of builtin: Builtin) {
    var others: [String: String] = [:]
    for (name, type) in types {
      if let strings = type.strings, strings.count == 1, let text = strings[0].text { others[name] = text }
    }
    for parameter in builtin.positional + builtin.options {
      guard let type = types[parameter.name] else { continue }
      let strings = type.strings ?? type.items?.flatMap { $0.strings ?? [] } ?? []
      for string in strings {
        literals.append(
          LiteralArgument(
            builtin: builtin.name, parameter: parameter.name, parts: string.parts, others: others,
            scriptParameter: string.parameter, file: module.file, span: string.span))
      }
      if strings.isEmpty, parameter.type.isPath, TypeFit.mayFit(type.spec, .string) {
        // A path that is not known: it may be anything.
        literals.append(
          LiteralArgument(
            builtin: builtin.name, parameter: parameter.name, parts: [nil], others: others,
            scriptParameter: nil,
            file: module.file, span: Span(0, 0)))
      }
    }
  }
}

/// What functions on lists give, which depends on the elements and functions they are given.
enum ListResults {
  static func type(of builtin: String, _ arguments: [StaticType]) -> StaticType? {
    guard let first = arguments.first else { return nil }
    switch builtin {
    case "map":
      guard arguments.count == 2, let result = arguments[1].function?.result else { return nil }
      return StaticType(.list(result.spec))
    case "filter", "sorted", "reversed", "unique":
      guard case .list = first.spec else { return nil }
      return StaticType(first.spec)
    case "zip":
      return sequence(of: arguments.map(element))
    case "enumerate":
      return sequence(of: [StaticType(.number), element(of: first)])
    case "fold", "first", "last": return nil
    default: return nil
    }
  }

  /// A list of rows of known types.
  private static func sequence(of row: [StaticType]) -> StaticType {
    var list = StaticType(.list(StaticType.list(row).spec))
    list.element = row
    return list
  }

  private static func element(of type: StaticType) -> StaticType {
    if let items = type.items, let first = items.first {
      return items.dropFirst().reduce(first) { $0.or($1) }
    }
    if case .list(let element) = type.spec { return StaticType(element) }
    if type.spec == .engine("heatmaps") { return StaticType(.engine("heatmap")) }
    return .any
  }
}
