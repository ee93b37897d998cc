import Testing

@testable import Tensors

@Suite struct DecompositionTests {
  @Test(arguments: [[5, 3], [3, 5], [4, 4], [1, 6], [6, 1], [60, 40], [2, 4, 3]])
  func factorsMultiplyBack(_ shape: [Int]) throws {
    let a = try Tensor.normal(shape, seed: 21)
    let (u, s, vt) = try a.singularValueDecomposition()
    let r = min(shape[shape.count - 2], shape[shape.count - 1])
    #expect(u.shape == Array(shape.dropLast()) + [r])
    #expect(s.shape == Array(shape.dropLast(2)) + [r])
    #expect(vt.shape == Array(shape.dropLast(2)) + [r, shape[shape.count - 1]])
    let scaled = try Tensor.elementwise(.multiply, u, s.expanded(axis: s.rank - 1))
    let back = try Tensor.matrixProduct(scaled, vt)
    #expect(try Tensor.allClose(back, a, relative: 0, absolute: 2e-5))
    // UᵀU and VᵀV are identities.
    for factor in [u, try vt.swappingAxes(-1, -2)] {
      let gram = try Tensor.matrixProduct(factor.swappingAxes(-1, -2), factor)
      #expect(try Tensor.allClose(gram, .eye(r), relative: 0, absolute: 5e-6))
    }
    #expect(try s.sorted(descending: true) == s)
  }

  /// By hand: [[3, 0], [4, 5]] has singular values √45 and √5.
  @Test func knownFactors() throws {
    let (u, s, vt) = try Tensor([2, 2], [3, 0, 4, 5]).singularValueDecomposition()
    let (root10, root2) = (Float(10).squareRoot(), Float(2).squareRoot())
    #expect(close(s, Tensor([Float(45).squareRoot(), Float(5).squareRoot()])))
    #expect(close(u, Tensor([2, 2], [1 / root10, 3 / root10, 3 / root10, -1 / root10])))
    #expect(close(vt, Tensor([2, 2], [1 / root2, 1 / root2, 1 / root2, -1 / root2])))
  }

  @Test func signsAreFixed() throws {
    let a = try Tensor.normal([7, 4], seed: 22)
    let (u, _, _) = try a.singularValueDecomposition()
    let (v, _, _) = try a.mapped(.negate).singularValueDecomposition()
    #expect(u == v)
    let places = try u.mapped(.absolute).argument(axis: 0).scalars
    for (j, i) in places.enumerated() { #expect(u.scalars[Int(i) * 4 + j] > 0) }
  }

  @Test func edgesAndErrors() throws {
    let empty = try Tensor([0, 3], []).singularValueDecomposition()
    #expect(empty.u.shape == [0, 0] && empty.s.shape == [0] && empty.vt.shape == [0, 3])
    #expect(try Tensor([2, 2], repeating: 0).singularValueDecomposition().s.scalars == [0, 0])
    #expect(throws: ShapeError.self) { try Tensor([1, 2]).singularValueDecomposition() }
    #expect(throws: ShapeError.self) { try Tensor([1, 2], [1, .nan]).singularValueDecomposition() }
  }
}

@Suite struct StatisticsTests {
  /// Computed with SciPy 1's `spearmanr` and `pearsonr`.
  @Test func correlations() throws {
    let x = Tensor([1, 2, 2, 4, 5, 3])
    let y = Tensor([2, 1, 3, 6, 5, 5])
    #expect(abs(try Statistics.spearman(x, y) - 0.7941176470588236) < 1e-12)
    #expect(abs(try Statistics.pearson(x, y) - 0.8061435194835378) < 1e-12)
    #expect(Statistics.ranks([10, 30, 20, 20]) == [1, 4, 2.5, 2.5])
    #expect(try Statistics.spearman(x, x) == 1)
    #expect(try Statistics.pearson(x, Tensor([6], repeating: 0.1)).isNaN)
    #expect(try Statistics.spearman(x, Tensor([1, 2, .nan, 4, 5, 6])).isNaN)
    #expect(throws: ShapeError.self) { try Statistics.spearman(x, Tensor([1])) }
    #expect(throws: ShapeError.self) { try Statistics.pearson(Tensor([1]), Tensor([1])) }
  }
}
