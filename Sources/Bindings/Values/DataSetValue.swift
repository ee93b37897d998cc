import Evaluation
import Explanations
import Imaging
import Interpreter

/// Pictures with what is known to be on them, in a script.
struct DataSetValue: EngineValue {
  let data: DataSet
  /// How it was made.
  var origin: Origin?

  var typeName: String { "dataset" }

  var summary: String {
    "dataset \(data.path): \(data.samples.count) pictures, \(data.labels.count) labels, \(data.kind.rawValue)"
  }

  var fieldNames: [String] { ["count", "labels", "background", "kind", "path", "sha256"] }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "count": .number(Double(data.samples.count))
    case "labels": .list(data.labels.map(Value.string))
    case "background": data.background.map(Value.string) ?? Value.none
    case "kind": .string(data.kind.rawValue)
    case "path": .string(data.path)
    case "sha256": .string(data.sha256)
    default: nil
    }
  }

  /// One sample as a record: its picture and truth are read now.
  func sample(_ index: Int) throws -> Value {
    let sample = data.samples[index]
    let truth = try evaluating { try data.truth(of: sample) }
    let picture = try imaging { ImageValue(try Image.read(sample.picture), name: fileName(sample.picture)) }
    let recipe = Recipe(
      method: "truth", options: [Recipe.Option("sample", Value.string(sample.identifier).literal)], model: "",
      image: picture.identity)
    var record = Record()
    record["id"] = .string(sample.identifier)
    record["image"] = .object(picture)
    record["asked"] = .list(data.asked(of: sample).map(Value.string))
    record["present"] = .list(truth.present.map(Value.string))
    record["masks"] = Value.none
    if let masks = truth.masks, !masks.isEmpty {
      record["masks"] = .object(
        try MasksValue(labels: masks.map(\.label), masks: masks.map(\.mask), recipe: recipe))
    }
    record["labelmap"] = truth.labelMap.map { .object(LabelMapValue(map: $0, recipe: recipe)) } ?? Value.none
    return .record(record)
  }

  func indexed(by indices: [IndexArgument]) throws -> Value? {
    guard indices.count == 1 else { throw ScriptError("a dataset takes one index") }
    switch indices[0] {
    case .value(.number(let number)):
      return try sample(place(number, of: data.samples.count, "pictures"))
    case .value(.string(let name)):
      return try sample(place(of: name, in: data.samples.map(\.identifier), "picture"))
    case .slice(let from, let to, let step):
      let places = sliceIndices(count: data.samples.count, from: from, to: to, step: step)
      return .object(DataSetValue(data: data.selecting(places)))
    default: throw ScriptError("a dataset is indexed by a number, an identifier or a slice")
    }
  }

  func elements() throws -> [Value]? { try data.samples.indices.map(sample) }

  /// One sample is in memory at a time.
  func element(at index: Int) throws -> Value? { try sample(index) }

  var length: Int? { data.samples.count }

  func isEqual(to other: any EngineValue) -> Bool {
    (other as? DataSetValue)?.data.sha256 == data.sha256
  }
}

/// Runs `body`; what is wrong with data sets and rows is said in the script's terms.
func evaluating<R>(argument: String? = nil, _ body: () throws -> R) throws -> R {
  do { return try body() } catch let error as EvaluationError {
    throw ScriptError(error.description, argument: argument, kind: error.file == nil ? .running : .input)
  }
}

/// The last part of a path.
private func fileName(_ path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}
