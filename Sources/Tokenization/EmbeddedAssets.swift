import Assets
import CZlib

/// What is part of the binary: the vocabulary, the built-in model, the standard library.
public enum EmbeddedAssets {
  /// CLIP's merge list, gzip of text, as published.
  public static var vocabulary: UnsafeRawBufferPointer { bytes(asset_vocabulary()) }

  /// HTML's named characters, sorted: see `asset_vocabulary.h` for the lines.
  static var htmlEntities: UnsafeRawBufferPointer { bytes(asset_html_entities()) }

  /// The built-in model, gzip of a safetensors file; `emojiModel()` is the file itself.
  public static var compressedEmojiModel: UnsafeRawBufferPointer { bytes(asset_emoji_clip()) }

  /// The built-in model as a safetensors file (16.8 MB); takes about 40 ms.
  ///
  /// - Throws: `GzipError` when the binary is damaged.
  public static func emojiModel() throws -> [UInt8] {
    try Gzip.decompress(compressedEmojiModel, limit: 64 << 20)
  }

  /// The built-in model's card: what it knows, how it was trained, how well it does (Markdown).
  public static var emojiModelCard: String {
    String(decoding: bytes(asset_emoji_clip_card()), as: UTF8.self)
  }

  /// The names of the standard library's modules, as they follow `std.`, sorted.
  public static var libraryModules: [String] {
    (0..<asset_stdlib_count()).map { String(cString: asset_stdlib_module($0).name) }
  }

  /// The source of the module `std.<name>`, or nil when there is none of that name.
  public static func librarySource(_ name: String) -> String? {
    for index in 0..<asset_stdlib_count() {
      let module = asset_stdlib_module(index)
      if name.utf8.elementsEqual(String(cString: module.name).utf8) {
        return String(decoding: bytes(module.text), as: UTF8.self)
      }
    }
    return nil
  }

  private static func bytes(_ asset: AssetBytes) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: asset.bytes, count: asset.count)
  }
}

/// Why compressed bytes could not be read.
public enum GzipError: Error, Equatable, CustomStringConvertible {
  /// The bytes are not gzip, or do not match their checksum.
  case damaged
  /// The bytes end before the compressed stream does.
  case truncated
  /// More than `limit` bytes come out.
  case tooLarge(limit: Int)

  /// What is wrong, for the user.
  public var description: String {
    switch self {
    case .damaged: "these bytes are not a sound gzip file"
    case .truncated: "the gzip file ends too early"
    case .tooLarge(let limit): "the gzip file holds more than \(limit) bytes"
    }
  }
}

/// Reads gzip with a bound on what may come out.
public enum Gzip {
  /// The decompressed bytes of one gzip member.
  ///
  /// - Parameters:
  ///   - source: The whole gzip file.
  ///   - limit: The most bytes that may come out.
  ///   - enough: Sees what came out since its last call, about 64 KiB; true ends the reading
  ///     there, before the checksum.
  /// - Throws: `GzipError`.
  public static func decompress(
    _ source: UnsafeRawBufferPointer, limit: Int,
    until enough: (UnsafeRawBufferPointer) -> Bool = { _ in false }
  ) throws -> [UInt8] {
    var stream = z_stream()
    // 16: expect a gzip header; 15: the largest window.
    guard inflateInit2_(&stream, 16 + 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw GzipError.damaged }
    defer { inflateEnd(&stream) }
    guard let start = source.bindMemory(to: UInt8.self).baseAddress, source.count <= UInt32.max else {
      throw GzipError.truncated
    }
    stream.next_in = UnsafeMutablePointer(mutating: start)
    stream.avail_in = UInt32(source.count)

    var output: [UInt8] = []
    // The last four bytes of gzip are the length modulo 2³²: a hint for the capacity, no more.
    let hint =
      source.count >= 4 ? Int(source.loadUnaligned(fromByteOffset: source.count - 4, as: UInt32.self)) : 0
    let block = 64 << 10
    output.reserveCapacity(min(hint, limit, source.count * 8) + block)
    while true {
      let known = output.count
      var code = Z_OK
      output.append(
        contentsOf: [UInt8](unsafeUninitializedCapacity: block) { buffer, count in
          stream.next_out = buffer.baseAddress
          stream.avail_out = UInt32(block)
          code = inflate(&stream, Z_NO_FLUSH)
          count = block - Int(stream.avail_out)
        })
      if output.count > limit { throw GzipError.tooLarge(limit: limit) }
      switch code {
      case Z_STREAM_END: return output
      case Z_OK, Z_BUF_ERROR:
        if output.count == known { throw GzipError.truncated }
        if output.withUnsafeBytes({ enough(UnsafeRawBufferPointer(rebasing: $0[known...])) }) {
          return output
        }
      default: throw GzipError.damaged
      }
    }
  }
}
