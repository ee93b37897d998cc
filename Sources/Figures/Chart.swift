/// A chart of numbers: lines, bars, dots or boxes, one series or several. It has no size: `drawing` lays it out on any.
public struct Chart: Equatable, Sendable {
  /// What stands for the numbers.
  public enum Kind: String, CaseIterable, Sendable {
    /// A line through points in the order of x.
    case line
    /// Bars from zero, side by side.
    case bar
    /// A mark for each point.
    case scatter
    /// Median, quartiles and what lies beyond.
    case box
  }

  /// One number and where it stands.
  public struct Sample: Equatable, Sendable {
    /// The number on the horizontal axis, or the place of the category.
    public var x: Double
    /// The number; nil leaves a gap.
    public var y: Double?
    /// How far down it may reach.
    public var low: Double?
    /// How far up it may reach.
    public var high: Double?

    /// A number at a place.
    public init(x: Double, y: Double?, low: Double? = nil, high: Double? = nil) {
      self.x = x
      self.y = y
      self.low = low
      self.high = high
    }
  }

  /// Numbers that belong together.
  public struct Series: Equatable, Sendable {
    /// What the legend calls it.
    public var name: String
    /// Its numbers.
    public var samples: [Sample]

    /// Numbers with a name.
    public init(name: String, samples: [Sample]) {
      self.name = name
      self.samples = samples
    }
  }

  /// Where the series are named.
  public enum LegendPlace: String, CaseIterable, Sendable {
    /// Right, where there are several.
    case auto
    /// To the right of the axes.
    case right
    /// Below the axes.
    case bottom
    /// Above the axes.
    case top
    /// Nowhere.
    case none
  }

  /// How `low` and `high` are drawn.
  public enum Spread: String, CaseIterable, Sendable {
    /// A band along lines, whiskers elsewhere.
    case auto
    /// A pale area along lines.
    case band
    /// Strokes with ends.
    case whiskers
    /// Not at all.
    case none
  }

  /// Which part of an axis is seen.
  public struct Limits: Equatable, Sendable {
    /// Where it begins; nil for what the numbers need.
    public var low: Double?
    /// Where it ends; nil for what the numbers need.
    public var high: Double?

    /// Limits of an axis.
    public init(low: Double? = nil, high: Double? = nil) {
      self.low = low
      self.high = high
    }
  }

  /// Lines, bars, dots or boxes.
  public var kind: Kind
  /// What is drawn.
  public var series: [Series]
  /// Names along the horizontal axis; nil where it has numbers.
  public var categories: [String]?
  /// What stands above; empty for nothing.
  public var title = ""
  /// What the horizontal axis shows; empty for nothing.
  public var xLabel = ""
  /// What the vertical axis shows; empty for nothing.
  public var yLabel = ""
  /// What the series differ in, above their names; empty for nothing.
  public var seriesLabel = ""
  /// The part of the horizontal axis that is seen.
  public var xLimits = Limits()
  /// The part of the vertical axis that is seen.
  public var yLimits = Limits()
  /// Whether equal distances on the horizontal axis are equal factors.
  public var isXLogarithmic = false
  /// Whether equal distances on the vertical axis are equal factors.
  public var isYLogarithmic = false
  /// Where the series are named.
  public var legend = LegendPlace.auto
  /// How uncertainty is drawn.
  public var spread = Spread.auto

  /// A chart of series that are as they are drawn. `ChartData` makes them of columns.
  public init(kind: Kind, series: [Series], categories: [String]? = nil) {
    self.kind = kind
    self.series = series
    self.categories = categories
  }

  /// Lays the chart out on paper.
  ///
  /// - Parameters:
  ///   - width: in points.
  ///   - height: in points.
  /// - Throws: `FigureError` where there is nothing to draw, limits leave nothing, or letters leave no room; `Interrupted`.
  public func drawing(width: Double, height: Double) throws -> Drawing {
    try ChartLayout(self, width: width, height: height).drawing()
  }
}
