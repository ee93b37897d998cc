import Imaging

/// Pictures as text: each cell is ▀, its upper half in the foreground's colour and its lower half in the background's.
public enum HalfBlocks {
  /// How colours are written.
  public enum Depth: Sendable {
    /// 24 bits.
    case full
    /// The 256 colours of xterm.
    case palette

    /// The parameters of `ESC [ … m`; `base` is 38 for the foreground, 48 for the background.
    func parameters(_ color: RGB, base: Int) -> String {
      switch self {
      case .full: "\(base);2;\(color.red);\(color.green);\(color.blue)"
      case .palette: "\(base);5;\(XtermPalette.nearest(to: color))"
      }
    }
  }

  /// Lines of text, one for two rows of pixels. Each begins and ends with the terminal's own colours; where nothing is
  /// drawn its ground shows.
  public static func lines(_ raster: Raster, depth: Depth = .full) -> [String] {
    stride(from: 0, to: raster.image.height, by: 2).map { line(raster, row: $0, depth) }
  }

  private static func line(_ raster: Raster, row: Int, _ depth: Depth) -> String {
    var text = ""
    var (foreground, background) = ("39", "49")
    // Blanks wait until something follows them, so that none end a line.
    var blanks = 0
    for x in 0..<raster.image.width {
      let upper = raster.isDrawn(x: x, y: row) ? raster.image[x: x, y: row] : nil
      let lower = raster.isDrawn(x: x, y: row + 1) ? raster.image[x: x, y: row + 1] : nil
      guard upper != nil || lower != nil else {
        if background != "49" {
          background = "49"
          text += "\u{1B}[49m"
        }
        blanks += 1
        continue
      }
      text += String(repeating: " ", count: blanks)
      blanks = 0
      // A lower half alone is the foreground of ▄.
      let front = upper ?? lower ?? .black
      let newForeground = depth.parameters(front, base: 38)
      let back = upper == nil ? nil : lower
      let newBackground = back.map { depth.parameters($0, base: 48) } ?? "49"
      var changes: [String] = []
      if newForeground != foreground { changes.append(newForeground) }
      if newBackground != background { changes.append(newBackground) }
      if !changes.isEmpty { text += "\u{1B}[" + changes.joined(separator: ";") + "m" }
      (foreground, background) = (newForeground, newBackground)
      text += upper == nil ? "▄" : "▀"
    }
    return text + "\u{1B}[0m"
  }
}
