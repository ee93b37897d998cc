import Imaging
import Interpreter

/// `grid(images; …)`.
let gridPrimitive = Builtin(
  "grid", section: "pictures",
  [Builtin.Parameter("images", .list(.any), "pictures; a list within the list is spread out")],
  options: [
    Builtin.Parameter(
      "titles", .union([.list(.string), .none]), default: Value.none, "what stands above each"),
    Builtin.Parameter(
      "columns", .union([.int, .none]), default: Value.none, "how many a row; `none` chooses"),
    Builtin.Parameter("heading", .string, default: .string(""), "what stands above all"),
    Builtin.Parameter(
      "rows", .union([.list(.string), .none]), default: Value.none,
      "what stands left of each row"),
    Builtin.Parameter(
      "cell", .union([.int, .none]), default: Value.none,
      "the longer side of a cell in pixels; `none` suits the pictures"),
    Builtin.Parameter(
      "legend", .bool, default: .bool(false), "whether a bar explains the colours, lowest to highest"),
    colormapParameter,
  ],
  gives: .engine("image"),
  Builtin.Documentation(
    "Pictures side by side with titles: one figure.",
    errors: """
      No pictures, or something that is none; another number of titles than of pictures;
      `columns` below 1; a `cell` outside 8…10000.
      """,
    seeAlso: ["overlay", "legend", "save"],
    example: """
      scene = image(zeros([64, 64, 3]))
      print(grid([scene, scene], titles: ["a", "b"]).height > 64)  # expect: true
      """)
) { arguments, _ in
  guard case .list(let items) = arguments["images"] else { return .none }
  let images = try items.flatMap { item -> [Image] in
    let inner: [Value] = if case .list(let list) = item { list } else { [item] }
    return try inner.map { value in
      guard case .object(let object) = value, let image = object as? ImageValue else {
        throw ScriptError(
          "`images` must be pictures, found \(TypeMessage.article(value.typeName))"
            + (value.typeName.hasPrefix("heatmap") ? "; lay it over a picture with `overlay`" : ""),
          argument: "images")
      }
      return image.image
    }
  }
  func strings(_ name: String) throws -> [String] {
    if case .none = arguments[name] { return [] }
    return try Texts(arguments[name], argument: name).labels
  }
  let titles = try strings("titles")
  guard titles.isEmpty || titles.count == images.count else {
    throw ScriptError(
      "\(titles.count) titles for \(images.count) pictures", argument: "titles")
  }
  let columns = try arguments.optionalInt("columns")
  if let columns, columns < 1 {
    throw ScriptError("`columns` must be at least 1, found \(columns)", argument: "columns")
  }
  let colormap = Colormap(rawValue: try arguments.string("colormap")) ?? .jet
  let figure = PictureGrid(
    images: images, titles: titles, columns: columns, cellSize: try arguments.optionalInt("cell"),
    heading: try arguments.string("heading"), rowLabels: try strings("rows"),
    legend: try arguments.bool("legend")
      ? Legend(colormap: colormap, low: 0, high: 1, label: "lowest to highest, per map") : nil)
  return try imaging(argument: "images") {
    .object(ImageValue(try figure.picture(), name: "a grid of \(images.count) pictures"))
  }
}

/// `legend(map; …)`.
let legendPrimitive = Builtin(
  "legend", section: "pictures",
  [
    Builtin.Parameter(
      "map",
      .union([
        .engine("heatmap"), .engine("heatmaps"), .list(.number), .engine("labelmap"), .engine("masks"),
      ]),
      "maps whose range the numbers show, [low, high], or masks whose colours are named")
  ],
  options: [
    colormapParameter,
    Builtin.Parameter("label", .string, default: .string(""), "what the numbers are"),
    Builtin.Parameter("length", .int, default: .number(256), "the bar's length in pixels"),
  ],
  gives: .engine("image"),
  Builtin.Documentation(
    "What the colours of a picture mean: a colour bar with numbers, or the names of masks.",
    details: "For a labelmap or masks, `length` is the width that the names are set in.",
    errors: "A range that is not two numbers; a `length` too large; `colormap` or `label` with masks.",
    seeAlso: ["overlay", "grid", "segment"],
    example: """
      print(legend([0, 1], label: "cosine").height > 256)  # expect: true
      """)
) { arguments, _ in
  if case .object(let object) = arguments["map"], let names = Overlays.colors(of: object) {
    for name in ["colormap", "label"] where arguments.given.contains(name) {
      throw ScriptError("`\(name)` is for heat maps", argument: name)
    }
    let width = try arguments.int("length")
    return try imaging(argument: "length") {
      .object(ImageValue(try CategoryLegend(names).picture(width: width), name: "a legend"))
    }
  }
  var range: (Double, Double) = (0, 1)
  switch arguments["map"] {
  case .list(let items):
    let numbers = items.compactMap { if case .number(let x) = $0 { x } else { nil } }
    guard items.count == 2, numbers.count == 2 else {
      throw ScriptError("a range is [low, high]", argument: "map")
    }
    range = (numbers[0], numbers[1])
  case .object(let object):
    let maps = (object as? HeatMapsValue)?.maps ?? (object as? HeatMapValue)?.maps
    let values = maps?.grid.scalars ?? []
    range = (Double(values.min() ?? 0), Double(values.max() ?? 1))
  default: break
  }
  let length = try arguments.int("length")
  return try imaging(argument: "length") {
    let bar = Legend(
      colormap: Colormap(rawValue: try arguments.string("colormap")) ?? .jet, low: range.0,
      high: range.1, label: try arguments.string("label"))
    return .object(ImageValue(try bar.picture(length: length), name: "a legend"))
  }
}
