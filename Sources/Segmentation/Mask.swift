import Imaging

/// The pixels of a picture that belong to something: yes or no for each.
public struct Mask: Hashable, Sendable {
  /// Columns, at least 1.
  public let width: Int
  /// Rows, at least 1.
  public let height: Int
  /// 1 where a pixel belongs, else 0; row by row from the top left, width·height bytes.
  public internal(set) var bits: [UInt8]

  /// A mask from its pixels: width·height bytes, where anything but 0 belongs. Throws `ImageError.invalid`,
  /// `.tooLarge` or `.empty`.
  public init(width: Int, height: Int, bits: [UInt8]) throws(ImageError) {
    try ImageLimits.check(width: width, height: height, name: "the mask")
    guard bits.count == width * height else {
      throw .invalid(operation: "mask", reason: "\(bits.count) values for \(width)×\(height) pixels")
    }
    self.init(uncheckedWidth: width, height: height, bits: bits.map { $0 == 0 ? 0 : 1 })
  }

  /// A mask without any pixel. Throws `ImageError.tooLarge` or `.empty`.
  public init(width: Int, height: Int) throws(ImageError) {
    try ImageLimits.check(width: width, height: height, name: "the mask")
    self.init(uncheckedWidth: width, height: height, bits: [UInt8](repeating: 0, count: width * height))
  }

  /// `bits` must be width·height values of 0 and 1.
  init(uncheckedWidth width: Int, height: Int, bits: [UInt8]) {
    self.width = width
    self.height = height
    self.bits = bits
  }

  /// How many pixels belong.
  public var area: Int { bits.reduce(0) { $0 + Int($1) } }

  /// Whether no pixel belongs.
  public var isEmpty: Bool { !bits.contains(1) }

  /// The smallest rectangle around all pixels that belong; nil where there is none.
  public var box: PixelRectangle? {
    var (left, right, top, bottom) = (width, -1, height, -1)
    for y in 0..<height {
      let row = bits[(y * width)..<((y + 1) * width)]
      guard let first = row.firstIndex(of: 1), let last = row.lastIndex(of: 1) else { continue }
      left = min(left, first - y * width)
      right = max(right, last - y * width)
      top = min(top, y)
      bottom = y
    }
    return right < 0
      ? nil : PixelRectangle(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
  }
}
