import Imaging
import Tensors
import TestSupport
import Testing

@Suite struct GridResizeTests {
  /// torch.nn.functional.interpolate with align_corners=False, in all three ways.
  @Test func equalsPyTorch() throws {
    let cases = try Fixture.lines("grids.txt").map { $0.compactMap { Int($0) } }
    #expect(cases.count == 7)
    for row in cases {
      try #require(row.count == 3)
      let grid = try Fixture.array("grid\(row[0]).npy")
      for filter in GridFilter.allCases {
        let expected = try Fixture.array("grid\(row[0])-\(filter).npy")
        let resized = try grid.resizedGrid(rows: row[1], columns: row[2], filter: filter)
        #expect(relativeError(resized, expected) <= 1e-6, "\(row) \(filter)")
        let last = try transposed(grid).resizedGrid(
          rows: row[1], columns: row[2], filter: filter, layout: .channelsLast)
        #expect(relativeError(last, transposed(expected)) <= 1e-6, "\(row) \(filter), channels last")
      }
    }
  }

  /// [c, h, w] → [h, w, c]
  private func transposed(_ x: Tensor) -> Tensor {
    let (c, h, w) = (x.shape[0], x.shape[1], x.shape[2])
    let values = x.scalars
    return Tensor([h, w, c], (0..<(c * h * w)).map { i in values[(i % c) * h * w + i / c] })
  }

  @Test func refusesWhatIsNoGrid() throws {
    for tensor in [Tensor([1, 2, 3]), Tensor([2, 0], []), Tensor([1, 1, 1, 1], [1])] {
      #expect(throws: ImageError.self) { try tensor.resizedGrid(rows: 2, columns: 2, filter: .bilinear) }
    }
    for (rows, columns) in [(0, 1), (1, -1), (90_000, 90_000), (.max, .max)] {
      #expect(throws: ImageError.self) {
        try Tensor([1, 1], [1]).resizedGrid(rows: rows, columns: columns, filter: .bilinear)
      }
    }
  }
}
