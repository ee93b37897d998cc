/// An array seen along one axis: `outer` blocks of `extent` rows of `inner` scalars. Element i of
/// the lane (o, j) lies at (o · extent + i) · inner + j.
struct Lanes {
  let axis: Int
  let outer: Int
  let extent: Int
  let inner: Int

  init(_ shape: [Int], axis: Int, for operation: String) throws {
    let axis = try ArrayLimits.axis(axis, rank: shape.count, for: operation)
    self.axis = axis
    outer = shape[..<axis].reduce(1, *)
    extent = shape[axis]
    inner = shape[(axis + 1)...].reduce(1, *)
  }

  /// Calls `body` with each lane's number and first offset, in row-major order.
  @inline(__always)
  func forEach(_ body: (_ lane: Int, _ start: Int) throws -> Void) rethrows {
    for o in 0..<outer {
      for j in 0..<inner { try body(o * inner + j, o * extent * inner + j) }
    }
  }
}

/// An array prepared for a reduction over some axes: they are gathered into one.
struct ReducedAxes {
  /// The array, its reduced axes side by side.
  let tensor: Tensor
  let lanes: Lanes
  /// The shape of the result.
  let shape: [Int]

  /// `axes` nil means all of them.
  init(_ tensor: Tensor, axes: [Int]?, keepAxes: Bool, for operation: String) throws {
    let reduced =
      try axes.map { axes in
        let named = try axes.map { try ArrayLimits.axis($0, rank: tensor.rank, for: operation) }
        guard Set(named).count == named.count else {
          throw ShapeError(operation, "axes \(describe(shape: axes)) name one axis twice")
        }
        return named.sorted()
      } ?? Array(0..<tensor.rank)
    let kept = (0..<tensor.rank).filter { !reduced.contains($0) }
    shape =
      keepAxes
      ? tensor.shape.indices.map { reduced.contains($0) ? 1 : tensor.shape[$0] }
      : kept.map { tensor.shape[$0] }
    let extent = reduced.map { tensor.shape[$0] }.reduce(1, *)
    if let first = reduced.first, reduced == Array(first..<(first + reduced.count)) {
      self.tensor = tensor.reshaped(
        Array(tensor.shape[..<first]) + [extent] + Array(tensor.shape[(first + reduced.count)...]))
      lanes = try Lanes(self.tensor.shape, axis: first, for: operation)
    } else {
      self.tensor = try tensor.permuted(kept + reduced).reshaped(
        [kept.map { tensor.shape[$0] }.reduce(1, *), extent])
      lanes = try Lanes(self.tensor.shape, axis: 1, for: operation)
    }
  }
}
