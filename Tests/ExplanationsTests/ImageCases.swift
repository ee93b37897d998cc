import CLIPModels
import Checkpoints
import Explanations
import Imaging
import Tensors
import TestSupport
import Testing

/// Questions about the reference models and pictures.
enum ImageCase {
  /// Those with reference numbers.
  static let images = ["cat", "coffee"]
  /// The labels of the reference numbers, in their order.
  static let labels = ["cat", "cup", "table", "person", "grass", "potted plant"]

  static func model(_ file: String = "tiny-vit/openai_jit.pt") throws -> CLIPModel {
    CLIPModel(try Checkpoint.open(Golden.path(file), options: LoadOptions()), name: file)
  }

  /// A picture squeezed to the model's size, or as Grad-ECLIP keeps its shape, and the six labels.
  static func question(
    _ image: String = "cat", keepingSize: Bool = false, positions: PositionResize = .bilinear
  ) throws -> Question {
    let model = try model()
    let pixels =
      try keepingSize
      ? Preprocessing(size: 64, patch: 16, fit: .keep(scale: 0.25))
        .apply(to: Image.read(Golden.path("images/\(image).png"))).pixels
      : squashed("tiny-vit", image)
    return try Question(
      model: model, pixels: pixels, positions: positions, texts: model.encode(prompts: labels))
  }

  /// The reference ResNet, a picture of its size and the labels.
  static func resNet() throws -> Question {
    let model = try model("tiny-rn/openai_jit.pt")
    return try Question(
      model: model, pixels: squashed("tiny-rn", "cat"), texts: model.encode(prompts: labels))
  }

  /// Three rows and five columns of patches made at random.
  static func wide(texts: Int = 6) throws -> Question {
    let model = try model()
    return try Question(
      model: model, pixels: Tensor.normal([3, 48, 80], seed: 3),
      texts: model.encode(prompts: Array(labels.prefix(texts))))
  }

  private static func squashed(_ folder: String, _ image: String) throws -> Tensor {
    let pixels = try Golden.array("\(folder)/golden/\(image)/squash.npy")
    return pixels.rank == 4 ? pixels.row(0) : pixels
  }

  /// The transformer of a question.
  static func tower(_ question: Question) throws -> VisionTransformer {
    guard case .transformer(let tower) = try question.model.imageTower else {
      throw ShapeError("test", "not a ViT")
    }
    return tower
  }
}

/// An explainer with its options, by a name of its own.
struct Method: CustomTestStringConvertible {
  let name: String
  let explainer: any ImageExplainer

  init(_ name: String, _ explainer: any ImageExplainer) { (self.name, self.explainer) = (name, explainer) }

  var testDescription: String { name }
}
