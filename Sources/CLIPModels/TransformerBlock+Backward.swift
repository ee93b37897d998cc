import Tensors

/// What a block's backward pass shows on the way, for some of the scores.
public struct BlockGradients: Sendable {
  /// The block, from 0.
  public let layer: Int
  /// Which of the scores these are.
  public let targets: Range<Int>
  /// The block's forward pass; its `row` is the only query with a gradient, or nil.
  public let activations: BlockActivations
  /// ∂s/∂o, of the attention's output before out_proj: [T, n, D], n = N or 1.
  public let mixed: Tensor
  /// ∂s/∂A: [T, H, n, N]; nil where it was not asked for.
  public let attention: Tensor?
}

/// What is wanted of a block's backward pass.
struct BlockDemand {
  /// ∂s/∂x, with respect to the block's input.
  var input = true
  /// ∂s/∂A, with respect to the attention matrices.
  var attention = false
}

extension TransformerBlock {
  /// Rows of gradients that are taken through a block at once, which bounds its working memory: at
  /// most 4 · (13 · D) · (rows or N, the larger) bytes, 157 MB at D = 768.
  static let rowsAtOnce = 4096

  /// Scalars of attention gradients made at once, 64 MB, or of one score where that has more.
  static let matrixScalarsAtOnce = 16_777_216

  /// From the block's output to the attention's output before out_proj.
  ///
  /// Row by row: with gradients in one row this is the whole cost of explaining the last block.
  ///
  /// - Parameter upstream: [T · n, D], n = N or 1 as in `activations`
  /// - Returns: ∂s/∂(x + out_proj(o)) and ∂s/∂o, both [T · n, D]
  func backwardToMixed(
    _ activations: BlockActivations, upstream: Tensor
  ) throws -> (middle: Tensor, mixed: Tensor) {
    let upstream =
      intervention?.unpatched(
        upstream, rows: activations.row == nil ? activations.tokens : 1, row: activations.row)
      ?? upstream
    let middle =
      intervention?.skipsMLP == true ? upstream : try mlpBackward(activations, upstream: upstream)
    return (middle, try outputProjectionBackward(middle))
  }

  /// Through x + mlp(ln_2(x)): [T · n, D].
  private func mlpBackward(_ activations: BlockActivations, upstream: Tensor) throws -> Tensor {
    let hidden = try linearBackward(upstream, weight: contract.weight, times: activations.slope)
    let normalized = try linearBackward(hidden, weight: expand.weight)
    return try layerNormBackward(
      normalized, input: activations.middle, weight: ln2.weight, epsilon: ln2.epsilon,
      adding: upstream)
  }

  /// Through out_proj, with the factors of the heads: [rows, D].
  private func outputProjectionBackward(_ upstream: Tensor) throws -> Tensor {
    guard let intervention else { return try linearBackward(upstream, weight: out.weight) }
    return intervention.skipsAttention
      ? Tensor([upstream.shape[0], width], repeating: 0)
      : intervention.scaled(try linearBackward(upstream, weight: out.weight))
  }

  /// The block's backward pass for T scores.
  ///
  /// - Parameters:
  ///   - activations: the forward pass; of one row where `upstream` is of one row
  ///   - upstream: ∂s/∂(the block's output)
  ///   - attentionUpstream: gradient that scores have on A directly, [T, H, n, N]
  ///   - surgery: ∂s/∂(CLIP Surgery's new path after the block); it shares this block's values
  ///   - visit: receives what is seen on the way, some scores at a time, in order
  /// - Returns: ∂s/∂x, or nil where it is not wanted
  func backward(
    _ activations: BlockActivations, upstream: TokenGradients, demand: BlockDemand,
    attentionUpstream: Tensor? = nil, surgery: TokenGradients? = nil, layer: Int = 0,
    visit: ((BlockGradients) throws -> Void)? = nil
  ) throws -> TokenGradients? {
    let targets = upstream.targets
    let tokens = activations.tokens
    let heads = activations.weights.shape[0]
    guard upstream.tokens == tokens, upstream.width == width, upstream.row == activations.row,
      surgery.map({ $0.row == nil && $0.tokens == tokens && $0.targets == targets }) ?? true,
      attentionUpstream.map({ $0.count == targets * activations.weights.count }) ?? true
    else {
      throw ShapeError(
        "gradient of a block",
        "upstream \(describe(shape: upstream.values.shape)) for \(tokens) tokens of \(width)")
    }
    let values = try surgery.map { _ in try valueWeights(activations) }
    let matrixStep =
      demand.attention ? Self.matrixScalarsAtOnce / activations.weights.count : targets
    let step = max(1, min(Self.rowsAtOnce / tokens, matrixStep))
    var parts: [Tensor] = []
    for first in stride(from: 0, to: targets, by: step) {
      let range = first..<min(targets, first + step)
      let above = upstream.targets(range)
      let (middle, mixed) = try backwardToMixed(activations, upstream: above.values)
      let matrices =
        demand.attention ? TensorStorage(count: range.count * activations.weights.count) : nil
      let extra = attentionUpstream.map {
        $0.reshaped([targets, activations.weights.count]).rows(range)
      }
      var joint = JointGradients(targets: range.count, activations, width: width)
      if !demand.input { joint = JointGradients() }
      if demand.input || matrices != nil {
        try attentionBackward(
          query: activations.query, key: activations.key, value: activations.value,
          weights: activations.weights, upstream: mixed, headWidth: width / heads, scale: scale,
          attentionUpstream: extra, attentionGradients: matrices, queryGradients: joint.query,
          keyGradients: joint.key, valueGradients: joint.value)
        if let intervention, intervention.replacesAttention {
          // A replaced matrix does not come from queries and keys.
          for (head, replacement) in intervention.heads.enumerated() where replacement != nil {
            joint.query?.clear(head: head, headWidth: headWidth)
            joint.key?.clear(head: head, headWidth: headWidth)
          }
        }
      }
      if let visit {
        let rows = above.rows
        try visit(
          BlockGradients(
            layer: layer, targets: range, activations: activations,
            mixed: mixed.reshaped([range.count, rows, width]),
            attention: matrices.map {
              Tensor(shape: [range.count, heads, rows, tokens], storage: $0)
            }))
      }
      guard demand.input else { continue }
      if let surgery, let values {
        // out_proj(softmax(V Vᵀ · d^-½) V): queries, keys and values are one, their gradients summed.
        let place = joint.value?.adding
        try attentionBackward(
          query: activations.value, key: activations.value, value: activations.value, weights: values,
          upstream: outputProjectionBackward(surgery.targets(range).values),
          headWidth: width / heads, scale: scale, queryGradients: place, keyGradients: place,
          valueGradients: place)
      }
      parts.append(try backwardToInput(activations, joint, middle: middle, targets: range.count))
    }
    return demand.input ? TokenGradients(unchecked: joined(parts), tokens, nil) : nil
  }

  /// Through the joint projection and ln_1, with the residual: [T · N, D].
  private func backwardToInput(
    _ activations: BlockActivations, _ joint: JointGradients, middle: Tensor, targets: Int
  ) throws -> Tensor {
    let tokens = activations.tokens
    let (normalized, residual): (Tensor, Tensor)
    if let row = activations.row {
      // Only this row has a query and a residual; keys and values are everyone's.
      let shared = try linearBackward(
        joint.keysAndValues(rows: targets * tokens, width: width),
        weight: inWeight.rows(width..<(3 * width)))
      let own = try linearBackward(
        joint.queries(rows: targets, width: width), weight: inWeight.rows(0..<width))
      let all = TokenGradients(unchecked: shared, tokens, nil)
      normalized = try all.adding(TokenGradients(unchecked: own, tokens, row)).values
      residual = TokenGradients(unchecked: middle, tokens, row).spread().values
    } else {
      normalized = try linearBackward(
        joint.everything(rows: targets * tokens, width: width), weight: inWeight)
      residual = middle
    }
    return try layerNormBackward(
      normalized, input: activations.input, weight: ln1.weight, epsilon: ln1.epsilon,
      adding: residual)
  }

  /// softmax(V Vᵀ · d^-½), of the new path of CLIP Surgery: [H, N, N].
  private func valueWeights(_ activations: BlockActivations) throws -> Tensor {
    let tokens = activations.tokens
    let weights = TensorStorage(count: heads * tokens * tokens)
    _ = try attention(
      query: activations.value, key: activations.value, value: activations.value, heads: heads,
      headWidth: headWidth, scale: scale, weights: weights)
    return Tensor(shape: [heads, tokens, tokens], storage: weights)
  }
}

/// The gradients of queries, keys and values: side by side in one matrix [T · N, 3 · D] as the joint
/// projection made them, or keys and values so and the queries of one row apart.
private struct JointGradients {
  var query: HeadGradients?
  var key: HeadGradients?
  var value: HeadGradients?

  /// No gradients wanted.
  init() {}

  init(targets: Int, _ activations: BlockActivations, width: Int) {
    let rows = targets * activations.tokens
    if activations.row == nil {
      let joint = TensorStorage(count: rows * 3 * width)
      query = HeadGradients(joint, stride: 3 * width)
      key = HeadGradients(joint, stride: 3 * width, start: width)
      value = HeadGradients(joint, stride: 3 * width, start: 2 * width)
    } else {
      let joint = TensorStorage(count: rows * 2 * width)
      query = HeadGradients(TensorStorage(count: targets * width), stride: width)
      key = HeadGradients(joint, stride: 2 * width)
      value = HeadGradients(joint, stride: 2 * width, start: width)
    }
  }

  func everything(rows: Int, width: Int) throws -> Tensor {
    try matrix(query, rows: rows, columns: 3 * width)
  }

  func keysAndValues(rows: Int, width: Int) throws -> Tensor {
    try matrix(key, rows: rows, columns: 2 * width)
  }

  func queries(rows: Int, width: Int) throws -> Tensor {
    try matrix(query, rows: rows, columns: width)
  }

  private func matrix(_ place: HeadGradients?, rows: Int, columns: Int) throws -> Tensor {
    guard let place, place.storage.count == rows * columns else {
      throw ShapeError("gradient of a block", "no place for [\(rows), \(columns)]")
    }
    return Tensor(shape: [rows, columns], storage: place.storage)
  }
}

extension HeadGradients {
  /// The same place, to add to.
  fileprivate var adding: HeadGradients {
    HeadGradients(storage, stride: stride, start: start, adding: true)
  }

  /// Makes all gradients of one head zero.
  fileprivate func clear(head: Int, headWidth: Int) {
    for row in 0..<storage.count / stride {
      (storage.pointer + row * stride + start + head * headWidth).update(repeating: 0, count: headWidth)
    }
  }
}
