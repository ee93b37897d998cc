import Tensors

/// Reads the architecture off the shapes of the weights and holds it against the config.
struct ArchitectureReader {
  let path: String
  let entries: [Checkpoint.Entry]
  let index: [String: Int]

  private func fail(_ problem: String) -> CheckpointError { CheckpointError(path, problem) }

  /// The architecture, once every weight it has is there in its shape and the config agrees.
  mutating func read(
    config: ModelConfig?, source: CheckpointSource, options: LoadOptions
  ) throws -> Architecture {
    try refuseUnsupported()
    let heads = "width / 64, as in OpenAI's models"
    let vision = try vision(config)
    let text = try text(config)
    let embedDim = try shape("text_projection", rank: 2)[1]
    var architecture = Architecture(
      vision: vision, text: text, embedDim: embedDim, activation: .quickGELU,
      activationSource: "", headsSource: config == nil ? heads : "config",
      preprocessing: .openAI(size: 1), logitScale: try logitScale())
    if config?.visionHeads == nil, config?.headWidth == nil { architecture.headsSource = heads }
    setActivation(of: &architecture, config, source, options)
    for weight in architecture.weights {
      let entry = try entry(weight.name)
      guard entry.shape == weight.shape else {
        throw fail(Checkpoint.mismatch(entry: entry, expected: weight.shape))
      }
      guard entry.type.isFloatingPoint else {
        throw fail(
          "weight \(quoted(weight.name)) is stored as \(entry.type.rawValue), not as numbers with fractions")
      }
    }
    try refuseLeftovers(architecture)
    if let config { try compare(architecture, config) }
    try setPreprocessing(of: &architecture, config)
    return architecture
  }

  // MARK: Weights

  private func entry(_ name: String) throws -> Checkpoint.Entry {
    guard let position = index[name] else { throw fail("the weight \(quoted(name)) is missing") }
    return entries[position]
  }

  private func shape(_ name: String, rank: Int) throws -> [Int] {
    let entry = try entry(name)
    guard entry.shape.count == rank, entry.shape.allSatisfy({ $0 > 0 }) else {
      throw fail(
        "weight \(quoted(name)) has shape \(describe(shape: entry.shape)); expected \(rank) axes")
    }
    return entry.shape
  }

  /// How many of `prefix.0.suffix`, `prefix.1.suffix`, … there are.
  private func count(_ prefix: String, _ suffix: String) throws -> Int {
    var number = 0
    while index["\(prefix).\(number).\(suffix)"] != nil { number += 1 }
    guard number > 0 else { throw fail("the weight \(quoted("\(prefix).0.\(suffix)")) is missing") }
    return number
  }

  /// The whole square root of the number of patches in a position embedding.
  private func grid(_ name: String, rows: Int) throws -> Int {
    var side = Int(Double(max(0, rows - 1)).squareRoot())
    while side * side > rows - 1 { side -= 1 }
    guard side > 0, side * side == rows - 1 else {
      throw fail("\(quoted(name)) has \(rows) rows; expected one more than a square number of patches")
    }
    return side
  }

  private func logitScale() throws -> Float {
    let entry = try entry("logit_scale")
    guard entry.count == 1, let part = entry.parts.first else {
      throw fail(Checkpoint.mismatch(entry: entry, expected: []))
    }
    var value: Float = 0
    try withUnsafeMutablePointer(to: &value) {
      try part.convert(to: UnsafeMutableBufferPointer(start: $0, count: 1))
    }
    guard value.isFinite else { throw fail("`logit_scale` is not a finite number") }
    return value
  }

  // MARK: Towers

  private func heads(
    width: Int, tower: String, total: ModelConfig.Stated<Int>?, each: ModelConfig.Stated<Int>?
  ) throws -> Int {
    if let total {
      guard width.isMultiple(of: total.value) else {
        throw fail("the \(tower) is \(width) wide, which `\(total.key)` = \(total.value) does not divide")
      }
      return total.value
    }
    let size = each?.value ?? 64
    guard width.isMultiple(of: size) else {
      throw fail(
        "the \(tower) is \(width) wide, not a multiple of "
          + (each.map { "`\($0.key)` = \($0.value)" } ?? "64; a config must say how many heads it has"))
    }
    return width / size
  }

  private func vision(_ config: ModelConfig?) throws -> Architecture.Vision {
    if index["visual.attnpool.positional_embedding"] != nil || index["visual.layer1.0.conv1.weight"] != nil {
      return .resNet(try resNet(config))
    }
    let convolution = try shape("visual.conv1.weight", rank: 4)
    let positions = try shape("visual.positional_embedding", rank: 2)
    let width = convolution[0]
    let blocks = "visual.transformer.resblocks"
    let (side, overflow) = try grid("visual.positional_embedding", rows: positions[0])
      .multipliedReportingOverflow(by: convolution[3])
    guard !overflow else { throw fail("states an impossible picture size") }
    return .transformer(
      Architecture.VisionTransformer(
        imageSize: side, patchSize: convolution[3],
        width: width, layers: try count(blocks, "attn.in_proj_weight"),
        heads: try heads(
          width: width, tower: "vision tower", total: config?.visionHeads, each: config?.headWidth),
        mlpWidth: try shape("\(blocks).0.mlp.c_fc.weight", rank: 2)[0],
        normEpsilon: Float(config?.visionEpsilon?.value ?? 1e-5)))
  }

  private func resNet(_ config: ModelConfig?) throws -> Architecture.ModifiedResNet {
    let width = try shape("visual.conv3.weight", rank: 4)[0]
    guard width.isMultiple(of: 2), width < 1 << 16 else {
      throw fail("the vision tower is \(width) wide; expected an even number")
    }
    let positions = try shape("visual.attnpool.positional_embedding", rank: 2)
    var layers: [Int] = []
    for stage in 1...4 { layers.append(try count("visual.layer\(stage)", "conv1.weight")) }
    return Architecture.ModifiedResNet(
      imageSize: 32 * (try grid("visual.attnpool.positional_embedding", rows: positions[0])),
      width: width, layers: layers,
      heads: try heads(
        width: 32 * width, tower: "attention pooling", total: config?.visionHeads,
        each: config?.headWidth))
  }

  private func text(_ config: ModelConfig?) throws -> Architecture.Text {
    let tokens = try shape("token_embedding.weight", rank: 2)
    let positions = try shape("positional_embedding", rank: 2)
    let blocks = "transformer.resblocks"
    let end = config?.endOfText
    if let end, end.value >= tokens[0] {
      throw fail("`\(end.key)` is \(end.value), but the vocabulary has \(tokens[0]) tokens")
    }
    return Architecture.Text(
      contextLength: positions[0], vocabularySize: tokens[0], width: tokens[1],
      layers: try count(blocks, "attn.in_proj_weight"),
      heads: try heads(width: tokens[1], tower: "text tower", total: config?.textHeads, each: nil),
      mlpWidth: try shape("\(blocks).0.mlp.c_fc.weight", rank: 2)[0],
      normEpsilon: Float(config?.textEpsilon?.value ?? 1e-5),
      endOfText: end?.value ?? tokens[0] - 1)
  }

  private func setActivation(
    of architecture: inout Architecture, _ config: ModelConfig?, _ source: CheckpointSource,
    _ options: LoadOptions
  ) {
    if let activation = options.activation {
      architecture.activation = activation
      architecture.activationSource = "as asked for with `activation:`"
    } else if let stated = config?.activation, let config {
      architecture.activation = stated.value
      architecture.activationSource = "\(FileSystem.name(of: config.file)): \(stated.key)"
    } else if source.classes.contains(where: { $0.contains("QuickGELU") }) {
      architecture.activationSource = "the archive's own program"
    } else if let release = KnownModels.release(file: FileSystem.name(of: path)) {
      architecture.activation = release.activation
      architecture.activationSource = "known release \(release.name)"
    } else {
      architecture.activationSource = "OpenAI's convention, as no config says otherwise"
    }
  }

  // MARK: What is not supported

  private static let unsupported: [(mark: String, what: String)] = [
    ("visual.trunk.", "a vision tower from timm"),
    ("visual.attn_pool.", "attentional pooling in the vision tower (CoCa)"),
    ("visual.attn_pool_contrastive.", "attentional pooling in the vision tower (CoCa)"),
    ("visual.patchnorm_pre_ln.", "`input_patchnorm`"),
    ("text_decoder.", "a text decoder (CoCa)"),
    ("logit_bias", "SigLIP's `logit_bias`"),
    ("transformer.embeddings.", "a text tower from Hugging Face (`text_cfg.hf_model_name`)"),
    ("transformer.encoder.", "a text tower from Hugging Face (`text_cfg.hf_model_name`)"),
    ("cls_emb", "a class token in the text tower (`text_cfg.embed_cls`)"),
    ("text_projection.bias", "a bias in the text projection (`text_cfg.proj_bias`)"),
  ]

  private func refuseUnsupported() throws {
    for entry in entries {
      for (mark, what) in Self.unsupported where entry.name.hasPrefix(mark) {
        throw fail("not supported: \(what), as \(quoted(entry.originalName)) shows")
      }
      if entry.name.contains(".ls_1.") || entry.name.contains(".ls_2.") {
        throw fail(
          "not supported: layer scale (`ls_init_value`), as \(quoted(entry.originalName)) shows")
      }
    }
  }

  /// Weights inside the towers that the architecture does not have would change what it computes.
  private func refuseLeftovers(_ architecture: Architecture) throws {
    let used = Set(architecture.weights.map(\.name))
    for entry in entries where !used.contains(entry.name) {
      let isInTower = ["visual.", "transformer.resblocks."].contains { entry.name.hasPrefix($0) }
      if isInTower {
        throw fail("not supported: the weight \(quoted(entry.originalName)) has no place in a CLIP")
      }
    }
  }

  // MARK: Config against weights

  private func compare(_ architecture: Architecture, _ config: ModelConfig) throws {
    func check(_ stated: ModelConfig.Stated<Int>?, _ found: Int) throws {
      guard let stated, stated.value != found else { return }
      throw disagreement(config, stated.key, "\(stated.value)", "\(found)")
    }
    func check(_ ratio: ModelConfig.Stated<Double>?, width: Int, _ found: Int) throws {
      guard let ratio else { return }
      let product = Double(width) * ratio.value
      guard product < 1e9, Int(product) == found else {
        throw disagreement(
          config, ratio.key, "\(ratio.value)", "\(found) / \(width)")
      }
    }
    try check(config.embedDim, architecture.embedDim)
    try check(config.imageSize, architecture.imageSize)
    let layers: [Int]
    switch architecture.vision {
    case .transformer(let tower):
      try check(config.patchSize, tower.patchSize)
      try check(config.visionWidth, tower.width)
      try check(config.visionMLP, tower.mlpWidth)
      try check(config.visionRatio, width: tower.width, tower.mlpWidth)
      layers = [tower.layers]
    case .resNet(let tower):
      try check(config.visionWidth, tower.width)
      layers = tower.layers
    }
    if let stated = config.visionLayers, stated.value != layers {
      func text(_ list: [Int]) -> String {
        list.count == 1 ? "\(list[0])" : describe(shape: list)
      }
      throw disagreement(config, stated.key, text(stated.value), text(layers))
    }
    let text = architecture.text
    try check(config.contextLength, text.contextLength)
    try check(config.vocabularySize, text.vocabularySize)
    try check(config.textWidth, text.width)
    try check(config.textLayers, text.layers)
    try check(config.textMLP, text.mlpWidth)
    try check(config.textRatio, width: text.width, text.mlpWidth)
  }

  private func disagreement(
    _ config: ModelConfig, _ key: String, _ stated: String, _ found: String
  ) -> CheckpointError {
    fail("its config says `\(key)` = \(stated) (\(config.file)), but the weights' shapes say \(found)")
  }

  private func setPreprocessing(of architecture: inout Architecture, _ config: ModelConfig?) throws {
    var preprocessing = Preprocessing.openAI(size: architecture.imageSize)
    if let config {
      if let size = config.size, size.value != architecture.imageSize {
        throw disagreement(config, size.key, "\(size.value)", "\(architecture.imageSize)")
      }
      preprocessing.mean = config.mean ?? preprocessing.mean
      preprocessing.std = config.std ?? preprocessing.std
      preprocessing.interpolation = config.interpolation ?? preprocessing.interpolation
      preprocessing.fit = config.fit ?? preprocessing.fit
    }
    architecture.preprocessing = preprocessing
  }
}
