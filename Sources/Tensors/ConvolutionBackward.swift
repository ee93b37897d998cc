import CKernels

/// The gradient of cutting a picture into patches: each pixel takes its patch's.
///
/// - Parameters:
///   - upstream: [T · rows · columns, channels · size · size], T gradients below each other
///   - size: the patch's side in pixels
/// - Returns: [T, channels, rows · size, columns · size]
public func patchesBackward(
  _ upstream: Tensor, rows: Int, columns: Int, channels: Int, size: Int
) throws -> Tensor {
  let length = channels * size * size
  guard upstream.rank == 2, rows > 0, columns > 0, length > 0, upstream.shape[1] == length,
    upstream.shape[0] % (rows * columns) == 0
  else {
    throw ShapeError(
      "gradient of patches", "\(describe(shape: upstream.shape)) for \(rows) × \(columns) patches")
  }
  let targets = upstream.shape[0] / (rows * columns)
  let (height, width) = (rows * size, columns * size)
  return Tensor([targets, channels, height, width]) { out in
    guard let base = out.baseAddress else { return }
    for patch in 0..<upstream.shape[0] {
      let (target, row, column) = (
        patch / (rows * columns), patch / columns % rows, patch % columns
      )
      for channel in 0..<channels {
        for y in 0..<size {
          let place = ((target * channels + channel) * height + row * size + y) * width
          (base + place + column * size)
            .update(from: upstream.pointer + patch * length + (channel * size + y) * size, count: size)
        }
      }
    }
    withExtendedLifetime(upstream) {}
  }
}

/// The gradient of a 3×3 convolution with padding 1 with respect to its input.
///
/// Each input position gathers the outputs it was used for, so that the whole is again one product
/// over gathered neighbourhoods, with the weight turned round.
///
/// - Parameters:
///   - upstream: [T · ⌈height / stride⌉ · ⌈width / stride⌉, out], after the activation's own gradient
///   - weight: [out, 9 · channels], as `convolution3x3` takes it
///   - height: of the input, in positions
///   - width: of the input
/// - Returns: [T · height · width, channels]
public func convolution3x3Backward(
  _ upstream: Tensor, weight: Tensor, height: Int, width: Int, stride: Int = 1
) throws -> Tensor {
  let outputHeight = (height + stride - 1) / max(stride, 1)
  let outputWidth = (width + stride - 1) / max(stride, 1)
  let area = outputHeight * outputWidth
  guard upstream.rank == 2, weight.rank == 2, stride > 0, area > 0,
    upstream.shape[0] % area == 0, upstream.shape[1] == weight.shape[0], weight.shape[1] % 9 == 0
  else {
    throw ShapeError(
      "gradient of a 3×3 convolution",
      "upstream \(describe(shape: upstream.shape)) and weight \(describe(shape: weight.shape))")
  }
  let (outputs, channels) = (weight.shape[0], weight.shape[1] / 9)
  let k = 9 * outputs
  // turned [channels, 9 · out]: what output o, reached over position p, takes from a channel.
  let turned = Tensor([channels, k]) { out in
    weight.withUnsafeBuffer { source in
      for c in 0..<channels {
        for p in 0..<9 {
          for o in 0..<outputs { out[(c * 9 + p) * outputs + o] = source[(o * 9 + p) * channels + c] }
        }
      }
    }
  }
  let targets = upstream.shape[0] / area
  let positions = targets * height * width
  let out = TensorStorage(count: positions * channels)
  // Pieces of rows whose gathered neighbourhoods stay below a million scalars.
  let step = max(16, min(512, 1_048_576 / k))
  try Workers.run((positions + step - 1) / step) { piece in
    let first = piece * step
    let count = min(step, positions - first)
    let columns = TensorStorage(count: count * k)
    var place = columns.pointer
    for position in first..<(first + count) {
      let (target, row, column) = (
        position / (height * width), position / width % height, position % width
      )
      for ky in 0..<3 {
        for kx in 0..<3 {
          // The output at (y, x) reads input (y · stride + ky − 1, x · stride + kx − 1).
          let (y, x) = (row + 1 - ky, column + 1 - kx)
          if y >= 0, x >= 0, y % stride == 0, x % stride == 0, y / stride < outputHeight,
            x / stride < outputWidth
          {
            let output = target * area + y / stride * outputWidth + x / stride
            place.update(from: upstream.pointer + output * outputs, count: outputs)
          } else {
            place.update(repeating: 0, count: outputs)
          }
          place += outputs
        }
      }
    }
    gemm(
      count, channels, k, columns.pointer, k, turned.pointer, k, transposed: true,
      out.pointer + first * channels, channels)
    withExtendedLifetime(columns) {}
  }
  withExtendedLifetime((upstream, turned)) {}
  return Tensor(shape: [positions, channels], storage: out)
}

/// The gradient of the mean over squares of side `size`: each of a square's positions takes the same
/// share, a remainder at the edges none.
///
/// - Parameters:
///   - upstream: [T · (height / size) · (width / size), channels]
///   - height: of the input, in positions
///   - width: of the input
/// - Returns: [T · height · width, channels]
public func averagePoolBackward(
  _ upstream: Tensor, height: Int, width: Int, size: Int
) throws -> Tensor {
  if size == 1 { return upstream }
  guard size > 0, upstream.rank == 2, height >= size, width >= size,
    upstream.shape[0] % ((height / size) * (width / size)) == 0
  else {
    throw ShapeError(
      "gradient of an average pool", "\(describe(shape: upstream.shape)) for \(height) × \(width) by \(size)")
  }
  let (rows, columns, channels) = (height / size, width / size, upstream.shape[1])
  let targets = upstream.shape[0] / (rows * columns)
  let out = TensorStorage(count: targets * height * width * channels)
  let share = 1 / Float(size * size)
  try forEachRowRange(targets * height * width, width: channels) { range in
    for position in range {
      let (target, row, column) = (
        position / (height * width), position / width % height / size, position % width / size
      )
      let place = out.pointer + position * channels
      place.update(repeating: 0, count: channels)
      if row < rows, column < columns {
        let source = (target * rows + row) * columns + column
        clip_add_scaled(share, upstream.pointer + source * channels, place, channels)
      }
    }
  }
  withExtendedLifetime(upstream) {}
  return Tensor(shape: [targets * height * width, channels], storage: out)
}
