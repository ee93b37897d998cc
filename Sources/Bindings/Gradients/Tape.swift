import Interpreter
import Synchronization
import Tensors

/// What was computed from a forward pass, step by step in order, so that the gradient of the last number
/// can be followed back to where it began.
///
/// A step knows its inputs by their numbers and how a gradient with respect to its result becomes one with
/// respect to each of them. Inputs come before what is made of them, so that going through the steps
/// backwards visits each once, with all that reaches it added up.
final class Tape: Sendable {
  /// From ∂s/∂(a step's result) to ∂s/∂(one of its inputs), of that input's shape.
  typealias Pullback = @Sendable (_ upstream: Tensor) throws -> Tensor

  private struct Step {
    let inputs: [(step: Int, pullback: Pullback)]
  }

  private let steps = Mutex<[Step]>([])

  /// The tape that a function given to `grad` is recorded on; nil outside of one. Values that have a
  /// gradient exist only there, so that nothing else pays for looking for them.
  @TaskLocal static var current: Tape?

  /// An empty tape.
  init() {}

  /// Where a computation begins: the number of a step without inputs.
  func begin() -> Int { add([]) }

  /// Notes a step and gives its number.
  func add(_ inputs: [(step: Int, pullback: Pullback)]) -> Int {
    steps.withLock {
      $0.append(Step(inputs: inputs))
      return $0.count - 1
    }
  }

  /// The gradients of a step's number with respect to where computations began, by their numbers.
  ///
  /// - Parameter shape: the shape of the step's result, which holds one number
  func gradients(of last: Int, shape: [Int]) throws -> [Int: Tensor] {
    let steps = steps.withLock { $0 }
    var gradients: [Int: Tensor] = [last: Tensor(shape, repeating: 1)]
    var found: [Int: Tensor] = [:]
    for number in stride(from: last, through: 0, by: -1) {
      guard let upstream = gradients.removeValue(forKey: number) else { continue }
      try Tensors.Interruption.check()
      if steps[number].inputs.isEmpty { found[number] = upstream }
      for input in steps[number].inputs {
        let gradient = try input.pullback(upstream)
        gradients[input.step] =
          try gradients[input.step].map { try Tensor.elementwise(.add, $0, gradient) } ?? gradient
      }
    }
    return found
  }
}
