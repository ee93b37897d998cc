import Checkpoints
import Explanations
import Glibc
import Imaging
import Interpreter
import Tensors

/// What a value is, as 64 hexadecimal digits: two values with one fingerprint compute the same. It does not depend on
/// comments, layout, time or the place of a model's file. Of a function it is its words, names included, and the
/// fingerprints of the outer values that it uses; what a function reads from files while it runs is not in it.
enum Fingerprint {
  /// The fingerprint of a value. Throws `ScriptError` for a value that only lives for a moment, such as a pass, one that
  /// is too large, and a model whose files cannot be read; `Interrupted`.
  ///
  /// Of a data set only names and truth count, unless its files do too, by their sizes and times of change:
  /// `withFiles` is for what may be found again long after.
  static func of(_ value: Value, withFiles: Bool = false) throws -> String {
    var writer = Writer(withFiles: withFiles)
    try writer.add(value)
    return writer.stream.hex
  }

  /// Every part begins with its kind and, where its length varies, its length: no two values run into one another.
  private struct Writer {
    var stream = SHA256Stream()
    private let withFiles: Bool
    /// Values within values visited so far: a list that holds one value many times is walked as often.
    private var count = 0

    init(withFiles: Bool) { self.withFiles = withFiles }

    mutating func add(_ value: Value) throws {
      count += 1
      if count % 4096 == 0 { try Interruption.check() }
      guard count <= 50_000_000 else {
        throw ScriptError("a value used here is too large to be told apart from another")
      }
      switch value {
      case .none: add("none")
      case .bool(let value): add("bool \(value)")
      case .number(let number): add("number \(number.bitPattern)")
      case .string(let text): add(["string", text])
      case .list(let values):
        add("list \(values.count)")
        for value in values { try add(value) }
      case .record(let record):
        add("record \(record.count)")
        for field in record.fields {
          add(field.name)
          try add(field.value)
        }
      case .function(let function):
        guard let contents = function.contents else {
          add(["builtin", function.name])
          return
        }
        add("function \(contents.captured.count)")
        add(contents.words)
        for value in contents.captured { try add(value) }
      case .object(let object): try add(object)
      }
    }

    private mutating func add(_ object: any EngineValue) throws {
      add(object.typeName)
      switch object {
      case let value as ModelValue:
        add(["\(value.model.architecture)", value.model.changesInWords])
        add(try value.contentHashes())
        add("\(value.model.editedTensors.count)")
        for tensor in value.model.editedTensors { add(tensor) }
      case let value as ImageValue:
        add("\(value.image.width) \(value.image.height)")
        value.image.bytes.withUnsafeBytes { stream.add($0) }
      case let value as FigureValue:
        add("\(value.figure.width) \(value.figure.height) \(value.figure.dpi)")
        try value.contentBytes().withUnsafeBytes { stream.add($0) }
      case let value as TensorValue:
        add(value.tensor)
        add(value.names ?? [])
      case let value as HeatMapsValue: add(value.maps)
      case let value as HeatMapValue: add(value.maps)
      case let value as MasksValue:
        add("\(value.width) \(value.height)")
        add(value.labels)
        for mask in value.masks { mask.bits.withUnsafeBytes { stream.add($0) } }
      case let value as MaskValue:
        add("\(value.mask.width) \(value.mask.height)")
        add(value.label)
        value.mask.bits.withUnsafeBytes { stream.add($0) }
      case let value as LabelMapValue:
        add("\(value.map.width) \(value.map.height) \(value.map.background ?? -1)")
        add(value.map.labels)
        value.map.classes.withUnsafeBytes { stream.add($0) }
      case let value as Table:
        add("\(value.count) \(value.columns.count)")
        for column in value.columns {
          add(column.name)
          for value in column.values { try add(value) }
        }
      case let value as TokenMapValue:
        add(value.map.text)
        add(value.map.pieces)
        add(value.map.scores)
      case let value as DataSetValue:
        add(value.data.sha256)
        if withFiles { for file in value.data.samples.flatMap(\.files) { add(stateOf: file) } }
      case let value as EvaluationValue:
        add([value.header.dataSet, value.header.key, "\(value.rows.count)"])
        add(value.header.measures.map(\.description))
        for sample in value.rows { add("\(sample.index) \(sample.outcome)") }
      default:
        throw ScriptError("\(TypeMessage.article(object.typeName)) cannot be told apart from another")
      }
    }

    private mutating func add(stateOf path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return add("missing") }
      add("\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)")
    }

    private mutating func add(_ maps: HeatMaps) {
      add(maps.labels)
      add("\(maps.placement)")
      add(maps.grid)
    }

    private mutating func add(_ tensor: Tensor) {
      add("\(tensor.shape)")
      tensor.withUnsafeBuffer { stream.add(UnsafeRawBufferPointer($0)) }
    }

    private mutating func add(_ texts: [String]) {
      stream.add("\(texts.count);")
      for text in texts { add(text) }
    }

    private mutating func add(_ text: String) {
      stream.add("\(text.utf8.count):")
      stream.add(text)
    }
  }
}

extension ModelValue {
  /// The SHA-256 of each file of the model's weights. Throws `ScriptError` where one cannot be read.
  fileprivate func contentHashes() throws -> [String] {
    guard let first = model.sha256.value else {
      throw ScriptError(
        "the files of \(model.name) can no longer be read, so that it cannot be told from another")
    }
    return [first] + (try model.checkpoint.files.dropFirst().map { try SHA256.hex(of: $0) })
  }
}
