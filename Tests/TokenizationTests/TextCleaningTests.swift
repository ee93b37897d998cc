import Testing

@testable import Tokenization

@Suite("Text cleaning") struct TextCleaningTests {
  private func clean(_ text: String) -> String { String(decoding: TextCleaning.clean(text), as: UTF8.self) }

  /// Compared as bytes: Swift's strings are equal when they are canonically equivalent.
  private func expect(
    _ text: String, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      TextCleaning.clean(text) == Array(expected.utf8), "\(clean(text).debugDescription)",
      sourceLocation: sourceLocation)
  }

  // The expectations below are what ftfy 6.3.1 and Python 3.11 give.

  @Test("resolves HTML twice, with and without semicolons") func entities() {
    expect("&amp;lt;b&gt; &amp;amp;amp;", "<b> &")
    expect("caf&eacute; caf&eacute caf&EACUTE;", "café café café")
    expect("&notit; &not &no &; & &#;", "¬it; ¬ &no &; & &#;")
    expect("&#x41;&#66;&#67 &#128; &#xD800; &#x110000; &#99999999999999999999;", "abc € � � �")
    expect("a&#8;b &nbsp; c&NotEqualTilde;", "ab c≂̸")
    expect("<p>&EACUTE;", "<p>&eacute;")
  }

  @Test("repairs misread UTF-8") func mojibake() {
    expect("â€œquotedâ€\u{9D} and itâ€™s", "\"quoted\" and it's")
    expect("schÃ¶n", "schön")
    expect("Ã la mode", "à la mode")
    expect("ÐŸÑ€Ð¸Ð²ÐµÑ‚", "привет")
    expect("doublÃƒÂ© ", "doublé")
    expect("l’humanitÃ©", "l'humanité")
    expect("â€œ like this â€�", "\" like this �")
    expect("naïve café — ok", "naïve café — ok")
  }

  @Test("replaces characters that are seldom meant") func characters() {
    expect("ﬁne ﬂow Ǆ ŉ", "fine flow dž 'n")
    expect("ＬＯＵＤ　ＮＯＩＳＥＳ ｶﾞ ﾡ", "loud noises ガ ᄀ")
    expect("\u{1B}[31mred\u{1B}[0m \u{7F}x\u{FEFF}", "red x")
    expect("a\r\nb\rc\u{2028}d", "a b c d")
    expect("e\u{301}", "é")
  }

  @Test("lower-cases as Python does") func lowercase() {
    expect("ΟΔΟΣ ΟΔΟΣ' Σ ΣΑ ΑΣ\u{301}", "οδος οδος' σ σα ας\u{301}")
    expect("İSTANBUL", "i\u{307}stanbul")
    expect("ẞ ſ K", "ß ſ k")
  }

  @Test("matches contractions with a long s, and passes over U+0345") func splitting() {
    func words(_ text: String) -> [String] {
      let bytes = TextCleaning.clean(text)
      return bytes.withUnsafeBufferPointer { text in
        var splitter = WordSplitter(text)
        var words: [String] = []
        while let word = splitter.next() { words.append(String(decoding: text[word.range], as: UTF8.self)) }
        return words
      }
    }
    #expect(words("it'ſ a'll") == ["it", "'ſ", "a", "'ll"])
    #expect(words("a\u{345}b") == ["a", "b"])
    #expect(words("x!!'s 12½") == ["x", "!!'", "s", "1", "2", "½"])
    #expect(words("<|ſtartoftext|>") == ["<|ſtartoftext|>"])
  }
}
