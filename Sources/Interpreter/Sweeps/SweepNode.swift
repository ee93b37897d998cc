import Syntax

/// `sweep a in A, b in B { … }`.
final class SweepNode: Node, @unchecked Sendable {
  let names: [String]
  let values: [Node]
  /// The body, as a function of the variables.
  let code: Code
  /// Slots of this frame to copy from.
  let sources: [Int]

  init(_ names: [String], _ values: [Node], _ code: Code, sources: [Int], _ span: Span) {
    self.names = names
    self.values = values
    self.code = code
    self.sources = sources
    super.init(span)
  }

  /// The word `sweep`: what messages about the whole of it underline.
  var word: Span { Span(span.start, min(span.end, span.start + 5)) }

  override func evaluate(_ frame: Frame) throws -> Value {
    var choices: [[Value]] = []
    var count = 1
    for node in values {
      let value = try node.evaluate(frame)
      let elements = try node.located(frame) { try frame.machine.elements(of: value) }
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: elements.count)
      guard !isTooLarge, product <= Limits.elements else {
        throw failure(
          frame, "a sweep over this many combinations is too large", hint: "at most \(Limits.elements)",
          at: word)
      }
      count = product
      choices.append(elements)
    }
    let captured = sources.map { frame[$0] }
    let depth = 1 + (captured.map(Nesting.depth).max() ?? 0)
    guard depth <= Nesting.limit else {
      throw failure(frame, "functions are nested more than \(Nesting.limit) deep", at: word)
    }
    let closure = Closure(code, captured: captured, depth: depth)
    let sweep = SweepRun(self, closure, choices, count: count, frame.machine)
    let table = try located(frame, at: word) { try sweep.run() }
    return table.made(by: { noun in
      let variables = zip(names, choices).map { (name: $0, values: Origin.Part(.list($1))) }
      return Origin(.sweep(variables, code, captured: closure.capturedParts), noun: noun)
    })
  }
}
