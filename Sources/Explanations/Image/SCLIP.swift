import Tensors

/// SCLIP (Wang et al. 2023, arXiv 2312.01597): correlative self-attention in the last block, whose residual
/// and MLP stay.
///
///     o = (softmax(Q Qᵀ · d^-½) + softmax(K Kᵀ · d^-½)) V,   x ← x + out_proj(o),   x ← x + mlp(ln_2(x))
///     map_i = cos(proj(ln_post(x_i)), text)
///
/// The published pipeline resizes positions bicubically.
public struct SCLIP: ImageExplainer {
  /// See `ImageExplainer`.
  public static let version = 1

  /// The method; it has no options.
  public init() {}

  /// The patches' cosines: [T, rows, columns].
  public func maps(_ question: Question) throws -> Tensor {
    try SelfSelfAttention(sources: [.queries, .keys], keepsRest: true).maps(question, method: "sclip")
  }
}
