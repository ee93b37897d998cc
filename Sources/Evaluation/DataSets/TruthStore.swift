import Checkpoints
import Imaging
import Segmentation
import Tensors

/// Reads truths of samples.
struct TruthStore: Sendable {
  /// Where annotations are, and the names of their categories; nil for data sets without any.
  var annotations: AnnotationStore?

  /// Reads the truth of one sample, and only its files.
  func truth(of sample: DataSet.Sample, in data: DataSet) throws -> Truth {
    try Interruption.check()
    switch sample.source {
    case .labels(let present, let undecided):
      return try Truth(present: present.filter { $0 != data.background }, undecided: undecided)
    case .masks(let sources, let ignored, let undecided):
      // The background is what no mask holds.
      let order = (sample.present ?? unique(sources.map(\.label))).filter { $0 != data.background }
      return try masks(sources, ignored: ignored, undecided: undecided, order: order)
    case .indexed(let path, let classes):
      return try indexed(path, classes, background: data.background)
    case .annotations(let ranges, let image, let width, let height):
      guard let annotations else { throw EvaluationError(data.path, "has no annotations") }
      return try annotations.truth(ranges, image: image, width: width, height: height, labels: data.labels)
    }
  }

  private func masks(
    _ sources: [LabelledSource], ignored: String?, undecided: [String], order: [String]
  ) throws -> Truth {
    var masks: [String: Mask] = [:]
    var size: (width: Int, height: Int)?
    for source in sources {
      let mask = try mask(source.mask)
      size = (mask.width, mask.height)
      masks[source.label] = try masks[source.label].map { try $0.joined(mask, label: source.label) } ?? mask
    }
    return try Truth(
      masks: order.compactMap { label in masks[label].map { LabelledMask(label: label, mask: $0) } },
      ignored: try ignored.map { try mask(.file($0)) }, undecided: undecided, size: size)
  }

  private func mask(_ source: MaskSource) throws -> Mask {
    switch source {
    case .file(let path): return try Mask(reading: path)
    case .runs(let runs): return try runs.mask()
    }
  }

  /// Classes by index. Where every index that occurs has a name, or the data set has a background for the others, the truth is a
  /// label map; else masks.
  private func indexed(_ path: String, _ classes: ClassTable, background: String?) throws -> Truth {
    let indices = try PNG.readIndices(path)
    var counts = [Int](repeating: 0, count: 256)
    for value in indices.values { counts[Int(value)] += 1 }
    let labels = unique(classes.names.compactMap { $0 } + (background.map { [$0] } ?? []))
    let rest = background.flatMap { labels.firstIndex(of: $0) }
    var places = [UInt16](repeating: LabelMap.ignored, count: 256)
    var hasNothing = false
    for index in 0..<256 where counts[index] > 0 && index != classes.ignored {
      guard index < classes.names.count else {
        throw EvaluationError(path, "has the index \(index), but there are \(classes.names.count) classes")
      }
      if let name = classes.names[index], let place = labels.firstIndex(of: name) {
        places[index] = UInt16(place)
      } else if let rest {
        places[index] = UInt16(rest)
      } else {
        hasNothing = true
      }
    }
    if !hasNothing {
      return try Truth(
        labelMap: LabelMap(
          width: indices.width, height: indices.height, classes: indices.values.map { places[Int($0)] },
          labels: labels,
          background: rest))
    }
    func mask(_ belongs: (Int) -> Bool) throws -> Mask {
      let table = (0..<256).map { UInt8(belongs($0) ? 1 : 0) }
      return try Mask(
        width: indices.width, height: indices.height, bits: indices.values.map { table[Int($0)] })
    }
    let present = labels.filter { label in
      label != background
        && classes.names.indices.contains {
          classes.names[$0] == label && counts[$0] > 0 && $0 != classes.ignored
        }
    }
    return try Truth(
      masks: present.map { label in
        LabelledMask(
          label: label,
          mask: try mask { $0 < classes.names.count && classes.names[$0] == label && $0 != classes.ignored })
      },
      ignored: (0..<256).contains(classes.ignored) && counts[classes.ignored] > 0
        ? try mask { $0 == classes.ignored } : nil, size: (indices.width, indices.height))
  }
}

extension RunSource {
  /// The mask. Throws `ImageError` for runs that do not come to the size.
  func mask() throws -> Mask {
    switch counts {
    case .text(let text): try RunLengths(width: width, height: height, compressed: text).mask
    case .numbers(let numbers): try RunLengths(width: width, height: height, counts: numbers).mask
    }
  }
}

extension Mask {
  /// The pixels of a picture file that are not 0: of a palette or grey the index, of colours any channel. Throws `ImageError`.
  init(reading path: String) throws {
    do {
      let indices = try PNG.readIndices(path)
      try self.init(width: indices.width, height: indices.height, bits: indices.values)
    } catch ImageError.unsupported {
      let picture = try Image.read(path)
      var bits = [UInt8](repeating: 0, count: picture.width * picture.height)
      for (index, sample) in picture.bytes.enumerated() where sample != 0 { bits[index / 3] = 1 }
      try self.init(width: picture.width, height: picture.height, bits: bits)
    }
  }

  /// The pixels of both. Throws `EvaluationError` for masks of different sizes.
  func joined(_ other: Mask, label: String) throws -> Mask {
    guard (width, height) == (other.width, other.height) else {
      throw EvaluationError(
        "two masks of \(quoted(label)) have \(width)×\(height) and \(other.width)×\(other.height) pixels")
    }
    return try Mask(width: width, height: height, bits: zip(bits, other.bits).map { $0 | $1 })
  }
}
