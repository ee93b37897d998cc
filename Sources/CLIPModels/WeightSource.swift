import Tensors

/// Where a tower takes its weights from: names as in OpenAI's state dict, shapes insisted on.
public struct WeightSource: Sendable {
  private let fetch: @Sendable (String, [Int]) throws -> Tensor
  private let prefix: String

  /// A source; `fetch` gives the tensor of a full name and throws where it is missing or its shape
  /// is not the expected one.
  public init(_ fetch: @escaping @Sendable (_ name: String, _ shape: [Int]) throws -> Tensor) {
    self.fetch = fetch
    prefix = ""
  }

  private init(_ fetch: @escaping @Sendable (String, [Int]) throws -> Tensor, prefix: String) {
    self.fetch = fetch
    self.prefix = prefix
  }

  /// The same source with `name` and a dot before every name.
  func under(_ name: String) -> WeightSource { WeightSource(fetch, prefix: prefix + name + ".") }

  /// The tensor of a name below the prefix.
  func callAsFunction(_ name: String, _ shape: [Int]) throws -> Tensor {
    try fetch(prefix + name, shape)
  }
}
