import CKernels

/// The gradient of a linear layer with respect to its input, for many upstream gradients at once:
/// upstream · W, then times the derivative of the activation before the layer.
///
/// - Parameters:
///   - upstream: [T · rows, out], T gradients of the same forward pass below each other
///   - weight: [out, in], as checkpoints store it
///   - slope: [rows, in], the derivative of what made the layer's input; the same for all T
/// - Returns: [T · rows, in]
public func linearBackward(
  _ upstream: Tensor, weight: Tensor, times slope: Tensor? = nil
) throws -> Tensor {
  guard upstream.rank == 2, weight.rank == 2, upstream.shape[1] == weight.shape[0] else {
    throw ShapeError(
      "gradient of a linear layer",
      "upstream \(describe(shape: upstream.shape)) and weight \(describe(shape: weight.shape))")
  }
  let (m, n, k) = (upstream.shape[0], weight.shape[1], upstream.shape[1])
  if let slope, slope.rank != 2 || slope.shape[1] != n || slope.shape[0] == 0 || m % slope.shape[0] != 0 {
    throw ShapeError(
      "gradient of a linear layer", "slope \(describe(shape: slope.shape)) for [\(m), \(n)]")
  }
  let out = TensorStorage(count: m * n)
  // Ten scores have thousands of rows: with pieces of a thousand the weight is packed half as often,
  // which was 5 % faster at ViT-B/16's shapes than pieces of 512.
  let tiling = Tiling(rows: m, columns: n, targetRows: 1024)
  try Workers.run(tiling.count) { index in
    let (rows, columns) = tiling.bounds(index)
    if rows.isEmpty || columns.isEmpty { return }
    gemm(
      rows.count, columns.count, k,
      upstream.pointer + rows.lowerBound * k, k,
      weight.pointer + columns.lowerBound, n, transposed: false,
      out.pointer + rows.lowerBound * n + columns.lowerBound, n)
    guard let slope else { return }
    for row in rows {
      clip_multiply(
        slope.pointer + row % slope.shape[0] * n + columns.lowerBound,
        out.pointer + row * n + columns.lowerBound, columns.count)
    }
  }
  withExtendedLifetime((upstream, weight, slope)) {}
  return Tensor(shape: [m, n], storage: out)
}

/// The derivative of an activation after a linear layer, at each of its outputs: f′(x · Wᵀ + b).
///
/// - Parameters:
///   - x: [rows, in]
///   - weight: [out, in]
///   - bias: [out]
/// - Returns: [rows, out]
public func activationSlope(
  _ x: Tensor, weight: Tensor, bias: Tensor?, activation: Activation
) throws -> Tensor {
  let y = try linear(x, weight: weight, bias: bias)
  // `y` is this function's own, so its scalars may still be written.
  let step = 65_536
  try Workers.run((y.count + step - 1) / step) { piece in
    clip_activation_slope(
      y.pointer + piece * step, min(step, y.count - piece * step), activation.code)
  }
  return y
}

/// The gradient through max(x, 0), from its output.
///
/// - Parameters:
///   - upstream: [T · rows, width]
///   - output: max(x, 0), [rows, width]
/// - Returns: [T · rows, width]
public func reluBackward(_ upstream: Tensor, output: Tensor) throws -> Tensor {
  let (rows, width) = try repeatedRows("gradient of ReLU", upstream, output)
  let out = TensorStorage(count: upstream.count)
  try forEachRowRange(upstream.shape[0], width: width) { range in
    (out.pointer + range.lowerBound * width)
      .update(from: upstream.pointer + range.lowerBound * width, count: range.count * width)
    for row in range {
      clip_keep_where_positive(
        output.pointer + row % rows * width, out.pointer + row * width, width)
    }
  }
  withExtendedLifetime((upstream, output)) {}
  return Tensor(shape: upstream.shape, storage: out)
}

/// The sum of two tensors of one shape.
public func sum(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  guard a.shape == b.shape else {
    throw ShapeError("sum", "\(describe(shape: a.shape)) and \(describe(shape: b.shape))")
  }
  let out = TensorStorage(count: a.count)
  let step = 65_536
  try Workers.run((a.count + step - 1) / step) { piece in
    let (start, count) = (piece * step, min(step, a.count - piece * step))
    (out.pointer + start).update(from: a.pointer + start, count: count)
    clip_add_scaled(1, b.pointer + start, out.pointer + start, count)
  }
  withExtendedLifetime((a, b)) {}
  return Tensor(shape: a.shape, storage: out)
}

/// Checks that `upstream` holds T gradients of `x`, one below the other; gives `x`'s shape.
func repeatedRows(
  _ operation: String, _ upstream: Tensor, _ x: Tensor
) throws -> (rows: Int, width: Int) {
  guard x.rank == 2, upstream.rank == 2, upstream.shape[1] == x.shape[1], x.shape[0] > 0,
    upstream.shape[0] % x.shape[0] == 0
  else {
    throw ShapeError(
      operation, "upstream \(describe(shape: upstream.shape)) for \(describe(shape: x.shape))")
  }
  return (x.shape[0], x.shape[1])
}
