/// Where the truth of a sample is.
enum TruthSource: Hashable, Sendable {
  /// Only the labels are known.
  case labels(present: [String], undecided: [String])
  /// One mask a label, and perhaps one of ignored pixels; labels of which nobody knows.
  case masks([LabelledSource], ignored: String?, undecided: [String] = [])
  /// Places of classes in an indexed PNG.
  case indexed(path: String, classes: ClassTable)
  /// Byte ranges of annotations in the data set's JSON file.
  case annotations([AnnotationRange], image: Int, width: Int, height: Int)
}

extension DataSet.Sample {
  /// The files that belong to this sample alone: its picture, then its masks.
  public var files: [String] {
    switch source {
    case .labels, .annotations: return [picture]
    case .indexed(let path, _): return [picture, path]
    case .masks(let masks, let ignored, _):
      let paths = masks.compactMap { if case .file(let path) = $0.mask { path } else { nil } }
      return [picture] + paths + (ignored.map { [$0] } ?? [])
    }
  }
}

/// A label and where its mask is.
struct LabelledSource: Hashable, Sendable {
  let label: String
  let mask: MaskSource
}

/// Where a mask is.
enum MaskSource: Hashable, Sendable {
  /// A picture file; pixels that are not 0 belong.
  case file(String)
  /// COCO's run lengths of a picture of some size, compressed or not.
  case runs(RunSource)
}

/// COCO's run lengths as text or numbers.
struct RunSource: Hashable, Sendable {
  let width: Int
  let height: Int
  let counts: Counts

  enum Counts: Hashable, Sendable {
    case text(String)
    case numbers([Int])
  }
}

/// What the indices of a mask mean.
struct ClassTable: Hashable, Sendable {
  /// Names by index; nil for an index that is nothing.
  let names: [String?]
  /// The index of pixels that count for nothing.
  let ignored: Int
}

/// Where an annotation stands in a file.
struct AnnotationRange: Hashable, Sendable {
  let offset: Int
  let length: Int
}
