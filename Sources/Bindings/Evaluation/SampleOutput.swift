import Evaluation
import Explanations
import Imaging
import Interpreter
import Segmentation
import Syntax
import Tensors

/// What a function gave for a picture, as measures take it.
enum SampleOutput {
  /// Reads heatmaps, masks, a labelmap, scores (a table with `label` and `score`, or a tensor with names), or a record
  /// of several: `{maps: …, labelmap: …, scores: …}`.
  static func read(_ value: Value) throws -> Output {
    var output = Output()
    if case .record(let record) = value {
      for field in record.fields {
        guard parts.contains(field.name) else {
          throw ScriptError(
            "`\(abbreviated(field.name))` is no part of what is evaluated", argument: "f",
            hint: Suggestion.hint(for: field.name, among: parts) ?? "parts are "
              + parts.joined(separator: ", "))
        }
        try add(field.value, to: &output, of: field.name)
      }
      return output
    }
    try add(value, to: &output, of: nil)
    return output
  }

  /// The fields of a record of several outputs.
  private static let parts = ["maps", "masks", "labelmap", "scores"]

  private static func add(_ value: Value, to output: inout Output, of field: String?) throws {
    func unfit() -> ScriptError {
      let name = field.map { "`\($0)` of what the function gave" } ?? "the function given to `evaluate`"
      return ScriptError(
        "\(name) must be heatmaps, masks, a labelmap or scores, found \(TypeMessage.article(value.typeName))",
        argument: "f", hint: "several at once go into a record: {maps: …, labelmap: …}")
    }
    guard case .object(let object) = value else { throw unfit() }
    if let field {
      let kinds: [String: Set<String>] = [
        "maps": ["heatmaps", "heatmap"], "masks": ["masks", "mask"], "labelmap": ["labelmap"],
        "scores": ["table", "tensor"],
      ]
      guard kinds[field]?.contains(object.typeName) ?? false else { throw unfit() }
    }
    switch object {
    case let value as HeatMapsValue: output.maps = try maps(value.maps)
    case let value as HeatMapValue: output.maps = try maps(value.maps)
    case let value as MasksValue:
      output.masks = zip(value.labels, value.masks).map { LabelledMask(label: $0, mask: $1) }
    case let value as MaskValue:
      output.masks = (output.masks ?? []) + [LabelledMask(label: value.label, mask: value.mask)]
    case let value as LabelMapValue: output.labelMap = value.map
    case let value as Table:
      guard let labels = value.column("label"), let scores = value.column("score") else {
        throw ScriptError(
          "a table of scores has the columns `label` and `score`", argument: "f", hint: "`classify` gives one"
        )
      }
      output.scores = try read(labels, scores)
    case let value as TensorValue:
      guard let names = value.names, names.count == value.tensor.count else {
        throw ScriptError(
          "scores as a tensor need one number for each label, with names", argument: "f",
          hint: "`tensor(…, names: labels)`")
      }
      output.scores = try LabelScores(labels: names, values: value.tensor.scalars.map(Double.init))
    default: throw unfit()
    }
  }

  private static func maps(_ maps: HeatMaps) throws -> LabelledMaps {
    try LabelledMaps(labels: maps.labels, values: maps.enlarged())
  }

  private static func read(_ labels: [Value], _ scores: [Value]) throws -> LabelScores {
    let names = labels.compactMap { if case .string(let label) = $0 { label } else { nil } }
    let numbers = scores.compactMap { if case .number(let number) = $0 { number } else { nil } }
    guard names.count == labels.count, numbers.count == scores.count else {
      throw ScriptError(
        "a table of scores has strings under `label` and numbers under `score`", argument: "f")
    }
    return try LabelScores(labels: names, values: numbers)
  }
}
