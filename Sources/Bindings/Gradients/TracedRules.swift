import Glibc
import Interpreter
import Tensors

/// How gradients go back through the tensor functions. Values come from the functions themselves, so that
/// they are the same with and without a gradient.
enum TracedRules {
  typealias Rule = @Sendable (TracedCall) throws -> Value

  /// By name of the function.
  static let all: [String: Rule] = [
    "abs": elementwise { x, _ in x > 0 ? 1 : (x < 0 ? -1 : 0) },
    "exp": elementwise { _, y in y },
    "log": elementwise { x, _ in 1 / x },
    "sqrt": elementwise { _, y in 1 / (2 * y) },
    "clamp": clamp,
    "where": select,
    "sum": reduction { g, _, _, _ in g },
    "mean": reduction { g, x, _, kept in
      let share = Float(kept.reduce(1, *)) / Float(max(x.count, 1))
      return TapeArithmetic.map(g) { $0 * share }
    },
    "norm": reduction { g, x, y, _ in
      try TapeArithmetic.zip(g, TapeArithmetic.zip(x, y) { $1 == 0 ? 0 : $0 / $1 }, *)
    },
    "logsumexp": reduction { g, x, y, _ in
      try TapeArithmetic.zip(g, TapeArithmetic.zip(x, y) { Float(exp(Double($0) - Double($1))) }, *)
    },
    "std": deviation,
    "max": extreme(.maximum),
    "min": extreme(.minimum),
    "softmax": softmax,
    "cumsum": cumulativeSum,
    "normalize": { call in
      let x = try call.operand("t")
      let y = try call.result([("t", x)])
      return x.step(y.tensor, names: y.names) { try TapeArithmetic.normalized($0, input: x.tensor) }
    },
    "dot": dot,
    "cosine": cosine,
    "einsum": TracedEinsum.rule,
    "reshape": rearranging,
    "transpose": rearranging,
    "squeeze": rearranging,
    "item": rearranging,
    "tensor": { call in
      let x = try call.operand("values")
      return x.step(x.tensor, names: x.names) { $0 }
    },
    "concat": joining,
    "stack": joining,
  ]

  /// Functions whose results have no gradient anywhere they are continuous: they give plain values.
  static let constants: Set<String> = ["shape", "argmax", "argmin", "argsort", "equal", "allclose"]

  // MARK: Element by element

  /// - Parameter slope: the derivative, from argument and result
  private static func elementwise(_ slope: @escaping @Sendable (Float, Float) -> Float) -> Rule {
    { call in
      let x = try call.operand("values")
      let y = try call.result([("values", x)])
      return x.step(y.tensor, names: y.names) { g in
        // Where nothing comes in, nothing goes on, even through an infinite slope.
        try TapeArithmetic.zip(g, TapeArithmetic.zip(x.tensor, y.tensor, slope)) { $0 == 0 ? 0 : $0 * $1 }
      }
    }
  }

  private static let clamp: Rule = { call in
    let x = try call.operand("values")
    let y = try call.result([("values", x)])
    return x.step(y.tensor, names: y.names) { g in
      try TapeArithmetic.multiply(g, TapeArithmetic.zip(x.tensor, y.tensor) { $0 == $1 ? 1 : 0 })
    }
  }

  private static let select: Rule = { call in
    let condition = try Operand(Tracing.detached(call.arguments["condition"]), for: call.name)
    let (a, b) = (try call.operand("a"), try call.operand("b"))
    let y = try call.result([("condition", condition), ("a", a), ("b", b)])
    let zero = Tensor([], repeating: 0)
    return Operand.step(
      y.tensor, names: y.names,
      from: [
        .init(a) { try TapeArithmetic.sum(.select(condition.tensor, $0, zero), to: a.tensor.shape) },
        .init(b) { try TapeArithmetic.sum(.select(condition.tensor, zero, $0), to: b.tensor.shape) },
      ])
  }

  // MARK: Reductions

  /// - Parameter pullback: from the upstream gradient and the result, both repeated to the argument's shape
  private static func reduction(
    _ pullback:
      @escaping @Sendable (_ g: Tensor, _ x: Tensor, _ y: Tensor, _ kept: [Int]) throws -> Tensor
  ) -> Rule {
    { call in try reduce(call, try call.operand("values"), pullback) }
  }

  private static func reduce(
    _ call: TracedCall, _ x: Operand, isRest: Bool = false,
    _ pullback:
      @escaping @Sendable (_ g: Tensor, _ x: Tensor, _ y: Tensor, _ kept: [Int]) throws -> Tensor
  ) throws -> Value {
    let plain = isRest ? Value.list([x.plain]) : x.plain
    let y = try Operand(call.value(replacing: [("values", plain)]), for: call.name)
    let shape = x.tensor.shape
    let kept = TapeArithmetic.kept(shape, axes: try call.arguments.integers("axis"))
    return x.step(y.tensor, names: y.names) { g in
      try pullback(
        g.reshaped(kept).broadcast(to: shape), x.tensor, y.tensor.reshaped(kept).broadcast(to: shape), kept)
    }
  }

  /// ∂std/∂x = (x − mean) / (divisor · std).
  private static let deviation: Rule = { call in
    let correction = try call.arguments.number("correction")
    let axes = try call.arguments.integers("axis")
    return try reduce(call, try call.operand("values")) { g, x, y, kept in
      let mean = try x.reduced(.mean, axes: axes, keepAxes: true)
      let count = Double(x.count) / Double(max(1, kept.reduce(1, *)))
      let deviation = try Tensor.elementwise(.subtract, x, mean)
      let slope = try TapeArithmetic.zip(deviation, y) {
        $1 == 0 ? 0 : Float(Double($0) / ((count - correction) * Double($1)))
      }
      return try TapeArithmetic.multiply(g, slope)
    }
  }

  /// Of one argument along axes, of several element by element; equals share the gradient.
  private static func extreme(_ operation: ElementwiseOperation) -> Rule {
    { call in
      let values = call.arguments.list("values")
      if values.count == 1 {
        let axes = try call.arguments.integers("axis")
        return try reduce(call, try Operand(values[0], for: call.name), isRest: true) { g, x, y, _ in
          let mask = try TapeArithmetic.zip(x, y) { $0 == $1 ? 1 : 0 }
          let count = try mask.reduced(.sum, axes: axes, keepAxes: true)
          return try TapeArithmetic.multiply(g, .elementwise(.divide, mask, count))
        }
      }
      let operands = try values.map { try Operand($0, for: call.name) }
      let y = try Operand(call.value(replacing: [("values", .list(operands.map(\.plain)))]), for: call.name)
      let masks = try operands.map { try Tensor.elementwise(.equal, $0.tensor, y.tensor) }
      let count = try masks.dropFirst().reduce(masks[0]) { try .elementwise(.add, $0, $1) }
      return Operand.step(
        y.tensor, names: y.names,
        from: zip(operands, masks).map { operand, mask in
          Operand.Way(operand) { g in
            let share = try Tensor.elementwise(.divide, mask, count)
            return try TapeArithmetic.sum(TapeArithmetic.multiply(g, share), to: operand.tensor.shape)
          }
        })
    }
  }

  /// ∂/∂x = y (g − Σ g y).
  private static let softmax: Rule = { call in
    let x = try call.operand("values")
    let y = try call.result([("values", x)])
    let axis = try call.arguments.integer("axis")
    if x.tensor.rank == 0 { return y.step(y.tensor, names: nil) { $0 } }
    return x.step(y.tensor, names: y.names) { g in
      let product = try TapeArithmetic.multiply(g, y.tensor)
      let sum = try product.reduced(.sum, axes: [axis], keepAxes: true)
      return try TapeArithmetic.multiply(y.tensor, .elementwise(.subtract, g, sum))
    }
  }

  /// Each value is in all sums from its own on.
  private static let cumulativeSum: Rule = { call in
    let x = try call.operand("values")
    let y = try call.result([("values", x)])
    let axis = try call.arguments.integers("axis")?.first ?? 0
    let isFlat = try call.arguments.integers("axis") == nil
    return x.step(y.tensor, names: y.names) { g in
      let gradient = isFlat ? g.flattened() : g
      let sums = try gradient.flipped(axis: axis).cumulativeSum(axis: axis).flipped(axis: axis)
      return sums.reshaped(x.tensor.shape)
    }
  }

  // MARK: Products

  private static let dot: Rule = { call in
    let (a, b) = (try call.operand("a"), try call.operand("b"))
    let y = try call.result([("a", a), ("b", b)])
    return Operand.step(
      y.tensor, names: nil,
      from: [
        .init(a) { try TapeArithmetic.multiply($0, b.tensor) },
        .init(b) { try TapeArithmetic.multiply($0, a.tensor) },
      ])
  }

  /// C = Â B̂ᵀ with rows of length 1.
  private static let cosine: Rule = { call in
    let (a, b) = (try call.operand("a"), try call.operand("b"))
    let y = try call.result([("a", a), ("b", b)])
    func rows(_ x: Tensor) -> Tensor { x.rank == 1 ? x.reshaped([1, x.count]) : x }
    let (x, z) = (rows(a.tensor), rows(b.tensor))
    let shape = [x.shape[0], z.shape[0]]
    return Operand.step(
      y.tensor, names: y.names,
      from: [
        .init(a) { g in
          let gradient = try Tensor.matrixProduct(g.reshaped(shape), z.normalized())
          return try TapeArithmetic.normalized(gradient, input: x).reshaped(a.tensor.shape)
        },
        .init(b) { g in
          let gradient = try Tensor.matrixProduct(g.reshaped(shape).permuted(), x.normalized())
          return try TapeArithmetic.normalized(gradient, input: z).reshaped(b.tensor.shape)
        },
      ])
  }

  // MARK: Shape

  private static let rearranging: Rule = { call in
    try Rearrangement.apply(to: try call.operand("values")) {
      try call.value(replacing: [("values", $0.plain)])
    }
  }

  /// `concat` and `stack`: each takes back its own part.
  private static let joining: Rule = { call in
    let parts = try call.arguments.list("tensors").map { try Operand($0, for: call.name) }
    let y = try Operand(call.value(replacing: [("tensors", .list(parts.map(\.plain)))]), for: call.name)
    let axis = try ArrayLimits.axis(
      try call.arguments.integer("axis"), rank: y.tensor.rank, for: call.name)
    let isStack = call.name == "stack"
    var start = 0
    var ways: [Operand.Way] = []
    for part in parts {
      let (first, extent) = (start, isStack ? 1 : part.tensor.shape[axis])
      let shape = part.tensor.shape
      start += extent
      ways.append(
        .init(part) { g in
          let before = [TensorIndex](repeating: .slice(from: nil, to: nil, step: nil), count: axis)
          return try g.indexed(by: before + [.slice(from: first, to: first + extent, step: nil)])
            .reshaped(shape)
        })
    }
    return Operand.step(y.tensor, names: y.names, from: ways)
  }
}
