import Interpreter
import Tensors

/// The gradient of Einstein summation: for one operand it is again one, of the upstream gradient with the
/// other operands.
enum TracedEinsum {
  static let rule: TracedRules.Rule = { call in
    let equation = call.arguments.text("equation")
    let operands = try call.arguments.list("operands").map { try Operand($0, for: "einsum") }
    // Whatever is wrong with the equation is said here.
    let y = try Operand(
      call.value(replacing: [("operands", .list(operands.map(\.plain)))]), for: "einsum")
    let (inputs, output) = labels(equation)
    for (labels, operand) in zip(inputs, operands)
    where operand.isTraced && Set(labels).count < labels.count {
      throw ScriptError(
        "`einsum` has no gradient here for a label twice in one operand, as in \"\(equation)\"",
        argument: "equation")
    }
    var ways: [Operand.Way] = []
    for (index, operand) in operands.enumerated() {
      let others = operands.indices.filter { $0 != index }
      let known = Set(output).union(others.flatMap { inputs[$0] })
      let own = inputs[index]
      let wanted = own.filter(known.contains)
      let equation =
        ([output] + others.map { inputs[$0] }).map { String($0) }.joined(separator: ",") + "->"
        + String(wanted)
      let tensors = others.map { operands[$0].tensor }
      let shape = operand.tensor.shape
      let kept = zip(own, shape).map { known.contains($0) ? $1 : 1 }
      ways.append(
        .init(operand) { g in
          // Along labels that are only summed, every place has the same gradient.
          try Einsum.evaluate(equation, [g] + tensors).reshaped(kept).broadcast(to: shape)
        })
    }
    return Operand.step(y.tensor, names: nil, from: ways)
  }

  /// The labels of the operands and of the result of a correct equation.
  private static func labels(_ equation: String) -> (inputs: [[Character]], output: [Character]) {
    let text = equation.filter { $0 != " " }
    let sides = text.split(separator: "-", omittingEmptySubsequences: false)
    let inputs = sides[0].split(separator: ",", omittingEmptySubsequences: false).map { Array($0) }
    if sides.count > 1 { return (inputs, Array(sides[1].dropFirst())) }
    var uses: [Character: Int] = [:]
    for label in inputs.joined() { uses[label, default: 0] += 1 }
    return (inputs, uses.filter { $0.value == 1 }.map(\.key).sorted())
  }
}
