import Tensors

/// Means over squares of (2·radius + 1)² pixels, cut at the picture's border, at a cost that does not depend on the
/// radius: running sums down the columns, then along the rows (in Double, so that they keep their digits).
struct BoxFilter {
  let width: Int
  let height: Int
  let radius: Int
  /// Columns that are summed together.
  private static let block = 64

  /// The means of `plane`, height·width values.
  func mean(_ plane: [Double]) throws -> [Double] {
    var columns = [Double](repeating: 0, count: plane.count)
    try plane.withUnsafeBufferPointer { plane in
      try columns.withUnsafeMutableBufferPointer { columns in
        nonisolated(unsafe) let (plane, columns) = (plane, columns)
        try Workers.run((width + Self.block - 1) / Self.block) { number in
          sumColumns(number * Self.block, plane, columns)
        }
      }
    }
    var result = [Double](repeating: 0, count: plane.count)
    try columns.withUnsafeBufferPointer { columns in
      try result.withUnsafeMutableBufferPointer { result in
        nonisolated(unsafe) let (columns, result) = (columns, result)
        try Workers.run(height) { y in averageRow(y, columns, result) }
      }
    }
    return result
  }

  private func sumColumns(
    _ first: Int, _ plane: UnsafeBufferPointer<Double>, _ out: UnsafeMutableBufferPointer<Double>
  ) {
    let end = min(first + Self.block, width)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: end - first) { sums in
      sums.initialize(repeating: 0)
      for y in 0..<min(radius, height) {
        for x in first..<end { sums[x - first] += plane[y * width + x] }
      }
      for y in 0..<height {
        if y + radius < height {
          let row = (y + radius) * width
          for x in first..<end { sums[x - first] += plane[row + x] }
        }
        if y - radius > 0 {
          let row = (y - radius - 1) * width
          for x in first..<end { sums[x - first] -= plane[row + x] }
        }
        for x in first..<end { out[y * width + x] = sums[x - first] }
      }
    }
  }

  private func averageRow(
    _ y: Int, _ columns: UnsafeBufferPointer<Double>, _ out: UnsafeMutableBufferPointer<Double>
  ) {
    let row = y * width
    let rows = min(y + radius, height - 1) - max(y - radius, 0) + 1
    var sum = 0.0
    for x in 0..<min(radius, width) { sum += columns[row + x] }
    for x in 0..<width {
      if x + radius < width { sum += columns[row + x + radius] }
      if x - radius > 0 { sum -= columns[row + x - radius - 1] }
      let count = min(x + radius, width - 1) - max(x - radius, 0) + 1
      out[row + x] = sum / Double(rows * count)
    }
  }
}
