import Interpreter
import Testing

@testable import Bindings
@testable import Tensors

@Suite struct TensorValueTests {
  let t = TensorValue(Tensor([3, 2], [1, 2, 3, 4, 5, 6]), names: ["dog", "car", "tree"])

  func index(_ arguments: IndexArgument...) throws -> Value { try #require(try t.indexed(by: arguments)) }

  @Test func showsShapeAndRange() throws {
    #expect(t.summary == "tensor [3, 2], min 1, mean 3.5, max 6")
    #expect(TensorValue(Tensor([0], [])).summary == "tensor [0], empty")
    #expect(
      TensorValue(Tensor([1, .infinity])).summary == "tensor [2], min 1, mean inf, max inf, not all finite")
    #expect(try t.field("shape")?.shown == "[3, 2]")
    #expect(try t.field("rank")?.shown == "2")
    #expect(try t.field("T")?.shown == "tensor [2, 3]: 1 3 5 2 4 6")
    #expect(try t.field("names")?.shown == "[\"dog\", \"car\", \"tree\"]")
    #expect(t.length == 3)
  }

  @Test func visitsTheFirstAxis() throws {
    let rows = try #require(try t.elements())
    #expect(rows.map(\.shown) == ["tensor [2]: 1 2", "tensor [2]: 3 4", "tensor [2]: 5 6"])
    #expect(try TensorValue(Tensor([1, 2])).elements()?.map(\.shown) == ["1", "2"])
  }

  @Test func indexesAsNumPy() throws {
    #expect(try index(.value(.number(-1))).shown == "tensor [2]: 5 6")
    #expect(try index(.value(.number(0)), .value(.number(1))).shown == "2")
    #expect(try index(.slice(from: nil, to: nil, step: -1), .value(.number(0))).shown == "tensor [3]: 5 3 1")
    #expect(try index(.newAxis, .value(.number(0))).shown == "tensor [1, 2]: 1 2")
    #expect(try index(.value(numbers(2, 0))).shown == "tensor [2, 2]: 5 6 1 2")
    #expect(
      try index(.value(.list([.bool(true), .bool(false), .bool(true)]))).shown == "tensor [2, 2]: 1 2 5 6")
    // A mask selects where it is 1; another tensor holds positions.
    let mask = TensorValue(Tensor([3], [1, 0, 0]), isMask: true)
    #expect(try index(.value(.object(mask))).shown == "tensor [1, 2]: 1 2")
    #expect(try index(.value(tensor([3], [1, 0, 0]))).shown == "tensor [3, 2]: 3 4 1 2 1 2")
  }

  @Test func namesFollowTheirRows() throws {
    #expect(try index(.value(.string("car"))).shown == "tensor [2]: 3 4")
    #expect(try index(.value(.string("car")), .value(.number(0))).shown == "3")
    let picked = try index(.value(.list([.string("tree"), .string("dog")])))
    #expect(picked.shown == "tensor [2, 2]: 5 6 1 2")
    #expect(picked.asTensor?.names == ["tree", "dog"])
    #expect(try index(.slice(from: 1, to: nil, step: nil)).asTensor?.names == ["car", "tree"])
    #expect(
      try index(.slice(from: 1, to: nil, step: nil), .value(.number(0))).asTensor?.names == ["car", "tree"])
    #expect(try index(.newAxis).asTensor?.names == nil)
    #expect(TensorValue(Tensor([1, 2]), names: ["one"]).names == nil)
  }

  @Test func wrongIndicesAreExplained() {
    #expect(
      message { try index(.value(.number(3))) } == "index: 3 is outside axis 0, which has extent 3")
    #expect(message { try index(.value(.number(0.5))) } == "an index is a whole number, found 0.5")
    #expect(message { try index(.value(tensor([1], [0.5]))) } == "an index is a whole number, found 0.5")
    #expect(message { try index(.value(.string("cat"))) } == "no row is named \"cat\"")
    #expect(
      message { try index(.value(.number(0)), .value(.string("dog"))) }
        == "only a tensor's first axis has names; \"dog\" is not the first index")
    #expect(
      message { try index(.value(.list([.bool(true)]))) }
        == "index: a mask of shape [1] does not fit [3, 2] at axis 0")
    #expect(
      message { try index(.value(.bool(true))) }
        == "a tensor is indexed by numbers, slices, lists or masks, found bool")
  }

  @Test func equalityIsOfNumbers() {
    #expect(t.isEqual(to: TensorValue(Tensor([3, 2], [1, 2, 3, 4, 5, 6]))))
    #expect(!t.isEqual(to: TensorValue(Tensor([6], [1, 2, 3, 4, 5, 6]))))
    #expect(TensorValue(Tensor([0])).isEqual(to: TensorValue(Tensor([-0.0]))))
    #expect(!TensorValue(Tensor([.nan])).isEqual(to: TensorValue(Tensor([.nan]))))
  }
}

@Suite struct TensorOperatorTests {
  let table = TensorOperators()
  let a = tensor([2, 2], [1, 2, 3, 4], names: ["x", "y"])

  func shown(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws -> String? {
    try table.binary(operation, a, b)?.shown
  }

  @Test func combinesTensorsNumbersAndLists() throws {
    #expect(try shown(.add, a, .number(1)) == "tensor [2, 2]: 2 3 4 5")
    #expect(try shown(.subtract, .number(1), a) == "tensor [2, 2]: 0 -1 -2 -3")
    #expect(try shown(.multiply, a, tensor([2], [10, 1])) == "tensor [2, 2]: 10 2 30 4")
    #expect(try shown(.divide, numbers(12, 12), a) == "tensor [2, 2]: 12 6 4 3")
    #expect(try shown(.floorDivide, a, .number(2)) == "tensor [2, 2]: 0 1 1 2")
    #expect(try shown(.remainder, a, .number(-3)) == "tensor [2, 2]: -2 -1 0 -2")
    #expect(try shown(.power, a, .number(2)) == "tensor [2, 2]: 1 4 9 16")
    #expect(try shown(.matrixProduct, a, a) == "tensor [2, 2]: 7 10 15 22")
    #expect(try shown(.matrixProduct, tensor([2], [1, 2]), tensor([2], [3, 4])) == "11")
    #expect(try table.negated(a)?.shown == "tensor [2, 2]: -1 -2 -3 -4")
  }

  @Test func comparisonsMakeMasks() throws {
    #expect(try shown(.greater, a, .number(2)) == "mask [2, 2]: 0 0 1 1")
    #expect(try shown(.lessOrEqual, .number(2), a) == "mask [2, 2]: 0 1 1 1")
    let low = try #require(try table.binary(.less, a, .number(4)))
    let high = try #require(try table.binary(.greater, a, .number(1)))
    #expect(try shown(.multiply, low, high) == "mask [2, 2]: 0 1 1 0")
    #expect(try shown(.subtract, .number(1), low) == "mask [2, 2]: 0 0 0 1")
    #expect(try shown(.add, low, high) == "tensor [2, 2]: 1 2 2 1")
    #expect(try shown(.contains, .number(3), a) == "true")
    #expect(try shown(.contains, .number(5), a) == "false")
    #expect(try shown(.contains, .string("y"), a) == "true")
  }

  @Test func namesStayWithTheirRows() throws {
    #expect(try table.binary(.add, a, .number(1))?.asTensor?.names == ["x", "y"])
    #expect(
      try table.binary(.add, tensor([2], [1, 2], names: ["p", "q"]), a)?.asTensor?.names == ["x", "y"])
    let other = tensor([2, 2], [1, 1, 1, 1], names: ["x", "z"])
    let both = try #require(try table.binary(.add, a, other)?.asTensor)
    #expect(both.names == nil)
  }

  @Test func othersAreAskedNext() throws {
    struct Other: OperatorTable {
      func binary(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws -> Value? { .string("other") }
      func negated(_ a: Value) throws -> Value? { .string("other") }
    }
    let table = TensorOperators(next: Other())
    #expect(try table.binary(.add, a, .string("s"))?.shown == "\"other\"")
    #expect(try table.binary(.add, .number(1), .number(2))?.shown == "\"other\"")
    #expect(try table.negated(.string("s"))?.shown == "\"other\"")
    #expect(try shown(.add, a, .string("s")) == nil)
    #expect(try shown(.add, a, .bool(true)) == nil)
  }

  @Test func shapesAreExplained() {
    #expect(
      message { try table.binary(.add, a, tensor([3], [1, 2, 3])) }
        == "+: shapes [2, 2] and [3] do not broadcast: 2 against 3 at axis -1")
    #expect(
      message { try table.binary(.matrixProduct, a, .number(2)) }
        == "@: needs arrays on both sides; multiply by a number with *")
  }
}
