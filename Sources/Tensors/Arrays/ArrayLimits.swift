import Glibc

/// Bounds on what an array operation may ask for, so that a script's mistake is an error rather
/// than a machine out of memory.
public enum ArrayLimits {
  /// The most axes a tensor may have.
  public static let maximumRank = 16

  /// The most scalars one tensor may have: 2³¹, or what fills half of this machine's memory.
  public static let maximumCount: Int = {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let pageSize = sysconf(Int32(_SC_PAGESIZE))
    guard pages > 0, pageSize > 0 else { return 1 << 28 }
    let (bytes, overflow) = pages.multipliedReportingOverflow(by: pageSize)
    return overflow ? 1 << 31 : min(1 << 31, bytes / 2 / MemoryLayout<Float>.stride)
  }()

  /// The most bytes that all tensors together may hold: three quarters of this machine's memory.
  /// (Beyond, Linux would end the process rather than refuse an allocation.)
  public static let maximumBytes: Int = {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let pageSize = sysconf(Int32(_SC_PAGESIZE))
    guard pages > 0, pageSize > 0 else { return 1 << 32 }
    let (bytes, overflow) = pages.multipliedReportingOverflow(by: pageSize)
    return overflow ? 1 << 40 : bytes / 4 * 3
  }()

  /// Throws `ShapeError` when `count` more scalars beside all tensors that exist exceed
  /// `maximumBytes`.
  public static func checkRoom(for count: Int, in operation: String) throws {
    let live = TensorStorage.liveBytes
    guard count > (maximumBytes - live) / MemoryLayout<Float>.stride else { return }
    func gigabytes(_ bytes: Int) -> String { "\((bytes + 500_000_000) / 1_000_000_000) GB" }
    let more = count == 0 ? "" : " for \(gigabytes(count * MemoryLayout<Float>.stride)) more"
    throw ShapeError(
      operation,
      "there is no memory\(more): tensors hold \(gigabytes(live)) of the \(gigabytes(maximumBytes)) they may")
  }

  /// The product of `shape`, computed without overflow.
  /// Throws `ShapeError` for negative extents, too many axes, more than `maximumCount` scalars, or
  /// more than there is room for (see `checkRoom`).
  @discardableResult
  public static func count(of shape: [Int], for operation: String) throws -> Int {
    guard shape.count <= maximumRank else {
      throw ShapeError(operation, "\(shape.count) axes; at most \(maximumRank) are possible")
    }
    if let extent = shape.first(where: { $0 < 0 }) {
      throw ShapeError(operation, "negative extent \(extent) in shape \(describe(shape: shape))")
    }
    // Empty shapes are held to the same bound by their other extents, so that no product overflows.
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow, product <= maximumCount else {
        throw ShapeError(
          operation,
          "shape \(describe(shape: shape)) has more than \(maximumCount) scalars, the most this machine allows"
        )
      }
      count = product
    }
    if shape.contains(0) { return 0 }
    try checkRoom(for: count, in: operation)
    return count
  }

  /// An axis counted from the end where negative, made non-negative.
  /// Throws `ShapeError` when there is no such axis.
  public static func axis(_ axis: Int, rank: Int, for operation: String) throws -> Int {
    guard axis >= -rank, axis < rank else {
      let axes = rank == 0 ? "a single number has no axes" : "there are \(rank) axes, 0 to \(rank - 1)"
      throw ShapeError(operation, "no axis \(axis): \(axes)")
    }
    return axis < 0 ? axis + rank : axis
  }
}
