import Checkpoints
import Imaging
import Tensors

/// Which of the two paths of CLIP Surgery patch tokens come from.
public enum FeaturePath: String, Sendable, CaseIterable {
  /// The network as trained.
  case native
  /// The path with value–value attention (Li et al. 2023).
  case surgery
}

extension CLIPModel {
  /// The side in pixels that inputs must be a multiple of: a patch, or a ResNet's total stride.
  public var patchSize: Int {
    switch architecture.vision {
    case .transformer(let vision): vision.patchSize
    case .resNet: ModifiedResNet.stride
    }
  }

  /// Whether the image tower is a ViT.
  public var isTransformer: Bool {
    if case .transformer = architecture.vision { true } else { false }
  }

  /// The image tower's blocks; for a ResNet its stages.
  public var layerCount: Int {
    switch architecture.vision {
    case .transformer(let vision): vision.layers
    case .resNet(let vision): vision.layers.count
    }
  }

  /// How a picture becomes this model's input.
  ///
  /// - Parameters:
  ///   - size: the side of the square input in pixels; without meaning for `Fit.keep`
  ///   - fit: how the picture meets it
  public func preprocessing(size: Int, fit: Fit) -> Imaging.Preprocessing {
    let settings = architecture.preprocessing
    func channels(_ values: [Float]) -> Imaging.Preprocessing.Channels {
      values.count == 3 ? .init(values[0], values[1], values[2]) : .init(0, 0, 0)
    }
    return Imaging.Preprocessing(
      size: size, patch: patchSize, fit: fit,
      filter: settings.interpolation == .bilinear ? .bilinear : .bicubic,
      mean: channels(settings.mean), deviation: channels(settings.std))
  }

  /// Image embeddings, not normalized: [E].
  ///
  /// - Parameter pixels: normalized, [3, height, width], both a multiple of `patchSize`
  public func encode(image pixels: Tensor, positions: PositionResize = .bilinear) throws -> Tensor {
    let pass = KeptPass(try identity(of: .image), pixels, positions)
    if pass.usesDisk, let known = pass.known(.embedding, reusing: layerCount),
      known.shape == [architecture.embedDim]
    {
      return known
    }
    switch try imageTower {
    case .transformer(let tower): return try tower.encode(pixels, positions: positions)
    case .resNet(let tower):
      guard pass.usesDisk else { return try tower.encode(pixels, positions: positions) }
      return try pass(.embedding, blocks: 0) { try tower.encode(pixels, positions: positions) }
    }
  }

  /// What the patches of an image say: its tokens, class token first, not normalized.
  ///
  /// - Parameters:
  ///   - pixels: normalized, [3, height, width], both a multiple of `patchSize`
  ///   - path: the network as trained, or CLIP Surgery's
  ///   - depth: for the surgery path of a ViT, how many of the last blocks it replaces
  ///   - layer: for the native path of a ViT, after which block (1 is the first); nil is the last
  ///   - isProjected: whether ln_post and the projection into the common embedding follow
  ///   - nativeClassToken: for the surgery path of a ResNet, whether the class token is CLIP's own
  /// - Returns: [1 + patches, E] (a ViT's D where not projected)
  public func features(
    image pixels: Tensor, path: FeaturePath, depth: Int? = nil, layer: Int? = nil,
    isProjected: Bool = true, nativeClassToken: Bool = true, positions: PositionResize = .bilinear
  ) throws -> Tensor {
    func compute() throws -> Tensor {
      try computedFeatures(
        image: pixels, path: path, depth: depth, layer: layer, isProjected: isProjected,
        nativeClassToken: nativeClassToken, positions: positions)
    }
    // Tokens before the last block are on disk as such; earlier ones are not kept there.
    let pass = KeptPass(try identity(of: .image), pixels, positions)
    guard pass.usesDisk, path == .surgery || layer == nil || layer == layerCount else {
      return try compute()
    }
    let options =
      path == .surgery
      ? "surgery \(depth ?? Self.publishedSurgeryDepth) \(nativeClassToken) \(isProjected)"
      : "native \(isProjected)"
    return try pass(.features(options), blocks: 0, reusing: layerCount, make: compute)
  }

  private func computedFeatures(
    image pixels: Tensor, path: FeaturePath, depth: Int?, layer: Int?, isProjected: Bool,
    nativeClassToken: Bool, positions: PositionResize
  ) throws -> Tensor {
    switch try imageTower {
    case .transformer(let tower):
      let tokens =
        switch path {
        case .native:
          try tower.tokens(pixels, after: layer ?? tower.blocks.count, positions: positions)
        case .surgery:
          try tower.surgeryTokens(
            pixels, depth: depth ?? Self.publishedSurgeryDepth, positions: positions)
        }
      return isProjected ? try tower.head(tokens) : tokens
    case .resNet(let tower):
      switch path {
      case .native:
        return isProjected
          ? try tower.tokens(pixels, positions: positions)
          : try tower.poolTokens(pixels, positions: positions)
      case .surgery:
        return try tower.surgeryTokens(
          pixels, nativeClassToken: nativeClassToken, positions: positions)
      }
    }
  }

  /// The number of last blocks that CLIP Surgery's authors replace.
  public static let publishedSurgeryDepth = 6

  /// Attention matrices of one block: [heads, 1 + patches, 1 + patches].
  ///
  /// - Parameter layer: the block, from 0; a ResNet has one such layer, its pooling
  public func attentionMatrices(
    image pixels: Tensor, layer: Int, positions: PositionResize = .bilinear
  ) throws -> Tensor {
    switch try imageTower {
    case .transformer(let tower):
      try tower.attentionMatrices(pixels, layer: layer, positions: positions)
    case .resNet(let tower):
      try tower.attentionMatrices(pixels, positions: positions)
    }
  }
}
