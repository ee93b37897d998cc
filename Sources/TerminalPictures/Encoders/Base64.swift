/// Base64 of RFC 4648, with padding: how PNG files travel to terminals.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The text of some bytes, without line breaks.
  static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    var i = 0
    while i < bytes.count {
      let left = min(bytes.count - i, 3)
      var group = UInt32(bytes[i]) << 16
      if left > 1 { group |= UInt32(bytes[i + 1]) << 8 }
      if left > 2 { group |= UInt32(bytes[i + 2]) }
      for place in 0..<4 {
        out.append(place <= left ? alphabet[Int(group >> UInt32(18 - 6 * place)) & 63] : 0x3d)
      }
      i += 3
    }
    return out
  }
}
