/// A picture of 8-bit RGB pixels.
///
/// ```swift
/// let photo = try Image.read("cat.png")
/// photo.width                 // 451
/// photo[x: 0, y: 0]           // RGB(red: 143, green: 120, blue: 104)
/// ```
///
/// A picture is a value; copies share their pixels until one changes. It has no alpha: what a file holds of it is
/// dropped, not blended, because CLIP's own preprocessing (`convert("RGB")`) does so; `source.hasAlpha` tells.
public struct Image: Sendable {
  /// Columns, at least 1.
  public let width: Int
  /// Rows, at least 1.
  public let height: Int
  /// The samples: red, green, blue of each pixel, row by row from the top left; 3·width·height bytes.
  public internal(set) var bytes: [UInt8]
  /// Where the picture came from; nil for a picture made by the program.
  public internal(set) var source: ImageSource?

  /// A picture of the given samples, 3·width·height bytes. Throws `ImageError.invalid`, `.tooLarge` or `.empty`.
  public init(width: Int, height: Int, bytes: [UInt8], source: ImageSource? = nil) throws(ImageError) {
    try ImageLimits.check(width: width, height: height, name: "the picture")
    guard bytes.count == 3 * width * height else {
      throw .invalid(
        operation: "picture", reason: "\(bytes.count) bytes for \(width)×\(height) pixels of 3 bytes")
    }
    self.init(uncheckedWidth: width, height: height, bytes: bytes, source: source)
  }

  /// A picture of one colour. Throws `ImageError.tooLarge` or `.empty`.
  public init(width: Int, height: Int, color: RGB) throws(ImageError) {
    try ImageLimits.check(width: width, height: height, name: "the picture")
    let bytes = [UInt8](unsafeUninitializedCapacity: 3 * width * height) { buffer, count in
      for i in stride(from: 0, to: 3 * width * height, by: 3) {
        buffer[i] = color.red
        buffer[i + 1] = color.green
        buffer[i + 2] = color.blue
      }
      count = 3 * width * height
    }
    self.init(uncheckedWidth: width, height: height, bytes: bytes, source: nil)
  }

  init(uncheckedWidth width: Int, height: Int, bytes: [UInt8], source: ImageSource? = nil) {
    assert(bytes.count == 3 * width * height)
    self.width = width
    self.height = height
    self.bytes = bytes
    self.source = source
  }

  /// The pixel in column `x` and row `y`, which must lie inside the picture.
  public subscript(x x: Int, y y: Int) -> RGB {
    get {
      precondition(x >= 0 && x < width && y >= 0 && y < height, "pixel outside the picture")
      let i = 3 * (y * width + x)
      return RGB(red: bytes[i], green: bytes[i + 1], blue: bytes[i + 2])
    }
    set {
      precondition(x >= 0 && x < width && y >= 0 && y < height, "pixel outside the picture")
      let i = 3 * (y * width + x)
      bytes[i] = newValue.red
      bytes[i + 1] = newValue.green
      bytes[i + 2] = newValue.blue
    }
  }

  /// The whole picture as a rectangle.
  public var bounds: PixelRectangle { PixelRectangle(x: 0, y: 0, width: width, height: height) }
}

extension Image: Equatable {
  /// The same size and the same pixels; where they came from does not matter.
  public static func == (a: Image, b: Image) -> Bool {
    a.width == b.width && a.height == b.height && a.bytes == b.bytes
  }
}

/// A colour, 8 bits a channel.
public struct RGB: Hashable, Sendable {
  /// Red, 0…255.
  public var red: UInt8
  /// Green, 0…255.
  public var green: UInt8
  /// Blue, 0…255.
  public var blue: UInt8

  /// A colour from its channels.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A colour written as `0xRRGGBB`.
  public init(_ hex: UInt32) {
    self.init(
      red: UInt8(truncatingIfNeeded: hex >> 16), green: UInt8(truncatingIfNeeded: hex >> 8),
      blue: UInt8(truncatingIfNeeded: hex))
  }

  /// Black.
  public static let black = RGB(0x000000)
  /// White.
  public static let white = RGB(0xffffff)
}

/// A rectangle of whole pixels.
public struct PixelRectangle: Hashable, Sendable {
  /// The leftmost column.
  public var x: Int
  /// The topmost row.
  public var y: Int
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int

  /// A rectangle from its top left corner and its size.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Whether all of `other` lies inside.
  public func contains(_ other: PixelRectangle) -> Bool {
    other.x >= x && other.y >= y && other.width >= 0 && other.height >= 0
      && other.x <= x + width - other.width && other.y <= y + height - other.height
  }
}

/// The file formats that are read.
public enum ImageFormat: String, Sendable {
  /// Portable Network Graphics.
  case png = "PNG"
  /// JPEG, baseline or progressive.
  case jpeg = "JPEG"
}

/// What is known of the file a picture was read from.
public struct ImageSource: Hashable, Sendable {
  /// The path, or the name given to the bytes.
  public let name: String
  /// The file's format.
  public let format: ImageFormat
  /// Bits of each stored sample, before reduction to 8: 1, 2, 4, 8 or 16.
  public let bitDepth: Int
  /// Stored samples a pixel: 1 grey or palette, 2 grey and alpha, 3 or 4.
  public let channels: Int
  /// Whether colours came from a palette.
  public let hasPalette: Bool
  /// Whether the file holds transparency, which was dropped.
  public let hasAlpha: Bool
  /// Whether the file is interlaced (PNG) or progressive (JPEG).
  public let isInterlaced: Bool
  /// How a viewer would turn the picture. The pixels are as stored, like in CLIP's own preprocessing.
  public let orientation: Orientation
}
