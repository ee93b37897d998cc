// A tree as text without its places: two texts are the same script exactly when these are equal.

extension Tree {
  /// Everything the tree says but where it stands: statements, literals by their values, documentation.
  public var structure: String {
    var writer = StructureWriter()
    writer.write(self)
    return writer.text
  }
}

private struct StructureWriter {
  var text = ""

  /// `(head …)`.
  mutating func node(_ head: String, _ content: (inout StructureWriter) -> Void) {
    text += "(" + head
    content(&self)
    text += ")"
  }

  mutating func word(_ word: String) { text += " " + word }

  /// Text of the script, marked so that it cannot look like anything else.
  mutating func quoted(_ text: String) { self.text += " \(text.utf8.count):" + text }

  mutating func documentation(_ documentation: String?) {
    if let documentation { node("doc") { $0.quoted(documentation) } }
  }

  mutating func write(_ tree: Tree) {
    if let version = tree.version { node("clip") { $0.word(String(version)) } }
    documentation(tree.documentation)
    for statement in tree.statements { write(statement) }
  }

  mutating func write(_ statement: Statement) {
    text += "\n"
    documentation(statement.documentation)
    switch statement.kind {
    case .binding(let names, let value):
      node("bind") {
        $0.write(names)
        $0.write(value)
      }
    case .function(let name, let function):
      node("function") {
        $0.quoted(name.text)
        $0.write(function)
      }
    case .loop(let names, let sequence, let body):
      node("for") {
        $0.write(names)
        $0.write(sequence)
        $0.write(body)
      }
    case .expression(let value): write(value)
    case .parameter(let declaration):
      node("param") {
        $0.quoted(declaration.name.text)
        $0.write(declaration.type)
        if let value = declaration.defaultValue { $0.write(value) }
      }
    case .importing(let declaration):
      node("import") {
        switch declaration.target {
        case .standard(let name): $0.quoted("std." + name)
        case .file(let path): $0.quoted(path)
        }
        $0.quoted(declaration.name.text)
        if declaration.isRenamed { $0.word("as") }
      }
    }
  }

  mutating func write(_ block: Block) {
    node("block") { for statement in block.statements { $0.write(statement) } }
  }

  mutating func write(_ names: [Name]) {
    node("names") { for name in names { $0.quoted(name.text) } }
  }

  mutating func write(_ type: TypeAnnotation) {
    node("type") {
      $0.quoted(type.name)
      for element in type.elements { $0.write(element) }
    }
  }

  mutating func write(_ function: FunctionExpression) {
    for parameter in function.parameters {
      node("parameter") {
        $0.quoted(parameter.name.text)
        if let type = parameter.type { $0.write(type) }
        if let value = parameter.defaultValue { $0.write(value) }
      }
    }
    switch function.body {
    case .expression(let value): write(value)
    case .block(let block): write(block)
    }
  }

  mutating func write(_ expression: Expression) {
    switch expression.kind {
    case .number(let value): word("\(value)")
    case .bool(let value): word("\(value)")
    case .none: word("none")
    case .string(let parts, let isRaw): string(parts, isRaw)
    case .list(let elements): node("list") { for element in elements { $0.write(element) } }
    case .record(let fields):
      node("record") {
        for field in fields {
          $0.quoted(field.key.text)
          $0.write(field.value)
        }
      }
    case .comprehension(let element, let clauses):
      node("comprehension") {
        $0.write(element)
        for clause in clauses { $0.write(clause) }
      }
    case .name(let name): node("name") { $0.quoted(name.text) }
    case .unary(let operation, let operand): node(operation.rawValue) { $0.write(operand) }
    case .binary(let operation, let a, let b, _):
      node(operation.rawValue) {
        $0.write(a)
        $0.write(b)
      }
    case .pipe(let a, let b):
      node("|>") {
        $0.write(a)
        $0.write(b)
      }
    case .call(let callee, let arguments):
      node("call") {
        $0.write(callee)
        for argument in arguments {
          if let label = argument.label { $0.node("option") { $0.quoted(label.text) } }
          $0.write(argument.value)
        }
      }
    case .index(let base, let entries):
      node("index") {
        $0.write(base)
        for entry in entries { $0.write(entry) }
      }
    case .field(let base, let label):
      node("field") {
        $0.write(base)
        $0.quoted(label.text)
      }
    case .function(let function): node("fn") { $0.write(function) }
    case .conditional(let clauses, let otherwise):
      node("if") {
        for clause in clauses {
          $0.write(clause.condition)
          $0.write(clause.body)
        }
        if let otherwise { $0.node("else") { $0.write(otherwise) } }
      }
    case .sweep(let sweep):
      node("sweep") {
        for variable in sweep.variables {
          $0.quoted(variable.name.text)
          $0.write(variable.values)
        }
        $0.write(sweep.body)
      }
    case .parenthesized(let inner): node("parentheses") { $0.write(inner) }
    }
  }

  private mutating func string(_ parts: [StringPart], _ isRaw: Bool) {
    node(isRaw ? "raw" : "string") {
      for part in parts {
        switch part {
        case .text(let text): $0.quoted(text)
        case .hole(let value, let format, _):
          $0.node("hole") {
            $0.write(value)
            if let format { $0.write(format) }
          }
        }
      }
    }
  }

  private mutating func write(_ format: FormatSpecification) {
    node("format") {
      $0.quoted(String(format.fill))
      $0.word(format.alignment.map { String($0.rawValue) } ?? "_")
      $0.word(format.notation.map { String($0.rawValue) } ?? "_")
      $0.word(format.precision.map { String($0) } ?? "_")
      $0.word("\(format.width) \(format.showsPlus) \(format.padsWithZeros) \(format.groupsThousands)")
    }
  }

  private mutating func write(_ clause: ComprehensionClause) {
    switch clause {
    case .each(let names, let sequence):
      node("each") {
        $0.write(names)
        $0.write(sequence)
      }
    case .condition(let condition): node("where") { $0.write(condition) }
    }
  }

  private mutating func write(_ entry: IndexEntry) {
    switch entry {
    case .value(let value): write(value)
    case .slice(let from, let to, let step, _):
      node("slice") {
        for bound in [from, to, step] {
          if let bound { $0.write(bound) } else { $0.word("_") }
        }
      }
    }
  }
}
