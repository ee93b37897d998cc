import Glibc

/// Operations on one array, element by element.
public enum UnaryOperation: String, Sendable, CaseIterable {
  case negate, absolute, exp, log, sqrt, floor, ceil
  /// To the nearest whole number, halves to the even one.
  case round
  /// −1, 0 or 1.
  case sign
  case tanh
  /// 1 / (1 + e⁻ˣ).
  case sigmoid
  /// 1 where the value is zero, else 0.
  case logicalNot
}

extension Tensor {
  /// Every scalar put through `operation`. Exponentials and logarithms are computed in double and
  /// rounded once, so they do not depend on the system's float32 library.
  public func mapped(_ operation: UnaryOperation) throws -> Tensor {
    switch operation {
    case .negate: return try mapped { -$0 }
    case .absolute: return try mapped { Swift.abs($0) }
    case .exp: return try mapped { Float(Glibc.exp(Double($0))) }
    case .log: return try mapped { Float(Glibc.log(Double($0))) }
    case .sqrt: return try mapped { $0.squareRoot() }
    case .floor: return try mapped { $0.rounded(.down) }
    case .ceil: return try mapped { $0.rounded(.up) }
    case .round: return try mapped { $0.rounded(.toNearestOrEven) }
    case .sign: return try mapped { $0 > 0 ? 1 : ($0 < 0 ? -1 : $0) }
    case .tanh: return try mapped { Float(Glibc.tanh(Double($0))) }
    case .sigmoid: return try mapped { Float(1 / (1 + Glibc.exp(-Double($0)))) }
    case .logicalNot: return try mapped { $0 == 0 ? 1 : 0 }
    }
  }

  /// Every scalar put through `f`, in pieces by all workers.
  @inline(__always)
  func mapped(_ f: (Float) -> Float) throws -> Tensor {
    let piece = 1 << 16
    return try withUnsafeBuffer { x in
      try Tensor(shape) { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        try Workers.run((count + piece - 1) / piece) { number in
          for i in (number * piece)..<Swift.min((number + 1) * piece, count) { y[i] = f(x[i]) }
        }
      }
    }
  }

  /// Values below `low` raised to it, above `high` lowered to it; NaN stays. A nil bound is none.
  public func clamped(low: Float?, high: Float?) throws -> Tensor {
    let low = low ?? -.infinity
    let high = high ?? .infinity
    return try mapped { $0 < low ? low : ($0 > high ? high : $0) }
  }
}
