import Synchronization

/// A text as a model reads it.
public struct TokenizedText: Sendable, Equatable {
  /// Start of text, the text's tokens, end of text; not padded: count ≤ the context length.
  public let ids: [Int32]
  /// For each word of the text, the positions of its tokens in `ids`. A punctuation run or a
  /// digit counts as a word; the start and end of text belong to none.
  public let words: [Range<Int>]
  /// True when tokens were cut off to fit.
  public let isTruncated: Bool

  /// `ids` followed by zeros up to `context` positions, as CLIP pads.
  public func padded(to context: Int) -> [Int32] {
    ids + Array(repeating: 0, count: max(0, context - ids.count))
  }
}

/// Why a text could not be tokenized.
public enum TokenizationError: Error, Equatable, CustomStringConvertible {
  /// The text has `tokens` tokens, its start and end included, and `limit` fit.
  case tooLong(tokens: Int, limit: Int)
  /// A context of fewer than two tokens has no room for a start and an end.
  case noRoom(context: Int)

  /// What is wrong, for the user.
  public var description: String {
    switch self {
    case .tooLong(let tokens, let limit):
      "the text has \(tokens) tokens (with start and end) and the model reads at most \(limit): "
        + "shorten it, or pass `truncate: true`"
    case .noRoom(let context):
      "a context of \(context) tokens has no room for the start and the end of a text"
    }
  }
}

/// The vocabulary in the binary cannot be read: the executable is damaged.
public struct DamagedVocabulary: Error, CustomStringConvertible {
  /// What was found in it.
  let reason: String

  /// What is wrong, for the user.
  public var description: String { "the built-in vocabulary is damaged: \(reason)" }
}

/// CLIP's tokenizer (Radford et al. 2021): cleaned, lower-cased text, split into words, each
/// byte-pair encoded. Gives the ids that the published Python tokenizer gives.
///
///     try Tokenizer.clip.encode("a photo of a cat.")  // [320, 1125, 539, 320, 2368, 269]
///
/// Safe to use from several threads at once.
public final class Tokenizer: Sendable {
  /// The tokenizer of every CLIP: made at first use, in about 10 ms.
  ///
  /// - Throws: `DamagedVocabulary` when the binary is damaged.
  public static var clip: Tokenizer { get throws { try builtIn.get() } }

  private static let builtIn = reading(EmbeddedAssets.vocabulary)

  /// The tokenizer of a merge list that is part of the binary.
  static func reading(_ compressedMerges: UnsafeRawBufferPointer) -> Result<Tokenizer, DamagedVocabulary> {
    do { return .success(try Tokenizer(compressedMerges: compressedMerges)) } catch {
      return .failure(DamagedVocabulary(reason: "\(error)"))
    }
  }

  private struct Working {
    var cache = WordCache()
    var merger = BytePairMerger()
  }

  private let vocabulary: Vocabulary
  private let working = Mutex(Working())

  /// Reads a merge list in the format of CLIP's `bpe_simple_vocab_16e6.txt.gz`.
  ///
  /// - Throws: `GzipError`, `VocabularyError`.
  public init(compressedMerges: UnsafeRawBufferPointer) throws {
    // The published list goes on for long after CLIP's last merge.
    var missing = Vocabulary.clipMergeCount + 1
    let text = try Gzip.decompress(compressedMerges, limit: 64 << 20) { text in
      for byte in text where byte == 0x0A { missing -= 1 }
      return missing <= 0
    }
    vocabulary = try Vocabulary(mergeList: text)
  }

  /// The id that begins every text: 49406.
  public var startOfText: Int32 { vocabulary.startOfText }

  /// The id that ends every text: 49407.
  public var endOfText: Int32 { vocabulary.endOfText }

  /// How many ids there are: 49,408.
  public var vocabularySize: Int { vocabulary.count }

  /// The ids of a text, without start and end of text.
  public func encode(_ text: String) -> [Int32] {
    var ids: [Int32] = []
    split(text, into: &ids) { _ in }
    return ids
  }

  /// A text as a model with `context` positions reads it.
  ///
  /// - Parameters:
  ///   - text: The text; empty is allowed.
  ///   - context: How many tokens fit, start and end included: 77 in OpenAI's models.
  ///   - truncate: Cut a text that is too long: what remains ends with end of text.
  /// - Throws: `TokenizationError.tooLong`, unless `truncate`; `.noRoom`.
  public func encode(_ text: String, context: Int, truncate: Bool = false) throws -> TokenizedText {
    guard context >= 2 else { throw TokenizationError.noRoom(context: context) }
    var ids = [startOfText]
    var words: [Range<Int>] = []
    split(text, into: &ids) { words.append($0) }
    ids.append(endOfText)
    guard ids.count > context else { return TokenizedText(ids: ids, words: words, isTruncated: false) }
    guard truncate else { throw TokenizationError.tooLong(tokens: ids.count, limit: context) }
    ids.removeLast(ids.count - context)
    ids[context - 1] = endOfText
    let kept = words.map { $0.clamped(to: 0..<(context - 1)) }.filter { !$0.isEmpty }
    return TokenizedText(ids: ids, words: kept, isTruncated: true)
  }

  /// The text that ids stand for: a space after each word, bytes that are no UTF-8 and numbers
  /// that are no id as U+FFFD.
  public func decode(_ ids: some Sequence<Int32>) -> String {
    var bytes: [UInt8] = []
    for id in ids {
      if let symbol = vocabulary.symbol(id) {
        bytes.append(contentsOf: symbol.bytes)
        if symbol.endsWord { bytes.append(0x20) }
      } else {
        bytes.append(contentsOf: tokenText(id).utf8)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// One token for display, without the mark for a word's end. Bytes that are only a part of a
  /// character appear as `\xE6`, numbers that are no id as U+FFFD.
  public func tokenText(_ id: Int32) -> String {
    if id == startOfText { return "<|startoftext|>" }
    if id == endOfText { return "<|endoftext|>" }
    guard let symbol = vocabulary.symbol(id) else { return "\u{FFFD}" }
    if let text = String(validating: symbol.bytes, as: UTF8.self) { return text }
    return symbol.bytes.map { byte in
      byte < 0x80
        ? String(Unicode.Scalar(byte))
        : "\\x" + String(byte, radix: 16, uppercase: true)
    }.joined()
  }

  /// Whether a token ends a word (a space follows when it is decoded).
  public func endsWord(_ id: Int32) -> Bool { vocabulary.symbol(id)?.endsWord ?? true }

  /// Appends the ids of a text and reports each word's positions in `ids`.
  private func split(_ text: String, into ids: inout [Int32], _ word: (Range<Int>) -> Void) {
    TextCleaning.clean(text).withUnsafeBufferPointer { cleaned in
      var splitter = WordSplitter(cleaned)
      working.withLock { working in
        while let (range, kind) = splitter.next() {
          let first = ids.count
          switch kind {
          case .startOfText: ids.append(startOfText)
          case .endOfText: ids.append(endOfText)
          case .word:
            let bytes = UnsafeBufferPointer(rebasing: cleaned[range])
            let hash = WordCache.hash(bytes)
            if !working.cache.find(bytes, hash: hash, into: &ids) {
              working.merger.encode(bytes, vocabulary, into: &ids)
              working.cache.insert(bytes, hash: hash, ids: ids[first...])
            }
          }
          word(first..<ids.count)
        }
      }
    }
  }
}
