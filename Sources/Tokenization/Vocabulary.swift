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

  private var symbols: SymbolTable
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
    symbols = SymbolTable(symbolCount: 512 + mergeCount, slotCount: slots * 2)
    for isEnd in [false, true] {
      for byte in alphabet.order {
        symbols.bytes.append(byte)
        symbols.addSymbol(endsWord: isEnd)
      }
    }
    try mergeList.withUnsafeBufferPointer { text in try readMerges(text, mergeCount, alphabet) }
    symbols.forgetNames()
  }

  private mutating func readMerges(
    _ text: UnsafeBufferPointer<UInt8>, _ mergeCount: Int, _ alphabet: ByteAlphabet
  ) throws {
    var position = 0
    while position < text.count, text[position] != 0x0A { position += 1 }
    position += 1
    for rank in 0..<mergeCount {
      func malformed(_ reason: String) -> VocabularyError { VocabularyError(line: rank + 2, reason: reason) }
      guard position < text.count else {
        throw malformed("the list ends after \(rank) merges of \(mergeCount)")
      }
      // The two parts are read to where the merged symbol's bytes belong.
      let start = symbols.bytes.count
      let firstEnds = alphabet.read(text, &position, into: &symbols.bytes, until: 0x20)
      let cut = symbols.bytes.count
      let secondEnds = alphabet.read(text, &position, into: &symbols.bytes, until: 0x0A)
      guard start < cut, cut < symbols.bytes.count, !firstEnds else {
        throw malformed("expected two symbols")
      }
      guard let first = symbols.find(start..<cut, endsWord: false),
        let second = symbols.find(cut..<symbols.bytes.count, endsWord: secondEnds)
      else { throw malformed("merges a symbol that no earlier line made") }
      insert(first, second, merged: UInt16(512 + rank))
      symbols.addSymbol(endsWord: secondEnds)
    }
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
    guard id >= 0, Int(id) < symbols.count else { return nil }
    return (symbols.bytes[symbols.range(Int(id))], symbols.wordEnds[Int(id)])
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
  ) -> Bool {
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

/// The symbols' bytes, and, while the merge list is read, their ids by their bytes.
private struct SymbolTable: Sendable {
  /// The bytes of all symbols one after the other.
  var bytes: [UInt8] = []
  /// Whether symbol i ends a word.
  private(set) var wordEnds: [Bool] = []
  /// Symbol i is `ends[i - 1] ..< ends[i]`.
  private var ends: [UInt32] = []
  /// Open addressing, a power of two of slots.
  private var slots: [UInt16]
  private static let vacant = UInt16.max

  init(symbolCount: Int, slotCount: Int) {
    slots = Array(repeating: Self.vacant, count: slotCount)
    bytes.reserveCapacity(symbolCount * 8)
    ends.reserveCapacity(symbolCount)
    wordEnds.reserveCapacity(symbolCount)
  }

  var count: Int { ends.count }

  func range(_ id: Int) -> Range<Int> { (id == 0 ? 0 : Int(ends[id - 1]))..<Int(ends[id]) }

  /// All bytes beyond the last symbol become a symbol.
  mutating func addSymbol(endsWord: Bool) {
    let id = ends.count
    let start = id == 0 ? 0 : Int(ends[id - 1])
    var slot = firstSlot(start..<bytes.count, endsWord)
    while slots[slot] != Self.vacant { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt16(id)
    ends.append(UInt32(bytes.count))
    wordEnds.append(endsWord)
  }

  /// The id of the symbol that has the same bytes as `name`, a range of `bytes`.
  func find(_ name: Range<Int>, endsWord: Bool) -> UInt16? {
    var slot = firstSlot(name, endsWord)
    while slots[slot] != Self.vacant {
      let id = Int(slots[slot])
      let known = range(id)
      if known.count == name.count, wordEnds[id] == endsWord,
        bytes.withUnsafeBufferPointer({ bytes in
          (0..<name.count).allSatisfy { bytes[known.lowerBound + $0] == bytes[name.lowerBound + $0] }
        })
      {
        return slots[slot]
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  mutating func forgetNames() { slots = [] }

  /// FNV-1a, 64 bits.
  private func firstSlot(_ name: Range<Int>, _ endsWord: Bool) -> Int {
    var hash: UInt64 = endsWord ? 0x8422_2325_CBF2_9CE4 : 0xCBF2_9CE4_8422_2325
    bytes.withUnsafeBufferPointer { bytes in
      for index in name { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
    }
    return Int(truncatingIfNeeded: hash ^ hash >> 29) & (slots.count - 1)
  }
}
