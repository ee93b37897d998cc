import Imaging

extension Mask {
  /// Without the pixels that have one that does not belong within `distance` rows and columns: `distance` erosions by a
  /// 3×3 square. What lies outside the picture does not belong.
  public func eroded(by distance: Int) -> Mask {
    guard distance > 0 else { return self }
    let distance = min(distance, max(width, height))
    var rows = [UInt8](repeating: 0, count: bits.count)
    for y in 0..<height {
      Self.erodeLine(bits, &rows, start: y * width, step: 1, count: width, distance: distance)
    }
    var result = [UInt8](repeating: 0, count: bits.count)
    for x in 0..<width {
      Self.erodeLine(rows, &result, start: x, step: width, count: height, distance: distance)
    }
    return Mask(uncheckedWidth: width, height: height, bits: result)
  }

  /// Keeps of each run of ones what is `distance` away from both ends.
  private static func erodeLine(
    _ line: [UInt8], _ out: inout [UInt8], start: Int, step: Int, count: Int, distance: Int
  ) {
    var from = 0
    while from < count {
      guard line[start + from * step] == 1 else {
        from += 1
        continue
      }
      var to = from
      while to < count, line[start + to * step] == 1 { to += 1 }
      for i in (from + distance)..<max(to - distance, from + distance) { out[start + i * step] = 1 }
      from = to
    }
  }

  /// The pixels that belong and lie within `distance` of one that does not, or of the picture's border.
  public func boundary(distance: Int) -> Mask {
    let inner = eroded(by: distance)
    var result = self
    for i in bits.indices where inner.bits[i] == 1 { result.bits[i] = 0 }
    return result
  }
}

/// Intersection over union: the pixels in both masks by those in either; 1 where both are empty. Throws
/// `ImageError.invalid` for masks of different sizes.
public func maskIoU(_ a: Mask, _ b: Mask) throws(ImageError) -> Double {
  guard a.width == b.width, a.height == b.height else {
    throw .invalid(
      operation: "iou", reason: "masks of \(a.width)×\(a.height) and \(b.width)×\(b.height) pixels")
  }
  var (both, either) = (0, 0)
  for i in a.bits.indices {
    both += Int(a.bits[i] & b.bits[i])
    either += Int(a.bits[i] | b.bits[i])
  }
  return either == 0 ? 1 : Double(both) / Double(either)
}

/// Boundary IoU (Cheng, Girshick, Dollár, Berg, Kirillov, CVPR 2021): intersection over union of the pixels of each mask
/// that lie within d of its boundary; d is `dilationRatio` of the picture's diagonal, rounded, at least 1. As in the
/// authors' program, distance is counted by 3×3 erosions, and a mask ends at the picture's border. 1 where both are
/// empty. Throws `ImageError.invalid` for masks of different sizes or a ratio that is no number from 0 to 1.
public func boundaryIoU(_ a: Mask, _ b: Mask, dilationRatio: Double = 0.02) throws(ImageError) -> Double {
  guard dilationRatio >= 0, dilationRatio <= 1 else {
    throw .invalid(operation: "boundary iou", reason: "the ratio is \(dilationRatio); it goes from 0 to 1")
  }
  let diagonal = (Double(a.width) * Double(a.width) + Double(a.height) * Double(a.height)).squareRoot()
  let distance = max(1, Int((dilationRatio * diagonal).rounded(.toNearestOrEven)))
  return try maskIoU(a.boundary(distance: distance), b.boundary(distance: distance))
}
