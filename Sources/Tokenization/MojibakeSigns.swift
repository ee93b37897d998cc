/// Sequences of characters that hardly anybody writes, but that appear when UTF-8 or an old
/// encoding is read as another: the rules of ftfy 6.3 (see NOTICE), as a table.
enum MojibakeSigns {
  /// One position of a rule: a character of these kinds or one of these characters.
  struct Element: Sendable {
    var kinds: CharacterKinds = []
    var characters: [Unicode.Scalar] = []

    init(_ kinds: CharacterKinds, _ characters: String = "") {
      self.kinds = kinds
      self.characters = Array(characters.unicodeScalars)
    }

    init(_ characters: String) { self.init([], characters) }

    func matches(_ scalar: Unicode.Scalar, _ found: CharacterKinds) -> Bool {
      !kinds.isDisjoint(with: found) || characters.contains(scalar)
    }
  }

  /// Whether a text looks misread.
  static func appear(in text: [Unicode.Scalar]) -> Bool {
    let kinds = text.map { CharacterKinds(of: $0) }
    for start in text.indices {
      for rule in rules where start + rule.count <= text.count {
        var index = start
        for element in rule {
          guard element.matches(text[index], kinds[index]) else { break }
          index += 1
        }
        if index == start + rule.count { return true }
      }
    }
    // Â or Ã as the first word, where a no-break space became a plain one.
    return text.count >= 2 && (text[0] == "Ã" || text[0] == "Â") && text[1] == " "
  }

  private static let accented: CharacterKinds = [.lowerAccented, .upperAccented]
  private static let quotes: CharacterKinds = [.startPunctuation, .endPunctuation]
  private static let beside: CharacterKinds =
    [.lowerAccented, .upperAccented, .box, .startPunctuation, .endPunctuation, .currency, .numeric, .law]
  private static let arabic = Element(
    [.common, .currency, .bad, .numeric, .startPunctuation], "ŸŠ®°µ»")

  static let rules: [[Element]] = [
    [.init(.c1)],
    [.init(beside.union(.bad)), .init(.bad)],
    [.init([.asciiLower, .asciiUpper]), .init([.lowerCommon, .upperCommon]), .init(.bad)],
    [.init(.bad), .init(beside)],
    [
      .init([.lowerAccented, .lowerCommon, .box, .endPunctuation, .currency, .numeric]),
      .init(.upperAccented),
    ],
    [.init([.box, .endPunctuation, .currency, .numeric]), .init(.lowerAccented)],
    [.init([.lowerAccented, .box, .endPunctuation]), .init(.currency)],
    [.init(.space), .init(.upperAccented), .init(.currency)],
    [.init([.upperAccented, .box]), .init([.numeric, .law])],
    [
      .init([.lowerAccented, .upperAccented, .box, .currency, .endPunctuation]),
      .init(.startPunctuation), .init(.numeric),
    ],
    [
      .init([.lowerAccented, .upperAccented, .currency, .numeric, .box, .law]), .init(.endPunctuation),
      .init(.startPunctuation),
    ],
    [.init([.currency, .numeric, .box]), .init(.startPunctuation)],
    [.init(.asciiLower), .init(.upperAccented), .init([.startPunctuation, .currency])],
    [.init(.box), .init(.kaomoji)],
    [
      .init([.lowerAccented, .upperAccented, .currency, .numeric, .startPunctuation, .endPunctuation, .law]),
      .init(.box),
    ],
    [.init(.box), .init(.endPunctuation)],
    [.init(accented), .init(quotes), .init(.word)],
    [.init("Œœ"), .init(.notASCIILetter)],
    [.init(.upperAccented), .init("°")],
    // Windows-1252.
    [.init("ÂÃÎÐ"), .init(quotes, "€œŠš¢£Ÿž\u{A0}\u{AD}®©°·»–—´")],
    [.init("×"), .init("²³")],
    [.init("ØÙ"), arabic, .init("ØÙ"), arabic],
    [.init("à"), .init("²µ¹¼½¾")],
    // Mac Roman.
    [.init("√"), .init("±∂†≠®™´≤≥¥µø")],
    [.init("≈"), .init("°¢")],
    [.init("‚"), .init("Ä"), .init("ìîïòôúùû†°¢π")],
    [.init("‚"), .init("âó"), .init("àä°ê")],
    // Windows-1251.
    [.init("в"), .init("Ђ")],
    [.init("ВГРС"), .init(quotes.union([.c1, .bad, .currency]), "°µ"), .init("ВГРС")],
    [
      .init("Г"), .init("ў"), .init("В"), .init("Ђ"), .init("В"), .init(.notNewline),
      .init([.asciiLower, .asciiUpper], " "),
    ],
    // Windows-1252 again: à, á and the no-break space.
    [.init("Ã"), .init("\u{A0}¡")],
    [.init(.asciiLower), .init("ÃÂ"), .init(" ")],
    [.init(.asciiLower), .init(.space), .init("ÃÂ"), .init(" ")],
    [.init([.asciiLower, .endPunctuation], ".,?!"), .init("Â"), .init(quotes, " ")],
    // Windows-1253.
    [.init("β"), .init("€"), .init("™\u{A0}Ά\u{AD}®°")],
    [.init("ΒΓΞΟ"), .init(quotes.union([.c1, .bad, .currency]), "°"), .init("ΒΓΞΟ")],
    // Windows-1257.
    [.init("ā"), .init("€")],
  ]
}
