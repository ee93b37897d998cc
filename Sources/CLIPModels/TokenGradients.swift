import Tensors

/// The gradients of T scores with respect to the tokens of one place of a tower.
///
/// A score that reads one token only (the class token, the end of a text) has gradients in one row:
/// they are kept as such, and layers that work on rows then cost almost nothing.
public struct TokenGradients: Sendable {
  /// [T · N, D], the scores' gradients below each other; [T, D] where `row` is not nil.
  public let values: Tensor
  /// N, the tokens.
  public let tokens: Int
  /// The only token with a gradient; nil where all have one.
  public let row: Int?

  /// Gradients of every token: [T · tokens, D].
  public init(_ values: Tensor, tokens: Int) throws {
    guard values.rank == 2, tokens > 0, values.shape[0] % tokens == 0 else {
      throw ShapeError("gradients", "\(describe(shape: values.shape)) for \(tokens) tokens")
    }
    self.values = values
    self.tokens = tokens
    row = nil
  }

  /// Gradients of one token alone: [T, D].
  public init(_ values: Tensor, ofRow row: Int, tokens: Int) throws {
    guard values.rank == 2, row >= 0, row < tokens else {
      throw ShapeError("gradients", "\(describe(shape: values.shape)) for token \(row) of \(tokens)")
    }
    self.values = values
    self.tokens = tokens
    self.row = row
  }

  /// Rows that a score has here: N, or 1.
  var rows: Int { row == nil ? tokens : 1 }

  /// T, the scores.
  public var targets: Int { values.shape[0] / rows }

  /// D, the features of a token.
  public var width: Int { values.shape[1] }

  /// The gradients of some of the scores.
  public func targets(_ range: Range<Int>) -> TokenGradients {
    TokenGradients(
      unchecked: values.rows((range.lowerBound * rows)..<(range.upperBound * rows)), tokens, row)
  }

  /// All tokens' gradients, zeros included: [T, N, D].
  public func dense() -> Tensor {
    guard let row else { return values.reshaped([targets, tokens, width]) }
    let (targets, width) = (targets, width)
    return Tensor([targets, tokens, width]) { out in
      out.update(repeating: 0)
      values.withUnsafeBuffer { source in
        for t in 0..<targets {
          for i in 0..<width { out[(t * tokens + row) * width + i] = source[t * width + i] }
        }
      }
    }
  }

  /// The same with the zeros written out.
  func spread() -> TokenGradients {
    row == nil ? self : TokenGradients(unchecked: dense().reshaped([targets * tokens, width]), tokens, nil)
  }

  /// The sum of the gradients that reach one place on two ways.
  public func adding(_ other: TokenGradients) throws -> TokenGradients {
    guard tokens == other.tokens, targets == other.targets else {
      throw ShapeError("gradients", "\(targets) of \(tokens) tokens and \(other.targets) of \(other.tokens)")
    }
    if row == other.row { return TokenGradients(unchecked: try sum(values, other.values), tokens, row) }
    return TokenGradients(unchecked: try sum(spread().values, other.spread().values), tokens, nil)
  }

  /// For results whose shape is known to fit.
  init(unchecked values: Tensor, _ tokens: Int, _ row: Int?) {
    self.values = values
    self.tokens = tokens
    self.row = row
  }
}

/// Several scores' gradients below each other, from parts.
func joined(_ parts: [Tensor]) -> Tensor {
  guard let first = parts.first, parts.count > 1 else { return parts.first ?? Tensor([0, 0], []) }
  let rows = parts.map { $0.shape[0] }.reduce(0, +)
  return Tensor([rows] + first.shape.dropFirst()) { out in
    var start = 0
    for part in parts {
      part.withUnsafeBuffer { source in
        _ = UnsafeMutableBufferPointer(rebasing: out[start...]).update(fromContentsOf: source)
      }
      start += part.count
    }
  }
}
