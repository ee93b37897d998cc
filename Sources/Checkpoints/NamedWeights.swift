/// The tensors of a file under OpenAI's names: wrappings removed, Hugging Face's names translated.
struct NamedWeights {
  private(set) var entries: [Checkpoint.Entry] = []
  /// Names in the file that carry no weight of the model.
  private(set) var unused: [String] = []
  private(set) var isHuggingFace = false

  /// The weight by which each naming is recognized.
  private static let openAIMark = "visual.conv1.weight"
  private static let huggingFaceMark = "vision_model.embeddings.patch_embedding.weight"

  /// Finds the model among the file's tensors and renames it.
  init(_ source: CheckpointSource) throws {
    let names = source.tensors.map(\.name)
    if let prefix = try Self.prefix(of: Self.openAIMark, in: names, source) {
      try addOpenAI(source, prefix: prefix)
    } else if let prefix = try Self.prefix(of: Self.huggingFaceMark, in: names, source) {
      isHuggingFace = true
      try addHuggingFace(source, prefix: prefix)
    } else {
      throw Self.unknown(source)
    }
  }

  /// What precedes `mark`: `module.`, `state_dict.module.`, … The shortest, as copies (such as
  /// moving averages) lie deeper than the model itself.
  private static func prefix(
    of mark: String, in names: [String], _ source: CheckpointSource
  ) throws -> String? {
    let prefixes = names.filter { $0 == mark || $0.hasSuffix("." + mark) }
      .map { String($0.dropLast(mark.count)) }
      .sorted { $0.utf8.count < $1.utf8.count }
    guard let shortest = prefixes.first else { return nil }
    if prefixes.count > 1, prefixes[1].utf8.count == shortest.utf8.count {
      throw CheckpointError(
        source.path,
        "holds two models, \(quoted(shortest)) and \(quoted(prefixes[1])); save one of them")
    }
    return shortest
  }

  private static func unknown(_ source: CheckpointSource) -> CheckpointError {
    let names = source.tensors.map(\.name)
    if names.contains(where: { $0.contains("visual.trunk.") }) {
      return CheckpointError(
        source.path, "not supported: a vision tower from timm (`visual.trunk.…`)")
    }
    let sample = names.prefix(3).map { quoted($0) }.joined(separator: ", ")
    return CheckpointError(
      source.path,
      "is not a CLIP: it has neither `\(openAIMark)` nor `\(huggingFaceMark)`; it has \(sample), …")
  }

  private mutating func add(_ name: String, _ originals: [String], _ parts: [StoredTensor]) throws {
    guard let first = parts.first else { return }
    var shape = first.shape
    if parts.count > 1 {
      guard parts.allSatisfy({ $0.shape.dropFirst() == shape.dropFirst() && !$0.shape.isEmpty }) else {
        throw first.file.error(
          "\(originals.map { quoted($0) }.joined(separator: ", ")) do not fit together")
      }
      shape[0] = parts.reduce(0) { $0 + $1.shape[0] }
    }
    entries.append(
      Checkpoint.Entry(
        name: name, originalName: originals.joined(separator: " + "), shape: shape,
        type: first.type, byteCount: parts.reduce(0) { $0 + $1.count * $1.type.byteCount },
        file: first.file.path, byteOffset: first.range.lowerBound, parts: parts))
  }

  /// Values that are no weights: OpenAI's archives store sizes as tensors, BatchNorm counts batches.
  private static func isBookkeeping(_ name: String) -> Bool {
    ["input_resolution", "context_length", "vocab_size", "attn_mask"].contains(name)
      || name.hasSuffix("num_batches_tracked") || name.hasSuffix("position_ids")
  }

  private mutating func addOpenAI(_ source: CheckpointSource, prefix: String) throws {
    // open_clip's newer layout keeps the text tower under `text.`.
    let hasTextPrefix = source.tensors.contains {
      $0.name == prefix + "text.token_embedding.weight"
    }
    for (original, tensor) in source.tensors {
      guard original.hasPrefix(prefix) else {
        unused.append(original)
        continue
      }
      var name = String(original.dropFirst(prefix.count))
      if hasTextPrefix, name.hasPrefix("text.") { name = String(name.dropFirst(5)) }
      if Self.isBookkeeping(name) {
        unused.append(original)
      } else {
        try add(name, [original], [tensor])
      }
    }
  }

  // MARK: Hugging Face

  private static let huggingFaceNames: [String: String] = [
    "vision_model.embeddings.class_embedding": "visual.class_embedding",
    "vision_model.embeddings.patch_embedding.weight": "visual.conv1.weight",
    "vision_model.embeddings.position_embedding.weight": "visual.positional_embedding",
    "vision_model.pre_layrnorm.weight": "visual.ln_pre.weight",
    "vision_model.pre_layrnorm.bias": "visual.ln_pre.bias",
    "vision_model.pre_layernorm.weight": "visual.ln_pre.weight",
    "vision_model.pre_layernorm.bias": "visual.ln_pre.bias",
    "vision_model.post_layernorm.weight": "visual.ln_post.weight",
    "vision_model.post_layernorm.bias": "visual.ln_post.bias",
    "visual_projection.weight": "visual.proj",
    "text_model.embeddings.token_embedding.weight": "token_embedding.weight",
    "text_model.embeddings.position_embedding.weight": "positional_embedding",
    "text_model.final_layer_norm.weight": "ln_final.weight",
    "text_model.final_layer_norm.bias": "ln_final.bias",
    "text_projection.weight": "text_projection",
    "logit_scale": "logit_scale",
  ]

  private static let huggingFaceBlockNames: [String: String] = [
    "layer_norm1": "ln_1", "layer_norm2": "ln_2", "self_attn.out_proj": "attn.out_proj",
    "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj",
  ]

  /// Hugging Face stores query, key and value apart, and both projections as linear layers
  /// (output × input), transposed against OpenAI's.
  private mutating func addHuggingFace(_ source: CheckpointSource, prefix: String) throws {
    var byName: [String: StoredTensor] = [:]
    for (name, tensor) in source.tensors { byName[name] = tensor }
    for (original, tensor) in source.tensors {
      guard original.hasPrefix(prefix) else {
        unused.append(original)
        continue
      }
      let name = String(original.dropFirst(prefix.count))
      if let translated = Self.huggingFaceNames[name] {
        let isProjection = name == "visual_projection.weight" || name == "text_projection.weight"
        try add(translated, [original], [isProjection ? tensor.transposed : tensor])
      } else if Self.isBookkeeping(name) {
        unused.append(original)
      } else if let (block, part, kind) = Self.split(name) {
        let base = String(original.dropLast("\(part).\(kind)".count))
        switch part {
        case "self_attn.q_proj":
          let originals = ["q", "k", "v"].map { "\(base)self_attn.\($0)_proj.\(kind)" }
          let parts = try originals.map { name in
            guard let part = byName[name] else {
              throw tensor.file.error("has no weight \(quoted(name))")
            }
            return part
          }
          try add("\(block).attn.in_proj_\(kind)", originals, parts)
        case "self_attn.k_proj", "self_attn.v_proj":
          break  // taken with the query
        default:
          if let translated = Self.huggingFaceBlockNames[part] {
            try add("\(block).\(translated).\(kind)", [original], [tensor])
          } else {
            try add("\(block).\(part).\(kind)", [original], [tensor])
          }
        }
      } else {
        try add(name, [original], [tensor])
      }
    }
  }

  /// `vision_model.encoder.layers.3.mlp.fc1.weight` → (`visual.transformer.resblocks.3`, `mlp.fc1`, `weight`).
  private static func split(_ name: String) -> (block: String, part: String, kind: String)? {
    for (tower, prefix) in [("vision_model", "visual."), ("text_model", "")] {
      let start = "\(tower).encoder.layers."
      guard name.hasPrefix(start) else { continue }
      let pieces = name.dropFirst(start.count).split(separator: ".")
      guard pieces.count >= 3, let layer = Int(pieces[0]), let kind = pieces.last else { return nil }
      let part = pieces[1..<(pieces.count - 1)].joined(separator: ".")
      return ("\(prefix)transformer.resblocks.\(layer)", part, String(kind))
    }
    return nil
  }
}
