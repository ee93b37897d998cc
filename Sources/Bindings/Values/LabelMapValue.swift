import Explanations
import Imaging
import Interpreter
import Segmentation
import Tensors

/// One class for each pixel of a picture, in a script.
struct LabelMapValue: EngineValue {
  let map: LabelMap
  let recipe: Recipe
  /// How it was made.
  var origin: Origin?

  var typeName: String { "labelmap" }

  var summary: String {
    let areas = map.areas
    let order = map.labels.indices.sorted { (areas[$0], $1) > (areas[$1], $0) }.filter { areas[$0] > 0 }
    let total = Double(map.width * map.height)
    let parts = order.prefix(4).map {
      "\(abbreviated(map.labels[$0])) \(Int((100 * Double(areas[$0]) / total).rounded())) %"
    }
    return "labelmap [\(parts.joined(separator: ", "))\(order.count > 4 ? ", …" : "")], "
      + "\(map.width)×\(map.height), \(recipe.description)"
  }

  var fieldNames: [String] {
    ["labels", "width", "height", "areas", "background", "classes", "masks", "recipe"]
  }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "labels": .list(map.labels.map(Value.string))
    case "width": .number(Double(map.width))
    case "height": .number(Double(map.height))
    case "areas": .list(map.areas.map { .number(Double($0)) })
    case "background": map.background.map { .string(map.labels[$0]) } ?? Value.none
    case "classes": .object(TensorValue(classes))
    case "masks": .object(try masks())
    case "recipe": .record(recipe.record)
    default: nil
    }
  }

  /// [height, width]: the place in `labels` of each pixel's class; −1 where it counts for nothing.
  private var classes: Tensor {
    Tensor([map.height, map.width]) { out in
      for (place, value) in map.classes.enumerated() {
        out[place] = value == LabelMap.ignored ? -1 : Float(value)
      }
    }
  }

  /// The mask of each class, background included.
  func masks() throws -> MasksValue {
    try MasksValue(labels: map.labels, masks: map.labels.indices.map(map.mask(of:)), recipe: recipe)
  }

  private func mask(_ index: Int) -> MaskValue {
    MaskValue(label: map.labels[index], mask: map.mask(of: index), threshold: nil, recipe: recipe)
  }

  func indexed(by indices: [IndexArgument]) throws -> Value? {
    guard indices.count == 1 else {
      throw ScriptError("a labelmap takes one index, a label or a number; for pixels use `.classes`")
    }
    switch indices[0] {
    case .value(.string(let label)): return .object(mask(try place(of: label, in: map.labels, "class")))
    case .value(.number(let number)):
      return .object(mask(try place(number, of: map.labels.count, "classes")))
    default: throw ScriptError("a labelmap is indexed by a label or a number")
    }
  }

  func elements() throws -> [Value]? { map.labels.indices.map { .object(mask($0)) } }

  var length: Int? { map.labels.count }

  func isEqual(to other: any EngineValue) -> Bool {
    (other as? LabelMapValue)?.map == map
  }
}

extension LabelMap {
  /// The pixels of each class.
  var areas: [Int] {
    var counts = [Int](repeating: 0, count: labels.count)
    for value in classes where value != Self.ignored { counts[Int(value)] += 1 }
    return counts
  }
}
