import CLIPModels
import Tensors

/// Grad-ECLIP on the text (Zhao et al. 2024, arXiv 2502.18816), with g at the end-of-text token:
///
///     score_i = ReLU(Σ_blocks Σ_c g_c · v_ic · λ_i), then divided by the sum over tokens
///
/// λ_i = min-max of cos(q_end, k_i), as on the image.
public struct TextGradECLIP: TextExplainer {
  /// What λ's minimum and maximum range over.
  public enum Range: String, Sendable, CaseIterable {
    /// The prompt's own tokens, start and end included.
    case prompt
    /// All positions of the context, the padding after end-of-text included, as the released program
    /// has it.
    case context
  }

  /// How many of the last blocks are explained; nil for all. Published: 8 or all.
  public var layers: Int?
  /// How heads are read in them.
  public var heads: GradECLIP.Heads
  /// What λ compares.
  public var similarity: GradECLIP.Similarity
  /// What λ ranges over.
  public var range: Range

  /// The method with its options.
  public init(
    layers: Int? = 8, heads: GradECLIP.Heads = .native, similarity: GradECLIP.Similarity = .projected,
    range: Range = .prompt
  ) {
    self.layers = layers
    self.heads = heads
    self.similarity = similarity
    self.range = range
  }

  /// See `TextExplainer`.
  public func scores(_ question: TextQuestion) throws -> Tensor {
    var tower = try question.model.textTower
    let count = tower.blocks.count
    let layers = min(layers ?? count, count)
    guard layers >= 1 else {
      throw ExplanationError("`layers` must be at least 1; found \(layers)", option: "layers")
    }
    if heads == .paper { tower = try tower.mergingHeads(inLast: layers) }
    let end = question.end
    let padding = range == .context ? tower.contextLength - question.text.ids.count : 0
    let inputs = try tower.blockInputs(question.text.ids + Array(repeating: 0, count: max(0, padding)))
    let (_, top) = try tower.cosineGradients(with: question.image, tokens: inputs[count], end: end)
    var sums = [Float](repeating: 0, count: end + 1)
    try tower.visitGradients(
      top, from: count, to: count - layers, wantsAttention: false, inputs: { inputs[$0] }
    ) { seen in
      let block = tower.blocks[seen.layer]
      // λ may need tokens that have no gradient.
      let whole = try block.activations(of: inputs[seen.layer], isCausal: true)
      let g = seen.mixed.reshaped([seen.mixed.count / block.width, block.width])
      let gradient = g.rows((g.shape[0] - 1)..<g.shape[0])
      let values = TokenMaps.columns(whole.value.matrix, from: whole.value.start, width: block.width)
      let products = try linear(gradient, weight: values).scalars
      let weights = try similarity.weights(whole, row: end, block, ranging: 0..<values.shape[0])
      for i in 0...end { sums[i] += products[i] * (weights?[i] ?? 1) }
    }
    let scores = sums[1..<end].map { max(0, $0) }
    let total = scores.reduce(0, +)
    return Tensor(total > 0 ? scores.map { $0 / total } : scores)
  }
}
