import Explanations
import Imaging
import Interpreter

/// `points(maps; …)`: prompts for a segmenter.
let pointsPrimitive = Builtin(
  "points", section: "primitives",
  [Builtin.Parameter("maps", .union([.engine("heatmaps"), .engine("heatmap")]), "maps of labels")],
  options: [
    Builtin.Parameter(
      "threshold", .number, default: .number(0.8),
      "cells of at least this value, after normalization, count as the object")
  ],
  gives: .engine("table"),
  Builtin.Documentation(
    "Points that lie on each label's object, and points that do not, as Segment Anything takes them.",
    details: """
      Gives a table with `label`, `x`, `y` (pixels of the picture) and `positive` (1 or 0). The grid is
      halved; at most half of its cells are positive, as many are negative.
      """,
    citation: "Li et al. 2023, arXiv 2304.05653, section 3.5.",
    seeAlso: ["surgery", "save"],
    example: """
      m = load("emoji")
      scene = image(zeros([112, 112, 3]))
      p = points(surgery(scene, m, ["cat", "dog"]))
      print(p.label[0])  # expect: cat
      """)
) { arguments, _ in
  let maps: HeatMaps
  switch arguments["maps"] {
  case .object(let value as HeatMapsValue): maps = value.maps
  case .object(let value as HeatMapValue): maps = value.maps
  default: throw ScriptError("`maps` takes heatmaps", argument: "maps")
  }
  let threshold = Float(try arguments.double("threshold"))
  let rows = try imaging {
    try maps.labels.indices.flatMap { index in
      try maps.points(label: index, threshold: threshold).map { point -> [Value] in
        [
          .string(maps.labels[index]), .number(Double(point.x)), .number(Double(point.y)),
          .number(point.isPositive ? 1 : 0),
        ]
      }
    }
  }
  return try table(columns: ["label", "x", "y", "positive"], rows: rows)
}
