import Imaging
import Tensors

/// A corner of pixels, or any place of the picture in pixels: (0, 0) is its top left corner, (0.5, 0.5) the centre of its
/// first pixel.
public struct PlanePoint: Hashable, Sendable {
  /// To the right.
  public var x: Double
  /// Downwards.
  public var y: Double

  /// A place.
  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}

/// A closed line around a connected part of a mask, or around a hole in one, along the sides of pixels.
public struct Contour: Hashable, Sendable {
  /// The corners where the line turns, without the first once more at the end. The line keeps the mask to its right:
  /// on a screen outer ones run clockwise, holes counterclockwise. The first corner begins
  /// the topmost side that runs to the right, of those the leftmost.
  public let points: [PlanePoint]

  /// The area inside by the shoelace formula: positive for an outer line, negative for a hole. All contours of a mask
  /// come to its area.
  public let signedArea: Double

  /// Whether the line surrounds a hole.
  public var isHole: Bool { signedArea < 0 }

  init(_ points: [PlanePoint]) {
    self.points = points
    var sum = 0.0
    for (i, a) in points.enumerated() {
      let b = points[i + 1 < points.count ? i + 1 : 0]
      sum += a.x * b.y - b.x * a.y
    }
    signedArea = sum / 2
  }
}

extension Mask {
  /// The borders of the mask, outer ones and those of holes, in the order of their first corners, row by row. Where two
  /// pixels touch at a corner alone, `connectivity` says whether one line passes around both. Throws `Interrupted`.
  public func contours(_ connectivity: Connectivity = .eight) throws(Interrupted) -> [Contour] {
    var contours: [Contour] = []
    // Every line runs rightwards along the top side of some pixel; those passed are done.
    var passed = [Bool](repeating: false, count: bits.count)
    for y in 0..<height {
      try Interruption.check()
      for x in 0..<width where isTop(x, y) && !passed[y * width + x] {
        contours.append(Contour(trace(fromX: x, y: y, connectivity, &passed)))
      }
    }
    return contours
  }

  /// Whether the pixel belongs; those outside the picture do not.
  private func contains(_ x: Int, _ y: Int) -> Bool {
    x >= 0 && y >= 0 && x < width && y < height && bits[y * width + x] == 1
  }

  private func isTop(_ x: Int, _ y: Int) -> Bool { contains(x, y) && !contains(x, y - 1) }

  /// Follows the line that runs along the top side of pixel (x, y), the mask to its right, until it closes.
  private func trace(
    fromX startX: Int, y startY: Int, _ connectivity: Connectivity, _ passed: inout [Bool]
  ) -> [PlanePoint] {
    var points: [PlanePoint] = []
    var (x, y) = (startX, startY)
    // Right, down, left or up, as (dx, dy).
    var (dx, dy) = (1, 0)
    repeat {
      if dx == 1 { passed[y * width + x] = true }
      x += dx
      y += dy
      // The pixels ahead, to the right and to the left of the line.
      let right = contains(x + (dx - dy - 1) / 2, y + (dy + dx - 1) / 2)
      let left = contains(x + (dx + dy - 1) / 2, y + (dy - dx - 1) / 2)
      let turnsLeft = left && (right || connectivity == .eight)
      if turnsLeft {
        points.append(PlanePoint(x: Double(x), y: Double(y)))
        (dx, dy) = (dy, -dx)
      } else if !right {
        points.append(PlanePoint(x: Double(x), y: Double(y)))
        (dx, dy) = (-dy, dx)
      }
    } while (x, y) != (startX, startY) || (dx, dy) != (1, 0)
    // It began with a turn, which was noted last.
    return points.suffix(1) + points.dropLast()
  }
}
