import Imaging
import Segmentation
import Tensors

/// What a method says about one picture; a measure takes the part it needs.
public struct Output {
  /// Scores some changed pictures against a label, higher for a better match, one number a picture: a cosine, or 1 where
  /// the label is among the best k, else 0.
  public typealias Scorer = (_ pictures: [Image], _ label: String) throws -> [Double]

  /// Heat maps, one a label.
  public var maps: LabelledMaps?
  /// Masks, one a label, which may overlap.
  public var masks: [LabelledMask]?
  /// One class a pixel.
  public var labelMap: LabelMap?
  /// Scores of labels for the whole picture.
  public var scores: LabelScores?
  /// The picture itself, for measures that change it.
  public var picture: Image?
  /// How changed pictures are scored, for measures that change it.
  public var score: Scorer?

  /// An output of the parts given.
  public init(
    maps: LabelledMaps? = nil, masks: [LabelledMask]? = nil, labelMap: LabelMap? = nil,
    scores: LabelScores? = nil, picture: Image? = nil, score: Scorer? = nil
  ) {
    self.maps = maps
    self.masks = masks
    self.labelMap = labelMap
    self.scores = scores
    self.picture = picture
    self.score = score
  }
}

/// Heat maps with the labels they belong to.
public struct LabelledMaps: Sendable {
  /// The labels, all different.
  public let labels: [String]
  /// [labels, height, width], of the picture's size, each min-max normalized.
  public let values: Tensor

  /// Maps and their labels. Throws `EvaluationError` unless `values` has three axes, the first as long as `labels`, no label
  /// stands there twice, and all values are finite.
  public init(labels: [String], values: Tensor) throws(EvaluationError) {
    guard values.rank == 3, values.shape[0] == labels.count, values.shape[1] > 0, values.shape[2] > 0 else {
      throw EvaluationError(
        "maps of shape \(describe(shape: values.shape)) for \(labels.count) labels: expected "
          + "[\(labels.count), height, width]")
    }
    try checkUnique(labels)
    let isFinite = values.withUnsafeBuffer { $0.allSatisfy(\.isFinite) }
    guard isFinite else { throw EvaluationError("a map holds a value that is not finite") }
    self.labels = labels
    self.values = values
  }

  /// Rows of each map.
  public var height: Int { values.shape[1] }
  /// Columns of each map.
  public var width: Int { values.shape[2] }

  /// One label's map [height, width]. Throws `EvaluationError` where there is none.
  public func map(of label: String) throws(EvaluationError) -> Tensor {
    guard let place = labels.firstIndex(of: label) else {
      throw EvaluationError("there is no map for \(quoted(label))" + suggestion(for: label, among: labels))
    }
    return values.row(place)
  }
}

/// A mask and the label it belongs to.
public struct LabelledMask: Hashable, Sendable {
  /// The label.
  public let label: String
  /// Its pixels.
  public let mask: Mask

  /// A mask for a label.
  public init(label: String, mask: Mask) {
    self.label = label
    self.mask = mask
  }
}

/// Scores of labels for a whole picture, higher where a label fits better.
public struct LabelScores: Hashable, Sendable {
  /// The labels, all different.
  public let labels: [String]
  /// Their scores, finite.
  public let values: [Double]

  /// Scores and their labels. Throws `EvaluationError` for lists of different lengths, a label that stands there twice, or a
  /// score that is not finite.
  public init(labels: [String], values: [Double]) throws(EvaluationError) {
    guard labels.count == values.count else {
      throw EvaluationError("\(values.count) scores for \(labels.count) labels")
    }
    try checkUnique(labels)
    guard values.allSatisfy(\.isFinite) else { throw EvaluationError("a score is not finite") }
    self.labels = labels
    self.values = values
  }
}

/// Throws where a label stands there twice.
func checkUnique(_ labels: [String]) throws(EvaluationError) {
  var seen: Set<String> = []
  for label in labels where !seen.insert(label).inserted {
    throw EvaluationError("the label \(quoted(label)) stands there twice")
  }
}
