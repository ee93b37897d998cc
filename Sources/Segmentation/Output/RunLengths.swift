import Imaging

/// A mask as COCO keeps it: the lengths of alternating runs of pixels that do not and do belong, column by column from
/// the top left. The first run is of pixels that do not belong, perhaps of length 0.
public struct RunLengths: Hashable, Sendable {
  /// Columns; COCO's `size` is [height, width].
  public let width: Int
  /// Rows.
  public let height: Int
  /// The lengths; their sum is width·height.
  public let counts: [Int]

  /// The run lengths of a mask.
  public init(_ mask: Mask) {
    var counts: [Int] = []
    var (length, value) = (0, UInt8(0))
    for x in 0..<mask.width {
      for i in stride(from: x, to: mask.bits.count, by: mask.width) {
        if mask.bits[i] != value {
          counts.append(length)
          length = 0
          value = mask.bits[i]
        }
        length += 1
      }
    }
    counts.append(length)
    width = mask.width
    height = mask.height
    self.counts = counts
  }

  /// Run lengths from a file. Throws `ImageError.invalid` unless they are not negative and come to width·height,
  /// `.tooLarge` or `.empty`.
  public init(width: Int, height: Int, counts: [Int]) throws(ImageError) {
    try ImageLimits.check(width: width, height: height, name: "the mask")
    var rest = width * height
    for count in counts {
      guard count >= 0 else { throw Self.wrong("a run has the length \(count)") }
      guard count <= rest else { throw Self.wrong("the runs are longer than \(width)×\(height) pixels") }
      rest -= count
    }
    guard rest == 0 else { throw Self.wrong("the runs end \(rest) pixels before \(width)×\(height)") }
    self.width = width
    self.height = height
    self.counts = counts
  }

  /// Run lengths from COCO's compressed string. Throws `ImageError.invalid` for a character outside `0`…`o`, a number
  /// that is cut off or too large, and as `init(width:height:counts:)`.
  public init(width: Int, height: Int, compressed: String) throws(ImageError) {
    try ImageLimits.check(width: width, height: height, name: "the mask")
    var counts: [Int] = []
    var (value, shift) = (0, 0)
    for byte in compressed.utf8 {
      guard (48..<112).contains(byte) else {
        throw Self.wrong("the character \(Unicode.Scalar(byte).debugDescription) cannot be in it")
      }
      // Runs have at most 27 bits; 35 leave room for the sign and keep all sums small.
      guard shift < 35 else { throw Self.wrong("a run is too long") }
      let digit = Int(byte) - 48
      value |= (digit & 0x1f) << shift
      shift += 5
      if digit & 0x20 != 0 { continue }
      if digit & 0x10 != 0 { value |= -1 << shift }
      if counts.count > 2 { value += counts[counts.count - 2] }
      guard value >= 0, value <= width * height else { throw Self.wrong("a run has the length \(value)") }
      counts.append(value)
      (value, shift) = (0, 0)
    }
    guard shift == 0 else { throw Self.wrong("it ends within a number") }
    try self.init(width: width, height: height, counts: counts)
  }

  private static func wrong(_ reason: String) -> ImageError {
    .invalid(operation: "run lengths", reason: reason)
  }

  /// COCO's compressed string: from the fourth run on the difference to the run two before, in digits of five bits,
  /// the lowest first, with a sixth bit that says that more follow; 48 is added to each.
  public var compressed: String {
    var bytes: [UInt8] = []
    for (i, count) in counts.enumerated() {
      var value = i > 2 ? count - counts[i - 2] : count
      while true {
        let digit = value & 0x1f
        value >>= 5
        // The last digit's fifth bit is the sign.
        let isLast = digit & 0x10 != 0 ? value == -1 : value == 0
        bytes.append(UInt8(48 + (isLast ? digit : digit | 0x20)))
        if isLast { break }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// How many pixels belong.
  public var area: Int { stride(from: 1, to: counts.count, by: 2).reduce(0) { $0 + counts[$1] } }

  /// The mask.
  public var mask: Mask {
    var bits = [UInt8](repeating: 0, count: width * height)
    var place = 0
    for (i, count) in counts.enumerated() {
      if i % 2 == 1 {
        for p in place..<(place + count) { bits[p % height * width + p / height] = 1 }
      }
      place += count
    }
    return Mask(uncheckedWidth: width, height: height, bits: bits)
  }
}
