/// Reading open_clip's `open_clip_config.json`, or the contents of its `model_cfg` alone.
extension ModelConfig {
  /// Keys that are read, or that change nothing in a forward pass.
  private static let visionKeys: Set<String> = [
    "layers", "width", "head_width", "mlp_ratio", "patch_size", "image_size", "patch_dropout",
    "norm_kwargs", "pos_embed_type", "pool_type", "attn_pooler_queries", "attn_pooler_heads",
    "output_tokens", "timm_pool", "timm_proj", "timm_proj_bias", "timm_drop", "timm_drop_path",
    "timm_model_pretrained",
  ]
  private static let textKeys: Set<String> = [
    "context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio", "norm_kwargs",
    "pool_type", "proj_type", "pad_id", "eos_id", "output_tokens", "hf_model_pretrained",
    "hf_proj_type", "hf_pooler_type", "hf_tokenizer_name", "tokenizer_kwargs", "embed_dim",
  ]
  private static let modelKeys: Set<String> = [
    "embed_dim", "quick_gelu", "vision_cfg", "text_cfg", "custom_text", "cast_dtype",
    "init_logit_scale", "output_dict", "output_logit_bias", "description",
  ]
  /// Values that say what CLIP does anyway.
  private static let usual: [String: [JSON]] = [
    "vision_cfg.pos_embed_type": [.string("learnable")],
    "vision_cfg.pool_type": [.string("tok")],
    "text_cfg.pool_type": [.string("argmax"), .string("eos")],
    "text_cfg.proj_type": [.string("linear")],
    "text_cfg.hf_tokenizer_name": [.string("")],
    "text_cfg.tokenizer_kwargs": [],
  ]

  static func openCLIP(_ model: JSON, preprocessing: JSON, file: String) throws -> ModelConfig {
    var config = ModelConfig(file: file)
    let vision = model["vision_cfg"] ?? .null
    let text = model["text_cfg"] ?? .null
    try refuseUnknown(model, modelKeys, section: "", file: file)
    try refuseUnknown(vision, visionKeys, section: "vision_cfg", file: file)
    try refuseUnknown(text, textKeys, section: "text_cfg", file: file)

    config.embedDim = try config.positive(model, "embed_dim", in: "")
    let isQuick = model["quick_gelu"] == .bool(true)
    config.activation = Stated(
      value: isQuick ? .quickGELU : .gelu,
      key: model["quick_gelu"] == nil ? "no quick_gelu" : "quick_gelu")

    config.imageSize = try config.side(vision["image_size"], "vision_cfg.image_size")
    config.patchSize = try config.side(vision["patch_size"], "vision_cfg.patch_size")
    config.visionWidth = try config.positive(vision, "width", in: "vision_cfg")
    config.headWidth = try config.positive(vision, "head_width", in: "vision_cfg")
    config.visionRatio = try config.number(vision, "mlp_ratio", in: "vision_cfg")
    if let layers = vision["layers"], layers != .null {
      let list = layers.arrayValue?.compactMap(\.intValue) ?? [layers.intValue ?? 0]
      guard !list.isEmpty, list.allSatisfy({ $0 > 0 && $0 < 4096 }) else {
        throw CheckpointError(file, "`vision_cfg.layers` is \(layers.text); expected whole numbers")
      }
      config.visionLayers = Stated(value: list, key: "vision_cfg.layers")
    }
    config.contextLength = try config.positive(text, "context_length", in: "text_cfg")
    config.vocabularySize = try config.positive(text, "vocab_size", in: "text_cfg")
    config.textWidth = try config.positive(text, "width", in: "text_cfg")
    config.textHeads = try config.positive(text, "heads", in: "text_cfg")
    config.textLayers = try config.positive(text, "layers", in: "text_cfg")
    config.textRatio = try config.number(text, "mlp_ratio", in: "text_cfg")
    if text["pool_type"] == .string("eos") {
      config.endOfText = try config.positive(text, "eos_id", in: "text_cfg")
    }
    config.visionEpsilon = try config.epsilon(vision, "vision_cfg")
    config.textEpsilon = try config.epsilon(text, "text_cfg")
    try config.setPreprocessing(preprocessing)
    return config
  }

  /// `norm_kwargs` may only change LayerNorm's epsilon.
  private func epsilon(_ object: JSON, _ section: String) throws -> Stated<Double>? {
    guard let arguments = object["norm_kwargs"], case .object(let members) = arguments else {
      return nil
    }
    for member in members where member.name != "eps" {
      throw Self.notSupported(file, "\(section).norm_kwargs.\(member.name)", member.value)
    }
    return try number(arguments, "eps", in: "\(section).norm_kwargs")
  }

  private mutating func setPreprocessing(_ json: JSON) throws {
    try setColors(
      mean: json["mean"], std: json["std"], keys: ("preprocess_cfg.mean", "preprocess_cfg.std"))
    size = try side(json["size"], "preprocess_cfg.size")
    switch json["interpolation"] {
    case nil, .null?: break
    case .string("bicubic")?: interpolation = .bicubic
    case .string("bilinear")?: interpolation = .bilinear
    case let value?: throw Self.notSupported(file, "preprocess_cfg.interpolation", value)
    }
    switch json["resize_mode"] {
    case nil, .null?: break
    case .string("shortest")?: fit = .crop
    case .string("squash")?: fit = .squash
    case let value?: throw Self.notSupported(file, "preprocess_cfg.resize_mode", value)
    }
  }

  /// Refuses every key that is not known to be harmless, unless it says nothing.
  private static func refuseUnknown(
    _ object: JSON, _ known: Set<String>, section: String, file: String
  ) throws {
    guard case .object(let members) = object else {
      if object == .null, section == "text_cfg" || section == "vision_cfg" {
        throw CheckpointError(file, "has no `\(section)`")
      }
      throw CheckpointError(file, "`\(section)` is \(object.text); expected an object")
    }
    for member in members where !member.value.isAbsent {
      let key = section.isEmpty ? member.name : "\(section).\(member.name)"
      guard known.contains(member.name) else { throw notSupported(file, key, member.value) }
      if let values = usual[key], !values.contains(member.value) {
        throw notSupported(file, key, member.value)
      }
    }
  }
}
