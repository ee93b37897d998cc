import Explanations
import Imaging
import Interpreter
import Segmentation
import Syntax
import Tensors

/// Masks made together, in a script: one for each label; they may overlap.
struct MasksValue: EngineValue {
  let labels: [String]
  /// One for each label, all of one size.
  let masks: [Mask]
  /// The value of the map that each mask begins at; empty where masks were made otherwise.
  let thresholds: [Double]
  let recipe: Recipe
  /// How it was made.
  var origin: Origin?

  /// Masks of the given labels. Throws `ScriptError` where there are none, or sizes differ.
  init(labels: [String], masks: [Mask], thresholds: [Double] = [], recipe: Recipe) throws {
    guard let first = masks.first, labels.count == masks.count else {
      throw ScriptError("\(masks.count) masks for \(labels.count) labels")
    }
    if let other = masks.first(where: { $0.width != first.width || $0.height != first.height }) {
      throw ScriptError(
        "masks of one picture have one size; found \(first.width)×\(first.height) and "
          + "\(other.width)×\(other.height)")
    }
    self.labels = labels
    self.masks = masks
    self.thresholds = thresholds
    self.recipe = recipe
  }

  var width: Int { masks.first?.width ?? 0 }
  var height: Int { masks.first?.height ?? 0 }

  var typeName: String { "masks" }

  var summary: String {
    let names = zip(labels, masks).prefix(4).map { "\(abbreviated($0)) \(percent($1))" }
    return "masks [\(names.joined(separator: ", "))\(labels.count > 4 ? ", …" : "")], \(width)×\(height), "
      + recipe.description
  }

  var fieldNames: [String] { ["labels", "width", "height", "areas", "thresholds", "pixels", "recipe"] }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "labels": .list(labels.map(Value.string))
    case "width": .number(Double(width))
    case "height": .number(Double(height))
    case "areas": .list(masks.map { .number(Double($0.area)) })
    case "thresholds": .list(thresholds.map(Value.number))
    case "pixels": .object(TensorValue(try pixels(of: masks)))
    case "recipe": .record(recipe.record)
    default: nil
    }
  }

  /// The mask of the label at a place.
  func mask(_ index: Int) -> MaskValue {
    MaskValue(
      label: labels[index], mask: masks[index], threshold: thresholds.isEmpty ? nil : thresholds[index],
      recipe: recipe)
  }

  func indexed(by indices: [IndexArgument]) throws -> Value? {
    guard indices.count == 1 else {
      throw ScriptError("masks take one index, a label or a number; for pixels use `.pixels`")
    }
    switch indices[0] {
    case .value(.string(let label)): return .object(mask(try place(of: label, in: labels, "mask")))
    case .value(.number(let number)): return .object(mask(try place(number, of: labels.count, "masks")))
    case .slice(let from, let to, let step):
      let places = sliceIndices(count: labels.count, from: from, to: to, step: step)
      return .object(
        try MasksValue(
          labels: places.map { labels[$0] }, masks: places.map { masks[$0] },
          thresholds: thresholds.isEmpty ? [] : places.map { thresholds[$0] }, recipe: recipe))
    default: throw ScriptError("masks are indexed by a label, a number or a slice")
    }
  }

  func elements() throws -> [Value]? { labels.indices.map { .object(mask($0)) } }

  var length: Int? { labels.count }

  func isEqual(to other: any EngineValue) -> Bool {
    guard let other = other as? MasksValue else { return false }
    return other.labels == labels && other.masks == masks
  }
}

/// The pixels that belong to one label, in a script.
struct MaskValue: EngineValue {
  let label: String
  let mask: Mask
  /// The value of the map that it begins at; nil where it was made otherwise.
  let threshold: Double?
  let recipe: Recipe
  /// How it was made.
  var origin: Origin?

  var typeName: String { "mask" }
  var summary: String {
    "mask \"\(abbreviated(label))\", \(mask.width)×\(mask.height), \(percent(mask)), \(recipe.description)"
  }
  var fieldNames: [String] { ["label", "width", "height", "area", "box", "threshold", "pixels", "recipe"] }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "label": .string(label)
    case "width": .number(Double(mask.width))
    case "height": .number(Double(mask.height))
    case "area": .number(Double(mask.area))
    case "box":
      mask.box.map { box in .list([box.x, box.y, box.width, box.height].map { .number(Double($0)) }) }
        ?? Value.none
    case "threshold": threshold.map(Value.number) ?? Value.none
    case "pixels": .object(TensorValue(try pixels(of: [mask]).row(0)))
    case "recipe": .record(recipe.record)
    default: nil
    }
  }

  func isEqual(to other: any EngineValue) -> Bool {
    guard let other = other as? MaskValue else { return false }
    return other.label == label && other.mask == mask
  }
}

/// Masks as numbers: [masks, height, width], 0 and 1. Throws where they are too many for a tensor.
private func pixels(of masks: [Mask]) throws -> Tensor {
  let (height, width) = (masks.first?.height ?? 0, masks.first?.width ?? 0)
  _ = try ArrayLimits.count(of: [masks.count, height, width], for: "pixels")
  return Tensor([masks.count, height, width]) { out in
    var place = 0
    for mask in masks {
      for bit in mask.bits {
        out[place] = Float(bit)
        place += 1
      }
    }
  }
}

/// How much of the picture a mask covers: `12 %`.
private func percent(_ mask: Mask) -> String {
  let part = 100 * Double(mask.area) / Double(mask.width * mask.height)
  return part > 0 && part < 0.5 ? "under 1 %" : "\(Int(part.rounded())) %"
}

/// The place of a label, or an error that suggests the nearest.
func place(of label: String, in labels: [String], _ kind: String) throws -> Int {
  if let place = labels.firstIndex(of: label) { return place }
  let known = labels.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ") + (labels.count > 8 ? ", …" : "")
  throw ScriptError(
    "no \(kind) of \"\(abbreviated(label))\" among \(known)",
    hint: Suggestion.nearest(to: label, among: labels).map { "did you mean \"\($0)\"?" })
}

/// The place that a whole number names, negative from the end.
func place(_ number: Double, of count: Int, _ kind: String) throws -> Int {
  guard let given = Int(exactly: number) else {
    throw ScriptError("an index must be a whole number, found \(format(number))")
  }
  let place = given < 0 ? given + count : given
  guard (0..<count).contains(place) else {
    throw ScriptError("index \(given) outside the \(count) \(kind)")
  }
  return place
}
