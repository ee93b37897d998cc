extension Image {
  /// Mixes `color` into one pixel, coverage 255 replacing it; outside the picture nothing happens.
  mutating func blend(_ color: RGB, coverage: UInt8, x: Int, y: Int) {
    guard coverage > 0, x >= 0, y >= 0, x < width, y < height else { return }
    let i = 3 * (y * width + x)
    let c = Int(coverage)
    func mix(_ old: UInt8, _ new: UInt8) -> UInt8 { UInt8((Int(old) * (255 - c) + Int(new) * c + 127) / 255) }
    bytes[i] = mix(bytes[i], color.red)
    bytes[i + 1] = mix(bytes[i + 1], color.green)
    bytes[i + 2] = mix(bytes[i + 2], color.blue)
  }

  /// Fills a rectangle; what falls outside the picture is cut off.
  public mutating func fill(_ rectangle: PixelRectangle, color: RGB) {
    let left = max(rectangle.x, 0)
    let top = max(rectangle.y, 0)
    let right = min(rectangle.x.clampedSum(rectangle.width), width)
    let bottom = min(rectangle.y.clampedSum(rectangle.height), height)
    guard left < right, top < bottom else { return }
    for y in top..<bottom {
      for i in stride(from: 3 * (y * width + left), to: 3 * (y * width + right), by: 3) {
        bytes[i] = color.red
        bytes[i + 1] = color.green
        bytes[i + 2] = color.blue
      }
    }
  }

  /// Outlines a rectangle, `thickness` pixels inwards from its edge.
  public mutating func outline(_ rectangle: PixelRectangle, color: RGB, thickness: Int = 2) {
    let (x, y, w, h) = (rectangle.x, rectangle.y, rectangle.width, rectangle.height)
    guard w > 0, h > 0, thickness > 0 else { return }
    let t = min(thickness, w, h)
    fill(PixelRectangle(x: x, y: y, width: w, height: t), color: color)
    fill(PixelRectangle(x: x, y: y.clampedSum(h - t), width: w, height: t), color: color)
    fill(PixelRectangle(x: x, y: y, width: t, height: h), color: color)
    fill(PixelRectangle(x: x.clampedSum(w - t), y: y, width: t, height: h), color: color)
  }

  /// A filled circle with smooth edges; pixel (c, r) has its centre at (c + ½, r + ½).
  public mutating func fillCircle(x: Double, y: Double, radius: Double, color: RGB) {
    fillShape(x: x, y: y, radius: radius, color: color) { dx, dy in dx * dx + dy * dy <= radius * radius }
  }

  /// A filled five-pointed star with smooth edges, one point up; `radius` reaches its points.
  public mutating func fillStar(x: Double, y: Double, radius: Double, color: RGB) {
    // A pentagram's inner radius, and its ten corners, clockwise from the top.
    let inner = radius * 0.381966
    let corners: [(Double, Double)] = zip(Self.tenths, 0...).map { direction, i in
      let r = i % 2 == 0 ? radius : inner
      return (r * direction.0, r * direction.1)
    }
    fillShape(x: x, y: y, radius: radius, color: color) { dx, dy in
      var inside = false
      var (fromX, fromY) = corners[9]
      for (toX, toY) in corners {
        if (toY > dy) != (fromY > dy), dx < (fromX - toX) * (dy - toY) / (fromY - toY) + toX {
          inside.toggle()
        }
        (fromX, fromY) = (toX, toY)
      }
      return inside
    }
  }

  /// (sin, −cos) of multiples of 36°.
  private static let tenths: [(Double, Double)] = [
    (0, -1), (0.587785, -0.809017), (0.951057, -0.309017), (0.951057, 0.309017), (0.587785, 0.809017),
    (0, 1), (-0.587785, 0.809017), (-0.951057, 0.309017), (-0.951057, -0.309017), (-0.587785, -0.809017),
  ]

  /// Covers each pixel by the share of 8×8 samples for which `inside` holds, offsets from the centre.
  private mutating func fillShape(
    x: Double, y: Double, radius: Double, color: RGB, inside: (Double, Double) -> Bool
  ) {
    guard x.isFinite, y.isFinite, radius.isFinite, radius > 0 else { return }
    let left = Int(min(max(x - radius, 0), Double(width)))
    let right = Int(min(max(x + radius + 1, 0), Double(width)))
    let top = Int(min(max(y - radius, 0), Double(height)))
    let bottom = Int(min(max(y + radius + 1, 0), Double(height)))
    guard left < right, top < bottom else { return }
    for row in top..<bottom {
      for column in left..<right {
        var hits = 0
        for sample in 0..<64 {
          let dx = Double(column) + (Double(sample % 8) + 0.5) / 8 - x
          let dy = Double(row) + (Double(sample / 8) + 0.5) / 8 - y
          if inside(dx, dy) { hits += 1 }
        }
        blend(color, coverage: UInt8(min(hits * 4, 255)), x: column, y: row)
      }
    }
  }

  /// The marks a point can get.
  public enum Marker: Sendable {
    /// A disc.
    case circle
    /// A five-pointed star.
    case star
  }

  /// Marks the pixel (x, y): a shape in `color` with a white rim, so that it shows on any ground.
  ///
  /// - Parameter radius: in pixels; nil for 1/60 of the picture's longer side, at least 4.
  public mutating func mark(
    x: Int, y: Int, marker: Marker = .circle, color: RGB, radius: Double? = nil
  ) {
    let radius = radius ?? max(Double(max(width, height)) / 60, 4)
    let rim = max(radius * 0.25, 1)
    let centerX = Double(x) + 0.5
    let centerY = Double(y) + 0.5
    switch marker {
    case .circle:
      fillCircle(x: centerX, y: centerY, radius: radius + rim, color: .white)
      fillCircle(x: centerX, y: centerY, radius: radius, color: color)
    case .star:
      fillStar(x: centerX, y: centerY, radius: (radius + rim) * 1.5, color: .white)
      fillStar(x: centerX, y: centerY, radius: radius * 1.3, color: color)
    }
  }
}

extension Int {
  /// A sum that stops at the largest or smallest integer.
  fileprivate func clampedSum(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }
}
