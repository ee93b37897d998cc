import CLIPModels
import Interpreter

/// A CLIP in a script.
struct ModelValue: EngineValue {
  let model: CLIPModel
  /// How it was made.
  var origin: Origin?

  var typeName: String { "model" }

  var summary: String { "model \(model.name): \(model.summary)" }

  var fieldNames: [String] { ["name", "size", "patch", "embedding", "context", "activation", "layers"] }

  func field(_ name: String) throws -> Value? {
    let architecture = model.architecture
    return switch name {
    case "name": .string(model.name)
    case "size": .number(Double(architecture.imageSize))
    case "patch": .number(Double(model.patchSize))
    case "embedding": .number(Double(architecture.embedDim))
    case "context": .number(Double(architecture.text.contextLength))
    case "activation": .string(architecture.activation.rawValue)
    case "layers": .number(Double(model.layerCount))
    default: nil
    }
  }

  func isEqual(to other: any EngineValue) -> Bool {
    (other as? ModelValue)?.model === model
  }
}
