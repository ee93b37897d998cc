/// Reading Hugging Face's `config.json` of a CLIP, and `preprocessor_config.json` beside it.
extension ModelConfig {
  /// What the configuration classes fill in for omitted keys: the sizes of ViT-B/32.
  private static let visionDefaults: [String: JSON] = [
    "hidden_size": .int(768), "intermediate_size": .int(3072), "num_hidden_layers": .int(12),
    "num_attention_heads": .int(12), "image_size": .int(224), "patch_size": .int(32),
    "hidden_act": .string("quick_gelu"), "layer_norm_eps": .double(1e-5),
  ]
  private static let textDefaults: [String: JSON] = [
    "hidden_size": .int(512), "intermediate_size": .int(2048), "num_hidden_layers": .int(12),
    "num_attention_heads": .int(8), "vocab_size": .int(49408),
    "max_position_embeddings": .int(77), "hidden_act": .string("quick_gelu"),
    "layer_norm_eps": .double(1e-5), "eos_token_id": .int(49407),
  ]

  /// One section with its defaults, and the name of each key for messages.
  private struct Section {
    let file: String
    let name: String
    let json: JSON
    let overrides: JSON
    let defaults: [String: JSON]

    func value(_ key: String) -> Stated<JSON> {
      // Old configs repeat a section as `…_dict`, which then wins.
      if let value = overrides[key], value != .null {
        return Stated(value: value, key: "\(name)_dict.\(key)")
      }
      if let value = json[key], value != .null { return Stated(value: value, key: "\(name).\(key)") }
      return Stated(value: defaults[key] ?? .null, key: "\(name).\(key) (omitted, the default)")
    }

    func int(_ key: String) throws -> Stated<Int> {
      let stated = value(key)
      guard let number = stated.value.intValue, number > 0, number < 1 << 24 else {
        throw CheckpointError(
          file, "`\(stated.key)` is \(stated.value.text); expected a whole number above zero")
      }
      return Stated(value: number, key: stated.key)
    }

    func number(_ key: String) throws -> Stated<Double> {
      let stated = value(key)
      guard let number = stated.value.doubleValue, number > 0 else {
        throw CheckpointError(
          file, "`\(stated.key)` is \(stated.value.text); expected a number above zero")
      }
      return Stated(value: number, key: stated.key)
    }
  }

  static func huggingFace(_ json: JSON, file: String) throws -> ModelConfig {
    if let type = json["model_type"], type != .string("clip") {
      throw notSupported(file, "model_type", type)
    }
    var config = ModelConfig(file: file)
    let vision = Section(
      file: file, name: "vision_config", json: json["vision_config"] ?? .null,
      overrides: json["vision_config_dict"] ?? .null, defaults: visionDefaults)
    let text = Section(
      file: file, name: "text_config", json: json["text_config"] ?? .null,
      overrides: json["text_config_dict"] ?? .null, defaults: textDefaults)
    config.embedDim =
      try config.positive(json, "projection_dim", in: "")
      ?? Stated(value: 512, key: "projection_dim (omitted, the default)")

    config.imageSize = try config.side(vision.value("image_size").value, vision.value("image_size").key)
    config.patchSize = try config.side(vision.value("patch_size").value, vision.value("patch_size").key)
    config.visionWidth = try vision.int("hidden_size")
    let layers = try vision.int("num_hidden_layers")
    config.visionLayers = Stated(value: [layers.value], key: layers.key)
    config.visionHeads = try vision.int("num_attention_heads")
    config.visionMLP = try vision.int("intermediate_size")
    config.visionEpsilon = try vision.number("layer_norm_eps")
    let channels = vision.value("num_channels")
    guard channels.value == .null || channels.value == .int(3) else {
      throw notSupported(file, channels.key, channels.value)
    }

    config.contextLength = try text.int("max_position_embeddings")
    config.vocabularySize = try text.int("vocab_size")
    config.textWidth = try text.int("hidden_size")
    config.textLayers = try text.int("num_hidden_layers")
    config.textHeads = try text.int("num_attention_heads")
    config.textMLP = try text.int("intermediate_size")
    config.textEpsilon = try text.number("layer_norm_eps")
    let end = try text.int("eos_token_id")
    // Early configs say 2, a leftover of another model; the tower then takes the highest id, which
    // is the last one of the vocabulary.
    if end.value != 2 { config.endOfText = end }

    let visionAct = vision.value("hidden_act")
    let textAct = text.value("hidden_act")
    guard visionAct.value == textAct.value else {
      throw CheckpointError(
        file,
        "not supported: `\(visionAct.key)` is \(visionAct.value.text) but `\(textAct.key)` is "
          + textAct.value.text)
    }
    switch visionAct.value {
    case .string("quick_gelu"): config.activation = Stated(value: .quickGELU, key: visionAct.key)
    case .string("gelu"): config.activation = Stated(value: .gelu, key: visionAct.key)
    default: throw notSupported(file, visionAct.key, visionAct.value)
    }
    let beside = FileSystem.join(FileSystem.folder(of: file), "preprocessor_config.json")
    if FileSystem.isFile(beside) { try config.readPreprocessor(beside) }
    return config
  }

  private mutating func readPreprocessor(_ path: String) throws {
    let json = try CheckpointSource.readJSON(try MappedFile(path: path))
    var other = ModelConfig(file: path)
    try other.setColors(
      mean: json["image_mean"], std: json["image_std"], keys: ("image_mean", "image_std"))
    mean = other.mean
    std = other.std
    // Sizes are a number, or {"height": 224, "width": 224}, or {"shortest_edge": 224}.
    func side(_ key: String) throws -> Stated<Int>? {
      guard let value = json[key], value != .null else { return nil }
      if let height = value["height"], let width = value["width"] {
        return try other.side(.array([height, width]), key)
      }
      if let edge = value["shortest_edge"] { return try other.side(edge, "\(key).shortest_edge") }
      return try other.side(value, key)
    }
    let cropped = json["do_center_crop"] != .bool(false)
    size = try cropped ? side("crop_size") ?? side("size") : side("size")
    // Without a cut, a size of both height and width is reached by ignoring the aspect.
    if !cropped, json["size"]?["height"] != nil { fit = .squash }
    switch json["resample"]?.intValue {
    case 2: interpolation = .bilinear
    case 3: interpolation = .bicubic
    case nil: break
    default: throw Self.notSupported(path, "resample", json["resample"] ?? .null)
    }
  }
}
