import TestSupport
import Testing

@testable import Checkpoints
@testable import Tensors

/// The same small models in every format must give the same architecture and the same weights.
@Suite struct GoldenCheckpointTests {
  static let transformerFiles = [
    "openai_jit.pt", "state_dict.pt", "train_checkpoint.pt", "legacy_pickle.pt",
    "open_clip_model.safetensors", "hf", "hf/model.safetensors",
  ]

  static func open(_ name: String, _ options: LoadOptions = LoadOptions()) throws -> Checkpoint {
    try Checkpoint.open(Golden.path(name), options: options)
  }

  @Test(arguments: transformerFiles)
  func transformerArchitecture(file: String) throws {
    let found = try Self.open("tiny-vit/" + file).architecture
    #expect(
      found.vision
        == .transformer(
          Architecture.VisionTransformer(
            imageSize: 64, patchSize: 16, width: 128, layers: 8, heads: 2, mlpWidth: 512,
            normEpsilon: 1e-5)))
    #expect(
      found.text
        == Architecture.Text(
          contextLength: 77, vocabularySize: 49408, width: 64, layers: 3, heads: 1, mlpWidth: 256,
          normEpsilon: 1e-5, endOfText: 49407))
    #expect(found.embedDim == 64)
    #expect(found.activation == .quickGELU)
    #expect(found.preprocessing == .openAI(size: 64))
    #expect(found.logitScale.isFinite && found.logitScale > 0)
  }

  @Test(arguments: ["openai_jit.pt", "open_clip_model.safetensors"])
  func resNetArchitecture(file: String) throws {
    let found = try Self.open("tiny-rn/" + file).architecture
    #expect(
      found.vision
        == .resNet(
          Architecture.ModifiedResNet(imageSize: 96, width: 16, layers: [1, 2, 1, 1], heads: 8)))
    #expect(found.text.layers == 2 && found.text.width == 64 && found.embedDim == 64)
    #expect(found.activation == .quickGELU)
  }

  /// Every file stores the same halfs (Hugging Face's widened to float32), so equality is exact.
  @Test(arguments: transformerFiles.dropFirst())
  func transformerWeightsAreEqual(file: String) throws {
    try expectSameWeights("tiny-vit/openai_jit.pt", "tiny-vit/" + file)
  }

  @Test func resNetWeightsAreEqual() throws {
    try expectSameWeights("tiny-rn/openai_jit.pt", "tiny-rn/open_clip_model.safetensors")
  }

  private func expectSameWeights(_ first: String, _ second: String) throws {
    let a = try Self.open(first)
    let b = try Self.open(second)
    #expect(Set(a.entries.map(\.name)) == Set(b.entries.map(\.name)))
    #expect(a.parameterCount == b.parameterCount)
    for weight in a.architecture.weights {
      let x = try a.tensor(weight.name, shape: weight.shape)
      let y = try b.tensor(weight.name, shape: weight.shape)
      #expect(x == y, "\(weight.name)")
      let isFinite = x.scalars.allSatisfy { $0.isFinite }
      #expect(isFinite, "\(weight.name)")
    }
    #expect(a.architecture.logitScale == b.architecture.logitScale)
  }

  /// Against the bytes themselves, so that the formats do not agree on the same mistake.
  @Test func valuesAreThoseStored() throws {
    let checkpoint = try Self.open("tiny-vit/openai_jit.pt")
    let projection = try checkpoint.tensor("visual.proj", shape: [128, 64])
    let raw = try Golden.bytes("tiny-vit/open_clip_model.safetensors")
    let header = raw[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let entry = try checkpoint.entry("visual.proj")
    let stored = try Self.open("tiny-vit/open_clip_model.safetensors").entry("visual.proj")
    #expect(entry.type == .float16 && stored.byteOffset >= 8 + header)
    for i in [0, 1, 63, 64, 8191] {
      let low = UInt16(raw[stored.byteOffset + 2 * i])
      let high = UInt16(raw[stored.byteOffset + 2 * i + 1])
      #expect(projection.scalars[i] == Float(Float16(bitPattern: high << 8 | low)))
    }
  }

  @Test func activationComesFromWhereItIsStated() throws {
    let archive = try Self.open("tiny-vit/openai_jit.pt").architecture
    #expect(archive.activationSource == "the archive's own program")
    let config = try Self.open("tiny-vit/open_clip_model.safetensors").architecture
    #expect(config.activationSource == "open_clip_config.json: quick_gelu")
    let gelu = LoadOptions(config: .file(Golden.path("tiny-vit/open_clip_config.gelu.json")))
    #expect(try Self.open("tiny-vit/state_dict.pt", gelu).architecture.activation == .gelu)
    let bare = try Self.open("tiny-vit/state_dict.pt", LoadOptions(config: .none)).architecture
    #expect(bare.activation == .quickGELU)
    #expect(bare.activationSource == "OpenAI's convention, as no config says otherwise")
    let asked = LoadOptions(activation: .gelu)
    #expect(try Self.open("tiny-vit/openai_jit.pt", asked).architecture.activation == .gelu)
  }

  @Test func errorsNameFileWeightAndShapes() throws {
    let checkpoint = try Self.open("tiny-vit/hf")
    let path = Golden.path("tiny-vit/hf")
    #expect(
      throws: CheckpointError(
        path,
        "weight `visual.proj` (in the file: visual_projection.weight) has shape [128, 64]; "
          + "expected [64, 128]")
    ) { try checkpoint.tensor("visual.proj", shape: [64, 128]) }
    #expect(throws: CheckpointError(path, "has no weight `visual.prj`")) {
      try checkpoint.tensor("visual.prj")
    }
  }

  @Test func trainingStateIsUnwrapped() throws {
    let checkpoint = try Self.open("tiny-vit/train_checkpoint.pt")
    #expect(checkpoint.metadata.contains { $0.key == "epoch" && $0.value == "3" })
    #expect(try checkpoint.entry("visual.proj").originalName == "state_dict.module.visual.proj")
    #expect(checkpoint.format == .stateDict)
  }
}
