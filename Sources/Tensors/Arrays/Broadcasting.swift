import Glibc

/// Operations on two arrays, element by element.
public enum ElementwiseOperation: String, Sendable, CaseIterable {
  case add, subtract, multiply, divide
  /// Rounded down, as Python's `//`.
  case floorDivide
  /// With the divisor's sign, as Python's `%`.
  case remainder
  case power
  /// The larger; NaN where either is NaN.
  case maximum
  /// The smaller; NaN where either is NaN.
  case minimum
  /// 1 where true, 0 where not; so all comparisons.
  case less
  case lessOrEqual, greater, greaterOrEqual, equal, notEqual

  /// As messages write it: `a + b`.
  public var symbol: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .floorDivide: "//"
    case .remainder: "%"
    case .power: "**"
    case .maximum: "max"
    case .minimum: "min"
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .equal: "equal"
    case .notEqual: "not equal"
    }
  }

  /// Whether the result is 0 or 1.
  public var isComparison: Bool {
    switch self {
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: true
    default: false
    }
  }
}

/// NumPy's broadcasting rules: shapes are aligned at their last axes; an axis of extent 1, or a
/// missing one, is repeated.
public enum Broadcasting {
  /// The common shape. Throws `ShapeError` naming both shapes where there is none.
  public static func shape(_ a: [Int], _ b: [Int], for operation: String) throws -> [Int] {
    if a == b { return a }
    let rank = max(a.count, b.count)
    var shape = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let x = axis < rank - a.count ? 1 : a[axis - (rank - a.count)]
      let y = axis < rank - b.count ? 1 : b[axis - (rank - b.count)]
      guard x == y || x == 1 || y == 1 else {
        throw ShapeError(
          operation,
          "shapes \(describe(shape: a)) and \(describe(shape: b)) do not broadcast: \(x) against \(y) at axis \(axis - rank)"
        )
      }
      shape[axis] = x == 1 ? y : x
    }
    try ArrayLimits.count(of: shape, for: operation)
    return shape
  }

  /// The strides with which an array of `shape` is read as `target`: zero along repeated axes.
  /// `shape` must broadcast to `target`.
  static func strides(_ shape: [Int], to target: [Int]) -> [Int] {
    let own = StridedView.rowMajorStrides(shape)
    let missing = target.count - shape.count
    return target.indices.map { axis in
      axis < missing || shape[axis - missing] == 1 ? 0 : own[axis - missing]
    }
  }
}

extension Tensor {
  /// Read as `shape` by repeating axes of extent 1. Throws `ShapeError` where that is impossible.
  public func broadcast(to target: [Int], for operation: String = "broadcast") throws -> Tensor {
    try ArrayLimits.count(of: target, for: operation)
    guard rank <= target.count, try Broadcasting.shape(shape, target, for: operation) == target else {
      throw ShapeError(
        operation, "shape \(describe(shape: shape)) does not broadcast to \(describe(shape: target))")
    }
    return materialized(
      StridedView(shape: target, strides: Broadcasting.strides(shape, to: target), offset: 0))
  }

  /// `a op b`, broadcast. Float32 throughout; powers are computed in double and rounded.
  public static func elementwise(
    _ operation: ElementwiseOperation, _ a: Tensor, _ b: Tensor
  ) throws -> Tensor {
    let shape = try Broadcasting.shape(a.shape, b.shape, for: operation.symbol)
    try ArrayLimits.checkRoom(for: shape.reduce(1, *), in: operation.symbol)
    try Interruption.check()
    // Each case is its own closure so that the loop is compiled for it.
    switch operation {
    case .add: return combine(a, b, shape) { $0 + $1 }
    case .subtract: return combine(a, b, shape) { $0 - $1 }
    case .multiply: return combine(a, b, shape) { $0 * $1 }
    case .divide: return combine(a, b, shape) { $0 / $1 }
    case .floorDivide: return combine(a, b, shape) { floorDivision($0, $1).quotient }
    case .remainder: return combine(a, b, shape) { floorDivision($0, $1).remainder }
    case .power:
      if b.count == 1, b.withUnsafeBuffer({ $0[0] == 2 }) { return combine(a, b, shape) { x, _ in x * x } }
      return combine(a, b, shape) { Float(pow(Double($0), Double($1))) }
    case .maximum: return combine(a, b, shape) { $0 > $1 || $0.isNaN ? $0 : $1 }
    case .minimum: return combine(a, b, shape) { $0 < $1 || $0.isNaN ? $0 : $1 }
    case .less: return combine(a, b, shape) { $0 < $1 ? 1 : 0 }
    case .lessOrEqual: return combine(a, b, shape) { $0 <= $1 ? 1 : 0 }
    case .greater: return combine(a, b, shape) { $0 > $1 ? 1 : 0 }
    case .greaterOrEqual: return combine(a, b, shape) { $0 >= $1 ? 1 : 0 }
    case .equal: return combine(a, b, shape) { $0 == $1 ? 1 : 0 }
    case .notEqual: return combine(a, b, shape) { $0 != $1 ? 1 : 0 }
    }
  }

  /// `a op b` for one number on the right.
  public static func elementwise(
    _ operation: ElementwiseOperation, _ a: Tensor, _ b: Float
  ) throws -> Tensor {
    try elementwise(operation, a, Tensor([], [b]))
  }

  /// `a op b` for one number on the left.
  public static func elementwise(
    _ operation: ElementwiseOperation, _ a: Float, _ b: Tensor
  ) throws -> Tensor {
    try elementwise(operation, Tensor([], [a]), b)
  }

  /// `f` over two arrays read as `shape`, to which both must broadcast.
  @inline(__always)
  static func combine(
    _ a: Tensor, _ b: Tensor, _ shape: [Int], _ f: (Float, Float) -> Float
  ) -> Tensor {
    a.withUnsafeBuffer { x in
      b.withUnsafeBuffer { y in
        Tensor(shape) { z in
          guard z.count > 0, let x = x.baseAddress, let y = y.baseAddress, let z = z.baseAddress
          else { return }
          let count = shape.reduce(1, *)
          if a.count == count && b.count == count {
            for i in 0..<count { z[i] = f(x[i], y[i]) }
          } else if b.count == 1 && a.count == count {
            let right = y[0]
            for i in 0..<count { z[i] = f(x[i], right) }
          } else if a.count == 1 && b.count == count {
            let left = x[0]
            for i in 0..<count { z[i] = f(left, y[i]) }
          } else {
            combineStrided(a, b, shape, x, y, z, f)
          }
        }
      }
    }
  }

  /// The general case: rows of the last axis, each side stepping by 1 or standing still.
  @inline(__always)
  private static func combineStrided(
    _ a: Tensor, _ b: Tensor, _ shape: [Int], _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>,
    _ z: UnsafeMutablePointer<Float>, _ f: (Float, Float) -> Float
  ) {
    let xs = Broadcasting.strides(a.shape, to: shape)
    let ys = Broadcasting.strides(b.shape, to: shape)
    guard let length = shape.last, let xStep = xs.last, let yStep = ys.last else { return }
    let rows = shape.count - 1
    var index = [Int](repeating: 0, count: rows)
    var xAt = 0
    var yAt = 0
    var out = z
    while true {
      let p = x + xAt
      let q = y + yAt
      if xStep == 1 && yStep == 1 {
        for i in 0..<length { out[i] = f(p[i], q[i]) }
      } else {
        for i in 0..<length { out[i] = f(p[i * xStep], q[i * yStep]) }
      }
      out += length
      var axis = rows - 1
      while axis >= 0 {
        index[axis] += 1
        xAt += xs[axis]
        yAt += ys[axis]
        if index[axis] < shape[axis] { break }
        xAt -= xs[axis] * shape[axis]
        yAt -= ys[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  /// Where `condition` is not zero `a`, else `b`; all three broadcast.
  public static func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    let values = try Broadcasting.shape(a.shape, b.shape, for: "where")
    let shape = try Broadcasting.shape(condition.shape, values, for: "where")
    let c = try condition.broadcast(to: shape, for: "where")
    let x = try a.broadcast(to: shape, for: "where")
    let y = try b.broadcast(to: shape, for: "where")
    return c.withUnsafeBuffer { c in
      x.withUnsafeBuffer { x in
        y.withUnsafeBuffer { y in
          Tensor(shape) { z in
            for i in 0..<z.count { z[i] = c[i] != 0 ? x[i] : y[i] }
          }
        }
      }
    }
  }

  /// Whether |a − b| ≤ `absolute` + `relative`·|b| everywhere, broadcast (NumPy's `allclose`).
  /// Equal infinities are close; NaN is close to NaN only with `equalNaN`.
  public static func allClose(
    _ a: Tensor, _ b: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8, equalNaN: Bool = false
  ) throws -> Bool {
    let shape = try Broadcasting.shape(a.shape, b.shape, for: "allclose")
    let close = combine(a, b, shape) { x, y in
      if x == y { return 1 }
      if x.isNaN || y.isNaN { return equalNaN && x.isNaN && y.isNaN ? 1 : 0 }
      if x.isInfinite || y.isInfinite { return 0 }
      return abs(Double(x) - Double(y)) <= absolute + relative * abs(Double(y)) ? 1 : 0
    }
    return close.withUnsafeBuffer { $0.allSatisfy { $0 == 1 } }
  }
}

/// `x // y` and `x % y` as Python defines them for floats: the quotient rounded down and a remainder
/// with the divisor's sign, consistent with each other.
func floorDivision<T: BinaryFloatingPoint>(_ x: T, _ y: T) -> (quotient: T, remainder: T) {
  if y == 0 { return (x / y, .nan) }
  var remainder = x.truncatingRemainder(dividingBy: y)
  var quotient = (x - remainder) / y
  if remainder == 0 {
    remainder = y < 0 ? -0.0 : 0.0
  } else if (y < 0) != (remainder < 0) {
    remainder += y
    quotient -= 1
  }
  // The division above may have been rounded off a whole number.
  var whole = quotient.rounded(.down)
  if quotient - whole > 0.5 { whole += 1 }
  return (whole, remainder)
}
