/// Character references of HTML 5: `&amp;`, `&#233;`, `&#xE9;`.
enum HTMLEntities {
  typealias Scalars = [Unicode.Scalar]

  /// Resolves references as browsers and Python's `html.unescape` do: a missing semicolon is
  /// accepted after a number and after the old names (`&ampx`), of which the longest wins.
  static func unescape(_ text: Scalars) -> Scalars {
    guard text.contains("&") else { return text }
    var result: Scalars = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if text[index] == "&", let (characters, end) = reference(text, index) {
        result.append(contentsOf: characters)
        index = end
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  /// Resolves only what is spelled in full, from `&` to `;`, and names in capitals that stand for
  /// capitals: `&EACUTE;` is É. The first step of the repair.
  static func unescapeStrictly(_ text: Scalars) -> Scalars {
    guard text.contains("&"), text.contains(";") else { return text }
    var result: Scalars = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if text[index] == "&", let end = strictEnd(text, index) {
        let name = text[(index + 1)..<(end - 1)]
        if let characters = strictMeaning(name, whole: text[index..<end]) {
          result.append(contentsOf: characters)
        } else {
          result.append(contentsOf: text[index..<end])
        }
        index = end
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  /// The end of `&#?[0-9A-Za-z]{1,24};` at `start`, or nil.
  private static func strictEnd(_ text: Scalars, _ start: Int) -> Int? {
    var index = start + 1
    if index < text.count, text[index] == "#" { index += 1 }
    let first = index
    while index < text.count, index - first <= 24, text[index].isASCIIAlphanumeric { index += 1 }
    guard index > first, index - first <= 24, index < text.count, text[index] == ";" else { return nil }
    return index + 1
  }

  private static func strictMeaning(_ name: ArraySlice<Unicode.Scalar>, whole: ArraySlice<Unicode.Scalar>)
    -> Scalars?
  {
    if name.first == "#" {
      let characters = unescape(Scalars(whole))
      return characters.contains(";") ? nil : characters
    }
    let bytes = UTF8Text.encode(name)
    if let known = find(bytes) { return known.characters }
    // A name in capitals that means nothing, not even in part, and is known in small letters.
    let small = bytes.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    guard !bytes.contains(where: { $0 >= 0x61 && $0 <= 0x7A }), let known = find(small),
      unescape(Scalars(whole)) == Scalars(whole)
    else { return nil }
    return known.characters.flatMap { Scalars($0.properties.uppercaseMapping.unicodeScalars) }
  }

  /// What the reference at `start` means and where it ends; nil when it is just an ampersand.
  private static func reference(_ text: Scalars, _ start: Int) -> (Scalars, Int)? {
    var index = start + 1
    guard index < text.count else { return nil }
    if text[index] == "#" {
      index += 1
      let isHex = index < text.count && (text[index] == "x" || text[index] == "X")
      if isHex { index += 1 }
      let first = index
      var value: UInt32 = 0
      while index < text.count, let digit = text[index].hexDigit, isHex || digit < 10 {
        // Saturates beyond the last code point.
        value = min(value * (isHex ? 16 : 10) + digit, 0x11_0000)
        index += 1
      }
      guard index > first else { return nil }
      if index < text.count, text[index] == ";" { index += 1 }
      return (character(value), index)
    }

    let longestName = 32
    let first = index
    while index < text.count, index - first < longestName, !endsName(text[index]) { index += 1 }
    let name = UTF8Text.encode(text[first..<index].prefix { $0.isASCII })
    guard !name.isEmpty else { return nil }
    if index - first == name.count, index < text.count, text[index] == ";", let known = find(name) {
      return (known.characters, index + 1)
    }
    // Without its semicolon: the longest old name that the text begins with. Python never
    // tries a single letter, and no name is that short.
    for length in stride(from: name.count, to: 1, by: -1) {
      if let known = find(Array(name[..<length])), known.isOld {
        return (known.characters, first + length)
      }
    }
    return nil
  }

  private static func endsName(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\t", "\n", "\u{0C}", " ", "<", "&", "#", ";": true
    default: false
    }
  }

  /// The character of a numeric reference (HTML Standard, 13.2.5.80): 80–9F are read as
  /// Windows-1252, what is no character becomes U+FFFD, and controls vanish.
  private static func character(_ value: UInt32) -> Scalars {
    switch value {
    case 0: return ["\u{FFFD}"]
    case 0x80...0x9F: return [LegacyEncoding.windows1252.decode(UInt8(value))]
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0xFDD0...0xFDEF: return []
    case 0...0x10_FFFF where value & 0xFFFE == 0xFFFE: return []
    default: return [Unicode.Scalar(value) ?? "\u{FFFD}"]
    }
  }

  /// Looks a name up by binary search over the sorted lines of the table.
  private static func find(_ name: [UInt8]) -> (characters: Scalars, isOld: Bool)? {
    let table = EmbeddedAssets.htmlEntities
    var low = 0
    var high = table.count
    while low < high {
      var start = (low + high) / 2
      while start > low, table[start - 1] != 0x0A { start -= 1 }
      var end = start
      while end < high, table[end] != 0x0A { end += 1 }
      var nameEnd = start
      while nameEnd < end, table[nameEnd] != 0x20, table[nameEnd] != 0x2A { nameEnd += 1 }
      let candidate = table[start..<nameEnd]
      if candidate.elementsEqual(name) {
        let meaning = table[nameEnd..<end]
        let isOld = meaning.first == 0x2A
        let codes = meaning.dropFirst(isOld ? 2 : 1).split(separator: 0x20)
        let characters = codes.compactMap { code in
          Unicode.Scalar(code.reduce(UInt32(0)) { $0 << 4 | (Unicode.Scalar($1).hexDigit ?? 0) })
        }
        return (characters, isOld)
      }
      if candidate.lexicographicallyPrecedes(name) { low = min(end + 1, high) } else { high = start }
    }
    return nil
  }
}

extension Unicode.Scalar {
  fileprivate var isASCIIAlphanumeric: Bool {
    (0x30...0x39).contains(value) || (0x41...0x5A).contains(value) || (0x61...0x7A).contains(value)
  }

  fileprivate var hexDigit: UInt32? {
    switch value {
    case 0x30...0x39: value - 0x30
    case 0x41...0x46: value - 0x41 + 10
    case 0x61...0x66: value - 0x61 + 10
    default: nil
    }
  }
}
