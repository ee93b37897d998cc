import Checkpoints
import Glibc
import Imaging
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
      // A table, numbers or a page that a script saved.
      if head.kind != .checkpoint, status.st_size <= 1 << 30,
        let text = ProvenanceFiles.text(in: try readWholeFile(what, name: what, limit: 1 << 30))
      {
        return (["\(what): \(status.st_size) bytes"] + text.lines).joined(separator: "\n")
      }
    }
    let path = try ModelLocator().locate(what).path
    return CheckpointSummary(try Checkpoint.open(path)).text
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
