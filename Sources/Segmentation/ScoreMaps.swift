import Imaging
import Tensors

/// Maps of scores over pixels: [labels, height, width], row by row from the top left.
public enum ScoreMaps {
  /// The parts of a shape [labels, height, width]. Throws `ImageError.invalid` for another rank or without labels,
  /// `.tooLarge` or `.empty`.
  static func extents(
    _ maps: Tensor, operation: String
  ) throws(ImageError) -> (labels: Int, height: Int, width: Int) {
    guard maps.rank == 3, maps.shape[0] > 0 else {
      throw .invalid(
        operation: operation,
        reason: "expected maps [labels, height, width], got \(describe(shape: maps.shape))")
    }
    try ImageLimits.check(width: maps.shape[2], height: maps.shape[1], name: "the map")
    return (maps.shape[0], maps.shape[1], maps.shape[2])
  }

  /// Several maps to one by their highest value at each pixel: how synonyms of a label become one label.
  ///
  /// - Parameters:
  ///   - maps: [labels, height, width]
  ///   - groups: for each map of the result, the places of its maps in `maps`; a place may stand in several groups.
  /// - Returns: [groups, height, width]. A value that is not a number counts only where all are none.
  /// - Throws: `ImageError.invalid` for an empty group or a place that is no map.
  public static func merged(_ maps: Tensor, groups: [[Int]]) throws(ImageError) -> Tensor {
    let (labels, height, width) = try extents(maps, operation: "merge maps")
    guard !groups.isEmpty else { throw .invalid(operation: "merge maps", reason: "there are no groups") }
    for group in groups {
      guard !group.isEmpty else { throw .invalid(operation: "merge maps", reason: "a group is empty") }
      if let wrong = group.first(where: { $0 < 0 || $0 >= labels }) {
        throw .invalid(operation: "merge maps", reason: "map \(wrong) of \(labels)")
      }
    }
    let area = height * width
    return maps.withUnsafeBuffer { source in
      Tensor([groups.count, height, width]) { out in
        for (i, group) in groups.enumerated() {
          for p in 0..<area { out[i * area + p] = source[group[0] * area + p] }
          for label in group.dropFirst() {
            for p in 0..<area {
              let (a, b) = (out[i * area + p], source[label * area + p])
              if b > a || a.isNaN { out[i * area + p] = b }
            }
          }
        }
      }
    }
  }

  /// The softmax over labels at each pixel: p_l = exp(v_l/T) / Σ_k exp(v_k/T). Values that are not finite count as
  /// the lowest: probability 0, or equal shares where no value is finite.
  ///
  /// - Parameters:
  ///   - maps: [labels, height, width]
  ///   - temperature: T, above 0: small ones give clear winners. CLIP's own is 0.01, on cosines.
  /// - Throws: `ImageError.invalid` for a temperature that is not a positive number.
  public static func probabilities(_ maps: Tensor, temperature: Float) throws -> Tensor {
    let (labels, height, width) = try extents(maps, operation: "softmax over labels")
    guard temperature > 0, temperature.isFinite else {
      throw ImageError.invalid(
        operation: "softmax over labels", reason: "the temperature is \(temperature); it is a number above 0")
    }
    let area = height * width
    let out = Tensor(maps.shape, repeating: 0)
    try maps.withUnsafeBuffer { source in
      nonisolated(unsafe) let (source, target) = (source, out.storage.pointer)
      try Workers.run(height) { y in
        for p in (y * width)..<((y + 1) * width) {
          softmax(source, target, labels: labels, area: area, pixel: p, temperature: temperature)
        }
      }
    }
    return out
  }

  private static func softmax(
    _ source: UnsafeBufferPointer<Float>, _ target: UnsafeMutablePointer<Float>, labels: Int, area: Int,
    pixel p: Int, temperature: Float
  ) {
    var highest = -Float.infinity
    for l in 0..<labels where source[l * area + p].isFinite { highest = max(highest, source[l * area + p]) }
    guard highest.isFinite else {
      for l in 0..<labels { target[l * area + p] = 1 / Float(labels) }
      return
    }
    var sum: Float = 0
    for l in 0..<labels {
      let value = source[l * area + p]
      let e = value.isFinite ? exponential((value - highest) / temperature) : 0
      target[l * area + p] = e
      sum += e
    }
    for l in 0..<labels { target[l * area + p] /= sum }
  }
}
