import CLIPModels
import Tensors

/// MaskCLIP (Zhou et al. 2022, arXiv 2112.01071) as Grad-ECLIP's released program compares with it: the last
/// block lets every patch keep its own value, and patches whose key differs from the class token's count less.
///
///     x ← x + out_proj(v),   x ← x + mlp(ln_2(x))
///     map_i = cos(proj(ln_post(x_i)), text) · cos(out_proj(k_class), out_proj(k_i))
public struct MaskCLIP: ImageExplainer {
  /// See `ImageExplainer`.
  public static let version = 1

  /// The method; it has no options.
  public init() {}

  /// The patches' cosines times their keys' likeness: [T, rows, columns].
  public func maps(_ question: Question) throws -> Tensor {
    let tower = try question.transformer(for: "maskclip")
    let (block, x) = try question.lastBlock(of: tower)
    let patches = 1..<x.shape[0]
    let y = try block.normalized(x)
    let own = try block.projectOutput(block.values(y.rows(patches)), adding: x.rows(patches))
    let cosines = try question.cosines(ofPatches: block.feedForward(own), through: tower)
    let keys = try normalizedRows(block.projectOutput(block.keys(y)))
    let similarity = try linear(keys.rows(0..<1), weight: keys.rows(patches))
    let count = similarity.count
    return Tensor(cosines.shape) { out in
      cosines.withUnsafeBuffer { scores in
        similarity.withUnsafeBuffer { factor in
          for i in scores.indices { out[i] = scores[i] * factor[i % count] }
        }
      }
    }
  }
}
