import Tensors

/// Connected parts of a label map and the lengths of their common borders, while small ones join their neighbours.
struct Regions {
  private var parents: [Int]
  private var areas: [Int]
  private var classes: [Int]
  private var kept: [Bool]
  /// For each root, its neighbours (perhaps by numbers that have joined others since) and the sides shared with them.
  private var borders: [[Int: Int]]

  init(areas: [Int], classes: [Int], kept: [Bool]) {
    self.parents = Array(areas.indices)
    self.areas = areas
    self.classes = classes
    self.kept = kept
    self.borders = [[Int: Int]](repeating: [:], count: areas.count)
  }

  /// Two pixels of the parts `a` and `b` share a side.
  mutating func addSide(_ a: Int, _ b: Int) {
    borders[a][b, default: 0] += 1
    borders[b][a, default: 0] += 1
  }

  /// The class a part has by now.
  func classOf(_ part: Int) -> Int { classes[root(part)] }

  private func root(_ part: Int) -> Int {
    var i = part
    while parents[i] != i { i = parents[i] }
    return i
  }

  /// Gives parts of fewer than `smallest` pixels to the class they share the longest border with, the smallest part
  /// first, in rounds, until none is left that has a neighbour. The result does not depend on the order in which a
  /// dictionary lists its keys: sums are exact, and ties go to the lower number.
  mutating func dissolve(below smallest: Int) throws(Interrupted) {
    while true {
      try Interruption.check()
      let small = parents.indices.filter { parents[$0] == $0 && isSmall($0, smallest) }
        .sorted { (areas[$0], $0) < (areas[$1], $1) }
      var joined = false
      for (done, part) in small.enumerated() {
        if done % 1024 == 0 { try Interruption.check() }
        if parents[part] == part, isSmall(part, smallest), join(part) { joined = true }
      }
      if !joined { return }
    }
  }

  private func isSmall(_ part: Int, _ smallest: Int) -> Bool { !kept[part] && areas[part] < smallest }

  /// Gives a part to a neighbouring class; false where it has no neighbour.
  private mutating func join(_ part: Int) -> Bool {
    var sides: [Int: Int] = [:]
    var neighbours: Set<Int> = []
    for (other, length) in borders[part] {
      let other = root(other)
      guard other != part else { continue }
      sides[classes[other], default: 0] += length
      neighbours.insert(other)
    }
    guard let winner = sides.min(by: { (-$0.value, $0.key) < (-$1.value, $1.key) })?.key else { return false }
    for other in neighbours.sorted() where classes[other] == winner { unite(part, other) }
    classes[root(part)] = winner
    return true
  }

  /// Makes one part of two; the one with more neighbours takes the other's.
  private mutating func unite(_ a: Int, _ b: Int) {
    let (a, b) = (root(a), root(b))
    guard a != b else { return }
    let (into, from) = borders[a].count >= borders[b].count ? (a, b) : (b, a)
    parents[from] = into
    areas[into] += areas[from]
    kept[into] = kept[into] || kept[from]
    let moved = borders[from]
    borders[from] = [:]
    for (other, length) in moved { borders[into][other, default: 0] += length }
  }
}
