import CImageCodecs
import Glibc

/// Writing PNG files. The same pixels and texts always give the same bytes: no dates, fixed filters.
public enum PNG {
  /// What can be written.
  public enum Pixels: Sendable {
    /// 8-bit RGB.
    case rgb(Image)
    /// 8-bit RGB and alpha (not premultiplied), 4·width·height bytes.
    case rgba(width: Int, height: Int, bytes: [UInt8])
    /// 8-bit grey, width·height bytes.
    case grey8(width: Int, height: Int, bytes: [UInt8])
    /// 16-bit grey, width·height samples.
    case grey16(width: Int, height: Int, samples: [UInt16])
    /// Places in a palette of 1–256 colours, width·height bytes: for label masks.
    case indexed(width: Int, height: Int, bytes: [UInt8], palette: [RGB])
  }

  /// A note kept in the file, such as how it was made.
  public struct Text: Hashable, Sendable {
    /// The keyword: 1–79 printable ASCII characters, no space at either end. `Software`, `Description`, ….
    public var key: String
    /// The text, any Unicode but NUL.
    public var value: String

    /// A note from its keyword and text.
    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// Encodes a picture.
  /// - Parameters:
  ///   - text: notes, in order; ASCII ones as tEXt, others as iTXt.
  ///   - compression: zlib's level, 0 (fast, large) to 9.
  /// - Throws: `ImageError.notEncoded`, `.tooLarge` or `.empty`.
  public static func encode(
    _ pixels: Pixels, text: [Text] = [], compression: Int = 6
  ) throws(ImageError) -> [UInt8] {
    for note in text { try check(note) }
    switch pixels {
    case .rgb(let image):
      return try encode(
        image.bytes, image.width, image.height, samples: 3, kind: CLIP_PNG_RGB8, text, compression)
    case .rgba(let width, let height, let bytes):
      return try encode(bytes, width, height, samples: 4, kind: CLIP_PNG_RGBA8, text, compression)
    case .grey8(let width, let height, let bytes):
      return try encode(bytes, width, height, samples: 1, kind: CLIP_PNG_GREY8, text, compression)
    case .grey16(let width, let height, let samples):
      return try encode(samples, width, height, samples: 1, kind: CLIP_PNG_GREY16, text, compression)
    case .indexed(let width, let height, let bytes, let palette):
      guard (1...256).contains(palette.count) else {
        throw .notEncoded(reason: "a palette has 1 to 256 colours, not \(palette.count)")
      }
      if let index = bytes.max(), Int(index) >= palette.count {
        throw .notEncoded(reason: "a pixel asks for colour \(index) of a palette of \(palette.count)")
      }
      return try encode(
        bytes, width, height, samples: 1, kind: CLIP_PNG_INDEXED8, text, compression,
        palette: palette.flatMap { [$0.red, $0.green, $0.blue] })
    }
  }

  /// Encodes a picture and writes it to `path`, atomically: see `AtomicFile`. Throws `ImageError`.
  public static func write(_ pixels: Pixels, to path: String, text: [Text] = []) throws(ImageError) {
    try AtomicFile.write(try encode(pixels, text: text), to: path)
  }

  static func check(_ note: Text) throws(ImageError) {
    let key = Array(note.key.utf8)
    guard (1...79).contains(key.count), key.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }), key.first != 0x20,
      key.last != 0x20
    else {
      throw .notEncoded(reason: "\"\(note.key)\" cannot be a keyword: 1 to 79 printable ASCII characters")
    }
    guard !note.value.utf8.contains(0) else {
      throw .notEncoded(reason: "the text of \"\(note.key)\" holds a NUL character")
    }
  }

  /// `data` holds one element for each sample, in the kind's width.
  private static func encode<Sample: BitwiseCopyable>(
    _ data: [Sample], _ width: Int, _ height: Int, samples: Int, kind: Int, _ text: [Text],
    _ compression: Int, palette: [UInt8] = []
  ) throws(ImageError) -> [UInt8] {
    try ImageLimits.check(width: width, height: height, name: "the picture")
    guard data.count == width * height * samples else {
      throw .notEncoded(
        reason: "\(data.count) samples for \(width)×\(height) pixels with \(samples) a pixel")
    }
    let keys = text.map { UnsafePointer(strdup($0.key)) }
    let values = text.map { UnsafePointer(strdup($0.value)) }
    defer { for copy in keys + values { free(UnsafeMutablePointer(mutating: copy)) } }
    guard !(keys + values).contains(nil) else { throw .notEncoded(reason: "out of memory") }
    var encoded: UnsafeMutablePointer<UInt8>?
    var size = 0
    var sentence = [CChar](repeating: 0, count: Int(CLIP_CODEC_MESSAGE))
    let code = data.withUnsafeBytes { pixels in
      palette.withUnsafeBufferPointer { palette in
        keys.withUnsafeBufferPointer { keys in
          values.withUnsafeBufferPointer { values in
            var picture = clip_png_picture(
              pixels: pixels.assumingMemoryBound(to: UInt8.self).baseAddress, width: UInt32(width),
              height: UInt32(height), kind: Int32(kind), palette: palette.baseAddress,
              palette_count: Int32(palette.count / 3), keys: keys.baseAddress, values: values.baseAddress,
              text_count: Int32(keys.count), compression: Int32(min(max(compression, 0), 9)))
            return clip_png_encode(&picture, &encoded, &size, &sentence)
          }
        }
      }
    }
    defer { clip_codec_free(encoded) }
    guard code == CLIP_CODEC_OK, let encoded else {
      throw .notEncoded(reason: String(decoding: sentence.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self))
    }
    return Array(UnsafeBufferPointer(start: encoded, count: size))
  }

  /// The notes in a PNG's bytes: tEXt, and iTXt that is not compressed. Empty for anything else.
  public static func text(in bytes: [UInt8]) -> [Text] {
    var notes: [Text] = []
    var position = 8
    // Chunks: big-endian length, four letters, body, checksum.
    while position <= bytes.count - 12 {
      let length = bytes[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
      let body = position + 8
      guard length <= bytes.count - body else { break }
      let content = bytes[body..<(body + length)]
      let type = bytes[(position + 4)..<body]
      if let end = content.firstIndex(of: 0) {
        let key = String(decoding: content[..<end], as: UTF8.self)
        let rest = content[(end + 1)...]
        if type.elementsEqual("tEXt".utf8) {
          notes.append(Text(key, String(String.UnicodeScalarView(rest.map { Unicode.Scalar($0) }))))
        } else if type.elementsEqual("iTXt".utf8), rest.first == 0 {
          // Compression flag and method, then language and translated keyword, each ended by NUL.
          let parts = rest.dropFirst(2).split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
          if parts.count == 3 { notes.append(Text(key, String(decoding: parts[2], as: UTF8.self))) }
        }
      }
      position = body + length + 4
    }
    return notes
  }
}

extension Image {
  /// Writes this picture as a PNG, atomically. Throws `ImageError`.
  /// - Parameter text: notes kept in the file, such as how it was made.
  public func write(to path: String, text: [PNG.Text] = []) throws(ImageError) {
    try PNG.write(.rgb(self), to: path, text: text)
  }
}
