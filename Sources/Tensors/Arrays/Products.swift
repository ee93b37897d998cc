extension Tensor {
  /// `a @ b` by NumPy's rules: two matrices multiply; an array of more axes is a stack of matrices in
  /// its last two, and stacks broadcast; a vector on the left is a row, on the right a column, and its
  /// axis disappears. Throws `ShapeError` naming both shapes.
  public static func matrixProduct(_ a: Tensor, _ b: Tensor, for operation: String = "@") throws -> Tensor {
    guard a.rank > 0, b.rank > 0 else {
      throw ShapeError(operation, "needs arrays on both sides; multiply by a number with *")
    }
    let left = a.rank == 1 ? a.reshaped([1, a.count]) : a
    let right = b.rank == 1 ? b.reshaped([b.count, 1]) : b
    let (m, k) = (left.shape[left.rank - 2], left.shape[left.rank - 1])
    let n = right.shape[right.rank - 1]
    guard right.shape[right.rank - 2] == k else {
      throw ShapeError(
        operation,
        "shapes \(describe(shape: a.shape)) and \(describe(shape: b.shape)) do not multiply: \(k) columns against \(right.shape[right.rank - 2]) rows"
      )
    }
    let leftStack = Array(left.shape.dropLast(2))
    let rightStack = Array(right.shape.dropLast(2))
    let stack = try Broadcasting.shape(leftStack, rightStack, for: operation)
    let matrices = try ArrayLimits.count(of: stack, for: operation)
    try ArrayLimits.count(of: stack + [m, n], for: operation)
    // One matrix on the right: the rows of the whole stack are one tall matrix.
    let isTall = rightStack.allSatisfy { $0 == 1 } && leftStack == stack
    let starts =
      isTall
      ? [(a: 0, b: 0)]
      : zip(
        offsets(of: leftStack, read: stack, step: m * k), offsets(of: rightStack, read: stack, step: k * n)
      ).map { (a: $0, b: $1) }
    var shape = stack + [m, n]
    let product = try MatrixMultiply.products(
      left, right, starts: starts, rows: isTall ? matrices * m : m, inner: k, columns: n, shape: shape,
      for: operation)
    if b.rank == 1 { shape.removeLast() }
    if a.rank == 1 { shape.remove(at: stack.count) }
    return product.reshaped(shape)
  }

  private static func offsets(of stack: [Int], read target: [Int], step: Int) -> [Int] {
    var result: [Int] = []
    let strides = Broadcasting.strides(stack, to: target)
    forEachOffset(shape: target[...], strides: strides[...], from: 0) { result.append($0 * step) }
    return result
  }

  /// Σ aᵢ bᵢ of two vectors of one length, in double.
  public static func dot(_ a: Tensor, _ b: Tensor) throws -> Double {
    guard a.rank == 1, a.shape == b.shape else {
      throw ShapeError(
        "dot",
        "needs two vectors of one length, not \(describe(shape: a.shape)) and \(describe(shape: b.shape))")
    }
    return a.withUnsafeBuffer { x in
      b.withUnsafeBuffer { y in
        var sum = 0.0
        for i in 0..<x.count { sum += Double(x[i]) * Double(y[i]) }
        return sum
      }
    }
  }

  /// aᵢ bⱼ for all pairs of two arrays' scalars: [a.count, b.count].
  public static func outer(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try elementwise(.multiply, a.reshaped([a.count, 1]), b.reshaped([1, b.count]))
  }

  /// The cosine of the angle between rows: of a [n, d] and b [m, d], all pairs [n, m]. A vector
  /// counts as one row, and its axis disappears. Rows of zeros have cosine 0.
  public static func cosineSimilarity(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard (1...2).contains(a.rank), (1...2).contains(b.rank), a.shape.last == b.shape.last else {
      throw ShapeError(
        "cosine",
        "needs rows of one length, not \(describe(shape: a.shape)) and \(describe(shape: b.shape))")
    }
    let right = b.rank == 2 ? try b.normalized().permuted() : try b.normalized()
    return try matrixProduct(a.normalized(), right, for: "cosine")
  }
}
