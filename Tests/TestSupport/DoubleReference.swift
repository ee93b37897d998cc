import Foundation
import Tensors

/// A matrix in Double with the layers of CLIP's towers as plain loops: the forward passes that
/// gradients are compared with, by finite differences.
public struct DoubleMatrix: Sendable {
  /// How many rows.
  public let rows: Int
  /// How many columns.
  public let columns: Int
  /// Row by row.
  public var values: [Double]

  /// A matrix of the given values, row by row.
  public init(_ rows: Int, _ columns: Int, _ values: [Double]) {
    precondition(values.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// All leading axes of a tensor as rows.
  public init(_ x: Tensor) {
    let columns = x.shape.last ?? 1
    self.init(x.count / columns, columns, x.scalars.map(Double.init))
  }

  /// One value.
  public subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// One row.
  public func row(_ index: Int) -> [Double] { Array(values[index * columns..<(index + 1) * columns]) }

  /// Some consecutive rows.
  public func rows(_ range: Range<Int>) -> DoubleMatrix {
    DoubleMatrix(
      range.count, columns, Array(values[range.lowerBound * columns..<range.upperBound * columns]))
  }

  /// Some consecutive columns.
  public func columns(_ range: Range<Int>) -> DoubleMatrix {
    DoubleMatrix(rows, range.count, (0..<rows).flatMap { row($0)[range] })
  }

  /// Each value mapped.
  public func mapped(_ f: (Double) -> Double) -> DoubleMatrix {
    DoubleMatrix(rows, columns, values.map(f))
  }

  /// The sum with a matrix of the same shape.
  public func adding(_ other: DoubleMatrix) -> DoubleMatrix {
    DoubleMatrix(rows, columns, zip(values, other.values).map(+))
  }

  /// `a` above `b`.
  public static func stacked(_ a: DoubleMatrix, _ b: DoubleMatrix) -> DoubleMatrix {
    DoubleMatrix(a.rows + b.rows, a.columns, a.values + b.values)
  }

  /// x · Wᵀ + b, the weight [out, in].
  public func linear(_ weight: Tensor, _ bias: Tensor? = nil) -> DoubleMatrix {
    let (w, b) = (weight.scalars.map(Double.init), bias?.scalars.map(Double.init))
    let outputs = weight.shape[0]
    var out = [Double](repeating: 0, count: rows * outputs)
    for i in 0..<rows {
      for j in 0..<outputs {
        var sum = b?[j] ?? 0
        for k in 0..<columns { sum += values[i * columns + k] * w[j * columns + k] }
        out[i * outputs + j] = sum
      }
    }
    return DoubleMatrix(rows, outputs, out)
  }

  /// x · W, the weight [in, out].
  public func times(_ weight: Tensor) -> DoubleMatrix {
    let w = DoubleMatrix(weight)
    var out = DoubleMatrix(rows, w.columns, Array(repeating: 0, count: rows * w.columns))
    for i in 0..<rows {
      for k in 0..<columns { for j in 0..<w.columns { out[i, j] += self[i, k] * w[k, j] } }
    }
    return out
  }

  /// LayerNorm over rows.
  public func layerNorm(_ weight: Tensor, _ bias: Tensor, epsilon: Double = 1e-5) -> DoubleMatrix {
    let (w, b) = (weight.scalars.map(Double.init), bias.scalars.map(Double.init))
    var out = self
    for r in 0..<rows {
      let x = row(r)
      let mean = x.reduce(0, +) / Double(columns)
      let variance = x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(columns)
      for i in 0..<columns { out[r, i] = (x[i] - mean) / (variance + epsilon).squareRoot() * w[i] + b[i] }
    }
    return out
  }

  /// An activation, exact.
  public func activated(_ activation: Activation) -> DoubleMatrix {
    switch activation {
    case .identity: self
    case .quickGELU: mapped { $0 / (1 + exp(-1.702 * $0)) }
    case .gelu: mapped { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }
    case .relu, .reluOfSum: mapped { max($0, 0) }
    }
  }

  /// softmax(scale · x) over rows.
  public func softmaxRows(scale: Double = 1) -> DoubleMatrix {
    var out = self
    for r in 0..<rows {
      let x = row(r).map { $0 * scale }
      let top = x.max() ?? 0
      let powers = x.map { exp($0 - top) }
      let sum = powers.reduce(0, +)
      for i in 0..<columns { out[r, i] = powers[i] / sum }
    }
    return out
  }

  /// Rows divided by their Euclidean norm; zero rows stay.
  public func normalizedRows() -> DoubleMatrix {
    var out = self
    for r in 0..<rows {
      let norm = row(r).map { $0 * $0 }.reduce(0, +).squareRoot()
      for i in 0..<columns { out[r, i] = norm > 0 ? self[r, i] / norm : 0 }
    }
    return out
  }

  /// softmax(d^-½ · Q Kᵀ) V per head. `change(head, query, key)` is added to the attention matrix,
  /// after softmax and mask.
  public static func attention(
    _ q: DoubleMatrix, _ k: DoubleMatrix, _ v: DoubleMatrix, heads: Int, isCausal: Bool = false,
    change: ((Int, Int, Int) -> Double)? = nil
  ) -> DoubleMatrix {
    let d = q.columns / heads
    var out = DoubleMatrix(q.rows, q.columns, Array(repeating: 0, count: q.rows * q.columns))
    for head in 0..<heads {
      let columns = head * d..<(head + 1) * d
      for i in 0..<q.rows {
        let seen = isCausal ? i + 1 : k.rows
        let scores = (0..<seen).map { j in
          columns.map { q[i, $0] * k[j, $0] }.reduce(0, +) / Double(d).squareRoot()
        }
        let top = scores.max() ?? 0
        let powers = scores.map { exp($0 - top) }
        let sum = powers.reduce(0, +)
        for j in 0..<k.rows {
          let a = (j < seen ? powers[j] / sum : 0) + (change?(head, i, j) ?? 0)
          if a != 0 { for c in columns { out[i, c] += a * v[j, c] } }
        }
      }
    }
    return out
  }

  /// A 3×3 convolution with padding 1 of [height · width, channels]; weight [out, channels, 3, 3].
  public func convolution3x3(
    _ weight: Tensor, height: Int, width: Int, stride: Int
  ) -> DoubleMatrix {
    let w = weight.scalars.map(Double.init)
    let outputs = weight.shape[0]
    let (oh, ow) = ((height + stride - 1) / stride, (width + stride - 1) / stride)
    var out = DoubleMatrix(oh * ow, outputs, Array(repeating: 0, count: oh * ow * outputs))
    for y in 0..<oh {
      for x in 0..<ow {
        for ky in 0..<3 {
          for kx in 0..<3 {
            let (iy, ix) = (y * stride + ky - 1, x * stride + kx - 1)
            guard iy >= 0, iy < height, ix >= 0, ix < width else { continue }
            for o in 0..<outputs {
              for c in 0..<columns {
                out[y * ow + x, o] += w[((o * columns + c) * 3 + ky) * 3 + kx] * self[iy * width + ix, c]
              }
            }
          }
        }
      }
    }
    return out
  }

  /// The mean over squares of side `size` of [height · width, channels].
  public func averagePool(height: Int, width: Int, size: Int) -> DoubleMatrix {
    let (oh, ow) = (height / size, width / size)
    var out = DoubleMatrix(oh * ow, columns, Array(repeating: 0, count: oh * ow * columns))
    for y in 0..<(oh * size) {
      for x in 0..<(ow * size) {
        for c in 0..<columns {
          out[y / size * ow + x / size, c] += self[y * width + x, c] / Double(size * size)
        }
      }
    }
    return out
  }

  /// Σ of the products with a matrix of the same shape: a scalar made of all entries.
  public func dot(_ other: DoubleMatrix) -> Double { zip(values, other.values).map(*).reduce(0, +) }
}

/// The cosine of two vectors.
public func cosine(_ a: [Double], _ b: [Double]) -> Double {
  let dot = zip(a, b).map(*).reduce(0, +)
  return dot / (a.map { $0 * $0 }.reduce(0, +) * b.map { $0 * $0 }.reduce(0, +)).squareRoot()
}

/// Central differences of `f` at `x`, for the scalars at `indices` (all without).
public func numericalGradient(
  at x: [Double], step: Double = 1e-4, indices: [Int]? = nil, of f: ([Double]) -> Double
) -> [Double] {
  var x = x
  return (indices ?? Array(x.indices)).map { i in
    let value = x[i]
    x[i] = value + step
    let above = f(x)
    x[i] = value - step
    let below = f(x)
    x[i] = value
    return (above - below) / (2 * step)
  }
}
