import Imaging

/// Pictures, charts and words arranged for publication: rows of panels with titles and letters, a bar that explains
/// colours, a caption. It has no height of its own: `drawing` finds it from the width.
public struct Composition: Equatable, Sendable {
  /// What a panel shows.
  public indirect enum Content: Equatable, Sendable {
    /// A picture; it keeps its proportions.
    case picture(Image)
    /// A chart; laid out on the paper that the panel gets, its letters as large as elsewhere.
    case chart(Chart)
    /// Another arrangement.
    case composition(Composition)
    /// Words.
    case text(String)
  }

  /// One place of the arrangement.
  public struct Panel: Equatable, Sendable {
    /// What it shows.
    public var content: Content
    /// What stands above it; empty for nothing.
    public var title: String
    /// The letter it is called by; empty for none.
    public var letter: String

    /// A panel.
    public init(_ content: Content, title: String = "", letter: String = "") {
      self.content = content
      self.title = title
      self.letter = letter
    }
  }

  /// The panels, row by row.
  public var rows: [[Panel]]
  /// What stands left of each row; missing ones are empty.
  public var rowLabels: [String] = []
  /// What stands above all; empty for nothing.
  public var heading = ""
  /// What stands below all; empty for nothing.
  public var caption = ""
  /// The bar that explains the colours of maps; nil for none.
  public var bar: Legend?
  /// The colours of masks with their names, below the panels; empty for none.
  public var swatches: [CategoryLegend.Entry] = []
  /// Between panels, in points.
  public var gap: Double
  /// Whether the pixels of pictures are smoothed where they are enlarged, or squares.
  public var isSmooth = true

  /// An arrangement of rows of panels; `gap` in points.
  public init(rows: [[Panel]], gap: Double = 3 * Drawing.pointsPerMillimetre) {
    self.rows = rows
    self.gap = gap
  }

  /// How many panels there are, those of arrangements within counted too.
  public var panelCount: Int {
    rows.joined().reduce(0) { count, panel in
      if case .composition(let inner) = panel.content { count + inner.panelCount } else { count + 1 }
    }
  }

  /// Arranges everything.
  /// - Parameter width: the paper's width, in points; its height follows.
  /// - Throws: `FigureError` where there is nothing or no room; `Interrupted`.
  public func drawing(width: Double) throws -> Drawing {
    try CompositionLayout(self, width: width).drawing()
  }
}

/// A chart or an arrangement with its size: what scripts hold and files show.
public struct Figure: Equatable, Sendable {
  /// What it shows.
  public let content: Composition.Content
  /// The width, in millimetres.
  public let width: Double
  /// The height, in millimetres.
  public let height: Double
  /// Pixels an inch where it becomes pixels.
  public let dpi: Double
  /// It on paper.
  public let drawing: Drawing

  /// The sizes that are taken, in millimetres.
  public static let sizes = 10.0...2000
  /// The resolutions that are taken, in pixels an inch.
  public static let resolutions = 30.0...2400

  /// Lays a chart out on paper of a size in millimetres. Throws `FigureError`, `Interrupted`.
  public init(_ chart: Chart, width: Double, height: Double, dpi: Double) throws {
    try Self.check(width, "width")
    try Self.check(height, "height")
    try Self.check(dpi: dpi)
    let unit = Drawing.pointsPerMillimetre
    content = .chart(chart)
    self.width = width
    self.height = height
    self.dpi = dpi
    drawing = try chart.drawing(width: width * unit, height: height * unit)
  }

  /// Arranges panels on paper of a width in millimetres. Throws `FigureError`, also where the figure would become
  /// higher than it may be; `Interrupted`.
  public init(_ composition: Composition, width: Double, dpi: Double) throws {
    try Self.check(width, "width")
    try Self.check(dpi: dpi)
    let drawing = try composition.drawing(width: width * Drawing.pointsPerMillimetre)
    content = .composition(composition)
    self.width = width
    self.height = drawing.height / Drawing.pointsPerMillimetre
    self.dpi = dpi
    self.drawing = drawing
    guard height <= Self.sizes.upperBound else {
      throw FigureError(
        "the figure would be \(Int(min(height, 1e9))) mm high; at most \(Int(Self.sizes.upperBound)) mm can be",
        option: "items", hint: "put more panels into a row with `columns`")
    }
  }

  private static func check(_ size: Double, _ option: String) throws {
    guard sizes.contains(size) else {
      throw FigureError(
        "`\(option)` is in millimetres, from \(Int(sizes.lowerBound)) to \(Int(sizes.upperBound)); "
          + "found \(ChartData.text(size))", option: option)
    }
  }

  private static func check(dpi: Double) throws {
    guard resolutions.contains(dpi) else {
      throw FigureError(
        "`dpi` is in pixels an inch, from \(Int(resolutions.lowerBound)) to \(Int(resolutions.upperBound)); "
          + "found \(ChartData.text(dpi))", option: "dpi")
    }
  }

  /// The title of the chart or the arrangement; empty where it has none.
  public var title: String {
    switch content {
    case .chart(let chart): chart.title
    case .composition(let composition): composition.heading
    default: ""
    }
  }

  /// Pixels that the PNG has.
  public var pixels: (width: Int, height: Int) {
    (Int((drawing.width * dpi / 72).rounded()), Int((drawing.height * dpi / 72).rounded()))
  }

  /// As a PNG; see `Drawing.png`.
  public func png(notes: [PNG.Text] = []) throws -> [UInt8] { try drawing.png(dpi: dpi, notes: notes) }

  /// As SVG; see `Drawing.svg`.
  public func svg(notes: [PNG.Text] = []) throws -> [UInt8] { try drawing.svg(title: title, notes: notes) }

  /// As PDF; see `Drawing.pdf`.
  public func pdf(notes: [PNG.Text] = []) throws -> [UInt8] { try drawing.pdf(title: title, notes: notes) }

  /// The same content: the drawing follows from it and the size.
  public static func == (a: Figure, b: Figure) -> Bool {
    a.width == b.width && a.height == b.height && a.dpi == b.dpi && a.content == b.content
  }
}
