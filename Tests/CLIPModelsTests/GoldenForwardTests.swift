import CLIPModels
import Checkpoints
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

/// Opens a reference model from one of its files.
func goldenModel(_ file: String, options: LoadOptions = LoadOptions()) throws -> CLIPModel {
  CLIPModel(try Checkpoint.open(Golden.path(file), options: options), name: file)
}

/// The labels of the reference numbers, in their order.
let goldenLabels = ["cat", "cup", "table", "person", "grass", "potted plant"]

/// Weights stored as halves differ from the reference's floats only where the format rounded them;
/// the reference was made from the rounded ones, so one tolerance serves all formats.
let tolerance: Float = 1e-4

@Suite("Plain forward passes against reference numbers")
struct GoldenForwardTests {
  static let transformerFiles = [
    "tiny-vit/openai_jit.pt", "tiny-vit/state_dict.pt", "tiny-vit/train_checkpoint.pt",
    "tiny-vit/legacy_pickle.pt", "tiny-vit/open_clip_model.safetensors", "tiny-vit/hf",
  ]
  static let resNetFiles = ["tiny-rn/openai_jit.pt", "tiny-rn/open_clip_model.safetensors"]
  static let cases: [(String, String)] = (transformerFiles + resNetFiles).flatMap {
    [($0, "cat"), ($0, "coffee")]
  }

  @Test("image embeddings", arguments: cases)
  func imageEmbeddings(file: String, image: String) throws {
    let model = try goldenModel(file)
    let folder = file.prefix { $0 != "/" } + "/golden/" + image + "/"
    for (input, output) in [("squash", "image_embedding"), ("crop", "image_embedding_crop")] {
      let pixels = try Golden.array(folder + input + ".npy")
      let expected = try Golden.array(folder + output + ".npy")
      let input = pixels.rank == 4 ? pixels.row(0) : pixels
      let found = try model.encode(image: input)
      #expect(relativeError(found, expected.reshaped([expected.count])) <= tolerance)
    }
  }

  @Test("text embeddings", arguments: transformerFiles + resNetFiles)
  func textEmbeddings(file: String) throws {
    let model = try goldenModel(file)
    let folder = file.prefix { $0 != "/" } + "/golden/"
    let expected = try Golden.array(folder + "text_features.npy")
    #expect(relativeError(try model.encode(prompts: goldenLabels), expected) <= tolerance)
  }

  @Test("an exact-GELU reading of the same weights")
  func exactGELU() throws {
    let model = try goldenModel(
      "tiny-vit/open_clip_model.safetensors",
      options: LoadOptions(config: .file(Golden.path("tiny-vit/open_clip_config.gelu.json"))))
    let pixels = try Golden.array("tiny-vit/golden/cat/squash.npy")
    let expected = try Golden.array("tiny-vit/golden/gelu/image_embedding.npy")
    let found = try model.encode(image: pixels.rank == 4 ? pixels.row(0) : pixels)
    #expect(relativeError(found, expected.reshaped([expected.count])) <= tolerance)
    let tokens = try Golden.array("tiny-vit/golden/gelu/tokens.npy")
    let sequences = (0..<tokens.shape[0]).map { row -> [Int32] in
      let ids = tokens.row(row).scalars.map { Int32($0) }
      return Array(ids[...(ids.firstIndex(of: 49407) ?? ids.count - 1)])
    }
    let texts = try model.textTower.encode(sequences)
    let expectedTexts = try Golden.array("tiny-vit/golden/gelu/text_features.npy")
    #expect(relativeError(texts, expectedTexts) <= tolerance)
  }
}

@Suite("Shared beginnings of prompts")
struct PromptSharingTests {
  @Test("batches give what single prompts give")
  func batches() throws {
    let model = try goldenModel("tiny-vit/openai_jit.pt")
    let prompts = ["a photo of a cat.", "a photo of a cup.", "a photo of the table", "grass", ""]
    let alone = try prompts.map { try model.encode(prompts: [$0]).row(0) }
    for batch in [1, 2, 3, 64] {
      let together = try model.encode(prompts: prompts, batch: batch)
      for (i, row) in alone.enumerated() {
        #expect(relativeError(together.row(i), row) <= 1e-5)
      }
    }
  }

  @Test("results do not depend on the number of threads", .serialized, arguments: [1, 2, 5])
  func threads(count: Int) throws {
    let model = try goldenModel("tiny-vit/openai_jit.pt")
    let prompts = (0..<40).map { "a photo of \($0) cats." }
    let expected = try model.encode(prompts: prompts, batch: 8)
    Workers.count = count
    defer { Workers.count = 0 }
    #expect(try model.encode(prompts: prompts, batch: 8) == expected)
  }
}
