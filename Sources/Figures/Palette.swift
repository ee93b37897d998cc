import Imaging

/// How series are told apart: by colour, and for prints in grey by marker, dashes and hatching as well.
enum Palette {
  /// Eight colours that people who do not see red or green apart tell from one another: Okabe and Ito, "Color Universal
  /// Design" (2008, https://jfly.uni-koeln.de/color/), the strong ones first and yellow, weak on white, last.
  static let colors: [RGB] = [
    RGB(0x0072b2), RGB(0xd55e00), RGB(0x009e73), RGB(0xcc79a7), RGB(0xe69f00), RGB(0x56b4e9), RGB(0x000000),
    RGB(0xf0e442),
  ]

  /// The most series that can be told apart: each colour with five shapes.
  static let limit = 40

  /// The colour of a series by its place.
  static func color(_ series: Int) -> Color { Color(colors[series % colors.count]) }

  /// Dashes of lines, in points: after eight series colours come again with other dashes.
  static func dash(_ series: Int) -> [Double] {
    let dashes: [[Double]] = [
      [], [4, 1.6], [1.2, 1.4], [5, 1.4, 1.2, 1.4], [7, 2], [2.4, 1.2], [5, 1.4, 1.2, 1.4, 1.2, 1.4],
    ]
    return dashes[(series + series / colors.count) % dashes.count]
  }

  /// A series' marker around a place.
  /// - Parameter radius: of the circle; the other shapes have about its area.
  static func marker(_ series: Int, at p: Point, radius r: Double, opacity: Double = 1) -> Drawing.Element {
    var fill = color(series)
    fill.opacity = opacity
    // A rim parts markers that touch.
    let rim = Stroke(Color(.white, opacity: opacity), width: r / 4)
    func polygon(_ corners: [(Double, Double)], _ size: Double) -> Drawing.Element {
      .polygon(corners.map { Point(p.x + $0.0 * size * r, p.y + $0.1 * size * r) }, fill: fill, outline: rim)
    }
    switch (series + series / colors.count) % 7 {
    case 0: return .circle(p, radius: r, fill: fill, outline: rim)
    case 1: return polygon([(-1, -1), (1, -1), (1, 1), (-1, 1)], 0.9)
    case 2: return polygon([(0, -1.2), (1.1, 0.75), (-1.1, 0.75)], 1.1)
    case 3: return polygon([(0, -1), (1, 0), (0, 1), (-1, 0)], 1.28)
    case 4: return polygon([(0, 1.2), (1.1, -0.75), (-1.1, -0.75)], 1.1)
    case 5:
      let (a, b) = (0.42, 1.25)
      return polygon(
        [
          (-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a), (a, b), (-a, b), (-a, a), (-b, a), (-b, -a),
          (-a, -a),
        ], 1)
    default: return .circle(p, radius: r * 0.85, fill: Color(.white), outline: Stroke(fill, width: r / 1.8))
    }
  }

  /// Lines over a filled rectangle that tell its series in grey: none for the first, then slanted, crossed, straight.
  static func hatching(_ series: Int, _ r: Rectangle) -> [Drawing.Element] {
    let directions: [[Hatch]] = [
      [], [.rising], [.falling], [.rising, .falling], [.level], [.upright], [.level, .upright],
    ]
    let stroke = Stroke(Color(.white, opacity: 0.85), width: 0.7)
    return directions[(series + series / colors.count) % directions.count].flatMap {
      lines($0, r).map { .lines($0, stroke) }
    }
  }

  private enum Hatch { case rising, falling, level, upright }

  /// Lines 3.5 points apart, at most some hundreds.
  private static func lines(_ hatch: Hatch, _ r: Rectangle) -> [[Point]] {
    let extent =
      switch hatch {
      case .rising, .falling: (r.width + r.height) / 1.4142
      case .level: r.height
      case .upright: r.width
      }
    let count = min(Int(min(extent, 4000) / 3.5), 600)
    guard count > 0 else { return [] }
    return (0...count).compactMap { i in
      let t = (Double(i) + 0.5) * extent / Double(count + 1)
      switch hatch {
      case .level: return [Point(r.x, r.y + t), Point(r.right, r.y + t)]
      case .upright: return [Point(r.x + t, r.y), Point(r.x + t, r.bottom)]
      case .rising, .falling:
        // x + y = s from the upper left corner, within the rectangle.
        let s = t * 1.4142
        let first = (max(0, s - r.height), min(s, r.height))
        let last = (min(s, r.width), max(0, s - r.width))
        guard last.0 > first.0 else { return nil }
        return [first, last].map {
          Point(hatch == .rising ? r.x + $0.0 : r.right - $0.0, r.y + $0.1)
        }
      }
    }
  }
}
