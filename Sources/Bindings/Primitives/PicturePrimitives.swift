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

/// The parameter `image`.
let imageParameter = Builtin.Parameter("image", .engine("image"), "the picture")

/// The picture in the parameter `image`.
func picture(_ arguments: Arguments, _ name: String = "image") throws -> ImageValue {
  try arguments.object(name, ImageValue.self, called: "a picture")
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
