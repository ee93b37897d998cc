import Explanations
import Imaging
import Interpreter
import Tensors

/// `slide(image, f; …)`: maps of a large picture, window by window.
let slidePrimitive = Builtin(
  "slide", section: "primitives",
  [
    Builtin.Parameter(
      "image", .union([.engine("image"), .list(.engine("image"))]), "the picture, of any size and shape"),
    Builtin.Parameter("f", .function, "makes the maps of one window, a picture: `fn(w) => …`"),
  ],
  options: [
    Builtin.Parameter("window", .int, default: .number(224), "side of a window in pixels of the picture"),
    Builtin.Parameter(
      "stride", .union([.int, .none]), default: Value.none,
      "pixels from one window to the next; `none` is half a window"),
  ],
  gives: .union([.engine("heatmaps"), .list(.engine("heatmaps"))]),
  Builtin.Documentation(
    "Maps of a picture that is large or far from square, made in square windows that overlap.",
    details: """
      `f` is called for each window and gives heatmaps, all of the same labels. The windows of the last column
      and row end with the picture; a picture smaller than a window in a direction is one window there. The
      result's grid has cells of the size that the windows' have. A cell is the mean of the windows that its
      centre lies in, each read bilinearly.
      """,
    errors: """
      A `window` below 8 or a `stride` outside 1…window; more than 10000 windows; a function that gives
      something else than heatmaps, or other labels than for the window before.
      """,
    seeAlso: ["surgery", "segment", "crop"],
    example: """
      m = load("emoji")
      wide = image(zeros([112, 224, 3]))
      maps = slide(wide, fn(w) => surgery(w, m, ["cat", "dog"]), window: 112)
      print(maps.grid.shape)  # expect: [2, 14, 28]
      """)
) { arguments, context in
  guard case .function(let function) = arguments["f"] else {
    throw ScriptError("`f` takes a function", argument: "f")
  }
  let window = try arguments.int("window")
  guard window >= 8, window <= ImageLimits.side else {
    throw ScriptError("`window` must be at least 8 pixels, found \(window)", argument: "window")
  }
  let stride = try arguments.optionalInt("stride") ?? window / 2
  guard (1...window).contains(stride) else {
    throw ScriptError("`stride` must be 1 to \(window), the window; found \(stride)", argument: "stride")
  }
  return try forEachImage(arguments["image"]) { image in
    let rows = SlidingWindows.starts(of: image.image.height, window: window, stride: stride)
    let columns = SlidingWindows.starts(of: image.image.width, window: window, stride: stride)
    guard rows.count * columns.count <= SlidingWindows.limit else {
      throw ScriptError(
        "\(rows.count) × \(columns.count) windows; at most \(SlidingWindows.limit) are possible",
        argument: "stride")
    }
    var windows: SlidingWindows?
    let progress = Progress.task("windows", of: rows.count * columns.count)
    for y in rows {
      for x in columns {
        try context.checkInterruption()
        let rectangle = PixelRectangle(
          x: x, y: y, width: min(window, image.image.width), height: min(window, image.image.height))
        let part = try imaging { try image.image.cropped(to: rectangle) }
        let name = "window \(x), \(y) of \(image.name)"
        let result = try context.call(function, [.object(ImageValue(part, name: name))])
        let maps: HeatMaps
        switch result {
        case .object(let value as HeatMapsValue): maps = value.maps
        case .object(let value as HeatMapValue): maps = value.maps
        default:
          throw ScriptError(
            "the function given to `slide` must give heatmaps, found \(result.typeName)", argument: "f")
        }
        var all = try windows ?? SlidingWindows(first: maps, window: rectangle, of: image.image)
        try all.add(maps, at: rectangle)
        windows = all
        progress(1)
      }
    }
    guard let windows else { return .none }
    return .object(
      HeatMapsValue(
        maps: try windows.maps(
          of: image,
          options: [
            Recipe.Option("window", String(window)), Recipe.Option("stride", String(stride)),
          ])))
  }
}

/// Sums of overlapping windows' maps on one grid over a picture.
private struct SlidingWindows {
  /// The most windows of one picture.
  static let limit = 10_000

  private let first: HeatMaps
  private let image: Image
  private let rows: Int
  private let columns: Int
  /// [labels, rows, columns]
  private var sums: [Double]
  /// Windows that a cell's centre lies in: [rows, columns].
  private var counts: [Double]

  /// Where windows begin along a side: every `stride` pixels, the last one ending with the picture.
  static func starts(of side: Int, window: Int, stride: Int) -> [Int] {
    guard side > window else { return [0] }
    let last = side - window
    return Array(Swift.stride(from: 0, to: last, by: stride)) + [last]
  }

  /// A grid over `image` whose cells are as large as those of the first window's maps.
  init(first: HeatMaps, window: PixelRectangle, of image: Image) throws {
    func cells(_ side: Int, _ windowSide: Int, _ windowCells: Int) -> Int {
      max(1, Int((Double(side) / Double(windowSide) * Double(windowCells)).rounded()))
    }
    self.first = first
    self.image = image
    rows = cells(image.height, window.height, first.rows)
    columns = cells(image.width, window.width, first.columns)
    _ = try ArrayLimits.count(of: [first.labels.count, rows, columns], for: "slide")
    sums = [Double](repeating: 0, count: first.labels.count * rows * columns)
    counts = [Double](repeating: 0, count: rows * columns)
  }

  /// Adds a window's maps, read bilinearly at the centres of the grid's cells.
  mutating func add(_ maps: HeatMaps, at window: PixelRectangle) throws {
    guard maps.labels == first.labels else {
      throw ScriptError(
        "the function given to `slide` gave other labels for this window than for the one before",
        argument: "f")
    }
    // What the model saw of the window, in pixels of the picture.
    let region = maps.placement.region
    let left = Double(window.x) + region.x
    let top = Double(window.y) + region.y
    let vertical = Self.samples(
      rows, of: Double(image.height), from: top, extent: region.height, cells: maps.rows)
    let horizontal = Self.samples(
      columns, of: Double(image.width), from: left, extent: region.width, cells: maps.columns)
    for v in vertical { for h in horizontal { counts[v.cell * columns + h.cell] += 1 } }
    maps.grid.withUnsafeBuffer { grid in
      for label in maps.labels.indices {
        let source = label * maps.rows * maps.columns
        for v in vertical {
          let (upper, lower) = (source + v.low * maps.columns, source + v.high * maps.columns)
          for h in horizontal {
            let above = Double(grid[upper + h.low]) * (1 - h.part) + Double(grid[upper + h.high]) * h.part
            let below = Double(grid[lower + h.low]) * (1 - h.part) + Double(grid[lower + h.high]) * h.part
            sums[(label * rows + v.cell) * columns + h.cell] += above * (1 - v.part) + below * v.part
          }
        }
      }
    }
  }

  /// A cell of the whole grid, and the two cells of a window's between whose centres its own lies.
  private typealias Sample = (cell: Int, low: Int, high: Int, part: Double)

  /// The cells of a side whose centres lie in a window.
  private static func samples(
    _ count: Int, of side: Double, from start: Double, extent: Double, cells: Int
  ) -> [Sample] {
    (0..<count).compactMap { cell in
      let centre = (Double(cell) + 0.5) * side / Double(count)
      guard extent > 0, centre >= start, centre < start + extent else { return nil }
      let place = min(max((centre - start) / extent * Double(cells) - 0.5, 0), Double(cells - 1))
      let low = Int(place)
      return (cell, low, min(low + 1, cells - 1), place - Double(low))
    }
  }

  /// The means. A cell that no window's view covers, as with a centre crop, is 0.
  func maps(of value: ImageValue, options: [Recipe.Option]) throws -> HeatMaps {
    let cells = rows * columns
    let grid = Tensor([first.labels.count, rows, columns]) { out in
      for (place, sum) in sums.enumerated() {
        let count = counts[place % cells]
        out[place] = count > 0 ? Float(sum / count) : 0
      }
    }
    var recipe = first.recipe
    recipe.options += options
    recipe.image = value.identity
    let placement = Placement(
      imageWidth: image.width, imageHeight: image.height, inputWidth: image.width, inputHeight: image.height)
    return try HeatMaps(
      labels: first.labels, grid: grid, placement: placement, recipe: recipe, view: image)
  }
}
