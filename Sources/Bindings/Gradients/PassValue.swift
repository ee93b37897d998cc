import CLIPModels
import Interpreter
import Synchronization
import Tensors

/// What the function given to `grad` is called with: one picture's forward pass, its parts tensors whose
/// gradient is recorded.
struct PassValue: EngineValue {
  let parts: PassParts

  var typeName: String { "pass" }

  var summary: String {
    let model = parts.pass.model
    return "pass of \(model.name), \(parts.pass.layers) \(model.isTransformer ? "blocks" : "stages")"
  }

  var fieldNames: [String] { ["embedding", "tokens", "blocks", "attention"] }

  func field(_ name: String) throws -> Value? {
    try inScriptTerms {
      switch name {
      case "embedding": try parts[.embedding]
      case "tokens": try parts[.tokens]
      case "blocks": .object(LayersValue(parts: parts, kind: .blocks))
      case "attention":
        if parts.pass.model.isTransformer {
          .object(LayersValue(parts: parts, kind: .attention))
        } else {
          throw ScriptError(
            "\(parts.pass.model.name) is a ResNet: it has no attention between its stages",
            hint: "it has `embedding`, `tokens` and `blocks`, the features after each stage")
        }
      default: nil
      }
    }
  }

  func isEqual(to other: any EngineValue) -> Bool { (other as? PassValue)?.parts === parts }
}

/// One tensor for each layer of a pass, computed when it is asked for.
struct LayersValue: EngineValue {
  enum Kind: String {
    case blocks, attention
  }

  let parts: PassParts
  let kind: Kind

  var typeName: String { "layers" }
  var summary: String { "layers \(numbers.lowerBound) to \(numbers.upperBound) of `\(kind.rawValue)`" }
  var length: Int? { numbers.count }

  private var numbers: ClosedRange<Int> {
    (kind == .blocks ? 0 : min(1, parts.pass.layers))...parts.pass.layers
  }

  private func layer(_ number: Int) throws -> Value {
    try inScriptTerms { try parts[kind == .blocks ? .block(number) : .attention(number)] }
  }

  func elements() throws -> [Value]? { try numbers.map(layer) }

  /// The first index is the layer, negative from the last; the others are the tensor's.
  func indexed(by indices: [IndexArgument]) throws -> Value? {
    guard let first = indices.first else { return nil }
    let rest = Array(indices.dropFirst())
    guard case .value(.number(let number)) = first, let given = Int(exactly: number) else {
      throw ScriptError("`\(kind.rawValue)` is indexed by the number of a layer")
    }
    let place = given < 0 ? given + parts.pass.layers + 1 : given
    guard numbers.contains(place) else {
      throw ScriptError(
        "`\(kind.rawValue)` has layers \(numbers.lowerBound) to \(numbers.upperBound), found \(given)",
        hint: kind == .attention && given == 0 ? "block 1 is the first" : nil)
    }
    let value = try layer(place)
    guard !rest.isEmpty, case .object(let object) = value else { return value }
    return try object.indexed(by: rest)
  }

  func isEqual(to other: any EngineValue) -> Bool {
    (other as? LayersValue).map { $0.parts === parts && $0.kind == kind } ?? false
  }
}

/// The parts of a pass that a function asked for. Each is one beginning on the tape, however often it is
/// asked for.
final class PassParts: Sendable {
  enum Part: Hashable {
    case embedding, tokens
    case block(Int)
    case attention(Int)
  }

  let pass: RecordedPass
  private let tape: Tape
  private let known = Mutex<[Part: TracedValue]>([:])

  init(_ pass: RecordedPass, tape: Tape) {
    self.pass = pass
    self.tape = tape
  }

  subscript(part: Part) -> Value {
    get throws {
      if let old = known.withLock({ $0[part] }) { return .object(old) }
      let tensor =
        switch part {
        case .embedding: try pass.embedding()
        case .tokens: try pass.tokens()
        case .block(let layer): try pass.block(layer)
        case .attention(let layer): try checkedAttention(layer)
        }
      let new = TracedValue(tensor, step: tape.begin(), on: tape)
      known.withLock { $0[part] = new }
      return .object(new)
    }
  }

  private func checkedAttention(_ layer: Int) throws -> Tensor {
    try ArrayLimits.count(of: pass.attentionShape ?? [], for: "attention")
    return try pass.attention(layer)
  }

  /// The gradients of a score with respect to what it was made of; nil where it was made of nothing here.
  func gradients(of score: TracedValue) throws -> ScoreGradients? {
    let found = try tape.gradients(of: score.step, shape: score.tensor.shape)
    var result = ScoreGradients()
    var isEmpty = true
    for (part, value) in known.withLock({ $0 }) {
      guard let gradient = found[value.step] else { continue }
      isEmpty = false
      switch part {
      case .embedding: result.embedding = gradient
      case .tokens: result.tokens = gradient
      case .block(let layer): result.blocks[layer] = gradient
      case .attention(let layer): result.attention[layer] = gradient
      }
    }
    return isEmpty ? nil : result
  }
}
