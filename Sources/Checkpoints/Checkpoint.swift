import Tensors

/// A CLIP checkpoint: named tensors, memory-mapped, and the architecture they make.
///
/// ```swift
/// let checkpoint = try Checkpoint.open("ViT-B-32.pt")
/// checkpoint.architecture.embedDim                                   // 512
/// let proj = try checkpoint.tensor("visual.proj", shape: [768, 512])
/// ```
///
/// Opening reads names and shapes only. `tensor` converts one tensor to float32 when asked.
/// Whatever the file's format, names are OpenAI's. Nothing in a file is ever executed.
public struct Checkpoint: Sendable {
  /// How a file is written. Recognized by content, never by its name.
  public enum Format: String, Sendable {
    case torchScript = "TorchScript archive (OpenAI)"
    case stateDict = "PyTorch state dict"
    case legacyStateDict = "PyTorch state dict (before ZIP)"
    case safetensors = "safetensors"
    case huggingFace = "Hugging Face CLIP"
  }

  /// One tensor.
  public struct Entry: Sendable {
    /// The name in OpenAI's naming: `visual.proj`.
    public let name: String
    /// The name in the file; several, joined by ` + `, when they make one tensor together.
    public let originalName: String
    /// The extents as users of the name expect them.
    public let shape: [Int]
    /// How the numbers are stored.
    public let type: ElementType
    /// Bytes of the file this tensor uses.
    public let byteCount: Int
    /// The file it lies in.
    public let file: String
    /// Where its first byte lies in that file.
    public let byteOffset: Int
    /// Tensors that make this one when put after each other along the first axis.
    let parts: [StoredTensor]

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }
  }

  /// The file or folder it was opened from.
  public let path: String
  /// The files the weights lie in; more than one when sharded.
  public let files: [String]
  /// How the file is written.
  public let format: Format
  /// All tensors of the model, in the order of the file.
  public let entries: [Entry]
  /// Names in the file of tensors that the model does not use: counters, training state.
  public let unused: [String]
  /// The config that was read, when there was one.
  public let configFile: String?
  /// Text beside the weights: epoch, format version, …
  public let metadata: [(key: String, value: String)]
  /// The architecture the weights make.
  public let architecture: Architecture
  private let index: [String: Int]

  /// Opens a file, or a folder with a file and its config.
  public static func open(_ path: String, options: LoadOptions = LoadOptions()) throws -> Checkpoint {
    try Checkpoint(try CheckpointSource(path: path), options: options)
  }

  /// Opens a checkpoint that lies in memory, such as the built-in one.
  ///
  /// - Parameters:
  ///   - bytes: A whole file of one of the formats.
  ///   - name: What messages call it.
  public static func open(
    bytes: [UInt8], name: String, options: LoadOptions = LoadOptions(config: .none)
  ) throws -> Checkpoint {
    try Checkpoint(CheckpointSource(MappedFile(name: name, bytes: bytes)), options: options)
  }

  private init(_ source: CheckpointSource, options: LoadOptions) throws {
    let path = source.path
    let named = try NamedWeights(source)
    self.path = path
    files = source.files.map(\.path)
    format = named.isHuggingFace ? .huggingFace : source.format
    metadata = source.metadata
    var index: [String: Int] = [:]
    for (position, entry) in named.entries.enumerated() {
      guard index.updateValue(position, forKey: entry.name) == nil else {
        throw CheckpointError(path, "has the weight \(quoted(entry.name)) twice")
      }
    }
    let config = try ModelConfig.find(for: source, named: named, options: options)
    var reader = ArchitectureReader(path: path, entries: named.entries, index: index)
    architecture = try reader.read(config: config, source: source, options: options)
    configFile = config?.file
    // What the architecture does not use is listed, so that nothing is dropped unseen.
    let used = Set(architecture.weights.map(\.name) + ["logit_scale"])
    entries = named.entries.filter { used.contains($0.name) }
    unused = named.entries.filter { !used.contains($0.name) }.map(\.originalName) + named.unused
    self.index = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  }

  /// The entry called `name`, in OpenAI's naming.
  public func entry(_ name: String) throws -> Entry {
    guard let position = index[name] else {
      throw CheckpointError(path, "has no weight \(quoted(name))")
    }
    return entries[position]
  }

  /// The weight called `name` as float32. With `shape` given, any other shape is an error that
  /// names the file, the weight and both shapes. Throws `Interrupted` when the user asks to stop.
  public func tensor(_ name: String, shape expected: [Int]? = nil) throws -> Tensor {
    let entry = try entry(name)
    if let expected, expected != entry.shape {
      throw CheckpointError(
        path, Self.mismatch(entry: entry, expected: expected))
    }
    return try Tensor(entry.shape) { buffer in
      var start = 0
      for part in entry.parts {
        try part.convert(to: UnsafeMutableBufferPointer(rebasing: buffer[start..<(start + part.count)]))
        start += part.count
      }
    }
  }

  static func mismatch(entry: Entry, expected: [Int]) -> String {
    let original = entry.originalName == entry.name ? "" : " (in the file: \(entry.originalName))"
    return "weight \(quoted(entry.name))\(original) has shape \(describe(shape: entry.shape)); "
      + "expected \(describe(shape: expected))"
  }

  /// The number of weights: elements of all tensors the model uses.
  public var parameterCount: Int { entries.reduce(0) { $0 + $1.count } }
}
