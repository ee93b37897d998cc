import Testing

@testable import Tensors

/// Expectations computed with NumPy 2.4 on the same literals.
@Suite struct ElementwiseTests {
  let a = Tensor([2, 3], [1.5, -2, 3, 0, 4.25, -0.5])
  let b = Tensor([3], [2, -3, 0.5])
  let c = Tensor([2, 1], [1, -2])

  @Test func broadcastsARowAndAColumn() throws {
    #expect(close(try .elementwise(.add, a, b), Tensor([2, 3], [3.5, -5, 3.5, 2, 1.25, 0])))
    #expect(close(try .elementwise(.add, c, a), Tensor([2, 3], [2.5, -1, 4, -2, 2.25, -2.5])))
    #expect(close(try .elementwise(.subtract, a, b), Tensor([2, 3], [-0.5, 1, 2.5, -2, 7.25, -1])))
    #expect(close(try .elementwise(.subtract, c, a), Tensor([2, 3], [-0.5, 3, -2, -2, -6.25, -1.5])))
    #expect(close(try .elementwise(.multiply, a, b), Tensor([2, 3], [3, 6, 1.5, 0, -12.75, -0.25])))
    #expect(close(try .elementwise(.multiply, c, a), Tensor([2, 3], [1.5, -2, 3, 0, -8.5, 1])))
    #expect(
      close(
        try .elementwise(.divide, a, b),
        Tensor([2, 3], [0.75, 0.6666666865348816, 6, 0, -1.4166666269302368, -1])))
    #expect(
      close(
        try .elementwise(.divide, c, a),
        Tensor([2, 3], [0.6666666865348816, -0.5, 0.3333333432674408, -.infinity, -0.47058823704719543, 4])))
    #expect(close(try .elementwise(.floorDivide, a, b), Tensor([2, 3], [0, 0, 6, 0, -2, -1])))
    #expect(close(try .elementwise(.floorDivide, c, a), Tensor([2, 3], [0, -1, 0, -.infinity, -1, 4])))
    #expect(close(try .elementwise(.remainder, a, b), Tensor([2, 3], [1.5, -2, 0, 0, -1.75, 0])))
    #expect(close(try .elementwise(.remainder, c, a), Tensor([2, 3], [1, -1, 1, .nan, 2.25, 0])))
    #expect(close(try .elementwise(.less, a, b), Tensor([2, 3], [1, 0, 0, 1, 0, 1])))
    #expect(close(try .elementwise(.less, c, a), Tensor([2, 3], [1, 0, 1, 1, 1, 1])))
    #expect(close(try .elementwise(.greaterOrEqual, a, b), Tensor([2, 3], [0, 1, 1, 0, 1, 0])))
    #expect(close(try .elementwise(.greaterOrEqual, c, a), Tensor([2, 3], [0, 1, 0, 0, 0, 0])))
    #expect(close(try .elementwise(.notEqual, a, b), Tensor([2, 3], [1, 1, 1, 1, 1, 1])))
    #expect(close(try .elementwise(.notEqual, c, a), Tensor([2, 3], [1, 1, 1, 1, 1, 1])))
    #expect(close(try .elementwise(.maximum, a, b), Tensor([2, 3], [2, -2, 3, 2, 4.25, 0.5])))
    #expect(close(try .elementwise(.minimum, b, c), Tensor([2, 3], [1, -3, 0.5, -2, -3, -2])))
    #expect(close(try .elementwise(.multiply, b, c), Tensor([2, 3], [2, -3, 0.5, -4, 6, -1])))
  }

  @Test func takesNumbersOnEitherSide() throws {
    #expect(close(try .elementwise(.subtract, 1, b), Tensor([3], [-1, 4, 0.5])))
    #expect(close(try .elementwise(.divide, b, 4), Tensor([3], [0.5, -0.75, 0.125])))
    #expect(close(try .elementwise(.power, b, 2), Tensor([3], [4, 9, 0.25])))
    #expect(close(try .elementwise(.power, 2, b), Tensor([3], [4, 0.125, 1.4142135381698608])))
    #expect(close(try .elementwise(.power, Tensor([-8]), 1 / 3), Tensor([.nan])))
  }

  @Test func divisionRoundsDownAsPythonDoes() throws {
    let x = Tensor([9], [7, -7, 7, -7, 0, 1, -1, 5.5, -5.5])
    let y = Tensor([9], [3, 3, -3, -3, 2, 0, 0, -0.10000000149011612, 0.10000000149011612])
    #expect(
      close(
        try .elementwise(.floorDivide, x, y), Tensor([9], [2, -3, -3, 2, 0, .infinity, -.infinity, -55, -55]))
    )
    #expect(
      close(
        try .elementwise(.remainder, x, y),
        Tensor([9], [1, 2, -2, -1, 0, .nan, .nan, -8.195638656616211e-08, 8.195638656616211e-08])))
  }

  @Test func extremesKeepNaN() throws {
    let x = Tensor([1, .nan, 2])
    let y = Tensor([.nan, 1, 3])
    #expect(try Tensor.elementwise(.maximum, x, y).scalars.map(\.isNaN) == [true, true, false])
    #expect(try Tensor.elementwise(.minimum, x, y).scalars.map(\.isNaN) == [true, true, false])
  }

  @Test func appliesUnaryOperations() throws {
    let x = Tensor([6], [-2.5, -0.5, 0, 0.5, 1.5, 2.5])
    #expect(close(try x.mapped(.negate), Tensor([6], [2.5, 0.5, 0, -0.5, -1.5, -2.5])))
    #expect(close(try x.mapped(.absolute), Tensor([6], [2.5, 0.5, 0, 0.5, 1.5, 2.5])))
    #expect(
      close(
        try x.mapped(.exp),
        Tensor(
          [6],
          [
            0.0820850059390068, 0.6065306663513184, 1, 1.6487212181091309, 4.481688976287842,
            12.182493209838867,
          ])))
    #expect(close(try x.mapped(.floor), Tensor([6], [-3, -1, 0, 0, 1, 2])))
    #expect(close(try x.mapped(.ceil), Tensor([6], [-2, 0, 0, 1, 2, 3])))
    #expect(close(try x.mapped(.round), Tensor([6], [-2, 0, 0, 0, 2, 2])))
    #expect(close(try x.mapped(.sign), Tensor([6], [-1, -1, 0, 1, 1, 1])))
    #expect(
      close(
        try x.mapped(.tanh),
        Tensor(
          [6],
          [
            -0.9866142868995667, -0.46211719512939453, 0, 0.46211719512939453, 0.9051482081413269,
            0.9866142868995667,
          ])))
    #expect(
      close(
        try x.mapped(.sigmoid),
        Tensor(
          [6],
          [
            0.07585818320512772, 0.3775406777858734, 0.5, 0.622459352016449, 0.8175745010375977,
            0.9241418242454529,
          ])))
    #expect(close(try x.mapped(.logicalNot), Tensor([6], [0, 0, 1, 0, 0, 0])))
    let p = Tensor([4], [0.25, 1, 9, 100])
    #expect(
      close(try p.mapped(.log), Tensor([4], [-1.3862943649291992, 0, 2.1972246170043945, 4.605170249938965])))
    #expect(close(try p.mapped(.sqrt), Tensor([4], [0.5, 1, 3, 10])))
    #expect(close(try x.clamped(low: -1, high: 2), Tensor([6], [-1, -0.5, 0, 0.5, 1.5, 2])))
    #expect(close(try x.clamped(low: nil, high: 0), Tensor([6], [-2.5, -0.5, 0, 0, 0, 0])))
  }

  @Test func selectsByCondition() throws {
    let mask = try Tensor.elementwise(.greater, a, 0)
    #expect(close(try .select(mask, a, c), Tensor([2, 3], [1.5, 1, 3, -2, 4.25, -2])))
    #expect(close(try .select(Tensor([], [1]), b, Tensor([], [0])), b))
  }

  @Test func closenessFollowsNumPy() throws {
    #expect(try Tensor.allClose(Tensor([1, .infinity]), Tensor([1.000009, .infinity])))
    #expect(try !Tensor.allClose(Tensor([1]), Tensor([1.00002])))
    #expect(try !Tensor.allClose(Tensor([.nan]), Tensor([.nan])))
    #expect(try Tensor.allClose(Tensor([.nan]), Tensor([.nan]), equalNaN: true))
    #expect(try !Tensor.allClose(Tensor([.infinity]), Tensor([1e30])))
    #expect(try Tensor.allClose(Tensor([1, 1]), Tensor([], [1.05]), relative: 0.1))
  }

  @Test func shapesThatDoNotBroadcastAreNamed() {
    let error = #expect(throws: ShapeError.self) {
      try Tensor.elementwise(.add, Tensor([2, 3], repeating: 0), Tensor([2], repeating: 0))
    }
    #expect(
      error?.description
        == "+: shapes [2, 3] and [2] do not broadcast: 3 against 2 at axis -1")
  }

  /// Any shapes against a reference that looks every index up by itself.
  @Test func broadcastingAgreesWithANaiveReference() throws {
    let shapes: [([Int], [Int])] = [
      ([4, 1, 3], [2, 3]), ([1], [3, 2]), ([2, 1, 1, 5], [3, 4, 1]), ([5, 4], [5, 1]), ([], [2, 2]),
      ([0, 3], [3]),
    ]
    for (seed, (p, q)) in shapes.enumerated() {
      let x = try Tensor.normal(p, seed: UInt64(seed))
      let y = try Tensor.normal(q, seed: UInt64(seed + 100))
      let z = try Tensor.elementwise(.subtract, x, y)
      func at(_ t: Tensor, _ index: [Int]) -> Float {
        var place = 0
        for (axis, extent) in t.shape.enumerated() {
          let i = index[index.count - t.rank + axis]
          place = place * extent + (extent == 1 ? 0 : i)
        }
        return t.scalars[place]
      }
      for k in 0..<z.count {
        var rest = k
        var index = [Int](repeating: 0, count: z.rank)
        for axis in (0..<z.rank).reversed() {
          index[axis] = rest % z.shape[axis]
          rest /= z.shape[axis]
        }
        #expect(z.scalars[k] == at(x, index) - at(y, index))
      }
    }
  }
}
