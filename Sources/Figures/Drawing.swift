import Imaging

/// A drawing on paper: shapes, letters and pictures in points (1/72 inch) from the top left corner, to be rendered as
/// PNG, SVG or PDF.
///
/// ```swift
/// var drawing = Drawing(width: 100, height: 50)
/// drawing.add(.lines([Point(0, 0), Point(100, 50)], Stroke(Color(.black), width: 1)))
/// let bytes = try drawing.pdf()
/// ```
public struct Drawing: Equatable, Sendable {
  /// The paper's width, in points.
  public let width: Double
  /// The paper's height, in points.
  public let height: Double
  /// What is on it; later elements cover earlier ones.
  public private(set) var elements: [Element] = []

  /// Empty white paper of the given size in points.
  public init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// Puts an element over what is there.
  public mutating func add(_ element: Element) { elements.append(element) }

  /// Puts all of another drawing over what is there, its corner at (x, y).
  public mutating func add(_ other: Drawing, x: Double, y: Double) {
    elements.append(.moved(x: x, y: y, other.elements))
  }

  /// Points in a millimetre.
  public static let pointsPerMillimetre = 72 / 25.4

  /// One thing on the paper.
  public indirect enum Element: Equatable, Sendable {
    /// A rectangle, filled, outlined or both.
    case rectangle(Rectangle, fill: Color? = nil, outline: Stroke? = nil)
    /// A line through points, its joints round.
    case lines([Point], Stroke)
    /// A closed shape through points.
    case polygon([Point], fill: Color? = nil, outline: Stroke? = nil)
    /// A circle.
    case circle(Point, radius: Double, fill: Color? = nil, outline: Stroke? = nil)
    /// A line of letters.
    case text(Text)
    /// A picture that fills a rectangle: its pixels smoothed, or as squares.
    case picture(Image, Rectangle, isSmooth: Bool)
    /// Elements of which only what lies in the rectangle is seen.
    case clipped(Rectangle, [Element])
    /// Elements whose origin is (x, y).
    case moved(x: Double, y: Double, [Element])
  }

  /// The characters in it that no font here has, each once; at most `limit` of them.
  public func missingCharacters(limit: Int = 20) -> String {
    func texts(_ elements: [Element]) -> [String] {
      elements.flatMap { element -> [String] in
        switch element {
        case .text(let text): [text.string]
        case .clipped(_, let inner), .moved(_, _, let inner): texts(inner)
        default: []
        }
      }
    }
    let all = texts(elements)
    let missing = Typefaces.use { faces in
      all.reduce(into: [Unicode.Scalar]()) { known, text in
        known += faces.missing(in: text).filter { !known.contains($0) }
      }
    }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: missing.prefix(limit))
    return String(view)
  }

  /// A line of letters.
  public struct Text: Equatable, Sendable {
    /// The characters.
    public var string: String
    /// Where the baseline begins, or its middle or end, as `anchor` says.
    public var place: Point
    /// The size of an em, in points.
    public var size: Double
    /// Which part of the line stands at `place`.
    public var anchor: Anchor
    /// Degrees, counterclockwise about `place`.
    public var angle: Double
    /// Whether the strokes are thickened.
    public var isBold: Bool
    /// The letters' colour.
    public var color: Color

    /// A line of letters.
    public init(
      _ string: String, at place: Point, size: Double, anchor: Anchor = .start, angle: Double = 0,
      isBold: Bool = false, color: Color = Color(.black)
    ) {
      self.string = string
      self.place = place
      self.size = size
      self.anchor = anchor
      self.angle = angle
      self.isBold = isBold
      self.color = color
    }
  }

  /// A part of a line of letters.
  public enum Anchor: Sendable {
    /// Where it begins.
    case start
    /// Its middle.
    case middle
    /// Where it ends.
    case end
  }
}

/// A place on paper, in points; y grows downwards.
public struct Point: Hashable, Sendable {
  /// From the left.
  public var x: Double
  /// From the top.
  public var y: Double

  /// A place.
  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// A rectangle on paper, in points.
public struct Rectangle: Hashable, Sendable {
  /// The left edge.
  public var x: Double
  /// The upper edge.
  public var y: Double
  /// From left to right.
  public var width: Double
  /// From top to bottom.
  public var height: Double

  /// A rectangle from its upper left corner and its size.
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The right edge.
  public var right: Double { x + width }
  /// The lower edge.
  public var bottom: Double { y + height }

  /// Whether a place lies inside or on an edge.
  public func contains(_ point: Point) -> Bool {
    point.x >= x && point.x <= right && point.y >= y && point.y <= bottom
  }
}

/// A colour that may let through what is below.
public struct Color: Hashable, Sendable {
  /// Red, green and blue.
  public var rgb: RGB
  /// From 0, invisible, to 1.
  public var opacity: Double

  /// A colour.
  public init(_ rgb: RGB, opacity: Double = 1) {
    self.rgb = rgb
    self.opacity = opacity
  }

  /// A colour written as `0xRRGGBB`.
  public init(_ hex: UInt32, opacity: Double = 1) { self.init(RGB(hex), opacity: opacity) }

  /// Mixed with white: 0 is the colour, 1 is white.
  public func lighter(_ share: Double) -> Color {
    func mixed(_ channel: UInt8) -> UInt8 {
      UInt8((Double(channel) + (255 - Double(channel)) * min(max(share, 0), 1)).rounded())
    }
    return Color(
      RGB(red: mixed(rgb.red), green: mixed(rgb.green), blue: mixed(rgb.blue)), opacity: opacity)
  }
}

/// How a line is drawn.
public struct Stroke: Hashable, Sendable {
  /// Its colour.
  public var color: Color
  /// Its width, in points.
  public var width: Double
  /// Lengths of dashes and gaps in turn, in points; empty for an unbroken line.
  public var dash: [Double]

  /// A way to draw a line.
  public init(_ color: Color, width: Double, dash: [Double] = []) {
    self.color = color
    self.width = width
    self.dash = dash
  }
}

/// What cannot be drawn, in users' words.
public struct FigureError: Error, Equatable, CustomStringConvertible, Sendable {
  /// A sentence for the user.
  public let description: String
  /// The option or parameter at fault.
  public let option: String?
  /// What to do about it.
  public let hint: String?

  /// An error.
  public init(_ description: String, option: String? = nil, hint: String? = nil) {
    self.description = description
    self.option = option
    self.hint = hint
  }
}
