import CKernels

/// A picture's features: `pixels` is [height · width, channels], row by row.
///
/// Channels lie innermost, so that a 1×1 convolution is a linear layer and the positions of the last
/// feature map are the tokens of attention pooling without any transposition.
public struct FeatureMap: Sendable {
  /// [height · width, channels]
  public let pixels: Tensor
  /// Rows of positions.
  public let height: Int
  /// Columns of positions.
  public let width: Int

  /// Features on a grid; `pixels` must have height · width rows.
  public init(pixels: Tensor, height: Int, width: Int) {
    precondition(pixels.rank == 2 && pixels.shape[0] == height * width)
    self.pixels = pixels
    self.height = height
    self.width = width
  }

  /// How many features each position has.
  public var channels: Int { pixels.shape[1] }
}

/// Cuts a picture into its patches, each flattened as a patch convolution's weight is.
///
/// - Parameters:
///   - image: [channels, height, width], both a multiple of `size`
///   - size: the patch's side in pixels
/// - Returns: [rows · columns, channels · size · size]
public func patches(of image: Tensor, size: Int) throws -> Tensor {
  guard image.rank == 3, size > 0, image.shape[1] % size == 0, image.shape[2] % size == 0 else {
    throw ShapeError(
      "patches", "picture \(describe(shape: image.shape)) is not a multiple of \(size)")
  }
  let (channels, height, width) = (image.shape[0], image.shape[1], image.shape[2])
  let (rows, columns) = (height / size, width / size)
  return Tensor([rows * columns, channels * size * size]) { out in
    guard let base = out.baseAddress else { return }
    var target = base
    for row in 0..<rows {
      for column in 0..<columns {
        for channel in 0..<channels {
          for y in 0..<size {
            let source =
              image.pointer + (channel * height + row * size + y) * width + column * size
            target.update(from: source, count: size)
            target += size
          }
        }
      }
    }
    withExtendedLifetime(image) {}
  }
}

/// A 3×3 convolution with padding 1, as a product over gathered neighbourhoods.
///
/// - Parameters:
///   - x: the features
///   - weight: [out, 9 · channels], the nine positions outermost: index (ky · 3 + kx) · channels + c
///   - bias: [out]
///   - stride: 1 or 2
/// - Returns: ⌈height / stride⌉ × ⌈width / stride⌉ positions of `out` channels
public func convolution3x3(
  _ x: FeatureMap, weight: Tensor, bias: Tensor, stride: Int = 1,
  activation: Activation = .identity
) throws -> FeatureMap {
  let channels = x.channels
  let k = 9 * channels
  guard weight.rank == 2, weight.shape[1] == k, bias.count == weight.shape[0] else {
    throw ShapeError(
      "3×3 convolution", "\(channels) channels and weight \(describe(shape: weight.shape))")
  }
  let outputs = weight.shape[0]
  let height = (x.height + stride - 1) / stride
  let width = (x.width + stride - 1) / stride
  let out = TensorStorage(count: height * width * outputs)
  let tiling = Tiling(rows: height * width, columns: outputs)
  try Workers.run(tiling.rowTiles) { tile in
    let rows = tiling.bounds(tile * tiling.columnTiles).rows
    if rows.isEmpty { return }
    let columns = TensorStorage(count: rows.count * k)
    gatherNeighbourhoods(
      of: x, rows: rows, outputWidth: width, stride: stride, into: columns.pointer)
    let c = out.pointer + rows.lowerBound * outputs
    gemm(
      rows.count, outputs, k, columns.pointer, k, weight.pointer, k, transposed: true, c, outputs)
    clip_bias_activation(
      c, rows.count, outputs, outputs, bias.pointer, activation.code, nil)
    withExtendedLifetime(columns) {}
  }
  withExtendedLifetime((x, weight, bias)) {}
  return FeatureMap(
    pixels: Tensor(shape: [height * width, outputs], storage: out), height: height, width: width)
}

/// Writes, for each output position in `rows`, its nine neighbours' channels (zero outside).
private func gatherNeighbourhoods(
  of x: FeatureMap, rows: Range<Int>, outputWidth: Int, stride: Int,
  into columns: UnsafeMutablePointer<Float>
) {
  let channels = x.channels
  var target = columns
  for position in rows {
    let (row, column) = (position / outputWidth * stride, position % outputWidth * stride)
    for y in (row - 1)...(row + 1) {
      for left in (column - 1)...(column + 1) {
        if y >= 0, y < x.height, left >= 0, left < x.width {
          target.update(from: x.pixels.pointer + (y * x.width + left) * channels, count: channels)
        } else {
          target.update(repeating: 0, count: channels)
        }
        target += channels
      }
    }
  }
}

/// The mean over non-overlapping squares of side `size`; a remainder at the edges is dropped.
public func averagePool(_ x: FeatureMap, size: Int) throws -> FeatureMap {
  if size == 1 { return x }
  let (height, width, channels) = (x.height / size, x.width / size, x.channels)
  guard height > 0, width > 0 else {
    throw ShapeError("average pool", "\(x.height) × \(x.width) positions by \(size)")
  }
  let out = TensorStorage(count: height * width * channels)
  let scale = 1 / Float(size * size)
  try forEachRowRange(height * width, width: channels) { range in
    for position in range {
      let target = out.pointer + position * channels
      target.update(repeating: 0, count: channels)
      let (row, column) = (position / width * size, position % width * size)
      for y in row..<(row + size) {
        for left in column..<(column + size) {
          clip_add_scaled(
            scale, x.pixels.pointer + (y * x.width + left) * channels, target, channels)
        }
      }
    }
  }
  withExtendedLifetime(x) {}
  return FeatureMap(
    pixels: Tensor(shape: [height * width, channels], storage: out), height: height, width: width)
}
