import Imaging
import Tensors

extension CLIPModel {
  /// The gradients of the cosines between an image and T vectors with respect to the image's pixels.
  ///
  /// Memory: the tokens before each block (a ResNet's features before each bottleneck), and what
  /// `BackwardPass` states.
  ///
  /// - Parameters:
  ///   - pixels: normalized, [3, height, width], both a multiple of `patchSize`
  ///   - texts: [T, E], not necessarily normalized
  /// - Returns: the cosines [T] and ∂cos/∂(normalized pixels) [T, 3, height, width]
  public func pixelGradients(
    image pixels: Tensor, texts: Tensor, positions: PositionResize = .bilinear
  ) throws -> (cosines: Tensor, gradients: Tensor) {
    switch try imageTower {
    case .transformer(let tower):
      let inputs = try tower.blockInputs(pixels, positions: positions)
      let (cosines, top) = try tower.cosineGradients(
        with: texts, classToken: inputs[inputs.count - 1].rows(0..<1), tokens: inputs[0].shape[0])
      let tokens = try tower.backward(top, from: inputs.count - 1, to: 0) { inputs[$0] }
      return (cosines, try tower.pixelGradients(tokens, image: pixels, positions: positions))
    case .resNet(let tower):
      let trace = try tower.trace(pixels)
      let (cosines, top) = try cosineGradients(
        of: tower.embedding(trace, positions: positions), with: texts)
      let last = try tower.poolBackward(top, trace: trace, positions: positions)
      let stem = try tower.backward(last, from: trace.stages, to: 0, trace: trace)
      return (cosines, try tower.pixelGradients(stem, trace: trace))
    }
  }
}
