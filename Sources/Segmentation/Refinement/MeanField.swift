import Tensors

/// Sums over all pixels, weighted by how alike two pixels are.
protocol PairwiseKernel: Sendable {
  /// The weight w of this kernel's messages.
  var weight: Float { get }

  /// Σ_j k(i, j)·v_j for each pixel i and channel, up to one factor for all. `values` and the result are
  /// [pixels, channels].
  func filtered(_ values: [Float], channels: Int) throws -> [Float]
}

/// Mean field over the pixels of a picture.
struct MeanField {
  private let kernels: [(kernel: any PairwiseKernel, scale: [Float])]
  private let labels: Int
  private let width: Int
  private let height: Int
  private var area: Int { width * height }

  init(kernels: [any PairwiseKernel], labels: Int, width: Int, height: Int) throws {
    self.labels = labels
    self.width = width
    self.height = height
    let ones = [Float](repeating: 1, count: width * height)
    self.kernels = try kernels.map { kernel in
      // A sum of 0 cannot be, as each pixel is its own neighbour; the limit guards against underflow.
      (kernel, try kernel.filtered(ones, channels: 1).map { 1 / max($0, 1e-20).squareRoot() })
    }
  }

  /// Σ_m w_m Σ_j k̃_m(i, j)·v_j, [pixels, channels].
  private func messages(_ values: [Float], channels: Int) throws -> [Float] {
    var total = [Float](repeating: 0, count: values.count)
    for (kernel, scale) in kernels {
      let weight = kernel.weight
      let sums = try kernel.filtered(try scaled(values, by: scale, channels: channels), channels: channels)
      try total.withUnsafeMutableBufferPointer { total in
        try sums.withUnsafeBufferPointer { sums in
          nonisolated(unsafe) let (total, sums) = (total, sums)
          try Workers.run(height) { y in
            for i in (y * width)..<((y + 1) * width) {
              let factor = weight * scale[i]
              for c in (i * channels)..<((i + 1) * channels) { total[c] += factor * sums[c] }
            }
          }
        }
      }
    }
    return total
  }

  private func scaled(_ values: [Float], by scale: [Float], channels: Int) throws -> [Float] {
    var result = values
    try result.withUnsafeMutableBufferPointer { result in
      nonisolated(unsafe) let result = result
      try Workers.run(height) { y in
        for i in (y * width)..<((y + 1) * width) {
          for c in (i * channels)..<((i + 1) * channels) { result[c] *= scale[i] }
        }
      }
    }
    return result
  }

  /// Labels that compete: the softmax of `maps`/temperature is refined. [labels, height, width].
  func competing(_ maps: Tensor, temperature: Float, iterations: Int) throws -> Tensor {
    let unary = interleaved(maps).map { $0 / temperature }
    var q = try normalized(unary)
    for _ in 0..<iterations {
      var energy = try messages(q, channels: labels)
      for i in energy.indices { energy[i] += unary[i] }
      q = try normalized(energy)
    }
    return planar(q)
  }

  /// The softmax over the channels of each pixel.
  private func normalized(_ energy: [Float]) throws -> [Float] {
    var result = energy
    try result.withUnsafeMutableBufferPointer { result in
      nonisolated(unsafe) let result = result
      try Workers.run(height) { y in
        for i in (y * width)..<((y + 1) * width) {
          let channels = (i * labels)..<((i + 1) * labels)
          var highest = -Float.infinity
          for c in channels { highest = max(highest, result[c]) }
          var sum: Float = 0
          for c in channels {
            result[c] = exponential(result[c] - highest)
            sum += result[c]
          }
          for c in channels { result[c] /= sum }
        }
      }
    }
    return result
  }

  /// Each map's probability against the rest, on its own. With two labels Q and 1 − Q, the rest's message is the
  /// kernel's total less the label's. [labels, height, width].
  func independent(_ maps: Tensor, iterations: Int) throws -> Tensor {
    let low = DenseCRF.certainty
    var q = interleaved(maps).map { min(max($0, low), 1 - low) }
    let unary = q.map { logarithm($0 / (1 - $0)) }
    let totals = try messages([Float](repeating: 1, count: area), channels: 1)
    for _ in 0..<iterations {
      let energy = try messages(q, channels: labels)
      for i in 0..<area {
        for c in (i * labels)..<((i + 1) * labels) {
          q[c] = 1 / (1 + exponential(totals[i] - 2 * energy[c] - unary[c]))
        }
      }
    }
    return planar(q)
  }

  private func interleaved(_ maps: Tensor) -> [Float] {
    maps.withUnsafeBuffer { maps in
      [Float](unsafeUninitializedCapacity: maps.count) { out, count in
        for l in 0..<labels { for i in 0..<area { out[i * labels + l] = maps[l * area + i] } }
        count = maps.count
      }
    }
  }

  private func planar(_ values: [Float]) -> Tensor {
    Tensor([labels, height, width]) { out in
      for l in 0..<labels { for i in 0..<area { out[l * area + i] = values[i * labels + l] } }
    }
  }
}
