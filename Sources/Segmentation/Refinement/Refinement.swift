import Imaging
import Tensors

/// Ways to bring the edges of coarse maps to the edges of the picture.
public enum Refinement: Hashable, Sendable {
  /// The guided filter: fast, and keeps the values' scale.
  case guidedFilter(GuidedFilter)
  /// Pixel-adaptive mask refinement.
  case pamr(PAMR)
  /// A fully connected conditional random field; its values are probabilities.
  case denseCRF(DenseCRF)

  /// Refines maps [labels, height, width] over all pixels of `guide`; the result has their shape. Throws
  /// `ImageError.invalid` for shapes that do not fit, values that are not finite or options out of range, and
  /// `Interrupted`.
  public func refined(_ maps: Tensor, guide: Image) throws -> Tensor {
    switch self {
    case .guidedFilter(let filter): try filter.refined(maps, guide: guide)
    case .pamr(let filter): try filter.refined(maps, guide: guide)
    case .denseCRF(let field): try field.refined(maps, guide: guide)
    }
  }

  /// The most pixels of a picture whose maps are refined: each needs some hundred bytes. Larger ones are refined at a
  /// smaller size.
  public static let largest = 16_000_000

  /// The number of labels. Throws unless the maps are finite and cover the picture.
  static func check(_ maps: Tensor, guide: Image, operation: String) throws(ImageError) -> Int {
    let (labels, height, width) = try ScoreMaps.extents(maps, operation: operation)
    guard width == guide.width, height == guide.height else {
      throw .invalid(
        operation: operation,
        reason: "maps of \(width)×\(height) pixels for a picture of \(guide.width)×\(guide.height)")
    }
    guard width * height <= largest else {
      throw .invalid(
        operation: operation,
        reason: "\(width)×\(height) pixels are too many; the most is \(largest / 1_000_000) megapixels")
    }
    guard maps.withUnsafeBuffer({ $0.allSatisfy(\.isFinite) }) else {
      throw .invalid(operation: operation, reason: "the maps hold values that are not finite")
    }
    return labels
  }
}
