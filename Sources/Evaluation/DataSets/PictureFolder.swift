/// A folder of pictures with a folder `masks` in it.
///
/// Pictures are the PNG and JPEG files of the folder, or of the folder `images` in it where there is one, in the order of their names. The truth
/// of `NAME.jpg` is either `masks/NAME/LABEL.png`, a mask for each label (pixels that are not 0), where `masks/NAME/ignored.png`
/// holds the pixels that count for nothing; or, where there is `masks/classes.txt`, the indexed PNG `masks/NAME.png`: line k of
/// `classes.txt`, from 0, names index k, an empty line is an index that is nothing, and 255 is ignored. A picture without
/// masks shows none of the labels.
enum PictureFolder {
  private static let endings: Set<String> = ["png", "jpg", "jpeg"]

  static func open(_ path: String) throws -> DataSet {
    let inner = Files.join(path, "images")
    let folder = Files.isFolder(inner) ? inner : path
    let masks = Files.join(path, "masks")
    guard Files.isFolder(masks) else { throw EvaluationError(path, "has no folder `masks`") }
    let pictures = try Files.list(folder).filter { endings.contains(Files.ending($0)) }
    guard !pictures.isEmpty else { throw EvaluationError(folder, "holds no PNG or JPEG files") }
    var stems: [String: String] = [:]
    for name in pictures {
      if let other = stems[Files.stem(name)] {
        throw EvaluationError(folder, "\(quoted(name)) and \(quoted(other)) would have the same masks")
      }
      stems[Files.stem(name)] = name
    }
    let list = Files.join(masks, "classes.txt")
    return Files.isFile(list)
      ? try indexed(path, folder, masks, pictures, list) : try separate(path, folder, masks, pictures)
  }

  private static func indexed(
    _ path: String, _ folder: String, _ masks: String, _ pictures: [String], _ list: String
  ) throws -> DataSet {
    let bytes = try Files.bytes(list, limit: 1 << 20)
    let names = try Files.lines(bytes, of: list).map { $0.text.trimmed }.map { $0.isEmpty ? nil : $0 }
    guard names.count <= 256 else {
      throw EvaluationError(list, "has \(names.count) lines; a PNG has up to 256 classes")
    }
    let labels = names.compactMap { $0 }
    do { try checkUnique(labels) } catch { throw EvaluationError(list, error.problem) }
    let samples = pictures.enumerated().map { index, name in
      DataSet.Sample(
        index: index, identifier: name, picture: Files.join(folder, name), asked: labels, present: nil,
        source: .indexed(
          path: Files.join(masks, Files.stem(name) + ".png"), classes: ClassTable(names: names, ignored: 255))
      )
    }
    return DataSet(
      kind: .folder, path: path, samples: samples, labels: labels,
      background: labels.contains("background") ? "background" : nil,
      sha256: DataSet.checksum(.folder, [bytes, Array(pictures.joined(separator: "\n").utf8)]),
      store: TruthStore())
  }

  private static func separate(
    _ path: String, _ folder: String, _ masks: String, _ pictures: [String]
  ) throws -> DataSet {
    var samples: [DataSet.Sample] = []
    var all: Set<String> = []
    var names: [String] = []
    for (index, name) in pictures.enumerated() {
      let own = Files.join(masks, Files.stem(name))
      let files = Files.isFolder(own) ? try Files.list(own).filter { Files.ending($0) == "png" } : []
      let labelled = files.filter { $0 != "ignored.png" }
      let present = labelled.map(Files.stem)
      all.formUnion(present)
      names += ["\(name)"] + files.map { "\(Files.stem(name))/\($0)" }
      samples.append(
        DataSet.Sample(
          index: index, identifier: name, picture: Files.join(folder, name), asked: present, present: present,
          source: .masks(
            labelled.map { LabelledSource(label: Files.stem($0), mask: .file(Files.join(own, $0))) },
            ignored: files.contains("ignored.png") ? Files.join(own, "ignored.png") : nil)))
    }
    guard !all.isEmpty else {
      throw EvaluationError(masks, "holds no masks NAME/LABEL.png and no classes.txt")
    }
    return DataSet(
      kind: .folder, path: path, samples: samples,
      labels: all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, background: nil,
      sha256: DataSet.checksum(.folder, [Array(names.joined(separator: "\n").utf8)]), store: TruthStore())
  }
}
