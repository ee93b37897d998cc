import CImageCodecs
import Tensors

/// How a grid of numbers is interpolated to another size: `torch.nn.functional.interpolate` with
/// `align_corners=False`.
public enum GridFilter: String, Sendable, CaseIterable {
  /// Two neighbours an axis.
  case bilinear
  /// Four neighbours an axis, cubic with a = −0.75, no antialiasing.
  case bicubic
  /// Cubic with a = −0.5, support widened when reducing (`antialias=True`).
  case bicubicAntialias
}

/// Which axes of a rank-3 tensor are rows and columns.
public enum GridLayout: Sendable {
  /// [channels, rows, columns]
  case channelsFirst
  /// [rows, columns, channels]
  case channelsLast
}

extension Tensor {
  /// A grid resized to `rows` × `columns`, exactly (to float32 rounding) as PyTorch's `interpolate` does it with
  /// `align_corners=False`.
  ///
  /// - Parameter layout: how to read a tensor of rank 3; one of rank 2 is [rows, columns].
  /// - Returns: the same layout, with new rows and columns.
  /// - Throws: `ImageError.invalid` for another rank, an empty grid or a size that is not allowed.
  public func resizedGrid(
    rows: Int, columns: Int, filter: GridFilter, layout: GridLayout = .channelsFirst
  ) throws(ImageError) -> Tensor {
    let grid = try GridExtents(self, layout: layout, operation: "resize grid")
    return try resampled(
      grid, vertical: AxisWeights(from: grid.rows, to: try checked(rows), filter: filter),
      horizontal: AxisWeights(from: grid.columns, to: try checked(columns), filter: filter))
  }

  private func checked(_ size: Int) throws(ImageError) -> Int {
    guard size > 0, size <= ImageLimits.side else {
      throw .invalid(operation: "resize grid", reason: "cannot make \(size) rows or columns")
    }
    return size
  }

  func resampled(
    _ grid: GridExtents, vertical: AxisWeights, horizontal: AxisWeights
  ) throws(ImageError) -> Tensor {
    let rows = vertical.outputs
    let columns = horizontal.outputs
    // Four times a picture's numbers at most: several channels are common, but a mistyped size must not take all memory.
    guard rows * columns <= 4 * ImageLimits.pixels / max(grid.channels, 1) else {
      throw .invalid(
        operation: "resize grid",
        reason: "\(grid.channels) channels of \(rows)×\(columns) are too many numbers")
    }
    var current = self
    if !horizontal.isIdentity {
      current = horizontal.apply(
        current, outer: grid.outer * grid.rows, inner: grid.inner,
        shape: grid.shape(rows: grid.rows, columns: columns))
    }
    if !vertical.isIdentity {
      current = vertical.apply(
        current, outer: grid.outer, inner: columns * grid.inner,
        shape: grid.shape(rows: rows, columns: columns))
    }
    return current
  }
}

/// A tensor read as a grid: outer × rows × columns × inner.
struct GridExtents {
  let rows: Int
  let columns: Int
  let outer: Int
  let inner: Int
  let rank: Int

  var channels: Int { outer * inner }

  init(_ tensor: Tensor, layout: GridLayout, operation: String) throws(ImageError) {
    let shape = tensor.shape
    switch (shape.count, layout) {
    case (2, _): (outer, rows, columns, inner) = (1, shape[0], shape[1], 1)
    case (3, .channelsFirst): (outer, rows, columns, inner) = (shape[0], shape[1], shape[2], 1)
    case (3, .channelsLast): (outer, rows, columns, inner) = (1, shape[0], shape[1], shape[2])
    default:
      throw .invalid(
        operation: operation, reason: "shape \(describe(shape: shape)); expected a grid of rank 2 or 3")
    }
    guard tensor.count > 0, rows <= ImageLimits.side, columns <= ImageLimits.side else {
      throw .invalid(operation: operation, reason: "cannot take a grid of shape \(describe(shape: shape))")
    }
    rank = shape.count
    self.layout = layout
  }

  private let layout: GridLayout

  func shape(rows: Int, columns: Int) -> [Int] {
    switch (rank, layout) {
    case (2, _): [rows, columns]
    case (_, .channelsFirst): [outer, rows, columns]
    case (_, .channelsLast): [rows, columns, inner]
    }
  }
}

/// For each output position along an axis, which inputs it reads and with what weights.
struct AxisWeights {
  let inputs: Int
  let outputs: Int
  let taps: Int
  private(set) var index: [Int32]
  private(set) var weights: [Float]
  /// Whether every output is the input in the same place.
  let isIdentity: Bool

  /// Weights of a whole axis. Arithmetic is float32 where PyTorch's is, or large grids would differ visibly.
  init(from inputs: Int, to outputs: Int, filter: GridFilter) {
    let scale = Float(inputs) / Float(outputs)
    switch filter {
    case .bilinear:
      self.init(inputs: inputs, outputs: outputs, taps: 2, isIdentity: inputs == outputs) {
        o, index, weights in
        let position = max(scale * (Float(o) + 0.5) - 0.5, 0)
        Self.pair(position, inputs: inputs, &index, &weights)
      }
    case .bicubic:
      self.init(inputs: inputs, outputs: outputs, taps: 4, isIdentity: inputs == outputs) {
        o, index, weights in
        let position = scale * (Float(o) + 0.5) - 0.5
        let base = position.rounded(.down)
        let t = position - base
        for k in 0..<4 {
          index[k] = Int32(min(max(Int(base) - 1 + k, 0), inputs - 1))
          weights[k] = Self.cubic(t - Float(k - 1), a: -0.75)
        }
      }
    case .bicubicAntialias:
      let support = scale >= 1 ? 2 * scale : 2
      let inverse = scale >= 1 ? 1 / scale : 1
      let taps = min(Int(support.rounded(.up)) * 2 + 1, inputs)
      self.init(inputs: inputs, outputs: outputs, taps: taps, isIdentity: inputs == outputs) {
        o, index, weights in
        let center = scale * (Float(o) + 0.5)
        let start = max(Int(center - support + 0.5), 0)
        let count = min(min(Int(center + support + 0.5), inputs) - start, taps)
        var sum: Float = 0
        for t in 0..<count {
          index[t] = Int32(start + t)
          weights[t] = Self.cubic((Float(t + start) - center + 0.5) * inverse, a: -0.5)
          sum += weights[t]
        }
        if sum != 0 { for t in 0..<count { weights[t] /= sum } }
      }
    }
  }

  /// Bilinear weights that lay `inputs` cells over origin ..< origin + extent and sample at the centres of the pixels
  /// first ..< first + outputs.
  init(from inputs: Int, over origin: Double, extent: Double, first: Int, outputs: Int) {
    self.init(inputs: inputs, outputs: outputs, taps: 2, isIdentity: false) { o, index, weights in
      let place = (Double(first + o) + 0.5 - origin) / extent * Double(inputs) - 0.5
      Self.pair(Float(min(max(place, 0), Double(inputs - 1))), inputs: inputs, &index, &weights)
    }
  }

  private init(
    inputs: Int, outputs: Int, taps: Int, isIdentity: Bool,
    fill: (Int, inout ArraySlice<Int32>, inout ArraySlice<Float>) -> Void
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.taps = taps
    self.isIdentity = isIdentity
    index = []
    weights = []
    index.reserveCapacity(outputs * taps)
    weights.reserveCapacity(outputs * taps)
    // Weights that stay zero still point at an input that exists.
    for o in 0..<outputs {
      var indices = ArraySlice(repeating: Int32(0), count: taps)
      var row = ArraySlice(repeating: Float(0), count: taps)
      fill(o, &indices, &row)
      index += indices
      weights += row
    }
  }

  /// The two neighbours of a position ≥ 0.
  private static func pair(
    _ position: Float, inputs: Int, _ index: inout ArraySlice<Int32>, _ weights: inout ArraySlice<Float>
  ) {
    let low = min(Int(position), inputs - 1)
    let fraction = min(max(position - Float(low), 0), 1)
    index[0] = Int32(low)
    index[1] = Int32(min(low + 1, inputs - 1))
    weights[0] = 1 - fraction
    weights[1] = fraction
  }

  /// Keys' cubic convolution kernel.
  private static func cubic(_ x: Float, a: Float) -> Float {
    let x = abs(x)
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
    return 0
  }

  /// (outer, inputs, inner) → (outer, outputs, inner), in the given shape.
  func apply(_ tensor: Tensor, outer: Int, inner: Int, shape: [Int]) -> Tensor {
    Tensor(shape) { out in
      tensor.withUnsafeBuffer { values in
        clip_resample_axis(
          values.baseAddress, Int32(outer), Int32(inputs), Int32(inner), Int32(outputs), Int32(taps), index,
          weights, out.baseAddress)
      }
    }
  }
}
