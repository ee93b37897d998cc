import Imaging
import Interpreter

/// Where files of each format keep what they say of how they were made, and how it is found there.
///
/// - PNG: a text chunk `Provenance`, which every reader of PNG skips.
/// - CSV: lines `# …` before the names of the columns.
/// - JSON: a last field `provenance` of an object.
/// - HTML, SVG: a comment at the end; PDF: a comment after its end.
/// - NPZ: the archive's comment, of at most 64 KB.
enum ProvenanceFiles {
  static let key = "Provenance"
  private static let mark = "clipscope provenance: "

  /// The bytes of a file with the text in it; unchanged where its format has no place.
  static func adding(_ text: ProvenanceText, to bytes: [UInt8], ending: String) throws -> [UInt8] {
    switch ending {
    case "png": return try PNG.adding([note(key, text.json)], to: bytes)
    case "csv":
      // People read it here, so that the recipe stands in lines of its own.
      var lines = text.lines.map { $0.isEmpty ? "#" : "# " + $0 }
      lines.append("# " + mark + text.json)
      return Array((lines.joined(separator: "\n") + "\n").utf8) + bytes
    case "json":
      guard bytes.first == UInt8(ascii: "{"), let end = bytes.lastIndex(of: UInt8(ascii: "}")), end > 1 else {
        return bytes
      }
      let comma = bytes[1..<end].allSatisfy { $0 <= 0x20 } ? "" : ", "
      return Array(bytes[..<end]) + Array((comma + "\"provenance\": " + text.json).utf8)
        + Array(bytes[end...])
    case "html", "svg":
      // Within a comment no `--` may stand.
      return bytes + Array("<!-- \(mark)\(withoutDoubleHyphens(text.json)) -->\n".utf8)
    case "npz": return commented(bytes, text.json)
    case "pdf": return bytes + Array(("%" + mark + text.json + "\n").utf8)
    default: return bytes
    }
  }

  /// What a file says of itself; nil where it says nothing.
  static func text(in bytes: [UInt8]) -> ProvenanceText? {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      return PNG.text(in: bytes).last { $0.key == key }.flatMap { ProvenanceText(json: $0.value) }
    }
    if bytes.starts(with: [0x50, 0x4B]) {
      return comment(of: bytes).flatMap(ProvenanceText.init(json:))
    }
    if bytes.first == UInt8(ascii: "{") {
      guard case .record(let record)? = JSON.parse(bytes: bytes),
        case .record(let text)? = record["provenance"]
      else { return nil }
      return JSON.text(.record(text)).flatMap(ProvenanceText.init(json:))
    }
    let sign = Array(mark.utf8)
    // At the beginning of a CSV, at the end of the others.
    let head = bytes.prefix(1 << 22)
    let tail = bytes.suffix(1 << 22)
    for part in [head, tail] {
      guard let place = lastOccurrence(of: sign, in: part) else { continue }
      let line = part[place...].prefix { $0 != 10 }
      var text = String(decoding: line, as: UTF8.self)
      if text.hasSuffix(" -->") { text.removeLast(4) }
      if let found = ProvenanceText(json: text) { return found }
    }
    return nil
  }

  /// JSON text, in whose strings hyphens may be escaped.
  private static func withoutDoubleHyphens(_ json: String) -> String {
    var result: [UInt8] = []
    for byte in json.utf8 {
      if byte == UInt8(ascii: "-"), result.last == byte {
        result += Array("\\u002d".utf8)
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// A ZIP archive without a comment, with one. It stays as it is where the comment is too long.
  private static func commented(_ bytes: [UInt8], _ comment: String) -> [UInt8] {
    let count = comment.utf8.count
    guard count <= 0xFFFF, bytes.count >= 22, bytes.suffix(2) == [0, 0] else { return bytes }
    return Array(bytes.dropLast(2)) + [UInt8(count & 0xFF), UInt8(count >> 8)] + Array(comment.utf8)
  }

  /// The comment at the end of a ZIP archive.
  private static func comment(of bytes: [UInt8]) -> String? {
    // The end record: its sign, 16 bytes, the comment's length; then the comment, to the end of the file.
    let sign: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
    var place = bytes.count - 22
    while place >= max(0, bytes.count - 22 - 0xFFFF) {
      if bytes[place] == sign[0], bytes[place..<(place + 4)].elementsEqual(sign),
        Int(bytes[place + 20]) | Int(bytes[place + 21]) << 8 == bytes.count - place - 22
      {
        return String(decoding: bytes[(place + 22)...], as: UTF8.self)
      }
      place -= 1
    }
    return nil
  }

  /// The place behind the last occurrence of `sign`.
  private static func lastOccurrence(of sign: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = sign.first, bytes.count >= sign.count else { return nil }
    var place = bytes.endIndex - sign.count
    while place >= bytes.startIndex {
      if bytes[place] == first, bytes[place..<(place + sign.count)].elementsEqual(sign) {
        return place + sign.count
      }
      place -= 1
    }
    return nil
  }
}
