import Explanations
import Glibc
import Imaging
import Interpreter
import Tensors

/// `save(value, path; …)`: the format by the ending, atomically.
let savePrimitive = Builtin(
  "save", section: "primitives",
  [
    Builtin.Parameter("value", .any, "what to save"),
    Builtin.Parameter("path", .path, "where, below the output folder; the ending decides the format"),
  ],
  options: [
    colormapParameter, mapScaleParameter,
    Builtin.Parameter(
      "recipe", .bool, default: .bool(true), "whether the file says how it was made"),
    Builtin.Parameter(
      "data", .union([.bool, .choice(["beside"])]), default: .bool(false),
      "heatmaps as PNG: keeps the numbers before normalization too, in the PNG or in an .npz \"beside\" it"),
  ],
  gives: .any,
  Builtin.Documentation(
    "Writes a value to a file and gives it back.",
    details: """
      Pictures: PNG. Heatmaps: PNG (coloured maps, labelled, with a legend), NPY (float32 [labels,
      height, width] at the picture's size, normalized per label), NPZ (that as `maps`, and the `grid`
      before normalization) or JSON. Labelmaps: PNG (indexed: background 0, no class 255, PASCAL VOC's colours), NPY
      (numbers of the classes) or JSON. Masks: PNG (side by side), NPY ([labels, height, width]) or JSON, a single mask
      PNG (255 where it is), NPY or JSON; the JSON has COCO's run lengths, boxes, areas and contours. Figures: PNG, SVG or PDF. Token maps: HTML (words on colours), JSON, CSV, NPY. Tensors: NPY, NPZ, JSON, CSV (two axes). Tables: CSV, JSON. Lists
      and records: JSON; a list of strings also TXT, a record of tensors also NPZ. Strings: any text
      ending. A file appears whole or not at all.

      PNG, NPZ, CSV, HTML, SVG, PDF, and JSON of values of the engine say how they were made: version, script, inputs
      with their SHA-256, and a script of its own, the recipe, that makes just this file again. `clipscope inspect` shows it,
      `clipscope replay` runs it. In a CSV these are lines that begin with `#`; `load` skips them,
      `recipe: false` leaves them out.
      """,
    errors: """
      A path outside the output folder; an ending that this value has no format for; a value
      that the format cannot hold; a full disk. The file then stays as it was.
      """,
    seeAlso: ["load", "show", "grid"],
    example: """
      image(zeros([8, 8, 3])) |> save("out/black.png")
      """),
  refined: { $0.type("value") ?? .any }, passesValuesOn: true
) { arguments, context in
  let value = arguments["value"]
  let name = try arguments.string("path")
  let path = try naming("path") { try context.writePath(name) }
  let ending = fileEnding(name)
  let colormap = Colormap(rawValue: try arguments.string("colormap")) ?? .jet
  let scale = MapScale(rawValue: try arguments.string("scale")) ?? .label
  let writer = Writer(
    value: value, ending: ending, colormap: colormap, scale: scale, context: context)
  try imaging(argument: "path") {
    var content = try writer.bytes()
    try makeFolders(above: path, name: name)
    let data = try MapData(arguments, ending: ending)
    if let data, data.isInside { content = try PNG.adding([data.note], to: content) }
    let text = try arguments.bool("recipe") ? provenanceText(of: value, context) : nil
    let bytes = try text.map { try ProvenanceFiles.adding($0, to: content, ending: ending) } ?? content
    if let data, !data.isInside {
      let content = try data.archive()
      let archive = try text.map { try ProvenanceFiles.adding($0, to: content, ending: "npz") } ?? content
      let beside = MapData.beside(name)
      let place = try naming("path") { try context.writePath(beside) }
      try AtomicFile.write(archive, to: place)
      context.tell(.saved(.init(value: value, name: beside, path: place, bytes: archive, content: content)))
    }
    try AtomicFile.write(bytes, to: path)
    context.tell(.saved(.init(value: value, name: name, path: path, bytes: bytes, content: content)))
  }
  return value
}

/// What a file of a value says of how it was made; nil for what a script itself wrote out, such as a list of words.
private func provenanceText(of value: Value, _ context: CallContext) -> ProvenanceText? {
  if value.isPlain { return nil }
  var text = context.provenance(of: value).map(ProvenanceText.init)
  if let slice = Shard.current {
    // A recipe makes the whole.
    text?.recipe = nil
    text?.problem = "it is of slice \(slice.number) of \(slice.count) alone (`--shard`)"
  }
  return text
}

/// Runs `body`; an error of the script's paths is about the argument `name`.
func naming<R>(_ name: String, kind: ScriptError.Kind = .running, _ body: () throws -> R) throws -> R {
  do { return try body() } catch let error as ScriptError {
    throw ScriptError(error.message, argument: name, hint: error.hint, kind: kind)
  }
}

/// The notes of a PNG made with a recipe.
func notes(of recipe: Recipe) -> [PNG.Text] {
  [
    note("Software", "clipscope"), note("Recipe", recipe.description), note("Model", recipe.modelIdentity),
    note("Source", recipe.image),
  ]
}

/// A note in a PNG. Its text ends at a null character, which is shown as a replacement character.
func note(_ key: String, _ value: String) -> PNG.Text {
  PNG.Text(key, value.utf8.contains(0) ? String(value.map { $0 == "\0" ? "\u{FFFD}" : $0 }) : value)
}

/// Makes the folders a file lies in, where they are missing. The path was checked by `writePath`.
func makeFolders(above path: String, name: String) throws {
  var folder = ""
  for part in path.split(separator: "/").dropLast() {
    folder += "/" + part
    if mkdir(folder, 0o777) == 0 || errno == EEXIST { continue }
    let reason = String(cString: strerror(errno))
    // A folder above that is there but may not be written to is no obstacle.
    if access(folder, F_OK) == 0 { continue }
    throw ScriptError(
      "the folder of `\(name)` cannot be made: \(reason)", argument: "path", hint: folder)
  }
}

/// Turns values into files' bytes.
private struct Writer {
  let value: Value
  let ending: String
  let colormap: Colormap
  let scale: MapScale
  let context: CallContext

  func bytes() throws -> [UInt8] {
    switch value {
    case .object(let object): try bytes(of: object)
    case .string(let text):
      ["png", "npy", "npz", "csv"].contains(ending) ? try refuse(["txt", "md", "json"]) : Array(text.utf8)
    case .list(let items):
      ending == "txt" ? try lines(items) : ending == "json" ? try json() : try refuse(["json", "txt"])
    case .record(let record):
      ending == "npz" ? try archive(record) : ending == "json" ? try json() : try refuse(["json", "npz"])
    case .none, .bool, .number: ending == "json" ? try json() : try refuse(["json"])
    case .function: throw ScriptError("a function cannot be saved", argument: "value")
    }
  }

  private func bytes(of object: any EngineValue) throws -> [UInt8] {
    switch object {
    case let image as ImageValue:
      guard ending == "png" else { return try refuse(["png"]) }
      return try PNG.encode(
        .rgb(image.image), text: [note("Software", "clipscope"), note("Source", image.name)])
    case let maps as HeatMapsValue: return try bytes(of: maps.maps)
    case let map as HeatMapValue: return try bytes(of: map.maps)
    case let tensor as TensorValue: return try bytes(of: tensor.tensor)
    case let map as TokenMapValue: return try bytes(of: map)
    case let map as LabelMapValue:
      return try MaskFiles.bytes(of: map, ending: ending) ?? refuse(MaskFiles.endings)
    case let masks as MasksValue:
      return try MaskFiles.bytes(of: masks, ending: ending) ?? refuse(MaskFiles.endings)
    case let figure as FigureValue:
      let missing = figure.figure.drawing.missingCharacters()
      if !missing.isEmpty { context.warn("no font here has \"\(missing)\": boxes stand in its place") }
      return try FigureFiles.bytes(of: figure, ending: ending) ?? refuse(FigureFiles.endings)
    case let mask as MaskValue:
      return try MaskFiles.bytes(of: mask, ending: ending) ?? refuse(MaskFiles.endings)
    case let table as Table:
      switch ending {
      case "csv": return Array(table.csv.utf8)
      case "json": return try json()
      default: return try refuse(["csv", "json"])
      }
    default: throw ScriptError("\(TypeMessage.article(object.typeName)) cannot be saved", argument: "value")
    }
  }

  private func bytes(of value: TokenMapValue) throws -> [UInt8] {
    let map = value.map
    let scores = map.scores.scalars
    switch ending {
    case "html": return Array(TokenMapPage.html(value).utf8)
    case "npy": return NPYFile.write(map.scores)
    case "csv", "json":
      let rows = map.pieces.indices.map { [Value.string(map.pieces[$0]), .number(Double(scores[$0]))] }
      if ending == "csv", case .object(let object) = try table(columns: ["token", "score"], rows: rows),
        let table = object as? Table
      {
        return Array(table.csv.utf8)
      }
      let recipe = "\(map.recipe.description) on \(map.recipe.image) by \(map.recipe.modelIdentity)"
      func text(_ value: Value) -> String { JSON.text(value) ?? "null" }
      return Array(
        ("{\"text\": \(text(.string(map.text))), \"recipe\": \(text(.string(recipe))), "
          + "\"tokens\": \(text(.list(map.pieces.map(Value.string)))), "
          + "\"scores\": \(jsonArray(map.scores))}\n").utf8)
    default: return try refuse(["html", "json", "csv", "npy"])
    }
  }

  private func bytes(of tensor: Tensor) throws -> [UInt8] {
    switch ending {
    case "npy": return NPYFile.write(tensor)
    case "npz": return try NPZFile.write([("data", tensor)])
    case "json": return Array((jsonArray(tensor) + "\n").utf8)
    case "csv":
      guard tensor.rank == 1 || tensor.rank == 2 else {
        throw ScriptError(
          "a CSV has two axes; this tensor is \(describe(shape: tensor.shape))", argument: "path",
          hint: "save it as .npy")
      }
      let width = tensor.shape.last ?? 1
      let scalars = tensor.scalars
      return Array(
        stride(from: 0, to: scalars.count, by: max(1, width)).map { start in
          scalars[start..<(start + width)].map { "\($0)" }.joined(separator: ",") + "\n"
        }.joined().utf8)
    default: return try refuse(["npy", "npz", "json", "csv"])
    }
  }

  private func bytes(of maps: HeatMaps) throws -> [UInt8] {
    warnOfConstantMaps(maps.normalized(scale).constant, context: context)
    switch ending {
    case "npy": return NPYFile.write(try maps.enlarged(scale))
    case "npz": return try NPZFile.write([("maps", try maps.enlarged(scale)), ("grid", maps.grid)])
    case "json":
      let labels = JSON.text(.list(maps.labels.map(Value.string))) ?? "[]"
      let recipe =
        JSON.text(
          .string("\(maps.recipe.description) on \(maps.recipe.image) by \(maps.recipe.modelIdentity)"))
        ?? "null"
      return Array(
        "{\"labels\": \(labels), \"recipe\": \(recipe), \"grid\": \(jsonArray(maps.grid))}\n".utf8)
    case "png":
      return try PNG.encode(
        .rgb(try picture(of: maps)),
        text: notes(of: maps.recipe))
    default: return try refuse(["png", "npy", "npz", "json"])
    }
  }

  /// The maps in colours at the picture's size; several of them side by side, named, with a legend.
  private func picture(of maps: HeatMaps) throws -> Image {
    let all = try maps.enlarged(scale)
    let pictures = try maps.labels.indices.map { try colormap.picture(of: all.row($0)) }
    if pictures.count == 1, let only = pictures.first { return only }
    let values = maps.grid.scalars
    let legend =
      scale == .shared
      ? Legend(
        colormap: colormap, low: Double(values.min() ?? 0), high: Double(values.max() ?? 1),
        label: maps.recipe.method)
      : Legend(colormap: colormap, low: 0, high: 1, label: "lowest to highest, per map")
    return try PictureGrid(images: pictures, titles: maps.labels, legend: legend).picture()
  }

  private func json() throws -> [UInt8] {
    guard let text = JSON.text(value) else {
      throw ScriptError(
        "this \(value.typeName) holds what JSON cannot: engine values, functions or infinite numbers",
        argument: "value")
    }
    return Array((text + "\n").utf8)
  }

  private func lines(_ items: [Value]) throws -> [UInt8] {
    var text = ""
    for (index, item) in items.enumerated() {
      guard case .string(let line) = item else {
        throw ScriptError(
          "a .txt holds strings; item \(index) is \(TypeMessage.article(item.typeName))", argument: "value",
          hint: "save it as .json")
      }
      text += line + "\n"
    }
    return Array(text.utf8)
  }

  private func archive(_ record: Record) throws -> [UInt8] {
    try NPZFile.write(
      record.names.map { name in
        guard case .object(let object) = record[name] ?? .none, let tensor = object as? TensorValue
        else {
          throw ScriptError("an .npz holds tensors; `\(name)` is none", argument: "value")
        }
        return (name, tensor.tensor)
      })
  }

  private func refuse(_ endings: [String]) throws -> [UInt8] {
    let known = endings.map { "." + $0 }.joined(separator: ", ")
    throw ScriptError(
      "\(TypeMessage.article(value.typeName)) cannot be saved as "
        + (ending.isEmpty ? "a file without an ending" : ".\(ending)"), argument: "path",
      hint: "it can be \(known)")
  }
}

/// A tensor as nested JSON lists; what is not finite becomes null.
func jsonArray(_ tensor: Tensor) -> String {
  func text(_ slice: Tensor) -> String {
    if slice.rank == 0 {
      let x = slice.scalars.first ?? 0
      return x.isFinite ? "\(x)" : "null"
    }
    if slice.rank == 1 {
      return "[" + slice.scalars.map { $0.isFinite ? "\($0)" : "null" }.joined(separator: ", ") + "]"
    }
    return "[" + (0..<slice.shape[0]).map { text(slice.row($0)) }.joined(separator: ", ") + "]"
  }
  return text(tensor)
}
