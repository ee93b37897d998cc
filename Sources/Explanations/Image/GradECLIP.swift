import CLIPModels
import Tensors

/// Grad-ECLIP (Zhao et al. 2024, arXiv 2502.18816): the gradient of cos(image, text) at the class token's
/// attention output weighs every patch's value vector.
///
///     map_i = ReLU(Σ_c g_c · v_ic · λ_i),   g = ∂cos/∂o at the class token, before out_proj
///     λ_i = min-max over patches of cos(q_class, k_i)
///
/// Several layers: the sum of the layers' ReLUs. With one layer the gradient never crosses an attention
/// matrix: beside the forward pass it costs T single rows through the last block's tail.
public struct GradECLIP: ImageExplainer {
  /// See `ImageExplainer`.
  public static let version = 1

  /// How the explained blocks' heads are read.
  public enum Heads: String, Sendable, CaseIterable {
    /// As the model has them.
    case native
    /// One head of the full width, as the released program does: a slightly different network.
    case paper
  }

  /// What λ compares.
  public enum Similarity: String, Sendable, CaseIterable {
    /// Queries and keys after out_proj, as in the released scripts.
    case projected
    /// Queries and keys themselves, as in the released notebook.
    case raw
    /// Nothing: λ = 1.
    case none
  }

  /// How many of the last blocks are explained.
  public var layers: Int
  /// How heads are read in them.
  public var heads: Heads
  /// What λ compares.
  public var similarity: Similarity

  /// The method with its options.
  public init(layers: Int = 1, heads: Heads = .native, similarity: Similarity = .projected) {
    self.layers = layers
    self.heads = heads
    self.similarity = similarity
  }

  /// See `ImageExplainer`.
  public func maps(_ question: Question) throws -> Tensor {
    var tower = try question.transformer(for: "grad-eclip")
    let count = tower.blocks.count
    try checkLayers(layers, of: count, option: "layers", model: question.model)
    if heads == .paper { tower = try tower.mergingHeads(inLast: layers) }
    let targets = question.targets
    let tokens = 1 + question.rows * question.columns
    var sum = Tensor([targets, tokens], repeating: 0)
    func add(_ g: Tensor, _ activations: BlockActivations, _ block: TransformerBlock) throws {
      let layer = try scores(g, activations, block)
      sum = try TokenMaps.zip(sum, layer) { $0 + max(0, $1) }
    }
    if layers == 1 {
      let x = try tower.tokens(question.pixels, after: count - 1, positions: question.positions)
      let (_, g, activations) = try tower.classTailGradients(x, with: question.texts)
      try add(g, activations, tower.blocks[count - 1])
    } else {
      let inputs = try tower.blockInputs(question.pixels, positions: question.positions)
      let (_, top) = try tower.cosineGradients(
        with: question.texts, classToken: inputs[count].rows(0..<1), tokens: tokens)
      // Groups of texts of one block arrive one after the other; ReLU is of each block by itself.
      try tower.visitGradients(
        top, from: count, to: count - layers, wantsAttention: false, inputs: { inputs[$0] }
      ) { seen in
        let g = try scores(classRows(seen.mixed), seen.activations, tower.blocks[seen.layer])
        let rest = sum.storage.pointer
        g.withUnsafeBuffer { values in
          for i in values.indices { rest[seen.targets.lowerBound * tokens + i] += max(0, values[i]) }
        }
      }
    }
    return try TokenMaps.patches(sum, rows: question.rows, columns: question.columns)
  }

  /// Σ_c g_c · v_ic · λ_i of every token: [T, N].
  ///
  /// - Parameter g: ∂cos/∂o at the class token [T, D]
  private func scores(
    _ g: Tensor, _ activations: BlockActivations, _ block: TransformerBlock
  ) throws -> Tensor {
    let values = TokenMaps.columns(
      activations.value.matrix, from: activations.value.start, width: block.width)
    let products = try linear(g, weight: values)
    let patches = 1..<values.shape[0]
    guard let weights = try similarity.weights(activations, row: 0, block, ranging: patches) else {
      return products
    }
    let tokens = products.shape[1]
    return Tensor(products.shape) { out in
      products.withUnsafeBuffer { x in
        for i in x.indices { out[i] = x[i] * weights[i % tokens] }
      }
    }
  }

  /// The class token's rows of [T, n, D].
  private func classRows(_ mixed: Tensor) -> Tensor {
    let (targets, rows, width) = (mixed.shape[0], mixed.shape[1], mixed.shape[2])
    if rows == 1 { return mixed.reshaped([targets, width]) }
    return Tensor([targets, width]) { out in
      mixed.withUnsafeBuffer { source in
        for t in 0..<targets {
          for c in 0..<width { out[t * width + c] = source[t * rows * width + c] }
        }
      }
    }
  }
}

extension GradECLIP.Similarity {
  /// λ of every token: cos(q, k_i) with the smallest within `range` at 0 and the largest at 1; nil for 1.
  ///
  /// - Parameter row: the token whose query is compared
  func weights(
    _ activations: BlockActivations, row: Int, _ block: TransformerBlock, ranging range: Range<Int>
  ) throws -> [Float]? {
    if self == .none { return nil }
    let first = activations.row == nil ? row : 0
    var query = TokenMaps.columns(
      activations.query.matrix.rows(first..<(first + 1)), from: activations.query.start,
      width: block.width)
    var keys = TokenMaps.columns(
      activations.key.matrix, from: activations.key.start, width: block.width)
    if self == .projected {
      query = try block.projectOutput(query)
      keys = try block.projectOutput(keys)
    }
    let cosines = try linear(normalizedRows(query), weight: normalizedRows(keys)).scalars
    let (low, high) = (cosines[range].min() ?? 0, cosines[range].max() ?? 0)
    let factor = high > low ? 1 / (high - low) : 0
    return cosines.map { ($0 - low) * factor }
  }
}
