import Glibc
import Tensors
import Tokenization

/// A prompt that a model cannot read.
public enum PromptError: Error, CustomStringConvertible, Sendable {
  /// It has more tokens, start and end included, than the context.
  case tooLong(prompt: String, tokens: Int, limit: Int)

  /// What is wrong, for the user.
  public var description: String {
    switch self {
    case .tooLong(let prompt, let tokens, let limit):
      let text = prompt.count <= 40 ? prompt : prompt.prefix(40) + "…"
      return "\"\(text)\" has \(tokens) tokens, start and end included; the model reads at most \(limit)"
    }
  }
}

extension CLIPModel {
  /// How many prompts make a batch where the caller does not say.
  public static let promptBatch = 64

  /// Text embeddings, not normalized.
  ///
  /// - Parameters:
  ///   - prompts: any number of them
  ///   - truncate: whether a prompt that is too long loses its end; otherwise it is an error
  ///   - batch: how many consecutive prompts make one batch (see `TextTransformer`)
  ///   - truncated: receives the indices of prompts that lost their end
  ///   - progress: is told of every prompt done, from any thread
  /// - Returns: [prompts, E]
  /// - Throws: `PromptError` for a prompt longer than the context
  public func encode(
    prompts: [String], truncate: Bool = false, batch: Int? = nil,
    truncated: ((Int) -> Void)? = nil, progress: (@Sendable (Int) -> Void)? = nil
  ) throws -> Tensor {
    let context = architecture.text.contextLength
    var sequences: [[Int32]] = []
    sequences.reserveCapacity(prompts.count)
    for (index, prompt) in prompts.enumerated() {
      let text: TokenizedText
      do {
        text = try tokenizer.encode(prompt, context: context, truncate: truncate)
      } catch TokenizationError.tooLong(let tokens, let limit) {
        throw PromptError.tooLong(prompt: prompt, tokens: tokens, limit: limit)
      }
      if text.isTruncated { truncated?(index) }
      sequences.append(text.ids)
    }
    return try TextTransformer.encode(
      sequences, batch: batch ?? Self.promptBatch, identity: identity(of: .text),
      embedding: architecture.embedDim, progress: progress
    ) { try textTower }
  }

  /// The factor on cosines in zero-shot classification: exp(logit_scale).
  public var logitFactor: Float { expf(architecture.logitScale) }
}
