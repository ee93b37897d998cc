import Syntax

/// A row of a sweep as bytes: JSON, with numbers exact.
struct KeptRow {
  /// A file with what it held.
  struct File: Equatable {
    /// The path as the script writes it.
    let path: String
    let fingerprint: String
  }

  let value: Value
  let printed: [String]
  let warnings: [RowRecord.Warning]
  /// The text of the body that the places of warnings belong to.
  let text: String
  let saved: [File]
  let read: [File]

  /// How deeply values may be nested that are kept: JSON is read to a depth of 100, and takes two for one.
  private static let depthLimit = 40

  /// The bytes; nil where the row's value holds functions or values of the engine.
  var bytes: [UInt8]? {
    guard Nesting.depth(value) <= Self.depthLimit, let value = Self.encoded(value) else { return nil }
    func files(_ files: [File]) -> Value {
      .list(files.map { .list([.string($0.path), .string($0.fingerprint)]) })
    }
    var record = Record()
    record["value"] = value
    record["printed"] = .list(printed.map { .string($0) })
    record["warnings"] = .list(
      warnings.map { warning in
        .list([
          .string(warning.message),
          warning.span.map { .list([.number(Double($0.start)), .number(Double($0.end))]) } ?? .none,
        ])
      })
    // Only places need it.
    record["text"] = .string(warnings.contains { $0.span != nil } ? text : "")
    record["saved"] = files(saved)
    record["read"] = files(read)
    return JSON.text(.record(record)).map { Array($0.utf8) }
  }
}

extension KeptRow {
  /// The row that bytes say; nil where they are malformed.
  init?(bytes: [UInt8]) {
    guard case .record(let record) = JSON.parse(bytes: bytes), let encoded = record["value"],
      let value = Self.decoded(encoded), let printed = Self.strings(record["printed"]),
      case .list(let warnings) = record["warnings"], case .string(let text) = record["text"],
      let saved = Self.files(record["saved"]), let read = Self.files(record["read"])
    else { return nil }
    self.value = value
    self.printed = printed
    self.text = text
    self.saved = saved
    self.read = read
    var known: [RowRecord.Warning] = []
    for warning in warnings {
      guard case .list(let parts) = warning, parts.count == 2, case .string(let message) = parts[0] else {
        return nil
      }
      var span: Span?
      if case .list(let ends) = parts[1], ends.count == 2, case .number(let start) = ends[0],
        case .number(let end) = ends[1], let start = Int(exactly: start), let end = Int(exactly: end),
        start >= 0, end >= start, end <= text.utf8.count
      {
        span = Span(start, end)
      }
      known.append(.init(message: message, span: span))
    }
    self.warnings = known
  }

  private static func strings(_ value: Value?) -> [String]? {
    guard case .list(let values) = value else { return nil }
    var result: [String] = []
    for value in values {
      guard case .string(let text) = value else { return nil }
      result.append(text)
    }
    return result
  }

  private static func files(_ value: Value?) -> [File]? {
    guard case .list(let values) = value else { return nil }
    var result: [File] = []
    for value in values {
      guard let parts = strings(value), parts.count == 2 else { return nil }
      result.append(File(path: parts[0], fingerprint: parts[1]))
    }
    return result
  }

  // MARK: Values

  // A number, a string, a bool and none are themselves. Everything else is a list that begins with what it is:
  // `["l", …]` a list, `["r", name, value, …]` a record, `["t", name, [value, …], …]` a table, `["n", bits]` a number
  // that JSON cannot say.

  private static func encoded(_ value: Value) -> Value? {
    func all(_ values: [Value]) -> [Value]? {
      var result: [Value] = []
      result.reserveCapacity(values.count)
      for value in values {
        guard let part = encoded(value) else { return nil }
        result.append(part)
      }
      return result
    }
    switch value {
    case .none, .bool, .string: return value
    case .number(let number):
      // Negative zero and what is not finite; everything else reads back exactly.
      if number.isFinite, !(number == 0 && number.sign == .minus) { return value }
      return .list([.string("n"), .string(String(number.bitPattern, radix: 16))])
    case .list(let values): return all(values).map { .list([.string("l")] + $0) }
    case .record(let record):
      var parts: [Value] = [.string("r")]
      for field in record.fields {
        guard let part = encoded(field.value) else { return nil }
        parts += [.string(field.name), part]
      }
      return .list(parts)
    case .object(let object):
      guard let table = object as? Table else { return nil }
      var parts: [Value] = [.string("t")]
      for column in table.columns {
        guard let values = all(column.values) else { return nil }
        parts += [.string(column.name), .list(values)]
      }
      return .list(parts)
    case .function: return nil
    }
  }

  private static func decoded(_ value: Value) -> Value? {
    guard case .list(let parts) = value else {
      if case .record = value { return nil }
      return value
    }
    guard case .string(let kind)? = parts.first else { return nil }
    func all(_ values: some Sequence<Value>) -> [Value]? {
      var result: [Value] = []
      for value in values {
        guard let part = decoded(value) else { return nil }
        result.append(part)
      }
      return result
    }
    /// Names and what follows each.
    var pairs: [(name: String, value: Value)]? {
      guard parts.count % 2 == 1 else { return nil }
      var result: [(String, Value)] = []
      for index in stride(from: 1, to: parts.count, by: 2) {
        guard case .string(let name) = parts[index] else { return nil }
        result.append((name, parts[index + 1]))
      }
      return result
    }
    switch kind {
    case "n":
      guard parts.count == 2, case .string(let text) = parts[1], let bits = UInt64(text, radix: 16) else {
        return nil
      }
      return .number(Double(bitPattern: bits))
    case "l": return all(parts.dropFirst()).map { .list($0) }
    case "r":
      guard let pairs else { return nil }
      var record = Record()
      for (name, value) in pairs {
        guard let value = decoded(value) else { return nil }
        record[name] = value
      }
      return .record(record)
    case "t":
      guard let pairs else { return nil }
      var columns: [(name: String, values: [Value])] = []
      for (name, column) in pairs {
        guard case .list(let cells) = column, let values = all(cells) else { return nil }
        columns.append((name, values))
      }
      return (try? Table(columns: columns)).map { .object($0) }
    default: return nil
    }
  }
}
