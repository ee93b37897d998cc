import CImageCodecs

/// Writing JPEG: for pages, where a photo as PNG is ten times as large. Results that are measured are never kept so.
public enum JPEG {
  /// The longest side that the format's usual decoders take, in pixels.
  public static let side = 65_500

  /// Encodes a picture as baseline JPEG. The same pixels always give the same bytes.
  ///
  /// - Parameters:
  ///   - quality: 1 to 100, limited to it.
  ///   - halvesColors: whether colours are kept at half the resolution, as photos are; lines and letters
  ///     in colours are better without.
  /// - Throws: `ImageError.notEncoded` for a picture with a side over `JPEG.side`, or without memory.
  public static func encode(
    _ image: Image, quality: Int = 88, halvesColors: Bool = true
  ) throws(ImageError) -> [UInt8] {
    guard image.width <= side, image.height <= side else {
      throw .notEncoded(reason: "a JPEG has at most \(side) pixels a side")
    }
    var encoded: UnsafeMutablePointer<UInt8>?
    var size = 0
    var sentence = [CChar](repeating: 0, count: Int(CLIP_CODEC_MESSAGE))
    let code = clip_jpeg_encode(
      image.bytes, UInt32(image.width), UInt32(image.height), Int32(min(max(quality, 1), 100)),
      halvesColors ? 1 : 0, &encoded, &size, &sentence)
    defer { clip_codec_free(encoded) }
    guard code == CLIP_CODEC_OK, let encoded else {
      throw .notEncoded(reason: String(decoding: sentence.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self))
    }
    return Array(UnsafeBufferPointer(start: encoded, count: size))
  }
}
