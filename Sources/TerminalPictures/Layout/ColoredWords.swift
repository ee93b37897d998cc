import Imaging
import Syntax

/// Words on backgrounds of a colour map: which of a text matter. Without colours each word has its number.
public struct ColoredWords {
  /// One word, or a part of one.
  public struct Piece: Hashable, Sendable {
    /// As it is read.
    public let text: String
    /// 0…1, the place in the colour map.
    public let value: Float
    /// The number that is shown.
    public let number: String
    /// Whether it goes on with the word before it, without a space.
    public let continues: Bool

    /// A piece from its parts.
    public init(_ text: String, value: Float, number: String, continues: Bool = false) {
      self.text = text
      self.value = value
      self.number = number
      self.continues = continues
    }
  }

  private let pieces: [Piece]
  private let scale: ColorScale

  /// Pieces in the text's order, with the colours and numbers of their legend.
  public init(_ pieces: [Piece], scale: ColorScale) {
    self.pieces = pieces
    self.scale = scale
  }

  /// Lines for a terminal, the legend below.
  ///
  /// - Parameter width: cells across; nil is the terminal's
  public func text(on terminal: TerminalCapabilities, width: Int? = nil) -> String {
    let width = min(max(width ?? terminal.columns, 8), max(terminal.columns, 8))
    let depth: HalfBlocks.Depth? =
      switch terminal.graphics {
      case .kitty, .iterm, .sixel, .blocks: .full
      case .palette: .palette
      case .ascii, .none: nil
      }
    let colors = scale.colormap.colors
    var lines = [""]
    var cells = 0
    for piece in pieces {
      let shown = DisplayWidth.escaped(piece.text) + (depth == nil ? "(\(piece.number))" : "")
      let own = DisplayWidth.of(shown)
      let space = cells > 0 && !piece.continues ? 1 : 0
      if cells > 0, cells + space + own > width {
        lines.append("")
        cells = 0
      }
      let gap = cells > 0 ? String(repeating: " ", count: space) : ""
      cells += gap.count + own
      guard let depth, !colors.isEmpty else {
        lines[lines.count - 1] += gap + shown
        continue
      }
      let value = piece.value.isFinite ? min(max(piece.value, 0), 1) : 0
      let color = colors[Int((value * Float(colors.count - 1)).rounded())]
      let ink = color.luminance > 0.45 ? RGB(red: 0, green: 0, blue: 0) : RGB(red: 255, green: 255, blue: 255)
      lines[lines.count - 1] +=
        gap
        + "\u{1B}[\(depth.parameters(color, base: 48));\(depth.parameters(ink, base: 38))m\(shown)\u{1B}[0m"
    }
    guard depth != nil else { return lines.joined(separator: "\n") }
    let legend = min(width, 40)
    return
      (lines + [
        ScaleText.bar(scale, width: legend, on: terminal), ScaleText.numbers(scale, width: legend),
      ]).joined(separator: "\n")
  }
}

extension RGB {
  /// How bright it looks, 0…1 (BT.601).
  fileprivate var luminance: Double {
    (0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)) / 255
  }
}
