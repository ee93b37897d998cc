import Explanations
import Imaging
import Interpreter
import Segmentation
import Tensors

/// Primitives on masks.
let maskPrimitives: [Builtin] = [maskPrimitive, iouPrimitive, boxesPrimitive, contoursPrimitive]

let maskTypes: TypeSpec = .union([.engine("mask"), .engine("masks"), .engine("labelmap")])

/// The masks of a value, one for each label; of a label map all but the background.
func labelledMasks(_ value: Value, argument: String) throws -> [MaskValue] {
  guard case .object(let object) = value else {
    throw ScriptError("`\(argument)` takes masks, found \(value.typeName)", argument: argument)
  }
  switch object {
  case let value as MaskValue: return [value]
  case let value as MasksValue: return value.labels.indices.map(value.mask)
  case let value as LabelMapValue:
    let masks = try value.masks()
    return masks.labels.indices.filter { $0 != value.map.background }.map(masks.mask)
  default:
    throw ScriptError("`\(argument)` takes masks, found \(object.typeName)", argument: argument)
  }
}

private let maskPrimitive = Builtin(
  "maskOf", section: "pictures",
  [Builtin.Parameter("numbers", .engine("tensor"), "[height, width]; numbers that are not 0 belong")],
  options: [Builtin.Parameter("label", .string, default: .string("mask"), "its name")],
  gives: .engine("mask"),
  Builtin.Documentation(
    "A mask of numbers, such as of a comparison: `maskOf(t > 0.5)`.",
    errors: "A tensor that is not [height, width].",
    seeAlso: ["segment", "iou", "overlay"],
    example: """
      m = maskOf(tensor([[0, 1], [1, 1]]), label: "corner")
      print(m.area, m.pixels[0, 1])  # expect: 3 1
      """)
) { arguments, _ in
  let tensor = try arguments.object("numbers", TensorValue.self, called: "a tensor").tensor
  guard tensor.rank == 2 else {
    throw ScriptError(
      "a mask must be [height, width], found \(describe(shape: tensor.shape))", argument: "numbers")
  }
  return try imaging(argument: "numbers") {
    let mask = try Mask(
      width: tensor.shape[1], height: tensor.shape[0],
      bits: tensor.scalars.map { $0 == 0 || $0.isNaN ? 0 : 1 })
    return .object(
      MaskValue(
        label: try arguments.string("label"), mask: mask, threshold: nil,
        recipe: Recipe(method: "mask", options: [], model: "", image: "")))
  }
}

private let iouPrimitive = Builtin(
  "iou", section: "pictures",
  [
    Builtin.Parameter("a", .engine("mask"), "a mask"),
    Builtin.Parameter("b", .engine("mask"), "another of the same size"),
  ],
  options: [
    Builtin.Parameter(
      "boundary", .union([.number, .none]), default: Value.none,
      "count only pixels this near the masks' edges, as a part of the picture's diagonal; published: 0.02")
  ],
  gives: .number,
  Builtin.Documentation(
    "How far two masks agree: the pixels of both over the pixels of either.",
    details:
      "Two empty masks agree: 1. With `boundary` it is the boundary IoU, which sees how exact edges are.",
    equation: "IoU = |A ∩ B| / |A ∪ B|",
    citation: "Cheng et al. 2021, arXiv 2103.16562 (boundary IoU).",
    errors: "Masks of different sizes; a `boundary` that is not above 0 and at most 1.",
    seeAlso: ["segment", "evaluate"],
    example: """
      a = maskOf(tensor([[1, 1, 0]]))
      b = maskOf(tensor([[0, 1, 1]]))
      print(round(iou(a, b), 3))  # expect: 0.333
      """)
) { arguments, _ in
  let a = try arguments.object("a", MaskValue.self, called: "a mask").mask
  let b = try arguments.object("b", MaskValue.self, called: "a mask").mask
  guard a.width == b.width, a.height == b.height else {
    throw ScriptError(
      "the masks have \(a.width)×\(a.height) and \(b.width)×\(b.height) pixels", argument: "b",
      hint: "of maps of one picture they have one size")
  }
  if case .number(let ratio) = arguments["boundary"] {
    guard ratio > 0, ratio <= 1 else {
      throw ScriptError(
        "`boundary` must be above 0 and at most 1, found \(format(ratio))", argument: "boundary")
    }
    return try imaging(argument: "b") { .number(try boundaryIoU(a, b, dilationRatio: ratio)) }
  }
  return try imaging(argument: "b") { .number(try maskIoU(a, b)) }
}

private let boxesPrimitive = Builtin(
  "boxesOf", section: "pictures",
  [Builtin.Parameter("masks", maskTypes, "masks, or a labelmap, whose background has none")],
  options: [
    Builtin.Parameter(
      "parts", .bool, default: .bool(false), "one for each connected part rather than each label"),
    Builtin.Parameter("minArea", .int, default: .number(1), "parts of fewer pixels have none"),
  ],
  gives: .engine("table"),
  Builtin.Documentation(
    "The boxes around masks.",
    details: """
      Gives a table with `label`, `x`, `y`, `width`, `height` (pixels of the picture, as COCO's bbox) and `area`, the
      pixels that belong; largest first within a label. A label without pixels has no row.
      """,
    errors: "A `minArea` below 1.",
    seeAlso: ["segment", "contoursOf", "points"],
    example: """
      m = maskOf(tensor([[1, 0, 0], [1, 0, 1]]), label: "a")
      print(boxesOf(m).width, boxesOf(m, parts: true).area)  # expect: [3] [2, 1]
      """)
) { arguments, context in
  let isByPart = try arguments.bool("parts")
  let least = try arguments.int("minArea")
  guard least >= 1 else {
    throw ScriptError("`minArea` must be at least 1, found \(least)", argument: "minArea")
  }
  var rows: [[Value]] = []
  for value in try labelledMasks(arguments["masks"], argument: "masks") {
    try context.checkInterruption()
    var areas = [value.mask.area]
    var boxes = value.mask.box.map { [$0] } ?? []
    if isByPart {
      let components = try value.mask.components()
      (areas, boxes) = (components.areas, components.boxes)
    }
    // Equal ones stay in reading order.
    for part in boxes.indices.sorted(by: { (areas[$1], $0) < (areas[$0], $1) }) where areas[part] >= least {
      let box = boxes[part]
      rows.append(
        [.string(value.label)]
          + [box.x, box.y, box.width, box.height, areas[part]].map { .number(Double($0)) })
    }
  }
  return try table(columns: ["label", "x", "y", "width", "height", "area"], rows: rows)
}

private let contoursPrimitive = Builtin(
  "contoursOf", section: "pictures",
  [Builtin.Parameter("masks", maskTypes, "masks, or a labelmap, whose background has none")],
  gives: .engine("table"),
  Builtin.Documentation(
    "The outlines of masks: closed polygons along the pixels' edges.",
    details: """
      Gives a table with `label`, `hole` (whether it is the border of a hole), `area` it encloses in pixels, and
      `points`, a list of [x, y] corners; pixel (0, 0) has the corners [0, 0] and [1, 1].
      """,
    seeAlso: ["boxesOf", "segment"],
    example: """
      m = maskOf(tensor([[0, 0, 0], [0, 1, 0], [0, 0, 0]]))
      print(contoursOf(m).area, len(contoursOf(m).points[0]))  # expect: [1] 4
      """)
) { arguments, context in
  var rows: [[Value]] = []
  for value in try labelledMasks(arguments["masks"], argument: "masks") {
    try context.checkInterruption()
    for contour in try value.mask.contours() {
      rows.append([
        .string(value.label), .bool(contour.isHole), .number(abs(contour.signedArea)),
        .list(contour.points.map { .list([.number($0.x), .number($0.y)]) }),
      ])
    }
  }
  return try table(columns: ["label", "hole", "area", "points"], rows: rows)
}
