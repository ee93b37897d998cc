import Explanations
import Figures
import Imaging
import Interpreter
import Segmentation
import Tensors

/// The panels that values give, with what explains their colours.
struct FigurePanels {
  /// Panels, row by row.
  private(set) var rows: [[Composition.Panel]] = []
  /// What a bar explains: the range of all maps; nil without maps.
  private(set) var bar: Legend?
  /// The colours of classes.
  private(set) var swatches: [CategoryLegend.Entry] = []

  private let colormap: Colormap
  private let scale: MapScale
  /// Of all maps of the figure.
  private var range: (low: Float, high: Float) = (.infinity, -.infinity)
  private var methods: [String] = []
  private let context: CallContext

  /// The most panels of a figure.
  static let limit = 400

  /// Panels of rows of values. Throws `ScriptError` for what has no picture.
  init(_ values: [[Value]], colormap: Colormap, scale: MapScale, context: CallContext) throws {
    self.colormap = colormap
    self.scale = scale
    self.context = context
    let maps = values.joined().compactMap { Self.maps($0) }
    for one in maps {
      if !methods.contains(one.recipe.method) { methods.append(one.recipe.method) }
      for value in one.grid.scalars where value.isFinite {
        range = (min(range.low, value), max(range.high, value))
      }
    }
    for row in values {
      var panels: [Composition.Panel] = []
      for value in row {
        try Interruption.check()
        panels += try self.panels(value)
      }
      rows.append(panels)
    }
    guard !maps.isEmpty else { return }
    bar =
      scale == .shared && range.low <= range.high
      ? Legend(
        colormap: colormap, low: Double(range.low), high: Double(range.high),
        label: methods.joined(separator: ", "))
      : Legend(colormap: colormap, low: 0, high: 1, label: "lowest to highest, per map")
  }

  private static func maps(_ value: Value) -> HeatMaps? {
    guard case .object(let object) = value else { return nil }
    return (object as? HeatMapsValue)?.maps ?? (object as? HeatMapValue)?.maps
  }

  private mutating func panels(_ value: Value) throws -> [Composition.Panel] {
    if let maps = Self.maps(value) {
      warnOfConstantMaps(maps.normalized(scale).constant, context: context)
      return try maps.labels.indices.map {
        Composition.Panel(.picture(try picture(maps, $0)), title: maps.labels[$0])
      }
    }
    switch value {
    case .string(let text): return [Composition.Panel(.text(text))]
    case .object(let object):
      switch object {
      case let image as ImageValue: return [Composition.Panel(.picture(image.image))]
      case let figure as FigureValue: return [Composition.Panel(figure.figure.content)]
      case let map as LabelMapValue:
        add(Overlays.colors(of: map) ?? [])
        return [Composition.Panel(.picture(try map.map.picture()))]
      case let mask as MaskValue: return [try panel(mask)]
      case let masks as MasksValue: return try masks.labels.indices.map { try panel(masks.mask($0)) }
      default: break
      }
    default: break
    }
    throw ScriptError(
      "a figure shows pictures, maps, masks, charts and strings, found \(TypeMessage.article(value.typeName))",
      argument: "items", hint: value.typeName == "table" ? "draw it with `plot`" : nil)
  }

  private mutating func add(_ entries: [CategoryLegend.Entry]) {
    for entry in entries where !swatches.contains(entry) { swatches.append(entry) }
  }

  /// White where the mask is.
  private func panel(_ value: MaskValue) throws -> Composition.Panel {
    let ground = try Image(width: value.mask.width, height: value.mask.height, color: .black)
    return Composition.Panel(
      .picture(try value.mask.overlaid(on: ground, color: .white, opacity: 1)), title: value.label)
  }

  /// A map in colours at its picture's size, as `save` draws it; on one range with all others where they share it.
  private func picture(_ maps: HeatMaps, _ index: Int) throws -> Image {
    let own = maps.grid.row(index)
    let normalized: Tensor
    if scale == .shared {
      let (low, span) = (range.low, range.high - range.low)
      normalized = own.withUnsafeBuffer { values in
        Tensor(own.shape) { out in
          for i in 0..<values.count {
            out[i] = span > 0 && values[i].isFinite ? (values[i] - low) / span : 0
          }
        }
      }
    } else {
      normalized = maps.normalized().maps.row(index)
    }
    let placed = try HeatMap.enlarged(normalized, over: maps.placement)
    var picture = try Image(
      width: maps.placement.imageWidth, height: maps.placement.imageHeight,
      color: colormap.colors.first ?? .black)
    picture.paste(try colormap.picture(of: placed.values), x: placed.rectangle.x, y: placed.rectangle.y)
    return picture
  }
}
