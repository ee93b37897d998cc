import CKernels

/// The gradient of LayerNorm with respect to its input, for many upstream gradients at once. Mean
/// and deviation are computed again from the input.
///
/// - Parameters:
///   - upstream: [T · rows, width], T gradients of the same forward pass below each other
///   - x: LayerNorm's input [rows, width]
///   - weight: [width]
///   - residual: [T · rows, width], added: the gradient that passed the layer by
/// - Returns: [T · rows, width]
public func layerNormBackward(
  _ upstream: Tensor, input x: Tensor, weight: Tensor, epsilon: Float = 1e-5,
  adding residual: Tensor? = nil
) throws -> Tensor {
  let (rows, width) = try repeatedRows("gradient of LayerNorm", upstream, x)
  guard weight.count == width, residual.map({ $0.shape == upstream.shape }) ?? true else {
    throw ShapeError(
      "gradient of LayerNorm",
      "weight \(describe(shape: weight.shape)), residual \(describe(shape: residual?.shape ?? []))")
  }
  let out = TensorStorage(count: upstream.count)
  try forEachRowRange(upstream.shape[0], width: width) { range in
    for row in range {
      clip_layer_norm_backward(
        x.pointer + row % rows * width, weight.pointer, epsilon, upstream.pointer + row * width,
        residual.map { $0.pointer + row * width }, width, out.pointer + row * width)
    }
  }
  withExtendedLifetime((upstream, x, weight, residual)) {}
  return Tensor(shape: upstream.shape, storage: out)
}

/// The gradient of softmax over rows with respect to the scores, from its output.
///
/// - Parameters:
///   - upstream: [T · rows, width]
///   - output: softmax(scale · x), [rows, width]
/// - Returns: [T · rows, width]
public func softmaxRowsBackward(
  _ upstream: Tensor, output: Tensor, scale: Float = 1
) throws -> Tensor {
  let (rows, width) = try repeatedRows("gradient of softmax", upstream, output)
  let out = TensorStorage(count: upstream.count)
  try forEachRowRange(upstream.shape[0], width: width) { range in
    for row in range {
      clip_softmax_backward(
        output.pointer + row % rows * width, upstream.pointer + row * width, scale, width,
        out.pointer + row * width)
    }
  }
  withExtendedLifetime((upstream, output)) {}
  return Tensor(shape: upstream.shape, storage: out)
}

/// The gradient of dividing rows by their Euclidean norm. Rows of norm zero have gradient zero.
///
/// - Parameters:
///   - upstream: [T · rows, width]
///   - x: the rows before, [rows, width]
/// - Returns: [T · rows, width]
public func normalizedRowsBackward(_ upstream: Tensor, input x: Tensor) throws -> Tensor {
  let (rows, width) = try repeatedRows("gradient of normalization", upstream, x)
  let out = TensorStorage(count: upstream.count)
  try forEachRowRange(upstream.shape[0], width: width) { range in
    for row in range {
      clip_normalize_backward(
        x.pointer + row % rows * width, upstream.pointer + row * width, width,
        out.pointer + row * width)
    }
  }
  withExtendedLifetime((upstream, x)) {}
  return Tensor(shape: upstream.shape, storage: out)
}

/// The gradients of T cosines with respect to one vector z each time:
/// ∂cos(z, t) / ∂z = (t̂ − cos(z, t) · ẑ) / |z|, with ẑ and t̂ of length one.
///
/// - Parameters:
///   - z: [width]
///   - others: [T, width], not necessarily normalized
/// - Returns: the cosines [T] and their gradients [T, width]; zero where a norm is
public func cosineGradients(
  of z: Tensor, with others: Tensor
) throws -> (cosines: Tensor, gradients: Tensor) {
  guard others.rank == 2, others.shape[1] == z.count else {
    throw ShapeError("cosine", "\(describe(shape: z.shape)) and \(describe(shape: others.shape))")
  }
  let row = z.reshaped([1, z.count])
  let units = try normalizedRows(others)
  let cosines = try linear(units, weight: normalizedRows(row)).reshaped([others.shape[0]])
  return (cosines, try normalizedRowsBackward(units, input: row))
}
