import Imaging

/// Pictures in characters alone: the brighter a pixel, the more ink its character has, as on a dark screen.
public enum LuminanceRamp {
  /// Ten characters, darkest first.
  public static let characters = Array(" .:-=+*#%@")

  /// Lines of text, one for each row of pixels, without blanks at their ends.
  public static func lines(_ raster: Raster) -> [String] {
    (0..<raster.image.height).map { y in
      var line = ""
      for x in 0..<raster.image.width {
        line.append(raster.isDrawn(x: x, y: y) ? character(raster.image[x: x, y: y]) : " ")
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// The character of a colour, by the luma of ITU-R BT.601.
  public static func character(_ color: RGB) -> Character {
    let luma = (299 * Int(color.red) + 587 * Int(color.green) + 114 * Int(color.blue)) / 1000
    return characters[luma * (characters.count - 1) / 255]
  }
}
