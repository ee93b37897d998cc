/// Bytes as text, as `data:` addresses carry them (RFC 4648, section 4).
enum Base64 {
  private static let letters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    let length = (bytes.count + 2) / 3 * 4
    return String(unsafeUninitializedCapacity: length) { out in
      var position = 0
      for start in stride(from: 0, to: bytes.count, by: 3) {
        let first = Int(bytes[start])
        let second = start + 1 < bytes.count ? Int(bytes[start + 1]) : 0
        let third = start + 2 < bytes.count ? Int(bytes[start + 2]) : 0
        out[position] = letters[first >> 2]
        out[position + 1] = letters[(first & 3) << 4 | second >> 4]
        out[position + 2] =
          start + 1 < bytes.count ? letters[(second & 15) << 2 | third >> 6] : UInt8(ascii: "=")
        out[position + 3] = start + 2 < bytes.count ? letters[third & 63] : UInt8(ascii: "=")
        position += 4
      }
      return length
    }
  }
}
