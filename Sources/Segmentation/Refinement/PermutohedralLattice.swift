/// A point of the permutohedral lattice A₅*: five of its six integer coordinates, whose sum is 0.
typealias LatticeKey = SIMD8<Int16>

extension LatticeKey {
  /// What leads to the neighbour along one of six directions: all coordinates +1, but that of the direction −5.
  static func step(_ direction: Int) -> LatticeKey {
    var step = LatticeKey(1, 1, 1, 1, 1, 0, 0, 0)
    if direction < 5 { step[direction] = -5 }
    return step
  }
}

/// The simplex of the lattice around a point of five coordinates in units of the kernel's standard deviation.
struct Simplex {
  /// The lattice point of remainder 0 that is nearest.
  private var origin = SIMD8<Double>.zero
  /// The places of the coordinates in the descending order of their distances from `origin`.
  private var rank = SIMD8<Int>.zero
  /// The barycentric coordinates: what each corner gets, by remainder.
  private(set) var shares = SIMD8<Double>.zero

  /// Stretches the axes such that blurring once along each direction, and the interpolation, come to a Gaussian of
  /// deviation 1.
  private static let stretch: [Double] = (0..<5).map { i in
    let steps = Double((i + 1) * (i + 2))
    return 6 * (2 / (3 * steps)).squareRoot()
  }

  init(_ position: (Double, Double, Double, Double, Double)) {
    let position = [position.0, position.1, position.2, position.3, position.4]
    // Into the hyperplane of six coordinates whose sum is 0.
    var lifted = SIMD8<Double>.zero
    var sum = 0.0
    for i in stride(from: 5, to: 0, by: -1) {
      let value = position[i - 1] * Self.stretch[i - 1]
      lifted[i] = sum - Double(i) * value
      sum += value
    }
    lifted[0] = sum
    var excess = 0.0
    for i in 0..<6 {
      origin[i] = 6 * (lifted[i] / 6).rounded(.toNearestOrAwayFromZero)
      excess += origin[i] / 6
    }
    for i in 0..<5 {
      for j in (i + 1)..<6 {
        if lifted[i] - origin[i] < lifted[j] - origin[j] { rank[i] += 1 } else { rank[j] += 1 }
      }
    }
    // Rounding may have left the hyperplane: those that were rounded most go back.
    for i in 0..<6 {
      rank[i] += Int(excess)
      if rank[i] < 0 {
        rank[i] += 6
        origin[i] += 6
      } else if rank[i] > 5 {
        rank[i] -= 6
        origin[i] -= 6
      }
    }
    for i in 0..<6 {
      let distance = (lifted[i] - origin[i]) / 6
      shares[5 - rank[i]] += distance
      shares[6 - rank[i]] -= distance
    }
    shares[0] += 1 + shares[6]
  }

  /// The corner of remainder `corner`, 0…5.
  func key(_ corner: Int) -> LatticeKey {
    var key = LatticeKey.zero
    for i in 0..<5 {
      key[i] = Int16(clamping: Int(origin[i]) + (rank[i] <= 5 - corner ? corner : corner - 6))
    }
    return key
  }
}

/// Lattice points by the order in which they were first asked for: open addressing in a table of a power of two.
struct LatticeTable: Sendable {
  private(set) var keys: [LatticeKey] = []
  private var slots = [Int32](repeating: -1, count: 1 << 14)

  private func slot(_ key: LatticeKey, _ slots: [Int32]) -> Int {
    var hash: UInt64 = 0
    for i in 0..<5 { hash = (hash ^ UInt64(UInt16(bitPattern: key[i]))) &* 0x9e37_79b9_7f4a_7c15 }
    let mask = slots.count - 1
    var at = Int(truncatingIfNeeded: hash >> 32) & mask
    while slots[at] >= 0, keys[Int(slots[at])] != key { at = (at + 1) & mask }
    return at
  }

  /// The place of a point, or −1.
  func find(_ key: LatticeKey) -> Int32 { slots[slot(key, slots)] }

  /// The place of a point, which is added where it is new.
  mutating func place(_ key: LatticeKey) -> Int32 {
    let at = slot(key, slots)
    if slots[at] >= 0 { return slots[at] }
    let place = Int32(keys.count)
    keys.append(key)
    slots[at] = place
    if keys.count * 2 > slots.count {
      var larger = [Int32](repeating: -1, count: slots.count * 2)
      for (i, key) in keys.enumerated() { larger[slot(key, larger)] = Int32(i) }
      slots = larger
    }
    return place
  }
}
