import Tensors

/// exp(−|p_i − p_j|²/2σ²) over the pixels of a picture, by convolution along rows and columns. What is farther than 4σ in
/// either direction counts as 0, as does what lies outside the picture.
struct GaussianKernel: PairwiseKernel {
  let weight: Float
  private let width: Int
  private let height: Int
  /// The weights at distances 0, 1, ….
  private let taps: [Float]

  init(width: Int, height: Int, deviation: Double, weight: Double) {
    self.width = width
    self.height = height
    self.weight = Float(weight)
    let reach = min(Int((4 * deviation).rounded(.up)), max(width, height))
    taps = (0...reach).map { Float(exponential(-Double($0 * $0) / (2 * deviation * deviation))) }
  }

  func filtered(_ values: [Float], channels: Int) throws -> [Float] {
    let row = width * channels
    var middle = [Float](repeating: 0, count: values.count)
    try middle.withUnsafeMutableBufferPointer { middle in
      try values.withUnsafeBufferPointer { values in
        nonisolated(unsafe) let (middle, values) = (middle, values)
        try Workers.run(height) { y in
          for other in max(0, y - taps.count + 1)..<min(height, y + taps.count) {
            let tap = taps[abs(other - y)]
            for i in 0..<row { middle[y * row + i] += tap * values[other * row + i] }
          }
        }
      }
    }
    var result = [Float](repeating: 0, count: values.count)
    try result.withUnsafeMutableBufferPointer { result in
      try middle.withUnsafeBufferPointer { middle in
        nonisolated(unsafe) let (result, middle) = (result, middle)
        try Workers.run(height) { y in
          let start = y * row
          for (distance, tap) in taps.enumerated() where distance < width {
            let shift = distance * channels
            for i in 0..<(row - shift) { result[start + i] += tap * middle[start + i + shift] }
            if shift > 0 { for i in shift..<row { result[start + i] += tap * middle[start + i - shift] } }
          }
        }
      }
    }
    return result
  }
}
