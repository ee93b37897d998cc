import Explanations
import Imaging
import Interpreter
import Segmentation
import Tensors

/// `segment(maps; …)`: masks and label maps of heat maps.
let segmentPrimitive = Builtin(
  "segment", section: "primitives",
  [
    Builtin.Parameter(
      "maps", .union([.engine("heatmaps"), .engine("heatmap"), .list(.engine("heatmaps"))]),
      "maps of labels, of one picture or several")
  ],
  options: SegmentOptions.parameters,
  gives: .union([.engine("labelmap"), .engine("masks"), .list(.any)]),
  Builtin.Documentation(
    "Masks of heat maps: which pixels belong to which label.",
    details: """
      With `threshold: "argmax"` every pixel gets the label whose map is highest there, and the result is a
      labelmap. The maps are compared as they are, enlarged bilinearly to the picture's size.

      With any other threshold each label has a mask of its own, and masks may overlap: a pixel belongs where the
      map, normalized to 0…1 and enlarged, is above the threshold. The threshold is a number, a rule (`"otsu"`,
      `"mean"`, `"quantile"` with `quantile:`), a list with one of these for each label, or a record by label. Rules
      look at the grid before it is enlarged, or at the refined map; the value found is `.thresholds` of the result.

      `background`, with argmax: a label, or several, that count as background (words such as "grass" and "sky"); or
      a number, the probability that some label must reach (softmax over the labels with `temperature`). Saliency maps,
      which are on scales of their own, are compared with `floor`: each normalized to 0…1, and background where none
      exceeds that number.
      `synonyms: {cat: ["kitten"]}` makes one label of several by their highest value.

      `refine` moves the masks' edges to those of the picture, which `guide:` gives: `"guided"` (guided filter, quick),
      `"pamr"` (pixel-adaptive refinement) or `"crf"` (dense conditional random field, the most exact, which
      decides pixels itself: a threshold then hardly matters).

      Then parts of fewer than `minArea` pixels go, holes are filled, and only the largest part stays, as asked.
      Pixels that the model did not see (`fit: "crop"`) are background, or belong to no class.
      """,
    equation: """
      argmax:    class = argmax_t S[t]
      masks:     (S[t] − min S[t]) / (max S[t] − min S[t]) > threshold[t]
      """,
    citation: """
      Otsu 1979; He, Sun and Tang 2013 (guided filter); Araslanov and Roth 2020, arXiv 2005.08104 (PAMR);
      Krähenbühl and Koltun 2011, arXiv 1210.5644 (dense CRF).
      """,
    errors: """
      An option of argmax with thresholds, or the other way round; a label that has no map; `refine` without
      `guide`, or with a picture of another size than the maps'; numbers out of range.
      """,
    seeAlso: ["surgery", "points", "overlay", "boxesOf", "slide", "std.thresholds"],
    example: """
      m = load("emoji")
      scene = image(zeros([112, 112, 3]))
      maps = surgery(scene, m, ["cat", "dog", "sky"])
      print(segment(maps, background: "sky").labels)  # expect: ["background", "cat", "dog"]
      print(len(segment(maps, threshold: "otsu")))  # expect: 3
      """),
  refined: { arguments in
    if case .list? = arguments.type("maps") { return .list(.any) }
    guard let threshold = arguments.type("threshold") else { return .engine("labelmap") }
    if let rule = arguments.string("threshold") { return .engine(rule == "argmax" ? "labelmap" : "masks") }
    if case .string = threshold { return .union([.engine("labelmap"), .engine("masks")]) }
    return .engine("masks")
  }
) { arguments, context in
  let options = try SegmentOptions(arguments)
  func segmented(_ value: Value) throws -> Value {
    try context.checkInterruption()
    switch value {
    case .object(let value as HeatMapsValue): return try Segmenter(value.maps, options, context).result()
    case .object(let value as HeatMapValue): return try Segmenter(value.maps, options, context).result()
    default: throw ScriptError("`maps` takes heatmaps, found \(value.typeName)", argument: "maps")
    }
  }
  return try imaging(argument: "maps") {
    if case .list(let items) = arguments["maps"] { return .list(try items.map(segmented)) }
    return try segmented(arguments["maps"])
  }
}

/// The segmentation of one picture's maps.
private struct Segmenter {
  private let maps: HeatMaps
  private let options: SegmentOptions
  private let context: any CallContext

  init(_ maps: HeatMaps, _ options: SegmentOptions, _ context: any CallContext) throws {
    self.maps = try options.merged(maps)
    self.options = options
    self.context = context
    if let guide = options.guide {
      let (width, height) = (maps.placement.imageWidth, maps.placement.imageHeight)
      guard guide.width == width, guide.height == height else {
        throw ScriptError(
          "`guide` has \(guide.width)×\(guide.height) pixels, the maps' picture \(width)×\(height)",
          argument: "guide")
      }
    }
  }

  func result() throws -> Value {
    switch options.threshold {
    case .argmax: .object(try labelMap())
    case .rules: .object(try masks())
    }
  }

  private func labelMap() throws -> LabelMapValue {
    let background = try options.background(among: maps.labels)
    if maps.labels.count == 1, case .none = background {
      context.warn(
        "with one label and no background every pixel gets it; give a `threshold`, a `floor` or a `background`"
      )
    }
    let normalized = options.floor == nil ? nil : maps.normalized(options.scale)
    if let normalized { warnOfConstantMaps(normalized.constant, context: context) }
    let placed = try HeatMap.enlarged(normalized?.maps ?? maps.grid, over: maps.placement)
    var scores = placed.values
    if let guide = options.guide {
      let part = try guide.cropped(to: placed.rectangle)
      // Normalized maps are refined as they are: the floor is a number of theirs.
      if !options.takesScores, normalized == nil {
        scores = try ScoreMaps.probabilities(scores, temperature: options.temperature)
      }
      scores = try options.refinement(competing: normalized == nil).refined(scores, guide: part)
    }
    // What counts is the picture's size; the model may have seen less.
    var map = try LabelMap(
      argmaxOf: embedded(scores, at: placed.rectangle), labels: maps.labels, background: background,
      view: placed.rectangle)
    if options.minArea > 0 {
      map = try map.removingComponents(smallerThan: options.minArea, connectivity: options.connectivity)
    }
    if let area = options.holes { map = try map.fillingHoles(upTo: area, connectivity: options.connectivity) }
    if options.isLargestOnly { map = try map.keepingLargest(connectivity: options.connectivity) }
    return LabelMapValue(map: map, recipe: options.recipe(of: maps))
  }

  private func masks() throws -> MasksValue {
    let normalized = maps.normalized(options.scale)
    warnOfConstantMaps(normalized.constant, context: context)
    let rules = try options.rules(for: maps.labels)
    let placed = try HeatMap.enlarged(normalized.maps, over: maps.placement)
    let part = try options.guide?.cropped(to: placed.rectangle)
    var masks: [Mask] = []
    var thresholds: [Double] = []
    for index in maps.labels.indices {
      try context.checkInterruption()
      var map = placed.values.row(index)
      var judged = normalized.maps.row(index)
      if let part {
        map = try options.refinement(competing: false).refined(map.reshaped([1] + map.shape), guide: part)
          .row(0)
        judged = map
      }
      let threshold = try rules[index].threshold(of: judged)
      let whole = try embedded(map.reshaped([1] + map.shape), at: placed.rectangle, outside: -.infinity)
      var mask = try Mask(of: whole.row(0), above: threshold)
      if options.minArea > 0 {
        mask = try mask.removingComponents(smallerThan: options.minArea, connectivity: options.connectivity)
      }
      if let area = options.holes {
        mask = try mask.fillingHoles(upTo: area, connectivity: options.connectivity)
      }
      if options.isLargestOnly { mask = try mask.keepingLargest(connectivity: options.connectivity) }
      masks.append(mask)
      thresholds.append(Double(threshold))
    }
    return try MasksValue(
      labels: maps.labels, masks: masks, thresholds: thresholds, recipe: options.recipe(of: maps))
  }

  /// Maps [n, height, width] of a part of the picture as maps of all of it.
  private func embedded(
    _ values: Tensor, at rectangle: PixelRectangle, outside: Float = 0
  ) throws -> Tensor {
    let (width, height) = (maps.placement.imageWidth, maps.placement.imageHeight)
    if rectangle.width == width, rectangle.height == height { return values }
    let count = values.shape[0]
    _ = try ArrayLimits.count(of: [count, height, width], for: "segment")
    let out = Tensor([count, height, width], repeating: outside)
    values.withUnsafeBuffer { source in
      for map in 0..<count {
        for y in 0..<rectangle.height {
          let from = (map * rectangle.height + y) * rectangle.width
          let to = (map * height + rectangle.y + y) * width + rectangle.x
          for x in 0..<rectangle.width { out.storage.pointer[to + x] = source[from + x] }
        }
      }
    }
    return out
  }
}
