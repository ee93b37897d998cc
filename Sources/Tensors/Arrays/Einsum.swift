/// Einstein summation over labelled axes, as NumPy's `einsum`: `"ij,jk->ik"`. Each label is one
/// letter; labels missing from the output are summed over; without `->` the output has the labels
/// that occur once, in alphabetical order.
///
/// Operands are contracted two at a time, from the left, and each pair is one matrix product:
/// shared labels that are still needed index a stack of matrices, the other shared ones are summed.
public enum Einsum {
  /// Evaluates `equation`. Throws `ShapeError` for a malformed equation, a label with two extents,
  /// or intermediate results that are too large.
  public static func evaluate(_ equation: String, _ operands: [Tensor]) throws -> Tensor {
    let parsed = try parse(equation, operands)
    var terms = try zip(parsed.inputs, operands).map { try diagonal(Term(labels: $0, tensor: $1), equation) }
    var extents: [Character: Int] = [:]
    for term in terms {
      for (label, extent) in zip(term.labels, term.tensor.shape) {
        if let known = extents[label], known != extent {
          throw failure(equation, "`\(label)` is \(known) in one operand and \(extent) in another")
        }
        extents[label] = extent
      }
    }
    var result = terms.removeFirst()
    while !terms.isEmpty {
      let next = terms.removeFirst()
      let needed = Set(parsed.output).union(terms.flatMap(\.labels))
      result = try contract(result, next, keeping: needed, equation)
    }
    result = try sum(result, keeping: Set(parsed.output))
    return try arrange(result, parsed.output).tensor
  }

  private struct Term {
    var labels: [Character]
    var tensor: Tensor
  }

  private static func failure(_ equation: String, _ detail: String) -> ShapeError {
    ShapeError("einsum", "\"\(equation)\": \(detail)")
  }

  // MARK: - The equation

  private static func parse(
    _ equation: String, _ operands: [Tensor]
  ) throws -> (inputs: [[Character]], output: [Character]) {
    guard equation.utf8.count <= 1024 else { throw failure("…", "the equation is too long") }
    let text = equation.filter { $0 != " " }
    var left = text[...]
    var right: Substring?
    if let dash = text.firstIndex(of: "-") {
      let next = text.index(after: dash)
      guard next < text.endIndex, text[next] == ">" else {
        throw failure(equation, "`-` must be part of `->`")
      }
      left = text[..<dash]
      right = text[text.index(after: next)...]
    }
    let inputs = left.split(separator: ",", omittingEmptySubsequences: false).map { Array($0) }
    for label in inputs.joined() + Array(right ?? "") where !(label.isASCII && label.isLetter) {
      throw failure(equation, "`\(label)` is not a label; labels are single letters")
    }
    guard inputs.count == operands.count else {
      throw failure(equation, "names \(inputs.count) operands; \(operands.count) are given")
    }
    for (number, (labels, operand)) in zip(inputs, operands).enumerated()
    where labels.count != operand.rank {
      throw failure(
        equation, "operand \(number) has \(labels.count) labels for shape \(describe(shape: operand.shape))")
    }
    var uses: [Character: Int] = [:]
    for label in inputs.joined() { uses[label, default: 0] += 1 }
    let output = right.map(Array.init) ?? uses.filter { $0.value == 1 }.map(\.key).sorted()
    for (place, label) in output.enumerated() {
      guard uses[label] != nil else { throw failure(equation, "`\(label)` is in no operand") }
      guard !output[..<place].contains(label) else {
        throw failure(equation, "`\(label)` is twice in the output")
      }
    }
    return (inputs, output)
  }

  // MARK: - Terms

  /// A label twice in one operand selects its diagonal.
  private static func diagonal(_ term: Term, _ equation: String) throws -> Term {
    guard Set(term.labels).count < term.labels.count else { return term }
    let whole = StridedView(term.tensor.shape)
    var labels: [Character] = []
    var view = StridedView(shape: [], strides: [], offset: 0)
    for (axis, label) in term.labels.enumerated() {
      if let place = labels.firstIndex(of: label) {
        guard view.shape[place] == whole.shape[axis] else {
          throw failure(
            equation, "`\(label)` is \(view.shape[place]) and \(whole.shape[axis]) in one operand")
        }
        view.strides[place] += whole.strides[axis]
      } else {
        labels.append(label)
        view.shape.append(whole.shape[axis])
        view.strides.append(whole.strides[axis])
      }
    }
    return Term(labels: labels, tensor: term.tensor.materialized(view))
  }

  /// Sums over the labels that nobody needs.
  private static func sum(_ term: Term, keeping needed: Set<Character>) throws -> Term {
    let axes = term.labels.indices.filter { !needed.contains(term.labels[$0]) }
    if axes.isEmpty { return term }
    return Term(
      labels: term.labels.filter(needed.contains), tensor: try term.tensor.reduced(.sum, axes: axes))
  }

  /// The axes in the order of `labels`.
  private static func arrange(_ term: Term, _ labels: [Character]) throws -> Term {
    let order = labels.compactMap { term.labels.firstIndex(of: $0) }
    return Term(labels: labels, tensor: try term.tensor.permuted(order))
  }

  private static func contract(
    _ a: Term, _ b: Term, keeping needed: Set<Character>, _ equation: String
  ) throws -> Term {
    let shared = Set(a.labels).intersection(b.labels)
    // Labels of one operand alone that nobody needs are summed before the product.
    let a = try sum(a, keeping: needed.union(shared))
    let b = try sum(b, keeping: needed.union(shared))
    let stack = a.labels.filter { shared.contains($0) && needed.contains($0) }
    let summed = a.labels.filter { shared.contains($0) && !needed.contains($0) }
    let rows = a.labels.filter { !shared.contains($0) }
    let columns = b.labels.filter { !shared.contains($0) }
    let left = try arrange(a, stack + rows + summed).tensor
    let right = try arrange(b, stack + summed + columns).tensor
    let stackShape = Array(left.shape[..<stack.count])
    let rowShape = Array(left.shape[stack.count..<(stack.count + rows.count)])
    let columnShape = Array(right.shape[(stack.count + summed.count)...])
    let shape = stackShape + rowShape + columnShape
    try ArrayLimits.count(of: shape, for: "einsum")
    let s = stackShape.reduce(1, *)
    let m = rowShape.reduce(1, *)
    let n = columnShape.reduce(1, *)
    let k = left.shape[(stack.count + rows.count)...].reduce(1, *)
    let x = left.reshaped([s, m, k])
    let y = right.reshaped([s, k, n])
    let product =
      k == 1 ? try Tensor.elementwise(.multiply, x, y) : try Tensor.matrixProduct(x, y, for: "einsum")
    return Term(labels: stack + rows + columns, tensor: product.reshaped(shape))
  }
}
