import Imaging
import Tensors

extension ModifiedResNet {
  /// What the backward pass needs of a forward pass: the features before and after every bottleneck.
  ///
  /// Memory: RN50 at 224 pixels 30 MB. Inside a bottleneck everything is computed again.
  public struct Trace: Sendable {
    /// The normalized pixels [3, height, width].
    public let image: Tensor
    /// The features before each bottleneck and after the last, stage by stage in one list.
    let features: [FeatureMap]
    /// The place in `features` after the stem and after each stage.
    let ends: [Int]

    /// The features after a stage: 0 is the stem, 1 the first stage.
    public func stage(_ index: Int) -> FeatureMap { features[ends[index]] }

    /// How many stages there are.
    public var stages: Int { ends.count - 1 }
  }

  /// The scores whose gradients pass together are so many that they have at most this many scalars
  /// at the widest place: a third of what one bottleneck's backward pass then holds, 200 MB.
  static let scalarsAtOnce = 16_777_216

  /// The forward pass up to attention pooling, with what the backward pass needs.
  ///
  /// - Parameter image: normalized pixels [3, height, width], both a multiple of 32
  public func trace(_ image: Tensor) throws -> Trace {
    var features = [try stemOutput(image)]
    var ends = [0]
    for stage in stages {
      for block in stage {
        let x = features[features.count - 1]
        features.append(try block.forward(x))
      }
      ends.append(features.count - 1)
    }
    return Trace(image: image, features: features, ends: ends)
  }

  /// The tokens that attention pooling sees, from the last stage's features: [1 + positions, C].
  public func poolTokens(_ trace: Trace, positions: PositionResize = .bilinear) throws -> Tensor {
    try poolTokens(trace.stage(trace.stages), positions: positions)
  }

  /// The image embedding from the last stage's features, not normalized: [E].
  public func embedding(_ trace: Trace, positions: PositionResize = .bilinear) throws -> Tensor {
    try attentionPool.pool(poolTokens(trace, positions: positions)).row(0)
  }

  /// From attention pooling's result to the last stage's features.
  ///
  /// - Parameters:
  ///   - upstream: [T, E] for an embedding, otherwise [T · (1 + positions), E]
  ///   - kind: which pooling
  ///   - positions: as in the forward pass
  ///   - visit: receives the attention matrices [H, n, N] and ∂s/∂A [T, H, n, N]
  public func poolBackward(
    _ upstream: Tensor, trace: Trace, kind: PoolingKind = .embedding,
    positions: PositionResize = .bilinear,
    visit: ((_ weights: Tensor, _ gradients: Tensor) throws -> Void)? = nil
  ) throws -> FeatureGradients {
    let last = trace.stage(trace.stages)
    let tokens = try poolTokens(last, positions: positions)
    let gradients = try attentionPool.backward(upstream, tokens: tokens, kind: kind, visit: visit)
    let (count, channels) = (tokens.shape[0] - 1, tokens.shape[1])
    let targets = gradients.shape[0] / (count + 1)
    // The first token is the mean of the positions.
    let share = 1 / Float(count)
    let values = Tensor([targets * count, channels]) { out in
      gradients.withUnsafeBuffer { source in
        for t in 0..<targets {
          let first = t * (count + 1) * channels
          for i in 0..<count {
            let (place, row) = ((t * count + i) * channels, first + (1 + i) * channels)
            for c in 0..<channels { out[place + c] = source[row + c] + share * source[first + c] }
          }
        }
      }
    }
    return try FeatureGradients(values, height: last.height, width: last.width)
  }

  /// From the features after stage `upper` to those after stage `lower`, for T scores at once
  /// (0 is the stem; Grad-CAM reads the last stage, which needs `poolBackward` alone).
  public func backward(
    _ upstream: FeatureGradients, from upper: Int, to lower: Int, trace: Trace
  ) throws -> FeatureGradients {
    guard lower >= 0, lower <= upper, upper <= stages.count else {
      throw ShapeError("backward pass", "from stage \(upper) to \(lower) of \(stages.count)")
    }
    let top = trace.stage(upper)
    guard (upstream.height, upstream.width) == (top.height, top.width) else {
      throw ShapeError(
        "backward pass",
        "\(upstream.height) × \(upstream.width) gradients for \(top.height) × \(top.width) positions")
    }
    let blocks = stages.flatMap { $0 }
    return try inGroups(upstream, trace) { part in
      var gradients = part
      for index in (trace.ends[lower]..<trace.ends[upper]).reversed() {
        gradients = try blocks[index].backward(
          gradients, input: trace.features[index], output: trace.features[index + 1])
      }
      return gradients
    }
  }

  /// From the features after the stem to the pixels: [T, 3, height, width].
  public func pixelGradients(_ upstream: FeatureGradients, trace: Trace) throws -> Tensor {
    let (height, width) = (trace.image.shape[1], trace.image.shape[2])
    var features = [FeatureMap(pixels: channelsInnermost(trace.image), height: height, width: width)]
    for (index, convolution) in stem.enumerated() {
      let x = features[features.count - 1]
      features.append(try convolution(x, stride: index == 0 ? 2 : 1))
    }
    let last = features[features.count - 1]
    let pixels = try inGroups(upstream, trace) { part in
      var gradients = try part.throughPool(last, size: 2)
      for index in stem.indices.reversed() {
        gradients = try stem[index].backward(
          gradients.throughReLU(features[index + 1]), input: features[index],
          stride: index == 0 ? 2 : 1)
      }
      return gradients
    }
    return channelsOutermost(pixels)
  }

  /// Some scores at a time, so that their gradients have at most `scalarsAtOnce` scalars.
  private func inGroups(
    _ upstream: FeatureGradients, _ trace: Trace,
    _ body: (FeatureGradients) throws -> FeatureGradients
  ) throws -> FeatureGradients {
    let widest = trace.features.map(\.pixels.count).max() ?? 1
    let step = max(1, Self.scalarsAtOnce / max(1, widest))
    if step >= upstream.targets { return try body(upstream) }
    let parts = try Swift.stride(from: 0, to: upstream.targets, by: step).map {
      try body(upstream.targets($0..<min(upstream.targets, $0 + step)))
    }
    return try FeatureGradients(joined(parts.map(\.values)), height: parts[0].height, width: parts[0].width)
  }
}

/// [T · height · width, channels] → [T, channels, height, width].
private func channelsOutermost(_ x: FeatureGradients) -> Tensor {
  let (area, channels) = (x.height * x.width, x.values.shape[1])
  return Tensor([x.targets, channels, x.height, x.width]) { out in
    x.values.withUnsafeBuffer { source in
      for t in 0..<x.targets {
        for i in 0..<area {
          for c in 0..<channels { out[(t * channels + c) * area + i] = source[(t * area + i) * channels + c] }
        }
      }
    }
  }
}
