import Imaging
import Markup
import Syntax
import Tensors

/// Writes maps: their cells for the page's script, and a still picture of each for print and where no script runs.
struct MapWriter {
  let pictures: PictureStore
  let captions: (ReportCaption) -> String

  /// The longer side of the still picture, in pixels, and how many colours it has.
  private static let stillSide = 64
  private static let stillColors = 64

  /// Maps side by side, with what changes how they are seen.
  func html(_ maps: [ReportMap]) throws(ImageError) -> String {
    guard let first = maps.first else { return "" }
    let colormap = maps.lazy.compactMap(\.colormap).first ?? .viridis
    let isShared = maps.contains { $0.sharedRange != nil }
    let ranges = maps.compactMap { $0.sharedRange ?? $0.range }
    let low = ranges.map(\.lowerBound).min() ?? 0
    let high = ranges.map(\.upperBound).max() ?? 0
    let opacity = Int((first.opacity * 100).rounded())
    let hasGround = maps.contains { $0.ground != nil }
    var tools = ""
    if hasGround {
      tools +=
        "<label>Opacity <input type=\"range\" class=\"opacity\" min=\"0\" max=\"100\" value=\"\(opacity)\"/></label>"
    }
    let choices = Colormap.allCases.map { choice in
      "<option value=\"\(choice.rawValue)\"\(choice == colormap ? " selected=\"selected\"" : "")>"
        + "\(choice.rawValue)</option>"
    }.joined()
    tools += "<label>Colours <select class=\"colors\">\(choices)</select></label>"
    if maps.count > 1 {
      tools +=
        "<label><input type=\"checkbox\" class=\"shared\"\(isShared ? " checked=\"checked\"" : "")/> One scale</label>"
    }
    var tiles = ""
    for map in maps {
      let range = map.range ?? 0...0
      tiles += try tile(
        map, colormap: colormap, shown: isShared ? low...high : range, opacity: hasGround ? map.opacity : 1)
    }
    return """
      <div class="maps" data-low="\(low)" data-high="\(high)">
      <div class="tools" role="group" aria-label="How the maps are shown" hidden="hidden">\(tools)</div>
      <div class="tiles">
      \(tiles)</div>
      </div>

      """
  }

  private func tile(
    _ map: ReportMap, colormap: Colormap, shown: ClosedRange<Float>, opacity: Double
  ) throws(ImageError) -> String {
    let placement = map.placement
    let rectangle = placement.pixels
    guard map.grid.count > 0, rectangle.width > 0, rectangle.height > 0 else {
      return "<figure class=\"tile\"><figcaption>\(captions(map.caption))</figcaption></figure>\n"
    }
    let kept = map.kept
    let (kind, cells) = Self.encoded(kept, range: map.range)
    let region = placement.region
    let range = map.range ?? 0...0
    let still = try Self.still(kept, placement: placement, range: shown, isFinite: map.range != nil, colormap)
    let (width, height) = (placement.imageWidth, placement.imageHeight)
    func percent(_ part: Int, _ whole: Int) -> String { "\(Double(part) * 100 / Double(max(whole, 1)))%" }
    let place =
      "left:\(percent(rectangle.x, width));top:\(percent(rectangle.y, height));"
      + "width:\(percent(rectangle.width, width));height:\(percent(rectangle.height, height))"
    var ground = ""
    if let image = map.ground, let number = pictures.place(of: image) {
      ground =
        "<svg viewBox=\"0 0 \(width) \(height)\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
        + "<use href=\"#picture-\(number + 1)\" "
        + "transform=\"scale(\(Double(width) / Double(pictures.entries[number].width)) "
        + "\(Double(height) / Double(pictures.entries[number].height)))\"/></svg>"
    }
    let alternative = Characters.html(map.alternative)
    var note = ""
    if kept.count != map.grid.count {
      note =
        " <span class=\"note\">The map has \(map.rows) × \(map.columns) cells, shown as means of "
        + "\(kept.shape[0]) × \(kept.shape[1]).</span>"
    }
    let shape = "data-rows=\"\(kept.shape[0])\" data-columns=\"\(kept.shape[1])\""
    return """
      <figure class="tile" data-kind="\(kind)" \(shape) data-low="\(range.lowerBound)" \
      data-high="\(range.upperBound)" data-size="\(width) \(height)" \
      data-region="\(region.x) \(region.y) \(region.width) \(region.height)" \
      data-pixels="\(rectangle.x) \(rectangle.y) \(rectangle.width) \(rectangle.height)" \
      data-label="\(Characters.html(map.label))" data-cells="\(cells)" \
      style="max-width:\(Self.shownWidth(width, height))px">
      <div class="stage" role="img" aria-label="\(alternative)" \
      style="aspect-ratio:\(width)/\(height)">\(ground)\
      <img class="map" alt="" src="\(still)" style="\(place);opacity:\(opacity)"/></div>
      \(Self.legend(shown, colormap))
      <p class="reading" aria-live="polite"></p>
      <figcaption>\(captions(map.caption))\(note)</figcaption>
      </figure>

      """
  }

  /// How wide a map is at most on the page, in CSS pixels: small pictures are enlarged.
  private static func shownWidth(_ width: Int, _ height: Int) -> Int {
    let side = min(max(max(width, height), 288), 560)
    return max(1, width * side / max(width, height, 1))
  }

  /// The colours with numbers at the ends and the middle.
  private static func legend(_ range: ClosedRange<Float>, _ colormap: Colormap) -> String {
    let colors = colormap.colors
    let stops = stride(from: 0, through: 255, by: 15).map { index in
      "rgb(\(colors[index].red),\(colors[index].green),\(colors[index].blue))"
    }.joined(separator: ",")
    let ticks = Legend.ticks(low: Double(range.lowerBound), high: Double(range.upperBound))
    return
      "<div class=\"bar\" aria-hidden=\"true\" style=\"background:linear-gradient(to right,\(stops))\"></div>"
      + "<div class=\"ticks\" aria-hidden=\"true\">" + ticks.map { "<span>\($0)</span>" }.joined() + "</div>"
  }

  /// The cells as text: float32, or 16 bits between lowest and highest where there are many; little-endian, base64.
  static func encoded(_ grid: Tensor, range: ClosedRange<Float>?) -> (kind: String, text: String) {
    var bytes: [UInt8] = []
    if grid.count <= ReportMap.exactLimit || range == nil {
      for value in grid.scalars {
        for shift in [UInt32(0), 8, 16, 24] {
          bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
        }
      }
      return ("float32", Base64.text(bytes))
    }
    let low = range?.lowerBound ?? 0
    let span = Double(range?.upperBound ?? 0) - Double(low)
    for value in grid.scalars {
      let place = span > 0 ? ((Double(value) - Double(low)) / span * 65_535).rounded() : 0
      let code = UInt16(min(max(place, 0), 65_535))
      bytes += [UInt8(truncatingIfNeeded: code), UInt8(truncatingIfNeeded: code >> 8)]
    }
    return ("uint16", Base64.text(bytes))
  }

  /// The map in colours as the engine draws it, small.
  private static func still(
    _ grid: Tensor, placement: Placement, range: ClosedRange<Float>, isFinite: Bool, _ colormap: Colormap
  ) throws(ImageError) -> String {
    let rectangle = placement.pixels
    let longest = max(rectangle.width, rectangle.height)
    let width = max(1, rectangle.width * stillSide / longest)
    let height = max(1, rectangle.height * stillSide / longest)
    let (low, span) = (range.lowerBound, range.upperBound - range.lowerBound)
    let values = grid.scalars
    let normalized = Tensor(grid.shape) { out in
      for (index, value) in values.enumerated() {
        out[index] = isFinite && span > 0 && span.isFinite ? (value - low) / span : 0
      }
    }
    let enlarged = try normalized.resizedGrid(rows: height, columns: width, filter: .bilinear)
    let steps = Float(stillColors - 1)
    let colors = colormap.colors
    let bytes = enlarged.scalars.flatMap { value -> [UInt8] in
      // A few colours only: nobody sees it, and it takes half the bytes.
      let color = colors[Int((min(max(value, 0), 1) * steps).rounded() / steps * 255)]
      return [color.red, color.green, color.blue]
    }
    let image = try Image(width: width, height: height, bytes: bytes)
    return "data:image/png;base64," + Base64.text(try PictureStore.png(of: image))
  }
}
