import Interpreter
import Tensors

/// Tensors from lists, from nothing, and at random; and what a tensor is.
let creationBuiltins: [Builtin] = [
  arrayBuiltin(
    "tensor", [ArraySignature.values("numbers, or lists of equally long lists, or tensors of one shape")],
    gives: .engine("tensor"), "A tensor of the numbers in a list",
    details:
      "Nested lists give one axis a level. Scalars are float32. A list of bools gives a mask of 0 and 1.",
    errors: "\(ArraySignature.ragged); more scalars than this machine can hold.",
    seeAlso: ["zeros", "stack", "shape"],
    example: "print(tensor([[1, 2, 3], [4, 5, 6]]).shape)  # expect: [2, 3]"
  ) { arguments in
    if case .list(let values) = arguments["values"] {
      let tensor = try ListConversion.tensor(values, operation: "tensor")
      return .object(TensorValue(tensor, isMask: ListConversion.startsWithBool(values)))
    }
    let argument = try arguments.numeric("values", for: "tensor")
    if case .array(let value) = argument { return .object(value) }
    return .object(TensorValue(argument.tensor))
  },
  filled("zeros", 0, "A tensor of zeros", seeAlso: ["ones", "full", "tensor"]),
  filled("ones", 1, "A tensor of ones", seeAlso: ["zeros", "full", "tensor"]),
  arrayBuiltin(
    "full",
    [
      Builtin.Parameter("shape", ArraySignature.shape, "extents"),
      Builtin.Parameter("value", .number, "every scalar"),
    ],
    gives: .engine("tensor"), "A tensor in which every scalar is one value",
    errors: "A negative extent; more scalars than this machine can hold.",
    seeAlso: ["zeros", "ones"],
    example: "print(sum(full([2, 3], 0.5)))  # expect: 3"
  ) { arguments in
    .object(
      TensorValue(try .full(try arguments.integers("shape") ?? [], Float(try arguments.number("value")))))
  },
  arrayBuiltin(
    "eye", [Builtin.Parameter("size", .int, "rows and columns")], gives: .engine("tensor"),
    "The identity matrix [size, size]", errors: "A negative size; more scalars than this machine can hold.",
    seeAlso: ["full"],
    example: "print(sum(eye(3)))  # expect: 3"
  ) { arguments in .object(TensorValue(try .eye(try arguments.integer("size")))) },
  arrayBuiltin(
    "linspace",
    [
      Builtin.Parameter("start", .number, "the first number"),
      Builtin.Parameter("end", .number, "the last number"),
      Builtin.Parameter("count", .int, default: .number(50), "how many"),
    ], gives: .engine("tensor"), "Numbers at equal distances, both ends included",
    errors: "A negative count; more scalars than this machine can hold.",
    seeAlso: ["range"],
    example: "print(linspace(0, 1, 5)[1])  # expect: 0.25"
  ) { arguments in
    .object(
      TensorValue(
        try .linspace(
          try arguments.number("start"), try arguments.number("end"), count: try arguments.integer("count"))))
  },
  arrayBuiltin(
    "normal", [Builtin.Parameter("shape", ArraySignature.shape, "extents")],
    options: [
      ArraySignature.seed, Builtin.Parameter("mean", .number, default: .number(0), "the mean"),
      Builtin.Parameter("std", .number, default: .number(1), "the standard deviation"),
    ], gives: .engine("tensor"), "Normally distributed random numbers",
    details: "xoshiro256++ (Blackman and Vigna 2021) seeded by SplitMix64, and Marsaglia's polar method: "
      + "the same numbers on every machine.",
    errors: "A negative extent; more scalars than this machine can hold.",
    seeAlso: ["uniform", "permutation"],
    example: "print(normal([2, 3], seed: 1).shape)  # expect: [2, 3]"
  ) { arguments in
    .object(
      TensorValue(
        try .normal(
          try arguments.integers("shape") ?? [],
          seed: UInt64(bitPattern: Int64(try arguments.integer("seed"))),
          mean: try arguments.number("mean"), std: try arguments.number("std"))))
  },
  arrayBuiltin(
    "uniform", [Builtin.Parameter("shape", ArraySignature.shape, "extents")],
    options: [
      ArraySignature.seed, Builtin.Parameter("low", .number, default: .number(0), "the least value"),
      Builtin.Parameter("high", .number, default: .number(1), "the bound that is not reached"),
    ], gives: .engine("tensor"), "Evenly distributed random numbers",
    details:
      "xoshiro256++ (Blackman and Vigna 2021) seeded by SplitMix64: the same numbers on every machine.",
    errors: "A negative extent; more scalars than this machine can hold.",
    seeAlso: ["normal", "permutation"],
    example: "print(max(uniform(100, low: 2, high: 3)) < 3)  # expect: true"
  ) { arguments in
    .object(
      TensorValue(
        try .uniform(
          try arguments.integers("shape") ?? [],
          seed: UInt64(bitPattern: Int64(try arguments.integer("seed"))),
          low: try arguments.number("low"), high: try arguments.number("high"))))
  },
  arrayBuiltin(
    "permutation", [Builtin.Parameter("count", .int, "how many")], options: [ArraySignature.seed],
    gives: .engine("tensor"), "The numbers from 0 up to a count, in random order",
    details:
      "Fisher–Yates with xoshiro256++: the same order on every machine. Use it as an index to shuffle rows.",
    errors: "A negative count; more scalars than this machine can hold.",
    seeAlso: ["uniform", "argsort"],
    example: "print(sum(permutation(4)))  # expect: 6"
  ) { arguments in
    .object(
      TensorValue(
        try .permutation(
          try arguments.integer("count"), seed: UInt64(bitPattern: Int64(try arguments.integer("seed"))))))
  },
  arrayBuiltin(
    "shape", [ArraySignature.values()], gives: .list(.int), "The extent of each axis",
    errors: "\(ArraySignature.ragged).",
    seeAlso: ["len", "reshape"],
    example: "print(shape(zeros([2, 3])))  # expect: [2, 3]"
  ) { arguments in
    .list(try arguments.tensor("values", for: "shape").shape.map { .number(Double($0)) })
  },
  arrayBuiltin(
    "item", [ArraySignature.values("a tensor or list of one number")],
    gives: ArraySignature.numberOrTensor,
    "The one number in a tensor", details: "An error where there is more than one.",
    errors: "More numbers than one, or none.",
    seeAlso: ["squeeze"],
    example: "print(item(tensor([[7]])))  # expect: 7"
  ) { arguments in
    switch try arguments.numeric("values", for: "item") {
    case .number(let number): return .number(number)
    case .numbers(let list) where list.count == 1: return .number(list[0])
    case .array(let value) where value.tensor.count == 1: return .number(Double(value.tensor.scalars[0]))
    case .numbers(let list): throw ShapeError("item", "needs one number, found a list of \(list.count)")
    case .array(let value):
      throw ShapeError("item", "needs one number, found shape \(describe(shape: value.tensor.shape))")
    }
  },
]

private func filled(_ name: String, _ value: Float, _ summary: String, seeAlso: [String]) -> Builtin {
  arrayBuiltin(
    name, [Builtin.Parameter("shape", ArraySignature.shape, "extents: a number or a list")],
    gives: .engine("tensor"), summary,
    errors: "A negative extent; more scalars than this machine can hold.", seeAlso: seeAlso,
    example: "print(sum(\(name)([2, 3])))  # expect: \(Int(value) * 6)"
  ) { arguments in .object(TensorValue(try .full(try arguments.integers("shape") ?? [], value, for: name))) }
}
