import Foundation
import TestSupport
import Testing

@testable import Tokenization

@Suite("Embedded assets") struct EmbeddedAssetsTests {
  @Test("the vocabulary is the published file") func vocabulary() throws {
    #expect(Array(EmbeddedAssets.vocabulary) == (try Golden.bytes("bpe_simple_vocab_16e6.txt.gz")))
  }

  @Test("the built-in model is a safetensors file that fits the binary") func model() throws {
    #expect(EmbeddedAssets.compressedEmojiModel.count <= 6 << 20)
    let model = try EmbeddedAssets.emojiModel()
    let length = model.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }
    try #require(length < model.count - 8)
    let header = try #require(
      try JSONSerialization.jsonObject(with: Data(model[8..<(8 + length)])) as? [String: Any])
    #expect(header["token_embedding.weight"] != nil)
    #expect((header["__metadata__"] as? [String: String])?["image_size"] == "112")
    #expect(EmbeddedAssets.emojiModelCard.contains("691 glyphs"))
  }

  @Test("the standard library is there, with the 85 templates") func library() throws {
    #expect(EmbeddedAssets.libraryModules.contains("prompts"))
    #expect(EmbeddedAssets.libraryModules == EmbeddedAssets.libraryModules.sorted())
    #expect(EmbeddedAssets.librarySource("nothing") == nil)
    let source = try #require(EmbeddedAssets.librarySource("prompts"))
    let templates = try JSONDecoder().decode(
      [String].self, from: Data(Golden.bytes("imagenet85_templates.json")))
    let lines = source.split(separator: "\n").map(String.init)
    let start = try #require(lines.firstIndex(of: "imagenet = ["))
    #expect(templates.count == 85)
    #expect(Array(lines[(start + 1)...].prefix(85)) == templates.map { "  \"\($0)\"," })
  }
}
