import Foundation
import Testing

@testable import Checkpoints
@testable import Tensors

/// Files by PyTorch with every kind of view and element type (Fixtures/make-fixtures.py).
@Suite struct TorchFileTests {
  static func fixture(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures/" + name
  }

  static func tensors(_ name: String) throws -> [String: Tensor] {
    let source = try CheckpointSource(path: fixture(name))
    var result: [String: Tensor] = [:]
    for (name, stored) in source.tensors {
      result[name] = try Tensor(stored.shape) { try stored.convert(to: $0) }
    }
    return result
  }

  /// The numbers 0, 1, 2, … seen through strides.
  private func view(_ shape: [Int], _ strides: [Int]) -> Tensor {
    var indices = [0]
    for (extent, stride) in zip(shape, strides) {
      indices = indices.flatMap { start in (0..<extent).map { start + $0 * stride } }
    }
    return Tensor(shape, indices.map { Float($0) })
  }

  @Test(arguments: ["views.pt", "views-protocol4.pt", "views-protocol5.pt", "views-legacy.pt"])
  func viewsAndTypes(file: String) throws {
    let found = try Self.tensors(file)
    let expected: [String: Tensor] = [
      "plain": view([4, 6], [6, 1]),
      "transposed": view([6, 4], [1, 6]),
      "every_second_column": view([4, 3], [6, 2]),
      "permuted": view([4, 2, 3], [1, 12, 4]),
      "first_half": Tensor((0..<6).map { Float($0) }),
      "second_half": Tensor((6..<12).map { Float($0) }),
      "expanded": Tensor([2, 3], [1, 1, 1, 2, 2, 2]),
      "bfloat16": Tensor([1, -2.5, 3.140625]),
      "float64": Tensor([0.1, 0, -2]),
      "int64": Tensor([-1, 1_099_511_627_776]),
      "int32": Tensor([-7, 7]),
      "int16": Tensor([-300, 300]),
      "int8": Tensor([-128, 127]),
      "uint8": Tensor([0, 255]),
      "bool": Tensor([1, 0]),
      "scalar": Tensor([], [2.5]),
      "empty": Tensor([0, 3], []),
      "parameter": Tensor([4, 5]),
    ]
    #expect(Set(found.keys) == Set(expected.keys))
    for (name, tensor) in expected { #expect(found[name] == tensor, "\(name)") }
  }

  /// A whole module pickled: its classes are names only, its parameters have dotted names.
  @Test func pickledModule() throws {
    let found = try Self.tensors("module.pt")
    #expect(found["first.weight"] == Tensor([3, 2], [0, 1, 2, 3, 4, 5]))
    #expect(found["norm.running_var"] == Tensor([1, 1, 1]))
  }

  /// Keys of optimizer states are numbers.
  @Test func optimizerState() throws {
    let source = try CheckpointSource(path: Self.fixture("optimizer.pt"))
    #expect(source.tensors.contains { $0.name == "optimizer.state.0.exp_avg" })
    #expect(source.metadata.contains { $0.key == "epoch" && $0.value == "7" })
    #expect(throws: CheckpointError.self) { try Checkpoint.open(Self.fixture("optimizer.pt")) }
  }
}
