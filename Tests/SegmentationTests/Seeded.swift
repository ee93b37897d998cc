import Imaging
import Segmentation
import Tensors

/// Numbers that look random and are the same in every run (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(seed) }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func mask(_ width: Int, _ height: Int, share: Double = 0.5) throws -> Mask {
    try Mask(
      width: width, height: height,
      bits: (0..<(width * height)).map { _ in Double.random(in: 0..<1, using: &self) < share ? 1 : 0 })
  }

  mutating func labelMap(_ width: Int, _ height: Int, classes: Int, background: Int? = nil) throws -> LabelMap
  {
    try LabelMap(
      width: width, height: height,
      classes: (0..<(width * height)).map { _ in
        let n = Int.random(in: 0...(4 * classes), using: &self)
        return n == 0 ? LabelMap.ignored : UInt16(n % classes)
      }, labels: (0..<classes).map { "c\($0)" }, background: background)
  }

  mutating func maps(_ labels: Int, _ width: Int, _ height: Int) -> Tensor {
    Tensor(
      [labels, height, width],
      (0..<(labels * width * height)).map { _ in Float.random(in: 0...1, using: &self) })
  }

  /// A picture of two flat halves with some noise.
  mutating func picture(_ width: Int, _ height: Int) throws -> Image {
    var bytes: [UInt8] = []
    for _ in 0..<height {
      for x in 0..<width {
        for c in 0..<3 {
          let flat = x < width / 2 ? 60 + 20 * c : 180 - 30 * c
          bytes.append(UInt8(flat + Int.random(in: -12...12, using: &self)))
        }
      }
    }
    return try Image(width: width, height: height, bytes: bytes)
  }
}
