import Synchronization

extension CLIPModel {
  /// Words of prompts that the model cannot have learned: they are neither in the names it knows nor
  /// in the phrases around them. Empty where the model does not say what it knows.
  public func unknownWords(in prompts: [String]) -> [String] {
    guard !knownWords.isEmpty else { return [] }
    let known = Set(knownWords.flatMap(Self.words)).union(Self.phraseWords)
    var seen: Set<String> = []
    var unknown: [String] = []
    for prompt in prompts {
      for word in Self.words(prompt) where !known.contains(word) {
        let singular = word.hasSuffix("s") ? String(word.dropLast()) : word
        if !known.contains(singular), seen.insert(word).inserted { unknown.append(word) }
      }
    }
    return unknown
  }

  /// The runs of letters and digits in a text, in lower case.
  static func words(_ text: String) -> [String] {
    let text = text.lowercased()
    // Nearly all prompts are ASCII, where bytes say the same as characters and are many times quicker to ask.
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
      return text.split { !($0.isLetter || $0.isNumber) }.map(String.init)
    }
    return text.utf8.split { !(0x61...0x7a).contains($0) && !(0x30...0x39).contains($0) }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Words of the 85 templates and of captions, which carry no concept of their own.
  private static let phraseWords: Set<String> = Set(
    words(
      """
      a an and at by the in on of to with is there this my one many some any photo picture image bad
      good low high resolution rendering graffiti sculpture drawing painting sketch art artistic
      origami toy plastic plushie stuffed embroidered tattoo cartoon video game computer black white
      blurry bright dark clean dirty cool nice weird large small close up cropped jpeg corrupted
      pixelated hard see rendition doodle itap scene wall
      """))
}
