import Tensors

/// Weight and bias of a LayerNorm.
struct LayerNormWeights: Sendable {
  let weight: Tensor  // [width]
  let bias: Tensor  // [width]
  let epsilon: Float

  init(_ source: WeightSource, width: Int, epsilon: Float) throws {
    weight = try source("weight", [width])
    bias = try source("bias", [width])
    self.epsilon = epsilon
  }

  func callAsFunction(_ x: Tensor) throws -> Tensor {
    try layerNorm(x, weight: weight, bias: bias, epsilon: epsilon)
  }
}

/// Weight [out, in] and bias [out] of a linear layer.
struct LinearWeights: Sendable {
  let weight: Tensor
  let bias: Tensor

  init(_ source: WeightSource, from inputs: Int, to outputs: Int) throws {
    weight = try source("weight", [outputs, inputs])
    bias = try source("bias", [outputs])
  }

  func callAsFunction(
    _ x: Tensor, activation: Activation = .identity, adding residual: Tensor? = nil
  ) throws -> Tensor {
    try linear(x, weight: weight, bias: bias, activation: activation, adding: residual)
  }
}

/// One block of either tower: x += attn(ln_1(x)); x += mlp(ln_2(x)).
public struct TransformerBlock: Sendable {
  let ln1: LayerNormWeights
  /// Joint projection: queries, keys, values below each other, [3 · width, width] and [3 · width].
  let inWeight: Tensor
  let inBias: Tensor
  let out: LinearWeights
  let ln2: LayerNormWeights
  let expand: LinearWeights  // width → mlpWidth
  let contract: LinearWeights  // mlpWidth → width
  let activation: Activation
  /// D, the features of a token.
  public let width: Int
  /// H, the attention heads.
  public internal(set) var heads: Int

  /// What was changed in it (`CLIPModel.editing`).
  var intervention: Intervention?

  /// D / H.
  public var headWidth: Int { width / heads }
  /// d^-½, the scale of attention scores.
  var scale: Float { 1 / Float(headWidth).squareRoot() }

  init(
    _ source: WeightSource, width: Int, heads: Int, mlpWidth: Int, activation: Activation,
    epsilon: Float
  ) throws {
    ln1 = try LayerNormWeights(source.under("ln_1"), width: width, epsilon: epsilon)
    inWeight = try source("attn.in_proj_weight", [3 * width, width])
    inBias = try source("attn.in_proj_bias", [3 * width])
    out = try LinearWeights(source.under("attn.out_proj"), from: width, to: width)
    ln2 = try LayerNormWeights(source.under("ln_2"), width: width, epsilon: epsilon)
    expand = try LinearWeights(source.under("mlp.c_fc"), from: width, to: mlpWidth)
    contract = try LinearWeights(source.under("mlp.c_proj"), from: mlpWidth, to: width)
    self.activation = activation
    self.width = width
    self.heads = heads
  }

  /// The joint projection of normalized tokens: [rows, width] → [rows, 3 · width].
  func project(_ y: Tensor) throws -> Tensor { try linear(y, weight: inWeight, bias: inBias) }

  /// The queries alone: [rows, width] → [rows, width].
  func projectQueries(_ y: Tensor) throws -> Tensor {
    try linear(y, weight: inWeight.rows(0..<width), bias: inBias.rows(0..<width))
  }

  /// Keys and values alone: [rows, width] → [rows, 2 · width].
  func projectKeysAndValues(_ y: Tensor) throws -> Tensor {
    try linear(y, weight: inWeight.rows(width..<(3 * width)), bias: inBias.rows(width..<(3 * width)))
  }

  /// x + mlp(ln_2(x)).
  func mlp(_ x: Tensor) throws -> Tensor {
    try contract(expand(ln2(x), activation: activation), adding: x)
  }

  /// The whole block.
  ///
  /// - Parameters:
  ///   - x: [tokens, width]
  ///   - weights: receives the attention matrices [heads, tokens, tokens]
  ///   - isCausal: whether tokens see only those before
  ///   - joint: `project(ln1(x))`, where the caller has it already
  /// - Returns: [tokens, width]
  func forward(
    _ x: Tensor, weights: TensorStorage? = nil, isCausal: Bool = false, joint: Tensor? = nil
  ) throws -> Tensor {
    if let intervention {
      return try forward(x, by: intervention, joint: joint, weights: weights, isCausal: isCausal)
    }
    let joint = try joint ?? project(ln1(x))
    return try mlp(out(attend(joint, weights: weights, isCausal: isCausal), adding: x))
  }

  /// Attention from a joint projection [tokens, 3 · width], before out_proj: [tokens, width].
  func attend(_ joint: Tensor, weights: TensorStorage? = nil, isCausal: Bool = false) throws -> Tensor {
    let values = HeadRows(joint, start: 2 * width)
    let mixed = try attention(
      query: HeadRows(joint), key: HeadRows(joint, start: width), value: values, heads: heads,
      headWidth: headWidth, scale: scale, mask: isCausal ? .causal : .none, weights: weights)
    if let intervention, intervention.replacesAttention {
      try replaceAttention(intervention, in: mixed, values: values, isCausal: isCausal, weights: weights)
    }
    return mixed
  }

  /// The block for the first token alone, where nothing after it reads the others: its row of
  /// `forward`, without the other rows' queries, MLP and output projection.
  ///
  /// - Parameters:
  ///   - x: [tokens, width]
  ///   - keysAndValues: `projectKeysAndValues(ln1(x))`, where the caller has it already
  /// - Returns: [1, width]
  func forwardClassToken(_ x: Tensor, keysAndValues: Tensor? = nil) throws -> Tensor {
    if let intervention {
      return try forwardClassToken(x, by: intervention, keysAndValues: keysAndValues)
    }
    let joint = try keysAndValues ?? projectKeysAndValues(ln1(x))
    let first = x.rows(0..<1)
    let query = try projectQueries(ln1(first))
    let mixed = try attention(
      query: HeadRows(query), key: HeadRows(joint), value: HeadRows(joint, start: width),
      heads: heads, headWidth: headWidth, scale: scale)
    return try mlp(out(mixed, adding: first))
  }
}
