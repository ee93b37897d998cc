import CLIPModels
import Interpreter
import Tensors

/// What a primitive is asked about: prompts to encode, or vectors that already are.
enum Texts {
  /// Prompts or labels.
  case strings([String])
  /// [n, embed], each with a name.
  case vectors(Tensor, names: [String])

  /// The type of a `texts` parameter.
  static let type: TypeSpec = .union([.string, .list(.string), .engine("tensor")])

  /// Reads the parameter `texts`.
  init(_ value: Value, argument: String) throws {
    switch value {
    case .string(let text): self = .strings([text])
    case .list(let items):
      var strings: [String] = []
      for (index, item) in items.enumerated() {
        guard case .string(let text) = item else {
          throw ScriptError(
            "`\(argument)` must be strings; item \(index) is \(TypeMessage.article(item.typeName))",
            argument: argument)
        }
        strings.append(text)
      }
      self = .strings(strings)
    case .object(let object):
      guard let tensor = object as? TensorValue else {
        throw ScriptError(
          "`\(argument)` takes strings or a tensor [n, embed], found \(object.typeName)",
          argument: argument)
      }
      let matrix =
        tensor.tensor.rank == 1 ? tensor.tensor.reshaped([1, tensor.tensor.count]) : tensor.tensor
      guard matrix.rank == 2 else {
        throw ScriptError(
          "`\(argument)` as a tensor must be [n, embed], found \(describe(shape: matrix.shape))",
          argument: argument)
      }
      let names = tensor.names ?? (0..<matrix.shape[0]).map { "vector \($0)" }
      self = .vectors(matrix, names: names)
    default:
      throw ScriptError(
        "`\(argument)` takes a string, a list of strings or a tensor, found \(value.typeName)",
        argument: argument)
    }
    if labels.isEmpty { throw ScriptError("`\(argument)` is empty", argument: argument) }
  }

  /// The names to show.
  var labels: [String] {
    switch self {
    case .strings(let strings): strings
    case .vectors(_, let names): names
    }
  }
}
