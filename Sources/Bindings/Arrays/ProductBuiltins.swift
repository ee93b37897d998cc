import Interpreter
import Tensors

/// Products of tensors and what takes a matrix apart.
let productBuiltins: [Builtin] = [
  arrayBuiltin(
    "dot", pair("a vector"), gives: ArraySignature.numberOrTensor,
    "The sum of the products of two vectors' numbers",
    details: "In double. For matrices write `a @ b`.",
    errors: "Vectors of different lengths, or more axes than one. \(ArraySignature.ragged).",
    seeAlso: ["cosine", "einsum"],
    example: "print(dot([1, 2], [3, 4]))  # expect: 11"
  ) { arguments in
    let parts = try ["a", "b"].map { try arguments.numeric($0, for: "dot") }
    if case .numbers(let x) = parts[0], case .numbers(let y) = parts[1] {
      guard x.count == y.count else { throw ShapeError("dot", "lists of \(x.count) and \(y.count) numbers") }
      return .number(zip(x, y).reduce(0) { $0 + $1.0 * $1.1 })
    }
    return .number(try Tensor.dot(parts[0].tensor, parts[1].tensor))
  },
  arrayBuiltin(
    "cosine", pair("rows [n, embed], or one row [embed]"), gives: ArraySignature.numberOrTensor,
    "The cosine of the angle between rows, all pairs [n, m]",
    details:
      "Σ aᵢ bᵢ / (|a| |b|). One row on a side drops its axis; two rows give a number. Rows of zeros have cosine 0.",
    errors: "Rows of different lengths. \(ArraySignature.ragged).",
    seeAlso: ["dot", "normalize", "similarity"],
    example: "print(cosine([1, 0], [0, 2]))  # expect: 0"
  ) { arguments in
    let parts = try ["a", "b"].map { try arguments.numeric($0, for: "cosine") }
    let result = try Tensor.cosineSimilarity(parts[0].tensor, parts[1].tensor)
    return Value(result, names: parts[0].tensor.rank == 2 ? parts[0].names : parts[1].names)
  },
  arrayBuiltin(
    "einsum",
    [
      Builtin.Parameter(
        "equation", .string, "labels of each operand's axes, and of the result's: \"ij,jk->ik\""),
      Builtin.Parameter("operands", ArraySignature.array, "one tensor for each group of labels"),
    ], variadic: true, gives: ArraySignature.numberOrTensor,
    "Einstein summation: products summed over the labels that the result lacks",
    details:
      "Labels are single letters; a label twice in one operand is its diagonal. Without `->` the result has "
      + "the labels that occur once, in alphabetical order. Operands are contracted in pairs, from the left.",
    errors: """
      Labels that are no letters, do not fit the operands' axes, or have different extents in
      two of them; another number of operands.
      """,
    seeAlso: ["dot", "transpose"],
    example: "print(einsum(\"i,i\", [1, 2], [3, 4]))  # expect: 11"
  ) { arguments in
    let operands = try arguments.list("operands").map { try NumericArgument($0, operation: "einsum").tensor }
    return Value(try Einsum.evaluate(arguments.text("equation"), operands))
  },
  arrayBuiltin(
    "svd", [ArraySignature.values("a matrix [m, n], or a stack of them")], gives: .record,
    "The thin singular value decomposition A = U diag(s) Vᵀ",
    details:
      "A record of `u` [m, r], `s` [r] falling, and `vt` [r, n], r = min(m, n). The largest entry of each "
      + "column of u is positive. Computed in double. An error where values are not finite.",
    errors: "Fewer axes than two; values that are not finite; a matrix too large for LAPACK.",
    seeAlso: ["normalize", "einsum"],
    example: "print(svd(eye(2)).s[0])  # expect: 1"
  ) { arguments in
    let (u, s, vt) = try arguments.tensor("values", for: "svd").singularValueDecomposition()
    return .record(Record(["u": Value(u), "s": Value(s), "vt": Value(vt)]))
  },
]

private func pair(_ doc: String) -> [Builtin.Parameter] {
  [Builtin.Parameter("a", ArraySignature.array, doc), Builtin.Parameter("b", ArraySignature.array, doc)]
}
