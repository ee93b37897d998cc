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
      "cells of at least this value, after normalization, count as the object"),
    Builtin.Parameter(
      "targets", .union([.string, .list(.string), .none]), default: Value.none,
      "what to point at: labels, or several together as \"dog+car\"; `none` is each label"),
    Builtin.Parameter(
      "form", .choice(["table", "sam"]), default: .string("table"),
      "a table, or records in the form that Segment Anything's predictors take"),
  ],
  gives: .union([.engine("table"), .list(.record)]),
  Builtin.Documentation(
    "Points that lie on each label's object, and points that do not, as Segment Anything takes them.",
    details: """
      Gives a table with `label`, `x`, `y` (pixels of the picture) and `positive` (1 or 0). The grid is
      halved; at most half of its cells are positive, as many are negative. Of several labels together the
      positive points are those of each, the negative ones those of the mean of their normalized maps.
      With `form: "sam"` it gives a list of records, one a target: `label`, `point_coords` ([x, y] of each)
      and `point_labels` (1 or 0), named as `SamPredictor.predict` takes them, as NumPy arrays of these lists.
      `overlay(photo, points(maps))` draws them.
      """,
    citation: "Li et al. 2023, arXiv 2304.05653, section 3.5.",
    errors: "A target that is no label and no labels joined by \"+\".",
    seeAlso: ["surgery", "save", "overlay", "segment"],
    example: """
      m = load("emoji")
      scene = image(zeros([112, 112, 3]))
      p = points(surgery(scene, m, ["cat", "dog"]))
      print(p.label[0])  # expect: cat
      """),
  refined: { arguments in
    guard let form = arguments.type("form") else { return .engine("table") }
    switch arguments.string("form") {
    case "table"?: return .engine("table")
    case "sam"?: return .list(.record)
    default: return form == .string ? .union([.engine("table"), .list(.record)]) : .any
    }
  }
) { arguments, _ in
  let maps: HeatMaps
  switch arguments["maps"] {
  case .object(let value as HeatMapsValue): maps = value.maps
  case .object(let value as HeatMapValue): maps = value.maps
  default: throw ScriptError("`maps` takes heatmaps", argument: "maps")
  }
  let threshold = Float(try arguments.double("threshold"))
  let targets: [(name: String, labels: [Int])]
  if case .none = arguments["targets"] {
    targets = maps.labels.indices.map { (maps.labels[$0], [$0]) }
  } else {
    targets = try Texts(arguments["targets"], argument: "targets").labels.map { name in
      (name, try naming("targets") { try labels(of: name, in: maps.labels) })
    }
  }
  let found = try imaging {
    try targets.map { try maps.points(together: $0.labels, threshold: threshold) }
  }
  if try arguments.string("form") == "sam" {
    return .list(
      zip(targets, found).map { target, points in
        .record([
          "label": .string(target.name),
          "point_coords": .list(points.map { .list([.number(Double($0.x)), .number(Double($0.y))]) }),
          "point_labels": .list(points.map { .number($0.isPositive ? 1 : 0) }),
        ])
      })
  }
  return try table(
    columns: ["label", "x", "y", "positive"],
    rows: zip(targets, found).flatMap { target, points in
      points.map { point -> [Value] in
        [
          .string(target.name), .number(Double(point.x)), .number(Double(point.y)),
          .number(point.isPositive ? 1 : 0),
        ]
      }
    })
}

/// The labels that a target names: a label itself, or several joined by `+`.
private func labels(of target: String, in labels: [String]) throws -> [Int] {
  if let place = labels.firstIndex(of: target) { return [place] }
  let parts = target.split(separator: "+", omittingEmptySubsequences: false).map { part in
    String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
  return try parts.map { try place(of: $0, in: labels, "map") }
}
