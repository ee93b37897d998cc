import Tensors

/// RISE's masks (Petsiuk et al. 2018, section 3.3): coarse grids of zeros and ones, enlarged smoothly and
/// shifted.
///
/// A grid of `cells` × `cells`, each 1 with probability `visible`, is enlarged bilinearly to (cells + 1) ×
/// (cells + 1) cells of ⌈H / cells⌉ × ⌈W / cells⌉ pixels; the mask is the part of H × W pixels at a random
/// place less than a cell from the corner. Values lie in 0 … 1.
struct RandomMasks {
  let cells: Int
  let visible: Double
  let height: Int
  let width: Int
  private var stream: RandomStream

  /// Masks for an input of `height` × `width` pixels; the first n are the same however many are drawn.
  init(cells: Int, visible: Double, height: Int, width: Int, seed: UInt64) {
    self.cells = cells
    self.visible = visible
    self.height = height
    self.width = width
    stream = RandomStream(seed: seed)
  }

  /// The next mask: cells² + 2 random numbers, the pixels when they are asked for.
  mutating func next() -> RandomMask {
    let grid = (0..<cells * cells).map { _ in stream.uniform() < visible ? Float(1) : 0 }
    let (cellHeight, cellWidth) = ((height + cells - 1) / cells, (width + cells - 1) / cells)
    let (top, left) = (stream.integer(below: cellHeight), stream.integer(below: cellWidth))
    return RandomMask(
      grid: grid, cells: cells,
      rows: RandomMask.positions(cells: cells, cell: cellHeight, from: top, count: height),
      columns: RandomMask.positions(cells: cells, cell: cellWidth, from: left, count: width))
  }
}

extension RandomMasks {
  /// The next masks.
  mutating func next(_ count: Int) -> [RandomMask] { (0..<count).map { _ in next() } }
}

/// One mask, as a grid and where its pixels lie on it.
struct RandomMask: Sendable {
  /// A pixel between two cells of one axis.
  struct Position: Sendable {
    let low: Int
    let high: Int
    /// The share of `high`.
    let fraction: Float
  }

  let grid: [Float]
  let cells: Int
  let rows: [Position]
  let columns: [Position]

  /// Where pixels `from` … `from + count − 1` of the enlarged grid lie, by their centres.
  static func positions(cells: Int, cell: Int, from: Int, count: Int) -> [Position] {
    let scale = Double(cells) / Double((cells + 1) * cell)
    return (0..<count).map { index in
      let place = min(max((Double(from + index) + 0.5) * scale - 0.5, 0), Double(cells - 1))
      let low = Int(place)
      return Position(low: low, high: min(low + 1, cells - 1), fraction: Float(place - Double(low)))
    }
  }

  /// The mask [H, W].
  func pixels() -> Tensor {
    Tensor([rows.count, columns.count]) { out in
      for (y, row) in rows.enumerated() {
        let (top, bottom) = (row.low * cells, row.high * cells)
        for (x, column) in columns.enumerated() {
          let (a, b) = (grid[top + column.low], grid[top + column.high])
          let (c, d) = (grid[bottom + column.low], grid[bottom + column.high])
          let upper = a + (b - a) * column.fraction
          let lower = c + (d - c) * column.fraction
          out[y * columns.count + x] = upper + (lower - upper) * row.fraction
        }
      }
    }
  }
}

/// Means of maps over patches.
enum PatchMeans {
  /// Means, or sums, over patches of `size` × `size` pixels: [T, H, W] → [T, H / size, W / size].
  static func of(_ maps: Tensor, size: Int, sums: Bool = false) throws -> Tensor {
    guard maps.rank == 3, size > 0, maps.shape[1] % size == 0, maps.shape[2] % size == 0 else {
      throw ShapeError("patches", "\(describe(shape: maps.shape)) in patches of \(size)")
    }
    let (targets, height, width) = (maps.shape[0], maps.shape[1], maps.shape[2])
    let (rows, columns) = (height / size, width / size)
    let share = sums ? 1 : 1 / Double(size * size)
    return Tensor([targets, rows, columns]) { out in
      maps.withUnsafeBuffer { source in
        for t in 0..<targets {
          for row in 0..<rows {
            for column in 0..<columns {
              var sum = 0.0
              for y in row * size..<(row + 1) * size {
                let start = (t * height + y) * width
                for x in column * size..<(column + 1) * size { sum += Double(source[start + x]) }
              }
              out[(t * rows + row) * columns + column] = Float(sum * share)
            }
          }
        }
      }
    }
  }
}
