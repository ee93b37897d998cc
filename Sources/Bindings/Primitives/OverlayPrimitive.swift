import Explanations
import Imaging
import Interpreter
import Tensors

/// `overlay(image, map; …)`.
let overlayPrimitive = Builtin(
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
  if let counted = ConstantMaps.counted {
    counted.add(labels.count, first: first)
    return
  }
  if labels.count == 1 {
    context.warn("the map of \"\(abbreviated(first))\" is the same everywhere; it is shown as zero")
  } else {
    let names = labels.prefix(3).map { "\"\(abbreviated($0))\"" }.joined(separator: ", ")
    context.warn(
      "the maps of \(names)\(labels.count > 3 ? " and \(labels.count - 3) more" : "") are the same "
        + "everywhere; they are shown as zero")
  }
}
