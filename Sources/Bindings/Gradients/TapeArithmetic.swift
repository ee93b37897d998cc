import Tensors

/// Small computations on gradients.
enum TapeArithmetic {
  /// `body` of each pair of two arrays of one shape.
  static func zip(_ a: Tensor, _ b: Tensor, _ body: (Float, Float) -> Float) throws -> Tensor {
    guard a.count == b.count else {
      throw ShapeError("gradient", "\(describe(shape: a.shape)) and \(describe(shape: b.shape))")
    }
    return Tensor(a.shape) { out in
      a.withUnsafeBuffer { x in b.withUnsafeBuffer { y in for i in x.indices { out[i] = body(x[i], y[i]) } } }
    }
  }

  /// `body` of each number.
  static func map(_ a: Tensor, _ body: (Float) -> Float) -> Tensor {
    Tensor(a.shape) { out in a.withUnsafeBuffer { x in for i in x.indices { out[i] = body(x[i]) } } }
  }

  static func multiply(_ a: Tensor, _ b: Tensor) throws -> Tensor { try .elementwise(.multiply, a, b) }

  /// Sums over the axes along which an array of `shape` was repeated.
  static func sum(_ gradient: Tensor, to shape: [Int]) throws -> Tensor {
    if gradient.shape == shape { return gradient }
    let missing = gradient.rank - shape.count
    let axes = gradient.shape.indices.filter {
      $0 < missing || (shape[$0 - missing] == 1 && gradient.shape[$0] != 1)
    }
    let summed = axes.isEmpty ? gradient : try gradient.reduced(.sum, axes: axes, keepAxes: true)
    return summed.reshaped(shape)
  }

  /// The extents of `shape` after a reduction over `axes` (nil: all) that keeps them.
  static func kept(_ shape: [Int], axes: [Int]?) -> [Int] {
    guard let axes else { return shape.map { _ in 1 } }
    let reduced = Set(axes.map { $0 < 0 ? $0 + shape.count : $0 })
    return shape.indices.map { reduced.contains($0) ? 1 : shape[$0] }
  }

  /// Through x / |x| along the last axis: (g − y Σ g y) / |x|; rows of zeros have no gradient.
  static func normalized(_ g: Tensor, input x: Tensor) throws -> Tensor {
    let width = x.shape.last ?? 1
    let rows = x.count / max(width, 1)
    return Tensor(x.shape) { out in
      x.withUnsafeBuffer { x in
        g.withUnsafeBuffer { g in
          for row in 0..<rows {
            let range = row * width..<(row + 1) * width
            var (square, along) = (0.0, 0.0)
            for i in range {
              square += Double(x[i]) * Double(x[i])
              along += Double(x[i]) * Double(g[i])
            }
            let length = square.squareRoot()
            for i in range {
              out[i] =
                length == 0 ? 0 : Float((Double(g[i]) - Double(x[i]) * along / square) / length)
            }
          }
        }
      }
    }
  }
}
