import Foundation
import Tensors

/// The layers' mathematics in Double, one plain loop each: slow, obvious, and what the fast kernels
/// are compared with.
enum Naive {
  /// activation(x · Wᵀ + b) + residual, or max(x · Wᵀ + b + residual, 0).
  static func linear(
    _ x: Tensor, _ w: Tensor, _ b: Tensor?, _ activation: Activation, _ residual: Tensor?
  ) -> Tensor {
    let (m, n, k) = (x.shape[0], w.shape[0], x.shape[1])
    let (xs, ws, bs, rs) = (x.scalars, w.scalars, b?.scalars, residual?.scalars)
    return Tensor([m, n]) { out in
      for i in 0..<m {
        for j in 0..<n {
          var sum = Double(bs?[j] ?? 0)
          for l in 0..<k { sum += Double(xs[i * k + l]) * Double(ws[j * k + l]) }
          let extra = Double(rs?[i * n + j] ?? 0)
          let value: Double =
            switch activation {
            case .identity: sum + extra
            case .quickGELU: sum / (1 + exp(-1.702 * sum)) + extra
            case .gelu: 0.5 * sum * (1 + erf(sum / 2.0.squareRoot())) + extra
            case .relu: max(sum, 0) + extra
            case .reluOfSum: max(sum + extra, 0)
            }
          out[i * n + j] = Float(value)
        }
      }
    }
  }

  static func layerNorm(_ x: Tensor, _ weight: Tensor, _ bias: Tensor, _ epsilon: Double) -> Tensor {
    let width = x.shape[1]
    let (xs, ws, bs) = (x.scalars.map(Double.init), weight.scalars, bias.scalars)
    return Tensor(x.shape) { out in
      for row in 0..<x.shape[0] {
        let values = xs[row * width..<(row + 1) * width]
        let mean = values.reduce(0, +) / Double(width)
        let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(width)
        for i in 0..<width {
          out[row * width + i] = Float(
            (xs[row * width + i] - mean) / (variance + epsilon).squareRoot() * Double(ws[i])
              + Double(bs[i]))
        }
      }
    }
  }

  static func softmax(_ values: [Double]) -> [Double] {
    let top = values.max() ?? 0
    let powers = values.map { exp($0 - top) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// softmax(scale · Q Kᵀ) V per head; all [rows, heads · headWidth]; `sees(query, key)` masks.
  static func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, scale: Double,
    sees: (Int, Int) -> Bool = { _, _ in true }
  ) -> Tensor {
    let width = q.shape[1]
    let headWidth = width / heads
    let (qs, ks, vs) = (q.scalars, k.scalars, v.scalars)
    return Tensor([q.shape[0], width]) { out in
      for head in 0..<heads {
        for i in 0..<q.shape[0] {
          let keys = (0..<k.shape[0]).filter { sees(i, $0) }
          let scores = keys.map { j in
            scale
              * (0..<headWidth).reduce(0.0) { sum, c in
                sum + Double(qs[i * width + head * headWidth + c])
                  * Double(ks[j * width + head * headWidth + c])
              }
          }
          let weights = softmax(scores)
          for c in 0..<headWidth {
            var sum = 0.0
            for (n, j) in keys.enumerated() {
              sum += weights[n] * Double(vs[j * width + head * headWidth + c])
            }
            out[i * width + head * headWidth + c] = Float(sum)
          }
        }
      }
    }
  }

  /// A 3×3 convolution, padding 1, over [height, width, channels].
  static func convolution(_ x: FeatureMap, _ w: Tensor, _ b: Tensor, stride: Int) -> Tensor {
    let outputs = w.shape[0]
    let (height, width) = ((x.height + stride - 1) / stride, (x.width + stride - 1) / stride)
    let (xs, ws, bs) = (x.pixels.scalars, w.scalars, b.scalars)
    return Tensor([height * width, outputs]) { out in
      for y in 0..<height {
        for column in 0..<width {
          for o in 0..<outputs {
            var sum = Double(bs[o])
            for ky in 0..<3 {
              for kx in 0..<3 {
                let (row, left) = (y * stride + ky - 1, column * stride + kx - 1)
                guard row >= 0, row < x.height, left >= 0, left < x.width else { continue }
                for c in 0..<x.channels {
                  sum +=
                    Double(xs[(row * x.width + left) * x.channels + c])
                    * Double(ws[(o * 9 + ky * 3 + kx) * x.channels + c])
                }
              }
            }
            out[(y * width + column) * outputs + o] = Float(sum)
          }
        }
      }
    }
  }
}

/// Seeded numbers in −scale…scale.
func randomTensor(_ shape: [Int], seed: UInt64, scale: Float = 1) -> Tensor {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return Tensor(shape) { out in
    for i in out.indices {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      out[i] = (Float(state >> 40) / Float(1 << 24) * 2 - 1) * scale
    }
  }
}
