import Tensors
import Tokenization

/// A score for each token of a prompt, or for each of its words.
public struct TokenMap: Sendable {
  /// The prompt.
  public let text: String
  /// The tokens as users read them, or words.
  public let pieces: [String]
  /// [pieces]
  public let scores: Tensor
  /// How they were made.
  public let recipe: Recipe
  /// For each word of the prompt the pieces it is made of; empty once they are words.
  public let words: [Range<Int>]

  /// A map from its parts.
  public init(
    text: String, pieces: [String], scores: Tensor, words: [Range<Int>], recipe: Recipe
  ) throws {
    guard scores.rank == 1, scores.count == pieces.count,
      words.allSatisfy({ $0.lowerBound >= 0 && $0.upperBound <= pieces.count })
    else { throw ShapeError("token map", "\(scores.count) scores for \(pieces.count) tokens") }
    self.text = text
    self.pieces = pieces
    self.scores = scores
    self.words = words
    self.recipe = recipe
  }

  /// The same with the pieces of every word put together, their scores added.
  public func merged() throws -> TokenMap {
    if words.isEmpty { return self }
    let values = scores.scalars
    return try TokenMap(
      text: text, pieces: words.map { pieces[$0].joined() },
      scores: Tensor(words.map { $0.reduce(0) { $0 + values[$1] } }), words: [], recipe: recipe)
  }

  /// From the lowest score to the highest, as numbers in 0…1; zeros where all are equal.
  public var normalized: [Float] {
    TokenMaps.minMax(scores.reshaped([1, scores.count])).scalars
  }
}
