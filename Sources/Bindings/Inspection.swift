import Checkpoints
import Glibc
import Imaging
import Tensors
import Tokenization

/// What `clipscope inspect` prints.
public enum Inspection {
  /// The contents of a checkpoint or a picture, or of a model by its name.
  public static func text(of what: String) throws -> String {
    if what == BuiltInModel.name {
      return EmbeddedAssets.emojiModelCard + "\n" + CheckpointSummary(try BuiltInModel.open()).text
    }
    var status = stat()
    if stat(what, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
      let head = try FileHead(path: what, name: what)
      if head.kind == .picture { return try picture(what) }
      if head.kind != .checkpoint, status.st_size <= 1 << 30, let text = try results(what) { return text }
    }
    let path = try ModelLocator().locate(what).path
    return CheckpointSummary(try Checkpoint.open(path)).text
  }

  /// A table, numbers or a page that a script saved; a bundle. nil for what may be a checkpoint.
  private static func results(_ path: String) throws -> String? {
    let bytes = try readWholeFile(path, name: path, limit: 1 << 30)
    let head = "\(path): \(bytes.count) bytes"
    if Bundle.isBundle(path) {
      let files = try Bundle(path: path).listing.map { "  \($0.name)  \($0.size) bytes" }
      return ([head + ", a bundle of \(files.count) files"] + files).joined(separator: "\n")
    }
    let contents = contents(of: bytes, ending: fileEnding(path))
    guard let text = ProvenanceFiles.text(in: bytes) else {
      return contents.map { ([head] + $0 + ["  does not say how it was made"]).joined(separator: "\n") }
    }
    return ([head] + (contents ?? []) + text.lines).joined(separator: "\n")
  }

  /// What is in a file of numbers or a table; nil where it is neither.
  private static func contents(of bytes: [UInt8], ending: String) -> [String]? {
    func line(_ name: String, _ tensor: Tensor) -> String {
      "  \(name.isEmpty ? "" : name + ": ")float32 \(describe(shape: tensor.shape))"
    }
    switch ending {
    case "npy": return (try? NPYFile.read(bytes)).map { [line("", $0)] }
    case "npz": return (try? NPZFile.read(bytes)).map { $0.map { line($0.name, $0.tensor) } }
    case "csv":
      let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
      return lines.first.map { ["  a table: columns \($0); \(lines.count - 1) lines"] }
    case "json", "jsonl", "html", "svg", "pdf", "txt", "md", "clip", "lock": return []
    default: return nil
    }
  }

  private static func picture(_ path: String) throws -> String {
    let image = try Image.read(path)
    var lines = ["\(path): \(image.width)×\(image.height) pixels"]
    if let source = image.source {
      lines.append(
        "  \(source.format), \(source.bitDepth) bits"
          + (source.hasPalette ? ", palette" : "") + (source.hasAlpha ? ", alpha (dropped)" : "")
          + (source.isInterlaced ? ", interlaced" : ""))
      if source.orientation != .upright { lines.append("  to be shown \(source.orientation)") }
    }
    lines.append("  sha256 \(try SHA256.hex(of: path))")
    let bytes = try readWholeFile(path, name: path, limit: 1 << 30)
    for note in PNG.text(in: bytes) where note.key != ProvenanceFiles.key {
      let isNumbers = note.key == MapData.key
      lines.append(
        "  \(note.key): \(isNumbers ? "numbers that `load(…, kind: \"tensor\")` reads" : note.value)")
    }
    if let text = ProvenanceFiles.text(in: bytes) { lines += text.lines.map { $0.isEmpty ? "" : "  " + $0 } }
    return lines.joined(separator: "\n")
  }
}

/// What `clipscope models` prints.
public enum ModelList {
  /// The built-in model and everything in the caches, one a line.
  public static func text() -> String {
    let locator = ModelLocator()
    var rows = [["emoji", "built in", "", ""]]
    for model in locator.available() {
      let megabytes = "\((model.byteCount + 500_000) / 1_000_000) MB"
      rows.append([model.name, model.format, megabytes, model.path])
    }
    let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
    var lines = rows.map { row in
      (0..<3).map { row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count) }
        .joined(separator: "  ") + "  " + row[3]
    }
    let folders = [locator.models, locator.clipCache, locator.hub].compactMap { $0 }
    lines.append("looked in: " + folders.joined(separator: ", "))
    return lines.joined(separator: "\n")
  }
}
