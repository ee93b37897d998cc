import Synchronization
import Tensors

/// A part of a block.
public enum BlockPart: String, Sendable, CaseIterable {
  /// Both: the tokens leave the block as they came.
  case block
  /// x += attn(ln_1(x)).
  case attention
  /// x += mlp(ln_2(x)).
  case mlp
}

/// What takes the place of a head's attention matrix softmax(Q Kᵀ · d^-½).
public enum AttentionReplacement: Sendable {
  /// Every token attends to all that it may see alike.
  case uniform
  /// Every token attends to itself alone.
  case identity
  /// These weights as they are: [N, N] for every head, or [heads, N, N] for the heads concerned, in
  /// order. Where tokens see only those before them, what is right of the diagonal is not read, and
  /// inputs may be shorter than N.
  case given(Tensor)
}

/// Tokens of another input, to be put in the place of those that leave a block.
public struct TokenPatch: Sendable {
  /// Which tokens, 0 the first.
  public let tokens: [Int]
  /// What they become: [tokens, D].
  public let rows: Tensor
  /// How many tokens an input must have; nil for any number.
  public let inputTokens: Int?
  /// Names this patch: two with other rows have another.
  let number = UniqueNumber.next()

  /// Rows for tokens that are all below `inputTokens`.
  public init(tokens: [Int], rows: Tensor, inputTokens: Int?) throws {
    guard rows.rank == 2, rows.shape[0] == tokens.count, tokens.allSatisfy({ $0 >= 0 }),
      inputTokens.map({ count in tokens.allSatisfy { $0 < count } }) ?? true
    else {
      throw ShapeError("patch", "rows \(describe(shape: rows.shape)) for \(tokens.count) tokens")
    }
    self.tokens = tokens
    self.rows = rows
    self.inputTokens = inputTokens
  }
}

/// One change of what a block computes. The block's weights stay as they are and are shared.
public enum BlockEdit: Sendable {
  /// A part is left out; its residual connection stays.
  case skip(BlockPart)
  /// The output of some heads (nil: all) before out_proj is multiplied; 0 silences them.
  case scale(Float, heads: [Int]?)
  /// The attention matrices of some heads (nil: all) are replaced.
  case attention(AttentionReplacement, heads: [Int]?)
  /// Tokens that leave the block are replaced.
  case patch(TokenPatch)
}

/// A change that a model cannot be given, or an input that an edited model cannot take.
public struct InterventionError: Error, CustomStringConvertible, Sendable {
  /// What is wrong, in words for the user.
  public let description: String
  /// The option at fault: `block`; nil where it is not one.
  public let option: String?

  /// An error about an option, or about an input.
  public init(_ description: String, option: String? = nil) {
    self.description = description
    self.option = option
  }
}

/// All that was changed in a block.
///
/// In a block with several changes the skipped parts are left out, what remains is scaled and replaced,
/// and patches come last.
struct Intervention: Sendable {
  /// The replacement of one head's matrix.
  enum Head: Sendable {
    case uniform
    case identity
    /// [N, N]; two with other weights have another number.
    case given(Tensor, number: Int)

    /// What tells it from another.
    var name: String {
      switch self {
      case .uniform: "uniform"
      case .identity: "identity"
      case .given(_, let number): "#\(number)"
      }
    }
  }

  /// For messages: `block 3 of the image tower`.
  let place: String
  var skipsAttention = false
  var skipsMLP = false
  /// The factor on each column of the attention's output before out_proj [D]; nil where all are 1.
  /// Columns, not heads: they stay what they are where heads are read as one.
  var columns: Tensor?
  /// The replacement of each head's attention, nil for its own; empty where all have their own.
  var heads: [Head?] = []
  var patches: [TokenPatch] = []

  init(place: String) { self.place = place }

  /// Whether some heads' attention is not their own.
  var replacesAttention: Bool { !heads.isEmpty }

  /// Checks that an input of so many tokens can be computed.
  func check(tokens count: Int, isCausal: Bool) throws {
    for case .given(let matrix, _)? in heads {
      let side = matrix.shape[0]
      guard isCausal ? side >= count : side == count else {
        throw InterventionError(
          "the attention of \(place) was replaced by matrices of \(side) × \(side) tokens, "
            + "but this input has \(count)")
      }
    }
    for patch in patches {
      if let needed = patch.inputTokens, needed != count {
        throw InterventionError(
          "\(place) was patched with tokens of an input of \(needed) tokens, but this one has \(count)")
      }
    }
  }

  /// The attention's output, or the gradients of it, with its factors: [rows, D] → [rows, D].
  func scaled(_ x: Tensor) -> Tensor {
    guard let columns else { return x }
    let width = columns.count
    return Tensor(x.shape) { out in
      x.withUnsafeBuffer { source in
        columns.withUnsafeBuffer { factors in
          for start in stride(from: 0, to: source.count, by: width) {
            for c in 0..<width { out[start + c] = source[start + c] * factors[c] }
          }
        }
      }
    }
  }

  /// Tokens that leave the block, patched: [rows, D].
  ///
  /// - Parameter positions: the token that each row is of; nil for all in order
  func patched(_ x: Tensor, positions: [Int]? = nil) -> Tensor {
    if patches.isEmpty { return x }
    var source: [Int: Tensor] = [:]
    for patch in patches {
      for (index, token) in patch.tokens.enumerated() { source[token] = patch.rows.row(index) }
    }
    let width = x.shape[1]
    return Tensor(x.shape) { out in
      x.withUnsafeBuffer { _ = out.update(fromContentsOf: $0) }
      for row in 0..<x.shape[0] {
        guard let new = source[positions?[row] ?? row] else { continue }
        new.withUnsafeBuffer { new in
          for c in 0..<width { out[row * width + c] = new[c] }
        }
      }
    }
  }

  /// Gradients of tokens that leave the block, zero where a patch hides what the block computed:
  /// [T · rows, D].
  func unpatched(_ x: Tensor, rows: Int, row only: Int?) -> Tensor {
    if patches.isEmpty { return x }
    let hidden = Set(patches.flatMap(\.tokens))
    let width = x.shape[1]
    return Tensor(x.shape) { out in
      x.withUnsafeBuffer { _ = out.update(fromContentsOf: $0) }
      for row in 0..<x.shape[0] where hidden.contains(only ?? row % rows) {
        for c in 0..<width { out[row * width + c] = 0 }
      }
    }
  }
}

/// Numbers that are given once in a process.
enum UniqueNumber {
  private static let last = Atomic<Int>(0)

  static func next() -> Int { last.add(1, ordering: .relaxed).newValue }
}
