/// A manifest as a comma-separated table (RFC 4180), its columns named in the first line.
///
/// `image`, a path; `id`; `labels`; `ask`; `undecided`; `masks`, beside `labels`; `mask`, an indexed PNG, its class names by index either in
/// the column `classes` or in the header as `mask:background|cat|dog`, an empty name for an index that is nothing; `ignored`, a mask of
/// pixels that count for nothing. Several values of a cell are separated by `|`. A mask is a path, or run lengths as
/// `rle:HEIGHTxWIDTH:counts`, compressed as COCO does, or numbers separated by spaces.
enum CommaSeparated {
  static let columns = ["image", "id", "labels", "ask", "undecided", "masks", "mask", "classes", "ignored"]

  static func open(_ path: String) throws -> DataSet {
    let bytes = try Files.bytes(path)
    var reader = Reader(bytes: bytes, path: path)
    guard var names = try reader.record()?.fields else { throw EvaluationError(path, "has no samples") }
    var header = ManifestHeader()
    for (place, name) in names.enumerated() where name.hasPrefix("mask:") {
      header.classes = list(String(name.dropFirst(5)), keepsEmpty: true).map { $0.isEmpty ? nil : $0 }
      names[place] = "mask"
    }
    names = names.map { $0.trimmed.lowercased() }
    for (place, name) in names.enumerated() where columns.contains(name) && names[..<place].contains(name) {
      throw EvaluationError(path, line: 1, "the column \(quoted(name)) stands there twice")
    }
    guard names.contains("image") else {
      throw EvaluationError(
        path, line: 1,
        "has no column `image`, but \(names.prefix(20).map { quoted($0) }.joined(separator: ", "))")
    }
    var builder = try ManifestBuilder(path, kind: .csv, header: header)
    while let (line, fields) = try reader.record() {
      if fields.count == 1, fields[0].isEmpty { continue }
      guard fields.count == names.count else {
        throw EvaluationError(
          path, line: line, "has \(fields.count) cells; the first line has \(names.count)")
      }
      var entry = ManifestEntry()
      for (name, cell) in zip(names, fields) where !cell.isEmpty {
        switch name {
        case "image": entry.image = cell
        case "id": entry.identifier = cell
        case "labels": entry.labels = list(cell)
        case "ask": entry.asked = list(cell)
        case "undecided": entry.undecided = list(cell)
        case "mask": entry.indexed = cell
        case "classes": entry.classes = list(cell, keepsEmpty: true).map { $0.isEmpty ? nil : $0 }
        case "ignored": entry.ignored = cell
        case "masks":
          do { entry.masks = try list(cell).map { (nil, try mask($0)) } } catch let error as EvaluationError {
            throw EvaluationError(path, line: line, error.problem)
          }
        default: break
        }
      }
      try builder.add(entry, line: line)
    }
    return try builder.dataSet(parts: [bytes])
  }

  private static func list(_ cell: String, keepsEmpty: Bool = false) -> [String] {
    cell.split(separator: "|", omittingEmptySubsequences: false).map { String($0).trimmed }
      .filter { keepsEmpty || !$0.isEmpty }
  }

  private static func mask(_ cell: String) throws -> MaskSource {
    guard cell.hasPrefix("rle:") else { return .file(cell) }
    let parts = cell.dropFirst(4).split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let size = (parts.first ?? "").split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, size.count == 2, let height = size[0], let width = size[1] else {
      throw EvaluationError("\(quoted(cell)) is no mask: expected `rle:HEIGHTxWIDTH:counts`")
    }
    if parts[1].contains(" ") {
      let numbers = parts[1].split(separator: " ").map { Int($0) }
      guard !numbers.contains(nil) else {
        throw EvaluationError("\(quoted(cell)) holds something that is no number")
      }
      return .runs(RunSource(width: width, height: height, counts: .numbers(numbers.compactMap { $0 })))
    }
    return .runs(RunSource(width: width, height: height, counts: .text(String(parts[1]))))
  }

  /// Reads records of cells.
  private struct Reader {
    let bytes: [UInt8]
    let path: String
    var position = 0
    var line = 1

    init(bytes: [UInt8], path: String) {
      self.bytes = bytes
      self.path = path
      if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    }

    /// The next record and the line it begins in; nil at the end.
    mutating func record() throws(EvaluationError) -> (line: Int, fields: [String])? {
      guard position < bytes.count else { return nil }
      let start = line
      var fields: [String] = []
      while true {
        let (text, isLast) = try cell(from: start)
        fields.append(text)
        guard fields.count <= 1000 else {
          throw EvaluationError(path, line: start, "has more than 1000 cells")
        }
        if isLast { return (start, fields) }
      }
    }

    private mutating func cell(from start: Int) throws(EvaluationError) -> (String, isLast: Bool) {
      var text: [UInt8] = []
      var isQuoted = false
      var isLast = true
      if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        isQuoted = true
        position += 1
      }
      reading: while true {
        guard position < bytes.count else {
          if isQuoted { throw EvaluationError(path, line: start, "has a quote that does not end") }
          break
        }
        let byte = bytes[position]
        position += 1
        if isQuoted {
          if byte == UInt8(ascii: "\n") { line += 1 }
          guard byte == UInt8(ascii: "\"") else {
            text.append(byte)
            continue
          }
          if position < bytes.count, bytes[position] == byte {
            text.append(byte)
            position += 1
          } else {
            isQuoted = false
          }
          continue
        }
        switch byte {
        case UInt8(ascii: ","):
          isLast = false
          break reading
        case UInt8(ascii: "\n"):
          line += 1
          break reading
        case UInt8(ascii: "\r") where position < bytes.count && bytes[position] == UInt8(ascii: "\n"): break
        default: text.append(byte)
        }
      }
      guard let result = String(validating: text, as: UTF8.self) else {
        throw EvaluationError(path, line: start, "is not UTF-8 text")
      }
      return (result.trimmed, isLast)
    }
  }
}

extension String {
  /// Without spaces and tabs at both ends.
  var trimmed: String {
    var rest = self[...]
    while let first = rest.first, first == " " || first == "\t" { rest = rest.dropFirst() }
    while let last = rest.last, last == " " || last == "\t" { rest = rest.dropLast() }
    return String(rest)
  }
}
