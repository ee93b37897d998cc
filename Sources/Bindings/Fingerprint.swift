import Checkpoints
import Interpreter
import Tensors

/// What a value is, as 64 hexadecimal digits: two values with one fingerprint compute the same. It does not
/// depend on names of variables outside, comments, layout, time or place.
enum Fingerprint {
  /// The fingerprint of a value. Throws `ScriptError` for a value that only lives for a moment, such as a pass.
  static func of(_ value: Value) throws -> String {
    var bytes: [UInt8] = []
    try add(value, to: &bytes)
    return SHA256.hex(of: bytes)
  }

  /// Every part begins with its kind and, where its length varies, its length: no two values run into one another.
  private static func add(_ value: Value, to bytes: inout [UInt8]) throws {
    switch value {
    case .none: add("none", to: &bytes)
    case .bool(let value): add("bool \(value)", to: &bytes)
    case .number(let number): add("number \(number.bitPattern)", to: &bytes)
    case .string(let text):
      add("string", to: &bytes)
      add(text, to: &bytes)
    case .list(let values):
      add("list \(values.count)", to: &bytes)
      for value in values { try add(value, to: &bytes) }
    case .record(let record):
      add("record \(record.count)", to: &bytes)
      for field in record.fields {
        add(field.name, to: &bytes)
        try add(field.value, to: &bytes)
      }
    case .function(let function):
      guard let contents = function.contents else {
        add("builtin", to: &bytes)
        add(function.name, to: &bytes)
        return
      }
      add("function \(contents.words.count) \(contents.captured.count)", to: &bytes)
      for word in contents.words { add(word, to: &bytes) }
      for value in contents.captured { try add(value, to: &bytes) }
    case .object(let object): try add(object, to: &bytes)
    }
  }

  private static func add(_ object: any EngineValue, to bytes: inout [UInt8]) throws {
    add(object.typeName, to: &bytes)
    switch object {
    case let value as ModelValue:
      add(value.model.name, to: &bytes)
      add(value.model.sha256.value ?? "", to: &bytes)
      for tensor in value.model.editedTensors { add(tensor, to: &bytes) }
    case let value as ImageValue:
      add("\(value.image.width) \(value.image.height)", to: &bytes)
      bytes += value.image.bytes
    case let value as TensorValue:
      add(value.tensor, to: &bytes)
      for name in value.names ?? [] { add(name, to: &bytes) }
    case let value as HeatMapsValue: add(value.maps.labels, value.maps.grid, to: &bytes)
    case let value as HeatMapValue: add(value.maps.labels, value.maps.grid, to: &bytes)
    case let value as MasksValue:
      add("\(value.width) \(value.height) \(value.labels.count)", to: &bytes)
      for (label, mask) in zip(value.labels, value.masks) {
        add(label, to: &bytes)
        bytes += mask.bits
      }
    case let value as MaskValue:
      add("\(value.mask.width) \(value.mask.height)", to: &bytes)
      add(value.label, to: &bytes)
      bytes += value.mask.bits
    case let value as LabelMapValue:
      add("\(value.map.width) \(value.map.height) \(value.map.labels.count)", to: &bytes)
      for label in value.map.labels { add(label, to: &bytes) }
      for place in value.map.classes { bytes += [UInt8(place & 255), UInt8(place >> 8)] }
    case let value as Table:
      add("\(value.count) \(value.columns.count)", to: &bytes)
      for column in value.columns {
        add(column.name, to: &bytes)
        for value in column.values { try add(value, to: &bytes) }
      }
    case let value as TokenMapValue:
      add(value.map.text, to: &bytes)
      add(value.map.scores, to: &bytes)
    case let value as DataSetValue: add(value.data.sha256, to: &bytes)
    case let value as EvaluationValue:
      // What was found follows from the data, the measures and the key.
      add(value.header.dataSet, to: &bytes)
      for measure in value.header.measures { add(measure.description, to: &bytes) }
      add(value.header.key, to: &bytes)
    default:
      throw ScriptError("\(TypeMessage.article(object.typeName)) cannot be told apart from another")
    }
  }

  private static func add(_ labels: [String], _ grid: Tensor, to bytes: inout [UInt8]) {
    for label in labels { add(label, to: &bytes) }
    add(grid, to: &bytes)
  }

  private static func add(_ tensor: Tensor, to bytes: inout [UInt8]) {
    add("\(tensor.shape)", to: &bytes)
    tensor.withUnsafeBuffer { bytes += UnsafeRawBufferPointer($0) }
  }

  private static func add(_ text: String, to bytes: inout [UInt8]) {
    bytes += Array("\(text.utf8.count):".utf8)
    bytes += text.utf8
  }
}
