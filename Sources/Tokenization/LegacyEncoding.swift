/// A single-byte encoding from before Unicode, to take misread text back to its bytes.
struct LegacyEncoding: Sendable {
  /// Those whose misreadings are repaired, in the order in which they are tried.
  static let all = [
    latin1, windows1252, windows1251, windows1250, windows1253, windows1254, windows1257, latin2, macRoman,
    cp437,
  ]

  /// Sloppy: bytes without a meaning are kept as code points 80–9F (as browsers do), and U+FFFD
  /// stands for byte 1A, a byte that was lost.
  let isSloppy: Bool
  private let scalars: [Unicode.Scalar]
  private let bytes: [Unicode.Scalar: UInt8]

  /// `upper`: the characters of bytes 80–FF; a space: the code point of the same number.
  private init(isSloppy: Bool, _ upper: String) {
    self.isSloppy = isSloppy
    var scalars = (UInt8(0)...0x7F).map { Unicode.Scalar($0) }
    if isSloppy { scalars[0x1A] = "\u{FFFD}" }
    for (index, scalar) in upper.unicodeScalars.enumerated() where index < 128 {
      scalars.append(scalar == " " ? Unicode.Scalar(UInt8(0x80 + index)) : scalar)
    }
    self.scalars = scalars
    bytes = Dictionary(scalars.enumerated().map { ($1, UInt8($0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The character of a byte.
  func decode(_ byte: UInt8) -> Unicode.Scalar { scalars[Int(byte)] }

  /// The bytes that would be read as `text`, or nil when it holds a character without one.
  func encode(_ text: [Unicode.Scalar]) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for scalar in text {
      guard let byte = bytes[scalar] else { return nil }
      result.append(byte)
    }
    return result
  }

  static let latin1 = LegacyEncoding(isSloppy: false, String(repeating: " ", count: 128))

  static let windows1252 = LegacyEncoding(
    isSloppy: true,
    "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ"
      + "                                "
      + "                                "
      + "                                ")

  static let windows1251 = LegacyEncoding(
    isSloppy: true,
    "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–— ™љ›њќћџ"
      + " ЎўЈ Ґ  Ё Є    Ї  Ііґ   ё№є јЅѕї"
      + "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
      + "абвгдежзийклмнопрстуфхцчшщъыьэюя")

  static let windows1250 = LegacyEncoding(
    isSloppy: true,
    "€ ‚ „…†‡ ‰Š‹ŚŤŽŹ ‘’“”•–— ™š›śťžź"
      + " ˇ˘Ł Ą    Ş    Ż  ˛ł     ąş Ľ˝ľż"
      + "Ŕ  Ă ĹĆ Č Ę Ě  ĎĐŃŇ  Ő  ŘŮ Ű  Ţ "
      + "ŕ  ă ĺć č ę ě  ďđńň  ő  řů ű  ţ˙")

  static let windows1253 = LegacyEncoding(
    isSloppy: true,
    "€ ‚ƒ„…†‡ ‰ ‹     ‘’“”•–— ™ ›    "
      + " ΅Ά            ―    ΄   ΈΉΊ Ό ΎΏ"
      + "ΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ ΣΤΥΦΧΨΩΪΫάέήί"
      + "ΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ ")

  static let windows1254 = LegacyEncoding(
    isSloppy: true,
    "€ ‚ƒ„…†‡ˆ‰Š‹Œ    ‘’“”•–—˜™š›œ  Ÿ"
      + "                                "
      + "                Ğ            İŞ "
      + "                ğ            ış ")

  static let windows1257 = LegacyEncoding(
    isSloppy: true,
    "€ ‚ „…†‡ ‰ ‹ \u{A8}ˇ¸ ‘’“”•–— ™ › ¯˛ "
      + "        Ø Ŗ    Æ        ø ŗ    æ"
      + "ĄĮĀĆ  ĘĒČ ŹĖĢĶĪĻŠŃŅ Ō   ŲŁŚŪ ŻŽ "
      + "ąįāć  ęēč źėģķīļšńņ ō   ųłśū żž˙")

  static let latin2 = LegacyEncoding(
    isSloppy: false,
    "                                "
      + " Ą˘Ł ĽŚ  ŠŞŤŹ ŽŻ ą˛ł ľśˇ šşťź˝žż"
      + "Ŕ  Ă ĹĆ Č Ę Ě  ĎĐŃŇ  Ő  ŘŮ Ű  Ţ "
      + "ŕ  ă ĺć č ę ě  ďđńň  ő  řů ű  ţ˙")

  static let macRoman = LegacyEncoding(
    isSloppy: false,
    "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü"
      + "†°  §•¶ß® ™´\u{A8}≠ÆØ∞ ≤≥¥ ∂∑∏π∫ªºΩæø"
      + "¿¡¬√ƒ≈∆«»…\u{A0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ"
      + "‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{F8FF}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ")

  static let cp437 = LegacyEncoding(
    isSloppy: false,
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ"
      + "áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
      + "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
      + "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}")
}
