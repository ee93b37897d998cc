import Glibc
import Tensors

/// NACLIP (Hajimiri et al. 2024, arXiv 2404.08181): key–key attention that favours neighbours in the last
/// block, without its residual and MLP.
///
///     x = out_proj(softmax(K Kᵀ · d^-½ + ω) V),   map_i = cos(proj(ln_post(x_i)), text)
///     ω_ij = exp(−((row_i − row_j)² + (column_i − column_j)²) / 2σ²), 0 where i or j is the class token
///
/// The published pipeline resizes positions bicubically.
public struct NACLIP: ImageExplainer {
  /// See `ImageExplainer`.
  public static let version = 1

  /// σ, how far a neighbourhood reaches, in patches.
  public var sigma: Double

  /// The method with its neighbourhood, the published one unless told.
  public init(sigma: Double = 5) { self.sigma = sigma }

  /// The patches' cosines: [T, rows, columns].
  public func maps(_ question: Question) throws -> Tensor {
    guard sigma > 0, sigma.isFinite else {
      throw ExplanationError("`sigma` must be greater than 0; found \(sigma)", option: "sigma")
    }
    let bias = Self.neighbourhood(rows: question.rows, columns: question.columns, sigma: sigma)
    return try SelfSelfAttention(sources: [.keys], keepsRest: false)
      .maps(question, method: "naclip", bias: bias)
  }

  /// ω: [1 + patches, 1 + patches].
  static func neighbourhood(rows: Int, columns: Int, sigma: Double) -> Tensor {
    // exp(−(a + b)) is the product of one factor along each axis.
    let along = (0..<max(rows, columns)).map { distance in
      Float(exp(-Double(distance * distance) / (2 * sigma * sigma)))
    }
    let tokens = 1 + rows * columns
    return Tensor([tokens, tokens]) { out in
      out.update(repeating: 0)
      for i in 1..<tokens {
        let (row, column) = ((i - 1) / columns, (i - 1) % columns)
        for y in 0..<rows {
          let factor = along[abs(row - y)]
          let start = i * tokens + 1 + y * columns
          for x in 0..<columns { out[start + x] = factor * along[abs(column - x)] }
        }
      }
    }
  }
}
