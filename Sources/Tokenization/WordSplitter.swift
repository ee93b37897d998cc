/// Splits cleaned text into the words that are merged one by one, as CLIP's pattern does:
///
///     <\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
///
/// ignoring case, the first alternative that matches. `text` is UTF-8.
struct WordSplitter {
  /// What a word is.
  enum Kind { case startOfText, endOfText, word }

  private enum Class { case space, letter, number, other }

  private static let specials: [(StaticString, Kind)] = [
    ("<|startoftext|>", .startOfText), ("<|endoftext|>", .endOfText),
  ]
  private static let contractions: [StaticString] = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"]

  private let text: UnsafeBufferPointer<UInt8>
  private var position = 0

  /// `text` must be valid UTF-8 and outlive the splitter.
  init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

  /// The next word's bytes, or nil at the end.
  mutating func next() -> (range: Range<Int>, kind: Kind)? {
    while position < text.count {
      let start = position
      if text[start] == 0x3C {
        for (name, kind) in Self.specials {
          if let length = match(name, at: start) {
            position = start + length
            // Only the plain spelling is the token; one with ſ for s is a word of its own.
            return (start..<position, length == name.utf8CodeUnitCount ? kind : .word)
          }
        }
      } else if text[start] == 0x27 {
        for contraction in Self.contractions {
          if let length = match(contraction, at: start) {
            position = start + length
            return (start..<position, .word)
          }
        }
      }
      let (first, length) = classify(at: start)
      position += length
      switch first {
      case .space: continue
      case .number: return (start..<position, .word)
      case .letter, .other:
        while position < text.count {
          let (following, length) = classify(at: position)
          guard following == first else { break }
          position += length
        }
        return (start..<position, .word)
      }
    }
    return nil
  }

  /// How many bytes match the ASCII `pattern`, ignoring case; U+017F ſ folds to s.
  private func match(_ pattern: StaticString, at start: Int) -> Int? {
    var index = start
    for offset in 0..<pattern.utf8CodeUnitCount {
      guard index < text.count else { return nil }
      let wanted = pattern.utf8Start[offset]
      let byte = text[index]
      if byte == wanted || (byte >= 0x41 && byte <= 0x5A && byte | 0x20 == wanted) {
        index += 1
      } else if wanted == 0x73, byte == 0xC5, index + 1 < text.count, text[index + 1] == 0xBF {
        index += 2
      } else {
        return nil
      }
    }
    return index - start
  }

  /// The class of the character at `start` and its length in bytes.
  private func classify(at start: Int) -> (Class, Int) {
    let byte = text[start]
    if byte < 0x80 {
      switch byte {
      case 0x61...0x7A, 0x41...0x5A: return (.letter, 1)
      case 0x30...0x39: return (.number, 1)
      case 0x20, 0x09...0x0D: return (.space, 1)
      default: return (.other, 1)
      }
    }
    let (scalar, length) = UTF8Text.scalar(in: text, at: start)
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return (.letter, length)
    case .decimalNumber, .letterNumber, .otherNumber: return (.number, length)
    default:
      // U+0345 folds to the letter ι, which the reference's pattern matches with neither the
      // letters nor the rest: it is passed over as white space is.
      return (scalar.properties.isWhitespace || scalar.value == 0x345 ? .space : .other, length)
    }
  }
}

/// UTF-8 that is known to be valid.
enum UTF8Text {
  /// The character that starts at `index` and its length in bytes.
  static func scalar(in text: UnsafeBufferPointer<UInt8>, at index: Int) -> (Unicode.Scalar, Int) {
    let lead = text[index]
    if lead < 0x80 { return (Unicode.Scalar(lead), 1) }
    let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    guard index + length <= text.count else { return ("\u{FFFD}", text.count - index) }
    var value = UInt32(lead) & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
    for offset in 1..<length { value = value << 6 | UInt32(text[index + offset] & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }

  /// UTF-8 of a sequence of characters.
  static func encode(_ scalars: some Sequence<Unicode.Scalar>) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in scalars {
      if scalar.isASCII {
        bytes.append(UInt8(scalar.value))
      } else {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    return bytes
  }
}
