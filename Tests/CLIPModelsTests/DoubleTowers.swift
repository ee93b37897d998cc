import Synchronization
import Tensors
import TestSupport

@testable import CLIPModels
@testable import Checkpoints

/// Random weights by name, so that towers of any shape can be made: norms near one, variances
/// positive, linear layers by their fan-in.
///
/// Made once each: the references below ask for them in every forward pass.
let randomWeights = WeightSource { name, shape in
  if let known = madeWeights.withLock({ $0[name] }), known.shape == shape { return known }
  let new = try randomWeight(name, shape)
  madeWeights.withLock { $0[name] = new }
  return new
}

private let madeWeights = Mutex<[String: Tensor]>([:])

private func randomWeight(_ name: String, _ shape: [Int]) throws -> Tensor {
  let seed = name.utf8.reduce(UInt64(7)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  let fanIn = name == "visual.proj" || name == "text_projection" ? shape[0] : shape.dropFirst().reduce(1, *)
  let isNorm = name.contains("ln_") || name.contains("bn") || name.contains("downsample.1")
  if name.hasSuffix("running_var") {
    return Tensor(shape, try Tensor.normal(shape, seed: seed).scalars.map { 0.5 + abs($0) })
  }
  if name.hasSuffix("weight"), isNorm { return try Tensor.normal(shape, seed: seed, mean: 1, std: 0.3) }
  if shape.count == 1 || name.contains("embedding") {
    return try Tensor.normal(shape, seed: seed, std: 0.5)
  }
  return try Tensor.normal(shape, seed: seed, std: 1.5 / Double(max(1, fanIn)).squareRoot())
}

/// A ViT of 3 blocks, 2 heads, patches of 4 pixels, made for a 2 × 2 grid.
func tinyVisionTransformer(_ activation: Activation = .quickGELU) throws -> VisionTransformer {
  try VisionTransformer(
    randomWeights,
    Architecture.VisionTransformer(
      imageSize: 8, patchSize: 4, width: 16, layers: 3, heads: 2, mlpWidth: 40, normEpsilon: 1e-5),
    embedding: 12, activation: activation)
}

/// A text tower of 3 blocks.
func tinyTextTransformer() throws -> TextTransformer {
  try TextTransformer(
    randomWeights,
    Architecture.Text(
      contextLength: 10, vocabularySize: 20, width: 16, layers: 3, heads: 2, mlpWidth: 32,
      normEpsilon: 1e-5, endOfText: 19),
    embedding: 12, activation: .gelu)
}

/// A ResNet of two bottlenecks in the first stage and one in the others.
func tinyResNet() throws -> ModifiedResNet {
  try ModifiedResNet(
    randomWeights,
    Architecture.ModifiedResNet(imageSize: 64, width: 2, layers: [2, 1, 1, 1], heads: 4), embedding: 12)
}

/// The towers' forward passes in Double.
enum DoubleTower {
  /// What is added to the attention matrix of a block: (layer, head, query, key).
  typealias Change = (Int, Int, Int, Int) -> Double

  static func norm(_ x: DoubleMatrix, _ w: LayerNormWeights) -> DoubleMatrix {
    x.layerNorm(w.weight, w.bias, epsilon: Double(w.epsilon))
  }

  static func qkv(_ y: DoubleMatrix, _ block: TransformerBlock) -> [DoubleMatrix] {
    let joint = y.linear(block.inWeight, block.inBias)
    return (0..<3).map { joint.columns($0 * block.width..<($0 + 1) * block.width) }
  }

  static func mlp(_ x: DoubleMatrix, _ block: TransformerBlock) -> DoubleMatrix {
    x.adding(
      norm(x, block.ln2).linear(block.expand.weight, block.expand.bias).activated(block.activation)
        .linear(block.contract.weight, block.contract.bias))
  }

  /// `mixed(o)` may change the attention's output before out_proj.
  static func block(
    _ x: DoubleMatrix, _ block: TransformerBlock, isCausal: Bool = false,
    change: ((Int, Int, Int) -> Double)? = nil, mixed: ((DoubleMatrix) -> DoubleMatrix)? = nil
  ) -> DoubleMatrix {
    let parts = qkv(norm(x, block.ln1), block)
    let o = DoubleMatrix.attention(
      parts[0], parts[1], parts[2], heads: block.heads, isCausal: isCausal, change: change)
    return mlp(x.adding((mixed?(o) ?? o).linear(block.out.weight, block.out.bias)), block)
  }

  /// Blocks `lower` to the last.
  static func blocks(
    _ x: DoubleMatrix, _ blocks: [TransformerBlock], from lower: Int, isCausal: Bool = false,
    change: Change? = nil
  ) -> DoubleMatrix {
    var x = x
    for layer in lower..<blocks.count {
      x = block(x, blocks[layer], isCausal: isCausal, change: change.map { f in { f(layer, $0, $1, $2) } })
    }
    return x
  }

  static func head(_ x: DoubleMatrix, _ tower: VisionTransformer) -> DoubleMatrix {
    norm(x, tower.lnPost).times(tower.projection)
  }

  /// The tokens before the first block; `positions` is [1 + patches, D].
  static func embed(
    _ pixels: [Double], height: Int, width: Int, _ tower: VisionTransformer, positions: Tensor
  ) -> DoubleMatrix {
    let size = tower.patchSize
    let (rows, columns) = (height / size, width / size)
    var cut = DoubleMatrix(rows * columns, 3 * size * size, Array(repeating: 0, count: pixels.count))
    for c in 0..<3 {
      for y in 0..<height {
        for x in 0..<width {
          cut[y / size * columns + x / size, (c * size + y % size) * size + x % size] =
            pixels[(c * height + y) * width + x]
        }
      }
    }
    let tokens = DoubleMatrix.stacked(DoubleMatrix(tower.classEmbedding), cut.linear(tower.patchWeight))
    return norm(tokens.adding(DoubleMatrix(positions)), tower.lnPre)
  }

  /// CLIP Surgery's two paths, from the tokens before block `lower`.
  static func surgery(
    _ x: DoubleMatrix, _ tower: VisionTransformer, from lower: Int, depth: Int
  ) -> DoubleMatrix {
    let start = tower.blocks.count - depth
    var x = x
    for layer in lower..<start { x = block(x, tower.blocks[layer]) }
    var new = x
    for block in tower.blocks.suffix(depth) {
      let v = qkv(norm(x, block.ln1), block)[2]
      new = new.adding(
        DoubleMatrix.attention(v, v, v, heads: block.heads).linear(block.out.weight, block.out.bias))
      x = self.block(x, block)
    }
    return DoubleMatrix.stacked(x.rows(0..<1), new.rows(1..<new.rows))
  }

  /// A feature map in Double.
  struct Features {
    var pixels: DoubleMatrix
    var height: Int
    var width: Int
  }

  /// Convolution, normalization by running statistics, activation: unfolded, from the raw weights.
  static func convolution(
    _ x: Features, _ source: WeightSource, _ name: String, _ normalization: String, to outputs: Int,
    size: Int = 1, stride: Int = 1, activation: Activation = .relu
  ) throws -> Features {
    let weight = try source(name + ".weight", [outputs, x.pixels.columns, size, size])
    let bn = source.under(normalization)
    let (gamma, beta) = (try bn("weight", [outputs]).scalars, try bn("bias", [outputs]).scalars)
    let (mean, variance) = (
      try bn("running_mean", [outputs]).scalars, try bn("running_var", [outputs]).scalars
    )
    var y = x
    if size == 3 {
      y.pixels = x.pixels.convolution3x3(weight, height: x.height, width: x.width, stride: stride)
      (y.height, y.width) = ((x.height + stride - 1) / stride, (x.width + stride - 1) / stride)
    } else {
      y.pixels = x.pixels.linear(weight.reshaped([outputs, x.pixels.columns]))
    }
    for i in 0..<y.pixels.rows {
      for c in 0..<outputs {
        y.pixels[i, c] =
          (y.pixels[i, c] - Double(mean[c])) / (Double(variance[c]) + 1e-5).squareRoot() * Double(gamma[c])
          + Double(beta[c])
      }
    }
    y.pixels = y.pixels.activated(activation)
    return y
  }

  static func pool(_ x: Features, _ size: Int) -> Features {
    Features(
      pixels: x.pixels.averagePool(height: x.height, width: x.width, size: size),
      height: x.height / size, width: x.width / size)
  }

  static func bottleneck(
    _ x: Features, _ source: WeightSource, planes: Int, stride: Int
  ) throws -> Features {
    var y = try convolution(x, source, "conv1", "bn1", to: planes)
    y = try convolution(y, source, "conv2", "bn2", to: planes, size: 3)
    y = try convolution(pool(y, stride), source, "conv3", "bn3", to: 4 * planes, activation: .identity)
    var identity = x
    if stride > 1 || x.pixels.columns != 4 * planes {
      identity = try convolution(
        pool(x, stride), source, "downsample.0", "downsample.1", to: 4 * planes, activation: .identity)
    }
    y.pixels = y.pixels.adding(identity.pixels).activated(.relu)
    return y
  }

  static func stem(_ pixels: [Double], height: Int, width: Int) throws -> Features {
    let source = randomWeights.under("visual")
    let area = height * width
    var x = Features(
      pixels: DoubleMatrix(area, 3, (0..<area * 3).map { pixels[$0 % 3 * area + $0 / 3] }),
      height: height, width: width)
    for (i, outputs) in [1, 1, 2].enumerated() {
      x = try convolution(
        x, source, "conv\(i + 1)", "bn\(i + 1)", to: outputs, size: 3, stride: i == 0 ? 2 : 1)
    }
    return pool(x, 2)
  }

  /// Stages `lower` + 1 to the last, of `tinyResNet`.
  static func stages(_ x: Features, from lower: Int) throws -> Features {
    var x = x
    for stage in lower..<4 {
      for index in 0..<[2, 1, 1, 1][stage] {
        x = try bottleneck(
          x, randomWeights.under("visual.layer\(stage + 1).\(index)"), planes: 2 << stage,
          stride: stage > 0 && index == 0 ? 2 : 1)
      }
    }
    return x
  }

  /// Attention pooling: every token's result, or the first's alone.
  static func pooled(
    _ x: DoubleMatrix, _ pool: AttentionPool, kind: PoolingKind, positions: Tensor,
    change: ((Int, Int, Int) -> Double)? = nil
  ) -> DoubleMatrix {
    let mean = (0..<x.columns).map { c in (0..<x.rows).map { x[$0, c] }.reduce(0, +) / Double(x.rows) }
    let tokens = DoubleMatrix.stacked(DoubleMatrix(1, x.columns, mean), x).adding(DoubleMatrix(positions))
    let v = tokens.linear(pool.values.weight, pool.values.bias)
    let q = (kind == .embedding ? tokens.rows(0..<1) : tokens).linear(pool.queries.weight, pool.queries.bias)
    let k = tokens.linear(pool.keys.weight, pool.keys.bias)
    let o =
      kind == .surgery
      ? DoubleMatrix.attention(v, v, v, heads: pool.heads)
      : DoubleMatrix.attention(q, k, v, heads: pool.heads, change: change)
    return o.linear(pool.out.weight, pool.out.bias)
  }
}
