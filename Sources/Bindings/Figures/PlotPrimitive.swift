import Figures
import Interpreter

private let columnName = TypeSpec.union([.string, .none])
private let limitsType = TypeSpec.union([.list(.union([.number, .none])), .none])

/// `plot(table; x, y, by, …)`: a chart of a table's columns.
let plotPrimitive = Builtin(
  "plot", section: "pictures", [Builtin.Parameter("table", .engine("table"), "the rows")],
  options: [
    Builtin.Parameter(
      "y", .union([.string, .list(.string)]),
      "the column of numbers to draw; of several columns each is a series"),
    Builtin.Parameter(
      "x", columnName, default: Value.none,
      "the column along the axis, of numbers or names; `none` is the row's number"),
    Builtin.Parameter("by", columnName, default: Value.none, "the column that parts the rows into series"),
    Builtin.Parameter(
      "kind", .choice(Chart.Kind.allCases.map(\.rawValue)), default: .string("line"),
      "lines, bars, dots, or boxes of quartiles"),
    Builtin.Parameter("low", columnName, default: Value.none, "the column of each number's lower bound"),
    Builtin.Parameter("high", columnName, default: Value.none, "the column of each number's upper bound"),
    Builtin.Parameter(
      "spread", .choice(Chart.Spread.allCases.map(\.rawValue)), default: .string("auto"),
      "how bounds are drawn; auto is a band along lines and whiskers elsewhere"),
    Builtin.Parameter("title", .string, default: .string(""), "what stands above"),
    Builtin.Parameter("xlabel", columnName, default: Value.none, "what `x` is; `none` is the column's name"),
    Builtin.Parameter("ylabel", columnName, default: Value.none, "what `y` is; `none` is the column's name"),
    Builtin.Parameter(
      "xlim", limitsType, default: Value.none,
      "[low, high] of the axis; `none` within is what the numbers need"),
    Builtin.Parameter("ylim", limitsType, default: Value.none, "the same of the upright axis"),
    Builtin.Parameter(
      "logAxes", .union([.choice(["x", "y", "both"]), .none]), default: Value.none,
      "axes on which equal distances are equal factors"),
    Builtin.Parameter(
      "legend", .choice(Chart.LegendPlace.allCases.map(\.rawValue)), default: .string("auto"),
      "where series are named; auto is right, where there are several"),
    Builtin.Parameter("width", .number, default: .number(120), "of the paper, in millimetres"),
    Builtin.Parameter("height", .number, default: .number(80), "of the paper, in millimetres"),
    Builtin.Parameter("dpi", .number, default: .number(300), "pixels an inch, where it is saved as PNG"),
  ],
  gives: .engine("figure"),
  Builtin.Documentation(
    "A chart of a table: lines, bars, dots or boxes.",
    details: """
      Lines go through their points in the order of `x`; a missing number (`none`, nan) leaves a gap. Where several
      rows of a series have one `x`, lines and bars show the mean and its 95 % interval (Student's t). Boxes reach from
      the lower to the upper quartile, with the median; whiskers to the farthest number within 1.5 times their distance,
      and circles beyond. Series differ in colour (Okabe and Ito's palette), marker, dashes and hatching, so that a chart
      can be read in grey and by people who are colour-blind. `save` writes PNG, SVG or PDF; `figure` puts charts
      beside pictures.
      """,
    citation: "Okabe, Ito: Color Universal Design, 2008; Tukey: Exploratory Data Analysis, 1977",
    errors: """
      A column that the table does not have; a `y` of strings; a table without numbers; more than 40 series, 500 names
      along an axis, 200000 dots or a million rows; limits that are not [low, high], or 0 and below on a logarithmic
      axis; a size outside 10…2000 mm or one in which the letters leave no room.
      """,
    seeAlso: ["figure", "save", "table", "summarize"],
    example: """
      t = table({layer: [1, 2, 3], score: [0.2, 0.5, 0.6]})
      plot(t, x: "layer", y: "score", title: "Depth") |> save("out/depth.pdf")
      print(plot(t, y: "score", kind: "box"))  # expect: figure 120×80 mm, box chart
      """)
) { arguments, context in
  let table = try arguments.object("table", Table.self, called: "a table")
  return try figures(
    ["table", "x", "y", "by", "width", "height", "xlim", "ylim", "logAxes", "dpi"], otherwise: "table"
  ) {
    .object(FigureValue(figure: try PlotRequest(arguments, table: table, context: context).figure()))
  }
}

/// What a call of `plot` asks for.
private struct PlotRequest {
  let arguments: Arguments
  let context: CallContext
  let columns: TableColumns

  init(_ arguments: Arguments, table: Table, context: CallContext) {
    self.arguments = arguments
    self.context = context
    columns = TableColumns(table: table, context: context)
  }

  /// The text of an option; nil for `none`.
  private func optional(_ name: String) -> String? {
    if case .string(let text) = arguments[name] { text } else { nil }
  }

  func figure() throws -> Figure {
    guard columns.table.count > 0 else { throw ScriptError("the table has no rows", argument: "table") }
    let kind = Chart.Kind(rawValue: try arguments.string("kind")) ?? .line
    var (data, ys) = try data()
    let isXLogarithmic = ["x", "both"].contains(optional("logAxes") ?? "")
    let isYLogarithmic = ["y", "both"].contains(optional("logAxes") ?? "")
    leaveOutNonPositive(&data, x: isXLogarithmic, y: isYLogarithmic)
    let (made, showsMeans) = try data.chart(kind)
    var chart = made
    chart.title = try arguments.string("title")
    chart.xLabel = optional("xlabel") ?? optional("x") ?? (kind == .box ? "" : "row")
    chart.spread = Chart.Spread(rawValue: try arguments.string("spread")) ?? .auto
    let name = ys.count == 1 ? ys[0] : ""
    // A mean says that it is one.
    let means = chart.spread == .none ? "mean" : "mean, 95 % interval"
    chart.yLabel = optional("ylabel") ?? (showsMeans ? name.isEmpty ? means : "\(name) (\(means))" : name)
    chart.seriesLabel = optional("by") ?? ""
    chart.xLimits = try limits("xlim")
    chart.yLimits = try limits("ylim")
    chart.isXLogarithmic = isXLogarithmic
    chart.isYLogarithmic = isYLogarithmic
    chart.legend = Chart.LegendPlace(rawValue: try arguments.string("legend")) ?? .auto
    return try Figure(
      chart, width: try arguments.double("width"), height: try arguments.double("height"),
      dpi: try arguments.double("dpi"))
  }

  /// The columns that are drawn, and the names of `y`.
  private func data() throws -> (ChartData, ys: [String]) {
    let x = try optional("x").map { try columns.any($0, option: "x") }
    let ys: [String]
    switch arguments["y"] {
    case .string(let name): ys = [name]
    case .list(let names): ys = names.compactMap { if case .string(let name) = $0 { name } else { nil } }
    default: ys = []
    }
    guard let first = ys.first else { throw ScriptError("`y` names no column", argument: "y") }
    for option in ["low", "high", "by"] where ys.count > 1 && optional(option) != nil {
      throw ScriptError("`\(option)` is for one column in `y`, found \(ys.count)", argument: option)
    }
    if ys.count == 1 {
      let bounds = try ["low", "high"].map { option in
        try optional(option).map { try columns.numbers($0, option: option) }
      }
      return (
        ChartData(
          x: x, y: try columns.numbers(first, option: "y"),
          by: try optional("by").map { try columns.any($0, option: "by") }, low: bounds[0], high: bounds[1]),
        ys
      )
    }
    guard ys.count <= 40 else {
      throw ScriptError("\(ys.count) columns are too many; at most 40 can be told apart", argument: "y")
    }
    // Below one another, each row with the column it is from.
    let count = columns.table.count
    let values = try ys.flatMap { try columns.numbers($0, option: "y") }
    let names = ys.flatMap { [String?](repeating: $0, count: count) }
    let repeated: ChartData.Column =
      switch x {
      case nil: .numbers(ys.flatMap { _ in (0..<count).map { Optional(Double($0)) } })
      case .numbers(let numbers): .numbers(ys.flatMap { _ in numbers })
      case .names(let texts): .names(ys.flatMap { _ in texts })
      }
    let isOneBox = x == nil && arguments["kind"].text == "box"
    return (ChartData(x: isOneBox ? nil : repeated, y: values, by: .names(names)), ys)
  }

  /// What has no place on a logarithmic axis is missing; the user is told how much.
  private func leaveOutNonPositive(_ data: inout ChartData, x: Bool, y: Bool) {
    var count = 0
    func positive(_ values: [Double?]) -> [Double?] {
      values.map { value in
        guard let value, value <= 0 else { return value }
        count += 1
        return nil
      }
    }
    if x, case .numbers(let values) = data.x { data.x = .numbers(positive(values)) }
    if y { data.y = positive(data.y) }
    guard count > 0 else { return }
    context.warn(
      "\(count) number\(count == 1 ? " is" : "s are") 0 or below and not drawn: a logarithmic axis has no place for "
        + (count == 1 ? "it" : "them"))
  }

  /// `[low, high]` of an axis.
  private func limits(_ option: String) throws -> Chart.Limits {
    guard case .list(let ends) = arguments[option] else { return Chart.Limits() }
    guard ends.count == 2 else {
      throw ScriptError("`\(option)` is [low, high], found a list of \(ends.count)", argument: option)
    }
    let numbers = ends.map { end -> Double? in if case .number(let number) = end { number } else { nil } }
    return Chart.Limits(low: numbers[0], high: numbers[1])
  }
}
