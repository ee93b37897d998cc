import Imaging
import Tensors

/// The guided filter with a colour guide (He, Sun, Tang, "Guided Image Filtering", PAMI 35(6), 2013).
///
/// In each window of (2·radius + 1)² pixels the map p is taken for a linear function of the colours I in 0…1:
/// a = (Σ + εU)⁻¹ cov(I, p), b = p̄ − aᵀĪ, where Σ is the colours' 3×3 covariance. The result is āᵀI + b̄, with a and b
/// averaged over the windows that hold the pixel.
public struct GuidedFilter: Hashable, Sendable {
  /// Half the windows' side, in pixels.
  public var radius: Int
  /// ε, in squared units of colours in 0…1: edges of a smaller variance are smoothed over.
  public var epsilon: Double

  /// A filter; the defaults are the paper's for feathering masks.
  public init(radius: Int = 60, epsilon: Double = 1e-6) {
    self.radius = radius
    self.epsilon = epsilon
  }

  /// Filters maps [labels, height, width] over the pixels of `guide`. Throws `ImageError.invalid` for maps of another
  /// size or not finite, a radius below 1 or an epsilon that is no positive number; `Interrupted`.
  public func refined(_ maps: Tensor, guide: Image) throws -> Tensor {
    let labels = try Refinement.check(maps, guide: guide, operation: "guided filter")
    guard radius >= 1 else {
      throw ImageError.invalid(
        operation: "guided filter", reason: "the radius is \(radius); it is at least 1")
    }
    guard epsilon > 0, epsilon.isFinite else {
      throw ImageError.invalid(
        operation: "guided filter", reason: "epsilon is \(epsilon); it is a number above 0")
    }
    let model = try ColourModel(
      guide,
      box: BoxFilter(
        width: guide.width, height: guide.height, radius: min(radius, max(guide.width, guide.height))),
      epsilon: epsilon)
    let area = guide.width * guide.height
    let out = Tensor(maps.shape, repeating: 0)
    for label in 0..<labels {
      let map = maps.row(label).withUnsafeBuffer { $0.map { Double($0) } }
      try model.filter(
        map, into: UnsafeMutableBufferPointer(start: out.storage.pointer + label * area, count: area))
    }
    return out
  }
}

/// What the filter needs of the guide, for all maps.
private struct ColourModel {
  private let box: BoxFilter
  private let count: Int
  /// Red, green, blue in 0…1.
  private let colours: [[Double]]
  private let means: [[Double]]
  /// The upper triangle of (Σ + εU)⁻¹: rr, rg, rb, gg, gb, bb.
  private let inverse: [[Double]]

  init(_ guide: Image, box: BoxFilter, epsilon: Double) throws {
    let count = guide.width * guide.height
    let colours = (0..<3).map { c in
      guide.bytes.withUnsafeBufferPointer { bytes in (0..<count).map { Double(bytes[3 * $0 + c]) / 255 } }
    }
    let means = try colours.map { try box.mean($0) }
    var triangle: [[Double]] = []
    for a in 0..<3 {
      for b in a..<3 {
        var products = try box.mean(Self.product(colours[a], colours[b]))
        for i in 0..<count { products[i] -= means[a][i] * means[b][i] }
        if a == b { for i in 0..<count { products[i] += epsilon } }
        triangle.append(products)
      }
    }
    Self.invert(&triangle, count: count)
    self.box = box
    self.count = count
    self.colours = colours
    self.means = means
    self.inverse = triangle
  }

  private static func product(_ a: [Double], _ b: [Double]) -> [Double] {
    [Double](unsafeUninitializedCapacity: a.count) { out, count in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in for i in 0..<a.count { out[i] = a[i] * b[i] } }
      }
      count = a.count
    }
  }

  /// Inverts symmetric 3×3 matrices by cofactors, in place. They are positive definite by ε.
  private static func invert(_ m: inout [[Double]], count: Int) {
    var inverse = [[Double]](repeating: [Double](repeating: 0, count: count), count: 6)
    for i in 0..<count {
      let (rr, rg, rb, gg, gb, bb) = (m[0][i], m[1][i], m[2][i], m[3][i], m[4][i], m[5][i])
      let (c0, c1, c2) = (gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg)
      let determinant = rr * c0 + rg * c1 + rb * c2
      inverse[0][i] = c0 / determinant
      inverse[1][i] = c1 / determinant
      inverse[2][i] = c2 / determinant
      inverse[3][i] = (rr * bb - rb * rb) / determinant
      inverse[4][i] = (rb * rg - rr * gb) / determinant
      inverse[5][i] = (rr * gg - rg * rg) / determinant
    }
    m = inverse
  }

  func filter(_ map: [Double], into out: UnsafeMutableBufferPointer<Float>) throws {
    var offset = try box.mean(map)
    var slopes = try colours.map { try box.mean(Self.product($0, map)) }
    for i in 0..<count {
      let p = offset[i]
      let (r, g, b) = (
        slopes[0][i] - means[0][i] * p, slopes[1][i] - means[1][i] * p, slopes[2][i] - means[2][i] * p
      )
      let slopeR = inverse[0][i] * r + inverse[1][i] * g + inverse[2][i] * b
      let slopeG = inverse[1][i] * r + inverse[3][i] * g + inverse[4][i] * b
      let slopeB = inverse[2][i] * r + inverse[4][i] * g + inverse[5][i] * b
      slopes[0][i] = slopeR
      slopes[1][i] = slopeG
      slopes[2][i] = slopeB
      offset[i] = p - slopeR * means[0][i] - slopeG * means[1][i] - slopeB * means[2][i]
    }
    slopes = try slopes.map { try box.mean($0) }
    offset = try box.mean(offset)
    for i in 0..<count {
      out[i] = Float(
        slopes[0][i] * colours[0][i] + slopes[1][i] * colours[1][i] + slopes[2][i] * colours[2][i] + offset[i]
      )
    }
  }
}
