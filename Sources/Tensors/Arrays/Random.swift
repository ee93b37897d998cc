/// A stream of random numbers that is the same on every machine and at any thread count.
///
/// The generator is xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number
/// generators", ACM TOMS 47, 2021), its state filled by SplitMix64 from the seed. Normal numbers come
/// from Marsaglia's polar method, with a logarithm made of exactly rounded operations only, because
/// the system's library may differ in the last bit.
public struct RandomStream: Sendable {
  private var s: (UInt64, UInt64, UInt64, UInt64)
  /// The polar method makes two numbers at a time.
  private var spare: Double?

  /// A stream that depends on `seed` alone.
  public init(seed: UInt64) {
    var state = seed
    func splitMix() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    s = (splitMix(), splitMix(), splitMix(), splitMix())
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    func rotated(_ x: UInt64, _ k: UInt64) -> UInt64 { x << k | x >> (64 - k) }
    let result = rotated(s.0 &+ s.3, 23) &+ s.0
    let t = s.1 << 17
    s.2 ^= s.0
    s.3 ^= s.1
    s.1 ^= s.2
    s.0 ^= s.3
    s.2 ^= t
    s.3 = rotated(s.3, 45)
    return result
  }

  /// A number in 0 ..< 1, a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A whole number in 0 ..< `bound`, all equally likely. `bound` must be positive.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0)
    // Values from the incomplete last repetition of 0 ..< bound are drawn again.
    let size = UInt64(bound)
    let rejected = (0 &- size) % size
    while true {
      let bits = next()
      if bits >= rejected { return Int(bits % size) }
    }
  }

  /// A number from the normal distribution of mean 0 and standard deviation 1.
  public mutating func normal() -> Double {
    if let value = spare {
      spare = nil
      return value
    }
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      if square >= 1 || square == 0 { continue }
      let factor = (-2 * exactLog(square) / square).squareRoot()
      spare = y * factor
      return x * factor
    }
  }
}

/// The natural logarithm from additions, multiplications and one division: with x = 2ᵉ m and
/// t = (m − 1)/(m + 1), log x = e log 2 + 2 (t + t³/3 + t⁵/5 + …), |t| ≤ 0.1716, so that the terms
/// past t²³ are below 2⁻⁵³ of the sum. `x` must be positive and finite.
func exactLog(_ x: Double) -> Double {
  var exponent = Int(x.exponent)
  var m = x.significand
  if m > 1.414213562373095 {
    m /= 2
    exponent += 1
  }
  let t = (m - 1) / (m + 1)
  let square = t * t
  var sum = 0.0
  var term = 23
  while term >= 1 {
    sum = sum * square + 1 / Double(term)
    term -= 2
  }
  return Double(exponent) * 0.6931471805599453 + 2 * t * sum
}

extension Tensor {
  /// Normal random numbers of the given mean and standard deviation.
  public static func normal(
    _ shape: [Int], seed: UInt64 = 0, mean: Double = 0, std: Double = 1
  ) throws -> Tensor {
    try ArrayLimits.count(of: shape, for: "normal")
    var stream = RandomStream(seed: seed)
    return try Tensor(shape) { target in
      for i in 0..<target.count {
        if i & 0xFFFFF == 0 { try Interruption.check() }
        target[i] = Float(mean + std * stream.normal())
      }
    }
  }

  /// Random numbers evenly spread over `low` ..< `high`.
  public static func uniform(
    _ shape: [Int], seed: UInt64 = 0, low: Double = 0, high: Double = 1
  ) throws -> Tensor {
    try ArrayLimits.count(of: shape, for: "uniform")
    var stream = RandomStream(seed: seed)
    // Rounding to float32 must not reach the excluded end.
    let end = Float(high)
    let last = low < high ? end.nextDown : end
    return try Tensor(shape) { target in
      for i in 0..<target.count {
        if i & 0xFFFFF == 0 { try Interruption.check() }
        let value = Float(low + (high - low) * stream.uniform())
        target[i] = low < high && value >= end ? last : value
      }
    }
  }

  /// The numbers 0 ..< `count` in random order (Fisher–Yates).
  public static func permutation(_ count: Int, seed: UInt64 = 0) throws -> Tensor {
    try ArrayLimits.count(of: [count], for: "permutation")
    var stream = RandomStream(seed: seed)
    return Tensor([count]) { target in
      for i in 0..<count { target[i] = Float(i) }
      for i in stride(from: count - 1, to: 0, by: -1) { target.swapAt(i, stream.integer(below: i + 1)) }
    }
  }

  /// The same scalars in random order (Fisher–Yates).
  public func shuffled(seed: UInt64 = 0) throws -> Tensor {
    var stream = RandomStream(seed: seed)
    return try Tensor(shape) { target in
      withUnsafeBuffer { source in
        for i in 0..<source.count { target[i] = source[i] }
      }
      for i in stride(from: target.count - 1, to: 0, by: -1) {
        if i & 0xFFFFF == 0 { try Interruption.check() }
        target.swapAt(i, stream.integer(below: i + 1))
      }
    }
  }
}
