import Tensors

extension Mask {
  /// The connected parts of the pixels that belong. Throws `Interrupted`.
  public func components(_ connectivity: Connectivity = .eight) throws(Interrupted) -> Components {
    try Components(bits, width: width, height: height, connectivity: connectivity) { $0 == 1 }
  }

  /// Without the connected parts of fewer than `area` pixels. Throws `Interrupted`.
  public func removingComponents(
    smallerThan area: Int, connectivity: Connectivity = .eight
  ) throws(Interrupted) -> Mask {
    let parts = try components(connectivity)
    return keeping(parts) { parts.areas[$0] >= area }
  }

  /// The connected part with the most pixels alone, the first among equals. Throws `Interrupted`.
  public func keepingLargest(connectivity: Connectivity = .eight) throws(Interrupted) -> Mask {
    let parts = try components(connectivity)
    let largest = parts.largest
    return keeping(parts) { $0 == largest }
  }

  /// With its holes filled: connected parts of the rest that do not touch the picture's border. The rest is connected
  /// the other way, over sides for a mask connected over corners.
  ///
  /// - Parameters:
  ///   - area: the most pixels a hole may have to be filled; nil for any.
  ///   - connectivity: of the mask.
  /// - Throws: `Interrupted`.
  public func fillingHoles(
    upTo area: Int? = nil, connectivity: Connectivity = .eight
  ) throws(Interrupted) -> Mask {
    let rest = try Components(bits, width: width, height: height, connectivity: connectivity.dual) { $0 == 0 }
    let open = rest.touchingBorder
    var result = self
    for i in bits.indices where bits[i] == 0 {
      let number = Int(rest.numbers[i])
      if !open[number], area.map({ rest.areas[number] <= $0 }) ?? true { result.bits[i] = 1 }
    }
    return result
  }

  private func keeping(_ parts: Components, _ isKept: (Int) -> Bool) -> Mask {
    let kept = (0..<parts.count).map(isKept)
    var result = self
    for i in bits.indices where parts.numbers[i] >= 0 && !kept[Int(parts.numbers[i])] { result.bits[i] = 0 }
    return result
  }
}
