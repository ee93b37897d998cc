import Imaging
import Tensors

/// How several polygons make one mask.
public enum PolygonRule: Hashable, Sendable {
  /// A pixel belongs if it is in any of them: COCO's, for objects in several pieces.
  case union
  /// A pixel belongs if it is in an odd number of them: lines around holes count as such.
  case evenOdd
}

extension Mask {
  /// The pixels inside polygons; a polygon that crosses itself has inside what an odd number of turns surrounds.
  ///
  /// The rule is that of COCO's program (pycocotools, `frPyObjects` and `merge`), pixel for pixel: corners are
  /// rounded to fifths of a pixel, each side is a line of such fifths with one for each column of fifths (or row, where
  /// it is steep), and a column of pixels changes between in and out where the line crosses its middle, at the first
  /// pixel whose centre is not above the crossing. So polygons along the sides of pixels, such as `contours`, hold
  /// exactly these pixels.
  ///
  /// - Parameters:
  ///   - polygons: the corners of each, in pixels from the top left corner of the picture; three at least. Parts outside
  ///     the picture are cut off.
  /// - Throws: `ImageError.invalid` for fewer corners, coordinates that are not finite or more than a million pixels
  ///   away, or sides too long in all; `.tooLarge` or `.empty`; `Interrupted`.
  public init(
    width: Int, height: Int, polygons: [[PlanePoint]], rule: PolygonRule = .union
  ) throws {
    try self.init(width: width, height: height)
    try add(polygons, rule: rule)
  }

  /// Adds the pixels inside polygons, by the rule of `init(width:height:polygons:rule:)`; the work is that of the
  /// polygons' own boxes. Throws as that, and may then have added some of them.
  public mutating func add(_ polygons: [[PlanePoint]], rule: PolygonRule = .union) throws {
    var budget = 100_000_000
    for polygon in polygons {
      try Interruption.check()
      try FineRing(polygon, budget: &budget).fill(&self, rule)
    }
  }

  /// The pixels inside polygons as COCO's files list them: x and y of each corner in turn. Throws as
  /// `init(width:height:polygons:rule:)`, and for an odd number of coordinates.
  public init(width: Int, height: Int, coordinates: [[Double]]) throws {
    try self.init(width: width, height: height)
    try add(coordinates: coordinates)
  }

  /// Adds the pixels inside polygons as COCO's files list them. Throws as `init(width:height:coordinates:)`, and may then
  /// have added some of them.
  public mutating func add(coordinates: [[Double]]) throws {
    let polygons = try coordinates.map { list in
      guard list.count % 2 == 0 else {
        throw ImageError.invalid(
          operation: "polygon", reason: "\(list.count) coordinates; they come in pairs")
      }
      return stride(from: 0, to: list.count, by: 2).map { PlanePoint(x: list[$0], y: list[$0 + 1]) }
    }
    try add(polygons)
  }
}

/// A polygon on the grid of fifths of a pixel.
private struct FineRing {
  private static let scale = 5
  private let corners: [(x: Int, y: Int)]

  /// Takes from `budget` the fifths its sides pass.
  init(_ polygon: [PlanePoint], budget: inout Int) throws(ImageError) {
    guard polygon.count >= 3 else {
      throw .invalid(operation: "polygon", reason: "\(polygon.count) corners; there are at least 3")
    }
    var corners: [(x: Int, y: Int)] = []
    for point in polygon {
      guard point.x.isFinite, point.y.isFinite, abs(point.x) <= 1e6, abs(point.y) <= 1e6 else {
        throw .invalid(operation: "polygon", reason: "a corner lies at (\(point.x), \(point.y))")
      }
      // Towards 0, as a cast in C.
      corners.append((Int(Double(Self.scale) * point.x + 0.5), Int(Double(Self.scale) * point.y + 0.5)))
    }
    for (i, a) in corners.enumerated() {
      let b = corners[i + 1 < corners.count ? i + 1 : 0]
      budget -= max(abs(a.x - b.x), abs(a.y - b.y)) + 1
    }
    guard budget >= 0 else { throw .invalid(operation: "polygon", reason: "the sides are too long in all") }
    self.corners = corners
  }

  /// Adds the pixels inside to a mask: within the ring's own box.
  func fill(_ mask: inout Mask, _ rule: PolygonRule) {
    guard let box = box(width: mask.width, height: mask.height) else { return }
    let (columns, rows) = (box.columns.count, box.rows.count)
    // Places, column by column, from which on in and out are swapped; where two coincide they undo each other. A
    // column has an even number of them, so each begins outside; what lies below the picture changes nothing.
    var swaps = [UInt8](repeating: 0, count: columns * rows)
    forEachCrossing { column, y in
      guard box.columns.contains(column), y < box.rows.upperBound else { return }
      swaps[(column - box.columns.lowerBound) * rows + max(y, box.rows.lowerBound) - box.rows.lowerBound] ^= 1
    }
    for column in 0..<columns {
      var inside: UInt8 = 0
      for row in 0..<rows {
        inside ^= swaps[column * rows + row]
        let place = (box.rows.lowerBound + row) * mask.width + box.columns.lowerBound + column
        switch rule {
        case .union: mask.bits[place] |= inside
        case .evenOdd: mask.bits[place] ^= inside
        }
      }
    }
  }

  /// The pixels of a picture among which those inside are; nil where there are none.
  private func box(width: Int, height: Int) -> (columns: Range<Int>, rows: Range<Int>)? {
    var (left, right, top, bottom) = (Int.max, Int.min, Int.max, Int.min)
    for corner in corners {
      (left, right) = (min(left, corner.x), max(right, corner.x))
      (top, bottom) = (min(top, corner.y), max(bottom, corner.y))
    }
    // A fifth more on each side: points between negative corners are rounded towards 0.
    let first = max(0, (left - 1) / Self.scale - 1)
    let end = min(width, (right + 1) / Self.scale + 1)
    let upper = max(0, Self.row(below: top - 1))
    let lower = min(height, Self.row(below: bottom + 1))
    return first < end && upper < lower ? (first..<end, upper..<lower) : nil
  }

  /// The first row of pixels whose centre is not above a height in fifths.
  private static func row(below fine: Int) -> Int {
    Int(((Double(fine) + 0.5) / Double(scale) - 0.5).rounded(.up))
  }

  /// Calls `body` with each column of pixels whose middle the ring crosses, and the first row below the crossing.
  private func forEachCrossing(_ body: (Int, Int) -> Void) {
    var last: (x: Int, y: Int)?
    forEachPoint { x, y in
      defer { last = (x, y) }
      guard let last, last.x != x else { return }
      let left = min(last.x, x)
      // The middle of a column of pixels lies within its third fifth.
      guard left >= 0, (left - 2) % Self.scale == 0 else { return }
      body((left - 2) / Self.scale, Self.row(below: min(last.y, y)))
    }
  }

  /// Calls `body` with the points of all sides in turn: one for each step along a side's longer extent. The shorter
  /// coordinate is computed from the side's left or upper end, so that a side is the same in both directions.
  private func forEachPoint(_ body: (Int, Int) -> Void) {
    for (i, start) in corners.enumerated() {
      let end = corners[i + 1 < corners.count ? i + 1 : 0]
      let (dx, dy) = (abs(end.x - start.x), abs(end.y - start.y))
      let isFlat = dx >= dy
      let isReversed = isFlat ? start.x > end.x : start.y > end.y
      let (a, b) = isReversed ? (end, start) : (start, end)
      let length = max(dx, dy)
      let slope = isFlat ? Double(b.y - a.y) / Double(dx) : Double(b.x - a.x) / Double(dy)
      for step in 0...length {
        let t = isReversed ? length - step : step
        // Of a side without length the slope is no number, and not asked for.
        let across = length == 0 ? 0 : slope * Double(t)
        if isFlat {
          body(a.x + t, Int(Double(a.y) + across + 0.5))
        } else {
          body(Int(Double(a.x) + across + 0.5), a.y + t)
        }
      }
    }
  }
}
