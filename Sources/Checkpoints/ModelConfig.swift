import Tensors

/// What a config states about a model, each value with the key it stands under, so that a
/// contradiction with the weights can name both.
struct ModelConfig {
  /// A value and where it was said.
  struct Stated<Value: Sendable>: Sendable {
    let value: Value
    /// `vision_cfg.width`; for omitted keys with the remark that this is the default.
    let key: String
  }

  let file: String
  var embedDim: Stated<Int>?
  var imageSize: Stated<Int>?
  var patchSize: Stated<Int>?
  var visionWidth: Stated<Int>?
  /// One number for a transformer, four for a ResNet.
  var visionLayers: Stated<[Int]>?
  var visionHeads: Stated<Int>?
  var headWidth: Stated<Int>?
  var visionMLP: Stated<Int>?
  var visionRatio: Stated<Double>?
  var contextLength: Stated<Int>?
  var vocabularySize: Stated<Int>?
  var textWidth: Stated<Int>?
  var textLayers: Stated<Int>?
  var textHeads: Stated<Int>?
  var textMLP: Stated<Int>?
  var textRatio: Stated<Double>?
  var endOfText: Stated<Int>?
  var activation: Stated<Architecture.Activation>?
  var visionEpsilon: Stated<Double>?
  var textEpsilon: Stated<Double>?
  var mean: [Float]?
  var std: [Float]?
  var size: Stated<Int>?
  var interpolation: Preprocessing.Interpolation?
  var fit: Preprocessing.Fit?

  init(file: String) { self.file = file }

  /// The config that belongs to the weights, when there is one.
  static func find(
    for source: CheckpointSource, named: NamedWeights, options: LoadOptions
  ) throws -> ModelConfig? {
    switch options.config {
    case .none: return nil
    case .file(let path): return try read(path)
    case .beside:
      // OpenAI's archives carry their own program; a config beside one belongs to another file.
      guard source.format != .torchScript else { return nil }
      for name in named.isHuggingFace ? ["config.json"] : ["open_clip_config.json"] {
        let path = FileSystem.join(source.folder, name)
        if FileSystem.isFile(path) { return try read(path) }
      }
      return nil
    }
  }

  /// Reads a config: open_clip's (`model_cfg` or its contents alone) or Hugging Face's.
  static func read(_ path: String) throws -> ModelConfig {
    let json = try CheckpointSource.readJSON(try MappedFile(path: path))
    if let model = json["model_cfg"] {
      return try openCLIP(model, preprocessing: json["preprocess_cfg"] ?? .null, file: path)
    }
    if json["vision_cfg"] != nil { return try openCLIP(json, preprocessing: .null, file: path) }
    if json["vision_config"] != nil || json["text_config"] != nil || json["model_type"] != nil {
      return try huggingFace(json, file: path)
    }
    throw CheckpointError(
      path, "is not a CLIP config: it has neither `model_cfg`, `vision_cfg` nor `vision_config`")
  }

  static func notSupported(_ file: String, _ key: String, _ value: JSON) -> CheckpointError {
    CheckpointError(file, "not supported: `\(key)` is \(value.text)")
  }

  // MARK: Picture preprocessing, in both formats

  mutating func setColors(mean: JSON?, std: JSON?, keys: (String, String)) throws {
    self.mean = try colors(mean, keys.0, positive: false)
    self.std = try colors(std, keys.1, positive: true)
  }

  private func colors(_ value: JSON?, _ key: String, positive: Bool) throws -> [Float]? {
    guard let value, value != .null else { return nil }
    let numbers = value.arrayValue?.compactMap(\.doubleValue) ?? []
    guard numbers.count == 3, numbers.allSatisfy({ !positive || $0 > 0 }) else {
      throw CheckpointError(file, "`\(key)` is \(value.text); expected three numbers")
    }
    return numbers.map { Float($0) }
  }

  /// A whole number above zero, or nil when the key is absent.
  func positive(_ object: JSON, _ key: String, in section: String) throws -> Stated<Int>? {
    guard let value = object[key], value != .null else { return nil }
    let name = section.isEmpty ? key : "\(section).\(key)"
    guard let number = value.intValue, number > 0, number < 1 << 24 else {
      throw CheckpointError(file, "`\(name)` is \(value.text); expected a whole number above zero")
    }
    return Stated(value: number, key: name)
  }

  /// A square size: a number, or two equal ones.
  func side(_ value: JSON?, _ key: String) throws -> Stated<Int>? {
    guard let value, value != .null else { return nil }
    let list = value.arrayValue?.compactMap(\.intValue) ?? [value.intValue ?? 0]
    guard let first = list.first, first > 0, first < 1 << 16 else {
      throw CheckpointError(file, "`\(key)` is \(value.text); expected a size in pixels")
    }
    guard list.allSatisfy({ $0 == first }) else { throw Self.notSupported(file, key, value) }
    return Stated(value: first, key: key)
  }

  /// A number above zero, or nil when the key is absent.
  func number(_ object: JSON, _ key: String, in section: String) throws -> Stated<Double>? {
    guard let value = object[key], value != .null else { return nil }
    guard let number = value.doubleValue, number > 0, number.isFinite else {
      throw CheckpointError(file, "`\(section).\(key)` is \(value.text); expected a number above zero")
    }
    return Stated(value: number, key: "\(section).\(key)")
  }
}
