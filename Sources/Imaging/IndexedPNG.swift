import CImageCodecs

extension PNG {
  /// Pixels as a PNG file stores them, before any palette.
  public struct Indices: Hashable, Sendable {
    /// Columns, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// The place in the palette, or the grey value as it is stored (0 and 1 where it has one bit), of each pixel;
    /// row by row from the top left, width·height bytes.
    public let values: [UInt8]
  }

  /// Reads the indices of a PNG file: see `decodeIndices`. Throws `ImageError`.
  /// - Parameter name: what errors call the file; its path where nothing is given.
  public static func readIndices(_ path: String, called name: String? = nil) throws(ImageError) -> Indices {
    let name = name ?? path
    return try decodeIndices(
      try FileReader.bytes(path, limit: ImageLimits.fileBytes, name: name), name: name)
  }

  /// The indices of a PNG with a palette, or of a grey one of 1 to 8 bits: what masks of classes are kept as. An index is
  /// not checked against the palette, which masks often leave short.
  ///
  /// Throws `ImageError`: `.unsupported` for other kinds of PNG and for JPEG, whose pixels are no indices. Too large a
  /// picture is refused before memory is taken for it.
  public static func decodeIndices(_ bytes: [UInt8], name: String = "the mask") throws(ImageError) -> Indices
  {
    guard !bytes.isEmpty else { throw .malformed(name: name, reason: "it is empty") }
    let format = try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
      try Image.recognize(UnsafeRawBufferPointer(buffer), name: name)
    }
    guard format == .png else {
      throw .unsupported(name: name, reason: "a JPEG's pixels are colours, not indices: a PNG is needed")
    }
    var info = clip_image_info()
    try Image.attempt(name) { clip_png_header(bytes, bytes.count, &info, $0) }
    let width = Int(info.width)
    let height = Int(info.height)
    try ImageLimits.check(width: width, height: height, name: name)
    var values = [UInt8](repeating: 0, count: width * height)
    try Image.attempt(name) {
      clip_png_indices(bytes, bytes.count, &values, info.width, info.height, $0)
    }
    return Indices(width: width, height: height, values: values)
  }
}
