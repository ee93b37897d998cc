import Imaging

/// One class for each pixel of a picture.
public struct LabelMap: Hashable, Sendable {
  /// What a pixel has that counts for nothing: the border in PASCAL VOC's masks, 255 there.
  public static let ignored = UInt16.max

  /// Columns, at least 1.
  public let width: Int
  /// Rows, at least 1.
  public let height: Int
  /// The place in `labels` of each pixel's class, or `ignored`; row by row from the top left.
  public internal(set) var classes: [UInt16]
  /// The names of the classes. By custom the first is the background where there is one; `background` tells.
  public let labels: [String]
  /// The place in `labels` of what is none of the asked classes; nil where every pixel has an asked class.
  public let background: Int?

  /// A label map from its parts. Throws `ImageError.invalid` where a pixel's class or `background` is none of `labels`,
  /// `.tooLarge` or `.empty`.
  public init(
    width: Int, height: Int, classes: [UInt16], labels: [String], background: Int? = nil
  ) throws(ImageError) {
    try ImageLimits.check(width: width, height: height, name: "the label map")
    guard classes.count == width * height else {
      throw .invalid(operation: "label map", reason: "\(classes.count) values for \(width)×\(height) pixels")
    }
    guard labels.count < Int(Self.ignored) else {
      throw .invalid(
        operation: "label map", reason: "\(labels.count) classes; the most is \(Self.ignored - 1)")
    }
    if let wrong = classes.first(where: { Int($0) >= labels.count && $0 != Self.ignored }) {
      throw .invalid(operation: "label map", reason: "class \(wrong) of \(labels.count)")
    }
    if let background, !labels.indices.contains(background) {
      throw .invalid(operation: "label map", reason: "background \(background) of \(labels.count) classes")
    }
    self.width = width
    self.height = height
    self.classes = classes
    self.labels = labels
    self.background = background
  }

  /// The pixels of one class. `index` must be one of `labels`.
  public func mask(of index: Int) -> Mask {
    let wanted = UInt16(clamping: index)
    return Mask(uncheckedWidth: width, height: height, bits: classes.map { $0 == wanted ? 1 : 0 })
  }
}
