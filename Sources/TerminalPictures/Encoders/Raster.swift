import Imaging

/// Pixels as an encoder takes them, and the cells they fill.
///
/// Between pictures that stand side by side nothing is drawn, so that the terminal's own ground shows.
public struct Raster: Sendable {
  /// The pixels.
  public let image: Image
  /// Which pixels are drawn, row by row; nil for all of them.
  public let mask: [Bool]?
  /// Cells across.
  public let columns: Int
  /// Cells down.
  public let rows: Int

  /// A picture alone.
  public init(_ image: Image, columns: Int, rows: Int) {
    self.init(image: image, mask: nil, columns: columns, rows: rows)
  }

  /// Pictures on a sheet of `width`×`height` pixels that fills `columns`×`rows` cells. Throws `ImageError` for a
  /// sheet beyond the limits of pictures.
  public init(
    width: Int, height: Int, columns: Int, rows: Int, pictures: [(image: Image, x: Int, y: Int)]
  ) throws(ImageError) {
    if let only = pictures.first, pictures.count == 1, only.x == 0, only.y == 0, only.image.width == width,
      only.image.height == height
    {
      self.init(only.image, columns: columns, rows: rows)
      return
    }
    var sheet = try Image(width: width, height: height, color: .black)
    var mask = [Bool](repeating: false, count: width * height)
    for (image, x, y) in pictures {
      sheet.paste(image, x: x, y: y)
      for row in max(y, 0)..<max(min(y + image.height, height), max(y, 0)) {
        for column in max(x, 0)..<max(min(x + image.width, width), max(x, 0)) {
          mask[row * width + column] = true
        }
      }
    }
    self.init(image: sheet, mask: mask, columns: columns, rows: rows)
  }

  private init(image: Image, mask: [Bool]?, columns: Int, rows: Int) {
    self.image = image
    self.mask = mask
    self.columns = columns
    self.rows = rows
  }

  /// Whether a pixel lies on the sheet and is drawn.
  func isDrawn(x: Int, y: Int) -> Bool {
    guard x >= 0, y >= 0, x < image.width, y < image.height else { return false }
    return mask?[y * image.width + x] ?? true
  }

  /// A PNG of the pixels; those that are not drawn are transparent. Throws `ImageError`.
  func png() throws(ImageError) -> [UInt8] {
    // Sent once and thrown away: speed matters more than size.
    guard let mask else { return try PNG.encode(.rgb(image), compression: 3) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * mask.count)
    for i in mask.indices {
      if mask[i] {
        bytes += image.bytes[3 * i..<3 * i + 3]
        bytes.append(255)
      } else {
        bytes += [0, 0, 0, 0]
      }
    }
    return try PNG.encode(.rgba(width: image.width, height: image.height, bytes: bytes), compression: 3)
  }
}
