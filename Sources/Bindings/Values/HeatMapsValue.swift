import Explanations
import Interpreter
import Syntax
import Tensors

/// Maps made together, in a script: a sequence of `heatmap`s.
struct HeatMapsValue: EngineValue {
  let maps: HeatMaps
  /// How it was made.
  var origin: Origin?

  var typeName: String { "heatmaps" }

  var summary: String {
    let names = maps.labels.prefix(4).joined(separator: ", ") + (maps.labels.count > 4 ? ", …" : "")
    return "heatmaps [\(names)], \(describeGrid(maps)), \(maps.recipe.description)"
  }

  var fieldNames: [String] { ["grid", "labels", "rows", "columns", "method", "recipe"] }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "grid": .object(TensorValue(maps.grid))
    case "labels": .list(maps.labels.map(Value.string))
    default: commonField(maps, name)
    }
  }

  func indexed(by indices: [IndexArgument]) throws -> Value? {
    guard indices.count == 1 else {
      throw ScriptError("heatmaps take one index, a label or a number; for cells use `.grid`")
    }
    switch indices[0] {
    case .value(.string(let label)):
      guard let index = maps.labels.firstIndex(of: label) else {
        throw ScriptError(
          "no map of \"\(label)\" among \(maps.labels.map { "\"\($0)\"" }.joined(separator: ", "))",
          hint: Suggestion.nearest(to: label, among: maps.labels).map { "did you mean \"\($0)\"?" })
      }
      return .object(HeatMapValue(try maps.selecting([index])))
    case .value(.number(let number)):
      guard let position = Int(exactly: number) else {
        throw ScriptError("an index must be a whole number, found \(format(number))")
      }
      let index = position < 0 ? position + maps.labels.count : position
      guard maps.labels.indices.contains(index) else {
        throw ScriptError("index \(position) outside the \(maps.labels.count) maps")
      }
      return .object(HeatMapValue(try maps.selecting([index])))
    case .slice(let from, let to, let step):
      let indices = sliceIndices(count: maps.labels.count, from: from, to: to, step: step)
      return .object(HeatMapsValue(maps: try maps.selecting(indices)))
    default:
      throw ScriptError("heatmaps are indexed by a label, a number or a slice")
    }
  }

  func elements() throws -> [Value]? {
    try maps.labels.indices.map { .object(HeatMapValue(try maps.selecting([$0]))) }
  }

  var length: Int? { maps.labels.count }

  func isEqual(to other: any EngineValue) -> Bool {
    guard let other = other as? HeatMapsValue else { return false }
    return other.maps.labels == maps.labels && other.maps.grid == maps.grid
  }
}

/// One label's map, in a script.
struct HeatMapValue: EngineValue {
  /// With exactly one label.
  let maps: HeatMaps
  /// How it was made.
  var origin: Origin?

  /// `maps` must have exactly one label.
  init(_ maps: HeatMaps) { self.maps = maps }

  var label: String { maps.labels.first ?? "" }
  /// [rows, columns]
  var grid: Tensor { maps.grid.row(0) }

  var typeName: String { "heatmap" }
  var summary: String {
    "heatmap \"\(label)\", \(describeGrid(maps)), \(maps.recipe.description)"
  }
  var fieldNames: [String] { ["grid", "label", "rows", "columns", "method", "recipe"] }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "grid": .object(TensorValue(grid))
    case "label": .string(label)
    default: commonField(maps, name)
    }
  }

  func isEqual(to other: any EngineValue) -> Bool {
    guard let other = other as? HeatMapValue else { return false }
    return other.label == label && other.maps.grid == maps.grid
  }
}

private func commonField(_ maps: HeatMaps, _ name: String) -> Value? {
  switch name {
  case "rows": return .number(Double(maps.rows))
  case "columns": return .number(Double(maps.columns))
  case "method": return .string(maps.recipe.method)
  case "recipe": return .record(maps.recipe.record)
  default: return nil
  }
}

extension Recipe {
  /// As a script reads it.
  var record: Record {
    var record = Record()
    record["method"] = .string(method)
    record["model"] = .string(modelIdentity)
    record["image"] = .string(image)
    for option in options { record[option.name] = .string(option.value) }
    return record
  }
}

/// `14×14, −0.02…0.31`.
private func describeGrid(_ maps: HeatMaps) -> String {
  let values = maps.grid.scalars
  let low = values.min() ?? 0
  let high = values.max() ?? 0
  return "\(maps.rows)×\(maps.columns), \(short(low))…\(short(high))"
}

/// A number with about three digits, for summaries.
func short(_ x: Float) -> String {
  guard x.isFinite else { return "\(x)" }
  if x == 0 { return "0" }
  let magnitude = abs(x)
  if magnitude >= 0.001, magnitude < 10_000 {
    let digits = magnitude >= 100 ? 1 : magnitude >= 1 ? 2 : 4
    var scale: Float = 1
    for _ in 0..<digits { scale *= 10 }
    return "\((x * scale).rounded() / scale)"
  }
  return "\(x)"
}

/// The positions a slice `from:to:step` picks, as Python picks them.
func sliceIndices(count: Int, from: Int?, to: Int?, step: Int?) -> [Int] {
  let step = step ?? 1
  guard step != 0 else { return [] }
  func clamp(_ i: Int, _ low: Int, _ high: Int) -> Int {
    min(max(i < 0 ? i + count : i, low), high)
  }
  if step > 0 {
    return Array(
      stride(from: clamp(from ?? 0, 0, count), to: clamp(to ?? count, 0, count), by: step))
  }
  let start = from.map { clamp($0, -1, count - 1) } ?? count - 1
  let end = to.map { clamp($0, -1, count - 1) } ?? -1
  return Array(stride(from: start, to: end, by: step))
}
