import Figures
import Imaging
import Interpreter

/// Figures as files.
enum FigureFiles {
  /// What a figure can be saved as.
  static let endings = ["png", "svg", "pdf"]

  /// A file's bytes; nil where figures have no such format. PNGs have the figure's `dpi`; SVG and PDF have none: their
  /// letters and shapes are no pixels, and pictures in them keep their own.
  /// - Parameter notes: how it was made; kept as texts of a PNG, as description of an SVG, as subject of a PDF.
  static func bytes(
    of value: FigureValue, ending: String, notes: [PNG.Text] = [note("Software", "clipscope")]
  )
    throws -> [UInt8]?
  {
    try figures([], otherwise: "value") {
      switch ending {
      case "png": try value.figure.png(notes: notes)
      case "svg": try value.figure.svg(notes: notes)
      case "pdf": try value.figure.pdf(notes: notes)
      default: nil
      }
    }
  }
}
