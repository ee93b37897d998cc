import Interpreter
import Tensors

/// Functions that rearrange values without changing them.
let shapingBuiltins: [Builtin] = [
  arrayBuiltin(
    "reshape",
    [
      ArraySignature.values("a tensor or list"),
      Builtin.Parameter("shape", ArraySignature.shape, "new extents; one may be -1, which is inferred"),
    ], gives: .engine("tensor"), "The same values under another shape",
    details: "Row-major. An error where the counts differ.",
    errors: "A shape with another number of scalars, or with more than one -1.",
    seeAlso: ["transpose", "squeeze", "flatten"],
    example: "print(reshape([1, 2, 3, 4], [2, -1]).shape)  # expect: [2, 2]"
  ) { arguments in
    let tensor = try arguments.tensor("values", for: "reshape")
    return Value(try tensor.reshaping(to: try arguments.integers("shape") ?? []))
  },
  arrayBuiltin(
    "transpose",
    [
      ArraySignature.values("a tensor"),
      Builtin.Parameter(
        "axes", .union([.list(.int), .none]), default: Value.none, "the new order of axes; none reverses them"
      ),
    ], gives: .engine("tensor"), "Axes in another order", details: "`t.T` reverses them too.",
    errors: "Axes that do not name each axis of the tensor once.",
    seeAlso: ["reshape"],
    example: "print(transpose(zeros([2, 3, 4]), [2, 0, 1]).shape)  # expect: [4, 2, 3]"
  ) { arguments in
    let values = try arguments.numeric("values", for: "transpose")
    let axes = try arguments.integers("axes")
    // Where the first axis stays first, so do its names.
    let isFirstKept =
      axes.map { $0.first == 0 || $0.first == -values.tensor.rank } ?? (values.tensor.rank == 1)
    return Value(
      try values.tensor.permuted(axes), names: isFirstKept ? values.names : nil, isMask: values.isMask)
  },
  arrayBuiltin(
    "squeeze", [ArraySignature.values("a tensor")], options: [ArraySignature.optionalAxis],
    gives: ArraySignature.numberOrTensor, "Without axes of extent 1",
    details: "With `axis`, without that one; an error where its extent is not 1.",
    errors: "An axis that is not there, or whose extent is not 1.",
    seeAlso: ["reshape", "item"],
    example: "print(squeeze(zeros([1, 3, 1])).shape)  # expect: [3]"
  ) { arguments in
    let values = try arguments.numeric("values", for: "squeeze")
    return Value(
      try values.tensor.squeezed(axis: try arguments.integers("axis")?.first), names: values.names,
      isMask: values.isMask)
  },
  arrayBuiltin(
    "concat", [Builtin.Parameter("tensors", .list(.any), "tensors that differ along one axis at most")],
    options: [ArraySignature.axis(0)], gives: .engine("tensor"), "Tensors joined along an axis",
    details: "Names of rows are kept where all have them and the first axis is joined.",
    errors: "No tensors; tensors that differ along another axis too; an axis that is not there.",
    seeAlso: ["stack", "append"],
    example: "print(concat([zeros([1, 3]), ones([2, 3])]).shape)  # expect: [3, 3]"
  ) { arguments in
    let parts = try arguments.list("tensors").map { try NumericArgument($0, operation: "concat") }
    let axis = try arguments.integer("axis")
    let result = try Tensor.concatenated(parts.map(\.tensor), axis: axis)
    let names = parts.compactMap(\.names)
    let joinsRows = (axis == 0 || axis == -result.rank) && names.count == parts.count
    return Value(
      result, names: joinsRows ? names.flatMap { $0 } : nil, isMask: parts.allSatisfy(\.isMask))
  },
  arrayBuiltin(
    "stack", [Builtin.Parameter("tensors", .list(.any), "tensors of one shape, or numbers")],
    options: [ArraySignature.axis(0)], gives: .engine("tensor"), "Tensors joined along a new axis",
    errors: "No tensors; tensors of different shapes; an axis that is not there.",
    seeAlso: ["concat", "tensor"],
    example: "print(stack([zeros(3), ones(3)]).shape)  # expect: [2, 3]"
  ) { arguments in
    let parts = try arguments.list("tensors").map { try NumericArgument($0, operation: "stack") }
    return Value(
      try Tensor.stacked(parts.map(\.tensor), axis: try arguments.integer("axis")),
      isMask: !parts.isEmpty && parts.allSatisfy(\.isMask))
  },
]
