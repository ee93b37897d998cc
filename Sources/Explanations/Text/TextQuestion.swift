import CLIPModels
import Tensors
import Tokenization

/// What a text explainer is asked: which tokens of a prompt made it match an image.
public struct TextQuestion: Sendable {
  /// The CLIP that is explained.
  public let model: CLIPModel
  /// The prompt.
  public let text: TokenizedText
  /// The image embedding, a unit vector: [1, E].
  public let image: Tensor

  /// A question from its parts; `image` is normalized.
  public init(model: CLIPModel, text: TokenizedText, image: Tensor) throws {
    guard text.ids.count >= 2, image.count == model.architecture.embedDim else {
      throw ShapeError(
        "explanation", "\(text.ids.count) tokens, an image embedding of \(describe(shape: image.shape))")
    }
    self.model = model
    self.text = text
    self.image = try normalizedRows(image.reshaped([1, image.count]))
  }

  /// The position of end-of-text, whose features are the text's.
  public var end: Int { text.ids.count - 1 }

  /// The tokens between start and end of text.
  public var tokens: [Int32] { Array(text.ids[1..<end]) }
}

/// A method that scores the tokens of a prompt.
public protocol TextExplainer: Sendable {
  /// The score of every token between start and end of text: [tokens].
  func scores(_ question: TextQuestion) throws -> Tensor
}
