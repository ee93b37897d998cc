import CImageCodecs

/// How pixels are interpolated when a picture is resized. Both widen their support when reducing (antialiasing).
public enum ResizeFilter: Sendable {
  /// A triangle of support 1.
  case bilinear
  /// Keys' cubic with a = −0.5 (IEEE TASSP 29:1153, 1981), support 2.
  case bicubic

  fileprivate var support: Double {
    switch self {
    case .bilinear: 1
    case .bicubic: 2
    }
  }

  /// The weight at distance `x`, in units of the wider of the two grids' spacing.
  fileprivate func weight(_ x: Double) -> Double {
    let x = abs(x)
    switch self {
    case .bilinear: return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
      return 0
    }
  }
}

extension Image {
  /// This picture at another size, bit for bit as Pillow's `resize` gives it: weights rounded to 22 fractional bits, a
  /// horizontal pass rounded to 8 bits, then a vertical one; a pass that would not change the size is left out.
  ///
  /// Throws `ImageError.tooLarge` or `.empty` for a size that is not allowed.
  public func resized(
    width newWidth: Int, height newHeight: Int, filter: ResizeFilter = .bicubic
  ) throws(ImageError) -> Image {
    try ImageLimits.check(width: newWidth, height: newHeight, name: "the resized picture")
    var rows = height
    var pixels = bytes
    if newWidth != width {
      let pass = ResizePass(from: width, to: newWidth, filter: filter)
      try ImageLimits.check(width: newWidth, height: rows, name: "the half-resized picture")
      pixels = try pass.horizontal(pixels, rows: rows, width: width)
    }
    if newHeight != rows {
      let pass = ResizePass(from: rows, to: newHeight, filter: filter)
      pixels = pass.vertical(pixels, rowBytes: 3 * newWidth)
      rows = newHeight
    }
    return Image(uncheckedWidth: newWidth, height: rows, bytes: pixels, source: source)
  }
}

/// One separable pass with its fixed-point weights.
private struct ResizePass {
  let outputs: Int
  let taps: Int
  var first: [Int32]
  var weights: [Int32]

  init(from inputs: Int, to outputs: Int, filter: ResizeFilter) {
    let scale = Double(inputs) / Double(outputs)
    let filterScale = max(scale, 1)
    let support = filter.support * filterScale
    let taps = min(Int(support.rounded(.up)) * 2 + 1, inputs)
    var first = [Int32](repeating: 0, count: outputs)
    var weights = [Int32](repeating: 0, count: outputs * taps)
    var exact = [Double](repeating: 0, count: taps)
    let inverse = 1 / filterScale
    for o in 0..<outputs {
      let center = (Double(o) + 0.5) * scale
      // Truncation towards zero, as in the reference.
      let start = max(Int(center - support + 0.5), 0)
      let count = min(Int(center + support + 0.5), inputs) - start
      var sum = 0.0
      for t in 0..<count {
        exact[t] = filter.weight((Double(t + start) - center + 0.5) * inverse)
        sum += exact[t]
      }
      first[o] = Int32(start)
      for t in 0..<count {
        let weight = sum == 0 ? exact[t] : exact[t] / sum
        let fixed = weight * Double(1 << 22)
        weights[o * taps + t] = Int32(weight < 0 ? fixed - 0.5 : fixed + 0.5)
      }
    }
    self.outputs = outputs
    self.taps = taps
    self.first = first
    self.weights = weights
  }

  private func run<R>(_ body: (UnsafePointer<clip_resize_pass>) -> R) -> R {
    first.withUnsafeBufferPointer { first in
      weights.withUnsafeBufferPointer { weights in
        var pass = clip_resize_pass(
          outputs: Int32(outputs), taps: Int32(taps), first: first.baseAddress, weights: weights.baseAddress)
        return body(&pass)
      }
    }
  }

  /// [rows, width, 3] → [rows, outputs, 3]
  func horizontal(_ pixels: [UInt8], rows: Int, width: Int) throws(ImageError) -> [UInt8] {
    var done = false
    let result = [UInt8](unsafeUninitializedCapacity: rows * outputs * 3) { buffer, count in
      done = run {
        clip_resize_horizontal(pixels, Int32(rows), Int32(width), $0, buffer.baseAddress) != 0
      }
      count = done ? rows * outputs * 3 : 0
    }
    guard done else { throw .invalid(operation: "resize", reason: "out of memory") }
    return result
  }

  /// [inputs, rowBytes] → [outputs, rowBytes]
  func vertical(_ pixels: [UInt8], rowBytes: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: outputs * rowBytes) { buffer, count in
      run { clip_resize_vertical(pixels, Int32(rowBytes), $0, buffer.baseAddress) }
      count = outputs * rowBytes
    }
  }
}
