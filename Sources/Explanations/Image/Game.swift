import CLIPModels
import Tensors

/// Generic attention-model explainability (Chefer et al. 2021, arXiv 2103.15679).
///
///     R ← R + E_heads[(∂cos/∂A ⊙ A)⁺] · R   from block `from` to the last; the map is the class row
///
/// Only that row is wanted, and blocks come last first: r ← r + r · C_l, beginning with the class token's
/// unit vector, is the same product with one row instead of a matrix.
public struct Game: ImageExplainer {
  /// See `ImageExplainer`.
  public static let version = 1

  /// The block that R begins at.
  public enum Start: String, Sendable, CaseIterable {
    /// The last block alone.
    case last
    /// All blocks.
    case first
  }

  /// Where R begins.
  public var from: Start

  /// The method with its start.
  public init(from: Start = .last) { self.from = from }

  /// See `ImageExplainer`.
  public func maps(_ question: Question) throws -> Tensor {
    let tower = try question.transformer(for: "game")
    let count = tower.blocks.count
    let inputs = try tower.blockInputs(question.pixels, positions: question.positions)
    let tokens = inputs[0].shape[0]
    let (_, top) = try tower.cosineGradients(
      with: question.texts, classToken: inputs[count].rows(0..<1), tokens: tokens)
    let relevance = Relevance(row: 0, tokens: tokens, targets: question.targets)
    let lowest = from == .first ? 0 : count - 1
    try tower.visitGradients(top, from: count, to: lowest, wantsAttention: true, inputs: { inputs[$0] }) {
      try relevance.add($0)
      if from == .first { question.progress?(count - $0.layer, count) }
    }
    return try TokenMaps.patches(
      relevance.rows, rows: question.rows, columns: question.columns)
  }
}

/// One row of the relevance matrix R for each of T scores, as blocks are added from the last to the first.
final class Relevance {
  private let row: Int
  private let tokens: Int
  private let values: TensorStorage

  /// The unit vector of token `row` for every score.
  init(row: Int, tokens: Int, targets: Int) {
    (self.row, self.tokens) = (row, tokens)
    values = TensorStorage(count: targets * tokens)
    values.mutableBuffer.update(repeating: 0)
    for t in 0..<targets { values.pointer[t * tokens + row] = 1 }
  }

  /// [T, tokens]
  var rows: Tensor { Tensor(shape: [values.count / tokens, tokens], storage: values) }

  /// r ← r + r · E_heads[(∂s/∂A ⊙ A)⁺] of a block, for the scores that it shows.
  func add(_ block: BlockGradients) throws {
    guard let attention = block.attention else { throw ShapeError("relevance", "no gradient of attention") }
    let (row, count) = (block.activations.row, block.targets.count)
    let start = values.pointer + block.targets.lowerBound * tokens
    // The rows that gradients came in at: all, or one alone.
    let factors = Tensor([count, row == nil ? tokens : 1]) { out in
      for t in 0..<count {
        if let row {
          out[t] = start[t * tokens + row]
        } else {
          for i in 0..<tokens { out[t * tokens + i] = start[t * tokens + i] }
        }
      }
    }
    try positiveAttentionProducts(
      weights: block.activations.weights, gradients: attention, factors: factors
    ).withUnsafeBuffer { for i in $0.indices { start[i] += $0[i] } }
  }
}
