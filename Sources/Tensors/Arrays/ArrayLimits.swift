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

  /// The product of `shape`, computed without overflow.
  /// Throws `ShapeError` for negative extents, too many axes, or more than `maximumCount` scalars.
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
    return shape.contains(0) ? 0 : count
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
