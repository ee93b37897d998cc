import CLIPModels
import Tensors

/// Generic attention-model explainability on the text (Chefer et al. 2021, arXiv 2103.15679): the row of
/// end-of-text of R ← R + E_heads[(∂cos/∂A ⊙ A)⁺] · R.
public struct TextGame: TextExplainer {
  /// Where R begins.
  public var from: Game.Start

  /// The method with its start.
  public init(from: Game.Start = .first) { self.from = from }

  /// See `TextExplainer`.
  public func scores(_ question: TextQuestion) throws -> Tensor {
    let tower = try question.model.textTower
    let (count, end) = (tower.blocks.count, question.end)
    let inputs = try tower.blockInputs(question.text.ids)
    let (_, top) = try tower.cosineGradients(with: question.image, tokens: inputs[count], end: end)
    let relevance = Relevance(row: end, tokens: end + 1, targets: 1)
    try tower.visitGradients(
      top, from: count, to: from == .first ? 0 : count - 1, wantsAttention: true, inputs: { inputs[$0] }
    ) { try relevance.add($0) }
    return Tensor(Array(relevance.rows.scalars[1..<end]))
  }
}

/// Attention rollout on the text (Abnar and Zuidema 2020, arXiv 2005.00928): the row of end-of-text of the
/// product of row-normalized (A̅ + I) over all blocks.
public struct TextRollout: TextExplainer {
  /// The method.
  public init() {}

  /// See `TextExplainer`.
  public func scores(_ question: TextQuestion) throws -> Tensor {
    let tower = try question.model.textTower
    let end = question.end
    let inputs = try tower.blockInputs(question.text.ids)
    var row = [Float](repeating: 0, count: end + 1)
    row[end] = 1
    for (index, block) in tower.blocks.enumerated().reversed() {
      let weights = try block.activations(of: inputs[index], isCausal: true).weights
      row = Self.step(row, weights)
    }
    return Tensor(Array(row[1..<end]))
  }

  /// r ← r · (A̅ + I) / 2: rows of A sum to one, so those of A̅ + I to two.
  static func step(_ row: [Float], _ weights: Tensor) -> [Float] {
    let (heads, tokens) = (weights.shape[0], weights.shape[2])
    var next = row
    weights.withUnsafeBuffer { a in
      for head in 0..<heads {
        for i in 0..<tokens where row[i] != 0 {
          let factor = row[i] / Float(heads)
          for j in 0..<tokens { next[j] += factor * a[(head * tokens + i) * tokens + j] }
        }
      }
    }
    return next.map { $0 / 2 }
  }
}
