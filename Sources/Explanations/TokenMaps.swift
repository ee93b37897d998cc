import Tensors

/// Small computations on tokens that explainers share.
enum TokenMaps {
  /// Columns `start` to `start + width` of a matrix, as one of their own: [rows, width].
  static func columns(_ matrix: Tensor, from start: Int, width: Int) -> Tensor {
    let (rows, stride) = (matrix.shape[0], matrix.shape[1])
    if start == 0, stride == width { return matrix }
    return Tensor([rows, width]) { out in
      matrix.withUnsafeBuffer { source in
        for i in 0..<rows {
          for j in 0..<width { out[i * width + j] = source[i * stride + start + j] }
        }
      }
    }
  }

  /// The patches of [T, 1 + patches], the class token left out, as maps [T, rows, columns].
  static func patches(_ scores: Tensor, rows: Int, columns: Int) throws -> Tensor {
    let (targets, tokens) = (scores.shape[0], scores.shape[1])
    guard tokens == 1 + rows * columns else {
      throw ShapeError(
        "explanation", "\(describe(shape: scores.shape)) for \(rows) × \(columns) patches")
    }
    return Tensor([targets, rows, columns]) { out in
      scores.withUnsafeBuffer { source in
        for t in 0..<targets {
          for i in 1..<tokens { out[t * (tokens - 1) + i - 1] = source[t * tokens + i] }
        }
      }
    }
  }

  /// Each row's smallest value to 0, its largest to 1; a constant row to 0.
  static func minMax(_ x: Tensor) -> Tensor {
    let (rows, width) = (x.shape[0], x.count / max(1, x.shape[0]))
    return Tensor(x.shape) { out in
      x.withUnsafeBuffer { source in
        for row in 0..<rows {
          let part = source[row * width..<(row + 1) * width]
          let (low, high) = (part.min() ?? 0, part.max() ?? 0)
          let factor = high > low ? 1 / (high - low) : 0
          for i in part.indices { out[i] = (source[i] - low) * factor }
        }
      }
    }
  }

  /// max(0, x).
  static func positive(_ x: Tensor) -> Tensor { map(x) { max(0, $0) } }

  /// `body` of every number.
  static func map(_ x: Tensor, _ body: (Float) -> Float) -> Tensor {
    Tensor(x.shape) { out in
      x.withUnsafeBuffer { source in for i in source.indices { out[i] = body(source[i]) } }
    }
  }

  /// Two arrays of one shape, number by number.
  static func zip(_ a: Tensor, _ b: Tensor, _ body: (Float, Float) -> Float) throws -> Tensor {
    guard a.shape == b.shape else {
      throw ShapeError("explanation", "\(describe(shape: a.shape)) and \(describe(shape: b.shape))")
    }
    return Tensor(a.shape) { out in
      a.withUnsafeBuffer { x in
        b.withUnsafeBuffer { y in for i in x.indices { out[i] = body(x[i], y[i]) } }
      }
    }
  }

  /// The mean over the middle axis of [T, N, D], in double: [T, D].
  static func meanOverTokens(_ x: Tensor) -> Tensor {
    let (targets, tokens, width) = (x.shape[0], x.shape[1], x.shape[2])
    return Tensor([targets, width]) { out in
      x.withUnsafeBuffer { source in
        var sums = [Double](repeating: 0, count: width)
        for t in 0..<targets {
          for c in 0..<width { sums[c] = 0 }
          for i in 0..<tokens {
            let row = (t * tokens + i) * width
            for c in 0..<width { sums[c] += Double(source[row + c]) }
          }
          for c in 0..<width { out[t * width + c] = Float(sums[c] / Double(tokens)) }
        }
      }
    }
  }
}
