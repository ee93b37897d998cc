import Imaging
import Segmentation
import Testing

/// Connected parts by flood fill, one pixel at a time.
func floodFill<Value: Equatable>(
  _ values: [Value], _ width: Int, _ connectivity: Connectivity, take: (Value) -> Bool
) -> [Int32] {
  let height = values.count / width
  var numbers = [Int32](repeating: -1, count: values.count)
  var next: Int32 = 0
  for start in values.indices where take(values[start]) && numbers[start] < 0 {
    var stack = [start]
    numbers[start] = next
    while let i = stack.popLast() {
      for dy in -1...1 {
        for dx in -1...1 where connectivity == .eight || dx == 0 || dy == 0 {
          let (x, y) = (i % width + dx, i / width + dy)
          guard x >= 0, y >= 0, x < width, y < height else { continue }
          let j = y * width + x
          if values[j] == values[i], numbers[j] < 0 {
            numbers[j] = next
            stack.append(j)
          }
        }
      }
    }
    next += 1
  }
  return numbers
}

@Suite("Connected parts")
struct ComponentTests {
  @Test("as by flood fill", arguments: 1...8, Connectivity.allCases)
  func naive(seed: Int, connectivity: Connectivity) throws {
    var random = Seeded(seed)
    let (width, height) = (1 + seed * 5 % 23, 1 + seed * 7 % 19)
    let mask = try random.mask(width, height, share: 0.3 + 0.05 * Double(seed))
    let parts = try mask.components(connectivity)
    #expect(parts.numbers == floodFill(mask.bits, width, connectivity) { $0 == 1 })
    #expect(parts.areas == (0..<parts.count).map { n in parts.numbers.count { $0 == n } })
    #expect(parts.count == 0 || parts.mask(of: 0).area == parts.areas[0])
    let map = try random.labelMap(width, height, classes: 3)
    #expect(
      try map.components(connectivity).numbers
        == floodFill(map.classes, width, connectivity) { $0 != LabelMap.ignored })
  }

  @Test("small parts go, the largest stays, by flood fill", arguments: 1...6, Connectivity.allCases)
  func removed(seed: Int, connectivity: Connectivity) throws {
    var random = Seeded(seed)
    let mask = try random.mask(21, 17, share: 0.4)
    let numbers = floodFill(mask.bits, 21, connectivity) { $0 == 1 }
    func area(_ n: Int32) -> Int { numbers.count { $0 == n } }
    let kept = try mask.removingComponents(smallerThan: 4, connectivity: connectivity)
    #expect(kept.bits == numbers.map { $0 >= 0 && area($0) >= 4 ? 1 : 0 })
    let largest = try mask.keepingLargest(connectivity: connectivity)
    let best = Set(numbers).subtracting([-1]).sorted().max {
      area($0) < area($1) || (area($0) == area($1) && $0 > $1)
    }
    #expect(largest.bits == numbers.map { $0 == best ? 1 : 0 })
  }

  @Test("holes are what the border cannot reach", arguments: 1...6, Connectivity.allCases)
  func holes(seed: Int, connectivity: Connectivity) throws {
    var random = Seeded(seed)
    let (width, height) = (19, 15)
    let mask = try random.mask(width, height, share: 0.6)
    // The rest of the mask in a frame that connects all that touches the border.
    var framed = [UInt8](repeating: 0, count: (width + 2) * (height + 2))
    for y in 0..<height {
      for x in 0..<width { framed[(y + 1) * (width + 2) + x + 1] = mask.bits[y * width + x] }
    }
    let reach = floodFill(framed, width + 2, connectivity == .four ? .eight : .four) { $0 == 0 }
    let filled = try mask.fillingHoles(connectivity: connectivity)
    let limited = try mask.fillingHoles(upTo: 1, connectivity: connectivity)
    var holes = 0
    for y in 0..<height {
      for x in 0..<width {
        let number = reach[(y + 1) * (width + 2) + x + 1]
        #expect(filled.bits[y * width + x] == (number == 0 ? 0 : 1))
        let isSingle = reach.count { $0 == number } == 1
        let isFilled = mask.bits[y * width + x] == 1 || (number > 0 && isSingle)
        #expect(limited.bits[y * width + x] == (isFilled ? 1 : 0))
        if number > 0 { holes += 1 }
      }
    }
    #expect(holes > 0)
  }
}

@Suite("Connected parts of label maps")
struct LabelMapComponentTests {
  private static func map(_ rows: [String], background: Int? = nil) throws -> LabelMap {
    try LabelMap(
      width: rows[0].count, height: rows.count,
      classes: rows.joined().map { $0 == "." ? LabelMap.ignored : UInt16($0.wholeNumberValue ?? 0) },
      labels: ["a", "b", "c"], background: background)
  }

  @Test("small parts become background")
  func toBackground() throws {
    let map = try Self.map(["1101", "0002", "2222"], background: 0)
    #expect(
      try map.removingComponents(smallerThan: 2).classes == Self.map(["1100", "0002", "2222"]).classes)
    #expect(try map.removingComponents(smallerThan: 9).classes == [UInt16](repeating: 0, count: 12))
    #expect(try map.keepingLargest().classes == Self.map(["1100", "0002", "2222"]).classes)
    // The background's own parts stay.
    let speck = try Self.map(["111", "101", "111"], background: 0)
    #expect(try speck.removingComponents(smallerThan: 5) == speck)
    #expect(try speck.keepingLargest() == speck)
  }

  @Test("without a background they go over the longest border, of equal ones to the first class")
  func toNeighbours() throws {
    #expect(
      try Self.map(["0001", "0201", "0111"]).removingComponents(smallerThan: 2).classes
        == Self.map(["0001", "0001", "0111"]).classes)
    #expect(
      try Self.map(["0001", "1201", "1111"]).removingComponents(smallerThan: 2).classes
        == Self.map(["0001", "1001", "1111"]).classes)
    // Ignored pixels stay, and a part that only they surround does too.
    let island = try Self.map(["1.0", "..0", "000"])
    #expect(try island.removingComponents(smallerThan: 3) == island)
    // Small parts together can be large enough.
    #expect(
      try Self.map(["0000", "0120", "0120", "0000"]).removingComponents(smallerThan: 3).labels
        == ["a", "b", "c"])
  }

  @Test("nothing small is left where it has neighbours", arguments: 1...10, Connectivity.allCases)
  func post(seed: Int, connectivity: Connectivity) throws {
    var random = Seeded(seed)
    var map = try random.labelMap(25, 18, classes: 3)
    // Ignored pixels could cut small parts off.
    map = try LabelMap(
      width: 25, height: 18, classes: map.classes.map { $0 == LabelMap.ignored ? 2 : $0 },
      labels: map.labels)
    let clean = try map.removingComponents(smallerThan: 10, connectivity: connectivity)
    #expect(try clean.components(connectivity).areas.allSatisfy { $0 >= 10 })
    #expect(try clean.removingComponents(smallerThan: 10, connectivity: connectivity) == clean)
    #expect(try map.removingComponents(smallerThan: 10, connectivity: connectivity) == clean)
    #expect(try map.removingComponents(smallerThan: 1, connectivity: connectivity) == map)
    let single = try map.keepingLargest(connectivity: connectivity)
    let parts = try single.components(connectivity)
    #expect(parts.count == Set(single.classes).count)
  }

  @Test("holes take the class around them, unless there are several")
  func holes() throws {
    let map = try Self.map(["1111", "1021", "1111", "0111"], background: 0)
    #expect(try map.fillingHoles().classes == map.classes)
    let one = try Self.map(["11111", "10001", "11011", "11111"], background: 0)
    #expect(try one.fillingHoles().classes == [UInt16](repeating: 1, count: 20))
    #expect(try one.fillingHoles(upTo: 3) == one)
    let open = try Self.map(["101", "111"], background: 0)
    #expect(try open.fillingHoles() == open)
    let beside = try Self.map(["111", "1.1", "101", "111"], background: 0)
    #expect(try beside.fillingHoles() == beside)
    let none = try Self.map(["111", "101", "111"])
    #expect(try none.fillingHoles() == none)
  }
}
