import CLIPModels
import Tensors

/// Grad-CAM (Selvaraju et al. 2017, arXiv 1610.02391): features weighted by their mean gradient.
///
///     map_i = ReLU(Σ_c w_c · x_ic),   w = mean over all positions of ∂cos/∂x
///
/// On a ViT x are the tokens before block `layer` (the class token counts for the mean); on a ResNet the
/// features after stage `layer`, whose grid is finer the earlier it is.
public struct GradCAM: ImageExplainer {
  /// See `ImageExplainer`.
  public static let version = 1

  /// The block or stage: 1 is the first, −1 the last.
  public var layer: Int

  /// The method at a layer.
  public init(layer: Int = -1) { self.layer = layer }

  /// See `ImageExplainer`.
  public func maps(_ question: Question) throws -> Tensor {
    let count = question.model.layerCount
    let place = try Explanations.layer(layer, of: count, option: "layer", model: question.model)
    switch try question.model.imageTower {
    case .transformer(let tower):
      let inputs = try tower.blockInputs(question.pixels, positions: question.positions)
      let x = inputs[place - 1]
      let (_, top) = try tower.cosineGradients(
        with: question.texts, classToken: inputs[count].rows(0..<1), tokens: x.shape[0])
      let gradients = try tower.backward(top, from: count, to: place - 1) { inputs[$0] }.dense()
      let scores = try linear(TokenMaps.meanOverTokens(gradients), weight: x)
      return try TokenMaps.patches(
        TokenMaps.positive(scores), rows: question.rows, columns: question.columns)
    case .resNet(let tower):
      let trace = try tower.trace(question.pixels)
      let (_, top) = try cosineGradients(
        of: tower.embedding(trace, positions: question.positions), with: question.texts)
      let last = try tower.poolBackward(top, trace: trace, positions: question.positions)
      let gradients = try tower.backward(last, from: count, to: place, trace: trace)
      let x = trace.stage(place)
      let area = x.height * x.width
      let weights = TokenMaps.meanOverTokens(
        gradients.values.reshaped([question.targets, area, x.channels]))
      return TokenMaps.positive(try linear(weights, weight: x.pixels))
        .reshaped([question.targets, x.height, x.width])
    }
  }
}
