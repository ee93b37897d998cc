import Imaging
import Interpreter
import Segmentation

/// Masks and points drawn over pictures.
enum Overlays {
  /// The colours of a value's labels, for a legend; nil for what has none.
  static func colors(of object: any EngineValue) -> [CategoryLegend.Entry]? {
    switch object {
    case let value as LabelMapValue:
      // The background keeps the picture's own colours.
      return value.map.labels.indices.filter { $0 != value.map.background }.map {
        CategoryLegend.Entry(color: value.map.colors[$0], name: value.map.labels[$0])
      }
    case let value as MasksValue:
      return value.labels.indices.map {
        CategoryLegend.Entry(color: LabelPalette.color($0 + 1), name: value.labels[$0])
      }
    default: return nil
    }
  }

  /// A picture with masks, a label map or points over it; nil for other values.
  static func regions(_ object: any EngineValue, on image: Image, opacity: Double) throws -> Image? {
    switch object {
    case let value as LabelMapValue: return try value.map.overlaid(on: image, opacity: opacity)
    case let value as MaskValue:
      return try value.mask.overlaid(on: image, color: LabelPalette.color(1), opacity: opacity)
    case let value as MasksValue:
      // Large masks first, so that small ones within them are seen.
      let order = value.masks.indices.sorted { (value.masks[$1].area, $0) < (value.masks[$0].area, $1) }
      return try order.reduce(image) { picture, index in
        try value.masks[index].overlaid(on: picture, color: LabelPalette.color(index + 1), opacity: opacity)
      }
    case let value as Table: return try points(value, on: image)
    default: return nil
    }
  }

  /// Points as `points` gives them: dots with a white rim, green on the object and red beside it.
  private static func points(_ table: Table, on image: Image) throws -> Image {
    guard let xs = table.column("x"), let ys = table.column("y"), let signs = table.column("positive") else {
      throw ScriptError(
        "a table that is drawn has the columns `x`, `y` and `positive`, as `points` gives it", argument: "map"
      )
    }
    var result = image
    // A hundredth of the picture, at least three pixels across.
    let radius = max(1.5, Double(max(image.width, image.height)) / 100)
    for index in 0..<table.count {
      guard case .number(let x) = xs[index], case .number(let y) = ys[index], x.isFinite, y.isFinite else {
        throw ScriptError("the coordinates of point \(index) are no numbers", argument: "map")
      }
      let isPositive = if case .number(let sign) = signs[index] { sign > 0 } else { false }
      disc(&result, x: x, y: y, radius: radius * 1.5, color: .white)
      disc(&result, x: x, y: y, radius: radius, color: isPositive ? RGB(0x00a000) : RGB(0xd00000))
    }
    return result
  }

  /// A filled circle around the centre of a pixel; what lies outside the picture is left out.
  private static func disc(_ image: inout Image, x: Double, y: Double, radius: Double, color: RGB) {
    func rows(_ centre: Double, _ limit: Int) -> ClosedRange<Int>? {
      let low = max(0, min(Double(limit), (centre - radius).rounded(.down)))
      let high = min(Double(limit - 1), max(-1, (centre + radius).rounded(.up)))
      return low <= high ? Int(low)...Int(high) : nil
    }
    guard let vertical = rows(y, image.height), let horizontal = rows(x, image.width) else { return }
    for row in vertical {
      for column in horizontal {
        let (dx, dy) = (Double(column) - x, Double(row) - y)
        if dx * dx + dy * dy <= radius * radius { image[x: column, y: row] = color }
      }
    }
  }
}
