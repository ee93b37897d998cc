import Tensors

/// ClearCLIP (Lan et al. 2024, arXiv 2407.12442): query–query attention in the last block, without its
/// residual and MLP.
///
///     x = out_proj(softmax(Q Qᵀ · d^-½) V),   map_i = cos(proj(ln_post(x_i)), text)
///
/// The published pipeline resizes positions bicubically.
public struct ClearCLIP: ImageExplainer {
  /// See `ImageExplainer`.
  public static let version = 1

  /// The method; it has no options.
  public init() {}

  /// The patches' cosines: [T, rows, columns].
  public func maps(_ question: Question) throws -> Tensor {
    try SelfSelfAttention(sources: [.queries], keepsRest: false).maps(question, method: "clearclip")
  }
}
