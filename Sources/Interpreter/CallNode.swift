import Syntax

/// `f(a, k: 1)` and `x |> f(a, k: 1)`.
final class CallNode: Node, @unchecked Sendable {
  let callee: Node
  let positional: [Node]
  let options: [(label: Label, value: Node)]

  init(_ callee: Node, _ positional: [Node], _ options: [(label: Label, value: Node)], _ span: Span) {
    self.callee = callee
    self.positional = positional
    self.options = options
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    let target = try callee.evaluate(frame)
    guard case .function(let function) = target else {
      throw failure(frame, "\(TypeMessage.article(target.typeName)) cannot be called", at: callee.span)
    }
    var values: [Value] = []
    values.reserveCapacity(positional.count)
    for node in positional { values.append(try node.evaluate(frame)) }
    var named: [(String, Value)] = []
    for (label, node) in options { named.append((label.text, try node.evaluate(frame))) }
    do {
      return try frame.machine.call(function, values, named, file: frame.code.file, span: span)
    } catch let fault as CallFault {
      throw failure(frame, fault.message, hint: fault.hint, at: place(of: fault.subject))
    } catch let error as ScriptError {
      throw RuntimeFailure(
        diagnostic: Diagnostic(
          error.message, file: frame.code.file, span: place(of: error.argument, in: function),
          hint: error.hint),
        kind: error.kind)
    } catch let failure as RuntimeFailure {
      throw failure.asSeen(from: frame.code.file, span)
    } catch let interruption as Interruption {
      throw interruption
    } catch let done as DutyDone {
      throw done
    } catch {
      // An error of the engine that its primitive did not put in the script's terms, or its own way
      // of saying that the user interrupted.
      try frame.machine.checkInterruption()
      throw failure(frame, "\(error)", at: span)
    }
  }

  private func place(of subject: Signature.Problem.Subject) -> Span {
    switch subject {
    case .callee: callee.span
    case .positional(let index): index < positional.count ? positional[index].span : span
    case .option(let index): index < options.count ? options[index].value.span : span
    }
  }

  /// What to underline for an error about a parameter; the whole call where it is about none.
  private func place(of parameter: String?, in function: Function) -> Span {
    guard let parameter else { return span }
    if let option = options.first(where: { $0.label.text == parameter }) { return option.value.span }
    let signature = function.signature
    if let index = signature.positional.firstIndex(where: { $0.name == parameter }), index < positional.count
    {
      let isRest = signature.isVariadic && index == signature.positional.count - 1
      return isRest
        ? positional[index].span.joined(positional[positional.count - 1].span) : positional[index].span
    }
    return callee.span
  }
}
