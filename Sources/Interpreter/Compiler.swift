import Syntax

/// Turns a resolved tree into nodes that run.
struct Compiler {
  let module: Module
  let registry: Registry
  let isMain: Bool

  private var file: SourceFile { module.file }

  /// The code of a file's top level.
  static func compile(_ module: Module, registry: Registry, isMain: Bool) -> Code {
    let compiler = Compiler(module: module, registry: registry, isMain: isMain)
    let layout = module.resolution.main
    let body = BlockNode(
      module.tree.statements.map { compiler.node($0) }, Span(0, module.file.utf8.count))
    return Code(
      name: module.file.name, file: module.file, signature: Signature(name: module.file.name, positional: []),
      parameterSlots: [], parameterTypes: [], defaults: [], captures: layout.captures,
      slotCount: layout.slotCount, body: body, span: body.span)
  }

  private func slot(_ name: Name) -> Int? {
    if case .slot(let slot) = module.resolution.uses[name.id] { slot } else { nil }
  }

  private func pattern(_ names: [Name]) -> Pattern {
    let span = names.dropFirst().reduce(names.first?.span ?? Span(0, 0)) { $0.joined($1.span) }
    return Pattern(slots: names.map { slot($0) }, span: span)
  }

  private func node(_ statement: Statement) -> Node {
    switch statement.kind {
    case .binding(let names, let value):
      if names.count == 1 {
        return BindingNode(slot: slot(names[0]), value: node(value, named: names[0].text), statement.span)
      }
      return DestructuringNode(pattern(names), value: node(value), statement.span)
    case .function(let name, let function):
      return BindingNode(slot: slot(name), value: closure(function, named: name.text), statement.span)
    case .loop(let names, let sequence, let body):
      return LoopNode(pattern(names), in: node(sequence), body: node(body), statement.span)
    case .expression(let value):
      return node(value)
    case .parameter(let declaration):
      return ParameterNode(
        name: declaration.name.text, slot: slot(declaration.name), type: TypeSpec(declaration.type),
        defaultValue: declaration.defaultValue.map { node($0) }, isMain: isMain, statement.span)
    case .importing(let declaration):
      let path = module.imports[declaration.name.id]?.file.path ?? ""
      return ImportNode(path: path, slot: slot(declaration.name), statement.span)
    }
  }

  private func node(_ block: Block) -> Node {
    // A block of one expression is that expression.
    if block.statements.count == 1, case .expression(let value) = block.statements[0].kind {
      return node(value)
    }
    return BlockNode(block.statements.map { node($0) }, block.span)
  }

  private func closure(_ function: FunctionExpression, named name: String) -> Node {
    let layout = module.resolution.functions[function.id] ?? .init()
    let body =
      switch function.body {
      case .expression(let value): node(value)
      case .block(let block): node(block)
      }
    let code = Code(
      name: name, file: file, signature: Signature(name: name, function: function),
      parameterSlots: function.parameters.map { slot($0.name) },
      parameterTypes: function.parameters.map { $0.type.map { TypeSpec($0) } },
      defaults: function.parameters.map { $0.defaultValue.map { node($0) } },
      captures: layout.captures, slotCount: layout.slotCount, body: body,
      span: function.span)
    return ClosureNode(code, sources: layout.captures.map(\.from), function.span)
  }

  private func sweep(_ sweep: SweepExpression, _ span: Span) -> Node {
    let layout = module.resolution.functions[sweep.function.id] ?? .init()
    let names = sweep.variables.map(\.name.text)
    let code = Code(
      name: "sweep", file: file, signature: Signature(name: "sweep", function: sweep.function),
      parameterSlots: sweep.variables.map { slot($0.name) }, parameterTypes: names.map { _ in nil },
      defaults: names.map { _ in nil }, captures: layout.captures, slotCount: layout.slotCount,
      body: node(sweep.body), span: sweep.function.span)
    return SweepNode(
      names, sweep.variables.map { node($0.values) }, code, sources: layout.captures.map(\.from), span)
  }

  private func node(_ expression: Expression, named name: String) -> Node {
    if case .function(let function) = expression.kind { return closure(function, named: name) }
    return node(expression)
  }

  private func node(_ expression: Expression) -> Node {
    let span = expression.span
    switch expression.kind {
    case .number(let value): return ConstantNode(.number(value), span)
    case .bool(let value): return ConstantNode(.bool(value), span)
    case .none: return ConstantNode(.none, span)
    case .string(let parts, _): return string(parts, span)
    case .list(let elements): return ListNode(elements.map { node($0) }, span)
    case .record(let fields): return RecordNode(fields.map { ($0.key.text, node($0.value)) }, span)
    case .comprehension(let element, let clauses):
      return ComprehensionNode(
        node(element),
        clauses.map {
          switch $0 {
          case .each(let names, let sequence): .each(pattern(names), node(sequence))
          case .condition(let condition): .condition(node(condition))
          }
        }, span)
    case .name(let name):
      switch module.resolution.uses[name.id] {
      case .slot(let slot): return SlotNode(slot, span)
      case .builtin(let name):
        guard let reference = registry.reference(name) else { return ConstantNode(.none, span) }
        return ConstantNode(.function(Function(reference)), span)
      case .discarded, .unresolved: return ConstantNode(.none, span)
      }
    case .unary(.not, let operand): return NotNode(node(operand), span)
    case .unary(.negate, let operand):
      // `-1` is a constant, not a computation.
      if case .number(let value) = operand.kind { return ConstantNode(.number(-value), span) }
      return NegateNode(node(operand), span)
    case .binary(let operation, let a, let b, let operatorSpan):
      return binary(operation, node(a), node(b), operatorSpan, span)
    case .pipe(let left, let right):
      guard case .call(let callee, let arguments) = right.kind else { return node(left) }
      return call(callee, arguments, piped: left, span)
    case .call(let callee, let arguments): return call(callee, arguments, piped: nil, span)
    case .index(let base, let entries):
      return IndexNode(
        node(base),
        entries.map {
          switch $0 {
          case .value(let value): .value(node(value))
          case .slice(let from, let to, let step, _):
            .slice(from: from.map { node($0) }, to: to.map { node($0) }, step: step.map { node($0) })
          }
        }, span)
    case .field(let base, let field):
      return FieldNode(node(base), name: field.text, nameSpan: field.span, span)
    case .function(let function): return closure(function, named: "fn")
    case .conditional(let clauses, let otherwise):
      return ConditionalNode(
        clauses.map { (node($0.condition), node($0.body)) }, otherwise: otherwise.map { node($0) }, span)
    case .sweep(let sweep): return self.sweep(sweep, span)
    case .parenthesized(let inner): return node(inner)
    }
  }

  private func string(_ parts: [StringPart], _ span: Span) -> Node {
    if parts.isEmpty { return ConstantNode(.string(""), span) }
    if parts.count == 1, case .text(let text) = parts[0] { return ConstantNode(.string(text), span) }
    return StringNode(
      parts.map {
        switch $0 {
        case .text(let text): .text(text)
        case .hole(let value, let format, let holeSpan):
          .hole(node(value), format, written: formatText(holeSpan, after: value.span))
        }
      }, span)
  }

  /// The format as written, for messages: what is between the colon and the brace.
  private func formatText(_ hole: Span, after value: Span) -> String {
    let tail = file.text(Span(value.end, hole.end))
    guard let colon = tail.firstIndex(of: ":") else { return "" }
    return String(tail[tail.index(after: colon)...].dropLast())
  }

  private func call(_ callee: Expression, _ arguments: [Argument], piped: Expression?, _ span: Span) -> Node {
    var positional = piped.map { [node($0)] } ?? []
    var options: [(label: Label, value: Node)] = []
    for argument in arguments {
      if let label = argument.label {
        options.append((label, node(argument.value)))
      } else {
        positional.append(node(argument.value))
      }
    }
    return CallNode(node(callee), positional, options, span)
  }

  private func binary(
    _ operation: BinaryOperator, _ a: Node, _ b: Node, _ operatorSpan: Span, _ span: Span
  ) -> Node {
    func make(_ operation: BinaryOperation) -> Node {
      BinaryNode(operation, a, b, operatorSpan: operatorSpan, span)
    }
    switch operation {
    case .or: return LogicalNode(a, b, isAnd: false, span)
    case .and: return LogicalNode(a, b, isAnd: true, span)
    case .equal: return EqualityNode(a, b, isEqual: true, span)
    case .notEqual: return EqualityNode(a, b, isEqual: false, span)
    case .less: return make(.less)
    case .lessOrEqual: return make(.lessOrEqual)
    case .greater: return make(.greater)
    case .greaterOrEqual: return make(.greaterOrEqual)
    case .contains: return make(.contains)
    case .add: return make(.add)
    case .subtract: return make(.subtract)
    case .multiply: return make(.multiply)
    case .divide: return make(.divide)
    case .floorDivide: return make(.floorDivide)
    case .remainder: return make(.remainder)
    case .matrixProduct: return make(.matrixProduct)
    case .power: return make(.power)
    }
  }
}
