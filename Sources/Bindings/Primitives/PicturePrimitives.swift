import Explanations
import Imaging
import Interpreter
import Tensors

/// Primitives that make pictures from pictures and maps.
let picturePrimitives: [Builtin] = [
  overlayPrimitive, gridPrimitive, legendPrimitive, cropPrimitive, flipPrimitive, pastePrimitive,
  resizePrimitive, blurPrimitive, pixelsPrimitive, imagePrimitive,
]

let colormapParameter = Builtin.Parameter(
  "colormap", .choice(Colormap.allCases.map(\.rawValue)), default: .string("jet"),
  "the colours: jet as the papers use, or viridis, magma, turbo, grey")

let mapScaleParameter = Builtin.Parameter(
  "scale", .choice(MapScale.allCases.map(\.rawValue)), default: .string("label"),
  "each map from its own minimum to maximum, or all maps on one `shared` range")

/// Runs `body`, its imaging errors turned into the script's.
func imaging<R>(argument: String? = nil, _ body: () throws -> R) throws -> R {
  do { return try body() } catch let error as ImageError {
    throw ScriptError(error.description, argument: argument)
  }
}

private let imageParameter = Builtin.Parameter("image", .engine("image"), "the picture")

/// The picture in the parameter `image`.
private func picture(_ arguments: Arguments, _ name: String = "image") throws -> ImageValue {
  try arguments.object(name, ImageValue.self, called: "a picture")
}

private let overlayPrimitive = Builtin(
  "overlay", section: "pictures",
  [
    imageParameter,
    Builtin.Parameter(
      "map",
      .union([
        .engine("heatmap"), .engine("heatmaps"), .engine("tensor"), .engine("mask"), .engine("masks"),
        .engine("labelmap"), .engine("table"),
      ]),
      "what to lay over it; a tensor is [rows, columns] over the whole picture, a table is that of `points`"),
  ],
  options: [
    colormapParameter,
    Builtin.Parameter(
      "opacity", .number, default: .number(0.6), "of the map: 0 shows the picture alone, 1 the map"),
    mapScaleParameter,
  ],
  gives: .union([.engine("image"), .list(.engine("image"))]),
  Builtin.Documentation(
    "A picture with a heat map, masks or points over it.",
    details: """
      A heat map is normalized on its grid, enlarged bilinearly and drawn in colours. Heatmaps give a list, one
      picture per label. A map made with `fit: "crop"` covers the part of the picture that the model saw.
      A labelmap or masks colour the pixels of each label (the background's stay; `legend` names the colours); a
      table of `points` is drawn as dots, green on the object and red beside it.
      """,
    errors: """
      An `opacity` outside 0…1; a tensor that is not [rows, columns]; masks of another size than the picture;
      `colormap` or `scale` with masks or points.
      """,
    seeAlso: ["grid", "legend", "surgery", "segment", "points"],
    example: """
      scene = image(zeros([64, 96, 3]))
      print(overlay(scene, tensor([[0, 1], [1, 0]])).width)  # expect: 96
      """),
  refined: { arguments in
    switch arguments.type("map") {
    case .engine("heatmaps"): .list(.engine("image"))
    case .engine: .engine("image")
    default: .union([.engine("image"), .list(.engine("image"))])
    }
  }
) { arguments, context in
  let image = try picture(arguments)
  let colormap = Colormap(rawValue: try arguments.string("colormap")) ?? .jet
  let opacity = try arguments.double("opacity")
  guard (0...1).contains(opacity) else {
    throw ScriptError(
      "`opacity` must be 0 to 1, found \(format(opacity))", argument: "opacity")
  }
  let scale = MapScale(rawValue: try arguments.string("scale")) ?? .label
  let chosen = arguments.given.contains("colormap") ? colormap : nil
  func overlays(_ maps: HeatMaps) throws -> [Value] {
    // A picture made by the script may well be the same one processed; another file is another picture.
    let explained = maps.recipe.image.suffix(7 + 64)
    if let hash = image.sha256, explained.hasPrefix("sha256:"), !explained.hasSuffix(hash) {
      context.warn("the map was made of another picture: \(maps.recipe.image), not \(image.identity)")
    }
    let normalized = maps.normalized(scale)
    warnOfConstantMaps(normalized.constant, context: context)
    return try maps.labels.indices.map { index in
      let result = try image.image.overlaid(
        with: normalized.maps.row(index), placement: maps.placement, colormap: colormap,
        opacity: opacity)
      var value = image.derived(result, by: "\(maps.recipe.method) of \(maps.labels[index]) on")
      value.overlaid = OverlaidMap(image, maps, at: index, scale: scale, colormap: chosen, opacity: opacity)
      return .object(value)
    }
  }
  return try imaging(argument: "map") {
    guard case .object(let object) = arguments["map"] else { return .none }
    if let drawn = try Overlays.regions(object, on: image.image, opacity: opacity) {
      for name in ["colormap", "scale"] where arguments.given.contains(name) {
        throw ScriptError("`\(name)` is for heat maps", argument: name)
      }
      return .object(image.derived(drawn, by: "\(object.typeName) on"))
    }
    switch object {
    case let value as HeatMapValue: return try overlays(value.maps)[0]
    case let value as HeatMapsValue: return .list(try overlays(value.maps))
    case let value as TensorValue:
      guard value.tensor.rank == 2 else {
        throw ScriptError(
          "a map must be [rows, columns], found \(describe(shape: value.tensor.shape))",
          argument: "map")
      }
      let result = try image.image.overlaid(
        with: HeatMap.minMaxNormalized(value.tensor), colormap: colormap, opacity: opacity)
      var drawn = image.derived(result, by: "tensor on")
      drawn.overlaid = OverlaidMap(image, value.tensor, colormap: chosen, opacity: opacity)
      return .object(drawn)
    default: return .none
    }
  }
}

/// A constant map shows nothing; the user should know why the picture is one colour.
func warnOfConstantMaps(_ labels: [String], context: CallContext) {
  guard let first = labels.first else { return }
  if labels.count == 1 {
    context.warn("the map of \"\(abbreviated(first))\" is the same everywhere; it is shown as zero")
  } else {
    let names = labels.prefix(3).map { "\"\(abbreviated($0))\"" }.joined(separator: ", ")
    context.warn(
      "the maps of \(names)\(labels.count > 3 ? " and \(labels.count - 3) more" : "") are the same "
        + "everywhere; they are shown as zero")
  }
}

private let gridPrimitive = Builtin(
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

private let legendPrimitive = Builtin(
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

/// `x: …, y: …, width: …, height: …` of a rectangle.
private func rectangle(_ arguments: Arguments) throws -> PixelRectangle {
  PixelRectangle(
    x: try arguments.int("x"), y: try arguments.int("y"), width: try arguments.int("width"),
    height: try arguments.int("height"))
}

private let cropPrimitive = Builtin(
  "crop", section: "pictures",
  [
    imageParameter,
    Builtin.Parameter("x", .int, "the left edge in pixels"),
    Builtin.Parameter("y", .int, "the top edge in pixels"),
    Builtin.Parameter("width", .int, "in pixels"),
    Builtin.Parameter("height", .int, "in pixels"),
  ],
  gives: .engine("image"),
  Builtin.Documentation(
    "A rectangle of a picture.",
    errors: "A rectangle that is empty or reaches beyond the picture.",
    seeAlso: ["resize", "paste"],
    example: """
      scene = image(zeros([64, 96, 3]))
      print(crop(scene, 10, 0, 32, 16).width)  # expect: 32
      """)
) { arguments, _ in
  let image = try picture(arguments)
  return try imaging {
    .object(
      image.derived(try image.image.cropped(to: rectangle(arguments)), by: "crop"))
  }
}

private let flipPrimitive = Builtin(
  "flip", section: "pictures", [imageParameter],
  options: [
    Builtin.Parameter(
      "axis", .choice(["horizontal", "vertical"]), default: .string("horizontal"),
      "left for right, or top for bottom")
  ],
  gives: .engine("image"),
  Builtin.Documentation(
    "A picture mirrored.",
    seeAlso: ["crop", "resize"],
    example: """
      scene = image(zeros([2, 2, 3]))
      print(flip(scene) == scene)  # expect: true
      """)
) { arguments, _ in
  let image = try picture(arguments)
  let isVertical = try arguments.string("axis") == "vertical"
  return .object(
    image.derived(
      isVertical ? image.image.flippedVertically() : image.image.flippedHorizontally(),
      by: "flip"))
}

private let pastePrimitive = Builtin(
  "paste", section: "pictures",
  [
    imageParameter, Builtin.Parameter("other", .engine("image"), "what to put on it"),
    Builtin.Parameter("x", .int, "where its left edge goes, in pixels; may lie outside"),
    Builtin.Parameter("y", .int, "where its top edge goes"),
  ],
  gives: .engine("image"),
  Builtin.Documentation(
    "One picture put on another; what lies outside is cut off.",
    seeAlso: ["crop", "grid"],
    example: """
      a = image(zeros([4, 4, 3]))
      b = image(ones([2, 2, 3]))
      print(sum(pixels(paste(a, b, 1, 1))))  # expect: 12
      """)
) { arguments, _ in
  let image = try picture(arguments)
  let other = try picture(arguments, "other")
  return .object(
    image.derived(
      image.image.pasting(other.image, x: try arguments.int("x"), y: try arguments.int("y")),
      by: "\(other.name) on"))
}

private let resizePrimitive = Builtin(
  "resize", section: "pictures",
  [
    Builtin.Parameter(
      "what", .union([.engine("image"), .engine("heatmaps"), .engine("heatmap")]),
      "a picture, or maps to bring to another grid")
  ],
  options: [
    Builtin.Parameter("width", .union([.int, .none]), default: Value.none, "new columns"),
    Builtin.Parameter("height", .union([.int, .none]), default: Value.none, "new rows"),
    Builtin.Parameter(
      "like", .union([.engine("image"), .engine("heatmaps"), .engine("heatmap"), .none]),
      default: Value.none, "take the size from this"),
  ],
  gives: .union([.engine("image"), .engine("heatmaps"), .engine("heatmap")]),
  Builtin.Documentation(
    "A picture at another size, or maps on another grid.",
    details: """
      Pictures: bicubic, antialiased, bit for bit as Pillow does. Maps: bilinear. Where only one side
      is given, a picture keeps its aspect.
      """,
    errors: """
      Neither `width`, `height` nor `like`, or both a size and `like`; a size below 1 or too
      large.
      """,
    seeAlso: ["crop", "pixels"],
    example: """
      scene = image(zeros([64, 96, 3]))
      print(resize(scene, width: 48).height)  # expect: 32
      """),
  refined: { $0.type("what") ?? .any }
) { arguments, _ in
  var width = try arguments.optionalInt("width")
  var height = try arguments.optionalInt("height")
  if case .object(let like) = arguments["like"] {
    if width != nil || height != nil {
      throw ScriptError("give either `like` or a size", argument: "like")
    }
    switch like {
    case let image as ImageValue: (width, height) = (image.image.width, image.image.height)
    case let maps as HeatMapsValue: (width, height) = (maps.maps.columns, maps.maps.rows)
    case let map as HeatMapValue: (width, height) = (map.maps.columns, map.maps.rows)
    default: break
    }
  }
  guard width != nil || height != nil else {
    throw ScriptError("`resize` needs `width`, `height` or `like`")
  }
  func resized(_ maps: HeatMaps) throws -> HeatMaps {
    let grid = try maps.grid.resizedGrid(
      rows: height ?? maps.rows, columns: width ?? maps.columns, filter: .bilinear,
      layout: .channelsFirst)
    return try HeatMaps(
      labels: maps.labels, grid: grid, placement: maps.placement, recipe: maps.recipe, view: maps.view)
  }
  return try imaging {
    guard case .object(let object) = arguments["what"] else { return .none }
    switch object {
    case let value as ImageValue:
      let image = value.image
      func other(_ side: Int, _ from: Int, _ to: Int) -> Int {
        max(1, Int((Double(side) * Double(to) / Double(from)).rounded()))
      }
      let newWidth = width ?? other(height ?? 1, image.height, image.width)
      let newHeight = height ?? other(width ?? 1, image.width, image.height)
      return .object(
        value.derived(try image.resized(width: newWidth, height: newHeight), by: "resize"))
    case let value as HeatMapsValue: return .object(HeatMapsValue(maps: try resized(value.maps)))
    case let value as HeatMapValue: return .object(HeatMapValue(try resized(value.maps)))
    default: return .none
    }
  }
}

private let blurPrimitive = Builtin(
  "blur", section: "pictures",
  [imageParameter, Builtin.Parameter("sigma", .number, "the Gaussian's width in pixels")],
  gives: .engine("image"),
  Builtin.Documentation(
    "A picture blurred by a Gaussian.",
    errors: "A `sigma` outside 0…250.",
    seeAlso: ["resize", "pixels"],
    example: """
      scene = image(zeros([8, 8, 3]))
      print(blur(scene, 2) == scene)  # expect: true
      """)
) { arguments, _ in
  let image = try picture(arguments)
  return try imaging(argument: "sigma") {
    .object(
      image.derived(try image.image.gaussianBlurred(sigma: arguments.double("sigma")), by: "blur"))
  }
}

private let pixelsPrimitive = Builtin(
  "pixels", section: "pictures", [imageParameter], gives: .engine("tensor"),
  Builtin.Documentation(
    "The numbers of a picture: a tensor [height, width, 3] in 0…1.",
    seeAlso: ["image", "shape"],
    example: """
      print(pixels(image(ones([2, 3, 3]))).shape)  # expect: [2, 3, 3]
      """)
) { arguments, _ in .object(TensorValue(try picture(arguments).image.pixels)) }

private let imagePrimitive = Builtin(
  "image", section: "pictures",
  [
    Builtin.Parameter(
      "numbers", .engine("tensor"), "[height, width, 3] in 0…1, or [height, width] for grey")
  ],
  gives: .engine("image"),
  Builtin.Documentation(
    "A picture of numbers: the inverse of `pixels`.",
    details: "Numbers outside 0…1 are limited to it, then rounded to 8 bits.",
    errors: "A tensor that is neither [height, width, 3] nor [height, width].",
    seeAlso: ["pixels", "load"],
    example: """
      print(image(zeros([2, 3])).width)  # expect: 3
      """)
) { arguments, _ in
  let numbers = try arguments.object("numbers", TensorValue.self, called: "a tensor")
  return try imaging(argument: "numbers") {
    .object(ImageValue(try Image(pixels: numbers.tensor), name: "a tensor's picture"))
  }
}
