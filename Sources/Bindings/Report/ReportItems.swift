import Explanations
import Imaging
import Interpreter
import Reports
import Tensors

/// Turns values of scripts into what a report shows of them.
enum ReportItems {
  /// The most characters of a value that is shown as text.
  static let textLimit = 20_000

  /// A value as a report shows it; as a line where it has no picture. `isAsked` is whether the script showed it: then
  /// tensors are drawn as well. Empty for `none`.
  static func items(of value: Value, files: [String] = [], isAsked: Bool = false) throws -> [ReportItem] {
    if let items = try drawn(value, files: files, isAsked: isAsked) { return items }
    if case .none = value { return [] }
    if !files.isEmpty { return [.saved(ReportCaption(description(of: value), files: files))] }
    let text = value.text
    return [.value(text.count > textLimit ? text.prefix(textLimit) + " …" : text)]
  }

  /// What is drawn of a value; nil for what is only text.
  private static func drawn(_ value: Value, files: [String], isAsked: Bool) throws -> [ReportItem]? {
    switch value {
    case .list(let values):
      // A list of pictures is one thing to look at; one with something else in it is not.
      guard !values.isEmpty else { return nil }
      var all: [ReportItem] = []
      for value in values.prefix(RunRecord.valueLimit) {
        guard case .object = value, let own = try drawn(value, files: files, isAsked: false) else {
          return nil
        }
        all += own
      }
      let more = values.count - RunRecord.valueLimit
      if more > 0 { all.append(.omitted("… \(more) more in the list", files: [])) }
      return joined(all)
    case .object(let object): return try drawn(object, files: files, isAsked: isAsked)
    default: return nil
    }
  }

  private static func drawn(
    _ object: any EngineValue, files: [String], isAsked: Bool
  ) throws -> [ReportItem]? {
    switch object {
    case let value as ImageValue:
      if let overlaid = value.overlaid { return [.maps([map(overlaid, value, files)])] }
      let description = "picture, \(value.name), \(value.image.width) by \(value.image.height) pixels"
      return [
        .picture(
          ReportPicture(
            value.image, description: description, caption: ReportCaption(value.name, files: files)))
      ]
    case let value as HeatMapValue: return maps(value.maps, files)
    case let value as HeatMapsValue: return maps(value.maps, files)
    case let value as TokenMapValue: return [.tokens(tokens(value, files))]
    case let value as LabelMapValue:
      let areas = value.map.areas
      let total = Double(max(value.map.width * value.map.height, 1))
      let legend = value.map.labels.indices.filter { areas[$0] > 0 }.map { index in
        (
          color: value.map.colors[index],
          name: "\(value.map.labels[index]) \(percent(Double(areas[index]) / total))"
        )
      }
      let description = "the classes of the pixels: " + legend.map(\.name).joined(separator: ", ")
      let caption = ReportCaption(value.recipe.description, files: files)
      return [
        .picture(
          ReportPicture(
            try value.map.picture(), description: description, caption: caption,
            legend: Array(legend.prefix(60))))
      ]
    case let value as MaskValue: return [.picture(try mask(value, files))]
    case let value as MasksValue:
      var items = try value.labels.indices.prefix(RunRecord.valueLimit).map {
        ReportItem.picture(try mask(value.mask($0), files))
      }
      let more = value.labels.count - RunRecord.valueLimit
      if more > 0 { items.append(.omitted("… \(more) masks more", files: [])) }
      return items
    case let value as Table: return [.table(table(value, ReportCaption("", files: files)))]
    case let value as EvaluationValue:
      guard case .object(let summary)? = try value.field("summary"), let table = summary as? Table else {
        return nil
      }
      return [.table(self.table(table, ReportCaption(value.summary, files: files)))]
    case let value as FigureValue: return [try drawing(value, files)]
    case let value as TensorValue where isAsked: return try drawn(value, files)
    default: return nil
    }
  }

  /// Maps that stand next to each other become one figure, with one scale where the reader wants it.
  static func joined(_ items: [ReportItem]) -> [ReportItem] {
    var result: [ReportItem] = []
    for item in items {
      if case .maps(let more) = item, case .maps(let before)? = result.last,
        before.count + more.count <= 2 * RunRecord.valueLimit
      {
        result[result.count - 1] = .maps(before + more)
      } else {
        result.append(item)
      }
    }
    return result
  }

  // MARK: Maps

  private static func map(_ overlaid: OverlaidMap, _ value: ImageValue, _ files: [String]) -> ReportMap {
    let what = overlaid.label.map { "heat map of \"\($0)\" by \(overlaid.method ?? "")" } ?? "map"
    return ReportMap(
      ground: overlaid.ground, grid: overlaid.grid, placement: overlaid.placement,
      sharedRange: overlaid.sharedRange, colormap: overlaid.colormap, opacity: overlaid.opacity,
      label: overlaid.label ?? "", description: what + " over \(overlaid.groundName)",
      caption: ReportCaption(value.name, files: files))
  }

  /// Maps over what the model saw.
  private static func maps(_ maps: HeatMaps, _ files: [String]) -> [ReportItem] {
    func side(_ extent: Double) -> Int {
      extent >= 1 && extent <= Double(ImageLimits.side) ? Int(extent.rounded()) : 1
    }
    let (width, height) = (side(maps.placement.region.width), side(maps.placement.region.height))
    let placement = Placement(imageWidth: width, imageHeight: height, inputWidth: width, inputHeight: height)
    let shown = maps.labels.indices.prefix(RunRecord.valueLimit).map { index in
      ReportMap(
        ground: maps.view, grid: maps.grid.row(index), placement: placement,
        opacity: maps.view == nil ? 1 : 0.6,
        label: maps.labels[index],
        description: "heat map of \"\(maps.labels[index])\" by \(maps.recipe.method)"
          + (maps.view == nil ? "" : " over what the model saw"),
        caption: ReportCaption(maps.labels[index], files: files))
    }
    var items: [ReportItem] = [.maps(shown)]
    let more = maps.labels.count - shown.count
    if more > 0 { items.append(.omitted("… \(more) maps more", files: [])) }
    items.append(.saved(ReportCaption("\(maps.recipe.description) on \(maps.recipe.image)")))
    return items
  }

  private static func drawn(_ value: TensorValue, _ files: [String]) throws -> [ReportItem]? {
    let tensor = value.tensor
    guard tensor.count > 0 else { return nil }
    let caption = ReportCaption(value.summary, files: files)
    if tensor.rank == 3, tensor.shape[2] == 3 {
      let image = try Image(pixels: tensor)
      return [.picture(ReportPicture(image, description: "picture of " + value.summary, caption: caption))]
    }
    guard tensor.rank == 2, tensor.shape.allSatisfy({ $0 <= ImageLimits.side }) else { return nil }
    let placement = Placement(
      imageWidth: tensor.shape[1], imageHeight: tensor.shape[0], inputWidth: tensor.shape[1],
      inputHeight: tensor.shape[0])
    return [
      .maps([
        ReportMap(
          ground: nil, grid: tensor, placement: placement, opacity: 1, label: "",
          description: "map of a tensor",
          caption: caption)
      ])
    ]
  }

  // MARK: Other values

  /// The most bytes of a drawing whose lines stay lines on the page; others, with pictures in them, are pixels.
  private static let drawingLimit = 150_000

  private static func drawing(_ value: FigureValue, _ files: [String]) throws -> ReportItem {
    try figures([], otherwise: "value") {
      let svg = try value.figure.svg()
      let caption = ReportCaption(value.summary, files: files)
      if svg.count <= drawingLimit {
        return .svg(String(decoding: svg, as: UTF8.self), description: value.summary, caption: caption)
      }
      return .picture(ReportPicture(try value.preview(), description: value.summary, caption: caption))
    }
  }

  private static func mask(_ value: MaskValue, _ files: [String]) throws -> ReportPicture {
    let mask = value.mask
    let ground = try Image(width: mask.width, height: mask.height, color: .black)
    let share = percent(Double(mask.area) / Double(max(mask.width * mask.height, 1)))
    let description = "mask of \"\(value.label)\", \(share) of the picture"
    return ReportPicture(
      try mask.overlaid(on: ground, color: .white, opacity: 1), description: description,
      caption: ReportCaption("\(value.label), \(share)", files: files))
  }

  private static func percent(_ part: Double) -> String {
    part > 0 && part < 0.005 ? "under 1 %" : "\(Int((part * 100).rounded())) %"
  }

  private static func tokens(_ value: TokenMapValue, _ files: [String]) -> ReportTokens {
    let scores = value.map.scores.scalars
    let places = value.map.normalized
    let pieces = value.map.pieces.indices.map {
      ReportTokens.Piece(
        text: value.map.pieces[$0], score: scores[$0], place: places[$0], continues: value.continues($0))
    }
    let recipe = value.map.recipe
    return ReportTokens(
      pieces, caption: ReportCaption("\(recipe.description) on \(recipe.image)", files: files))
  }

  static func table(_ table: Table, _ caption: ReportCaption) -> ReportTable {
    let rows = (0..<min(table.count, ReportTable.rowLimit)).map { row in
      table.columns.map { column in cell(column.values[row]) }
    }
    return ReportTable(columns: table.columns.map(\.name), rows: rows, count: table.count, caption: caption)
  }

  /// As `print` writes it: six digits.
  private static func cell(_ value: Value) -> ReportTable.Cell {
    switch value {
    case .none: return ReportTable.Cell("")
    case .number(let number):
      let text = Int(exactly: number) != nil ? value.text : Table.number(number)
      return ReportTable.Cell(text, number: number)
    default:
      let text = value.text
      return ReportTable.Cell(text.count > 500 ? text.prefix(500) + " …" : text)
    }
  }

  /// A value that is only mentioned: `record`, `tensor [2, 14, 14], …`.
  private static func description(of value: Value) -> String {
    if case .object(let object) = value { return object.summary }
    return value.typeName
  }
}
