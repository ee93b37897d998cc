import CZlib

extension PNG {
  /// A PNG's bytes with further notes before its end, as `encode` writes them. What is no PNG stays as it is.
  /// Throws `ImageError.notEncoded` for a keyword that is none.
  public static func adding(_ notes: [Text], to bytes: [UInt8]) throws(ImageError) -> [UInt8] {
    let end: [UInt8] = [0, 0, 0, 0] + Array("IEND".utf8)
    guard bytes.count >= 20, bytes[(bytes.count - 12)..<(bytes.count - 4)].elementsEqual(end) else {
      return bytes
    }
    var result = Array(bytes.dropLast(12))
    for note in notes {
      try check(note)
      let value = Array(note.value.utf8)
      // Latin-1 has no place for most of the world's text; only ASCII goes into tEXt.
      let isASCII = value.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 10 }
      let key = Array(note.key.utf8) + [0]
      let body =
        isASCII ? Array("tEXt".utf8) + key + value : Array("iTXt".utf8) + key + [0, 0, 0, 0] + value
      let checksum = body.withUnsafeBufferPointer {
        UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count))
      }
      result += bigEndian(UInt32(body.count - 4)) + body + bigEndian(checksum)
    }
    return result + bytes.suffix(12)
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
