import Explanations
import Figures
import Imaging
import Interpreter

/// `figure(items; …)`: pictures, maps, charts and words on paper of a size.
let figurePrimitive = Builtin(
  "figure", section: "pictures",
  [
    Builtin.Parameter(
      "items", .any,
      "what to show: a list of pictures, maps, masks, charts, figures and strings, or a list of such lists, its rows"
    )
  ],
  options: [
    Builtin.Parameter(
      "columns", .union([.int, .none]), default: Value.none, "panels a row; `none` chooses"),
    Builtin.Parameter("width", .number, default: .number(170), "of the paper, in millimetres"),
    Builtin.Parameter("dpi", .number, default: .number(300), "pixels an inch, where it is saved as PNG"),
    Builtin.Parameter(
      "titles", .union([.list(.string), .none]), default: Value.none,
      "what stands above each panel; `none` is the labels of maps and masks"),
    Builtin.Parameter(
      "rows", .union([.list(.string), .none]), default: Value.none, "what stands left of each row"),
    Builtin.Parameter(
      "letters", .union([.bool, .list(.string)]), default: .bool(false),
      "whether panels are called a, b, c …; or what they are called"),
    Builtin.Parameter("heading", .string, default: .string(""), "what stands above all"),
    Builtin.Parameter("caption", .string, default: .string(""), "what stands below all"),
    Builtin.Parameter(
      "legend", .bool, default: .bool(true), "whether the colours of maps and classes are explained"),
    Builtin.Parameter("gap", .number, default: .number(3), "between panels, in millimetres"),
    colormapParameter, mapScaleParameter,
    Builtin.Parameter(
      "smooth", .bool, default: .bool(true),
      "whether pictures are smoothed where enlarged; else pixels are squares"),
  ],
  gives: .engine("figure"),
  Builtin.Documentation(
    "Pictures, maps, charts and words as one figure of a width in millimetres.",
    details: """
      Letters and charts are drawn on the paper itself: they stay sharp in SVG and PDF, and as large in a
      figure as alone (7 to 10 points). Pictures are kept with all their pixels. Several maps or masks are a panel each;
      maps have the size of their picture and are coloured as `save` colours them, with `scale: "shared"` all maps of the
      figure on one range, whose numbers the bar shows. Panels of a column are equally wide; pictures of a row
      equally high where their columns are alike. A chart takes the height of the pictures beside it.
      """,
    errors: """
      Nothing to show, or something that has no picture; another number of `titles`, `letters` or `rows` than of panels or
      rows; `columns` below 1, or with rows given; a `gap` outside 0…50; a `width` outside 10…2000, or too narrow for the
      panels; a `dpi` outside 30…2400; a figure higher than 2000 mm.
      """,
    seeAlso: ["plot", "grid", "overlay", "save"],
    example: """
      scene = image(zeros([64, 96, 3]))
      t = table({layer: [1, 2, 3], score: [0.2, 0.5, 0.6]})
      f = figure([scene, plot(t, x: "layer", y: "score")], letters: true, caption: "A scene and a score.")
      f |> save("out/figure.pdf")
      print(f.width, f.height < 100)  # expect: 170 true
      """)
) { arguments, context in
  let request = FigureRequest(arguments: arguments, context: context)
  return try figures(["items", "width", "dpi"], otherwise: "items") {
    .object(FigureValue(figure: try request.figure()))
  }
}

/// What a call of `figure` asks for.
private struct FigureRequest {
  let arguments: Arguments
  let context: CallContext

  func figure() throws -> Figure {
    let (values, hasRows) = rowsOfValues()
    let panels = try FigurePanels(
      values, colormap: Colormap(rawValue: try arguments.string("colormap")) ?? .jet,
      scale: MapScale(rawValue: try arguments.string("scale")) ?? .label, context: context)
    var all = Array(panels.rows.joined())
    guard !all.isEmpty else { throw ScriptError("there is nothing to show", argument: "items") }
    // Figures in figures multiply.
    let count = Composition(rows: [all]).panelCount
    guard count <= FigurePanels.limit else {
      throw ScriptError(
        "\(count) panels are too many; at most \(FigurePanels.limit) fit a figure", argument: "items")
    }
    for (index, title) in try strings("titles", count: all.count, of: "panels").enumerated() {
      all[index].title = title
    }
    for (index, letter) in try letters(all.count).enumerated() { all[index].letter = letter }
    let lengths = try rowLengths(panels.rows.map(\.count), hasRows: hasRows, count: all.count)
    var rows: [[Composition.Panel]] = []
    var start = 0
    for length in lengths {
      rows.append(Array(all[start..<(start + length)]))
      start += length
    }
    let gap = try arguments.double("gap")
    guard (0...50).contains(gap) else {
      throw ScriptError("`gap` must be 0 to 50 millimetres, found \(format(gap))", argument: "gap")
    }
    var composition = Composition(rows: rows, gap: gap * Drawing.pointsPerMillimetre)
    composition.rowLabels = try strings("rows", count: rows.count, of: "rows of panels")
    composition.heading = try arguments.string("heading")
    composition.caption = try arguments.string("caption")
    composition.isSmooth = try arguments.bool("smooth")
    if try arguments.bool("legend") {
      composition.bar = panels.bar
      composition.swatches = panels.swatches
    }
    return try Figure(
      composition, width: try arguments.double("width"), dpi: try arguments.double("dpi"))
  }

  /// The values of each row, and whether the script itself says what is in a row.
  private func rowsOfValues() -> (rows: [[Value]], areGiven: Bool) {
    guard case .list(let items) = arguments["items"] else { return ([[arguments["items"]]], false) }
    guard items.contains(where: { if case .list = $0 { true } else { false } }) else {
      return ([items], false)
    }
    return (items.map { if case .list(let row) = $0 { row } else { [$0] } }, true)
  }

  /// How many panels each row has.
  private func rowLengths(_ given: [Int], hasRows: Bool, count: Int) throws -> [Int] {
    let columns = try arguments.optionalInt("columns")
    if let columns, columns < 1 {
      throw ScriptError("`columns` must be at least 1, found \(columns)", argument: "columns")
    }
    if hasRows {
      guard columns == nil else {
        throw ScriptError("`items` is a list of rows already", argument: "columns")
      }
      return given.filter { $0 > 0 }
    }
    // As `grid` does: one row up to four, then about a square.
    var chosen = columns ?? (count <= 4 ? count : 1)
    if columns == nil, count > 4 { while chosen * chosen < count { chosen += 1 } }
    return stride(from: 0, to: count, by: min(chosen, count)).map { min(chosen, count - $0) }
  }

  /// The strings of an option, as many as there are panels or rows; none where it is `none`.
  private func strings(_ name: String, count: Int, of things: String) throws -> [String] {
    guard case .list(let values) = arguments[name] else { return [] }
    guard values.count == count else {
      throw ScriptError(
        "\(values.count) \(name) for \(count) \(things)", argument: name)
    }
    return values.map(\.text)
  }

  /// What panels are called: a … z, aa, ab, ….
  private func letters(_ count: Int) throws -> [String] {
    guard case .bool(let isWanted) = arguments["letters"] else {
      return try strings("letters", count: count, of: "panels")
    }
    guard isWanted else { return [] }
    let alphabet = "abcdefghijklmnopqrstuvwxyz".map { String($0) }
    return (0..<count).map { index -> String in
      let last = alphabet[index % 26]
      return index < 26 ? last : alphabet[index / 26 - 1] + last
    }
  }
}
