import COpenBLAS

extension Tensor {
  /// The thin singular value decomposition of a matrix [m, n], or of each matrix of a stack
  /// [..., m, n]: A = U · diag(s) · Vᵀ with U [m, r], s [r], Vᵀ [r, n], r = min(m, n), and s falling.
  ///
  /// Computed in double by LAPACK's `dgesdd`. Signs are fixed: the entry of largest magnitude in
  /// each column of U (the first of equals) is positive.
  /// Throws `ShapeError` for fewer than two axes, and for values that are not finite.
  public func singularValueDecomposition() throws -> (u: Tensor, s: Tensor, vt: Tensor) {
    guard rank >= 2 else {
      throw ShapeError("svd", "needs a matrix, not shape \(describe(shape: shape))")
    }
    let (m, n) = (shape[rank - 2], shape[rank - 1])
    let r = min(m, n)
    let stack = Array(shape.dropLast(2))
    let matrices = stack.reduce(1, *)
    try ArrayLimits.count(of: [m, n, 8], for: "svd")
    guard m <= 1 << 20, n <= 1 << 20, r <= 1 << 14 else {
      throw ShapeError("svd", "shape \(describe(shape: shape)) is too large")
    }
    guard withUnsafeBuffer({ $0.allSatisfy(\.isFinite) }) else {
      throw ShapeError("svd", "shape \(describe(shape: shape)) has values that are not finite")
    }
    let u = TensorStorage(count: try ArrayLimits.count(of: stack + [m, r], for: "svd"))
    let s = TensorStorage(count: try ArrayLimits.count(of: stack + [r], for: "svd"))
    let vt = TensorStorage(count: try ArrayLimits.count(of: stack + [r, n], for: "svd"))
    for matrix in 0..<matrices where r > 0 {
      let input = withUnsafeBuffer { Array($0[(matrix * m * n)..<((matrix + 1) * m * n)]) }
      var factors: Result<Factors, ShapeError>?
      // One piece of work: keeps BLAS on this thread and looks for interruptions.
      try Workers.run(1) { _ in factors = decompose(input, m, n) }
      guard let result = try factors?.get() else { throw Interrupted() }
      result.write(
        u: u.pointer + matrix * m * r, s: s.pointer + matrix * r, vt: vt.pointer + matrix * r * n)
    }
    return (
      Tensor(shape: stack + [m, r], storage: u), Tensor(shape: stack + [r], storage: s),
      Tensor(shape: stack + [r, n], storage: vt)
    )
  }
}

/// One matrix's factors, in double and row-major.
private struct Factors {
  let m: Int
  let n: Int
  let r: Int
  var u: [Double]  // [m, r]
  var s: [Double]  // [r]
  var vt: [Double]  // [r, n]

  /// Rounds to float32, with the signs fixed.
  func write(
    u uOut: UnsafeMutablePointer<Float>, s sOut: UnsafeMutablePointer<Float>,
    vt vtOut: UnsafeMutablePointer<Float>
  ) {
    for j in 0..<r {
      var largest = 0.0
      for i in 0..<m where abs(u[i * r + j]) > abs(largest) { largest = u[i * r + j] }
      let sign = largest < 0 ? -1.0 : 1.0
      for i in 0..<m { uOut[i * r + j] = Float(sign * u[i * r + j]) }
      for i in 0..<n { vtOut[j * n + i] = Float(sign * vt[j * n + i]) }
      sOut[j] = Float(s[j])
    }
  }
}

/// LAPACK reads columns first, so a row-major A [m, n] is Aᵀ [n, m] to it. The left factor of Aᵀ,
/// stored by columns, is the row-major Vᵀ [r, n] of A; the right factor is the row-major U [m, r].
private func decompose(_ scalars: [Float], _ m: Int, _ n: Int) -> Result<Factors, ShapeError> {
  let r = min(m, n)
  var a = scalars.map(Double.init)
  var result = Factors(
    m: m, n: n, r: r, u: [Double](repeating: 0, count: m * r), s: [Double](repeating: 0, count: r),
    vt: [Double](repeating: 0, count: r * n))
  var integers = [Int32](repeating: 0, count: 8 * r)
  var rows = Int32(n)
  var columns = Int32(m)
  var leadingVT = Int32(r)
  var info: Int32 = 0
  var job = CChar(UInt8(ascii: "S"))
  func call(_ work: inout [Double], _ length: Int32) {
    var length = length
    dgesdd_(
      &job, &rows, &columns, &a, &rows, &result.s, &result.vt, &rows, &result.u, &leadingVT, &work,
      &length, &integers, &info, 1)
  }
  // The first call asks how much memory the second one wants.
  var size = [0.0]
  call(&size, -1)
  guard info == 0, size[0] >= 1, size[0] <= Double(Int32.max) else {
    return .failure(ShapeError("svd", "matrix [\(m), \(n)] is too large"))
  }
  var work = [Double](repeating: 0, count: Int(size[0]))
  call(&work, Int32(work.count))
  guard info == 0 else {
    return .failure(ShapeError("svd", "did not converge for a matrix [\(m), \(n)]"))
  }
  return .success(result)
}
