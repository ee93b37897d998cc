import Foundation
import TestSupport
import Testing

@testable import Tokenization

@Suite("Tokenizer") struct TokenizerTests {
  struct Case: Decodable {
    let text: String
    let ids: [Int32]
  }

  @Test("gives the reference's ids for every text of the corpus") func corpus() throws {
    let cases = try JSONDecoder().decode([Case].self, from: Data(Golden.bytes("tokenizer.json")))
    #expect(cases.count == 91)
    for reference in cases {
      #expect(
        try Tokenizer.clip.encode(reference.text) == reference.ids, "\(reference.text.debugDescription)")
    }
  }

  @Test("numbers its ids as CLIP does") func numbering() throws {
    let tokenizer = try Tokenizer.clip
    #expect(tokenizer.vocabularySize == 49_408)
    #expect(tokenizer.startOfText == 49_406)
    #expect(tokenizer.endOfText == 49_407)
    #expect(tokenizer.encode("<|startoftext|><|ENDOFTEXT|>") == [49_406, 49_407])
  }

  @Test("frames a text and says where its words are") func framing() throws {
    let text = try Tokenizer.clip.encode("a photo of a naïve cat", context: 77)
    #expect(text.ids == [49_406, 320, 1125, 539, 320, 1097, 35_689, 563, 2368, 49_407])
    #expect(text.words == [1..<2, 2..<3, 3..<4, 4..<5, 5..<8, 8..<9])
    #expect(!text.isTruncated)
    #expect(text.padded(to: 12) == text.ids + [0, 0])
    #expect(try Tokenizer.clip.encode("", context: 2).ids == [49_406, 49_407])
  }

  @Test("refuses or cuts a text that is too long") func length() throws {
    let text = "a photo of a naïve cat"
    #expect(try Tokenizer.clip.encode(text, context: 10).ids.count == 10)
    #expect(throws: TokenizationError.tooLong(tokens: 10, limit: 7)) {
      try Tokenizer.clip.encode(text, context: 7)
    }
    let cut = try Tokenizer.clip.encode(text, context: 7, truncate: true)
    #expect(cut.ids == [49_406, 320, 1125, 539, 320, 1097, 49_407])
    #expect(cut.words == [1..<2, 2..<3, 3..<4, 4..<5, 5..<6])
    #expect(cut.isTruncated)
    #expect(throws: TokenizationError.noRoom(context: 1)) { try Tokenizer.clip.encode("a", context: 1) }
    #expect(
      TokenizationError.tooLong(tokens: 10, limit: 7).description
        == "the text has 10 tokens (with start and end) and the model reads at most 7: shorten it, or pass `truncate: true`"
    )
  }

  @Test("decodes what it encoded") func decoding() throws {
    let tokenizer = try Tokenizer.clip
    #expect(tokenizer.decode(tokenizer.encode("A photo of a naïve 😀 CAT.")) == "a photo of a naïve 😀 cat . ")
    #expect(tokenizer.decode([49_406, 320, 49_407]) == "<|startoftext|>a <|endoftext|>")
    #expect(tokenizer.decode([-1, 49_408, .max]) == "\u{FFFD}\u{FFFD}\u{FFFD}")
    #expect(tokenizer.tokenText(2368) == "cat")
    #expect(tokenizer.endsWord(2368))
    #expect(tokenizer.encode("日").map(tokenizer.tokenText) == ["日"])
    #expect(tokenizer.encode("語").map(tokenizer.tokenText).joined().contains("\\x"))
  }

  @Test("encodes every symbol's own text to ids that decode to it") func everySymbol() throws {
    let tokenizer = try Tokenizer.clip
    for id in Int32(0)..<49_406 {
      let text = tokenizer.decode([id])
      guard !text.contains("\u{FFFD}"), TextCleaning.clean(text) == Array(text.utf8.filter { $0 != 0x20 })
      else {
        continue
      }
      #expect(
        tokenizer.decode(tokenizer.encode(text)).replacing(" ", with: "") == text.replacing(" ", with: ""))
    }
  }

  @Test("merges a long word as it merges a short one", arguments: [65, 200, 1000])
  func longWords(length: Int) throws {
    let vocabulary = try Vocabulary(
      mergeList: Gzip.decompress(EmbeddedAssets.vocabulary, limit: 64 << 20))
    let letters = Array("etaoinshrdlu".utf8)
    var state: UInt64 = 7
    let word = (0..<length).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return letters[Int(state >> 33) % letters.count]
    }
    var merger = BytePairMerger()
    var ids: [Int32] = []
    word.withUnsafeBufferPointer { merger.encode($0, vocabulary, into: &ids) }
    #expect(ids == naiveMerge(word, vocabulary))
  }

  /// All occurrences of the best pair at once, as Sennrich et al. state it.
  private func naiveMerge(_ word: [UInt8], _ vocabulary: Vocabulary) -> [Int32] {
    var symbols = word.map { vocabulary.byteIDs[Int($0)] }
    symbols[symbols.count - 1] += 256
    while true {
      let best = zip(symbols, symbols.dropFirst()).map { vocabulary.merged($0, $1) }.min() ?? .max
      guard best != .max else { return symbols.map(Int32.init) }
      var merged: [UInt16] = []
      var index = 0
      while index < symbols.count {
        if index + 1 < symbols.count, vocabulary.merged(symbols[index], symbols[index + 1]) == best {
          merged.append(UInt16(best))
          index += 2
        } else {
          merged.append(symbols[index])
          index += 1
        }
      }
      symbols = merged
    }
  }

  @Test("reads a hostile text of a million letters in moments", .timeLimit(.minutes(1)))
  func hostile() throws {
    let tokenizer = try Tokenizer.clip
    #expect(tokenizer.encode(String(repeating: "a", count: 1_000_000)).count < 1_000_000)
    #expect(!tokenizer.encode(String(repeating: "Ã¢â‚¬", count: 50_000)).isEmpty)
    #expect(!tokenizer.encode(String(repeating: "&amp", count: 100_000)).isEmpty)
  }

  @Test("forgets words when its cache is full, and stays right") func cache() throws {
    let tokenizer = try Tokenizer.clip
    let before = tokenizer.encode("supercalifragilistic cat")
    for number in 0..<9000 {
      let letters = String(number, radix: 26).utf8.map {
        String(Unicode.Scalar($0 < 0x3A ? $0 + 0x31 + 16 : $0))
      }
      _ = tokenizer.encode("q" + letters.joined())
    }
    #expect(tokenizer.encode("supercalifragilistic cat") == before)
  }

  @Test("says that the vocabulary in the binary is damaged") func damaged() {
    let bytes = UnsafeRawBufferPointer(rebasing: EmbeddedAssets.vocabulary[..<5000])
    let error = #expect(throws: DamagedVocabulary.self) { try Tokenizer.reading(bytes).get() }
    #expect(error?.description == "the built-in vocabulary is damaged: the gzip file ends too early")
  }

  @Test("answers several threads at once") func threads() async throws {
    let tokenizer = try Tokenizer.clip
    let expected = tokenizer.encode("a photo of a naïve cat")
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<4 {
        group.addTask {
          (0..<200).allSatisfy {
            _ = tokenizer.encode("word\(task) number\($0)")
            return tokenizer.encode("a photo of a naïve cat") == expected
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}

@Suite("Merge lists") struct VocabularyTests {
  @Test("refuses malformed lists with the line") func malformed() {
    func read(_ text: String, _ count: Int) throws -> Vocabulary {
      try Vocabulary(mergeList: Array(text.utf8), mergeCount: count)
    }
    #expect(throws: Never.self) { try read("header\na b\nab c</w>\n", 2) }
    for (text, line) in [
      ("header\na b\nab c</w>\n", 4), ("header\na b\nxy c\n", 3), ("header\nab\na b\n", 2),
      ("header\na \na b\n", 2), ("", 2), ("header", 2), ("header\n\na b\n", 2), ("header\n b\n", 2),
    ] {
      let error = #expect(throws: VocabularyError.self) { try read(text, 3) }
      #expect(error?.line == line, "\(text.debugDescription)")
    }
    #expect(throws: VocabularyError.self) { try read("header\n", 1 << 20) }
  }

  @Test("bounds what gzip may hold") func gzip() {
    let vocabulary = EmbeddedAssets.vocabulary
    #expect(throws: GzipError.tooLarge(limit: 1000)) { try Gzip.decompress(vocabulary, limit: 1000) }
    #expect(throws: GzipError.truncated) {
      try Gzip.decompress(UnsafeRawBufferPointer(rebasing: vocabulary[..<5000]), limit: 64 << 20)
    }
    #expect(throws: GzipError.damaged) {
      try Gzip.decompress(UnsafeRawBufferPointer(rebasing: vocabulary[100...]), limit: 64 << 20)
    }
    #expect(throws: GzipError.truncated) {
      try Gzip.decompress(UnsafeRawBufferPointer(start: nil, count: 0), limit: 64)
    }
  }
}
