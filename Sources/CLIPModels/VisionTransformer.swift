import Checkpoints
import Imaging
import Tensors

/// The image tower of ViT models (Dosovitskiy et al. 2021, as in Radford et al. 2021):
/// patch convolution, class token first, position embedding, ln_pre, blocks, ln_post, projection.
public struct VisionTransformer: Sendable {
  /// The side of a patch in pixels.
  public let patchSize: Int
  /// The patches along one side at the model's own size.
  public let gridSize: Int
  /// D, the features of a token.
  public let width: Int
  /// E, the features of an embedding.
  public let embedding: Int
  /// The blocks, first to last.
  public internal(set) var blocks: [TransformerBlock]

  let patchWeight: Tensor  // [D, 3 · patch · patch]
  let classEmbedding: Tensor  // [1, D]
  let positionEmbedding: Tensor  // [1 + grid², D]
  let lnPre: LayerNormWeights
  let lnPost: LayerNormWeights
  let projection: Tensor  // [D, E]

  /// Names these weights in what is kept of earlier calls (`WarmWork`).
  var identity = TowerIdentity()

  /// Reads the tower's weights (`visual.…`).
  public init(
    _ source: WeightSource, _ shape: Architecture.VisionTransformer, embedding: Int,
    activation: Activation
  ) throws {
    patchSize = shape.patchSize
    gridSize = shape.grid
    width = shape.width
    self.embedding = embedding
    let (width, patchSize, gridSize) = (shape.width, shape.patchSize, shape.grid)
    let epsilon = shape.normEpsilon
    let visual = source.under("visual")
    patchWeight = try visual("conv1.weight", [width, 3, patchSize, patchSize])
      .reshaped([width, 3 * patchSize * patchSize])
    classEmbedding = try visual("class_embedding", [width]).reshaped([1, width])
    positionEmbedding = try visual("positional_embedding", [1 + gridSize * gridSize, width])
    lnPre = try LayerNormWeights(visual.under("ln_pre"), width: width, epsilon: epsilon)
    lnPost = try LayerNormWeights(visual.under("ln_post"), width: width, epsilon: epsilon)
    projection = try visual("proj", [width, embedding])
    blocks = try (0..<shape.layers).map { layer in
      try TransformerBlock(
        visual.under("transformer.resblocks.\(layer)"), width: width, heads: shape.heads,
        mlpWidth: shape.mlpWidth, activation: activation, epsilon: epsilon)
    }
  }

  /// The tokens before the first block.
  ///
  /// - Parameters:
  ///   - image: normalized pixels [3, height, width], both a multiple of `patchSize`
  ///   - positions: how the position embedding meets another grid
  /// - Returns: [1 + patches, D], class token first
  func embed(_ image: Tensor, positions: PositionResize) throws -> Tensor {
    try lnPre(embedUnnormalized(image, positions: positions))
  }

  /// The same before ln_pre.
  func embedUnnormalized(_ image: Tensor, positions: PositionResize) throws -> Tensor {
    let (rows, columns) = (image.shape[1] / patchSize, image.shape[2] / patchSize)
    let patchTokens = try linear(patches(of: image, size: patchSize), weight: patchWeight)
    let positions = try positions.fit(
      positionEmbedding, from: (gridSize, gridSize), to: (rows, columns))
    return Tensor([1 + rows * columns, width]) { out in
      guard let base = out.baseAddress else { return }
      positions.withUnsafeBuffer { position in
        classEmbedding.withUnsafeBuffer { first in
          for i in 0..<width { base[i] = first[i] + position[i] }
        }
        patchTokens.withUnsafeBuffer { patch in
          for i in 0..<patch.count { base[width + i] = patch[i] + position[width + i] }
        }
      }
    }
  }

  /// What is kept of an image's way through this tower.
  func pass(_ image: Tensor, _ positions: PositionResize) -> KeptPass {
    KeptPass(identity, image, positions, layerOnDisk: max(0, blocks.count - 1))
  }

  /// ln_post and projection of tokens that leave the blocks: [rows, D] → [rows, E].
  public func head(_ x: Tensor) throws -> Tensor { try product(lnPost(x), projection) }

  /// The image embedding, not normalized: [E].
  public func encode(_ image: Tensor, positions: PositionResize) throws -> Tensor {
    let pass = pass(image, positions)
    return try pass(.embedding, blocks: min(1, blocks.count), reusing: blocks.count) {
      var x = try tokens(image, after: max(0, blocks.count - 1), positions: positions)
      if let last = blocks.last { x = try last.forwardClassToken(x) }
      return try head(x.rows(0..<1)).row(0)
    }
  }

  /// All tokens after block `layer`, before ln_post: [1 + patches, D].
  ///
  /// - Parameter layer: 0 is before the first block, `blocks.count` after the last.
  public func tokens(_ image: Tensor, after layer: Int, positions: PositionResize) throws -> Tensor {
    let pass = pass(image, positions)
    var (first, x) =
      try pass.tokens(upTo: layer)
      ?? (0, pass(.tokens(after: 0), blocks: 0) { try embed(image, positions: positions) })
    while first < layer {
      x = try pass(.tokens(after: first + 1), blocks: 1) { try blocks[first].forward(x) }
      first += 1
    }
    return x
  }

  /// The attention matrices of block `layer` (0-based): [heads, 1 + patches, 1 + patches].
  public func attentionMatrices(
    _ image: Tensor, layer: Int, positions: PositionResize
  ) throws -> Tensor {
    let x = try tokens(image, after: layer, positions: positions)
    let block = blocks[layer]
    let count = x.shape[0]
    let weights = TensorStorage(count: block.heads * count * count)
    try block.intervention?.check(tokens: count, isCausal: false)
    _ = try block.attend(block.project(block.ln1(x)), weights: weights)
    return Tensor(shape: [block.heads, count, count], storage: weights)
  }

  /// CLIP Surgery's two paths (Li et al. 2023, arXiv 2304.05653, section 3.3).
  ///
  /// In the last `depth` blocks both paths read y = ln_1(x). The original path goes on as trained.
  /// The new one starts from the first such block's input and gathers
  /// out_proj(softmax(V Vᵀ · d^-½) V) of each, without MLPs.
  ///
  /// - Returns: [1 + patches, D] before ln_post: the class token of the original path, the patches
  ///   of the new one
  public func surgeryTokens(
    _ image: Tensor, depth: Int, positions: PositionResize
  ) throws -> Tensor {
    let depth = min(max(depth, 1), blocks.count)
    let pass = pass(image, positions)
    return try pass(.surgery(depth: depth), blocks: 1, reusing: blocks.count) {
      let start = blocks.count - depth
      var x = try tokens(image, after: start, positions: positions)
      var new = x
      for (index, block) in blocks.enumerated().dropFirst(start) {
        let y = try block.ln1(x)
        // Nothing reads the original path after the last block but the class token.
        let isLast = index == blocks.count - 1
        let joint = try isLast ? block.projectKeysAndValues(y) : block.project(y)
        let values = HeadRows(joint, start: isLast ? block.width : 2 * block.width)
        let mixed = try attention(
          query: values, key: values, value: values, heads: block.heads, headWidth: block.headWidth,
          scale: block.scale)
        new = try block.outputProjection(mixed, adding: new)
        x =
          try isLast
          ? block.forwardClassToken(x, keysAndValues: joint)
          : pass(.tokens(after: index + 1), blocks: 1) {
            try block.forward(x, joint: joint)
          }
      }
      return try concatenatedRows(x.rows(0..<1), new.rows(1..<new.shape[0]))
    }
  }
}
