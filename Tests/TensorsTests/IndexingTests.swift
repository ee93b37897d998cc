import Testing

@testable import Tensors

/// `t` is arange(24) as [2, 3, 4]; expectations computed with NumPy 2.4.
@Suite struct IndexingTests {
  let t = Tensor([2, 3, 4], (0..<24).map(Float.init))

  func list(_ positions: Int...) -> TensorIndex { .positions(positions, shape: [positions.count]) }
  func slice(_ from: Int? = nil, _ to: Int? = nil, _ step: Int? = nil) -> TensorIndex {
    .slice(from: from, to: to, step: step)
  }

  @Test func positionsAndSlices() throws {
    #expect(
      close(try t.indexed(by: [.position(0)]), Tensor([3, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])))
    #expect(close(try t.indexed(by: [.position(-1), .position(2)]), Tensor([4], [20, 21, 22, 23])))
    #expect(close(try t.indexed(by: [.position(1), .position(-1), .position(-4)]), Tensor([], [20])))
    #expect(
      close(
        try t.indexed(by: [slice(nil, nil, nil), .position(1)]),
        Tensor([2, 4], [4, 5, 6, 7, 16, 17, 18, 19])))
    #expect(
      close(
        try t.indexed(by: [slice(1, nil, nil), slice(nil, 2, nil)]),
        Tensor([1, 2, 4], [12, 13, 14, 15, 16, 17, 18, 19])))
    #expect(
      close(
        try t.indexed(by: [.position(0), slice(nil, nil, 2), slice(nil, nil, -1)]),
        Tensor([2, 4], [3, 2, 1, 0, 11, 10, 9, 8])))
    #expect(
      close(
        try t.indexed(by: [slice(nil, nil, nil), slice(-2, nil, nil), slice(3, 0, -2)]),
        Tensor([2, 2, 2], [7, 5, 11, 9, 19, 17, 23, 21])))
    #expect(close(try t.indexed(by: [slice(5, 9, nil)]), Tensor([0, 3, 4], [])))
    #expect(close(try t.indexed(by: [slice(nil, nil, nil), slice(2, 1, nil)]), Tensor([2, 0, 4], [])))
    #expect(
      close(
        try t.indexed(by: [slice(nil, nil, -1), slice(nil, nil, -1), slice(nil, nil, -1)]),
        Tensor(
          [2, 3, 4], [23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0])))
    #expect(
      close(
        try t.indexed(by: [slice(-100, 100, nil), slice(100, -100, -1)]),
        Tensor(
          [2, 3, 4], [8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3, 20, 21, 22, 23, 16, 17, 18, 19, 12, 13, 14, 15])))
    #expect(
      close(
        try t.indexed(by: [slice(nil, nil, nil), slice(nil, nil, nil), slice(nil, nil, 100)]),
        Tensor([2, 3, 1], [0, 4, 8, 12, 16, 20])))
  }

  @Test func newAxes() throws {
    #expect(
      close(
        try t.indexed(by: [.newAxis]),
        Tensor(
          [1, 2, 3, 4],
          [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])))
    #expect(
      close(
        try t.indexed(by: [slice(nil, nil, nil), .newAxis, .position(0)]),
        Tensor([2, 1, 4], [0, 1, 2, 3, 12, 13, 14, 15])))
    #expect(
      close(
        try t.indexed(by: [.position(0), .position(0), .newAxis, slice(1, 3, nil), .newAxis]),
        Tensor([1, 2, 1], [1, 2])))
  }

  @Test func lists() throws {
    #expect(
      close(
        try t.indexed(by: [list(1, 0, 1)]),
        Tensor(
          [3, 3, 4],
          [
            12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
            15, 16, 17, 18, 19, 20, 21, 22, 23,
          ])))
    #expect(
      close(
        try t.indexed(by: [slice(nil, nil, nil), list(2, 0)]),
        Tensor([2, 2, 4], [8, 9, 10, 11, 0, 1, 2, 3, 20, 21, 22, 23, 12, 13, 14, 15])))
    #expect(
      close(
        try t.indexed(by: [slice(nil, nil, nil), slice(nil, nil, nil), list(3, -1, 0)]),
        Tensor([2, 3, 3], [3, 3, 0, 7, 7, 4, 11, 11, 8, 15, 15, 12, 19, 19, 16, 23, 23, 20])))
    #expect(
      close(try t.indexed(by: [list(0, 1), list(2, 0)]), Tensor([2, 4], [8, 9, 10, 11, 12, 13, 14, 15])))
    #expect(
      close(
        try t.indexed(by: [list(0, 1), slice(nil, nil, nil), list(3, 1)]),
        Tensor([2, 3], [3, 7, 11, 13, 17, 21])))
    #expect(
      close(
        try t.indexed(by: [.position(0), slice(nil, nil, nil), list(3, 1)]),
        Tensor([2, 3], [3, 7, 11, 1, 5, 9])))
    #expect(
      close(
        try t.indexed(by: [slice(nil, nil, nil), .position(0), list(3, 1)]), Tensor([2, 2], [3, 1, 15, 13])))
    #expect(
      close(
        try t.indexed(by: [list(1), .newAxis, list(0, 2), slice(1, nil, nil)]),
        Tensor([2, 1, 3], [13, 14, 15, 21, 22, 23])))
    #expect(
      close(
        try t.indexed(by: [slice(nil, nil, nil), list(0, 2), slice(nil, nil, -2)]),
        Tensor([2, 2, 2], [3, 1, 11, 9, 15, 13, 23, 21])))
    #expect(
      close(
        try t.indexed(by: [.positions([0, 1, 1, 1], shape: [2, 2])]),
        Tensor(
          [2, 2, 3, 4],
          [
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 12, 13, 14,
            15, 16, 17, 18, 19, 20, 21, 22, 23, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
          ])))
    #expect(
      close(
        try t.indexed(by: [slice(nil, nil, nil), .positions([0, 2], shape: [2, 1]), list(1, 3)]),
        Tensor([2, 2, 2], [1, 3, 9, 11, 13, 15, 21, 23])))
    #expect(close(try t.indexed(by: [list()]), Tensor([0, 3, 4], [])))
  }

  @Test func masks() throws {
    #expect(
      close(
        try t.indexed(by: [
          .mask(Tensor([2, 3, 4], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]))
        ]), Tensor([13], [11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])))
    #expect(
      close(
        try t.indexed(by: [slice(nil, nil, nil), .mask(Tensor([3], [1, 0, 1]))]),
        Tensor([2, 2, 4], [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23])))
    #expect(
      close(
        try t.indexed(by: [.mask(Tensor([2, 3], [1, 0, 1, 0, 1, 0]))]),
        Tensor([3, 4], [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19])))
    #expect(
      close(
        try t.indexed(by: [.mask(Tensor([2], [0, 1])), .position(0)]), Tensor([1, 4], [12, 13, 14, 15])))
    #expect(
      close(
        try t.indexed(by: [.position(0), .mask(Tensor([3], [1, 0, 1])), slice(1, 3, nil)]),
        Tensor([2, 2], [1, 2, 9, 10])))
    #expect(
      close(
        try t.indexed(by: [slice(nil, nil, nil), .mask(Tensor([3], [1, 0, 1])), list(1, 2)]),
        Tensor([2, 2], [1, 10, 13, 22])))
    #expect(
      close(
        try t.indexed(by: [
          .mask(Tensor([2, 3, 4], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
        ]), Tensor([0], [])))
  }

  @Test func errorsSayAxisIndexAndExtent() {
    func message(_ items: [TensorIndex]) -> String? {
      #expect(throws: ShapeError.self) { try t.indexed(by: items) }?.description
    }
    #expect(message([.position(2)]) == "index: 2 is outside axis 0, which has extent 2")
    #expect(message([.position(0), .position(-4)]) == "index: -4 is outside axis 1, which has extent 3")
    #expect(message([slice(), slice(), list(0, 4)]) == "index: 4 is outside axis 2, which has extent 4")
    #expect(
      message([.position(0), .position(0), .position(0), .position(0)])
        == "index: 4 indices for a tensor of 3 axes, [2, 3, 4]")
    #expect(message([slice(nil, nil, 0)]) == "index: a slice's step cannot be 0")
    #expect(
      message([.mask(Tensor([1, 0, 1]))])
        == "index: a mask of shape [3] does not fit [2, 3, 4] at axis 0")
    #expect(
      message([list(0, 1), list(0, 1, 2)])
        == "index: shapes [2] and [3] do not broadcast: 2 against 3 at axis -1")
  }

  @Test func extremeBoundsDoNotOverflow() throws {
    #expect(try t.indexed(by: [slice(.min, .max, .max)]).shape == [1, 3, 4])
    #expect(try t.indexed(by: [slice(.max, .min, .min)]).shape == [1, 3, 4])
    #expect(throws: ShapeError.self) { try t.indexed(by: [.position(.min)]) }
  }
}
