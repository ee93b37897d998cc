import Imaging
import Tensors

/// Which pixels touch.
public enum Connectivity: Int, Hashable, Sendable, CaseIterable {
  /// Those that share a side.
  case four = 4
  /// Those that share a side or a corner.
  case eight = 8

  /// What surrounds a region must be connected the other way, or a diagonal line would neither part nor join it.
  var dual: Connectivity { self == .four ? .eight : .four }
}

/// The connected parts of a picture.
public struct Components: Sendable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// The number of each pixel's component, from 0 in the order of their first pixels, row by row; −1 for none.
  public let numbers: [Int32]
  /// How many pixels each component has.
  public let areas: [Int]

  /// How many components there are.
  public var count: Int { areas.count }

  /// The components of pixels with equal values; pixels for which `take` fails belong to none. Two passes with a
  /// union-find whose roots are the first pixels.
  init<Value: Equatable>(
    _ values: [Value], width: Int, height: Int, connectivity: Connectivity, take: (Value) -> Bool
  ) throws(Interrupted) {
    var parents = [Int32](repeating: -1, count: values.count)
    var numbers = [Int32](repeating: -1, count: values.count)
    var areas: [Int] = []
    func root(_ start: Int32) -> Int32 {
      var i = start
      while parents[Int(i)] != i {
        parents[Int(i)] = parents[Int(parents[Int(i)])]
        i = parents[Int(i)]
      }
      return i
    }
    func join(_ a: Int, _ b: Int) {
      let (a, b) = (root(Int32(a)), root(Int32(b)))
      if a < b { parents[Int(b)] = a } else { parents[Int(a)] = b }
    }
    for y in 0..<height {
      try Interruption.check()
      for x in 0..<width {
        let i = y * width + x
        let value = values[i]
        guard take(value) else { continue }
        parents[i] = Int32(i)
        if x > 0, values[i - 1] == value { join(i, i - 1) }
        guard y > 0 else { continue }
        if values[i - width] == value { join(i, i - width) }
        if connectivity == .eight {
          if x > 0, values[i - width - 1] == value { join(i, i - width - 1) }
          if x + 1 < width, values[i - width + 1] == value { join(i, i - width + 1) }
        }
      }
    }
    for i in values.indices where parents[i] >= 0 {
      let first = Int(root(Int32(i)))
      if first == i {
        numbers[i] = Int32(areas.count)
        areas.append(1)
      } else {
        numbers[i] = numbers[first]
        areas[Int(numbers[i])] += 1
      }
    }
    self.width = width
    self.height = height
    self.numbers = numbers
    self.areas = areas
  }

  /// The component with the most pixels, the first among equals; nil where there is none.
  public var largest: Int? { areas.max().flatMap { areas.firstIndex(of: $0) } }

  /// The pixels of one component. `number` must be below `count`; else no pixel belongs.
  public func mask(of number: Int) -> Mask {
    Mask(uncheckedWidth: width, height: height, bits: numbers.map { Int($0) == number && $0 >= 0 ? 1 : 0 })
  }

  /// The smallest rectangle around each component, in their order.
  public var boxes: [PixelRectangle] {
    var low = [(x: Int, y: Int)](repeating: (width, height), count: count)
    var high = [(x: Int, y: Int)](repeating: (-1, -1), count: count)
    for y in 0..<height {
      for x in 0..<width {
        let number = Int(numbers[y * width + x])
        guard number >= 0 else { continue }
        low[number] = (min(low[number].x, x), min(low[number].y, y))
        high[number] = (max(high[number].x, x), y)
      }
    }
    return zip(low, high).map { low, high in
      PixelRectangle(x: low.x, y: low.y, width: high.x - low.x + 1, height: high.y - low.y + 1)
    }
  }

  /// Which components touch the picture's border.
  var touchingBorder: [Bool] {
    var result = [Bool](repeating: false, count: count)
    func note(_ i: Int) { if numbers[i] >= 0 { result[Int(numbers[i])] = true } }
    for x in 0..<width {
      note(x)
      note((height - 1) * width + x)
    }
    for y in 0..<height {
      note(y * width)
      note(y * width + width - 1)
    }
    return result
  }
}
