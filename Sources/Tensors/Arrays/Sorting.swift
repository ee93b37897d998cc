extension Tensor {
  /// Sorted along an axis, NaN last. Descending turns the order of everything but NaN.
  public func sorted(axis: Int = -1, descending: Bool = false) throws -> Tensor {
    try orderedLanes(axis: axis, limit: nil, descending: descending, for: "sort").values
  }

  /// The positions that sort an axis; equal values keep their order.
  public func sortingPositions(axis: Int = -1, descending: Bool = false) throws -> Tensor {
    try orderedLanes(axis: axis, limit: nil, descending: descending, for: "argsort").positions
  }

  /// The `k` largest (or smallest) values along an axis, best first, and where they were. Among
  /// equal values the first wins. Throws `ShapeError` where the axis has fewer.
  public func top(_ k: Int, axis: Int = -1, largest: Bool = true) throws -> (
    values: Tensor, positions: Tensor
  ) {
    try orderedLanes(axis: axis, limit: k, descending: largest, for: "topk")
  }

  private func orderedLanes(
    axis: Int, limit: Int?, descending: Bool, for operation: String
  ) throws -> (values: Tensor, positions: Tensor) {
    let lanes = try Lanes(shape, axis: axis, for: operation)
    guard lanes.extent <= Int(UInt32.max) else { throw ShapeError(operation, "the axis is too long") }
    let kept = limit ?? lanes.extent
    guard kept >= 0, kept <= lanes.extent else {
      throw ShapeError(
        operation,
        "\(kept) of axis \(lanes.axis), which has extent \(lanes.extent), in \(describe(shape: shape))")
    }
    var resultShape = shape
    resultShape[lanes.axis] = kept
    var keys = [UInt64](repeating: 0, count: lanes.extent)
    let positions = TensorStorage(count: resultShape.reduce(1, *))
    let place = positions.mutableBuffer
    let values = try withUnsafeBuffer { x in
      try Tensor(resultShape) { sorted in
        try lanes.forEach { lane, start in
          try Interruption.check()
          for i in 0..<lanes.extent {
            let key = Tensor.sortingKey(x[start + i * lanes.inner], descending: descending)
            keys[i] = UInt64(key) << 32 | UInt64(i)
          }
          keys.sort()
          let (o, j) = (lane / lanes.inner, lane % lanes.inner)
          for i in 0..<kept {
            let from = Int(keys[i] & 0xFFFF_FFFF)
            let at = (o * kept + i) * lanes.inner + j
            place[at] = Float(from)
            sorted[at] = x[start + from * lanes.inner]
          }
        }
      }
    }
    return (values, Tensor(shape: resultShape, storage: positions))
  }

  /// Integers in the order of the floats they stand for; both zeros alike, NaN above all.
  private static func sortingKey(_ value: Float, descending: Bool) -> UInt32 {
    if value.isNaN { return .max }
    let bits = value == 0 ? 0 : value.bitPattern
    let ascending = bits & 0x8000_0000 != 0 ? ~bits : bits | 0x8000_0000
    return descending ? ~ascending : ascending
  }

  /// The values below which the fractions `q` of an axis lie, interpolated linearly between
  /// neighbours (NumPy's default method). The result's first axis runs over `q`; without `axis`
  /// all scalars are one lane. NaN anywhere in a lane gives NaN.
  public func quantiles(_ q: [Double], axis: Int? = nil, keepAxes: Bool = false) throws -> Tensor {
    if let wrong = q.first(where: { !($0 >= 0 && $0 <= 1) }) {
      throw ShapeError("quantile", "\(wrong) is not a fraction between 0 and 1")
    }
    let plan = try ReducedAxes(self, axes: axis.map { [$0] }, keepAxes: keepAxes, for: "quantile")
    let lanes = plan.lanes
    guard lanes.extent > 0 || plan.shape.contains(0) else {
      throw ShapeError("quantile", "of no values: the shape is \(describe(shape: shape))")
    }
    try ArrayLimits.count(of: [q.count] + plan.shape, for: "quantile")
    let ordered = try plan.tensor.sorted(axis: lanes.axis)
    let width = lanes.outer * lanes.inner
    return ordered.withUnsafeBuffer { x in
      Tensor([q.count] + plan.shape) { result in
        lanes.forEach { lane, start in
          func value(_ i: Int) -> Double { Double(x[start + i * lanes.inner]) }
          let hasNaN = value(lanes.extent - 1).isNaN
          for (number, fraction) in q.enumerated() {
            let place = fraction * Double(lanes.extent - 1)
            let below = Int(place)
            let low = value(below)
            let high = value(Swift.min(below + 1, lanes.extent - 1))
            let share = place - Double(below)
            let between = low == high || share == 0 ? low : low + (high - low) * share
            result[number * width + lane] = hasNaN ? .nan : Float(between)
          }
        }
      }
    }
  }
}
