import Imaging
import Tensors

/// Pixel-adaptive mask refinement (Araslanov, Roth, "Single-Stage Semantic Segmentation from Image Labels", CVPR 2020).
///
/// Each step replaces a value by a mean over neighbours of similar colour: the 8 pixels around at each dilation, those
/// beyond the border being the border's own. Their weights are the softmax over all neighbours j of the mean over
/// colours of −|I_i − I_j| / (0.1·σ_i + 10⁻⁸), σ_i being the standard deviation of the 3×3 squares at all dilations (with
/// N − 1, the pixel itself once a dilation), as in the authors' program.
public struct PAMR: Hashable, Sendable {
  /// Distances of the neighbours, in pixels.
  public var dilations: [Int]
  /// How often the means are taken.
  public var iterations: Int

  /// A refinement; the defaults are the paper's.
  public init(dilations: [Int] = [1, 2, 4, 8, 12, 24], iterations: Int = 10) {
    self.dilations = dilations
    self.iterations = iterations
  }

  /// Refines maps [labels, height, width] over the pixels of `guide`. It needs 32 bytes a pixel for each dilation.
  /// Throws `ImageError.invalid` for maps of another size or not finite, 0 or more than 16 dilations, one outside
  /// 1…1000, or iterations outside 0…1000; `Interrupted`.
  public func refined(_ maps: Tensor, guide: Image) throws -> Tensor {
    let labels = try Refinement.check(maps, guide: guide, operation: "pamr")
    guard (1...16).contains(dilations.count) else {
      throw ImageError.invalid(operation: "pamr", reason: "\(dilations.count) dilations; there are 1 to 16")
    }
    if let wrong = dilations.first(where: { !(1...1000).contains($0) }) {
      throw ImageError.invalid(operation: "pamr", reason: "a dilation is \(wrong); they go from 1 to 1000")
    }
    guard (0...1000).contains(iterations) else {
      throw ImageError.invalid(
        operation: "pamr", reason: "there are \(iterations) iterations; they go from 0 to 1000")
    }
    let field = Neighbourhood(width: guide.width, height: guide.height, dilations: dilations)
    let weights = try field.weights(guide)
    let area = guide.width * guide.height
    let result = Tensor(maps.shape, repeating: 0)
    for label in 0..<labels {
      var map = maps.row(label).scalars
      for _ in 0..<iterations { map = try field.averaged(map, weights) }
      for i in 0..<area { result.storage.pointer[label * area + i] = map[i] }
    }
    return result
  }
}

/// The neighbours of each pixel.
private struct Neighbourhood: Sendable {
  let width: Int
  let height: Int
  /// Rows and columns from a pixel to its neighbours.
  let offsets: [(dy: Int, dx: Int)]
  /// Copies of the border's pixels beside each row.
  let pad: Int
  private var stride: Int { width + 2 * pad }

  init(width: Int, height: Int, dilations: [Int]) {
    self.width = width
    self.height = height
    pad = dilations.max() ?? 0
    offsets = dilations.flatMap { d in
      [(-d, -d), (-d, 0), (-d, d), (0, -d), (0, d), (d, -d), (d, 0), (d, d)]
    }
  }

  /// A plane whose rows go on at both ends with their border's values.
  private func padded(_ value: (Int) -> Float) -> [Float] {
    [Float](unsafeUninitializedCapacity: height * stride) { out, count in
      for y in 0..<height {
        for x in 0..<stride { out[y * stride + x] = value(y * width + min(max(x - pad, 0), width - 1)) }
      }
      count = height * stride
    }
  }

  private func row(_ y: Int) -> Int { min(max(y, 0), height - 1) * stride + pad }

  /// The weights, [height, neighbours, width].
  func weights(_ guide: Image) throws -> [Float] {
    let planes = (0..<3).map { c in padded { Float(guide.bytes[3 * $0 + c]) } }
    var weights = [Float](repeating: 0, count: height * offsets.count * width)
    try weights.withUnsafeMutableBufferPointer { weights in
      nonisolated(unsafe) let weights = weights
      try Workers.run(height) { y in
        let target = UnsafeMutableBufferPointer(
          rebasing: weights[(y * offsets.count * width)..<((y + 1) * offsets.count * width)])
        for plane in planes { plane.withUnsafeBufferPointer { addDistances($0, y, target) } }
        softmax(target)
      }
    }
    return weights
  }

  /// Adds one colour's −|I_i − I_j| / (0.1·σ_i + 10⁻⁸) / 3 of a row.
  private func addDistances(
    _ plane: UnsafeBufferPointer<Float>, _ y: Int, _ target: UnsafeMutableBufferPointer<Float>
  ) {
    let centres = row(y)
    var sums = [Float](repeating: 0, count: width)
    var squares = sums
    // About the pixel's own value, which so adds nothing: the sums of 8-bit differences are exact.
    for (dy, dx) in offsets {
      let others = row(y + dy) + dx
      for x in 0..<width {
        let difference = plane[others + x] - plane[centres + x]
        sums[x] += difference
        squares[x] += difference * difference
      }
    }
    // Eight neighbours and the pixel itself at each dilation.
    let count = Float(offsets.count / 8 * 9)
    for x in 0..<width {
      let variance = max(squares[x] - sums[x] * sums[x] / count, 0) / (count - 1)
      sums[x] = -1 / (3 * (1e-8 + 0.1 * variance.squareRoot()))
    }
    for (k, (dy, dx)) in offsets.enumerated() {
      let others = row(y + dy) + dx
      for x in 0..<width {
        target[k * width + x] += abs(plane[others + x] - plane[centres + x]) * sums[x]
      }
    }
  }

  /// The softmax over neighbours, [neighbours, width].
  private func softmax(_ values: UnsafeMutableBufferPointer<Float>) {
    for x in 0..<width {
      var highest = -Float.infinity
      for k in offsets.indices { highest = max(highest, values[k * width + x]) }
      var sum: Float = 0
      for k in offsets.indices {
        let e = exponential(values[k * width + x] - highest)
        values[k * width + x] = e
        sum += e
      }
      for k in offsets.indices { values[k * width + x] /= sum }
    }
  }

  /// One step: the weighted means of the neighbours.
  func averaged(_ map: [Float], _ weights: [Float]) throws -> [Float] {
    let plane = map.withUnsafeBufferPointer { map in padded { map[$0] } }
    var result = [Float](repeating: 0, count: map.count)
    try result.withUnsafeMutableBufferPointer { result in
      try plane.withUnsafeBufferPointer { plane in
        try weights.withUnsafeBufferPointer { weights in
          nonisolated(unsafe) let (result, plane, weights) = (result, plane, weights)
          try Workers.run(height) { y in
            let out = UnsafeMutableBufferPointer(rebasing: result[(y * width)..<((y + 1) * width)])
            for (k, (dy, dx)) in offsets.enumerated() {
              let others = row(y + dy) + dx
              let own = (y * offsets.count + k) * width
              for x in 0..<width { out[x] += weights[own + x] * plane[others + x] }
            }
          }
        }
      }
    }
    return result
  }
}
