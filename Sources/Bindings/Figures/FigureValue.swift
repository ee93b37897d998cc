import Figures
import Imaging
import Interpreter

/// A chart or an arrangement of panels, in a script: drawn on paper of a size in millimetres.
struct FigureValue: EngineValue {
  let figure: Figure
  /// How it was made.
  var origin: Origin?

  var typeName: String { "figure" }

  var summary: String {
    let size = "figure \(tenths(figure.width))×\(tenths(figure.height)) mm, "
    switch figure.content {
    case .chart(let chart):
      let count = chart.series.count
      let words =
        count > 1 ? "\(chart.kind.rawValue) chart of \(count) series" : "\(chart.kind.rawValue) chart"
      return size + words + (chart.title.isEmpty ? "" : " \"\(abbreviated(chart.title))\"")
    case .composition(let composition):
      let count = composition.rows.reduce(0) { $0 + $1.count }
      return size + "\(count) panel\(count == 1 ? "" : "s")"
    default: return size
    }
  }

  /// Millimetres with at most one decimal.
  private func tenths(_ length: Double) -> String { format((length * 10).rounded() / 10) }

  var fieldNames: [String] { ["width", "height", "dpi"] }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "width": .number(figure.width)
    case "height": .number(figure.height)
    case "dpi": .number(figure.dpi)
    default: nil
    }
  }

  func isEqual(to other: any EngineValue) -> Bool { (other as? FigureValue)?.figure == figure }

  /// Pixels for a terminal: fewer than for print, as many as a screen has use for.
  func preview() throws -> Image {
    let longer = max(figure.width, figure.height) / 25.4
    return try figure.drawing.picture(dpi: min(figure.dpi, 1400 / longer))
  }

  /// What the figure shows and how large, as bytes that equal figures share.
  func contentBytes() throws -> [UInt8] { try figure.svg() }
}

/// Runs `body`, its errors about figures turned into the script's.
/// - Parameters:
///   - names: the parameters of the builtin that runs; an error about another one is about `other`.
func figures<R>(_ names: [String], otherwise other: String, _ body: () throws -> R) throws -> R {
  do { return try body() } catch let error as FigureError {
    throw ScriptError(
      error.description, argument: error.option.map { names.contains($0) ? $0 : other } ?? other,
      hint: error.hint)
  } catch let error as ImageError {
    throw ScriptError(error.description, argument: other)
  }
}
