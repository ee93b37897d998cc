extension DataSet {
  /// The names a manifest may have in a folder that is opened.
  static let manifests = ["manifest.jsonl", "manifest.csv", "scenes.jsonl"]

  /// Opens a data set: a manifest (`.csv`, `.jsonl`), COCO's annotations (`.json`), or a folder, which is one of VOC (`JPEGImages` in it),
  /// of COCO (`annotations` in it), with a manifest (`manifest.jsonl`, `manifest.csv`, or the `scenes.jsonl` of `scripts/scenes`), or of
  /// pictures with `masks`. Throws `EvaluationError` that names the file and the line.
  public init(_ path: String, options: DataSetOptions = DataSetOptions()) throws {
    let kind = try options.kind ?? DataSet.recognize(path)
    switch kind {
    case .folder: self = try PictureFolder.open(path)
    case .csv: self = try CommaSeparated.open(DataSet.manifest(path, ending: ["csv"]))
    case .jsonLines: self = try JSONLines.open(DataSet.manifest(path, ending: ["jsonl"]))
    case .voc: self = try PascalVOC.open(path, options)
    case .coco: self = try COCOAnnotations.open(path, options)
    }
  }

  /// What a file or folder is kept as, by names alone.
  static func recognize(_ path: String) throws(EvaluationError) -> Kind {
    if Files.isFile(path) {
      switch Files.ending(Files.name(of: path)) {
      case "csv": return .csv
      case "jsonl", "ndjson": return .jsonLines
      case "json": return .coco
      default:
        throw EvaluationError(path, "is no data set: expected a .csv, .jsonl or .json file, or a folder")
      }
    }
    guard Files.isFolder(path) else {
      throw EvaluationError(path, "cannot be opened: no such file or directory")
    }
    if Files.isFolder(Files.join(path, "JPEGImages")) { return .voc }
    if Files.isFolder(Files.join(path, "annotations")) { return .coco }
    let found = manifests.filter { Files.isFile(Files.join(path, $0)) }
    guard found.count <= 1 else {
      throw EvaluationError(path, "has several manifests: \(found.joined(separator: ", ")); open one of them")
    }
    if let manifest = found.first { return Files.ending(manifest) == "csv" ? .csv : .jsonLines }
    if Files.isFolder(Files.join(path, "masks")) { return .folder }
    throw EvaluationError(
      path,
      "is no data set: it has none of JPEGImages, annotations, masks, \(manifests.joined(separator: ", "))")
  }

  /// The manifest itself, where its folder was given.
  private static func manifest(_ path: String, ending: [String]) throws(EvaluationError) -> String {
    guard Files.isFolder(path) else { return path }
    let found = manifests.first { ending.contains(Files.ending($0)) && Files.isFile(Files.join(path, $0)) }
    guard let found else { throw EvaluationError(path, "has no manifest") }
    return Files.join(path, found)
  }
}
