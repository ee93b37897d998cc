import Imaging
import Tensors

/// One image's forward pass, to be asked for what happened in it and for gradients of a score that was
/// made of any of that.
///
/// Layers are counted as scripts count them: tokens after block 1 … L, 0 before the first; attention of
/// block 1 … L. A ResNet's stages take the place of blocks, [positions, channels] that of tokens; what it
/// has of attention, its pooling, is not seen here.
///
/// Memory: the tokens after every block (`VisionTransformer.blockInputs`), or a ResNet's trace.
public struct RecordedPass: Sendable {
  enum Tower: Sendable {
    /// The tokens after each block, the first before any.
    case transformer(VisionTransformer, tokens: [Tensor])
    case resNet(ModifiedResNet, ModifiedResNet.Trace)
  }

  /// The model.
  public let model: CLIPModel
  /// Its input: normalized, [3, height, width].
  public let pixels: Tensor
  /// Which path `tokens` come from; `block`, `attention` and `embedding` are the network's own.
  public let path: FeaturePath
  /// L, the blocks or stages.
  public let layers: Int

  let tower: Tower
  let positions: PositionResize
  /// How many of the last blocks have two paths.
  let depth: Int

  /// Runs the image tower.
  ///
  /// - Parameters:
  ///   - model: the model
  ///   - pixels: normalized, [3, height, width], both a multiple of `patchSize`
  ///   - positions: how the position embedding meets the input's grid
  ///   - path: the path whose tokens `tokens` gives
  ///   - depth: for the surgery path of a ViT, how many of the last blocks it replaces
  public init(
    _ model: CLIPModel, pixels: Tensor, positions: PositionResize = .bilinear,
    path: FeaturePath = .native, depth: Int = CLIPModel.publishedSurgeryDepth
  ) throws {
    self.model = model
    self.pixels = pixels
    self.positions = positions
    self.path = path
    switch try model.imageTower {
    case .transformer(let tower):
      layers = tower.blocks.count
      self.tower = .transformer(tower, tokens: try tower.blockInputs(pixels, positions: positions))
    case .resNet(let tower):
      layers = tower.stages.count
      self.tower = .resNet(tower, try tower.trace(pixels))
    }
    self.depth = min(max(depth, 1), layers)
  }

  /// The layer at which the surgery path parts from the network's own: both are one up to there.
  public var lastCommonLayer: Int { path == .surgery ? layers - depth : layers }

  /// CLIP's own image embedding, not normalized: [E].
  public func embedding() throws -> Tensor {
    switch tower {
    case .transformer(let tower, let tokens): try tower.head(tokens[layers].rows(0..<1)).row(0)
    case .resNet(let tower, let trace): try tower.embedding(trace, positions: positions)
    }
  }

  /// All tokens of the path in the common embedding, class token first, not normalized: [1 + patches, E].
  public func tokens() throws -> Tensor {
    switch (tower, path) {
    case (.transformer(let tower, let tokens), .native): return try tower.head(tokens[layers])
    case (.transformer(let tower, _), .surgery): return try tower.head(surgeryTokens(tower))
    case (.resNet(let tower, let trace), .native):
      return try tower.attentionPool.all(tower.poolTokens(trace, positions: positions))
    case (.resNet(let tower, let trace), .surgery):
      let tokens = try tower.poolTokens(trace, positions: positions)
      let new = try tower.attentionPool.surgery(tokens)
      return try concatenatedRows(tower.attentionPool.pool(tokens), new.rows(1..<new.shape[0]))
    }
  }

  func surgeryTokens(_ tower: VisionTransformer) throws -> Tensor {
    try tower.surgeryTokens(pixels, depth: depth, positions: positions)
  }

  /// The tokens after block `layer`, [1 + patches, D]; the features after a stage, [positions, C].
  ///
  /// - Parameter layer: 0 (before the first block; after the stem) to `layers`
  public func block(_ layer: Int) throws -> Tensor {
    guard layer >= 0, layer <= layers else {
      throw ShapeError("forward pass", "layer \(layer) of \(layers)")
    }
    return switch tower {
    case .transformer(_, let tokens): tokens[layer]
    case .resNet(_, let trace): trace.stage(layer).pixels
    }
  }

  /// The shape of the attention matrices of a block, [H, 1 + patches, 1 + patches]; nil for a ResNet.
  public var attentionShape: [Int]? {
    guard case .transformer(let tower, let tokens) = tower, let block = tower.blocks.first else {
      return nil
    }
    return [block.heads, tokens[0].shape[0], tokens[0].shape[0]]
  }

  /// The attention matrices of block `layer` (1 to `layers`): [H, 1 + patches, 1 + patches].
  public func attention(_ layer: Int) throws -> Tensor {
    guard case .transformer(let tower, let tokens) = tower, let shape = attentionShape, layer >= 1,
      layer <= layers
    else { throw ShapeError("forward pass", "no attention matrices of layer \(layer)") }
    let block = tower.blocks[layer - 1]
    let weights = TensorStorage(count: shape.reduce(1, *))
    _ = try block.attend(block.project(block.ln1(tokens[layer - 1])), weights: weights)
    return Tensor(shape: shape, storage: weights)
  }
}
