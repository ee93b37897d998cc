import Checkpoints
import Imaging
import Segmentation
import Tensors

/// COCO's annotations (the format is described at cocodataset.org): a JSON file with `images`, `annotations` and `categories`.
///
/// All annotations of a category on a picture make one mask. Opening notes where each annotation stands; its outline is read when
/// the sample's truth is asked for.
enum COCOAnnotations {
  /// The longest file accepted, in bytes.
  static let longest = 1 << 31

  static func open(_ path: String, _ options: DataSetOptions) throws -> DataSet {
    let file = try annotationFile(path, options)
    let bytes = try Files.bytes(file, limit: longest)
    let lists = try JSONRanges.lists(in: bytes, path: file)
    let reader = Elements(bytes: bytes, path: file)
    var labels: [String] = []
    var categories: [Int: Int] = [:]
    try reader.each(lists["categories"], "categories") { json in
      let id = try whole(json, "id")
      guard let name = json["name"]?.stringValue, !name.isEmpty else {
        throw EvaluationError("a category has no `name`")
      }
      guard categories.updateValue(labels.count, forKey: id) == nil else {
        throw EvaluationError("the category \(id) stands there twice")
      }
      labels.append(name)
    }
    do { try checkUnique(labels) } catch { throw EvaluationError(file, error.problem) }
    var found: [Found] = []
    var places: [Int: Int] = [:]
    var names: Set<String> = []
    try reader.each(lists["images"], "images") { json in
      let id = try whole(json, "id")
      guard let name = json["file_name"]?.stringValue, !name.isEmpty, !name.utf8.contains(0) else {
        throw EvaluationError("an image has no `file_name`")
      }
      guard places.updateValue(found.count, forKey: id) == nil, names.insert(name).inserted else {
        throw EvaluationError("the image \(id) (\(quoted(name))) stands there twice")
      }
      found.append(
        Found(id: id, name: name, width: try whole(json, "width"), height: try whole(json, "height")))
    }
    guard !found.isEmpty else { throw EvaluationError(file, "has no images") }
    try reader.each(lists["annotations"], "annotations") { json, range in
      let image = try whole(json, "image_id")
      guard let place = places[image] else {
        throw EvaluationError("an annotation is of the image \(image), which is not there")
      }
      let id = try whole(json, "category_id")
      guard let category = categories[id] else {
        throw EvaluationError("an annotation is of the category \(id), which is not there")
      }
      found[place].ranges.append(AnnotationRange(offset: range.lowerBound, length: range.count))
      if !(options.ignoresCrowds && isCrowd(json)) { found[place].present.insert(category) }
    }
    let folder = try pictureFolder(file, options, first: found[0].name)
    let samples = found.enumerated().map { index, image in
      DataSet.Sample(
        index: index, identifier: image.name, picture: Files.join(folder, image.name), asked: labels,
        present: image.present.sorted().map { labels[$0] },
        source: .annotations(image.ranges, image: image.id, width: image.width, height: image.height))
    }
    let mode = options.ignoresCrowds ? "crowds ignored" : "crowds count"
    return DataSet(
      kind: .coco, path: path, samples: samples, labels: labels, background: nil,
      sha256: DataSet.checksum(.coco, [bytes, Array(mode.utf8)]),
      store: TruthStore(
        annotations: AnnotationStore(
          path: file, size: bytes.count, categories: categories, ignoresCrowds: options.ignoresCrowds)))
  }

  private struct Found {
    let id: Int
    let name: String
    let width: Int
    let height: Int
    var ranges: [AnnotationRange] = []
    var present: Set<Int> = []
  }

  fileprivate static func whole(_ json: JSONTree, _ name: String) throws(EvaluationError) -> Int {
    guard let value = json[name]?.intValue else { throw EvaluationError("has no whole number `\(name)`") }
    return value
  }

  fileprivate static func isCrowd(_ json: JSONTree) -> Bool {
    json["iscrowd"] == .bool(true) || json["iscrowd"]?.intValue == 1
  }

  /// The annotations: the file itself, or one of the folder `annotations`.
  private static func annotationFile(_ path: String, _ options: DataSetOptions) throws(EvaluationError)
    -> String
  {
    guard Files.isFolder(path) else { return path }
    let folder = Files.isFolder(Files.join(path, "annotations")) ? Files.join(path, "annotations") : path
    let files = try Files.list(folder).filter { Files.ending($0) == "json" }
    let stems = files.map(Files.stem)
    if let split = options.split {
      if let place = stems.firstIndex(of: "instances_\(split)") ?? stems.firstIndex(of: split) {
        return Files.join(folder, files[place])
      }
      let known = stems.map { $0.hasPrefix("instances_") ? String($0.dropFirst(10)) : $0 }
      throw EvaluationError(folder, "has no split \(quoted(split))" + suggestion(for: split, among: known))
    }
    guard files.count == 1 else {
      throw EvaluationError(
        folder,
        files.isEmpty
          ? "holds no .json file" : "holds \(files.count) .json files; open one of them or name a split")
    }
    return Files.join(folder, files[0])
  }

  /// The folder of the pictures: the one given; or of those beside the annotations, named like the split or `images`, the first
  /// that holds the first picture.
  private static func pictureFolder(
    _ file: String, _ options: DataSetOptions, first: String
  ) throws(EvaluationError) -> String {
    if let folder = options.pictures { return folder }
    let stem = Files.stem(Files.name(of: file))
    let split = stem.hasPrefix("instances_") ? String(stem.dropFirst(10)) : stem
    let near = Files.folder(of: file)
    let candidates = ["images", "images/\(split)", split, ""].flatMap { name in
      [Files.join(near, "../\(name)"), Files.join(near.isEmpty ? "." : near, name)]
    }
    let folder = candidates.first { Files.isFile(Files.join($0, first)) }
    guard let folder else {
      throw EvaluationError(
        file,
        "the picture \(quoted(first)) is neither in `images` nor in `\(split)` beside it; name the folder of the pictures"
      )
    }
    return folder
  }

  /// Parses elements of a list, each on its own.
  private struct Elements {
    let bytes: [UInt8]
    let path: String

    func each(_ ranges: [Range<Int>]?, _ name: String, _ body: (JSONTree) throws -> Void) throws {
      try each(ranges, name) { json, _ in try body(json) }
    }

    func each(_ ranges: [Range<Int>]?, _ name: String, _ body: (JSONTree, Range<Int>) throws -> Void) throws {
      guard let ranges else {
        throw EvaluationError(path, "has no list `\(name)`: it is not COCO's annotations")
      }
      for (place, range) in ranges.enumerated() {
        if place & 0xff == 0 { try Interruption.check() }
        do {
          let json = try JSONTree(parsing: Array(bytes[range]))
          guard case .object = json else { throw EvaluationError("is not an object") }
          try body(json, range)
        } catch let error as JSONTree.Malformed {
          throw located(range, "is not valid JSON: \(error)")
        } catch let error as EvaluationError {
          throw located(range, "in `\(name)`, element \(place): \(error.problem)")
        }
      }
    }

    private func located(_ range: Range<Int>, _ problem: String) -> EvaluationError {
      let line = 1 + bytes[..<range.lowerBound].count { $0 == 0x0a }
      return EvaluationError(path, line: line, problem)
    }
  }
}

/// Reads outlines of annotations.
struct AnnotationStore: Sendable {
  let path: String
  /// The file's size when it was opened.
  let size: Int
  /// The place of each category's label.
  let categories: [Int: Int]
  let ignoresCrowds: Bool

  /// One mask a category. Pixels of a crowd that belong to nothing else are ignored, or belong to their category.
  func truth(
    _ ranges: [AnnotationRange], image: Int, width: Int, height: Int, labels: [String]
  ) throws -> Truth {
    try ImageLimits.check(width: width, height: height, name: path)
    let empty = try Mask(width: width, height: height)
    var masks: [Int: Mask] = [:]
    var crowd: Mask?
    for range in ranges {
      try Interruption.check()
      let json: JSONTree
      do {
        json = try JSONTree(parsing: try Files.bytes(path, offset: range.offset, count: range.length))
      } catch let error as JSONTree.Malformed {
        throw EvaluationError(path, "was changed after it was opened: \(error)")
      }
      guard json["image_id"]?.intValue == image, let id = json["category_id"]?.intValue,
        let category = categories[id], labels.indices.contains(category)
      else { throw EvaluationError(path, "was changed after it was opened") }
      // In place: a picture may have thousands of outlines, each a small part of it.
      if ignoresCrowds, COCOAnnotations.isCrowd(json) {
        var mask = crowd ?? empty
        crowd = nil
        try add(json, to: &mask, labels[category])
        crowd = mask
      } else {
        try add(json, to: &masks[category, default: empty], labels[category])
      }
    }
    let all = masks.keys.sorted().compactMap { place in
      masks[place].map { LabelledMask(label: labels[place], mask: $0) }
    }
    let ignored = try crowd.map { crowd in try all.reduce(crowd) { try $0.without($1.mask) } }
    return try Truth(masks: all, ignored: ignored, size: (width, height))
  }

  /// Adds an annotation's pixels to a mask of its image.
  private func add(_ json: JSONTree, to mask: inout Mask, _ label: String) throws {
    switch json["segmentation"] {
    case .array(let polygons)?:
      let coordinates = try polygons.map { polygon in
        guard let numbers = polygon.arrayValue else { throw problem(label, "is no polygon") }
        return try numbers.map { number in
          guard let value = number.doubleValue else { throw problem(label, "has a corner that is no number") }
          return value
        }
      }
      do { try mask.add(coordinates: coordinates) } catch let error as ImageError {
        throw problem(label, "\(error)")
      }
    case .object?:
      let runs = try RunSource(json: json["segmentation"] ?? .null)
      guard (runs.width, runs.height) == (mask.width, mask.height) else {
        throw problem(
          label, "has \(runs.width)×\(runs.height) pixels, the image \(mask.width)×\(mask.height)")
      }
      do { mask = try mask.joined(try runs.mask(), label: label) } catch let error as ImageError {
        throw problem(label, "\(error)")
      }
    default: throw problem(label, "has no `segmentation`")
    }
  }

  private func problem(_ label: String, _ what: String) -> EvaluationError {
    EvaluationError(path, "an annotation of \(quoted(label)): \(what)")
  }
}
