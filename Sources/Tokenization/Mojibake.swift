/// Repairs text whose bytes were read in the wrong encoding, as ftfy 6.3 does: UTF-8 read as one
/// of ten single-byte encodings, several times over, in whole or in part, even where no-break
/// spaces became plain ones or single bytes were lost.
enum Mojibake {
  typealias Scalars = [Unicode.Scalar]

  static func repair(_ text: Scalars) -> Scalars {
    var text = text
    while let better = repairOnce(text), better != text { text = better }
    return text
  }

  /// One step; nil when nothing is to be done.
  private static func repairOnce(_ text: Scalars) -> Scalars? {
    if text.allSatisfy(\.isASCII) || !MojibakeSigns.appear(in: text) { return nil }

    var isLatin1 = false
    for (index, encoding) in LegacyEncoding.all.enumerated() {
      guard var bytes = encoding.encode(text) else { continue }
      if index == 0 { isLatin1 = true }
      // In Mac Roman the byte is an en dash, which a space may well follow.
      if index != macRoman { bytes = restoreNoBreakSpaces(bytes) }
      if encoding.isSloppy { bytes = markLostBytes(bytes) }
      if let decoded = decodeUTF8(bytes) { return decoded }
    }

    let partly = repairInside(text)
    if partly != text { return partly }

    // Latin-1 in name, Windows-1252 in fact; five bytes mean nothing there.
    if isLatin1, !text.contains(where: { [0x81, 0x8D, 0x8F, 0x90, 0x9D].contains($0.value) }) {
      let read = text.map { LegacyEncoding.windows1252.decode(UInt8(truncatingIfNeeded: $0.value)) }
      // The sloppy table reads byte 1A as U+FFFD; the strict one leaves it.
      let strict = zip(text, read).map { $0 == "\u{1A}" ? $0 : $1 }
      if strict != text { return strict }
    }
    return text.map {
      (0x80...0x9F).contains($0.value) ? LegacyEncoding.windows1252.decode(UInt8($0.value)) : $0
    }
  }

  private static let macRoman = 8

  /// Repairs runs that look like misread UTF-8 inside a text that is otherwise sound.
  private static func repairInside(_ text: Scalars) -> Scalars {
    let kinds = text.map { CharacterKinds(of: $0) }
    func length(at start: Int) -> Int? {
      for (lead, length) in [(CharacterKinds.leadOfTwo, 2), (.leadOfThree, 3), (.leadOfFour, 4)]
      where kinds[start].contains(lead) && start + length <= text.count {
        if kinds[(start + 1)..<(start + length)].allSatisfy({ $0.contains(.continuation) }) { return length }
      }
      return nil
    }
    var result: Scalars = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      var end = index
      if index == 0 || !kinds[index - 1].contains(.strictContinuation) {
        while end < text.count, let length = length(at: end) { end += length }
      }
      if end == index {
        result.append(text[index])
        index += 1
      } else {
        let run = Scalars(text[index..<end])
        // A run shorter than the text, so that this comes to an end.
        let isMisread = run.count < text.count && MojibakeSigns.appear(in: run)
        result.append(contentsOf: isMisread ? repair(run) : run)
        index = end
      }
    }
    return result
  }

  // MARK: Bytes

  private typealias BytePattern = [[ClosedRange<UInt8>]]
  private static let continuation: ClosedRange<UInt8> = 0x80...0xBF

  /// The length of the first pattern that matches at `index`.
  private static func match(_ patterns: [BytePattern], _ bytes: [UInt8], at index: Int) -> Int? {
    patterns.first { pattern in
      index + pattern.count <= bytes.count
        && pattern.indices.allSatisfy { offset in
          pattern[offset].contains { $0.contains(bytes[index + offset]) }
        }
    }?.count
  }

  /// UTF-8 in which a no-break space, byte A0, became a plain one: likely characters only.
  private static let spacedUTF8: [BytePattern] = {
    let space: [ClosedRange<UInt8>] = [0x20...0x20]
    // No byte 85: an ellipsis is as likely as what it would decode to.
    let rest: [ClosedRange<UInt8>] = [0x80...0x84, 0x86...0x9F, 0xA1...0xBF]
    return [
      [[0xC2...0xC3, 0xC5...0xC5, 0xCE...0xCE, 0xD0...0xD0, 0xD9...0xD9], space],
      [[0xE2...0xE3], space, rest],
      [[0xE0...0xE3], rest, space],
      [[0xF0...0xF0], space, [continuation], [continuation]],
      [[0xF0...0xF0], [continuation], space, [continuation]],
      [[0xF0...0xF0], [continuation], [continuation], space],
    ]
  }()

  private static func restoreNoBreakSpaces(_ bytes: [UInt8]) -> [UInt8] {
    // "Ã la mode": à is a word of its own, except in these Portuguese contractions.
    let contractions: [[UInt8]] = [" ", "quele", "quela", "quilo", "s "].map { Array($0.utf8) }
    var words: [UInt8] = []
    words.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == 0xC3, index + 1 < bytes.count, bytes[index + 1] == 0x20,
        !contractions.contains(where: { bytes[(index + 2)...].starts(with: $0) })
      {
        words += [0xC3, 0xA0, 0x20]
        index += 2
      } else {
        words.append(bytes[index])
        index += 1
      }
    }
    index = 0
    while index < words.count {
      let length = match(spacedUTF8, words, at: index) ?? 0
      for place in index..<(index + length) where words[place] == 0x20 { words[place] = 0xA0 }
      index += max(length, 1)
    }
    return words
  }

  /// UTF-8 and CESU-8 with a byte lost: 1A stands for any that was lost, `?` for one of them.
  private static let lossyUTF8: [BytePattern] = {
    let lost: [ClosedRange<UInt8>] = [0x1A...0x1A]
    let asked: [ClosedRange<UInt8>] = [0x1A...0x1A, 0x3F...0x3F]
    let any: [ClosedRange<UInt8>] = [0x1A...0x1A, continuation]
    let whatever: [ClosedRange<UInt8>] = asked + [continuation]
    return [
      [[0xC2...0xDF], lost],
      [[0xC2...0xC3], [0x3F...0x3F]],
      [[0xED...0xED], [0xA0...0xAF], asked, [0xED...0xED], [0xB0...0xBF], whatever],
      [[0xED...0xED], [0xA0...0xAF], whatever, [0xED...0xED], [0xB0...0xBF], asked],
      [[0xE0...0xEF], asked, any],
      [[0xE0...0xEF], any, asked],
      [[0xF0...0xF4], asked, any, any],
      [[0xF0...0xF4], any, asked, any],
      [[0xF0...0xF4], any, any, asked],
      [lost],
    ]
  }()

  /// What can no longer be decoded becomes U+FFFD in UTF-8.
  private static func markLostBytes(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(where: { $0 == 0x1A || $0 == 0x3F }) else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if let length = match(lossyUTF8, bytes, at: index) {
        result += [0xEF, 0xBF, 0xBD]
        index += length
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }

  /// Strict UTF-8, and two variants of it: surrogate pairs in three bytes each (CESU-8), and
  /// C0 80 for U+0000 (Java).
  private static func decodeUTF8(_ bytes: [UInt8]) -> Scalars? {
    var result: Scalars = []
    result.reserveCapacity(bytes.count)
    var index = 0
    func bits(_ offset: Int, _ range: ClosedRange<UInt8> = continuation) -> UInt32? {
      guard index + offset < bytes.count, range.contains(bytes[index + offset]) else { return nil }
      return UInt32(bytes[index + offset] & 0x3F)
    }
    while index < bytes.count {
      let lead = bytes[index]
      let value: UInt32
      let length: Int
      switch lead {
      case 0x00...0x7F: (value, length) = (UInt32(lead), 1)
      case 0xC0:
        guard bits(1) == 0 else { return nil }
        (value, length) = (0, 2)
      case 0xC2...0xDF:
        guard let a = bits(1) else { return nil }
        (value, length) = (UInt32(lead & 0x1F) << 6 | a, 2)
      case 0xE0...0xEF:
        if lead == 0xED, let a = bits(1, 0xA0...0xAF), let b = bits(2) {
          guard index + 3 < bytes.count, bytes[index + 3] == 0xED, let c = bits(4, 0xB0...0xBF),
            let d = bits(5)
          else { return nil }
          (value, length) = (0x1_0000 + ((a & 0x0F) << 16 | b << 10 | (c & 0x0F) << 6 | d), 6)
        } else {
          guard let a = bits(1), let b = bits(2) else { return nil }
          (value, length) = (UInt32(lead & 0x0F) << 12 | a << 6 | b, 3)
          if value < 0x800 { return nil }
        }
      case 0xF0...0xF4:
        guard let a = bits(1), let b = bits(2), let c = bits(3) else { return nil }
        (value, length) = (UInt32(lead & 0x07) << 18 | a << 12 | b << 6 | c, 4)
        if value < 0x1_0000 { return nil }
      default: return nil
      }
      guard let scalar = Unicode.Scalar(value) else { return nil }
      result.append(scalar)
      index += length
    }
    return result
  }
}
