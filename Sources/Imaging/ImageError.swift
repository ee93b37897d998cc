/// What can go wrong with pictures, in users' words.
public enum ImageError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The file cannot be opened or read; `reason` is the system's.
  case unreadable(path: String, reason: String)
  /// The file cannot be written; `reason` is the system's.
  case unwritable(path: String, reason: String)
  /// The bytes are no picture this program reads; `beginning` shows how they start.
  case notAnImage(name: String, beginning: String)
  /// A picture of a kind that is not read, such as a CMYK JPEG.
  case unsupported(name: String, reason: String)
  /// The picture's bytes are damaged.
  case malformed(name: String, reason: String)
  /// The picture's bytes end too early.
  case truncated(name: String)
  /// More pixels than `ImageLimits` allows.
  case tooLarge(name: String, width: Int, height: Int)
  /// A picture without pixels.
  case empty(name: String)
  /// A picture cannot be encoded.
  case notEncoded(reason: String)
  /// An argument that an operation cannot take; names the operation.
  case invalid(operation: String, reason: String)

  /// A sentence for the user.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
    case .notAnImage(let name, let beginning): "\(name) is not a PNG or JPEG: it begins with \(beginning)"
    case .unsupported(let name, let reason): "\(name) is not supported: \(reason)"
    case .malformed(let name, let reason): "\(name) is damaged: \(reason)"
    case .truncated(let name): "\(name) is incomplete: the file ends before the picture does"
    case .tooLarge(let name, let width, let height):
      "\(name) is too large: \(width)×\(height) pixels; \(ImageLimits.description)"
    case .empty(let name): "\(name) has no pixels"
    case .notEncoded(let reason): "the picture cannot be encoded: \(reason)"
    case .invalid(let operation, let reason): "\(operation): \(reason)"
    }
  }
}

/// How large a picture may be. Checked before memory is taken, so that a small hostile file cannot ask for all of it.
public enum ImageLimits {
  /// The most pixels of a picture: 100 megapixels.
  public static let pixels = 100_000_000
  /// The longest side of a picture, in pixels.
  public static let side = 100_000
  /// The most bytes of a picture's file: 1 GiB.
  public static let fileBytes = 1 << 30

  /// The limits as a clause: `the limit is 100 megapixels and 100000 pixels a side`.
  public static let description = "the limit is \(pixels / 1_000_000) megapixels and \(side) pixels a side"

  /// Throws `ImageError.tooLarge` or `.empty` unless width × height pixels are allowed.
  public static func check(width: Int, height: Int, name: String) throws(ImageError) {
    guard width > 0, height > 0 else { throw .empty(name: name) }
    guard width <= side, height <= side, width * height <= pixels else {
      throw .tooLarge(name: name, width: width, height: height)
    }
  }
}
