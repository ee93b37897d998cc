import Checkpoints

/// A manifest of JSON lines.
///
/// Each line is an object: `image`, a path; `id`, by default that path; `labels`, those present; `ask`, those to ask for; `undecided`; and
/// one of `masks` — a list beside `labels`, or an object by label — or `mask`, an indexed PNG, with `classes`, the names by index, null
/// for an index that is nothing; `ignored`, a mask of pixels that count for nothing, or the index of them (255). A mask is a path or COCO's
/// run lengths `{"size": [height, width], "counts": …}`. A first line without `image` is about all samples: `labels`, `classes`,
/// `background`, `ignored`. Other members are left alone.
enum JSONLines {
  static func open(_ path: String) throws -> DataSet {
    let bytes = try Files.bytes(path)
    var builder: ManifestBuilder?
    for (number, text) in try Files.lines(bytes, of: path) {
      if text.allSatisfy(\.isWhitespace) { continue }
      let json: JSONTree
      do { json = try JSONTree(parsing: Array(text.utf8)) } catch {
        throw EvaluationError(path, line: number, "is not valid JSON: \(error)")
      }
      guard case .object = json else { throw EvaluationError(path, line: number, "is not a JSON object") }
      if builder == nil {
        let isHeader =
          json["image"] == nil && (json["labels"] ?? json["classes"] ?? json["background"]) != nil
        let header = try isHeader ? located(path, number) { try self.header(json) } : ManifestHeader()
        builder = try ManifestBuilder(path, kind: .jsonLines, header: header)
        if isHeader { continue }
      }
      let entry = try located(path, number) { try self.entry(json) }
      try builder?.add(entry, line: number)
    }
    guard let builder else { throw EvaluationError(path, "has no samples") }
    return try builder.dataSet(parts: [bytes])
  }

  private static func located<R>(_ path: String, _ line: Int, _ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as EvaluationError {
      throw EvaluationError(path, line: line, error.problem)
    }
  }

  private static func header(_ json: JSONTree) throws -> ManifestHeader {
    ManifestHeader(
      labels: try strings(json, "labels"), classes: try classes(json),
      background: try string(json, "background"),
      ignoredIndex: try json["ignored"].map { try index($0) })
  }

  private static func entry(_ json: JSONTree) throws -> ManifestEntry {
    var entry = ManifestEntry()
    entry.identifier = try string(json, "id")
    entry.image = try string(json, "image")
    entry.labels = try strings(json, "labels")
    entry.asked = try strings(json, "ask")
    entry.undecided = try strings(json, "undecided") ?? []
    entry.indexed = try string(json, "mask")
    entry.classes = try classes(json)
    switch json["ignored"] {
    case nil, .null?: break
    case .string(let path)?: entry.ignored = path
    case let other?: entry.ignoredIndex = try index(other)
    }
    switch json["masks"] {
    case nil, .null?: break
    case .array(let elements)?: entry.masks = try elements.map { (nil, try mask($0)) }
    case .object(let members)?: entry.masks = try members.map { ($0.name, try mask($0.value)) }
    default: throw EvaluationError("`masks` is neither a list nor an object")
    }
    return entry
  }

  private static func mask(_ json: JSONTree) throws -> MaskSource {
    if let path = json.stringValue { return .file(path) }
    return .runs(try RunSource(json: json))
  }

  private static func index(_ json: JSONTree) throws -> Int {
    guard let value = json.intValue, (0...255).contains(value) else {
      throw EvaluationError("`ignored` is neither a path nor an index from 0 to 255")
    }
    return value
  }

  private static func string(_ json: JSONTree, _ name: String) throws -> String? {
    switch json[name] {
    case nil, .null?: return nil
    case .string(let text)?: return text
    default: throw EvaluationError("`\(name)` is not text")
    }
  }

  private static func strings(_ json: JSONTree, _ name: String) throws -> [String]? {
    switch json[name] {
    case nil, .null?: return nil
    case .array(let elements)?:
      return try elements.map {
        guard let text = $0.stringValue else {
          throw EvaluationError("`\(name)` holds something that is no text")
        }
        return text
      }
    default: throw EvaluationError("`\(name)` is not a list")
    }
  }

  private static func classes(_ json: JSONTree) throws -> [String?]? {
    switch json["classes"] {
    case nil, .null?: return nil
    case .array(let elements)?:
      return try elements.map {
        if $0 == .null { return nil }
        guard let text = $0.stringValue else {
          throw EvaluationError("`classes` holds something that is no text")
        }
        return text
      }
    default: throw EvaluationError("`classes` is not a list")
    }
  }
}

extension RunSource {
  /// `{"size": [height, width], "counts": text or numbers}`
  init(json: JSONTree) throws(EvaluationError) {
    guard let size = json["size"]?.arrayValue, size.count == 2, let height = size[0].intValue,
      let width = size[1].intValue
    else { throw EvaluationError("a mask is neither a path nor run lengths with a `size` [height, width]") }
    self.width = width
    self.height = height
    switch json["counts"] {
    case .string(let text)?: counts = .text(text)
    case .array(let elements)?:
      var numbers: [Int] = []
      for element in elements {
        guard let number = element.intValue else {
          throw EvaluationError("run lengths hold something that is no whole number")
        }
        numbers.append(number)
      }
      counts = .numbers(numbers)
    default: throw EvaluationError("run lengths have no `counts`")
    }
  }
}
