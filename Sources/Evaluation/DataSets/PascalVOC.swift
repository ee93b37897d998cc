/// The folders of PASCAL VOC (Everingham et al., IJCV 2010; the layout is described in the challenge's development kit).
///
/// For segmentation the pictures of `ImageSets/Segmentation/SPLIT.txt` with the indexed PNGs of `SegmentationClass`, 255 ignored; for
/// classification those of `ImageSets/Main/CLASS_SPLIT.txt`, where 1 is present, −1 absent and 0 difficult: undecided.
enum PascalVOC {
  /// The background and the 20 classes in the order of their indices, by the names of the development kit.
  static let classes = [
    "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
    "diningtable",
    "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
  ]

  static func open(_ path: String, _ options: DataSetOptions) throws -> DataSet {
    let split = options.split ?? "val"
    guard isName(split) else { throw EvaluationError(path, "has no split \(quoted(split))") }
    return options.task == .segmentation ? try segmentation(path, split) : try classification(path, split)
  }

  private static func segmentation(_ path: String, _ split: String) throws -> DataSet {
    let list = Files.join(path, "ImageSets/Segmentation/\(split).txt")
    let bytes = try Files.bytes(list)
    var samples: [DataSet.Sample] = []
    var lines: [String: Int] = [:]
    for (line, text) in try Files.lines(bytes, of: list) where !text.trimmed.isEmpty {
      let name = try identifier(text.trimmed, list, line)
      if let other = lines.updateValue(line, forKey: name) {
        throw EvaluationError(list, line: line, "the sample \(quoted(name)) stands in line \(other) already")
      }
      samples.append(
        DataSet.Sample(
          index: samples.count, identifier: name, picture: Files.join(path, "JPEGImages/\(name).jpg"),
          asked: classes, present: nil,
          source: .indexed(
            path: Files.join(path, "SegmentationClass/\(name).png"),
            classes: ClassTable(names: classes, ignored: 255))))
    }
    return try dataSet(
      path, samples, classes, background: classes[0], list, [Array("segmentation".utf8), bytes])
  }

  private static func classification(_ path: String, _ split: String) throws -> DataSet {
    let labels = Array(classes.dropFirst())
    var parts = [Array("classification".utf8)]
    var order: [String] = []
    var present: [String: [String]] = [:]
    var undecided: [String: [String]] = [:]
    for (place, label) in labels.enumerated() {
      let list = Files.join(path, "ImageSets/Main/\(label)_\(split).txt")
      let bytes = try Files.bytes(list)
      parts.append(bytes)
      var next = 0
      for (line, text) in try Files.lines(bytes, of: list) where !text.trimmed.isEmpty {
        let words = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        guard words.count == 2, let value = Int(words[1]), (-1...1).contains(value) else {
          throw EvaluationError(list, line: line, "is not a picture and 1, 0 or -1")
        }
        let name = try identifier(words[0], list, line)
        if place == 0 {
          guard present.updateValue([], forKey: name) == nil else {
            throw EvaluationError(list, line: line, "the sample \(quoted(name)) stands there twice")
          }
          order.append(name)
        } else if next >= order.count || order[next] != name {
          throw EvaluationError(list, line: line, "lists other pictures than that of \(quoted(labels[0]))")
        }
        next += 1
        if value == 1 { present[name, default: []].append(label) }
        if value == 0 { undecided[name, default: []].append(label) }
      }
      guard next == order.count else {
        throw EvaluationError(list, "lists \(next) pictures, that of \(quoted(labels[0])) \(order.count)")
      }
    }
    let samples = order.enumerated().map { index, name in
      let found = present[name] ?? []
      return DataSet.Sample(
        index: index, identifier: name, picture: Files.join(path, "JPEGImages/\(name).jpg"), asked: labels,
        present: found, source: .labels(present: found, undecided: undecided[name] ?? []))
    }
    return try dataSet(path, samples, labels, background: nil, "\(path)/ImageSets/Main", parts)
  }

  private static func dataSet(
    _ path: String, _ samples: [DataSet.Sample], _ labels: [String], background: String?, _ list: String,
    _ parts: [[UInt8]]
  ) throws -> DataSet {
    guard !samples.isEmpty else { throw EvaluationError(list, "has no samples") }
    return DataSet(
      kind: .voc, path: path, samples: samples, labels: labels, background: background,
      sha256: DataSet.checksum(.voc, parts), store: TruthStore())
  }

  /// A picture's name as a list has it; it becomes part of paths.
  private static func identifier(_ text: String, _ list: String, _ line: Int) throws(EvaluationError)
    -> String
  {
    guard isName(text) else {
      throw EvaluationError(list, line: line, "\(quoted(text)) is no name of a picture")
    }
    return text
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && !text.hasPrefix(".") && !text.utf8.contains { $0 == UInt8(ascii: "/") || $0 < 0x20 }
  }
}
