import Glibc

/// Ways to reduce many numbers to one.
public enum Reduction: String, Sendable, CaseIterable {
  case sum, mean
  /// NaN where any value is.
  case max, min
  /// The square root of the mean squared deviation from the mean.
  case std
  /// The mean squared deviation.
  case variance = "var"
  case product = "prod"
  /// The Euclidean length: √Σx².
  case norm
  /// log Σ eˣ.
  case logSumExp = "logsumexp"
  /// 1 where any value is not zero.
  case any
  /// 1 where no value is zero.
  case all
  /// How many values are not zero.
  case count

  /// Whether the reduction of no values means something.
  var allowsEmpty: Bool {
    switch self {
    case .mean, .max, .min, .std, .variance: false
    default: true
    }
  }
}

extension Tensor {
  /// Reduces over `axes` (all without them; negative ones count from the end). Accumulates in
  /// double, in a fixed order. With `keepAxes` the reduced axes stay, with extent 1.
  /// `correction` is subtracted from the number of values under `std` and `var` (0: population).
  /// Throws `ShapeError` for missing axes and for the mean or extreme of nothing.
  public func reduced(
    _ reduction: Reduction, axes: [Int]? = nil, keepAxes: Bool = false, correction: Double = 0
  ) throws -> Tensor {
    let name = reduction.rawValue
    let plan = try ReducedAxes(self, axes: axes, keepAxes: keepAxes, for: name)
    guard plan.lanes.extent > 0 || reduction.allowsEmpty || plan.shape.contains(0) else {
      throw ShapeError(name, "of no values: the shape is \(describe(shape: shape))")
    }
    try Interruption.check()
    let n = Double(plan.lanes.extent)
    switch reduction {
    case .sum:
      return plan.fold(0) {
        $0 + Double($1)
      } finish: {
        $0
      }
    case .mean:
      return plan.fold(0) {
        $0 + Double($1)
      } finish: {
        $0 / n
      }
    case .product:
      return plan.fold(1) {
        $0 * Double($1)
      } finish: {
        $0
      }
    case .norm:
      return plan.fold(0) {
        $0 + Double($1) * Double($1)
      } finish: {
        $0.squareRoot()
      }
    case .any:
      return plan.fold(0) {
        $1 != 0 ? 1 : $0
      } finish: {
        $0
      }
    case .all:
      return plan.fold(1) {
        $1 == 0 ? 0 : $0
      } finish: {
        $0
      }
    case .count:
      return plan.fold(0) {
        $1 != 0 ? $0 + 1 : $0
      } finish: {
        $0
      }
    case .max:
      return plan.fold(-.infinity) {
        $0 >= Double($1) || $0.isNaN ? $0 : Double($1)
      } finish: {
        $0
      }
    case .min:
      return plan.fold(.infinity) {
        $0 <= Double($1) || $0.isNaN ? $0 : Double($1)
      } finish: {
        $0
      }
    case .std, .variance:
      let divisor = n - correction
      let centers = plan.sums().map { $0 / n }
      let isRoot = reduction == .std
      return plan.fold(0, centers: centers) { sum, x, center in
        let deviation = Double(x) - center
        return sum + deviation * deviation
      } finish: { sum, _ in
        let variance = divisor > 0 ? sum / divisor : .nan
        return isRoot ? variance.squareRoot() : variance
      }
    case .logSumExp:
      let largest = plan.fold(-.infinity) {
        $0 >= Double($1) || $0.isNaN ? $0 : Double($1)
      } finish: {
        $0
      }
      // An infinite center would make ∞ − ∞; the plain sum is exact there.
      let centers = largest.scalars.map { $0.isFinite ? Double($0) : 0 }
      return plan.fold(0, centers: centers) { sum, x, center in
        sum + exp(Double(x) - center)
      } finish: { sum, center in
        log(sum) + center
      }
    }
  }

  /// The position of the largest (or smallest) value along an axis; the first one of equals, and of
  /// NaN if there is one. Without an axis, the position among all scalars, as a rank-0 tensor.
  public func argument(ofLargest largest: Bool = true, axis: Int? = nil, keepAxes: Bool = false) throws
    -> Tensor
  {
    let name = largest ? "argmax" : "argmin"
    let plan = try ReducedAxes(self, axes: axis.map { [$0] }, keepAxes: keepAxes, for: name)
    let lanes = plan.lanes
    guard lanes.extent > 0 || plan.shape.contains(0) else {
      throw ShapeError(name, "of no values: the shape is \(describe(shape: shape))")
    }
    return plan.tensor.withUnsafeBuffer { x in
      Tensor(plan.shape) { result in
        lanes.forEach { lane, start in
          var best = 0
          var value = x[start]
          for i in 1..<Swift.max(lanes.extent, 1) {
            if value.isNaN { break }
            let candidate = x[start + i * lanes.inner]
            if candidate.isNaN || (largest ? candidate > value : candidate < value) {
              best = i
              value = candidate
            }
          }
          result[lane] = Float(best)
        }
      }
    }
  }

  /// exp(x − max) / Σ exp(x − max) along an axis.
  public func softmax(axis: Int = -1) throws -> Tensor {
    let lanes = try Lanes(shape, axis: axis, for: "softmax")
    return try withUnsafeBuffer { x in
      try Tensor(shape) { y in
        var exponentials = [Double](repeating: 0, count: lanes.extent)
        try lanes.forEach { _, start in
          try Interruption.check()
          var largest = -Float.infinity
          for i in 0..<lanes.extent { largest = Swift.max(largest, x[start + i * lanes.inner]) }
          var sum = 0.0
          for i in 0..<lanes.extent {
            let e = exp(Double(x[start + i * lanes.inner]) - Double(largest))
            exponentials[i] = e
            sum += e
          }
          for i in 0..<lanes.extent { y[start + i * lanes.inner] = Float(exponentials[i] / sum) }
        }
      }
    }
  }

  /// Each lane along an axis divided by its Euclidean length; lanes of zeros stay zero.
  public func normalized(axis: Int = -1) throws -> Tensor {
    let axis = try ArrayLimits.axis(axis, rank: rank, for: "normalize")
    let lengths = try reduced(.norm, axes: [axis], keepAxes: true).mapped { $0 == 0 ? 1 : $0 }
    return try Tensor.elementwise(.divide, self, lengths)
  }

  /// Running sums along an axis; over all scalars in order without one.
  public func cumulativeSum(axis: Int? = nil) throws -> Tensor {
    guard let axis else { return try flattened().cumulativeSum(axis: 0) }
    let lanes = try Lanes(shape, axis: axis, for: "cumsum")
    return withUnsafeBuffer { x in
      Tensor(shape) { y in
        lanes.forEach { _, start in
          var sum = 0.0
          for i in 0..<lanes.extent {
            let at = start + i * lanes.inner
            sum += Double(x[at])
            y[at] = Float(sum)
          }
        }
      }
    }
  }
}

extension ReducedAxes {
  /// Folds each lane in double.
  @inline(__always)
  func fold(
    _ initial: Double, _ combine: (Double, Float) -> Double, finish: (Double) -> Double
  ) -> Tensor {
    fold(initial, centers: []) { sum, x, _ in
      combine(sum, x)
    } finish: { sum, _ in
      finish(sum)
    }
  }

  /// Folds each lane in double; `combine` and `finish` also see the lane's center, if there are any.
  @inline(__always)
  func fold(
    _ initial: Double, centers: [Double], _ combine: (Double, Float, Double) -> Double,
    finish: (Double, Double) -> Double
  ) -> Tensor {
    let folded = accumulate(initial, centers: centers, combine)
    return Tensor(shape) { result in
      for i in 0..<result.count { result[i] = Float(finish(folded[i], centers.isEmpty ? 0 : centers[i])) }
    }
  }

  /// The sum of each lane.
  func sums() -> [Double] { accumulate(0, centers: []) { sum, x, _ in sum + Double(x) } }

  @inline(__always)
  private func accumulate(
    _ initial: Double, centers: [Double], _ combine: (Double, Float, Double) -> Double
  ) -> [Double] {
    let (outer, extent, inner) = (lanes.outer, lanes.extent, lanes.inner)
    var results = [Double](repeating: initial, count: outer * inner)
    tensor.withUnsafeBuffer { x in
      results.withUnsafeMutableBufferPointer { results in
        guard var x = x.baseAddress, extent > 0 else { return }
        for o in 0..<outer {
          if inner == 1 {
            let center = centers.isEmpty ? 0 : centers[o]
            var value = initial
            for i in 0..<extent { value = combine(value, x[i], center) }
            results[o] = value
            x += extent
          } else {
            for _ in 0..<extent {
              for j in 0..<inner {
                let at = o * inner + j
                results[at] = combine(results[at], x[j], centers.isEmpty ? 0 : centers[at])
              }
              x += inner
            }
          }
        }
      }
    }
    return results
  }
}
