extension Tensor {
  /// The same scalars under another shape; one extent may be -1, which is inferred.
  public func reshaping(to shape: [Int]) throws -> Tensor {
    var shape = shape
    let open = shape.indices.filter { shape[$0] == -1 }
    if open.count > 1 {
      throw ShapeError("reshape", "only one extent may be -1, in \(describe(shape: shape))")
    }
    if let axis = open.first {
      shape[axis] = 1
      let others = try ArrayLimits.count(of: shape, for: "reshape")
      shape[axis] = others > 0 ? count / others : 0
      guard others > 0, count % others == 0 else {
        shape[axis] = -1
        throw ShapeError("reshape", mismatch(shape))
      }
    }
    guard try ArrayLimits.count(of: shape, for: "reshape") == count else {
      throw ShapeError("reshape", mismatch(shape))
    }
    return reshaped(shape)
  }

  private func mismatch(_ target: [Int]) -> String {
    "\(describe(shape: shape)) has \(count) scalars, which do not fit \(describe(shape: target))"
  }

  /// Axes in another order: axis i of the result is axis `axes[i]` of this tensor.
  /// Without `axes`, reversed. Negative axes count from the end.
  public func permuted(_ axes: [Int]? = nil) throws -> Tensor {
    let order =
      try axes?.map { try ArrayLimits.axis($0, rank: rank, for: "transpose") }
      ?? Array((0..<rank).reversed())
    guard order.sorted() == Array(0..<rank) else {
      throw ShapeError(
        "transpose",
        "axes \(describe(shape: axes ?? [])) must name each axis of \(describe(shape: shape)) once")
    }
    return materialized(StridedView(shape).permuted(order))
  }

  /// Two axes exchanged.
  public func swappingAxes(_ a: Int, _ b: Int) throws -> Tensor {
    var order = Array(0..<rank)
    order.swapAt(
      try ArrayLimits.axis(a, rank: rank, for: "swap axes"),
      try ArrayLimits.axis(b, rank: rank, for: "swap axes"))
    return try permuted(order)
  }

  /// All scalars in one axis.
  public func flattened() -> Tensor { reshaped([count]) }

  /// Without its axes of extent 1, or without one such axis.
  public func squeezed(axis: Int? = nil) throws -> Tensor {
    guard let axis else { return reshaped(shape.filter { $0 != 1 }) }
    let at = try ArrayLimits.axis(axis, rank: rank, for: "squeeze")
    guard shape[at] == 1 else {
      throw ShapeError("squeeze", "axis \(axis) of \(describe(shape: shape)) has extent \(shape[at]), not 1")
    }
    return reshaped(Array(shape[..<at] + shape[(at + 1)...]))
  }

  /// With a new axis of extent 1 before `axis` (at most the rank).
  public func expanded(axis: Int) throws -> Tensor {
    let at = try ArrayLimits.axis(axis, rank: rank + 1, for: "new axis")
    try ArrayLimits.count(of: shape + [1], for: "new axis")
    return reshaped(Array(shape[..<at] + [1] + shape[at...]))
  }

  /// Reversed along one axis, or along all.
  public func flipped(axis: Int? = nil) throws -> Tensor {
    var view = StridedView(shape)
    let axes = try axis.map { [try ArrayLimits.axis($0, rank: rank, for: "flip")] } ?? Array(0..<rank)
    for at in axes where shape[at] > 0 {
      view.offset += (shape[at] - 1) * view.strides[at]
      view.strides[at] = -view.strides[at]
    }
    return materialized(view)
  }

  /// Tensors joined along an axis they may differ in.
  public static func concatenated(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    guard let first = tensors.first else { throw ShapeError("concat", "there is nothing to join") }
    let at = try ArrayLimits.axis(axis, rank: first.rank, for: "concat")
    var shape = first.shape
    shape[at] = 0
    for (number, tensor) in tensors.enumerated() {
      var expected = first.shape
      if tensor.rank == first.rank { expected[at] = tensor.shape[at] }
      guard tensor.shape == expected else {
        throw ShapeError(
          "concat",
          "shapes \(describe(shape: first.shape)) and \(describe(shape: tensor.shape)) (number \(number)) differ in more than axis \(at)"
        )
      }
      shape[at] += tensor.shape[at]
    }
    try ArrayLimits.count(of: shape, for: "concat")
    let outer = shape[..<at].reduce(1, *)
    let inner = shape[(at + 1)...].reduce(1, *)
    let width = shape[at] * inner
    return Tensor(shape) { target in
      guard let target = target.baseAddress else { return }
      var start = 0
      for tensor in tensors {
        let length = tensor.shape[at] * inner
        tensor.withUnsafeBuffer { source in
          guard let source = source.baseAddress, length > 0 else { return }
          for i in 0..<outer {
            (target + i * width + start).update(from: source + i * length, count: length)
          }
        }
        start += length
      }
    }
  }

  /// Tensors of one shape joined along a new axis.
  public static func stacked(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    guard let first = tensors.first else { throw ShapeError("stack", "there is nothing to stack") }
    for (number, tensor) in tensors.enumerated() where tensor.shape != first.shape {
      throw ShapeError(
        "stack",
        "shapes \(describe(shape: first.shape)) and \(describe(shape: tensor.shape)) (number \(number)) differ"
      )
    }
    let at = try ArrayLimits.axis(axis, rank: first.rank + 1, for: "stack")
    return try concatenated(tensors.map { try $0.expanded(axis: at) }, axis: at)
  }

  /// Cut along an axis into equal parts. Throws where the extent does not divide.
  public func split(into parts: Int, axis: Int = 0) throws -> [Tensor] {
    let at = try ArrayLimits.axis(axis, rank: rank, for: "split")
    guard parts > 0, parts <= 65536, shape[at] % parts == 0 else {
      throw ShapeError("split", "axis \(at) of \(describe(shape: shape)) does not divide into \(parts) parts")
    }
    let length = shape[at] / parts
    return (0..<parts).map { part in
      var view = StridedView(shape)
      view.offset = part * length * view.strides[at]
      view.shape[at] = length
      return materialized(view)
    }
  }
}

extension StridedView {
  /// Axes in another order.
  func permuted(_ order: [Int]) -> StridedView {
    StridedView(shape: order.map { shape[$0] }, strides: order.map { strides[$0] }, offset: offset)
  }
}

/// Arrays made from nothing, with their sizes checked.
extension Tensor {
  /// Every scalar `value`. Throws `ShapeError` where the shape is too large.
  public static func full(_ shape: [Int], _ value: Float, for operation: String = "full") throws -> Tensor {
    try ArrayLimits.count(of: shape, for: operation)
    return Tensor(shape, repeating: value)
  }

  /// `count` numbers from `start` to `end`, both included, at equal distances.
  public static func linspace(_ start: Double, _ end: Double, count: Int) throws -> Tensor {
    try ArrayLimits.count(of: [count], for: "linspace")
    let step = count > 1 ? (end - start) / Double(count - 1) : 0
    return Tensor([count]) { target in
      for i in 0..<count {
        target[i] = Float(i == count - 1 && count > 1 ? end : start + Double(i) * step)
      }
    }
  }

  /// The numbers `start`, `start + step`, … before `end`.
  public static func arange(_ start: Double, _ end: Double, step: Double = 1) throws -> Tensor {
    guard step != 0, start.isFinite, end.isFinite, step.isFinite else {
      throw ShapeError("arange", "from \(start) to \(end) by \(step) is not a finite sequence")
    }
    let length = ((end - start) / step).rounded(.up)
    guard length < 0x1p40 else {
      throw ShapeError("arange", "from \(start) to \(end) by \(step) is too long")
    }
    let count = max(0, Int(length))
    try ArrayLimits.count(of: [count], for: "arange")
    return Tensor([count]) { target in
      for i in 0..<count { target[i] = Float(start + Double(i) * step) }
    }
  }

  /// The identity matrix [size, size].
  public static func eye(_ size: Int) throws -> Tensor {
    try ArrayLimits.count(of: [size, size], for: "eye")
    return Tensor([size, size]) { target in
      target.update(repeating: 0)
      for i in 0..<size { target[i * size + i] = 1 }
    }
  }
}
