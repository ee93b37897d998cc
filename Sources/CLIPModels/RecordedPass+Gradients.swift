import Imaging
import Tensors

/// The gradient that one score has at the places of a forward pass that it was made of, each taken for a
/// variable of its own.
public struct ScoreGradients: Sendable {
  /// ∂s/∂(embedding): [E].
  public var embedding: Tensor?
  /// ∂s/∂(projected tokens of the path): [1 + patches, E].
  public var tokens: Tensor?
  /// ∂s/∂(tokens after a block), by layer: [1 + patches, D].
  public var blocks: [Int: Tensor] = [:]
  /// ∂s/∂A of a block, by layer from 1: [H, 1 + patches, 1 + patches].
  public var attention: [Int: Tensor] = [:]

  /// No gradients.
  public init() {}
}

/// What a gradient is taken with respect to.
public enum GradientPlace: Sendable, Equatable {
  /// The normalized pixels: [3, height, width].
  case pixels
  /// The tokens after a block, 0 before the first: [1 + patches, D]; of a ResNet the features after a stage.
  case tokens(after: Int)
  /// The attention matrices of a block, from 1: [H, 1 + patches, 1 + patches].
  case attention(of: Int)
}

extension RecordedPass {
  /// The shape of a gradient.
  public func shape(of place: GradientPlace) throws -> [Int] {
    switch place {
    case .pixels: pixels.shape
    case .tokens(let layer): try block(layer).shape
    case .attention: attentionShape ?? []
    }
  }

  /// The gradient of a score at a place, by the chain rule from everything that it was made of.
  ///
  /// Blocks are passed one at a time from the last; what a score reads of a block's tokens or attention
  /// enters on the way. What lies below the place does not depend on it and is left out. On the surgery
  /// path the place may be the tokens up to `lastCommonLayer`, and any block's attention on the network's
  /// own path.
  public func gradient(of score: ScoreGradients, at place: GradientPlace) throws -> Tensor {
    let found =
      switch tower {
      case .transformer(let tower, let tokens): try gradient(tower, tokens, score, place)
      case .resNet(let tower, let trace): try gradient(tower, trace, score, place)
      }
    return try found ?? Tensor(shape(of: place), repeating: 0)
  }

  // MARK: Transformers

  /// nil where no gradient arrives.
  private func gradient(
    _ tower: VisionTransformer, _ tokens: [Tensor], _ score: ScoreGradients, _ place: GradientPlace
  ) throws -> Tensor? {
    let lower: Int
    var matrices: MatrixSum?
    switch place {
    case .pixels: lower = 0
    case .tokens(let layer): lower = layer
    case .attention(let layer):
      lower = layer - 1
      matrices = MatrixSum(layer: layer - 1)
    }
    guard lower >= 0, lower <= layers else {
      throw ShapeError("gradient", "layer \(lower) of \(layers)")
    }
    if case .tokens = place, lower > lastCommonLayer {
      throw ShapeError("gradient", "two paths run after block \(lastCommonLayer)")
    }
    let projected = try headGradients(tower, tokens, score)
    let surgery = try surgeryGradients(tower, tokens, projected, matrices)
    var gradients = path == .native ? projected : nil
    func enter(_ other: TokenGradients?) throws {
      guard let other else { return }
      gradients = try gradients?.adding(other) ?? other
    }
    for layer in stride(from: layers, through: lower, by: -1) {
      if layer == lastCommonLayer { try enter(surgery) }
      try enter(try score.blocks[layer].map { try TokenGradients($0, tokens: $0.shape[0]) })
      guard layer > lower else { break }
      let upstream = score.attention[layer]
      if gradients == nil, upstream == nil { continue }
      // What only attention reads has no gradient in the tokens above it.
      let above =
        try gradients
        ?? TokenGradients(
          Tensor([1, tower.width], repeating: 0), ofRow: 0, tokens: tokens[0].shape[0])
      let isSought = matrices?.layer == layer - 1
      gradients = try tower.backward(
        above, from: layer, to: layer - 1,
        attentionUpstream: upstream.map { upstream in { _ in upstream } }, wantsAttention: isSought,
        visit: isSought ? matrices?.add : nil, inputs: { tokens[$0] })
    }
    switch place {
    case .pixels:
      return try gradients.map {
        try tower.pixelGradients($0, image: pixels, positions: positions).row(0)
      }
    case .tokens: return gradients?.dense().row(0)
    case .attention: return matrices?.sum
    }
  }

  /// Through ln_post and the projection: what the embedding and the path's tokens say of the tokens that
  /// leave the path.
  private func headGradients(
    _ tower: VisionTransformer, _ tokens: [Tensor], _ score: ScoreGradients
  ) throws -> TokenGradients? {
    let count = tokens[0].shape[0]
    let ofEmbedding = try score.embedding.map {
      try TokenGradients($0.reshaped([1, $0.count]), ofRow: 0, tokens: count)
    }
    let ofTokens = try score.tokens.map { try TokenGradients($0, tokens: count) }
    guard let first = ofEmbedding ?? ofTokens else { return nil }
    let all = try ofEmbedding == nil ? first : ofTokens.map { try first.adding($0) } ?? first
    let leaving = try path == .native ? tokens[layers] : surgeryTokens(tower)
    return try tower.headBackward(all, tokens: leaving)
  }

  /// Through the blocks that have two paths, to the tokens where they part. The class token that leaves
  /// them is the network's own, so that the embedding goes this way too.
  private func surgeryGradients(
    _ tower: VisionTransformer, _ tokens: [Tensor], _ projected: TokenGradients?, _ matrices: MatrixSum?
  ) throws -> TokenGradients? {
    guard path == .surgery, let projected else { return nil }
    let isSought = matrices.map { $0.layer >= lastCommonLayer } ?? false
    return try tower.surgeryBackward(
      projected, depth: depth, to: lastCommonLayer, wantsAttention: isSought,
      visit: isSought ? matrices?.add : nil, inputs: { tokens[$0] })
  }

  // MARK: ResNets

  private func gradient(
    _ tower: ModifiedResNet, _ trace: ModifiedResNet.Trace, _ score: ScoreGradients,
    _ place: GradientPlace
  ) throws -> Tensor? {
    let lower: Int
    switch place {
    case .pixels: lower = 0
    case .tokens(let layer): lower = layer
    case .attention: throw ShapeError("gradient", "a ResNet has no attention between its stages")
    }
    guard lower >= 0, lower <= layers else {
      throw ShapeError("gradient", "layer \(lower) of \(layers)")
    }
    var gradients: FeatureGradients?
    func enter(_ values: Tensor, _ layer: Int) throws {
      let features = trace.stage(layer)
      gradients = try FeatureGradients(
        gradients.map { try sum($0.values, values) } ?? values, height: features.height,
        width: features.width)
    }
    func enterPool(_ upstream: Tensor, _ kind: PoolingKind) throws {
      try enter(
        tower.poolBackward(upstream, trace: trace, kind: kind, positions: positions).values, layers)
    }
    if let embedding = score.embedding {
      try enterPool(embedding.reshaped([1, embedding.count]), .embedding)
    }
    if let tokens = score.tokens {
      switch path {
      case .native: try enterPool(tokens, .everyToken)
      case .surgery:
        try enterPool(tokens.rows(0..<1), .embedding)
        try enterPool(withoutFirst(tokens), .surgery)
      }
    }
    for layer in stride(from: layers, through: lower, by: -1) {
      if let values = score.blocks[layer] { try enter(values, layer) }
      guard layer > lower else { break }
      gradients = try gradients.map {
        try tower.backward($0, from: layer, to: layer - 1, trace: trace)
      }
    }
    guard place == .pixels else { return gradients?.values }
    return try gradients.map { try tower.pixelGradients($0, trace: trace).row(0) }
  }

  /// The same with zeros in the first row.
  private func withoutFirst(_ tokens: Tensor) throws -> Tensor {
    try concatenatedRows(
      Tensor([1, tokens.shape[1]], repeating: 0), tokens.rows(1..<tokens.shape[0]))
  }
}

/// The gradient of one block's attention, from all ways on which it is seen.
private final class MatrixSum {
  /// The block, from 0.
  let layer: Int
  /// [H, N, N]; nil where nothing was seen.
  private(set) var sum: Tensor?

  init(layer: Int) { self.layer = layer }

  /// Adds what a backward pass shows of one score.
  func add(_ block: BlockGradients) throws {
    guard block.layer == layer, let found = block.attention else { return }
    let (heads, rows, tokens) = (found.shape[1], found.shape[2], found.shape[3])
    var all = found.reshaped([heads, rows, tokens])
    if rows != tokens {
      // Only one query has a gradient.
      let row = block.activations.row ?? 0
      all = Tensor([heads, tokens, tokens]) { out in
        out.update(repeating: 0)
        found.withUnsafeBuffer { source in
          for head in 0..<heads {
            let start = (head * tokens + row) * tokens
            for j in 0..<tokens { out[start + j] = source[head * tokens + j] }
          }
        }
      }
    }
    sum = try sum.map { try Tensors.sum($0, all) } ?? all
  }
}
