/// Byte-pair encoding of one word (Sennrich et al. 2016): of all adjacent pairs that the
/// vocabulary merges, the one listed first is merged, leftmost first, until none is left.
///
/// A merge's parts are always listed before it, so merging one occurrence can never make a
/// better pair than the one just merged: one at a time is the same as all occurrences at once.
struct BytePairMerger {
  private var symbols: [UInt16] = []
  private var candidates: [UInt32] = []

  /// Appends the ids of `word`, which must not be empty.
  mutating func encode(_ word: UnsafeBufferPointer<UInt8>, _ vocabulary: Vocabulary, into ids: inout [Int32])
  {
    symbols.removeAll(keepingCapacity: true)
    for byte in word { symbols.append(vocabulary.byteIDs[Int(byte)]) }
    guard let last = symbols.last else { return }
    symbols[symbols.count - 1] = last + 256
    if symbols.count <= 64 { mergeShort(vocabulary) } else { mergeLong(vocabulary) }
    for symbol in symbols { ids.append(Int32(symbol)) }
  }

  /// Searches all pairs before every merge: quadratic, and the fastest for a word.
  private mutating func mergeShort(_ vocabulary: Vocabulary) {
    candidates.removeAll(keepingCapacity: true)
    var index = 0
    while index + 1 < symbols.count {
      candidates.append(vocabulary.merged(symbols[index], symbols[index + 1]))
      index += 1
    }
    while true {
      var best = UInt32.max
      var place = 0
      for (index, candidate) in candidates.enumerated() where candidate < best {
        best = candidate
        place = index
      }
      guard best != .max else { return }
      symbols[place] = UInt16(best)
      symbols.remove(at: place + 1)
      candidates.remove(at: place)
      if place > 0 { candidates[place - 1] = vocabulary.merged(symbols[place - 1], symbols[place]) }
      if place < candidates.count {
        candidates[place] = vocabulary.merged(symbols[place], symbols[place + 1])
      }
    }
  }

  /// A linked list and a heap of pairs: n log n, so that no text, however odd, takes long.
  private mutating func mergeLong(_ vocabulary: Vocabulary) {
    let count = symbols.count
    var next = Array(1...count)
    var previous = Array(-1..<(count - 1))
    var isAlive = Array(repeating: true, count: count)
    // merged id << 32 | position: the smallest is the best and leftmost.
    var heap = MinimumHeap()
    func pair(at position: Int, _ symbols: [UInt16]) -> UInt32 {
      guard position >= 0, isAlive[position], next[position] < count else { return .max }
      return vocabulary.merged(symbols[position], symbols[next[position]])
    }
    for position in 0..<count {
      let merged = pair(at: position, symbols)
      if merged != .max { heap.insert(UInt64(merged) << 32 | UInt64(position)) }
    }
    while let entry = heap.removeMinimum() {
      let position = Int(entry & 0xFFFF_FFFF)
      let merged = UInt32(entry >> 32)
      guard pair(at: position, symbols) == merged else { continue }
      let gone = next[position]
      symbols[position] = UInt16(merged)
      isAlive[gone] = false
      next[position] = next[gone]
      if next[gone] < count { previous[next[gone]] = position }
      for start in [previous[position], position] {
        let merged = pair(at: start, symbols)
        if merged != .max { heap.insert(UInt64(merged) << 32 | UInt64(start)) }
      }
    }
    symbols = symbols.indices.filter { isAlive[$0] }.map { symbols[$0] }
  }
}

/// A binary heap of integers, smallest first.
private struct MinimumHeap {
  private var values: [UInt64] = []

  mutating func insert(_ value: UInt64) {
    values.append(value)
    var child = values.count - 1
    while child > 0, values[(child - 1) / 2] > values[child] {
      values.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeMinimum() -> UInt64? {
    guard let minimum = values.first, let last = values.popLast() else { return nil }
    guard !values.isEmpty else { return minimum }
    values[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < values.count else { return minimum }
      if child + 1 < values.count, values[child + 1] < values[child] { child += 1 }
      guard values[child] < values[parent] else { return minimum }
      values.swapAt(child, parent)
      parent = child
    }
  }
}
