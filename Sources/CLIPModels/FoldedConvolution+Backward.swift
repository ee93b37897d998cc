import Tensors

/// The gradients of T scores with respect to the features of one place of a ResNet.
public struct FeatureGradients: Sendable {
  /// [T · height · width, channels], the scores' gradients below each other.
  public let values: Tensor
  /// Rows of positions.
  public let height: Int
  /// Columns of positions.
  public let width: Int

  /// T, the scores.
  public var targets: Int { values.shape[0] / max(1, height * width) }

  /// Gradients of `height` × `width` positions: [T · height · width, channels].
  public init(_ values: Tensor, height: Int, width: Int) throws {
    guard values.rank == 2, height > 0, width > 0, values.shape[0] % (height * width) == 0 else {
      throw ShapeError("gradients", "\(describe(shape: values.shape)) for \(height) × \(width) positions")
    }
    self.values = values
    self.height = height
    self.width = width
  }

  /// The gradients of some of the scores.
  func targets(_ range: Range<Int>) throws -> FeatureGradients {
    let area = height * width
    return try FeatureGradients(
      values.rows((range.lowerBound * area)..<(range.upperBound * area)), height: height, width: width)
  }
}

extension FoldedConvolution {
  /// Through the convolution and its normalization, to its input. The activation after it is the
  /// caller's.
  ///
  /// - Parameter input: whose positions the result has
  func backward(
    _ upstream: FeatureGradients, input: FeatureMap, stride: Int = 1
  ) throws -> FeatureGradients {
    if size == 3 {
      return try FeatureGradients(
        convolution3x3Backward(
          upstream.values, weight: weight, height: input.height, width: input.width, stride: stride),
        height: input.height, width: input.width)
    }
    return try FeatureGradients(
      linearBackward(upstream.values, weight: weight), height: input.height, width: input.width)
  }
}

extension FeatureGradients {
  /// Through max(x, 0), by its output.
  func throughReLU(_ output: FeatureMap) throws -> FeatureGradients {
    try FeatureGradients(
      reluBackward(values, output: output.pixels), height: output.height, width: output.width)
  }

  /// Through an average pool, to its input's positions.
  func throughPool(_ input: FeatureMap, size: Int) throws -> FeatureGradients {
    try FeatureGradients(
      averagePoolBackward(values, height: input.height, width: input.width, size: size),
      height: input.height, width: input.width)
  }
}

extension Bottleneck {
  /// The bottleneck's backward pass for T scores; what it read is computed again.
  ///
  /// - Parameters:
  ///   - upstream: gradients with respect to `output`
  ///   - x: the bottleneck's input
  ///   - output: `forward(x)`
  func backward(
    _ upstream: FeatureGradients, input x: FeatureMap, output: FeatureMap
  ) throws -> FeatureGradients {
    let reduced = try reduce(x)
    let inner = try spatial(reduced)
    let pooled = try averagePool(inner, size: stride)
    let summed = try upstream.throughReLU(output)
    let main = try reduce.backward(
      spatial.backward(
        expand.backward(summed, input: pooled).throughPool(inner, size: stride).throughReLU(inner),
        input: reduced
      ).throughReLU(reduced), input: x)
    var identity = summed
    if let shortcut {
      let small = try averagePool(x, size: stride)
      identity = try shortcut.backward(summed, input: small).throughPool(x, size: stride)
    }
    return try FeatureGradients(sum(main.values, identity.values), height: x.height, width: x.width)
  }
}
