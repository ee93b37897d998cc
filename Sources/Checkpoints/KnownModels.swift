/// Published checkpoints: names users type, file names, checksums.
public enum KnownModels {
  /// A file OpenAI published.
  public struct OpenAI: Sendable, Equatable {
    /// `ViT-B/32`
    public let name: String
    /// `ViT-B-32.pt`
    public let file: String
    /// The checksum of the file, hexadecimal.
    public let sha256: String
    /// The same weights on Hugging Face, when they are there.
    public let huggingFace: String?
  }

  /// A file open_clip published before it moved to Hugging Face: no config lies beside it.
  public struct Release: Sendable, Equatable {
    /// `ViT-B-16/laion400m_e32`
    public let name: String
    /// `vit_b_16-laion400m_e32-55e67d44.pt`
    public let file: String
    /// What it was trained with.
    public let activation: Architecture.Activation
  }

  /// OpenAI's nine models (arXiv 2103.00020).
  public static let openAI: [OpenAI] = [
    OpenAI(
      name: "RN50", file: "RN50.pt",
      sha256: "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762", huggingFace: nil),
    OpenAI(
      name: "RN101", file: "RN101.pt",
      sha256: "8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599", huggingFace: nil),
    OpenAI(
      name: "RN50x4", file: "RN50x4.pt",
      sha256: "7e526bd135e493cef0776de27d5f42653e6b4c8bf9e0f653bb11773263205fdd", huggingFace: nil),
    OpenAI(
      name: "RN50x16", file: "RN50x16.pt",
      sha256: "52378b407f34354e150460fe41077663dd5b39c54cd0bfd2b27167a4a06ec9aa", huggingFace: nil),
    OpenAI(
      name: "RN50x64", file: "RN50x64.pt",
      sha256: "be1cfb55d75a9666199fb2206c106743da0f6468c9d327f3e0d0a543a9919d9c", huggingFace: nil),
    OpenAI(
      name: "ViT-B/32", file: "ViT-B-32.pt",
      sha256: "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
      huggingFace: "openai/clip-vit-base-patch32"),
    OpenAI(
      name: "ViT-B/16", file: "ViT-B-16.pt",
      sha256: "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f",
      huggingFace: "openai/clip-vit-base-patch16"),
    OpenAI(
      name: "ViT-L/14", file: "ViT-L-14.pt",
      sha256: "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836",
      huggingFace: "openai/clip-vit-large-patch14"),
    OpenAI(
      name: "ViT-L/14@336px", file: "ViT-L-14-336px.pt",
      sha256: "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02",
      huggingFace: "openai/clip-vit-large-patch14-336"),
  ]

  /// open_clip's releases as they lie in `~/.cache/clip`. Names with `quickgelu` used QuickGELU,
  /// the others exact GELU.
  public static let releases: [Release] = [
    ("RN50-quickgelu/yfcc15m", "rn50-quickgelu-yfcc15m-455df137.pt"),
    ("RN50-quickgelu/cc12m", "rn50-quickgelu-cc12m-f000538c.pt"),
    ("RN101-quickgelu/yfcc15m", "rn101-quickgelu-yfcc15m-3e04b30e.pt"),
    ("ViT-B-32-quickgelu/laion400m_e31", "vit_b_32-quickgelu-laion400m_e31-d867053b.pt"),
    ("ViT-B-32-quickgelu/laion400m_e32", "vit_b_32-quickgelu-laion400m_e32-46683a32.pt"),
    ("ViT-B-32/laion2b_e16", "vit_b_32-laion2b_e16-af8dbd0c.pth"),
    ("ViT-B-16/laion400m_e31", "vit_b_16-laion400m_e31-00efa78f.pt"),
    ("ViT-B-16/laion400m_e32", "vit_b_16-laion400m_e32-55e67d44.pt"),
    ("ViT-B-16-plus-240/laion400m_e31", "vit_b_16_plus_240-laion400m_e31-8fb26589.pt"),
    ("ViT-B-16-plus-240/laion400m_e32", "vit_b_16_plus_240-laion400m_e32-699c4b84.pt"),
    ("ViT-L-14/laion400m_e31", "vit_l_14-laion400m_e31-69988bb6.pt"),
    ("ViT-L-14/laion400m_e32", "vit_l_14-laion400m_e32-3d133497.pt"),
  ].map { name, file in
    Release(name: name, file: file, activation: file.contains("quickgelu") ? .quickGELU : .gelu)
  }

  /// A name without case and without the difference between `/`, `@`, `_` and `-`: `vit-b-16`.
  public static func normalized(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "/", "@", "_", " ": result += "-"
      case "A"..."Z": result.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value) + 32))
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// OpenAI's model of this name: `ViT-B/16`, `ViT-B-16`, `vit-b/16`, `ViT-L-14-336`, `ViT-B-16.pt`.
  public static func openAI(named name: String) -> OpenAI? {
    var key = normalized(name)
    for suffix in [".pt", "-openai", "-quickgelu"] where key.hasSuffix(suffix) {
      key.removeLast(suffix.utf8.count)
    }
    return openAI.first {
      let known = normalized($0.name)
      return known == key || known == key + "px"
    }
  }

  /// open_clip's release of this name.
  public static func release(named name: String) -> Release? {
    let key = normalized(name)
    return releases.first { normalized($0.name) == key || normalized($0.file) == key }
  }

  /// open_clip's release of this file name.
  static func release(file: String) -> Release? { releases.first { $0.file == file } }
}
