extension Image {
  /// The part inside `rectangle`. Throws `ImageError.invalid` unless it lies inside the picture and has pixels.
  public func cropped(to rectangle: PixelRectangle) throws(ImageError) -> Image {
    guard rectangle.width > 0, rectangle.height > 0, bounds.contains(rectangle) else {
      throw .invalid(
        operation: "crop",
        reason: "\(rectangle.width)×\(rectangle.height) pixels at (\(rectangle.x), \(rectangle.y)) "
          + "do not lie inside the picture's \(width)×\(height)")
    }
    if rectangle == bounds { return self }
    let rowBytes = 3 * rectangle.width
    let result = [UInt8](unsafeUninitializedCapacity: rowBytes * rectangle.height) { buffer, count in
      bytes.withUnsafeBufferPointer { source in
        for y in 0..<rectangle.height {
          let start = 3 * ((rectangle.y + y) * width + rectangle.x)
          let row = UnsafeBufferPointer(rebasing: source[start..<(start + rowBytes)])
          _ = UnsafeMutableBufferPointer(rebasing: buffer[(y * rowBytes)..<((y + 1) * rowBytes)])
            .initialize(from: row)
        }
      }
      count = rowBytes * rectangle.height
    }
    return Image(uncheckedWidth: rectangle.width, height: rectangle.height, bytes: result, source: source)
  }

  /// This picture with `other` laid over it, its top left corner at (x, y); what falls outside is cut off.
  public func pasting(_ other: Image, x: Int, y: Int) -> Image {
    var result = self
    result.paste(other, x: x, y: y)
    return result
  }

  /// Lays `other` over this picture, its top left corner at (x, y); what falls outside is cut off.
  public mutating func paste(_ other: Image, x: Int, y: Int) {
    // Far outside: nothing to do, and no sum below can overflow.
    guard x < width, y < height, x > -other.width, y > -other.height else { return }
    let left = max(x, 0)
    let right = min(x + other.width, width)
    for row in max(y, 0)..<min(y + other.height, height) {
      let from = 3 * ((row - y) * other.width + (left - x))
      let to = 3 * (row * width + left)
      let count = 3 * (right - left)
      bytes.replaceSubrange(to..<(to + count), with: other.bytes[from..<(from + count)])
    }
  }

  /// Mirrored left to right.
  public func flippedHorizontally() -> Image {
    remapped(width: width, height: height) { x, y in (self.width - 1 - x, y) }
  }

  /// Mirrored top to bottom.
  public func flippedVertically() -> Image {
    remapped(width: width, height: height) { x, y in (x, self.height - 1 - y) }
  }

  /// Turned and mirrored as the file's EXIF orientation asks; see `ImageSource.orientation`.
  public func uprighted() -> Image {
    let right = width - 1
    let bottom = height - 1
    switch source?.orientation ?? .upright {
    case .upright: return self
    case .mirrored: return flippedHorizontally()
    case .upsideDown: return remapped(width: width, height: height) { (right - $0, bottom - $1) }
    case .flipped: return flippedVertically()
    case .transposed: return remapped(width: height, height: width) { ($1, $0) }
    case .quarterTurnClockwise: return remapped(width: height, height: width) { ($1, bottom - $0) }
    case .transversed: return remapped(width: height, height: width) { (right - $1, bottom - $0) }
    case .quarterTurnCounterclockwise: return remapped(width: height, height: width) { (right - $1, $0) }
    }
  }

  /// A picture whose pixel (x, y) is this one's pixel `from(x, y)`, which must lie inside.
  private func remapped(
    width newWidth: Int, height newHeight: Int, from: (Int, Int) -> (Int, Int)
  ) -> Image {
    let result = [UInt8](unsafeUninitializedCapacity: 3 * newWidth * newHeight) { buffer, count in
      bytes.withUnsafeBufferPointer { source in
        var i = 0
        for y in 0..<newHeight {
          for x in 0..<newWidth {
            let (fromX, fromY) = from(x, y)
            let j = 3 * (fromY * width + fromX)
            buffer[i] = source[j]
            buffer[i + 1] = source[j + 1]
            buffer[i + 2] = source[j + 2]
            i += 3
          }
        }
      }
      count = 3 * newWidth * newHeight
    }
    return Image(uncheckedWidth: newWidth, height: newHeight, bytes: result)
  }
}
