import Imaging
import Tensors

/// exp(−|p_i − p_j|²/2θ_α² − |I_i − I_j|²/2θ_β²) over the pixels of a picture, approximately: on the permutohedral lattice of
/// their five coordinates (Adams, Baek, Davis, "Fast High-Dimensional Filtering Using the Permutohedral Lattice",
/// Eurographics 2010). Values are spread over the six corners of each pixel's simplex, blurred with (½, 1, ½) along the
/// six directions of the lattice, and read back.
struct LatticeKernel: PairwiseKernel {
  let weight: Float
  private let width: Int
  private let height: Int
  /// The corners of each pixel's simplex, [pixels, 6]: places in the lattice and shares.
  private let corners: [Int32]
  private let shares: [Float]
  /// For each lattice point the entries of `corners` that are it, in ascending order: those of point v are
  /// `entries[starts[v]..<starts[v + 1]]`.
  private let starts: [Int32]
  private let entries: [Int32]
  /// The two neighbours along each direction, [6, points, 2]; −1 where there is none.
  private let neighbours: [Int32]
  private var points: Int { starts.count - 1 }

  /// Lattice points that are blurred or gathered together.
  private static let block = 4096
  /// Rows whose lattice points are looked up together.
  private static let strip = 64

  init(guide: Image, reach: Double, colourRange: Double, weight: Double) throws {
    self.weight = Float(weight)
    width = guide.width
    height = guide.height
    var shares = [Float](repeating: 0, count: 6 * width * height)
    var corners = [Int32](repeating: 0, count: 6 * width * height)
    var table = LatticeTable()
    // Keys are large: only those of a strip exist at a time. Points are numbered in the order of the pixels.
    for top in stride(from: 0, to: height, by: Self.strip) {
      let rows = top..<min(top + Self.strip, height)
      let keys = try Self.keys(of: guide, rows: rows, reach: reach, colourRange: colourRange, shares: &shares)
      for (i, key) in keys.enumerated() { corners[6 * top * width + i] = table.place(key) }
    }
    // The entries of each point, by counting.
    var starts = [Int32](repeating: 0, count: table.keys.count + 1)
    for corner in corners { starts[Int(corner) + 1] += 1 }
    for v in 1..<starts.count { starts[v] += starts[v - 1] }
    var next = starts
    var entries = [Int32](repeating: 0, count: corners.count)
    for (i, corner) in corners.enumerated() {
      entries[Int(next[Int(corner)])] = Int32(i)
      next[Int(corner)] += 1
    }
    neighbours = try Self.neighbours(table)
    self.corners = corners
    self.shares = shares
    self.starts = starts
    self.entries = entries
  }

  /// The corners' keys of the pixels of some rows, and their shares.
  private static func keys(
    of guide: Image, rows: Range<Int>, reach: Double, colourRange: Double, shares: inout [Float]
  ) throws -> [LatticeKey] {
    let width = guide.width
    var keys = [LatticeKey](repeating: .zero, count: 6 * width * rows.count)
    try keys.withUnsafeMutableBufferPointer { keys in
      try shares.withUnsafeMutableBufferPointer { shares in
        nonisolated(unsafe) let (keys, shares) = (keys, shares)
        try Workers.run(rows.count) { row in
          let y = rows.lowerBound + row
          for x in 0..<width {
            let i = y * width + x
            let simplex = Simplex(
              (
                Double(x) / reach, Double(y) / reach, Double(guide.bytes[3 * i]) / colourRange,
                Double(guide.bytes[3 * i + 1]) / colourRange, Double(guide.bytes[3 * i + 2]) / colourRange
              ))
            for corner in 0..<6 {
              keys[6 * (row * width + x) + corner] = simplex.key(corner)
              shares[6 * i + corner] = Float(simplex.shares[corner])
            }
          }
        }
      }
    }
    return keys
  }

  private static func neighbours(_ table: LatticeTable) throws -> [Int32] {
    let points = table.keys.count
    var result = [Int32](repeating: -1, count: 12 * points)
    try result.withUnsafeMutableBufferPointer { result in
      nonisolated(unsafe) let result = result
      try Workers.run((points + block - 1) / block) { number in
        for v in (number * block)..<min((number + 1) * block, points) {
          for direction in 0..<6 {
            let step = LatticeKey.step(direction)
            result[2 * (direction * points + v)] = table.find(table.keys[v] &+ step)
            result[2 * (direction * points + v) + 1] = table.find(table.keys[v] &- step)
          }
        }
      }
    }
    return result
  }

  func filtered(_ values: [Float], channels: Int) throws -> [Float] {
    var lattice = try spread(values, channels)
    for direction in 0..<6 { lattice = try blurred(lattice, direction, channels) }
    var result = [Float](repeating: 0, count: values.count)
    try result.withUnsafeMutableBufferPointer { result in
      try lattice.withUnsafeBufferPointer { lattice in
        nonisolated(unsafe) let (result, lattice) = (result, lattice)
        try Workers.run(height) { y in
          for i in (y * width)..<((y + 1) * width) {
            for corner in (6 * i)..<(6 * i + 6) {
              let (share, from) = (shares[corner], Int(corners[corner]) * channels)
              for c in 0..<channels { result[i * channels + c] += share * lattice[from + c] }
            }
          }
        }
      }
    }
    return result
  }

  /// Runs `body` for each lattice point on a new array [points, channels] of zeros.
  private func forEachPoint(
    _ channels: Int, _ body: (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) throws -> [Float] {
    var result = [Float](repeating: 0, count: points * channels)
    try result.withUnsafeMutableBufferPointer { result in
      nonisolated(unsafe) let result = result
      try Workers.run((points + Self.block - 1) / Self.block) { number in
        for v in (number * Self.block)..<min((number + 1) * Self.block, points) { body(v, result) }
      }
    }
    return result
  }

  /// What the pixels give to each lattice point, in the order of the pixels.
  private func spread(_ values: [Float], _ channels: Int) throws -> [Float] {
    try values.withUnsafeBufferPointer { values in
      try forEachPoint(channels) { v, lattice in
        for place in starts[v]..<starts[v + 1] {
          let entry = Int(entries[Int(place)])
          let (share, from) = (shares[entry], entry / 6 * channels)
          for c in 0..<channels { lattice[v * channels + c] += share * values[from + c] }
        }
      }
    }
  }

  private func blurred(_ old: [Float], _ direction: Int, _ channels: Int) throws -> [Float] {
    try old.withUnsafeBufferPointer { old in
      try forEachPoint(channels) { v, new in
        let both = 2 * (direction * points + v)
        let (a, b) = (Int(neighbours[both]), Int(neighbours[both + 1]))
        for c in 0..<channels {
          let sides = (a >= 0 ? old[a * channels + c] : 0) + (b >= 0 ? old[b * channels + c] : 0)
          new[v * channels + c] = old[v * channels + c] + sides / 2
        }
      }
    }
  }
}
