import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Finding models in folders laid out as other programs lay them out.
@Suite struct ModelLocatorTests {
  private func failure(_ locator: ModelLocator, _ name: String) -> String {
    do {
      return "found \(try locator.locate(name).path)"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: ["ViT-B/16", "ViT-B-16", "vit-b/16", "vit_b_16", "ViT-B-16.pt", "ViT-B-16/openai"])
  func spellings(name: String) throws {
    let scratch = try TemporaryFolder()
    let path = try scratch.write(".cache/clip/ViT-B-16.pt", "x")
    let found = try ModelLocator(environment: ["HOME": scratch.path]).locate(name)
    #expect(found.path == path && found.name == "ViT-B/16")
    #expect(found.expectedSHA256?.hasPrefix("5806e77c") == true)
  }

  @Test func oneSizeIsNotAnother() {
    #expect(KnownModels.openAI(named: "ViT-L-14-336")?.file == "ViT-L-14-336px.pt")
    #expect(KnownModels.openAI(named: "ViT-L/14@336px")?.file == "ViT-L-14-336px.pt")
    #expect(KnownModels.openAI(named: "ViT-L-14")?.file == "ViT-L-14.pt")
    #expect(KnownModels.openAI(named: "RN50x4")?.file == "RN50x4.pt")
    #expect(KnownModels.openAI(named: "RN5") == nil)
  }

  @Test func ownFolderComesFirst() throws {
    let scratch = try TemporaryFolder()
    try scratch.write("home/.cache/clip/RN50.pt", "x")
    let own = try scratch.write("own/RN50.pt", "x")
    let mine = try scratch.write("own/mine.safetensors", "x")
    let release = try scratch.write("own/vit_b_16-laion400m_e32-55e67d44.pt", "x")
    let locator = ModelLocator(environment: [
      "HOME": scratch.path + "/home", "CLIPSCOPE_MODELS": scratch.path + "/own",
    ])
    #expect(try locator.locate("rn50").path == own)
    #expect(try locator.locate("mine").path == mine)
    #expect(try locator.locate("ViT-B-16/laion400m_e32").path == release)
    #expect(try locator.locate(mine).path == mine)
    #expect(failure(locator, "../home/.cache/clip/RN50.pt").contains("does not exist"))
  }

  @Test(arguments: ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "HOME", "XDG_CACHE_HOME"])
  func huggingFaceCache(variable: String) throws {
    let scratch = try TemporaryFolder()
    let hub: String
    switch variable {
    case "HF_HOME": hub = "hub"
    case "HOME": hub = ".cache/huggingface/hub"
    case "XDG_CACHE_HOME": hub = "huggingface/hub"
    default: hub = "."
    }
    let root = "\(hub)/models--openai--clip-vit-base-patch32"
    try scratch.write(root + "/refs/main", "abc123\n")
    try scratch.write(root + "/snapshots/abc123/config.json", #"{"model_type":"clip"}"#)
    try scratch.write(root + "/snapshots/older/config.json", "{}")
    try scratch.write(
      root + "/snapshots/abc123/model.safetensors",
      safeTensors(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: [1]))
    let locator = ModelLocator(environment: [variable: scratch.path])
    let path = try locator.locate("openai/clip-vit-base-patch32").path
    #expect(path.hasSuffix("snapshots/abc123"))
    #expect(try locator.locate("ViT-B/32").path == path)
    let all = locator.available()
    #expect(all.map(\.name) == ["openai/clip-vit-base-patch32"])
    #expect(all.first?.format == "safetensors")
    // A commit that leads elsewhere is not followed.
    try scratch.write(root + "/refs/main", "../../..")
    #expect(failure(locator, "openai/clip-vit-base-patch32").contains("no such model"))
  }

  @Test func notFoundSaysWhereAndWhatIsNear() throws {
    let scratch = try TemporaryFolder()
    let locator = ModelLocator(environment: [
      "HOME": scratch.path, "CLIPSCOPE_MODELS": scratch.path + "/own",
    ])
    let known = failure(locator, "ViT-B/32")
    #expect(known.contains("\(scratch.path)/own/ViT-B-32.pt"))
    #expect(known.contains("\(scratch.path)/.cache/clip/ViT-B-32.pt"))
    #expect(known.contains("models--openai--clip-vit-base-patch32"))
    #expect(known.contains("scripts/fetch-model ViT-B/32"))
    #expect(failure(locator, "ViT-B/61").contains("did you mean `ViT-B/16`"))
    #expect(!failure(locator, "something else entirely").contains("did you mean"))
    #expect(failure(locator, "/no/such/file") == "/no/such/file: does not exist")
    #expect(failure(locator, "").contains("not the name"))
  }

  @Test func availableListsWhatCanBeLoaded() throws {
    let scratch = try TemporaryFolder()
    try scratch.write("own/notes.txt", "hello")
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path + "/own/ViT-B-32.pt",
      withDestinationPath: Golden.path("tiny-vit/legacy_pickle.pt"))
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path + "/own/folder", withDestinationPath: Golden.path("tiny-vit/hf"))
    let all = ModelLocator(environment: ["CLIPSCOPE_MODELS": scratch.path + "/own"]).available()
    #expect(all.map(\.name) == ["ViT-B/32", "folder"])
    #expect(all.map(\.format) == ["PyTorch", "safetensors"])
    #expect(all.first?.byteCount == 10_057_264)
    #expect(all.first?.expectedSHA256 != nil)
  }

  /// scripts/fetch-model has its own table, as it runs before anything is built.
  @Test func fetchScriptKnowsTheSameFiles() throws {
    let root = URL(fileURLWithPath: Golden.folder).deletingLastPathComponent()
      .deletingLastPathComponent()
    let script = try String(
      contentsOf: root.appendingPathComponent("scripts/fetch-model"), encoding: .utf8)
    for model in KnownModels.openAI {
      #expect(script.contains("\n\(model.name) \(model.file) \(model.sha256)\n"))
    }
  }
}
