import Checkpoints

/// What a manifest says of one sample, before it is checked.
struct ManifestEntry {
  var identifier: String?
  var image: String?
  var labels: [String]?
  var asked: [String]?
  var undecided: [String] = []
  /// Masks beside their labels; a label is nil where it is that of the same place in `labels`.
  var masks: [(label: String?, mask: MaskSource)]?
  /// An indexed PNG.
  var indexed: String?
  var classes: [String?]?
  /// A mask of pixels that count for nothing.
  var ignored: String?
  /// The index of pixels that count for nothing.
  var ignoredIndex: Int?
}

/// What a manifest says of all samples.
struct ManifestHeader {
  var labels: [String]?
  var classes: [String?]?
  var background: String?
  var ignoredIndex: Int?
}

/// Makes a data set of a manifest's entries.
struct ManifestBuilder {
  let path: String
  let kind: DataSet.Kind
  let header: ManifestHeader
  private let folder: String
  private let closed: LabelPlaces?
  private var samples: [DataSet.Sample] = []
  private var lines: [String: Int] = [:]
  private var labels: [String] = []
  private var known: Set<String> = []

  init(_ path: String, kind: DataSet.Kind, header: ManifestHeader) throws(EvaluationError) {
    self.path = path
    self.kind = kind
    self.header = header
    folder = Files.folder(of: path)
    do { closed = try header.labels.map { labels throws(EvaluationError) in try LabelPlaces(labels) } } catch
    {
      throw EvaluationError(path, line: 1, error.problem)
    }
    if let background = header.background, let labels = header.labels, !labels.contains(background) {
      throw EvaluationError(
        path, line: 1,
        "the background \(quoted(background)) is none of the labels"
          + suggestion(for: background, among: labels))
    }
  }

  /// Adds a sample.
  mutating func add(_ entry: ManifestEntry, line: Int) throws(EvaluationError) {
    do { try addUnlocated(entry, line: line) } catch {
      throw EvaluationError(path, line: line, error.problem)
    }
  }

  private mutating func addUnlocated(_ entry: ManifestEntry, line: Int) throws(EvaluationError) {
    guard let image = entry.image, !image.isEmpty else { throw EvaluationError("has no `image`") }
    guard !image.utf8.contains(0) else { throw EvaluationError("the image's path holds a NUL character") }
    let identifier = entry.identifier ?? image
    if let other = lines[identifier] {
      throw EvaluationError("the sample \(quoted(identifier)) stands in line \(other) already")
    }
    lines[identifier] = line
    let source = try source(of: entry)
    let named = try presentLabels(entry, source)
    let asked = entry.asked
    try checkUnique(asked ?? [])
    var classes: [String]?
    if case .indexed(_, let table) = source { classes = unique(table.names.compactMap { $0 }) }
    try learn(classes ?? [])
    try learn((named ?? []) + (asked ?? []) + entry.undecided)
    samples.append(
      DataSet.Sample(
        index: samples.count, identifier: identifier, picture: Files.join(folder, image),
        asked: asked ?? header.labels ?? named ?? classes ?? [], present: named, source: source))
  }

  /// Takes note of labels; with closed labels each must be one of them.
  private mutating func learn(_ names: [String]) throws(EvaluationError) {
    for name in names {
      guard !name.isEmpty else { throw EvaluationError("has a label without a name") }
      if let closed {
        _ = try closed.place(of: name)
      } else if known.insert(name).inserted {
        labels.append(name)
      }
    }
  }

  private func source(of entry: ManifestEntry) throws(EvaluationError) -> TruthSource {
    if let path = entry.indexed {
      guard entry.masks == nil else { throw EvaluationError("has both `mask` and `masks`") }
      guard let classes = entry.classes ?? header.classes else {
        throw EvaluationError("has a `mask` of indices, but neither it nor the header has `classes`")
      }
      guard classes.count <= 256 else {
        throw EvaluationError("has \(classes.count) classes; a PNG has up to 256")
      }
      let ignored = entry.ignoredIndex ?? header.ignoredIndex ?? 255
      return .indexed(
        path: Files.join(folder, path), classes: ClassTable(names: classes, ignored: ignored))
    }
    if let masks = entry.masks {
      let labels = entry.labels
      if masks.contains(where: { $0.label == nil }), masks.count != labels?.count {
        throw EvaluationError("has \(masks.count) masks for \(labels?.count ?? 0) labels")
      }
      var sources: [LabelledSource] = []
      for (place, mask) in masks.enumerated() {
        guard let label = mask.label ?? labels?[place] else { continue }
        sources.append(LabelledSource(label: label, mask: located(mask.mask)))
      }
      // Several masks of a label are one.
      for label in labels ?? [] where !sources.contains(where: { $0.label == label }) {
        throw EvaluationError("has no mask for \(quoted(label))")
      }
      return .masks(
        sources, ignored: entry.ignored.map { Files.join(folder, $0) }, undecided: entry.undecided)
    }
    guard let labels = entry.labels else { throw EvaluationError("has neither `labels` nor masks") }
    return .labels(present: labels, undecided: entry.undecided)
  }

  private func located(_ mask: MaskSource) -> MaskSource {
    if case .file(let path) = mask { return .file(Files.join(folder, path)) }
    return mask
  }

  private func presentLabels(_ entry: ManifestEntry, _ source: TruthSource) throws(EvaluationError)
    -> [String]?
  {
    switch source {
    case .labels(let present, let undecided):
      try checkUnique(present + undecided)
      return present
    case .masks(let sources, _, let undecided):
      let present = unique(sources.map(\.label))
      try checkUnique(present + undecided)
      return present
    default: return entry.labels.map(unique)
    }
  }

  /// The data set. `parts` is what its checksum is made of.
  func dataSet(parts: [[UInt8]]) throws(EvaluationError) -> DataSet {
    guard !samples.isEmpty else { throw EvaluationError(path, "has no samples") }
    var all = closed?.labels ?? labels
    if let background = header.background, closed == nil, !known.contains(background) {
      all.append(background)
    }
    return DataSet(
      kind: kind, path: path, samples: samples, labels: all, background: header.background,
      sha256: DataSet.checksum(kind, parts), store: TruthStore())
  }
}

extension DataSet {
  /// The checksum of what defines a data set.
  static func checksum(_ kind: Kind, _ parts: [[UInt8]]) -> String {
    let digests = parts.map { SHA256.hex(of: $0) }
    return SHA256.hex(of: Array(([kind.rawValue] + digests).joined(separator: "\n").utf8))
  }
}

/// Each label once, in the order of first appearance.
func unique(_ labels: [String]) -> [String] {
  var seen: Set<String> = []
  return labels.filter { seen.insert($0).inserted }
}
