import Syntax

/// A piece of code that can be run. Nodes do not change after they are made.
class Node: @unchecked Sendable {
  let span: Span

  init(_ span: Span) { self.span = span }

  /// The value in a frame. Every kind of node has its own.
  func evaluate(_ frame: Frame) throws -> Value { .none }

  /// An error of the script at this node, or at a part of it.
  final func failure(_ frame: Frame, _ message: String, hint: String? = nil, at part: Span? = nil)
    -> RuntimeFailure
  {
    RuntimeFailure(
      diagnostic: Diagnostic(message, file: frame.code.file, span: part ?? span, hint: hint), kind: .running)
  }

  /// Runs something that throws `ScriptError` and says where it happened.
  @inline(__always)
  final func located<T>(_ frame: Frame, at part: Span? = nil, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as ScriptError {
      throw RuntimeFailure(
        diagnostic: Diagnostic(error.message, file: frame.code.file, span: part ?? span, hint: error.hint),
        kind: error.kind)
    }
  }
}

extension Node {
  /// The same, in a file.
  final func located<T>(in file: SourceFile, at part: Span, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as ScriptError {
      throw RuntimeFailure(
        diagnostic: Diagnostic(error.message, file: file, span: part, hint: error.hint), kind: error.kind)
    }
  }
}

final class ConstantNode: Node, @unchecked Sendable {
  let value: Value

  init(_ value: Value, _ span: Span) {
    self.value = value
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value { value }
}

final class SlotNode: Node, @unchecked Sendable {
  let slot: Int

  init(_ slot: Int, _ span: Span) {
    self.slot = slot
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value { frame[slot] }
}

final class BindingNode: Node, @unchecked Sendable {
  let slot: Int?
  let value: Node

  init(slot: Int?, value: Node, _ span: Span) {
    self.slot = slot
    self.value = value
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    let result = try value.evaluate(frame)
    if let slot { frame[slot] = result }
    return .none
  }
}

/// Where destructured values go: `a, b = pair`, `for a, b in pairs`.
struct Pattern: Sendable {
  /// Slots in order; nil for `_`.
  let slots: [Int?]
  let span: Span

  /// Binds one value to one name, or the elements of a list to several.
  @inline(__always) func bind(_ value: Value, _ frame: Frame, at node: Node) throws {
    if slots.count == 1 {
      if let slot = slots[0] { frame[slot] = value }
    } else {
      try destructure(value, frame, at: node)
    }
  }

  private func destructure(_ value: Value, _ frame: Frame, at node: Node) throws {
    let elements = try node.located(frame, at: node.span) { try frame.machine.elements(of: value) }
    guard elements.count == slots.count else {
      throw node.failure(
        frame, "expected \(slots.count) values, found \(elements.count)",
        hint: "one for each name on the left")
    }
    for (slot, element) in zip(slots, elements) { if let slot { frame[slot] = element } }
  }
}

final class DestructuringNode: Node, @unchecked Sendable {
  let pattern: Pattern
  let value: Node

  init(_ pattern: Pattern, value: Node, _ span: Span) {
    self.pattern = pattern
    self.value = value
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    try pattern.bind(try value.evaluate(frame), frame, at: value)
    return .none
  }
}

final class BlockNode: Node, @unchecked Sendable {
  let statements: [Node]

  init(_ statements: [Node], _ span: Span) {
    self.statements = statements
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    var result = Value.none
    for statement in statements { result = try statement.evaluate(frame) }
    return result
  }
}

final class LoopNode: Node, @unchecked Sendable {
  let pattern: Pattern
  let sequence: Node
  let body: Node

  init(_ pattern: Pattern, in sequence: Node, body: Node, _ span: Span) {
    self.pattern = pattern
    self.sequence = sequence
    self.body = body
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    let value = try sequence.evaluate(frame)
    try frame.machine.loop(over: value, at: sequence, frame) { element in
      try pattern.bind(element, frame, at: sequence)
      _ = try body.evaluate(frame)
    }
    return .none
  }
}

final class ConditionalNode: Node, @unchecked Sendable {
  let clauses: [(condition: Node, body: Node)]
  let otherwise: Node?
  private let first: Node
  private let firstBody: Node

  init(_ clauses: [(condition: Node, body: Node)], otherwise: Node?, _ span: Span) {
    self.clauses = clauses
    self.otherwise = otherwise
    self.first = clauses.first?.condition ?? Node(span)
    self.firstBody = clauses.first?.body ?? Node(span)
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    if clauses.count == 1 {
      // Without a walk over the list: most have one condition.
      if try first.condition(frame) { return try firstBody.evaluate(frame) }
      return try otherwise?.evaluate(frame) ?? .none
    }
    for (condition, body) in clauses where try condition.condition(frame) { return try body.evaluate(frame) }
    return try otherwise?.evaluate(frame) ?? .none
  }
}

extension Node {
  /// The value as a condition, which must be a bool.
  final func condition(_ frame: Frame) throws -> Bool {
    let value = try evaluate(frame)
    if case .bool(let bool) = value { return bool }
    let (message, hint) = TypeMessage.condition(value.typeName)
    throw failure(frame, message, hint: hint)
  }
}

final class ListNode: Node, @unchecked Sendable {
  let elements: [Node]

  init(_ elements: [Node], _ span: Span) {
    self.elements = elements
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    var values: [Value] = []
    values.reserveCapacity(elements.count)
    for element in elements { values.append(try element.evaluate(frame)) }
    return try located(frame) { try Nesting.checked(.list(values)) }
  }
}

final class RecordNode: Node, @unchecked Sendable {
  let fields: [(name: String, value: Node)]

  init(_ fields: [(name: String, value: Node)], _ span: Span) {
    self.fields = fields
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    var record = Record()
    for (name, value) in fields { record[name] = try value.evaluate(frame) }
    return try located(frame) { try Nesting.checked(.record(record)) }
  }
}

final class ComprehensionNode: Node, @unchecked Sendable {
  enum Clause {
    case each(Pattern, Node)
    case condition(Node)
  }

  let element: Node
  let clauses: [Clause]

  init(_ element: Node, _ clauses: [Clause], _ span: Span) {
    self.element = element
    self.clauses = clauses
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    var values: [Value] = []
    try visit(frame, clauses[...], &values)
    return try located(frame) { try Nesting.checked(.list(values)) }
  }

  private func visit(_ frame: Frame, _ rest: ArraySlice<Clause>, _ values: inout [Value]) throws {
    guard let first = rest.first else {
      values.append(try element.evaluate(frame))
      if values.count > Limits.elements { try located(frame) { try Limits.checkCount(values.count) } }
      return
    }
    switch first {
    case .condition(let condition):
      if try condition.condition(frame) { try visit(frame, rest.dropFirst(), &values) }
    case .each(let pattern, let sequence):
      let value = try sequence.evaluate(frame)
      try frame.machine.loop(over: value, at: sequence, frame) { element in
        try pattern.bind(element, frame, at: sequence)
        try visit(frame, rest.dropFirst(), &values)
      }
    }
  }
}

final class StringNode: Node, @unchecked Sendable {
  enum Part {
    case text(String)
    case hole(Node, FormatSpecification?, written: String)
  }

  let parts: [Part]

  init(_ parts: [Part], _ span: Span) {
    self.parts = parts
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .hole(let node, let format, let written):
        let value = try node.evaluate(frame)
        result += try node.located(frame) {
          try format.map { try value.formatted($0, written: written) } ?? value.text
        }
      }
    }
    try located(frame) { try Limits.checkBytes(result.utf8.count) }
    return .string(result)
  }
}

/// Makes a closure of the outer values its code uses.
final class ClosureNode: Node, @unchecked Sendable {
  let code: Code
  /// Slots of this frame to copy from.
  let sources: [Int]

  init(_ code: Code, sources: [Int], _ span: Span) {
    self.code = code
    self.sources = sources
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    let captured = sources.map { frame[$0] }
    let depth = 1 + (captured.map(Nesting.depth).max() ?? 0)
    guard depth <= Nesting.limit else {
      throw failure(frame, "functions are nested more than \(Nesting.limit) deep")
    }
    return .function(Function(Closure(code, captured: captured, depth: depth)))
  }
}

/// `param size: int = 224`.
final class ParameterNode: Node, @unchecked Sendable {
  let name: String
  let slot: Int?
  let type: TypeSpec
  let defaultValue: Node?
  /// Whether the command line may set it: only in the script that is run.
  let isMain: Bool

  init(name: String, slot: Int?, type: TypeSpec, defaultValue: Node?, isMain: Bool, _ span: Span) {
    self.name = name
    self.slot = slot
    self.type = type
    self.defaultValue = defaultValue
    self.isMain = isMain
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    let value: Value
    var place = span
    if isMain, let given = frame.machine.parameters[name] {
      value = given
    } else if let defaultValue {
      value = try defaultValue.evaluate(frame)
      place = defaultValue.span
    } else {
      throw failure(frame, "the parameter `\(name)` has no default", hint: "give it: `\(name)=…`")
    }
    guard type.accepts(value) else {
      throw failure(
        frame, "the parameter `\(name)` takes \(type.phrase), found \(type.found(value))", at: place)
    }
    if let slot { frame[slot] = value }
    return .none
  }
}

/// `import`: the record of a module that ran before.
final class ImportNode: Node, @unchecked Sendable {
  let path: String
  let slot: Int?

  init(path: String, slot: Int?, _ span: Span) {
    self.path = path
    self.slot = slot
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    if let slot { frame[slot] = frame.machine.modules[path] ?? .none }
    return .none
  }
}
