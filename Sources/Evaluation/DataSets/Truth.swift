import Imaging
import Segmentation

/// What is known to be on a picture.
public struct Truth: Sendable {
  /// The labels present, each once.
  public let present: [String]
  /// Labels of which it is not known whether they are present, such as VOC's difficult ones; they count for nothing.
  public let undecided: [String]
  /// A mask for each label present, which may overlap; nil where only the labels are known. Without ignored pixels.
  public let masks: [LabelledMask]?
  /// One class a pixel, where the truth is kept so.
  public let labelMap: LabelMap?
  /// The pixels that count for nothing; nil where every pixel counts.
  public let ignored: Mask?
  /// Columns and rows of the masks; nil where none are known.
  public let size: Size?

  /// A number of pixels each way.
  public struct Size: Hashable, Sendable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
  }

  /// Only the labels are known. Throws `EvaluationError` for a label that stands there twice.
  public init(present: [String], undecided: [String] = []) throws(EvaluationError) {
    try checkUnique(present + undecided)
    self.present = present
    self.undecided = undecided
    masks = nil
    labelMap = nil
    ignored = nil
    size = nil
  }

  /// Masks, one a label present, which may overlap.
  /// - Parameter size: their size in pixels, needed only where there is no mask.
  /// - Throws: `EvaluationError` for masks of different sizes or a label that stands there twice.
  public init(
    masks: [LabelledMask], ignored: Mask? = nil, undecided: [String] = [],
    size: (width: Int, height: Int)? = nil
  ) throws {
    try checkUnique(masks.map(\.label) + undecided)
    let first = (masks.first?.mask ?? ignored).map { ($0.width, $0.height) }
    let size = size ?? first
    for (name, mask) in masks.map({ ("of \(quoted($0.label))", $0.mask) })
      + (ignored.map { [("of ignored pixels", $0)] } ?? [])
    {
      guard let size, (mask.width, mask.height) == size else {
        throw EvaluationError(
          "the mask \(name) has \(mask.width)×\(mask.height) pixels; expected "
            + "\(size?.width ?? 0)×\(size?.height ?? 0)")
      }
    }
    self.size = size.map { Size(width: $0.width, height: $0.height) }
    present = masks.map(\.label)
    self.undecided = undecided
    labelMap = nil
    self.ignored = ignored
    guard let ignored, !ignored.isEmpty else {
      self.masks = masks
      return
    }
    self.masks = try masks.map { entry in
      let bits = zip(entry.mask.bits, ignored.bits).map { $1 == 0 ? $0 : 0 }
      return LabelledMask(
        label: entry.label, mask: try Mask(width: entry.mask.width, height: entry.mask.height, bits: bits))
    }
  }

  /// One class a pixel. Present are the classes with a pixel, without the background. Throws `ImageError` never for a label map
  /// that exists.
  public init(labelMap: LabelMap) throws {
    var counts = [Int](repeating: 0, count: labelMap.labels.count)
    var hasIgnored = false
    for value in labelMap.classes {
      if value == LabelMap.ignored { hasIgnored = true } else { counts[Int(value)] += 1 }
    }
    let places = counts.indices.filter { counts[$0] > 0 && $0 != labelMap.background }
    masks = places.map { LabelledMask(label: labelMap.labels[$0], mask: labelMap.mask(of: $0)) }
    present = places.map { labelMap.labels[$0] }
    undecided = []
    self.labelMap = labelMap
    size = Size(width: labelMap.width, height: labelMap.height)
    ignored =
      hasIgnored
      ? try Mask(
        width: labelMap.width, height: labelMap.height,
        bits: labelMap.classes.map { $0 == LabelMap.ignored ? 1 : 0 }) : nil
  }
}
