import CLIPModels
import Checkpoints
import Tensors

/// What an explainer is asked: where in a picture a model sees each of some texts.
///
/// All explainers get the same question, so that comparing them compares methods and nothing else.
public struct Question: Sendable {
  /// The CLIP that is explained.
  public let model: CLIPModel
  /// Its input: normalized, [3, height, width], both a multiple of the patch.
  public let pixels: Tensor
  /// How the position embedding meets the input's grid.
  public let positions: PositionResize
  /// T unit vectors: [T, E].
  public internal(set) var texts: Tensor
  /// Is told how far long work is: steps done and steps there are, from any thread.
  public let progress: (@Sendable (_ done: Int, _ total: Int) -> Void)?

  /// A question from its parts; `texts` is normalized.
  public init(
    model: CLIPModel, pixels: Tensor, positions: PositionResize = .bilinear, texts: Tensor,
    progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
  ) throws {
    guard pixels.rank == 3, pixels.shape[0] == 3, pixels.shape[1] % model.patchSize == 0,
      pixels.shape[2] % model.patchSize == 0, pixels.count > 0
    else { throw ShapeError("explanation", "an input of \(describe(shape: pixels.shape))") }
    guard texts.rank == 2, texts.shape[0] > 0, texts.shape[1] == model.architecture.embedDim else {
      throw ShapeError("explanation", "texts of \(describe(shape: texts.shape))")
    }
    self.model = model
    self.pixels = pixels
    self.positions = positions
    self.texts = try normalizedRows(texts)
    self.progress = progress
  }

  /// T, the texts.
  public var targets: Int { texts.shape[0] }
  /// Patches along the input's height.
  public var rows: Int { pixels.shape[1] / model.patchSize }
  /// Patches along the input's width.
  public var columns: Int { pixels.shape[2] / model.patchSize }

  /// The image tower, for a method that needs a transformer.
  func transformer(for method: String) throws -> VisionTransformer {
    guard case .transformer(let tower) = try model.imageTower else {
      throw ExplanationError(
        "`\(method)` reads the attention of a transformer's blocks; \(model.name) is a ResNet",
        hint: "`grad-cam`, `input-gradient`, `rise` and `m2ib` explain both kinds")
    }
    return tower
  }
}

/// A method that answers a question with maps.
public protocol ImageExplainer: Sendable {
  /// Raised when the method's numbers change: maps kept on disk are then computed anew.
  static var version: Int { get }

  /// Whether a text's map is the same, bit for bit, whatever other texts are asked for with it.
  var mapsStandAlone: Bool { get }

  /// One map a text: [T, rows, columns], of the patches or, for methods that read other layers, of that
  /// layer's positions. The higher, the more the text is there; no normalization.
  func maps(_ question: Question) throws -> Tensor
}

/// Options that do not fit the model, in words for the user.
public struct ExplanationError: Error, CustomStringConvertible, Sendable {
  /// What is wrong.
  public let description: String
  /// The option at fault: `layers`.
  public let option: String?
  /// What to do instead.
  public let hint: String?

  /// An error about an option, or about the method where it is nil.
  public init(_ description: String, option: String? = nil, hint: String? = nil) {
    self.description = description
    self.option = option
    self.hint = hint
  }
}

/// Checks the place of a layer in a tower of `count`.
///
/// - Parameter value: 1 to `count`; negative values count from the last, −1
/// - Returns: 1 to `count`
func layer(_ value: Int, of count: Int, option: String, model: CLIPModel) throws -> Int {
  let place = value < 0 ? value + count + 1 : value
  guard place >= 1, place <= count else {
    throw layerError(value, of: count, orBelow: ", or -\(count) to -1", option: option, model: model)
  }
  return place
}

/// Checks how many of the last of `count` layers are meant: 1 to `count`.
func checkLayers(_ value: Int, of count: Int, option: String, model: CLIPModel) throws {
  guard value >= 1, value <= count else {
    throw layerError(value, of: count, orBelow: "", option: option, model: model)
  }
}

private func layerError(
  _ value: Int, of count: Int, orBelow: String, option: String, model: CLIPModel
) -> ExplanationError {
  ExplanationError(
    "`\(option)` must be 1 to \(count), the \(model.isTransformer ? "blocks" : "stages") of \(model.name)"
      + "\(orBelow); found \(value)", option: option)
}
