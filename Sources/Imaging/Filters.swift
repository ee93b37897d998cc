import CImageCodecs
import Glibc
import Tensors

extension Image {
  /// Each pixel the mean of the square of side 2·radius + 1 around it; edges are repeated. Rounded to nearest.
  /// Throws `ImageError.invalid` for a negative radius or one beyond 1000.
  public func boxBlurred(radius: Int) throws(ImageError) -> Image {
    guard (0...1000).contains(radius) else {
      throw .invalid(operation: "blur", reason: "the radius is \(radius); it goes from 0 to 1000")
    }
    return filtered(Array(repeating: 1 / Float(2 * radius + 1), count: 2 * radius + 1))
  }

  /// Blurred by a Gaussian of standard deviation `sigma` pixels, cut at 4σ; edges are repeated. Rounded to nearest.
  /// Throws `ImageError.invalid` unless 0 ≤ sigma ≤ 250.
  public func gaussianBlurred(sigma: Double) throws(ImageError) -> Image {
    guard sigma >= 0, sigma <= 250 else {
      throw .invalid(operation: "blur", reason: "sigma is \(sigma); it goes from 0 to 250")
    }
    let radius = Int((4 * sigma).rounded(.up))
    guard radius > 0 else { return self }
    let weights = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = weights.reduce(0, +)
    return filtered(weights.map { Float($0 / sum) })
  }

  /// Convolved with an odd number of weights along rows, then along columns.
  private func filtered(_ weights: [Float]) -> Image {
    let radius = weights.count / 2
    let rowCount = 3 * width
    let horizontal = Tensor([height, rowCount]) { out in
      var padded = [Float](repeating: 0, count: rowCount + 6 * radius)
      for y in 0..<height {
        let row = y * rowCount
        for x in -radius..<(width + radius) {
          let from = row + 3 * min(max(x, 0), width - 1)
          for channel in 0..<3 { padded[3 * (x + radius) + channel] = Float(bytes[from + channel]) }
        }
        clip_convolve_row(
          padded, Int32(rowCount), 3, Int32(weights.count), weights, out.baseAddress.map { $0 + row })
      }
    }
    let indices = (0..<height).flatMap { y in
      (-radius...radius).map { Int32(min(max(y + $0, 0), height - 1)) }
    }
    let all = (0..<height).flatMap { _ in weights }
    let sums = Tensor([height, rowCount]) { out in
      horizontal.withUnsafeBuffer { values in
        clip_resample_axis(
          values.baseAddress, 1, Int32(height), Int32(rowCount), Int32(height), Int32(weights.count), indices,
          all, out.baseAddress)
      }
    }
    let result = sums.withUnsafeBuffer { values in
      values.map { UInt8(min(max($0 + 0.5, 0), 255)) }
    }
    return Image(uncheckedWidth: width, height: height, bytes: result, source: source)
  }
}
