import Tensors

extension VisionTransformer {
  /// The forward pass from the middle of the tower, for tokens that an explainer changed there.
  ///
  /// - Parameters:
  ///   - x: the tokens before block `first` [N, D]
  ///   - first: the block they enter, from 0
  ///   - last: a later place; `blocks.count` is after the last block
  /// - Returns: the tokens before blocks `first` to `last`, `x` itself first: `last − first + 1` of [N, D]
  public func blockInputs(continuing x: Tensor, from first: Int, to last: Int) throws -> [Tensor] {
    guard first >= 0, first <= last, last <= blocks.count else {
      throw ShapeError("forward pass", "from block \(first) to \(last) of \(blocks.count)")
    }
    var all = [x]
    for block in blocks[first..<last] { all.append(try block.forward(all[all.count - 1])) }
    return all
  }
}

extension ModifiedResNet {
  /// A forward pass in which the features after one stage are others: what lies below is the trace's,
  /// what lies above is computed from them.
  ///
  /// - Parameters:
  ///   - stage: 0 is the stem, 1 the first stage
  ///   - features: as many positions and channels as the stage has
  public func trace(_ trace: Trace, replacing stage: Int, by features: FeatureMap) throws -> Trace {
    guard stage >= 0, stage <= stages.count else {
      throw ShapeError("forward pass", "from stage \(stage) of \(stages.count)")
    }
    let old = trace.stage(stage)
    guard features.pixels.shape == old.pixels.shape, features.height == old.height else {
      throw ShapeError(
        "forward pass",
        "\(describe(shape: features.pixels.shape)) for features of \(describe(shape: old.pixels.shape))")
    }
    var all = Array(trace.features[..<trace.ends[stage]]) + [features]
    for block in stages[stage...].joined() { all.append(try block.forward(all[all.count - 1])) }
    return Trace(image: trace.image, features: all, ends: trace.ends)
  }
}
