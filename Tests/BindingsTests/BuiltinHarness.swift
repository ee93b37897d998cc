import Interpreter
import Testing

@testable import Bindings
@testable import Tensors

/// Calls builtins as the interpreter does: arguments by position and name, defaults filled in.
func call(_ name: String, _ positional: [Value], _ options: [String: Value] = [:]) throws -> Value {
  let builtin = try #require(arrayBuiltins.first { $0.name == name }, "no builtin \(name)")
  var values: [String: Value] = [:]
  var given: Set<String> = []
  for parameter in builtin.positional + builtin.options { values[parameter.name] = parameter.defaultValue }
  for (i, parameter) in builtin.positional.enumerated() where i < positional.count {
    let isRest = builtin.isVariadic && i == builtin.positional.count - 1
    values[parameter.name] = isRest ? .list(Array(positional[i...])) : positional[i]
    given.insert(parameter.name)
  }
  if builtin.isVariadic, let rest = builtin.positional.last, values[rest.name] == nil {
    values[rest.name] = .list([])
  }
  for (name, value) in options {
    try #require(builtin.options.contains { $0.name == name }, "no option \(name)")
    values[name] = value
    given.insert(name)
  }
  for parameter in builtin.positional + builtin.options {
    try #require(values[parameter.name] != nil, "\(parameter.name) is missing")
  }
  return try builtin(Arguments(values, given: given), context: QuietContext())
}

/// A context for bodies that only compute.
final class QuietContext: CallContext {
  func call(_ function: Function, _ arguments: [Value]) throws -> Value { throw ScriptError("no calls here") }
  func printLine(_ text: String) {}
  func warn(_ message: String) {}
  func readPath(_ path: String) throws -> String { throw ScriptError("no files here") }
  func writePath(_ path: String) throws -> String { throw ScriptError("no files here") }
  func checkInterruption() throws {}
}

/// The message of the `ScriptError` that `body` throws.
func message(_ body: () throws -> Any?) -> String? {
  #expect(throws: ScriptError.self) { try body() }?.message
}

func numbers(_ values: Double...) -> Value { .list(values.map(Value.number)) }

func tensor(_ shape: [Int], _ scalars: [Float], names: [String]? = nil) -> Value {
  .object(TensorValue(Tensor(shape, scalars), names: names))
}

extension Value {
  /// As scripts would write it: `[1, 2]`, `tensor [2]: 1 2`.
  var shown: String {
    switch self {
    case .none: "none"
    case .bool(let value): "\(value)"
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
    case .string(let text): "\"\(text)\""
    case .list(let values): "[" + values.map(\.shown).joined(separator: ", ") + "]"
    case .record(let record):
      "{" + record.names.map { "\($0): \(record[$0]?.shown ?? "")" }.joined(separator: ", ") + "}"
    case .function(let function): function.name
    case .object(let object as TensorValue):
      (object.isMask ? "mask " : "tensor ") + describe(shape: object.tensor.shape) + ": "
        + object.tensor.scalars.map { Value.number(Double($0)).shown }.joined(separator: " ")
    case .object(let object): object.summary
    }
  }

  var asTensor: TensorValue? {
    if case .object(let object) = self { object as? TensorValue } else { nil }
  }
}
