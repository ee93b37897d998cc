import Imaging

/// The colours 16 to 255 of xterm: a cube of 6×6×6 and 24 greys. The first 16 differ from user to user.
public enum XtermPalette {
  /// The levels of a channel in the cube.
  static let levels = [0, 95, 135, 175, 215, 255]

  /// The colour of an entry, 16 to 255; nil for others.
  public static func color(_ entry: Int) -> RGB? {
    switch entry {
    case 16..<232:
      let place = entry - 16
      return RGB(
        red: UInt8(levels[place / 36]), green: UInt8(levels[place / 6 % 6]), blue: UInt8(levels[place % 6]))
    case 232..<256:
      let grey = UInt8(8 + 10 * (entry - 232))
      return RGB(red: grey, green: grey, blue: grey)
    default: return nil
    }
  }

  /// The entry nearest to a colour by Euclidean distance: in the cube, or the nearest grey.
  public static func nearest(to color: RGB) -> Int {
    let channels = [Int(color.red), Int(color.green), Int(color.blue)]
    let places = channels.map { channel in
      // Midpoints between the levels.
      channel < 48 ? 0 : channel < 115 ? 1 : (channel - 35) / 40
    }
    let cube = zip(channels, places).reduce(0) { $0 + squared($1.0 - levels[$1.1]) }
    let mean = channels.reduce(0, +) / 3
    let grey = min(max((mean - 3) / 10, 0), 23)
    let greys = channels.reduce(0) { $0 + squared($1 - (8 + 10 * grey)) }
    return greys < cube ? 232 + grey : 16 + 36 * places[0] + 6 * places[1] + places[2]
  }

  private static func squared(_ x: Int) -> Int { x * x }
}
