@_spi(_Unicode) import Swift

/// What CLIP does to a text before it is split into words: repair it as ftfy 6 does, resolve
/// HTML twice, collapse white space, lower-case as Python does.
///
/// Not covered: lone UTF-16 surrogates, which a Swift string cannot hold, and characters that
/// the Unicode version of one side does not know yet: they may be classed, composed or lower-cased
/// differently.
enum TextCleaning {
  typealias Scalars = [Unicode.Scalar]

  /// The cleaned text as UTF-8.
  static func clean(_ text: String) -> [UInt8] {
    var text = text
    if let fast = text.withUTF8(cleanPlainASCII) { return fast }
    var scalars = repair(Scalars(text.unicodeScalars))
    scalars = HTMLEntities.unescape(HTMLEntities.unescape(scalars))
    return UTF8Text.encode(Lowercase.apply(collapseWhitespace(scalars)))
  }

  /// Printable ASCII without `&` has nothing to repair: the way of nearly all prompts.
  private static func cleanPlainASCII(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var pendingSpace = false
    for byte in text {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0C, 0x0D: pendingSpace = !result.isEmpty
      case 0x26: return nil
      case 0x21...0x7E:
        if pendingSpace {
          result.append(0x20)
          pendingSpace = false
        }
        result.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
      default: return nil
      }
    }
    return result
  }

  /// Repairs a text line by line; each line until nothing changes any more. A line that
  /// contains `<` is taken for HTML, and entities stay as they are from there on.
  static func repair(_ text: Scalars) -> Scalars {
    let longestSegment = 1_000_000
    var result: Scalars = []
    result.reserveCapacity(text.count)
    var resolvesEntities = true
    var start = 0
    while start < text.count {
      var end = start
      while end < text.count, end - start < longestSegment {
        end += 1
        if text[end - 1] == "\n" { break }
      }
      var segment = Scalars(text[start..<end])
      if segment.contains("<") { resolvesEntities = false }
      while true {
        let before = segment
        if resolvesEntities { segment = HTMLEntities.unescapeStrictly(segment) }
        segment = Mojibake.repair(segment)
        segment = CharacterRepair.apply(segment)
        segment = normalize(segment)
        if segment == before { break }
      }
      result.append(contentsOf: segment)
      start = end
    }
    return result
  }

  /// Normalization form C (Unicode Standard Annex 15).
  private static func normalize(_ text: Scalars) -> Scalars {
    // All below U+0300 is in form C already.
    guard text.contains(where: { $0.value >= 0x300 }) else { return text }
    var string = String()
    string.unicodeScalars.append(contentsOf: text)
    return Scalars(string._nfc)
  }

  /// Runs of white space become one space; none at the start and the end.
  private static func collapseWhitespace(_ text: Scalars) -> Scalars {
    var result: Scalars = []
    result.reserveCapacity(text.count)
    var pendingSpace = false
    for scalar in text {
      if scalar.isPythonSpace {
        pendingSpace = !result.isEmpty
      } else {
        if pendingSpace { result.append(" ") }
        pendingSpace = false
        result.append(scalar)
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  /// White space in Python's sense: Unicode's, and the four ASCII separators.
  var isPythonSpace: Bool {
    value < 0x80
      ? value == 0x20 || (0x09...0x0D).contains(value) || (0x1C...0x1F).contains(value)
      : properties.isWhitespace
  }
}

/// Lower case as Python's `str.lower`: Unicode's full mapping, and ς for Σ at a word's end.
enum Lowercase {
  static func apply(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for (index, scalar) in text.enumerated() {
      if scalar.isASCII {
        let isUpper = scalar.value >= 0x41 && scalar.value <= 0x5A
        result.append(isUpper ? Unicode.Scalar(UInt8(scalar.value | 0x20)) : scalar)
      } else if scalar == "Σ" {
        result.append(isFinalSigma(text, index) ? "ς" : "σ")
      } else if scalar.properties.changesWhenLowercased {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return result
  }

  /// The condition Final_Sigma (Unicode 3.13): a cased letter before, none after, looking past
  /// what has no case of its own, such as apostrophes and accents.
  private static func isFinalSigma(_ text: [Unicode.Scalar], _ index: Int) -> Bool {
    let before = text[..<index].last { !$0.properties.isCaseIgnorable }
    let after = text[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && after?.properties.isCased != true
  }
}
