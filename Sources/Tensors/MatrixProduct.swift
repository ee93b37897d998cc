import CKernels
import COpenBLAS

#if arch(x86_64)
  import CDNNL
#endif

/// One matrix product on the calling thread: C = alpha · A · B + beta · C, row-major, either factor
/// perhaps transposed. A is m × k (k × m when `turned`) with rows `lda` apart; B is k × n (n × k when
/// `transposed`) with rows `ldb` apart.
///
/// On x86-64 by oneDNN, whose kernels were 10 to 20 % faster than OpenBLAS's in the same run at the
/// shapes of CLIP's towers; elsewhere by OpenBLAS.
@inline(__always)
func gemm(
  _ m: Int, _ n: Int, _ k: Int, alpha: Float = 1,
  _ a: UnsafePointer<Float>, _ lda: Int, turned: Bool = false,
  _ b: UnsafePointer<Float>, _ ldb: Int, transposed: Bool,
  beta: Float = 0, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
) {
  #if arch(x86_64)
    if m == 0 || n == 0 { return }
    clip_keep_products_on_this_thread()
    let (plain, other) = (CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "T")))
    let status = dnnl_sgemm(
      turned ? other : plain, transposed ? other : plain, dnnl_dim_t(m), dnnl_dim_t(n), dnnl_dim_t(k), alpha,
      a, dnnl_dim_t(lda), b, dnnl_dim_t(ldb), beta, c, dnnl_dim_t(ldc))
    if status == dnnl_success { return }
  #endif
  cblas_sgemm(
    CblasRowMajor, turned ? CblasTrans : CblasNoTrans, transposed ? CblasTrans : CblasNoTrans,
    blasint(m), blasint(n), blasint(k), alpha, a, blasint(lda), b, blasint(ldb), beta, c,
    blasint(ldc))
}

/// The activation after a linear layer.
public enum Activation: String, Sendable {
  /// Nothing.
  case identity
  /// x · sigmoid(1.702 x), OpenAI's.
  case quickGELU
  /// x · Φ(x), exact (by the error function).
  case gelu
  /// max(x, 0).
  case relu
  /// max(x + residual, 0): the one activation that follows the residual.
  case reluOfSum

  var code: Int32 {
    switch self {
    case .identity: Int32(CLIP_IDENTITY)
    case .quickGELU: Int32(CLIP_QUICK_GELU)
    case .gelu: Int32(CLIP_GELU)
    case .relu: Int32(CLIP_RELU)
    case .reluOfSum: Int32(CLIP_RELU_OF_SUM)
    }
  }
}

/// How a product's result is cut into pieces for the workers.
///
/// The cut depends on the result's shape, never on the number of threads: BLAS rounds a row
/// differently in another place of another piece on some processors (Haswell, Zen), so this is what
/// makes results equal bit for bit at any thread count. Inside a worker's own job (`Workers.run`)
/// there is one piece. Measured at ViT-B/16's shapes, two row pieces of about 512 are within 5 % of
/// the best cut, four column pieces are the best one for few rows.
struct Tiling {
  /// What `linear` and `product` use.
  static let forwardRows = 512
  private static let targetPieces = 4
  private static let leastColumns = 128

  let rowTiles: Int
  let columnTiles: Int
  let rows: Int
  let columns: Int

  init(rows: Int, columns: Int, targetRows: Int = Tiling.forwardRows) {
    self.rows = rows
    self.columns = columns
    if Workers.isWorker {
      (rowTiles, columnTiles) = (1, 1)
      return
    }
    rowTiles = max(1, (rows + targetRows / 2) / targetRows)
    let wanted = (Self.targetPieces + rowTiles - 1) / rowTiles
    columnTiles = max(1, min(wanted, columns / Self.leastColumns))
  }

  var count: Int { rowTiles * columnTiles }

  /// Tile edges are multiples of 16 where they fall inside, so vector kernels stay on their fast path.
  private func edge(_ index: Int, of parts: Int, _ extent: Int) -> Int {
    index == parts ? extent : min(extent, (extent * index / parts + 15) / 16 * 16)
  }

  func bounds(_ index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    let (r, c) = (index / columnTiles, index % columnTiles)
    return (
      edge(r, of: rowTiles, rows)..<edge(r + 1, of: rowTiles, rows),
      edge(c, of: columnTiles, columns)..<edge(c + 1, of: columnTiles, columns)
    )
  }
}

/// A linear layer with everything that follows it, fused while the result is still in cache:
/// activation(x · Wᵀ + b) + residual (`reluOfSum`: max(x · Wᵀ + b + residual, 0)).
///
/// - Parameters:
///   - x: [rows, in]
///   - weight: [out, in], as checkpoints store it
///   - bias: [out], or nil
///   - residual: [rows, out], or nil
/// - Returns: [rows, out]
public func linear(
  _ x: Tensor, weight: Tensor, bias: Tensor? = nil, activation: Activation = .identity,
  adding residual: Tensor? = nil
) throws -> Tensor {
  guard x.rank == 2, weight.rank == 2, x.shape[1] == weight.shape[1] else {
    throw ShapeError(
      "linear layer", "input \(describe(shape: x.shape)) and weight \(describe(shape: weight.shape))")
  }
  let (m, n, k) = (x.shape[0], weight.shape[0], x.shape[1])
  if let bias, bias.count != n {
    throw ShapeError("linear layer", "bias \(describe(shape: bias.shape)) for \(n) outputs")
  }
  if let residual, residual.shape != [m, n] {
    throw ShapeError("linear layer", "residual \(describe(shape: residual.shape)) for [\(m), \(n)]")
  }
  let out = TensorStorage(count: m * n)
  let tiling = Tiling(rows: m, columns: n)
  try Workers.run(tiling.count) { index in
    let (rows, columns) = tiling.bounds(index)
    if rows.isEmpty || columns.isEmpty { return }
    let c = out.pointer + rows.lowerBound * n + columns.lowerBound
    gemm(
      rows.count, columns.count, k,
      x.pointer + rows.lowerBound * k, k,
      weight.pointer + columns.lowerBound * k, k, transposed: true, c, n)
    clip_bias_activation(
      c, rows.count, columns.count, n, bias.map { $0.pointer + columns.lowerBound },
      activation.code,
      residual.map { $0.pointer + rows.lowerBound * n + columns.lowerBound })
  }
  withExtendedLifetime((x, weight, bias, residual)) {}
  return Tensor(shape: [m, n], storage: out)
}

/// A plain product x · W, with the weight [in, out] as CLIP stores its projections.
///
/// - Returns: [rows, out]
public func product(_ x: Tensor, _ weight: Tensor) throws -> Tensor {
  guard x.rank == 2, weight.rank == 2, x.shape[1] == weight.shape[0] else {
    throw ShapeError(
      "matrix product", "\(describe(shape: x.shape)) and \(describe(shape: weight.shape))")
  }
  let (m, n, k) = (x.shape[0], weight.shape[1], x.shape[1])
  let out = TensorStorage(count: m * n)
  let tiling = Tiling(rows: m, columns: n)
  try Workers.run(tiling.count) { index in
    let (rows, columns) = tiling.bounds(index)
    if rows.isEmpty || columns.isEmpty { return }
    gemm(
      rows.count, columns.count, k,
      x.pointer + rows.lowerBound * k, k,
      weight.pointer + columns.lowerBound, n, transposed: false,
      out.pointer + rows.lowerBound * n + columns.lowerBound, n)
  }
  withExtendedLifetime((x, weight)) {}
  return Tensor(shape: [m, n], storage: out)
}

extension Tensor {
  /// The first scalar. Valid while the tensor is kept alive by its user.
  var pointer: UnsafeMutablePointer<Float> { storage.pointer + offset }
}
