/// Operations on text, by Unicode scalar so that they mean the same everywhere.
enum Text {
  /// Without white space at both ends.
  static func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }

  /// Whether `part` occurs in `whole`; the empty text occurs everywhere.
  static func contains(_ whole: String, _ part: String) -> Bool {
    part.isEmpty || !ranges(of: Array(part.utf8), in: Array(whole.utf8), limit: 1).isEmpty
  }

  /// Offsets of the occurrences of `part`, which do not overlap.
  private static func ranges(of part: [UInt8], in whole: [UInt8], limit: Int = .max) -> [Int] {
    var found: [Int] = []
    guard let first = part.first, part.count <= whole.count else { return found }
    var position = 0
    while position <= whole.count - part.count, found.count < limit {
      if whole[position] == first, whole[position..<(position + part.count)].elementsEqual(part) {
        found.append(position)
        position += part.count
      } else {
        position += 1
      }
    }
    return found
  }

  /// The pieces between occurrences of a separator that is not empty.
  static func split(_ text: String, by separator: String) -> [String] {
    let bytes = Array(text.utf8)
    let part = Array(separator.utf8)
    var pieces: [String] = []
    var start = 0
    for offset in ranges(of: part, in: bytes) {
      pieces.append(String(decoding: bytes[start..<offset], as: UTF8.self))
      start = offset + part.count
    }
    pieces.append(String(decoding: bytes[start...], as: UTF8.self))
    return pieces
  }
}
