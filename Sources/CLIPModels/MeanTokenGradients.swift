import Tensors

extension VisionTransformer {
  /// The gradients of s_t = cos(head(mean of all tokens after a block), text_t), which LeGrad calls the
  /// block's own scores, with respect to the output o of that block's attention before out_proj.
  ///
  /// Every token has one and the same gradient after the block, so the last layer of the MLP is passed
  /// once a score, not once a token.
  ///
  /// - Parameters:
  ///   - image: the pixels that the tokens are of
  ///   - x: the tokens before the block [N, D]
  ///   - layer: the block, from 0
  ///   - texts: [T, E]
  ///   - visit: receives, some scores at a time and in order, which they are, the block's values and
  ///     ∂s/∂o [t · N, D]
  /// - Returns: the tokens after the block [N, D]
  public func meanTokenGradients(
    _ image: Tensor, tokens x: Tensor, layer: Int, with texts: Tensor, positions: PositionResize = .bilinear,
    visit: (_ targets: Range<Int>, _ value: HeadRows, _ mixed: Tensor) throws -> Void
  ) throws -> Tensor {
    guard blocks.indices.contains(layer) else {
      throw ShapeError("gradients of the mean token", "block \(layer) of \(blocks.count)")
    }
    let block = blocks[layer]
    let joint = try block.project(block.ln1(x))
    let middle = try block.out(block.attend(joint), adding: x)
    let y = try KeptPass(identity, image, positions)(.tokens(after: layer + 1), blocks: 1) {
      try block.mlp(middle)
    }
    let count = x.shape[0]
    let (_, top) = try cosineGradients(with: texts, classToken: mean(of: y), tokens: count)
    let share = 1 / Float(count)
    let upstream = Tensor(top.values.shape, top.values.scalars.map { $0 * share })
    let slope = try activationSlope(
      block.ln2(middle), weight: block.expand.weight, bias: block.expand.bias,
      activation: block.activation)
    let step = max(1, TransformerBlock.rowsAtOnce / count)
    for first in stride(from: 0, to: upstream.shape[0], by: step) {
      let targets = first..<min(upstream.shape[0], first + step)
      let mixed = try block.backwardToMixed(
        fromEveryToken: upstream.rows(targets), middle: middle, slope: slope)
      try visit(targets, HeadRows(joint, start: 2 * width), mixed)
    }
    return y
  }

  /// The mean of rows, summed in double: [N, D] → [1, D].
  private func mean(of x: Tensor) -> Tensor {
    let (rows, width) = (x.shape[0], x.shape[1])
    return Tensor([1, width]) { out in
      x.withUnsafeBuffer { source in
        var sums = [Double](repeating: 0, count: width)
        for i in 0..<rows { for c in 0..<width { sums[c] += Double(source[i * width + c]) } }
        for c in 0..<width { out[c] = Float(sums[c] / Double(rows)) }
      }
    }
  }
}

extension TransformerBlock {
  /// `backwardToMixed` where every token's output has the same gradient.
  ///
  /// - Parameters:
  ///   - upstream: ∂s/∂(any row of the block's output), [T, D]
  ///   - middle: x + out_proj(o), [N, D]
  ///   - slope: the derivative of the activation between the MLP's layers, [N, 4 · D]
  /// - Returns: ∂s/∂o, [T · N, D]
  func backwardToMixed(fromEveryToken upstream: Tensor, middle: Tensor, slope: Tensor) throws -> Tensor {
    let tokens = middle.shape[0]
    let hidden = try repeated(
      linearBackward(upstream, weight: contract.weight), times: tokens, slope: slope)
    let normalized = try linearBackward(hidden, weight: expand.weight)
    let gradients = try layerNormBackward(
      normalized, input: middle, weight: ln2.weight, epsilon: ln2.epsilon,
      adding: repeated(upstream, times: tokens))
    return try linearBackward(gradients, weight: out.weight)
  }
}

/// Every row `times` times over, multiplied by the rows of `slope` in turn: [T, D] → [T · times, D].
private func repeated(_ x: Tensor, times: Int, slope: Tensor? = nil) throws -> Tensor {
  let (rows, width) = (x.shape[0], x.shape[1])
  let out = TensorStorage(count: rows * times * width)
  try x.withUnsafeBuffer { source in
    guard let source = source.baseAddress else { return }
    nonisolated(unsafe) let start = source
    // Pieces of 64 rows.
    let pieces = (times + 63) / 64
    try Workers.run(rows * pieces) { index in
      let row = start + index / pieces * width
      for i in (index % pieces * 64)..<min(times, (index % pieces + 1) * 64) {
        let target = out.pointer + (index / pieces * times + i) * width
        if let slope {
          slope.withUnsafeBuffer { slope in
            for c in 0..<width { target[c] = row[c] * slope[i * width + c] }
          }
        } else {
          target.update(from: row, count: width)
        }
      }
    }
  }
  return Tensor(shape: [rows * times, width], storage: out)
}
