import Imaging

/// One picture of a figure on the terminal, and the text below it.
public struct TerminalTile: Sendable {
  /// Its width in pixels, for the aspect and so that pictures are not enlarged without need.
  public let width: Int
  /// Its height in pixels.
  public let height: Int
  /// Whether it may be drawn larger than it is, as a map may.
  public let isScalable: Bool
  /// What stands below; empty for nothing.
  public let caption: String
  /// What its colours mean; nil for a picture.
  public let scale: ColorScale?
  /// The picture at a width and a height in pixels.
  let draw: @Sendable (_ width: Int, _ height: Int, _ colormap: Colormap?) throws -> Image

  /// A picture, resized as `Image.resized` does.
  public init(_ image: Image, caption: String = "") {
    width = image.width
    height = image.height
    isScalable = false
    self.caption = caption
    scale = nil
    draw = { width, height, _ in
      width == image.width && height == image.height ? image : try image.resized(width: width, height: height)
    }
  }

  /// Something drawn at whatever size suits, such as a map.
  /// - Parameters:
  ///   - width: with `height`, the aspect
  ///   - scale: what its colours mean
  ///   - draw: gives the picture of a size in pixels; in the colours it is given, where colours say nothing on this
  ///     terminal and only brightness is shown
  public init(
    width: Int, height: Int, caption: String, scale: ColorScale?,
    draw: @escaping @Sendable (_ width: Int, _ height: Int, _ colormap: Colormap?) throws -> Image
  ) {
    self.width = max(width, 1)
    self.height = max(height, 1)
    isScalable = true
    self.caption = caption
    self.scale = scale
    self.draw = draw
  }
}

/// Which colour stands for which number.
public struct ColorScale: Sendable {
  /// The colours.
  public let colormap: Colormap
  /// The number of the lowest colour.
  public let low: Double
  /// The number of the highest colour.
  public let high: Double

  /// A scale from `low` to `high`.
  public init(colormap: Colormap, low: Double, high: Double) {
    self.colormap = colormap
    self.low = low
    self.high = high
  }
}
