import Interpreter
import Testing

@testable import Bindings
@testable import Tensors

@Suite struct ArrayBuiltinTests {
  let t = tensor([2, 3], [1, 5, 3, 4, 2, 6], names: ["a", "b"])

  @Test func areAllDocumented() {
    #expect(Set(arrayBuiltins.map(\.name)).count == arrayBuiltins.count)
    for builtin in arrayBuiltins {
      #expect(builtin.section == "tensors")
      #expect(!builtin.documentation.summary.isEmpty)
      #expect(builtin.documentation.example.contains(builtin.name + "("), "\(builtin.name)")
    }
    let promised = """
      tensor mean sum max min std softmax norm reshape transpose concat stack sort topk argmax where clamp quantile
      abs exp log sqrt einsum spearman svd normal uniform zeros ones equal allclose cumsum shape item full eye
      linspace dot cosine
      """
    #expect(
      Set(promised.split(whereSeparator: \.isWhitespace).map(String.init)).subtracting(
        arrayBuiltins.map(\.name))
        == [])
  }

  @Test func plainNumbersStayPlain() throws {
    #expect(try call("mean", [numbers(1, 2, 3)]).shown == "2")
    #expect(try call("mean", [numbers(0.1, 0.2)]).shown == "\((0.1 + 0.2) / 2)")
    #expect(try call("sum", [.list([.bool(true), .bool(true), .bool(false)])]).shown == "2")
    #expect(try call("max", [.number(3), .number(4)]).shown == "4")
    #expect(try call("max", [numbers(3, 9, 2)]).shown == "9")
    #expect(try call("min", [numbers(3, 9), numbers(4, 1)]).shown == "[3, 1]")
    #expect(try call("max", [numbers(3, 9), .number(5)]).shown == "[5, 9]")
    #expect(try call("std", [numbers(1, 3)]).shown == "1")
    #expect(try call("std", [numbers(1, 3)], ["correction": .number(1)]).shown == "\(2.0.squareRoot())")
    #expect(try call("norm", [numbers(3, 4)]).shown == "5")
    #expect(try call("abs", [numbers(-1, 2)]).shown == "[1, 2]")
    #expect(try call("abs", [.number(-3)]).shown == "3")
    #expect(try call("sqrt", [.number(9)]).shown == "3")
    #expect(try call("sort", [numbers(3, 1, 2)], ["descending": .bool(true)]).shown == "[3, 2, 1]")
    #expect(try call("argsort", [numbers(3, 1, 2)]).shown == "[1, 2, 0]")
    #expect(try call("argmax", [numbers(3, 9, 9)]).shown == "1")
    #expect(try call("argmin", [numbers(3, 9, 2)]).shown == "2")
    #expect(try call("quantile", [numbers(1, 2, 3, 4), .number(0.5)]).shown == "2.5")
    #expect(try call("quantile", [numbers(4, 1, 2, 3), numbers(0, 1)]).shown == "[1, 4]")
    #expect(try call("clamp", [numbers(-1, 0.5, 7), .number(0), .number(1)]).shown == "[0, 0.5, 1]")
    #expect(try call("clamp", [.number(5), .none, .number(1)]).shown == "1")
    #expect(try call("where", [.bool(true), .number(1), .number(2)]).shown == "1")
    #expect(
      try call("where", [.list([.bool(true), .bool(false)]), numbers(1, 2), .number(0)]).shown == "[1, 0]")
    #expect(try call("equal", [.number(1), .number(1)]).shown == "true")
    #expect(try call("equal", [numbers(1, 2), numbers(1, 3)]).shown == "[true, false]")
    #expect(try call("allclose", [numbers(1, 2), numbers(1, 2.000001)]).shown == "true")
    #expect(try call("allclose", [.number(1), .number(1.1)]).shown == "false")
    #expect(try call("allclose", [.number(1), .number(.infinity)]).shown == "false")
    #expect(try call("softmax", [numbers(1, 1)]).shown == "[0.5, 0.5]")
    #expect(try call("cumsum", [numbers(1, 2, 3)]).shown == "[1, 3, 6]")
    #expect(try call("logsumexp", [numbers(1000)]).shown == "1000")
    #expect(try call("topk", [numbers(3, 9, 2, 5), .number(2)]).shown == "{values: [9, 5], indices: [1, 3]}")
    #expect(try call("dot", [numbers(1, 2), numbers(3, 4)]).shown == "11")
  }

  @Test func tensorsReduceOverAxes() throws {
    #expect(try call("sum", [t]).shown == "21")
    #expect(try call("sum", [t], ["axis": .number(0)]).shown == "tensor [3]: 5 7 9")
    let rows = try call("mean", [t], ["axis": .number(-1)])
    #expect(rows.shown == "tensor [2]: 3 4")
    #expect(rows.asTensor?.names == ["a", "b"])
    #expect(try call("max", [t], ["axis": .number(1), "keep": .bool(true)]).shown == "tensor [2, 1]: 5 6")
    #expect(try call("min", [t], ["axis": numbers(0, 1)]).shown == "1")
    #expect(try call("max", [t, .number(3)]).shown == "tensor [2, 3]: 3 5 3 4 3 6")
    #expect(try call("argmax", [t], ["axis": .number(1)]).shown == "tensor [2]: 1 2")
    #expect(try call("sort", [t]).shown == "tensor [2, 3]: 1 3 5 2 4 6")
    #expect(try call("quantile", [t, .number(0.5)], ["axis": .number(1)]).shown == "tensor [2]: 3 4")
    #expect(
      try call("topk", [t, .number(1)]).shown == "{values: tensor [2, 1]: 5 6, indices: tensor [2, 1]: 1 2}")
    #expect(try call("cumsum", [t], ["axis": .number(0)]).shown == "tensor [2, 3]: 1 5 3 5 7 9")
    // A list of tensors is one with an axis more.
    #expect(try call("mean", [.list([t, t])], ["axis": .number(0)]).shown == "tensor [2, 3]: 1 5 3 4 2 6")
  }

  @Test func tensorsAreMadeAndShaped() throws {
    #expect(try call("tensor", [.list([numbers(1, 2), numbers(3, 4)])]).shown == "tensor [2, 2]: 1 2 3 4")
    #expect(try call("tensor", [.list([.bool(true), .bool(false)])]).shown == "mask [2]: 1 0")
    #expect(try call("zeros", [.number(2)]).shown == "tensor [2]: 0 0")
    #expect(try call("full", [numbers(1, 2), .number(7)]).shown == "tensor [1, 2]: 7 7")
    #expect(try call("shape", [t]).shown == "[2, 3]")
    #expect(try call("item", [tensor([1, 1], [4])]).shown == "4")
    #expect(try call("reshape", [t, numbers(3, -1)]).shown == "tensor [3, 2]: 1 5 3 4 2 6")
    #expect(try call("transpose", [t]).shown == "tensor [3, 2]: 1 4 5 2 3 6")
    #expect(try call("concat", [.list([t, t])]).asTensor?.names == ["a", "b", "a", "b"])
    #expect(try call("concat", [.list([t, t])], ["axis": .number(1)]).shown.hasPrefix("tensor [2, 6]"))
    #expect(try call("stack", [.list([.number(1), .number(2)])]).shown == "tensor [2]: 1 2")
    #expect(try call("squeeze", [tensor([1, 2], [1, 2])]).shown == "tensor [2]: 1 2")
    #expect(try call("linspace", [.number(0), .number(1), .number(3)]).shown == "tensor [3]: 0 0.5 1")
    #expect(try call("eye", [.number(2)]).shown == "tensor [2, 2]: 1 0 0 1")
  }

  @Test func productsAndFactors() throws {
    #expect(try call("einsum", [.string("ij->j"), t]).shown == "tensor [3]: 5 7 9")
    #expect(try call("einsum", [.string("i,i"), numbers(1, 2), numbers(3, 4)]).shown == "11")
    #expect(try call("cosine", [numbers(1, 0), numbers(0, 2)]).shown == "0")
    #expect(try call("cosine", [t, t]).asTensor?.names == ["a", "b"])
    let factors = try call("svd", [try call("eye", [.number(2)])])
    #expect(factors.shown.contains("s: tensor [2]: 1 1"))
    #expect(try call("spearman", [numbers(1, 2, 3), numbers(10, 30, 40)]).shown == "1")
    #expect(try call("pearson", [numbers(1, 2, 3), numbers(3, 2, 1)]).shown == "-1")
  }

  @Test func randomNumbersFollowTheSeed() throws {
    let one = try call("normal", [.number(4)], ["seed": .number(1)])
    #expect(try call("normal", [.number(4)], ["seed": .number(1)]).shown == one.shown)
    #expect(try call("normal", [.number(4)]).shown != one.shown)
    #expect(
      try call("normal", [.number(2)], ["seed": .number(-1), "std": .number(0), "mean": .number(3)]).shown
        == "tensor [2]: 3 3")
    #expect(try call("sum", [try call("permutation", [.number(4)])]).shown == "6")
  }

  @Test func mistakesAreExplained() {
    #expect(message { try call("mean", [.list([])]) } == "mean: of no values: the list is empty")
    #expect(message { try call("max", []) } == "max: of no values: give a list, a tensor or numbers")
    #expect(
      message { try call("mean", [.string("x")]) }
        == "mean takes numbers, lists of numbers or tensors, found string")
    #expect(
      message { try call("tensor", [.list([.string("x")])]) }
        == "tensor: a tensor holds numbers, found string")
    #expect(
      message { try call("tensor", [.list([numbers(1, 2), numbers(3)])]) }
        == "tensor: elements differ in shape: [2] and [1]")
    #expect(
      message { try call("tensor", [.list([numbers(1, 2), .number(3)])]) }
        == "tensor: elements differ in shape: [2] and []")
    #expect(
      message { try call("sum", [t], ["axis": .number(2)]) } == "sum: no axis 2: there are 2 axes, 0 to 1")
    #expect(message { try call("item", [t]) } == "item: needs one number, found shape [2, 3]")
    #expect(
      message { try call("reshape", [t, numbers(4, 2)]) }
        == "reshape: [2, 3] has 6 scalars, which do not fit [4, 2]")
    #expect(
      message { try call("zeros", [numbers(1e9, 1e9)]) }?.contains("the most this machine allows") == true)
    #expect(message { try call("zeros", [.number(-1)]) } == "zeros: negative extent -1 in shape [-1]")
    #expect(
      message { try call("clamp", [t, .number(2), .number(1)]) } == "`low` is 2, above `high`, which is 1")
    #expect(
      message { try call("max", [t, t], ["axis": .number(0)]) }
        == "max of several arguments goes element by element and takes no `axis`")
    #expect(
      message { try call("min", [numbers(1, 2), numbers(1, 2, 3)]) }
        == "min: lists of 2 and 3 numbers do not go together")
    #expect(message { try call("topk", [numbers(1), .number(2)]) } == "topk: 2 of a list of 1")
    var nested = Value.number(1)
    for _ in 0..<50 { nested = .list([nested]) }
    #expect(message { try call("tensor", [nested]) } == "tensor: lists are nested more than 16 deep")
  }
}
