/// Pictures with what is known to be on them: samples in a fixed order.
///
/// Opening reads names only; a sample's pixels are read when `truth(of:)` asks, so memory does not grow with the data set.
public struct DataSet: Sendable {
  /// What a data set is kept as.
  public enum Kind: String, Sendable, CaseIterable {
    /// A folder of pictures with a folder `masks` in it.
    case folder
    /// A table of samples, comma-separated.
    case csv
    /// A JSON object a sample, one a line.
    case jsonLines = "json-lines"
    /// The folders of PASCAL VOC.
    case voc
    /// The annotations of COCO.
    case coco
  }

  /// One picture.
  public struct Sample: Hashable, Sendable {
    /// The place in the data set, from 0.
    public let index: Int
    /// What names the sample; no two have the same.
    public let identifier: String
    /// Where the picture is.
    public let picture: String
    /// The labels a method is asked for. Where a data set does not say: all its labels, if they are closed (VOC, COCO,
    /// a manifest's header), else those present, else those its mask may have.
    public let asked: [String]
    /// The labels on the picture, each once; nil where only the truth's pixels tell.
    public let present: [String]?
    /// Where the truth is.
    let source: TruthSource
  }

  /// What it is kept as.
  public let kind: Kind
  /// The file or folder it was opened from.
  public let path: String
  /// The samples, in order.
  public let samples: [Sample]
  /// All labels, in order.
  public let labels: [String]
  /// The label of what is nothing in particular, where the data set has one among `labels`.
  public let background: String?
  /// The checksum, in hexadecimal digits, of what defines the data set: the kind, the labels, and of every sample what is
  /// said of it and the names of its files. Pictures and masks themselves are not read for it, and the folder does not
  /// matter, so that copies on several machines agree.
  public let sha256: String
  /// What reads truths, shared by all samples.
  let store: TruthStore

  /// The files it is made of besides the one that it was opened from: pictures and masks, each once.
  public var files: [String] {
    var known: Set<String> = []
    var files: [String] = []
    func add(_ path: String) { if known.insert(path).inserted { files.append(path) } }
    for sample in samples {
      add(sample.picture)
      switch sample.source {
      case .masks(let masks, let ignored, _):
        for mask in masks { if case .file(let path) = mask.mask { add(path) } }
        if let ignored { add(ignored) }
      case .indexed(let path, _): add(path)
      case .labels, .annotations: break
      }
    }
    return files
  }

  /// Reads the truth of one sample. Throws `EvaluationError` or `ImageError`; other samples are not affected.
  public func truth(of sample: Sample) throws -> Truth {
    try store.truth(of: sample, in: self)
  }
}

/// How a data set is opened.
public struct DataSetOptions: Hashable, Sendable {
  /// What a picture's truth is.
  public enum Task: String, Sendable, CaseIterable {
    /// Masks or label maps.
    case segmentation
    /// Labels alone.
    case classification
  }

  /// What it is kept as; nil to find out.
  public var kind: DataSet.Kind?
  /// The list of pictures: `ImageSets/Segmentation/SPLIT.txt` of VOC, `annotations/instances_SPLIT.json` of COCO. Nil: `val`
  /// of VOC, the only list of COCO.
  public var split: String?
  /// What a picture's truth is. Only VOC keeps different ones.
  public var task: Task = .segmentation
  /// The folder of the pictures, for COCO; nil to look beside the annotations.
  public var pictures: String?
  /// Whether pixels of a crowd (COCO's `iscrowd`) count for nothing. Otherwise they belong to the label.
  public var ignoresCrowds = true

  /// Everything to be found out.
  public init() {}
}
