import CImageCodecs
import Tensors

/// From a number in 0…1 to a colour.
public enum Colormap: String, CaseIterable, Sendable {
  /// Blue, cyan, yellow, red: OpenCV's table, as the published programs draw it.
  case jet
  /// Dark violet to yellow, evenly perceived.
  case viridis
  /// Black, violet, orange to pale yellow, evenly perceived.
  case magma
  /// Jet's colours without its bands.
  case turbo
  /// Black to white.
  case grey

  /// The table: 256 colours, lowest first.
  public var colors: [RGB] {
    let code: Int
    switch self {
    case .jet: code = CLIP_COLORMAP_JET
    case .viridis: code = CLIP_COLORMAP_VIRIDIS
    case .magma: code = CLIP_COLORMAP_MAGMA
    case .turbo: code = CLIP_COLORMAP_TURBO
    case .grey: return (0...255).map { RGB(red: $0, green: $0, blue: $0) }
    }
    guard let table = clip_colormap(Int32(code)) else { return [] }
    return (0..<256).map { RGB(red: table[3 * $0], green: table[3 * $0 + 1], blue: table[3 * $0 + 2]) }
  }

  /// A value's place in the table: ⌊255·value⌋ after limiting to 0…1, like the published programs' `uint8` cast. A value
  /// that is not a number is placed lowest.
  static func place(_ value: Float) -> Int {
    value > 0 ? (value < 1 ? Int(value * 255) : 255) : 0
  }

  /// A picture of a map [rows, columns] whose values lie in 0…1. Throws `ImageError.invalid` for another rank.
  public func picture(of map: Tensor) throws(ImageError) -> Image {
    guard map.rank == 2 else {
      throw .invalid(
        operation: "colour map", reason: "expected [rows, columns], got \(describe(shape: map.shape))")
    }
    try ImageLimits.check(width: map.shape[1], height: map.shape[0], name: "the map")
    let colors = colors
    let bytes = [UInt8](unsafeUninitializedCapacity: 3 * map.count) { buffer, count in
      map.withUnsafeBuffer { values in
        for i in 0..<values.count {
          let color = colors[Self.place(values[i])]
          buffer[3 * i] = color.red
          buffer[3 * i + 1] = color.green
          buffer[3 * i + 2] = color.blue
        }
      }
      count = 3 * map.count
    }
    return Image(uncheckedWidth: map.shape[1], height: map.shape[0], bytes: bytes)
  }
}
