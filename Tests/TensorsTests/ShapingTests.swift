import Testing

@testable import Tensors

@Suite struct ShapingTests {
  let t = Tensor([2, 3], [1, 2, 3, 4, 5, 6])

  @Test func reshapes() throws {
    #expect(try t.reshaping(to: [3, -1]).shape == [3, 2])
    #expect(try t.reshaping(to: [-1]).shape == [6])
    #expect(throws: ShapeError.self) { try t.reshaping(to: [-1, -1]) }
    #expect(throws: ShapeError.self) { try t.reshaping(to: [4, -1]) }
    #expect(throws: ShapeError.self) { try t.reshaping(to: [-2, -3]) }
    #expect(throws: ShapeError.self) { try t.reshaping(to: [0, -1]) }
    let error = #expect(throws: ShapeError.self) { try t.reshaping(to: [7]) }
    #expect(error?.description == "reshape: [2, 3] has 6 scalars, which do not fit [7]")
  }

  @Test func transposesAnyOrder() throws {
    #expect(try t.permuted() == Tensor([3, 2], [1, 4, 2, 5, 3, 6]))
    let x = try Tensor.normal([2, 3, 4, 5])
    for order in [[3, 0, 2, 1], [1, 0, 2, 3], [0, 1, 3, 2], [-1, -2, -3, -4], [2, 3, 0, 1]] {
      let y = try x.permuted(order)
      let places = order.map { ($0 + 4) % 4 }
      for k in 0..<y.count {
        var rest = k
        var index = [0, 0, 0, 0]
        for axis in (0..<4).reversed() {
          index[places[axis]] = rest % y.shape[axis]
          rest /= y.shape[axis]
        }
        let from = ((index[0] * 3 + index[1]) * 4 + index[2]) * 5 + index[3]
        #expect(y.scalars[k] == x.scalars[from])
      }
    }
    #expect(throws: ShapeError.self) { try x.permuted([0, 1, 2]) }
    #expect(throws: ShapeError.self) { try x.permuted([0, 1, 2, 2]) }
    #expect(try t.swappingAxes(0, -1) == (try t.permuted()))
  }

  @Test func joins() throws {
    let u = Tensor([1, 3], [7, 8, 9])
    #expect(try Tensor.concatenated([t, u]) == Tensor([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]))
    #expect(
      try Tensor.concatenated([t, Tensor([2, 1], [0, -1])], axis: -1)
        == Tensor([2, 4], [1, 2, 3, 0, 4, 5, 6, -1]))
    #expect(try Tensor.stacked([t, t], axis: 1) == Tensor([2, 2, 3], [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]))
    #expect(try Tensor.stacked([t, t], axis: -1).shape == [2, 3, 2])
    let error = #expect(throws: ShapeError.self) { try Tensor.concatenated([t, u], axis: 1) }
    #expect(
      error?.description == "concat: shapes [2, 3] and [1, 3] (number 1) differ in more than axis 1")
    #expect(throws: ShapeError.self) { try Tensor.stacked([t, u]) }
    #expect(throws: ShapeError.self) { try Tensor.stacked([]) }
    #expect(throws: ShapeError.self) { try Tensor.concatenated([Tensor([], [1])]) }
  }

  @Test func cutsAndFlips() throws {
    let parts = try t.split(into: 3, axis: 1)
    #expect(parts == [Tensor([2, 1], [1, 4]), Tensor([2, 1], [2, 5]), Tensor([2, 1], [3, 6])])
    #expect(throws: ShapeError.self) { try t.split(into: 4, axis: 1) }
    #expect(try t.flipped(axis: 0) == Tensor([2, 3], [4, 5, 6, 1, 2, 3]))
    #expect(try t.flipped() == Tensor([2, 3], [6, 5, 4, 3, 2, 1]))
    #expect(try Tensor([2, 1, 3], t.scalars).squeezed().shape == [2, 3])
    #expect(throws: ShapeError.self) { try t.squeezed(axis: 0) }
    #expect(try t.expanded(axis: 2).shape == [2, 3, 1])
    #expect(try t.broadcast(to: [2, 2, 3]).scalars == t.scalars + t.scalars)
    #expect(throws: ShapeError.self) { try t.broadcast(to: [3]) }
  }

  @Test func makesSequences() throws {
    #expect(try Tensor.linspace(0, 1, count: 5).scalars == [0, 0.25, 0.5, 0.75, 1])
    #expect(try Tensor.linspace(3, 9, count: 1).scalars == [3])
    #expect(try Tensor.arange(5, 0, step: -2).scalars == [5, 3, 1])
    #expect(try Tensor.arange(5, 0).count == 0)
    #expect(try Tensor.eye(2).scalars == [1, 0, 0, 1])
    #expect(throws: ShapeError.self) { try Tensor.arange(0, 1, step: 0) }
    #expect(throws: ShapeError.self) { try Tensor.arange(0, 1e30) }
  }

  @Test func hostileSizesAreErrors() {
    for shape in [
      [1 << 40], [1 << 32, 1 << 32], [-1], [.max, .max, 0], [0, .max, 2], Array(repeating: 1, count: 17),
    ] {
      #expect(throws: ShapeError.self) { try Tensor.full(shape, 0) }
      #expect(throws: ShapeError.self) { try Tensor.normal(shape) }
    }
    #expect(throws: ShapeError.self) { try Tensor.eye(1 << 20) }
    #expect(throws: ShapeError.self) { try Tensor.linspace(0, 1, count: .max) }
    #expect(throws: ShapeError.self) { try Tensor.linspace(0, 1, count: -1) }
    let x = Tensor([1 << 16, 1], repeating: 1)
    #expect(throws: ShapeError.self) { try Tensor.matrixProduct(x, x.reshaped([1, 1 << 16])) }
    #expect(throws: ShapeError.self) {
      try Einsum.evaluate("i,j,k->ijk", [x.flattened(), x.flattened(), x.flattened()])
    }
  }
}
