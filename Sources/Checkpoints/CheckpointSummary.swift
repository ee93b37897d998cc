import Tensors

/// What `clipscope inspect FILE` shows: format, architecture, every tensor.
public struct CheckpointSummary: Sendable {
  /// A label and what stands beside it.
  public typealias Line = (label: String, value: String)

  /// File, format, size and numbers.
  public let overview: [Line]
  /// The architecture, line by line.
  public let architecture: [Line]
  /// Name, element type, shape and place of every tensor.
  public let tensors: [[String]]
  /// Text beside the weights.
  public let metadata: [Line]
  /// Tensors in the file that the model does not use.
  public let unused: [String]

  /// Describes a checkpoint.
  public init(_ checkpoint: Checkpoint) {
    let bytes = checkpoint.files.reduce(0) { $0 + (FileSystem.size($1) ?? 0) }
    var overview: [Line] = [
      ("file", checkpoint.path), ("format", checkpoint.format.rawValue),
      ("size", Self.megabytes(bytes)),
    ]
    if checkpoint.files.count > 1 { overview.append(("parts", "\(checkpoint.files.count)")) }
    if let config = checkpoint.configFile { overview.append(("config", config)) }
    overview.append(("parameters", Self.grouped(checkpoint.parameterCount)))
    var types: [ElementType: Int] = [:]
    for entry in checkpoint.entries { types[entry.type, default: 0] += 1 }
    let stored = types.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
      .map { "\($0.key.rawValue) (\($0.value))" }
    overview.append(("stored as", stored.joined(separator: ", ")))
    self.overview = overview
    architecture = Self.lines(checkpoint.architecture)
    tensors = checkpoint.entries.map { entry in
      [
        clean(entry.name), entry.type.rawValue, describe(shape: entry.shape),
        entry.originalName == entry.name ? "" : clean(entry.originalName),
      ]
    }
    metadata = checkpoint.metadata.map { ($0.key, $0.value) }
    unused = checkpoint.unused
  }

  private static func lines(_ model: Architecture) -> [Line] {
    var lines: [Line] = []
    switch model.vision {
    case .transformer(let tower):
      lines.append(("vision", "Vision Transformer, patches of \(tower.patchSize)"))
      lines.append(
        ("  picture", "\(tower.imageSize) × \(tower.imageSize), grid \(tower.grid) × \(tower.grid)"))
      lines.append(
        ("  layers", "\(tower.layers) of width \(tower.width), heads \(tower.heads), MLP \(tower.mlpWidth)"))
    case .resNet(let tower):
      lines.append(("vision", "ModifiedResNet with attention pooling"))
      lines.append(
        ("  picture", "\(tower.imageSize) × \(tower.imageSize), grid \(tower.grid) × \(tower.grid)"))
      lines.append(
        (
          "  layers",
          "\(tower.layers.map(String.init).joined(separator: " + ")) bottlenecks, width \(tower.width), "
            + "pooling heads \(tower.heads)"
        ))
    }
    let text = model.text
    lines.append(
      ("text", "transformer, context \(text.contextLength), vocabulary \(grouped(text.vocabularySize))"))
    lines.append(
      ("  layers", "\(text.layers) of width \(text.width), heads \(text.heads), MLP \(text.mlpWidth)"))
    lines.append(("  end of text", "token \(text.endOfText)"))
    lines.append(("embedding", "\(model.embedDim)"))
    lines.append(("activation", "\(model.activation.rawValue) (\(model.activationSource))"))
    lines.append(("heads from", model.headsSource))
    let prepare = model.preprocessing
    lines.append(
      ("pictures", "\(prepare.fit.rawValue) to \(prepare.size), \(prepare.interpolation.rawValue)"))
    lines.append(("  mean", prepare.mean.map { "\($0)" }.joined(separator: " ")))
    lines.append(("  std", prepare.std.map { "\($0)" }.joined(separator: " ")))
    lines.append(("logit scale", "\(model.logitScale) (its exponential is the factor on cosines)"))
    return lines
  }

  /// The whole summary as text in columns.
  public var text: String {
    var output = Self.block(overview) + "\n" + Self.block(architecture)
    if !metadata.isEmpty {
      output += "\nmetadata\n"
      let shown = metadata.prefix(32).map { (label: "  " + clean($0.label), value: clean($0.value)) }
      output += Self.block(shown)
      if metadata.count > 32 { output += "  … \(metadata.count - 32) more\n" }
    }
    output += "\ntensors (\(tensors.count))\n" + Self.table(tensors)
    if !unused.isEmpty {
      output += "\nnot used by the model (\(unused.count))\n"
      for name in unused.prefix(32) { output += "  \(clean(name))\n" }
      if unused.count > 32 { output += "  … \(unused.count - 32) more\n" }
    }
    return output
  }

  private static func block(_ lines: [Line]) -> String {
    let width = min(40, lines.map(\.label.count).max() ?? 0)
    return lines.map { "\(pad($0.label, width))  \($0.value)\n" }.joined()
  }

  private static func table(_ rows: [[String]]) -> String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = " "
      for (column, cell) in row.enumerated() { line += " " + pad(cell, widths[column]) + " " }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// `151,277,313`
  static func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    var position = digits.count - 3
    while position > 0 {
      digits.insert(",", at: position)
      position -= 3
    }
    return String(digits)
  }

  private static func megabytes(_ bytes: Int) -> String {
    let tenths = (bytes + 50_000) / 100_000
    return "\(grouped(tenths / 10)).\(tenths % 10) MB"
  }
}

/// A stranger's text, one line of it, safe for a terminal.
private func clean(_ text: String) -> String { String(quoted(text, limit: 400).dropFirst().dropLast()) }
