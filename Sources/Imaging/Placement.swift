/// A rectangle of an image in pixels, with fractions: pixel column c covers c ..< c + 1.
public struct ImageRegion: Hashable, Sendable {
  /// The left edge.
  public var x: Double
  /// The top edge.
  public var y: Double
  /// The width.
  public var width: Double
  /// The height.
  public var height: Double

  /// A region from its top left corner and its size, in pixels.
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

/// Where a model's input lies on the picture it was made from.
///
/// A heat map over the input's patches covers `region` of the picture; for a centre crop that is only its middle.
public struct Placement: Hashable, Sendable {
  /// Columns of the picture.
  public let imageWidth: Int
  /// Rows of the picture.
  public let imageHeight: Int
  /// The part of the picture that the model sees, in the picture's pixels.
  public let region: ImageRegion
  /// Columns of the model's input.
  public let inputWidth: Int
  /// Rows of the model's input.
  public let inputHeight: Int

  /// A placement from its parts.
  public init(imageWidth: Int, imageHeight: Int, region: ImageRegion, inputWidth: Int, inputHeight: Int) {
    self.imageWidth = imageWidth
    self.imageHeight = imageHeight
    self.region = region
    self.inputWidth = inputWidth
    self.inputHeight = inputHeight
  }

  /// The placement of an input that shows the whole picture.
  public init(imageWidth: Int, imageHeight: Int, inputWidth: Int, inputHeight: Int) {
    self.init(
      imageWidth: imageWidth, imageHeight: imageHeight,
      region: ImageRegion(x: 0, y: 0, width: Double(imageWidth), height: Double(imageHeight)),
      inputWidth: inputWidth, inputHeight: inputHeight)
  }

  /// Whether the model sees all of the picture.
  public var coversImage: Bool {
    region
      == ImageRegion(x: 0, y: 0, width: Double(imageWidth), height: Double(imageHeight))
  }

  /// The pixels whose centres lie in `region`: what a map enlarged to the picture covers.
  public var pixels: PixelRectangle {
    let left = Self.firstCentre(from: region.x, limit: imageWidth)
    let top = Self.firstCentre(from: region.y, limit: imageHeight)
    let right = Self.firstCentre(from: region.x + region.width, limit: imageWidth)
    let bottom = Self.firstCentre(from: region.y + region.height, limit: imageHeight)
    return PixelRectangle(x: left, y: top, width: max(right - left, 0), height: max(bottom - top, 0))
  }

  /// The first of `limit` pixels whose centre is at or after `edge`; 0 if `edge` is not a number.
  private static func firstCentre(from edge: Double, limit: Int) -> Int {
    edge > 0 ? Int(min((edge - 0.5).rounded(.up), Double(limit))) : 0
  }

  /// The grid of whole patches of `patch` input pixels: (rows, columns).
  public func grid(patch: Int) -> (rows: Int, columns: Int) {
    (inputHeight / max(patch, 1), inputWidth / max(patch, 1))
  }

  /// The picture's region under the cell in `row` and `column` of a grid laid over the input.
  public func cell(row: Int, column: Int, rows: Int, columns: Int) -> ImageRegion {
    let width = region.width / Double(max(columns, 1))
    let height = region.height / Double(max(rows, 1))
    return ImageRegion(
      x: region.x + Double(column) * width, y: region.y + Double(row) * height, width: width, height: height)
  }
}
