/// The matrix product behind the array functions: C = A · B in float32, cut into
/// tiles whose size depends on the shapes alone, so that results do not depend on the number of
/// threads.
enum MatrixMultiply {
  /// Rows and columns of C that one worker computes at a time.
  private static let tileRows = 128
  private static let tileColumns = 512

  /// For each (a, b) of `starts`, the offsets of an A [m, k] and a B [k, n] in their tensors, the
  /// product [m, n], one after the other in the result, which has `shape`.
  static func products(
    _ a: Tensor, _ b: Tensor, starts: [(a: Int, b: Int)], rows m: Int, inner k: Int, columns n: Int,
    shape: [Int], for operation: String
  ) throws -> Tensor {
    let limit = Int(Int32.max)
    guard m <= limit, n <= limit, k <= limit else {
      throw ShapeError(
        operation, "an axis of \(describe(shape: [m, k, n])) is too long for one matrix product")
    }
    let tilesDown = (m + tileRows - 1) / tileRows
    let tilesAcross = (n + tileColumns - 1) / tileColumns
    let tiles = tilesDown * tilesAcross
    let result = TensorStorage(count: try ArrayLimits.count(of: shape, for: operation))
    result.mutableBuffer.update(repeating: 0)
    guard k > 0 else { return Tensor(shape: shape, storage: result) }
    // Many tiny products go to a worker together; each is computed by itself all the same.
    let pieces = starts.count * tiles
    let work = max(1, min(m, tileRows) * min(n, tileColumns) * k)
    let batch = max(1, (1 << 18) / work)
    try a.withUnsafeBuffer { aBuffer in
      try b.withUnsafeBuffer { bBuffer in
        guard let aBase = aBuffer.baseAddress, let bBase = bBuffer.baseAddress else { return }
        try Workers.run((pieces + batch - 1) / batch) { group in
          for piece in (group * batch)..<min((group + 1) * batch, pieces) {
            let (matrix, tile) = (piece / tiles, piece % tiles)
            let row = tile / tilesAcross * tileRows
            let column = tile % tilesAcross * tileColumns
            gemm(
              min(tileRows, m - row), min(tileColumns, n - column), k,
              aBase + starts[matrix].a + row * k, k,
              bBase + starts[matrix].b + column, n, transposed: false,
              result.pointer + matrix * m * n + row * n + column, n)
          }
        }
      }
    }
    return Tensor(shape: shape, storage: result)
  }
}
