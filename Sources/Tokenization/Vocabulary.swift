/// Why a merge list was refused.
public struct VocabularyError: Error, Equatable, CustomStringConvertible {
  /// The line of the merge list, counted from 1.
  public let line: Int
  /// What is wrong there.
  public let reason: String

  /// What is wrong, for the user.
  public var description: String { "line \(line) of the merge list: \(reason)" }
}

/// A byte-pair vocabulary: what each id stands for, and which two ids merge into which.
///
/// Ids, as CLIP numbers them: 256 single bytes, the same 256 at the end of a word, one id a
/// merge in the order of the list, then the two special tokens. A merge is thus the better the
/// lower its id, and both of its parts have lower ids than itself.
struct Vocabulary: Sendable {
  /// Merges in CLIP's vocabulary: 49,408 − 512 − 2.
  static let clipMergeCount = 48_894

  /// The id that begins every text.
  let startOfText: Int32
  /// The id that ends every text; the embedding is read at its position.
  let endOfText: Int32
  /// How many ids there are.
  var count: Int { Int(endOfText) + 1 }

  /// The bytes of all symbols one after the other; symbol i is `ends[i - 1] ..< ends[i]`.
  private var bytes: [UInt8] = []
  private var ends: [UInt32] = []
  /// Bit i: symbol i ends a word.
  private var wordEnds: [Bool] = []
  /// Single byte → its id inside a word.
  private(set) var byteIDs: [UInt16]
  /// Open addressing: `first << 48 | second << 32 | merged`, or `vacant`.
  private var merges: [UInt64]
  private let mergeMask: Int

  private static let vacant = UInt64.max

  /// Reads the first `mergeCount` merges of a list: a header line, then `first second` a line,
  /// in the printable stand-ins for bytes that GPT-2 introduced, `</w>` marking a word's end.
  ///
  /// - Throws: `VocabularyError` when a line is malformed or merges what is not known yet.
  init(mergeList: [UInt8], mergeCount: Int = Self.clipMergeCount) throws {
    var slots = 1024
    while slots < mergeCount * 2 { slots *= 2 }
    merges = Array(repeating: Self.vacant, count: slots)
    mergeMask = slots - 1
    // Two ids of 16 bits share a key with the merged one.
    guard mergeCount >= 0, 512 + mergeCount + 2 <= 1 << 16 else {
      throw VocabularyError(line: 1, reason: "\(mergeCount) merges are more than this format holds")
    }
    startOfText = Int32(512 + mergeCount)
    endOfText = startOfText + 1

    let alphabet = ByteAlphabet()
    byteIDs = Array(repeating: 0, count: 256)
    for (id, byte) in alphabet.order.enumerated() { byteIDs[Int(byte)] = UInt16(id) }
    bytes.reserveCapacity(mergeCount * 8)
    ends.reserveCapacity(512 + mergeCount)
    wordEnds.reserveCapacity(512 + mergeCount)
    var names = SymbolNames(capacity: slots * 2)
    for isEnd in [false, true] {
      for byte in alphabet.order { append([byte], isEnd, to: &names) }
    }
    try mergeList.withUnsafeBufferPointer { text in
      try readMerges(text, mergeCount, alphabet, &names)
    }
  }

  private mutating func readMerges(
    _ text: UnsafeBufferPointer<UInt8>, _ mergeCount: Int, _ alphabet: ByteAlphabet,
    _ names: inout SymbolNames
  ) throws {
    var position = 0
    while position < text.count, text[position] != 0x0A { position += 1 }
    position += 1
    var symbol: [UInt8] = []
    for rank in 0..<mergeCount {
      func malformed(_ reason: String) -> VocabularyError { VocabularyError(line: rank + 2, reason: reason) }
      guard position < text.count else {
        throw malformed("the list ends after \(rank) merges of \(mergeCount)")
      }
      symbol.removeAll(keepingCapacity: true)
      guard try alphabet.read(text, &position, into: &symbol, until: 0x20) == false, !symbol.isEmpty else {
        throw malformed("expected two symbols")
      }
      let cut = symbol.count
      let isEnd = try alphabet.read(text, &position, into: &symbol, until: 0x0A)
      guard symbol.count > cut else { throw malformed("expected two symbols") }
      guard let first = names.find(symbol[..<cut], false, in: self),
        let second = names.find(symbol[cut...], isEnd, in: self)
      else { throw malformed("merges a symbol that no earlier line made") }
      insert(first, second, merged: UInt16(512 + rank))
      append(symbol, isEnd, to: &names)
    }
  }

  private mutating func append(_ symbol: [UInt8], _ isEnd: Bool, to names: inout SymbolNames) {
    bytes.append(contentsOf: symbol)
    ends.append(UInt32(bytes.count))
    wordEnds.append(isEnd)
    names.insert(UInt16(ends.count - 1), symbol[...], isEnd)
  }

  private mutating func insert(_ first: UInt16, _ second: UInt16, merged: UInt16) {
    let key = UInt32(first) << 16 | UInt32(second)
    var slot = Self.slot(key) & mergeMask
    while merges[slot] != Self.vacant {
      if UInt32(truncatingIfNeeded: merges[slot] >> 32) == key { return }
      slot = (slot + 1) & mergeMask
    }
    merges[slot] = UInt64(key) << 32 | UInt64(merged)
  }

  /// The id that `first` followed by `second` merges into; `UInt32.max` when they do not merge.
  @inline(__always)
  func merged(_ first: UInt16, _ second: UInt16) -> UInt32 {
    let key = UInt32(first) << 16 | UInt32(second)
    var slot = Self.slot(key) & mergeMask
    while true {
      let entry = merges[slot]
      if entry == Self.vacant { return .max }
      if UInt32(truncatingIfNeeded: entry >> 32) == key { return UInt32(truncatingIfNeeded: entry) }
      slot = (slot + 1) & mergeMask
    }
  }

  @inline(__always)
  private static func slot(_ key: UInt32) -> Int {
    Int(truncatingIfNeeded: (UInt64(key) &* 0x9E37_79B9_7F4A_7C15) >> 40)
  }

  /// The bytes of a symbol and whether it ends a word; nil for the special tokens and for
  /// numbers that are no id.
  func symbol(_ id: Int32) -> (bytes: ArraySlice<UInt8>, endsWord: Bool)? {
    guard id >= 0, Int(id) < ends.count else { return nil }
    let index = Int(id)
    let start = index == 0 ? 0 : Int(ends[index - 1])
    return (bytes[start..<Int(ends[index])], wordEnds[index])
  }
}

/// GPT-2's printable stand-ins for bytes: printable Latin-1 characters stand for themselves,
/// the other 68 bytes, in order, for U+0100 and on.
private struct ByteAlphabet {
  /// The bytes in the order of their ids.
  let order: [UInt8]

  init() {
    let printable = Array(UInt8(0x21)...0x7E) + Array(UInt8(0xA1)...0xAC) + Array(UInt8(0xAE)...0xFF)
    order = printable + (UInt8.min...UInt8.max).filter { !printable.contains($0) }
  }

  /// Reads one symbol up to the byte `end` and steps over that; true when it had `</w>`.
  func read(
    _ text: UnsafeBufferPointer<UInt8>, _ position: inout Int, into symbol: inout [UInt8], until end: UInt8
  ) throws -> Bool {
    let start = position
    while position < text.count, text[position] != end {
      guard text[position] != 0x0A, text[position] != 0x20 else { return false }
      position += 1
    }
    var stop = position
    position += 1
    let mark = stop - 4
    let endsWord =
      mark > start && text[mark] == 0x3C && text[mark + 1] == 0x2F && text[mark + 2] == 0x77
      && text[mark + 3] == 0x3E
    if endsWord { stop = mark }
    var index = start
    while index < stop {
      let byte = text[index]
      index += 1
      if byte < 0x80 {
        symbol.append(byte)
        continue
      }
      // All stand-ins beyond ASCII are below U+0144: two bytes of UTF-8.
      guard index < stop, byte & 0xE0 == 0xC0 else { continue }
      let scalar = Int(byte & 0x1F) << 6 | Int(text[index] & 0x3F)
      index += 1
      if scalar < 0x100 {
        symbol.append(UInt8(scalar))
      } else if scalar - 0x100 + 188 < order.count {
        symbol.append(order[scalar - 0x100 + 188])
      }
    }
    return endsWord
  }
}

/// Finds a symbol's id by its bytes; needed only while the merge list is read.
private struct SymbolNames {
  private var slots: [UInt16]
  private static let vacant = UInt16.max

  init(capacity: Int) { slots = Array(repeating: Self.vacant, count: capacity) }

  /// FNV-1a, 64 bits.
  private func slot(_ symbol: ArraySlice<UInt8>, _ isEnd: Bool) -> Int {
    var hash: UInt64 = isEnd ? 0x8422_2325_CBF2_9CE4 : 0xCBF2_9CE4_8422_2325
    for byte in symbol { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash ^ hash >> 29) & (slots.count - 1)
  }

  mutating func insert(_ id: UInt16, _ symbol: ArraySlice<UInt8>, _ isEnd: Bool) {
    var slot = slot(symbol, isEnd)
    while slots[slot] != Self.vacant { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = id
  }

  func find(_ symbol: ArraySlice<UInt8>, _ isEnd: Bool, in vocabulary: Vocabulary) -> UInt16? {
    var slot = slot(symbol, isEnd)
    while slots[slot] != Self.vacant {
      if let known = vocabulary.symbol(Int32(slots[slot])), known.endsWord == isEnd,
        known.bytes.elementsEqual(symbol)
      {
        return slots[slot]
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }
}
