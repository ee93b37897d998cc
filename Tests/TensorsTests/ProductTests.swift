import Testing

@testable import Tensors

@Suite struct ProductTests {
  /// Σₖ aᵢₖ bₖⱼ in double, and the sum of magnitudes that bounds float32's rounding.
  func naive(_ a: Tensor, _ b: Tensor) -> (value: [Double], size: [Double]) {
    let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
    let (x, y) = (a.scalars, b.scalars)
    var value = [Double](repeating: 0, count: m * n)
    var size = value
    for i in 0..<m {
      for l in 0..<k {
        for j in 0..<n {
          let term = Double(x[i * k + l]) * Double(y[l * n + j])
          value[i * n + j] += term
          size[i * n + j] += abs(term)
        }
      }
    }
    return (value, size)
  }

  @Test(arguments: [[1, 1, 1], [3, 5, 2], [129, 40, 513], [200, 64, 7], [1, 300, 600], [4, 0, 3]])
  func agreesWithANaiveProduct(_ sizes: [Int]) throws {
    let a = try Tensor.normal([sizes[0], sizes[1]], seed: 1)
    let b = try Tensor.normal([sizes[1], sizes[2]], seed: 2)
    let c = try Tensor.matrixProduct(a, b)
    let expected = naive(a, b)
    #expect(c.shape == [sizes[0], sizes[2]])
    for (i, value) in c.scalars.enumerated() {
      #expect(abs(Double(value) - expected.value[i]) <= 1e-6 * expected.size[i] + 1e-30)
    }
  }

  @Test func doesNotDependOnThreads() throws {
    let a = try Tensor.normal([12, 150, 70], seed: 3)
    let b = try Tensor.normal([12, 70, 600], seed: 4)
    let before = Workers.count
    defer { Workers.count = before }
    Workers.count = 1
    let one = try Tensor.matrixProduct(a, b)
    Workers.count = 3
    #expect(try Tensor.matrixProduct(a, b) == one)
  }

  @Test func vectorsAndStacksFollowNumPy() throws {
    let m = Tensor([2, 3], [1, 2, 3, 4, 5, 6])
    let v = Tensor([1, 0, -1])
    #expect(try Tensor.matrixProduct(m, v) == Tensor([-2, -2]))
    #expect(try Tensor.matrixProduct(Tensor([1, -1]), m) == Tensor([-3, -3, -3]))
    #expect(try Tensor.matrixProduct(v, v) == Tensor([], [2]))
    let stack = try Tensor.normal([4, 1, 2, 3], seed: 5)
    let other = try Tensor.normal([5, 3, 6], seed: 6)
    let product = try Tensor.matrixProduct(stack, other)
    #expect(product.shape == [4, 5, 2, 6])
    for i in 0..<4 {
      for j in 0..<5 {
        let single = try Tensor.matrixProduct(stack.row(i).row(0), other.row(j))
        #expect(close(product.row(i).row(j), single))
      }
    }
    #expect(try Tensor.matrixProduct(stack, v).shape == [4, 1, 2])
    #expect(try Tensor.matrixProduct(v, other).shape == [5, 6])
    #expect(try Tensor.matrixProduct(stack, other.row(0)).shape == [4, 1, 2, 6])
    let error = #expect(throws: ShapeError.self) { try Tensor.matrixProduct(m, m) }
    #expect(error?.description == "@: shapes [2, 3] and [2, 3] do not multiply: 3 columns against 2 rows")
    #expect(throws: ShapeError.self) { try Tensor.matrixProduct(m, Tensor([], [2])) }
  }

  @Test func smallProducts() throws {
    #expect(try Tensor.dot(Tensor([1, 2]), Tensor([3, 4])) == 11)
    #expect(throws: ShapeError.self) { try Tensor.dot(Tensor([1, 2]), Tensor([3])) }
    #expect(try Tensor.outer(Tensor([1, 2]), Tensor([3, 4, 5])) == Tensor([2, 3], [3, 4, 5, 6, 8, 10]))
    let rows = Tensor([3, 2], [1, 0, 1, 1, 0, 0])
    let cosines = try Tensor.cosineSimilarity(rows, Tensor([1, 2], [0, 5]))
    #expect(close(cosines, Tensor([3, 1], [0, 0.70710677, 0])))
    #expect(close(try Tensor.cosineSimilarity(rows, Tensor([2, 0])), Tensor([1, 0.70710677, 0])))
    #expect(close(try Tensor.cosineSimilarity(Tensor([3, 4]), Tensor([3, 4])), Tensor([], [1])))
  }

  /// Sums over all indices one by one, in double.
  func naiveEinsum(_ inputs: [String], _ output: String, _ operands: [Tensor]) -> Tensor {
    var extents: [Character: Int] = [:]
    for (labels, operand) in zip(inputs, operands) {
      for (label, extent) in zip(labels, operand.shape) { extents[label] = extent }
    }
    let all = Array(output) + extents.keys.filter { !output.contains($0) }.sorted()
    let sizes = all.map { extents[$0] ?? 0 }
    var sums = [Double](repeating: 0, count: output.map { extents[$0] ?? 0 }.reduce(1, *))
    let inner = sizes.dropFirst(output.count).reduce(1, *)
    let scalars = operands.map(\.scalars)
    for k in 0..<sizes.reduce(1, *) {
      var rest = k
      var place: [Character: Int] = [:]
      for (label, size) in zip(all, sizes).reversed() {
        place[label] = rest % size
        rest /= size
      }
      var term = 1.0
      for (i, labels) in inputs.enumerated() {
        var at = 0
        for (label, extent) in zip(labels, operands[i].shape) { at = at * extent + (place[label] ?? 0) }
        term *= Double(scalars[i][at])
      }
      sums[k / inner] += term
    }
    return Tensor(output.map { extents[$0] ?? 0 }, sums.map { Float($0) })
  }

  @Test(arguments: [
    (["ij", "jk"], "ik"), (["ij", "jk"], "ki"), (["ij", "kj"], "ik"), (["bij", "bjk"], "bik"), (["ij"], "ji"),
    (["ij"], "i"), (["ij"], ""), (["ii"], ""), (["ii"], "i"), (["ij", "ij"], "ij"), (["ij", "ij"], "i"),
    (["ij", "ij"], ""), (["i", "j"], "ij"), (["ij", "jk", "kl"], "il"), (["ij", "jk", "ik"], ""),
    (["bhqd", "bhkd"], "bhqk"), (["ijk", "jil"], "kl"), (["ij", "k"], "k"), (["iij", "jk"], "ki"),
    (["ab", "bc", "cd", "de"], "ea"), (["abc", "abc"], "b"),
  ]) func einsumAgreesWithANaiveSum(_ inputs: [String], _ output: String) throws {
    let extent: [Character: Int] = [
      "i": 3, "j": 4, "k": 2, "l": 5, "b": 2, "h": 3, "q": 4, "d": 5, "a": 3, "c": 4, "e": 2,
    ]
    let operands = try inputs.enumerated().map { seed, labels in
      try Tensor.normal(labels.map { extent[$0] ?? 1 }, seed: UInt64(seed + 10))
    }
    let result = try Einsum.evaluate(inputs.joined(separator: ",") + "->" + output, operands)
    let expected = naiveEinsum(inputs, output, operands)
    #expect(result.shape == expected.shape)
    for (x, y) in zip(result.scalars, expected.scalars) { #expect(abs(x - y) <= 3e-6 * (1 + abs(y))) }
  }

  @Test func einsumWithoutAnOutput() throws {
    let m = Tensor([2, 2], [1, 2, 3, 4])
    #expect(try Einsum.evaluate("ij, jk", [m, m]) == Tensor([2, 2], [7, 10, 15, 22]))
    #expect(try Einsum.evaluate("ba", [m]) == Tensor([2, 2], [1, 3, 2, 4]))
    #expect(try Einsum.evaluate("ii", [m]) == Tensor([], [5]))
    #expect(try Einsum.evaluate(",i->i", [Tensor([], [2]), Tensor([1, 2])]) == Tensor([2, 4]))
  }

  @Test(arguments: ["ij->k", "ij->ii", "ij-", "i", "ij,jk", "i1->i", "", "ij->i->j", "ii->i"])
  func malformedEquationsAreErrors(_ equation: String) {
    #expect(throws: ShapeError.self) { try Einsum.evaluate(equation, [Tensor([2, 3], repeating: 1)]) }
  }
}
