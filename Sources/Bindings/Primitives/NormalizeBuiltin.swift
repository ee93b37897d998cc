import Interpreter
import Tensors

/// `normalize(t)`: rows of length 1.
let normalizeBuiltin = Builtin(
  "normalize", section: "tensors",
  [Builtin.Parameter("t", .engine("tensor"), "vectors along the last axis")],
  gives: .engine("tensor"),
  Builtin.Documentation(
    "Each vector along the last axis divided by its Euclidean length; zero vectors stay zero.",
    errors: "A tensor without axes: a single number.",
    seeAlso: ["norm", "cosine"],
    example: """
      print(norm(normalize(tensor([3, 4]))))  # expect: 1
      """)
) { arguments, _ in
  let traced = try Tracing.result(of: "normalize", arguments, parameters: ["t"]) { try normalized($0) }
  return try traced ?? normalized(arguments)
}

private func normalized(_ arguments: Arguments) throws -> Value {
  let value = try arguments.object("t", TensorValue.self, called: "a tensor")
  let t = value.tensor
  guard let width = t.shape.last else {
    throw ScriptError("`normalize` needs at least one axis", argument: "t")
  }
  let rows = try normalizedRows(t.reshaped([width == 0 ? 0 : t.count / width, width]))
  return .object(TensorValue(rows.reshaped(t.shape), names: value.names))
}
