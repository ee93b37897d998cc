import Tensors

extension LabelMap {
  /// The connected parts of pixels of one class, the background's too; ignored pixels belong to none. Throws
  /// `Interrupted`.
  public func components(_ connectivity: Connectivity = .eight) throws(Interrupted) -> Components {
    try Components(classes, width: width, height: height, connectivity: connectivity) { $0 != Self.ignored }
  }

  /// Without the connected parts of fewer than `area` pixels.
  ///
  /// Where there is a background, such parts of the other classes become background. Where there is none, they go to
  /// the class with which they share the longest border (pixel sides; of equal ones the first class), the smallest
  /// part first, and what they join counts as one part then; a part with no neighbour of another class stays. Ignored
  /// pixels stay ignored. Throws `Interrupted`.
  public func removingComponents(
    smallerThan area: Int, connectivity: Connectivity = .eight
  ) throws(Interrupted) -> LabelMap {
    let parts = try components(connectivity)
    return try dissolving(parts, kept: [Bool](repeating: false, count: parts.count), smallest: area)
  }

  /// The largest connected part of each class alone, the first among equals; the others go where
  /// `removingComponents` sends small ones. The background keeps all its parts. Throws `Interrupted`.
  public func keepingLargest(connectivity: Connectivity = .eight) throws(Interrupted) -> LabelMap {
    let parts = try components(connectivity)
    let classOf = classes(of: parts)
    var largest = [Int](repeating: -1, count: labels.count)
    for part in 0..<parts.count {
      let own = classOf[part]
      if largest[own] < 0 || parts.areas[part] > parts.areas[largest[own]] { largest[own] = part }
    }
    return try dissolving(
      parts, kept: (0..<parts.count).map { largest[classOf[$0]] == $0 }, smallest: Int.max)
  }

  /// With the background's holes filled: its connected parts that do not touch the picture's border and have a single
  /// other class around them take that class. Without a background nothing changes.
  ///
  /// - Parameters:
  ///   - area: the most pixels a hole may have to be filled; nil for any.
  ///   - connectivity: of the classes; the background is connected the other way.
  /// - Throws: `Interrupted`.
  public func fillingHoles(
    upTo area: Int? = nil, connectivity: Connectivity = .eight
  ) throws(Interrupted) -> LabelMap {
    guard let background else { return self }
    let empty = UInt16(background)
    let rest = try Components(classes, width: width, height: height, connectivity: connectivity.dual) {
      $0 == empty
    }
    // What surrounds each part: nothing seen yet, one class, or several (ignored pixels among them).
    var around = rest.touchingBorder.map { $0 ? Surroundings.several : .unseen }
    forEachSide { i, j in
      let (a, b) = (rest.numbers[i], rest.numbers[j])
      if a >= 0, b < 0 { around[Int(a)].add(classes[j]) }
      if b >= 0, a < 0 { around[Int(b)].add(classes[i]) }
    }
    var result = self
    for i in classes.indices where rest.numbers[i] >= 0 {
      let number = Int(rest.numbers[i])
      guard case .one(let other) = around[number] else { continue }
      if area.map({ rest.areas[number] <= $0 }) ?? true { result.classes[i] = other }
    }
    return result
  }

  private enum Surroundings {
    case unseen
    case one(UInt16)
    case several

    mutating func add(_ other: UInt16) {
      switch self {
      case .unseen: self = other == LabelMap.ignored ? .several : .one(other)
      case .one(let known): if known != other { self = .several }
      case .several: break
      }
    }
  }

  /// Calls `body` with each two pixels that share a side.
  private func forEachSide(_ body: (Int, Int) -> Void) {
    for y in 0..<height {
      for x in 0..<width {
        let i = y * width + x
        if x + 1 < width { body(i, i + 1) }
        if y + 1 < height { body(i, i + width) }
      }
    }
  }

  private func classes(of parts: Components) -> [Int] {
    var result = [Int](repeating: 0, count: parts.count)
    for i in classes.indices where parts.numbers[i] >= 0 { result[Int(parts.numbers[i])] = Int(classes[i]) }
    return result
  }

  /// Gives away the parts that are neither `kept` nor have `smallest` pixels.
  private func dissolving(
    _ parts: Components, kept: [Bool], smallest: Int
  ) throws(Interrupted) -> LabelMap {
    let classOf = classes(of: parts)
    var result = self
    var final: [Int]
    if let background {
      final = (0..<parts.count).map { kept[$0] || parts.areas[$0] >= smallest ? classOf[$0] : background }
    } else {
      var regions = Regions(areas: parts.areas, classes: classOf, kept: kept)
      forEachSide { i, j in
        let (a, b) = (parts.numbers[i], parts.numbers[j])
        if a >= 0, b >= 0, a != b { regions.addSide(Int(a), Int(b)) }
      }
      try regions.dissolve(below: smallest)
      final = (0..<parts.count).map { regions.classOf($0) }
    }
    for i in classes.indices where parts.numbers[i] >= 0 {
      result.classes[i] = UInt16(final[Int(parts.numbers[i])])
    }
    return result
  }
}
