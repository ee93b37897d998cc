import Basics
import CImageCodecs
import Glibc

extension Image {
  /// Reads a PNG or JPEG file. See `decode` for what becomes of its pixels. Throws `ImageError`.
  /// - Parameter name: what errors call the file; its path where nothing is given.
  public static func read(_ path: String, called name: String? = nil) throws(ImageError) -> Image {
    let name = name ?? path
    return try decode(try FileReader.bytes(path, limit: ImageLimits.fileBytes, name: name), name: name)
  }

  /// Decodes the bytes of a PNG (1–16 bits, grey, palette, alpha, interlaced) or JPEG (baseline, progressive, grey).
  ///
  /// Pixels become 8-bit RGB as Pillow's `convert("RGB")` makes them: grey and palettes are expanded, transparency is
  /// dropped, colour profiles and EXIF orientation are not applied. 16-bit samples keep their high byte. (For 16-bit
  /// colour so does Pillow; its 16-bit grey is clipped at 255, nearly all white, which is not imitated.)
  /// - Parameter name: what errors call the picture, usually its path.
  /// - Throws: `ImageError`; too large a picture is refused before memory is taken for it.
  public static func decode(_ bytes: [UInt8], name: String = "the picture") throws(ImageError) -> Image {
    try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
      try decode(UnsafeRawBufferPointer(buffer), name: name)
    }
  }

  /// Decodes bytes in memory, such as a mapped file. See `decode(_:name:)` for an array.
  public static func decode(_ bytes: UnsafeRawBufferPointer, name: String) throws(ImageError) -> Image {
    guard !bytes.isEmpty, let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else {
      throw .malformed(name: name, reason: "it is empty")
    }
    let format = try recognize(bytes, name: name)
    var info = clip_image_info()
    try attempt(name) { message in
      format == .png
        ? clip_png_header(start, bytes.count, &info, message)
        : clip_jpeg_header(start, bytes.count, &info, message)
    }
    let width = Int(info.width)
    let height = Int(info.height)
    try ImageLimits.check(width: width, height: height, name: name)
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    try pixels.withUnsafeMutableBufferPointer { buffer throws(ImageError) in
      let rgb = buffer.baseAddress
      try attempt(name) { message in
        format == .png
          ? clip_png_decode(start, bytes.count, rgb, info.width, info.height, message)
          : clip_jpeg_decode(start, bytes.count, rgb, info.width, info.height, message)
      }
    }
    let source = ImageSource(
      name: name, format: format, bitDepth: Int(info.bit_depth), channels: Int(info.channels),
      hasPalette: info.has_palette != 0, hasAlpha: info.has_alpha != 0, isInterlaced: info.interlaced != 0,
      orientation: OrientationReader.read(bytes, format: format))
    return Image(uncheckedWidth: width, height: height, bytes: pixels, source: source)
  }

  /// The format, by the file's first bytes; names and extensions are not looked at.
  static func recognize(
    _ bytes: UnsafeRawBufferPointer, name: String
  ) throws(ImageError) -> ImageFormat {
    let png: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    if bytes.starts(with: png) { return .png }
    if bytes.starts(with: [0xff, 0xd8, 0xff]) { return .jpeg }
    if png.starts(with: bytes) || [0xff, 0xd8].starts(with: bytes) { throw .truncated(name: name) }
    throw .notAnImage(name: name, beginning: describe(bytes.prefix(16)))
  }

  /// `"GIF89a"` for readable bytes, else `bytes 00 01 …`.
  private static func describe(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    let known: [(start: String, format: String)] = [
      ("GIF8", "GIF"), ("RIFF", "WebP or another RIFF file"), ("BM", "BMP"), ("II*", "TIFF"),
      ("MM\0*", "TIFF"),
    ]
    for (start, format) in known where bytes.starts(with: start.utf8) {
      return "\"\(start.prefix { $0 != "\0" })\" (\(format))"
    }
    let text = bytes.prefix { $0 >= 0x20 && $0 < 0x7f }
    if text.count >= 4 || text.count == bytes.count { return "\"\(String(decoding: text, as: UTF8.self))\"" }
    let digits = bytes.prefix(8).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "bytes " + digits.joined(separator: " ")
  }

  /// Runs a codec and turns its return code and sentence into an error.
  static func attempt(
    _ name: String, _ run: (UnsafeMutablePointer<CChar>) -> Int32
  ) throws(ImageError) {
    var sentence = ""
    let code = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CLIP_CODEC_MESSAGE)) { message in
      message.initialize(repeating: 0)
      guard let start = message.baseAddress else { return Int32(CLIP_CODEC_MALFORMED) }
      let code = run(start)
      sentence = String(cString: start)
      return code
    }
    switch Int(code) {
    case CLIP_CODEC_OK: return
    case CLIP_CODEC_TRUNCATED: throw .truncated(name: name)
    case CLIP_CODEC_UNSUPPORTED: throw .unsupported(name: name, reason: sentence)
    default: throw .malformed(name: name, reason: sentence)
    }
  }
}

/// Bounded reading of whole files.
enum FileReader {
  static func bytes(_ path: String, limit: Int, name: String) throws(ImageError) -> [UInt8] {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw .unreadable(path: name, reason: systemReason()) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .unreadable(path: name, reason: systemReason()) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .unreadable(path: name, reason: "it is a folder")
    default: throw .unreadable(path: name, reason: "it is not a file")
    }
    let size = Int(status.st_size)
    guard size <= limit else {
      throw .unreadable(path: name, reason: "\(size) bytes; the limit is \(limit)")
    }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let start = buffer.baseAddress {
        let got = Glibc.read(file, start + count, size - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    guard failure == 0 else { throw .unreadable(path: name, reason: systemReason(failure)) }
    return bytes
  }
}
