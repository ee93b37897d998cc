import Checkpoints
import Tensors

/// A convolution with the batch normalization after it folded in, as inference allows:
/// with running mean μ, variance σ², scale γ and shift β, s = γ / √(σ² + ε), W' = s · W, b' = β − s · μ.
struct FoldedConvolution: Sendable {
  /// [out, channels], or [out, 9 · channels] with the nine positions outermost.
  let weight: Tensor
  let bias: Tensor
  let size: Int

  init(
    _ source: WeightSource, convolution: String, normalization: String, from inputs: Int,
    to outputs: Int, size: Int
  ) throws {
    let raw = try source(convolution + ".weight", [outputs, inputs, size, size]).scalars
    let bn = source.under(normalization)
    let gamma = try bn("weight", [outputs]).scalars
    let beta = try bn("bias", [outputs]).scalars
    let mean = try bn("running_mean", [outputs]).scalars
    let variance = try bn("running_var", [outputs]).scalars
    let scale = (0..<outputs).map { gamma[$0] / (variance[$0] + 1e-5).squareRoot() }
    let area = size * size
    weight = Tensor([outputs, area * inputs]) { out in
      for o in 0..<outputs {
        for c in 0..<inputs {
          for position in 0..<area {
            out[(o * area + position) * inputs + c] =
              raw[(o * inputs + c) * area + position] * scale[o]
          }
        }
      }
    }
    bias = Tensor((0..<outputs).map { beta[$0] - mean[$0] * scale[$0] })
    self.size = size
  }

  func callAsFunction(
    _ x: FeatureMap, stride: Int = 1, activation: Activation = .relu, adding residual: Tensor? = nil
  ) throws -> FeatureMap {
    if size == 3 {
      return try convolution3x3(x, weight: weight, bias: bias, stride: stride, activation: activation)
    }
    let pixels = try linear(
      x.pixels, weight: weight, bias: bias, activation: activation, adding: residual)
    return FeatureMap(pixels: pixels, height: x.height, width: x.width)
  }
}

/// A bottleneck with anti-aliased stride: an average pool does the striding, before the last 1×1.
struct Bottleneck: Sendable {
  let reduce: FoldedConvolution
  let spatial: FoldedConvolution
  let expand: FoldedConvolution
  let shortcut: FoldedConvolution?
  let stride: Int

  /// `planes` inside, 4 · planes out.
  init(_ source: WeightSource, from inputs: Int, planes: Int, stride: Int) throws {
    self.stride = stride
    reduce = try FoldedConvolution(
      source, convolution: "conv1", normalization: "bn1", from: inputs, to: planes, size: 1)
    spatial = try FoldedConvolution(
      source, convolution: "conv2", normalization: "bn2", from: planes, to: planes, size: 3)
    expand = try FoldedConvolution(
      source, convolution: "conv3", normalization: "bn3", from: planes, to: 4 * planes, size: 1)
    shortcut =
      stride > 1 || inputs != 4 * planes
      ? try FoldedConvolution(
        source, convolution: "downsample.0", normalization: "downsample.1", from: inputs,
        to: 4 * planes, size: 1) : nil
  }

  func forward(_ x: FeatureMap) throws -> FeatureMap {
    let inner = try averagePool(spatial(reduce(x)), size: stride)
    let identity =
      try shortcut.map { try $0(averagePool(x, size: stride), activation: .identity) } ?? x
    return try expand(inner, activation: .reluOfSum, adding: identity.pixels)
  }
}

/// Attention pooling: one attention layer whose query is the mean of the positions.
struct AttentionPool: Sendable {
  let positionEmbedding: Tensor  // [1 + grid², C]
  let queries: LinearWeights
  let keys: LinearWeights
  let values: LinearWeights
  let out: LinearWeights  // C → E
  let heads: Int
  let width: Int

  init(_ source: WeightSource, gridSize: Int, width: Int, heads: Int, embedding: Int) throws {
    positionEmbedding = try source("positional_embedding", [1 + gridSize * gridSize, width])
    queries = try LinearWeights(source.under("q_proj"), from: width, to: width)
    keys = try LinearWeights(source.under("k_proj"), from: width, to: width)
    values = try LinearWeights(source.under("v_proj"), from: width, to: width)
    out = try LinearWeights(source.under("c_proj"), from: width, to: embedding)
    self.heads = heads
    self.width = width
  }

  var headWidth: Int { width / heads }
  var scale: Float { 1 / Float(headWidth).squareRoot() }

  /// CLIP's own pooling, of the first token: [1, E].
  func pool(_ tokens: Tensor) throws -> Tensor {
    let mixed = try attention(
      query: HeadRows(queries(tokens.rows(0..<1))), key: HeadRows(keys(tokens)),
      value: HeadRows(values(tokens)), heads: heads, headWidth: headWidth, scale: scale)
    return try out(mixed)
  }

  /// CLIP Surgery's: every token attends with q = k = v. [1 + positions, E].
  func surgery(_ tokens: Tensor) throws -> Tensor {
    let v = HeadRows(try values(tokens))
    let mixed = try attention(
      query: v, key: v, value: v, heads: heads, headWidth: headWidth, scale: scale)
    return try out(mixed)
  }

  /// Every token through CLIP's own attention: [1 + positions, E], its matrices into `weights`.
  func all(_ tokens: Tensor, weights: TensorStorage? = nil) throws -> Tensor {
    let mixed = try attention(
      query: HeadRows(queries(tokens)), key: HeadRows(keys(tokens)),
      value: HeadRows(values(tokens)), heads: heads, headWidth: headWidth, scale: scale,
      weights: weights)
    return try out(mixed)
  }
}

/// The image tower of RN models (Radford et al. 2021, section 2.4): a ResNet-D stem of three
/// convolutions, anti-aliased bottlenecks, attention pooling.
public struct ModifiedResNet: Sendable {
  /// The last feature map's positions along one side at the model's own size.
  public let gridSize: Int
  /// E, the features of an embedding.
  public let embedding: Int
  /// The image's pixels along one side per position of the last feature map.
  public static let stride = 32

  let stem: [FoldedConvolution]
  let stages: [[Bottleneck]]
  let attentionPool: AttentionPool

  /// Names these weights in what is kept of earlier calls (`WarmWork`).
  var identity = TowerIdentity()

  /// Reads the tower's weights (`visual.…`).
  public init(
    _ source: WeightSource, _ shape: Architecture.ModifiedResNet, embedding: Int
  ) throws {
    gridSize = shape.grid
    self.embedding = embedding
    let width = shape.width
    let visual = source.under("visual")
    let channels = [3, width / 2, width / 2, width]
    stem = try (1...3).map { i in
      try FoldedConvolution(
        visual, convolution: "conv\(i)", normalization: "bn\(i)", from: channels[i - 1],
        to: channels[i], size: 3)
    }
    var inputs = width
    stages = try shape.layers.enumerated().map { stage, count in
      let planes = width << stage
      return try (0..<count).map { index in
        defer { inputs = 4 * planes }
        return try Bottleneck(
          visual.under("layer\(stage + 1).\(index)"), from: inputs, planes: planes,
          stride: stage > 0 && index == 0 ? 2 : 1)
      }
    }
    attentionPool = try AttentionPool(
      visual.under("attnpool"), gridSize: shape.grid, width: shape.poolWidth, heads: shape.heads,
      embedding: embedding)
  }

  /// The tokens that attention pooling sees: the mean of the positions, then the positions, with the
  /// position embedding added.
  ///
  /// - Parameter image: normalized pixels [3, height, width], both a multiple of 32
  /// - Returns: [1 + positions, C]
  func poolTokens(_ image: Tensor, positions: PositionResize) throws -> Tensor {
    let pass = KeptPass(identity, image, positions, layerOnDisk: stages.count)
    return try pass(.tokens(after: stages.count), blocks: stages.count) {
      var x = try stemOutput(image)
      for block in stages.joined() { x = try block.forward(x) }
      return try poolTokens(x, positions: positions)
    }
  }

  /// The features after the stem, at a quarter of the image's size.
  func stemOutput(_ image: Tensor) throws -> FeatureMap {
    let (height, width) = (image.shape[1], image.shape[2])
    var x = FeatureMap(pixels: channelsInnermost(image), height: height, width: width)
    for (index, convolution) in stem.enumerated() {
      x = try convolution(x, stride: index == 0 ? 2 : 1)
    }
    return try averagePool(x, size: 2)
  }

  /// The tokens of attention pooling, from the last stage's features: [1 + positions, C].
  func poolTokens(_ x: FeatureMap, positions: PositionResize) throws -> Tensor {
    let embedding = try positions.fit(
      attentionPool.positionEmbedding, from: (gridSize, gridSize), to: (x.height, x.width))
    let (count, channels) = (x.pixels.shape[0], x.channels)
    return Tensor([1 + count, channels]) { out in
      x.pixels.withUnsafeBuffer { pixels in
        embedding.withUnsafeBuffer { position in
          for c in 0..<channels {
            var sum: Float = 0
            for i in 0..<count { sum += pixels[i * channels + c] }
            out[c] = sum / Float(count) + position[c]
          }
          for i in 0..<pixels.count { out[channels + i] = pixels[i] + position[channels + i] }
        }
      }
    }
  }

  /// The image embedding, not normalized: [E].
  public func encode(_ image: Tensor, positions: PositionResize) throws -> Tensor {
    try attentionPool.pool(poolTokens(image, positions: positions)).row(0)
  }

  /// All tokens through the pooling's own attention: [1 + positions, E].
  public func tokens(_ image: Tensor, positions: PositionResize) throws -> Tensor {
    try attentionPool.all(poolTokens(image, positions: positions))
  }

  /// CLIP Surgery: all tokens pooled with q = k = v.
  ///
  /// - Parameter nativeClassToken: whether the class token is CLIP's own; the released program takes
  ///   it from the new path too
  /// - Returns: [1 + positions, E]
  public func surgeryTokens(
    _ image: Tensor, nativeClassToken: Bool, positions: PositionResize
  ) throws -> Tensor {
    let tokens = try poolTokens(image, positions: positions)
    let new = try attentionPool.surgery(tokens)
    guard nativeClassToken else { return new }
    return try concatenatedRows(attentionPool.pool(tokens), new.rows(1..<new.shape[0]))
  }

  /// The pooling's attention matrices: [heads, 1 + positions, 1 + positions].
  public func attentionMatrices(_ image: Tensor, positions: PositionResize) throws -> Tensor {
    let tokens = try poolTokens(image, positions: positions)
    let count = tokens.shape[0]
    let weights = TensorStorage(count: attentionPool.heads * count * count)
    _ = try attentionPool.all(tokens, weights: weights)
    return Tensor(shape: [attentionPool.heads, count, count], storage: weights)
  }
}

/// [channels, height, width] → [height · width, channels].
func channelsInnermost(_ image: Tensor) -> Tensor {
  let (channels, count) = (image.shape[0], image.shape[1] * image.shape[2])
  return Tensor([count, channels]) { out in
    image.withUnsafeBuffer { source in
      for c in 0..<channels {
        for i in 0..<count { out[i * channels + c] = source[c * count + i] }
      }
    }
  }
}
