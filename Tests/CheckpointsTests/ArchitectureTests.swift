import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Architectures from shapes, held against configs.
@Suite struct ArchitectureTests {
  /// A model of the given weights, all zero bytes, as a safetensors file.
  private func file(_ weights: [(name: String, shape: [Int])]) -> [UInt8] {
    var header = "{"
    var offset = 0
    for (name, shape) in weights + [("logit_scale", [])] {
      let size = 2 * shape.reduce(1, *)
      header += header.count > 1 ? "," : ""
      header += "\"\(name)\":{\"dtype\":\"F16\",\"shape\":\(shape),"
      header += "\"data_offsets\":[\(offset),\(offset + size)]}"
      offset += size
    }
    return safeTensors(header + "}", data: [UInt8](repeating: 0, count: offset))
  }

  /// A small Vision Transformer with an MLP that is not four times as wide.
  private let small = Architecture(
    vision: .transformer(
      Architecture.VisionTransformer(
        imageSize: 32, patchSize: 8, width: 64, layers: 2, heads: 1, mlpWidth: 279, normEpsilon: 1e-5)),
    text: Architecture.Text(
      contextLength: 16, vocabularySize: 600, width: 64, layers: 1, heads: 1, mlpWidth: 256,
      normEpsilon: 1e-5, endOfText: 599),
    embedDim: 24, activation: .quickGELU, activationSource: "", headsSource: "",
    preprocessing: .openAI(size: 32), logitScale: 0)

  private func openCLIPConfig(
    vision: String = "", text: String = "", model: String = "", preprocess: String = ""
  ) -> String {
    """
    {"model_cfg": {"embed_dim": 24, \(model)
      "vision_cfg": {\(vision) "image_size": 32, "layers": 2, "width": 64, "patch_size": 8},
      "text_cfg": {\(text) "context_length": 16, "vocab_size": 600, "width": 64, "layers": 1}},
     "preprocess_cfg": {\(preprocess) "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}
    """
  }

  private func open(
    _ scratch: TemporaryFolder, _ weights: [(name: String, shape: [Int])], config: String? = nil
  ) throws -> Checkpoint {
    let path = try scratch.write("model", file(weights))
    guard let config else { return try Checkpoint.open(path, options: LoadOptions(config: .none)) }
    return try Checkpoint.open(
      path, options: LoadOptions(config: .file(try scratch.write("config.json", config))))
  }

  private func failure(
    _ weights: [(name: String, shape: [Int])], config: String? = nil
  ) throws -> String {
    let scratch = try TemporaryFolder()
    do {
      _ = try open(scratch, weights, config: config)
      return ""
    } catch {
      return "\(error)"
    }
  }

  private var weights: [(name: String, shape: [Int])] { small.weights.map { ($0.name, $0.shape) } }

  @Test func shapesTellTheArchitecture() throws {
    let found = try open(try TemporaryFolder(), weights).architecture
    #expect(found.vision == small.vision)
    #expect(found.text == small.text)
    #expect(found.embedDim == 24)
    #expect(found.headsSource == "width / 64, as in OpenAI's models")
  }

  /// The sizes OpenAI published, from files as large in shape but not on disk.
  @Test(arguments: [
    ("RN50", 224, 64, [3, 4, 6, 3], 32), ("RN101", 224, 64, [3, 4, 23, 3], 32),
    ("RN50x4", 288, 80, [4, 6, 10, 6], 40), ("RN50x16", 384, 96, [6, 8, 18, 8], 48),
    ("RN50x64", 448, 128, [3, 15, 36, 10], 64),
  ])
  func resNets(name: String, imageSize: Int, width: Int, layers: [Int], heads: Int) throws {
    let tower = Architecture.ModifiedResNet(
      imageSize: imageSize, width: width, layers: layers, heads: heads)
    var model = small
    model.vision = .resNet(tower)
    let scratch = try TemporaryFolder()
    let mapped = try MappedFile(path: try scratch.write("zero", [0, 0]))
    // Every weight repeats one stored half: the shapes are real, the bytes are not needed.
    var entries: [Checkpoint.Entry] = []
    for (weightName, shape) in model.weights.map({ ($0.name, $0.shape) }) + [("logit_scale", [])] {
      let part = try StoredTensor(
        file: mapped, name: weightName, type: .float16, storage: 0..<2, shape: [])
      entries.append(
        Checkpoint.Entry(
          name: weightName, originalName: weightName, shape: shape, type: .float16, byteCount: 2,
          file: "zero", byteOffset: 0, parts: [part]))
    }
    var index: [String: Int] = [:]
    for (position, entry) in entries.enumerated() { index[entry.name] = position }
    let source = try CheckpointSource(path: Golden.path("tiny-rn/open_clip_model.safetensors"))
    var reader = ArchitectureReader(path: name, entries: entries, index: index)
    // logit_scale must be one element; the others are described only.
    let found = try reader.read(config: nil, source: source, options: LoadOptions())
    #expect(found.vision == .resNet(tower))
  }

  @Test func missingAndMisshapenWeights() throws {
    var without = weights
    without.removeAll { $0.name == "visual.ln_post.bias" }
    #expect(try failure(without).contains("the weight `visual.ln_post.bias` is missing"))
    var wrong = weights
    let place = wrong.firstIndex { $0.name == "visual.proj" } ?? 0
    wrong[place].shape = [64, 25]
    #expect(try failure(wrong).contains("`visual.proj` has shape [64, 25]; expected [64, 24]"))
    var odd = weights
    let rows = odd.firstIndex { $0.name == "visual.positional_embedding" } ?? 0
    odd[rows].shape = [18, 64]
    #expect(try failure(odd).contains("has 18 rows"))
    #expect(try failure([("a", [1])]).contains("is not a CLIP"))
  }

  @Test(arguments: [
    ("logit_bias", "SigLIP"), ("visual.attn_pool.query", "attentional pooling"),
    ("visual.transformer.resblocks.0.ls_1.gamma", "layer scale"),
    ("visual.transformer.resblocks.0.attn.ln.weight", "no place"),
    ("text_projection.bias", "proj_bias"), ("visual.trunk.x", "timm"),
  ])
  func unsupportedWeights(name: String, word: String) throws {
    let message = try failure(weights + [(name, [1])])
    #expect(message.contains("not supported") && message.contains(word), "\(message)")
  }

  @Test func extraWeightsOutsideTheTowersAreListed() throws {
    let checkpoint = try open(try TemporaryFolder(), weights + [("my_head.weight", [2])])
    #expect(checkpoint.unused == ["my_head.weight"])
  }

  @Test func textPrefixAndWrappings() throws {
    let renamed = weights.map { weight -> (name: String, shape: [Int]) in
      let isVision = weight.name.hasPrefix("visual.")
      return ("module." + (isVision ? "" : "text.") + weight.name, weight.shape)
    }
    let scratch = try TemporaryFolder()
    let path = try scratch.write(
      "model",
      file(renamed + [("module.logit_scale", [])]))
    let checkpoint = try Checkpoint.open(path)
    #expect(checkpoint.architecture.text == small.text)
    #expect(try checkpoint.entry("text_projection").originalName == "module.text.text_projection")
  }

  // MARK: Configs

  @Test func configTellsWhatShapesCannot() throws {
    let config = openCLIPConfig(
      vision: #""head_width": 32, "mlp_ratio": 4.3637, "patch_dropout": 0.5,"#,
      text: #""heads": 4,"#, model: #""quick_gelu": false,"#,
      preprocess: #""interpolation": "bilinear", "resize_mode": "squash", "size": [32, 32],"#)
    let found = try open(try TemporaryFolder(), weights, config: config).architecture
    guard case .transformer(let tower) = found.vision else {
      Issue.record("not a Vision Transformer")
      return
    }
    #expect(tower.heads == 2 && found.text.heads == 4)
    #expect(found.activation == .gelu && found.activationSource == "config.json: quick_gelu")
    #expect(found.headsSource == "config")
    #expect(
      found.preprocessing
        == Preprocessing(
          size: 32, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], interpolation: .bilinear,
          fit: .squash))
  }

  @Test func configThatContradicts() throws {
    func expect(_ words: String, _ old: String, _ new: String) throws {
      let config = openCLIPConfig().replacingOccurrences(of: old, with: new)
      let message = try failure(weights, config: config)
      #expect(message.contains(words), "\(message)")
      #expect(message.contains("config.json"))
    }
    try expect("`embed_dim` = 25", #""embed_dim": 24"#, #""embed_dim": 25"#)
    try expect("shapes say 24", #""embed_dim": 24"#, #""embed_dim": 25"#)
    try expect("`vision_cfg.image_size` = 64", #""image_size": 32"#, #""image_size": 64"#)
    try expect("`vision_cfg.patch_size` = 16", #""patch_size": 8"#, #""patch_size": 16"#)
    try expect("`vision_cfg.layers` = 3", #""layers": 2"#, #""layers": 3"#)
    try expect("`vision_cfg.layers` = [3, 4]", #""layers": 2"#, #""layers": [3, 4]"#)
    try expect("`text_cfg.context_length` = 77", #""context_length": 16"#, #""context_length": 77"#)
    try expect("expected a whole number", #""embed_dim": 24"#, #""embed_dim": "24""#)
    try expect("three numbers", "[0.5, 0.5, 0.5], \"std\"", "[0.5], \"std\"")
  }

  @Test(arguments: [
    ("vision_cfg.timm_model_name", #""timm_model_name": "vit_base","#, ""),
    ("vision_cfg.attentional_pool", #""attentional_pool": true,"#, ""),
    ("vision_cfg.no_ln_pre", #""no_ln_pre": true,"#, ""),
    ("vision_cfg.ls_init_value", #""ls_init_value": 1e-5,"#, ""),
    ("vision_cfg.final_ln_after_pool", #""final_ln_after_pool": true,"#, ""),
    ("vision_cfg.pool_type", #""pool_type": "avg","#, ""),
    ("vision_cfg.pos_embed_type", #""pos_embed_type": "sin_cos_2d","#, ""),
    ("vision_cfg.image_size", #""image_size": [32, 48], "x": null,"#, ""),
    ("text_cfg.hf_model_name", "", #""hf_model_name": "roberta","#),
    ("text_cfg.embed_cls", "", #""embed_cls": true,"#),
    ("text_cfg.no_causal_mask", "", #""no_causal_mask": true,"#),
    ("text_cfg.pool_type", "", #""pool_type": "last","#),
    ("text_cfg.hf_tokenizer_name", "", #""hf_tokenizer_name": "t5","#),
  ])
  func unsupportedConfigs(key: String, vision: String, text: String) throws {
    var config = openCLIPConfig(vision: vision, text: text)
    if vision.contains("48") {
      config = config.replacingOccurrences(of: #" "image_size": 32,"#, with: "")
    }
    let message = try failure(weights, config: config)
    #expect(message.contains("not supported: `\(key)` is"), "\(message)")
    let absent = openCLIPConfig(
      vision: #""attentional_pool": false, "timm_model_name": null, "no_ln_pre": false,"#)
    #expect(try failure(weights, config: absent) == "")
  }

  @Test func unsupportedModels() throws {
    for (key, value) in [
      ("multimodal_cfg", #"{"layers": 2}"#), ("init_logit_bias", "-10"),
      ("nonscalar_logit_scale", "true"),
    ] {
      let config = openCLIPConfig(model: "\"\(key)\": \(value),")
      #expect(try failure(weights, config: config).contains("not supported: `\(key)`"))
    }
  }

  @Test func configFilesThatAreNone() throws {
    #expect(try failure(weights, config: "{}").contains("is not a CLIP config"))
    #expect(try failure(weights, config: "{").contains("is not valid JSON"))
    let deep = String(repeating: "{\"a\":", count: 1000)
    #expect(try failure(weights, config: deep).contains("nesting"))
  }

  // MARK: Hugging Face configs

  private func huggingFace(_ edit: (inout String) -> Void) throws -> Checkpoint {
    let scratch = try TemporaryFolder()
    var config = try String(contentsOfFile: Golden.path("tiny-vit/hf/config.json"), encoding: .utf8)
    edit(&config)
    let path = try scratch.write("config.json", config)
    return try Checkpoint.open(
      Golden.path("tiny-vit/hf/model.safetensors"), options: LoadOptions(config: .file(path)))
  }

  private func replacing(_ old: String, _ new: String) -> (inout String) -> Void {
    { $0 = $0.replacingOccurrences(of: old, with: new) }
  }

  @Test func legacyEndOfText() throws {
    let edit = replacing(#""eos_token_id": 49407"#, #""eos_token_id": 2"#)
    #expect(try huggingFace(edit).architecture.text.endOfText == 49407)
  }

  @Test func omittedKeysHaveDefaults() throws {
    // Left out, the width is ViT-B/32's, which these weights contradict.
    let edit = replacing(#""hidden_size": 128,"#, "")
    #expect {
      try huggingFace(edit)
    } throws: {
      "\($0)".contains("`vision_config.hidden_size (omitted, the default)` = 768")
        && "\($0)".contains("shapes say 128")
    }
    let plain = replacing(#""layer_norm_eps": 1e-05,"#, "")
    #expect(try huggingFace(plain).architecture.text.normEpsilon == 1e-5)
  }

  @Test func activations() throws {
    let gelu = replacing("quick_gelu", "gelu")
    #expect(try huggingFace(gelu).architecture.activation == .gelu)
    let other = replacing("quick_gelu", "relu")
    #expect { try huggingFace(other) } throws: {
      "\($0)".contains("not supported: `vision_config.hidden_act`")
    }
    let kind = replacing(#""clip","#, #""siglip","#)
    #expect { try huggingFace(kind) } throws: { "\($0)".contains("`model_type` is \"siglip\"") }
  }

  @Test func summaryHasColumns() throws {
    let text = CheckpointSummary(try Checkpoint.open(Golden.path("tiny-vit/openai_jit.pt"))).text
    #expect(text.contains("format      TorchScript archive (OpenAI)\n"))
    #expect(text.contains("8 of width 128, heads 2, MLP 512"))
    #expect(text.contains("quickGELU (the archive's own program)"))
    let row = text.split(separator: "\n").first { $0.contains(" visual.proj ") } ?? ""
    #expect(row.contains("float16") && row.contains("[128, 64]"))
    #expect(CheckpointSummary.grouped(151_277_313) == "151,277,313")
    #expect(CheckpointSummary.grouped(12) == "12")
  }
}
