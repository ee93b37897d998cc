import Imaging
import Tensors

/// Where a map says yes. A mask is where the value is above the threshold (`>`), as in the language's own library
/// (`std.thresholds`); a value equal to it does not belong, so a constant map gives an empty mask. Values that are not
/// finite take no part, and their pixels do not belong.
public enum ThresholdRule: Hashable, Sendable {
  /// A number in the map's own units.
  case fixed(Float)
  /// The value that the fraction q (0…1) of the pixels do not exceed, linear between two values.
  case quantile(Double)
  /// The mean.
  case mean
  /// The cut into two classes with the largest variance between them (Otsu 1979), n₀·n₁·(mean₁ − mean₀)², among the
  /// edges of 256 equal bins between the lowest and the highest value. The threshold lies halfway between the values
  /// on both sides of the cut, so it is that of `std.thresholds`, which looks at every cut, unless the best one lies
  /// inside a bin. A constant map gives its value.
  case otsu

  /// The threshold of one map, of any shape. Throws `ImageError.invalid` for a map without finite values, a quantile
  /// outside 0…1 or a fixed threshold that is not a number.
  public func threshold(of map: Tensor) throws(ImageError) -> Float {
    switch self {
    case .fixed(let value):
      guard !value.isNaN else { throw .invalid(operation: "threshold", reason: "it is not a number") }
      return value
    case .quantile(let q):
      guard q >= 0, q <= 1 else {
        throw .invalid(operation: "threshold", reason: "the quantile is \(q); it goes from 0 to 1")
      }
      return Self.quantile(try Self.finite(map), q)
    case .mean:
      let values = try Self.finite(map)
      return Float(values.reduce(0.0) { $0 + Double($1) } / Double(values.count))
    case .otsu: return Self.otsu(try Self.finite(map))
    }
  }

  /// The pixels of a map [height, width] above its threshold. Throws as `threshold(of:)`, and for another rank.
  public func mask(of map: Tensor) throws(ImageError) -> Mask {
    try Mask(of: map, above: threshold(of: map))
  }

  private static func finite(_ map: Tensor) throws(ImageError) -> [Float] {
    let values = map.withUnsafeBuffer { $0.filter(\.isFinite) }
    guard !values.isEmpty else {
      throw .invalid(operation: "threshold", reason: "a map without finite values has none")
    }
    return values
  }

  private static func quantile(_ values: [Float], _ q: Double) -> Float {
    let ordered = values.sorted()
    let place = q * Double(ordered.count - 1)
    let below = Int(place)
    let low = Double(ordered[below])
    let high = Double(ordered[min(below + 1, ordered.count - 1)])
    return Float(low + (high - low) * (place - Double(below)))
  }

  private struct Bin {
    var count = 0
    var sum = 0.0
    var low = Float.infinity
    var high = -Float.infinity
  }

  private static func otsu(_ values: [Float]) -> Float {
    let low = values.reduce(Float.infinity, min)
    let high = values.reduce(-Float.infinity, max)
    guard high > low else { return low }
    // In Double the range of two finite floats is finite.
    let scale = 256 / (Double(high) - Double(low))
    var bins = [Bin](repeating: Bin(), count: 256)
    var total = 0.0
    for value in values {
      let above = Double(value) - Double(low)
      let i = min(Int(above * scale), 255)
      bins[i].count += 1
      bins[i].sum += above
      bins[i].low = min(bins[i].low, value)
      bins[i].high = max(bins[i].high, value)
      total += above
    }
    var (best, threshold) = (-1.0, low)
    var below = Bin()
    for i in 0..<255 where bins[i].count > 0 {
      below.count += bins[i].count
      below.sum += bins[i].sum
      guard let next = bins[(i + 1)...].first(where: { $0.count > 0 }) else { break }
      let (n0, n1) = (Double(below.count), Double(values.count - below.count))
      let distance = (total - below.sum) / n1 - below.sum / n0
      let between = n0 * n1 * distance * distance
      if between > best {
        best = between
        threshold = Float((Double(bins[i].high) + Double(next.low)) / 2)
      }
    }
    return threshold
  }
}

extension Mask {
  /// The pixels of a map [height, width] whose values are above `threshold` (`>`). Values that are not finite do not
  /// belong. Throws `ImageError.invalid` for another rank, `.tooLarge` or `.empty`.
  public init(of map: Tensor, above threshold: Float) throws(ImageError) {
    guard map.rank == 2 else {
      throw .invalid(
        operation: "mask", reason: "expected a map [height, width], got \(describe(shape: map.shape))")
    }
    try ImageLimits.check(width: map.shape[1], height: map.shape[0], name: "the map")
    self.init(
      uncheckedWidth: map.shape[1], height: map.shape[0],
      bits: map.withUnsafeBuffer { values in values.map { $0 > threshold && $0.isFinite ? 1 : 0 } })
  }

  /// The pixels of a map [height, width] whose values are `threshold` or more (`>=`), otherwise as `init(of:above:)`.
  public init(of map: Tensor, atLeast threshold: Float) throws(ImageError) {
    try self.init(of: map, above: threshold.nextDown)
  }
}
