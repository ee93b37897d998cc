/// How a camera says a stored picture is to be turned for viewing (EXIF 2.32, tag 0x0112).
///
/// Pictures are read as stored, as CLIP's own preprocessing does; a picture that is not `.upright` deserves a warning,
/// and `Image.uprighted()` turns it.
public enum Orientation: Int, Sendable {
  /// As stored.
  case upright = 1
  /// Mirrored left to right.
  case mirrored = 2
  /// Upside down: to be turned by 180°.
  case upsideDown = 3
  /// Mirrored top to bottom.
  case flipped = 4
  /// Mirrored along the diagonal from the top left.
  case transposed = 5
  /// To be turned by 90° clockwise.
  case quarterTurnClockwise = 6
  /// Mirrored along the diagonal from the top right.
  case transversed = 7
  /// To be turned by 90° counter-clockwise.
  case quarterTurnCounterclockwise = 8

  /// What is to be done for viewing, in words: `turned by 90° clockwise`.
  public var description: String {
    switch self {
    case .upright: "shown as stored"
    case .mirrored: "mirrored left to right"
    case .upsideDown: "turned by 180°"
    case .flipped: "mirrored top to bottom"
    case .transposed: "mirrored along its diagonal"
    case .quarterTurnClockwise: "turned by 90° clockwise"
    case .transversed: "mirrored along its other diagonal"
    case .quarterTurnCounterclockwise: "turned by 90° counter-clockwise"
    }
  }
}

/// Finds the orientation in a file's bytes. Whatever is missing or malformed means `.upright`: it is only a note.
enum OrientationReader {
  static func read(_ bytes: UnsafeRawBufferPointer, format: ImageFormat) -> Orientation {
    switch format {
    case .jpeg: inJPEG(bytes)
    case .png: inPNG(bytes)
    }
  }

  /// Markers until the scan starts: FF, marker, big-endian length that counts itself.
  private static func inJPEG(_ bytes: UnsafeRawBufferPointer) -> Orientation {
    var position = 2
    while let prefix = bytes.byte(position), prefix == 0xff, let marker = bytes.byte(position + 1) {
      if marker == 0xff {
        position += 1
        continue
      }
      guard marker != 0xda, let length = bytes.number16(position + 2, little: false), length >= 2 else {
        break
      }
      let body = position + 4
      if marker == 0xe1, length >= 8, bytes.starts("Exif\0\0", at: body) {
        let end = min(position + 2 + length, bytes.count)
        return inTIFF(UnsafeRawBufferPointer(rebasing: bytes[min(body + 6, end)..<end]))
      }
      position += 2 + length
    }
    return .upright
  }

  /// Chunks: big-endian length, four letters, body, checksum.
  private static func inPNG(_ bytes: UnsafeRawBufferPointer) -> Orientation {
    var position = 8
    while let length = bytes.number32(position, little: false), position + 8 <= bytes.count {
      let body = position + 8
      if bytes.starts("eXIf", at: position + 4) {
        let end = min(body + length, bytes.count)
        return inTIFF(UnsafeRawBufferPointer(rebasing: bytes[body..<end]))
      }
      position = body + length + 4
    }
    return .upright
  }

  /// The first directory of a TIFF: byte order, 42, offset of a count and 12-byte entries (tag, type, count, value).
  private static func inTIFF(_ bytes: UnsafeRawBufferPointer) -> Orientation {
    guard let order = bytes.byte(0), order == 0x49 || order == 0x4d else { return .upright }
    let little = order == 0x49
    guard bytes.number16(2, little: little) == 42, let directory = bytes.number32(4, little: little),
      let count = bytes.number16(directory, little: little)
    else { return .upright }
    for entry in 0..<count {
      let start = directory + 2 + 12 * entry
      guard let tag = bytes.number16(start, little: little) else { break }
      if tag == 0x0112, let value = bytes.number16(start + 8, little: little) {
        return Orientation(rawValue: value) ?? .upright
      }
    }
    return .upright
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func byte(_ i: Int) -> Int? { i >= 0 && i < count ? Int(self[i]) : nil }

  fileprivate func number16(_ i: Int, little: Bool) -> Int? {
    guard let a = byte(i), let b = byte(i + 1) else { return nil }
    return little ? a | b << 8 : a << 8 | b
  }

  fileprivate func number32(_ i: Int, little: Bool) -> Int? {
    guard let a = number16(i, little: little), let b = number16(i + 2, little: little) else { return nil }
    return little ? a | b << 16 : a << 16 | b
  }

  fileprivate func starts(_ text: String, at i: Int) -> Bool {
    i >= 0 && i <= count && count - i >= text.utf8.count && zip(self[i...], text.utf8).allSatisfy { $0 == $1 }
  }
}
