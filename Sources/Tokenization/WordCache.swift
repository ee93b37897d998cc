/// The ids of words met before, found by the words' bytes. Bounded: a full cache starts anew.
struct WordCache {
  private struct Entry {
    var hash: UInt64
    var word: Range<Int>
    var ids: Range<Int>
  }

  /// Longer words are rare and are not kept.
  static let longestWord = 64
  private static let slotCount = 1 << 14
  private static let entryLimit = slotCount / 2

  /// Index into `entries` plus 1; 0 is vacant.
  private var slots: [UInt16] = []
  private var entries: [Entry] = []
  private var words: [UInt8] = []
  private var ids: [Int32] = []

  /// FNV-1a of a word.
  static func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in word { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash ^ hash >> 29
  }

  /// Appends the ids of a known word; false when it is not known.
  func find(_ word: UnsafeBufferPointer<UInt8>, hash: UInt64, into result: inout [Int32]) -> Bool {
    guard !slots.isEmpty else { return false }
    var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
    while slots[slot] != 0 {
      let entry = entries[Int(slots[slot]) - 1]
      if entry.hash == hash, entry.word.count == word.count,
        words.withUnsafeBufferPointer({ words in
          word.indices.allSatisfy { words[entry.word.lowerBound + $0] == word[$0] }
        })
      {
        for id in ids[entry.ids] { result.append(id) }
        return true
      }
      slot = (slot + 1) & (Self.slotCount - 1)
    }
    return false
  }

  /// Keeps the ids of a word that `find` did not know.
  mutating func insert(_ word: UnsafeBufferPointer<UInt8>, hash: UInt64, ids new: ArraySlice<Int32>) {
    guard word.count <= Self.longestWord else { return }
    if slots.isEmpty || entries.count >= Self.entryLimit {
      slots = Array(repeating: 0, count: Self.slotCount)
      entries.removeAll()
      words.removeAll()
      ids.removeAll()
    }
    var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (Self.slotCount - 1) }
    let wordStart = words.count
    let idStart = ids.count
    words.append(contentsOf: word)
    ids.append(contentsOf: new)
    entries.append(Entry(hash: hash, word: wordStart..<words.count, ids: idStart..<ids.count))
    slots[slot] = UInt16(entries.count)
  }
}
