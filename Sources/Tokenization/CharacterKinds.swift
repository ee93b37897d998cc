/// Kinds of characters whose neighbourhood tells misread text from meant text.
/// The kinds and their members are those of ftfy 6.3 (see NOTICE).
struct CharacterKinds: OptionSet, Sendable {
  let rawValue: UInt32

  static let common = Self(rawValue: 1 << 0)
  static let c1 = Self(rawValue: 1 << 1)
  static let bad = Self(rawValue: 1 << 2)
  static let law = Self(rawValue: 1 << 3)
  static let currency = Self(rawValue: 1 << 4)
  static let startPunctuation = Self(rawValue: 1 << 5)
  static let endPunctuation = Self(rawValue: 1 << 6)
  static let numeric = Self(rawValue: 1 << 7)
  static let kaomoji = Self(rawValue: 1 << 8)
  static let upperAccented = Self(rawValue: 1 << 9)
  static let lowerAccented = Self(rawValue: 1 << 10)
  static let upperCommon = Self(rawValue: 1 << 11)
  static let lowerCommon = Self(rawValue: 1 << 12)
  static let box = Self(rawValue: 1 << 13)
  /// What the bytes that start and continue UTF-8 look like when misread.
  static let leadOfTwo = Self(rawValue: 1 << 14)
  static let leadOfThree = Self(rawValue: 1 << 15)
  static let leadOfFour = Self(rawValue: 1 << 16)
  static let continuation = Self(rawValue: 1 << 17)
  /// Continuations that are hardly ever meant.
  static let strictContinuation = Self(rawValue: 1 << 18)
  static let asciiLower = Self(rawValue: 1 << 19)
  static let asciiUpper = Self(rawValue: 1 << 20)
  /// Anything but A–Z and a–z.
  static let notASCIILetter = Self(rawValue: 1 << 21)
  static let space = Self(rawValue: 1 << 22)
  /// Letters, numbers and the underscore.
  static let word = Self(rawValue: 1 << 23)
  /// Anything but a line feed.
  static let notNewline = Self(rawValue: 1 << 24)

  /// The kinds that a character is of.
  init(of scalar: Unicode.Scalar) {
    if scalar.isASCII {
      switch scalar.value {
      case 0x61...0x7A: self = [.asciiLower, .word]
      case 0x41...0x5A: self = [.asciiUpper, .word]
      case 0x30...0x39, 0x5F: self = [.word, .notASCIILetter]
      case 0x20: self = [.space, .continuation, .notASCIILetter]
      default: self = scalar.isPythonSpace ? [.space, .notASCIILetter] : .notASCIILetter
      }
      if scalar != "\n" { insert(.notNewline) }
      return
    }
    self = Self.table[scalar] ?? []
    formUnion([.notASCIILetter, .notNewline])
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      insert(.word)
    default:
      if scalar.properties.isWhitespace { insert(.space) }
    }
  }

  init(rawValue: UInt32) { self.rawValue = rawValue }

  private static let table: [Unicode.Scalar: Self] = {
    var table: [Unicode.Scalar: Self] = [:]
    for (kind, text) in members {
      var previous: Unicode.Scalar?
      var isRange = false
      for scalar in text.unicodeScalars {
        if scalar == "~" {
          isRange = true
          continue
        }
        let first = isRange ? (previous ?? scalar).value : scalar.value
        for value in first...max(first, scalar.value) {
          if let member = Unicode.Scalar(value) { table[member, default: []].insert(kind) }
        }
        previous = scalar
        isRange = false
      }
    }
    return table
  }()

  /// `a~z` is the range from a to z.
  private static let members: [(Self, String)] = [
    (.common, "\u{A0}\u{AD}´·–—―’…"),
    (.c1, "\u{80}~\u{9F}"),
    (.bad, "¤¦\u{A8}ª¬¯¸ºƒˆˇ˘˛˜†‡‰⌐◊�"),
    (.law, "§¶"),
    (.currency, "¢£¥₧€"),
    (.startPunctuation, "¡©«¿΄΅‘‚“„•‹\u{F8FF}"),
    (.endPunctuation, "®»˝”›™"),
    (.numeric, "±²³µ¹¼½¾×÷⁄№∂∆∏∑√∞∩∫≈≠≡≤≥"),
    (.kaomoji, "°Ò~ÖÙ~Üò~öø~üŌŐŪŲ"),
    (.upperAccented, "À~ÑØÜÝĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŒŘŚŞŠŢŤŮŰŸŹŻŽҐ"),
    (.lowerAccented, "ß~ñüāăąćčďđēėęěğģīįķĺļľłœŕśşšťźżžґﬁﬂ"),
    (.upperCommon, "ÞΆΈΉΊΌΎΏΑ~ΫЁ~Я"),
    (.lowerCommon, "ά~ωа~џ"),
    (.box, "│┌┐┘├┤┬┼═~╬▀▄█▌▐~▓"),
    (.leadOfTwo, "Â~ßĀĂĆČĎĐĒĖĘĚĞĢĪİĶĹĻŁŃŅŇŌŐŘŚŞŠŢŪŮŰŲŹŻŽΒ~ΡΣ~ίВ~Я"),
    (.leadOfThree, "à~ïāăąćčďēėęěģīįķĺļŕźΰ~οа~п"),
    (.leadOfFour, "ðóđğšπσру"),
    (.continuation, " \u{80}~¿ÆØæøĄąĽľŁłŒœŖŗŚśŞ~šŤťŸ~žƒˆˇ˘˛˜˝΄΅ΆΈΉΊΌΎΏЁ~ЌЎЏё~ќўџҐґ–—―‘’‚“”„†‡•…‰‹›€№™"),
    (.strictContinuation, "\u{80}~¿ÆØæøĄąĽľŁłŒœŖŗŚśŞ~šŤťŸ~žƒˆˇ˘˛˜˝΄΅ΆΈΉΊΌΎΏЁ~ЌЎЏё~ќўџҐґ†‡‰‹›€№™"),
  ]
}
