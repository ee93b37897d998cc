import Interpreter
import Tensors

/// A tensor, or a number as a tensor without axes, whose gradient is being recorded: what the function
/// given to `grad` computes with. Scripts see a tensor.
///
/// It is no `TensorRepresentable`: whatever takes those would use its numbers and lose the gradient.
struct TracedValue: EngineValue {
  /// The tape, and the step that made this.
  let tape: Tape
  let step: Int
  /// Its numbers.
  let tensor: Tensor
  /// Names of the rows, as of any tensor.
  let names: [String]?

  init(_ tensor: Tensor, names: [String]? = nil, step: Int, on tape: Tape) {
    self.tape = tape
    self.step = step
    self.tensor = tensor
    self.names = names?.count == tensor.shape.first ? names : nil
  }

  /// The error of what cannot keep a gradient.
  static func refusal(_ operation: String) -> ScriptError {
    ScriptError(
      "\(operation): what the function given to `grad` computes cannot be taken here, where its gradient "
        + "would be lost", hint: "`help(grad)` says which functions have one")
  }

  /// The same numbers without a gradient.
  var plain: Value { Value(tensor, names: names) }

  var typeName: String { "tensor" }

  /// A number as such; a tensor in short.
  var summary: String { plain.text }

  var fieldNames: [String] { ["shape", "rank", "count", "T", "names"] }

  func field(_ name: String) throws -> Value? {
    if name == "T" {
      return try inScriptTerms {
        let operand = Operand(self)
        return operand.step(try tensor.permuted(), names: nil) { try $0.permuted() }
      }
    }
    return try TensorValue(tensor, names: names).field(name)
  }

  /// As of any tensor; the gradient goes back to the places that were taken.
  func indexed(by indices: [IndexArgument]) throws -> Value? {
    for index in indices {
      if case .value(let value) = index, Tracing.isTraced(value) {
        throw ScriptError(
          "an index cannot be what has a gradient",
          hint: "`argmax`, `argsort` and comparisons give plain indices")
      }
    }
    return try Rearrangement.apply(to: Operand(self)) { value in
      guard let result = try TensorValue(value.tensor, names: value.names).indexed(by: indices) else {
        throw ScriptError("a tensor cannot be indexed like this")
      }
      return result
    }
  }

  /// Parts along the first axis, each with its gradient.
  func elements() throws -> [Value]? {
    guard let extent = tensor.shape.first else { return nil }
    guard extent <= 100_000 else {
      throw ScriptError("a tensor of \(extent) elements is too large to visit one by one within `grad`")
    }
    return (0..<extent).map { index in
      let shape = tensor.shape
      let row = tensor.row(index)
      return Operand(self).step(row, names: nil) { upstream in
        let start = index * upstream.count
        return Tensor(shape) { out in
          out.update(repeating: 0)
          upstream.withUnsafeBuffer { source in for i in source.indices { out[start + i] = source[i] } }
        }
      }
    }
  }

  var length: Int? { tensor.shape.first }

  func isEqual(to other: any EngineValue) -> Bool {
    let own = TensorValue(tensor)
    if let other = other as? TracedValue { return own.isEqual(to: TensorValue(other.tensor)) }
    return own.isEqual(to: other)
  }
}
