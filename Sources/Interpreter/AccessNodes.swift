import Syntax

/// `record.field`, `maps.grid`.
final class FieldNode: Node, @unchecked Sendable {
  let base: Node
  let name: String
  let nameSpan: Span

  init(_ base: Node, name: String, nameSpan: Span, _ span: Span) {
    self.base = base
    self.name = name
    self.nameSpan = nameSpan
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    let value = try base.evaluate(frame)
    switch value {
    case .record(let record):
      if let field = record[name] { return field }
      throw missing(frame, "this record", record.names)
    case .object(let object):
      if let field = try located(frame, { try object.field(name) }) {
        // Cells of a table keep the origins they have.
        if object is Table { return field }
        return field.made(by: { Origin(.field(Origin.Part(value), name), noun: $0) })
      }
      throw missing(frame, TypeMessage.article(object.typeName), object.fieldNames)
    default:
      throw failure(frame, "\(TypeMessage.article(value.typeName)) has no fields", at: nameSpan)
    }
  }

  private func missing(_ frame: Frame, _ owner: String, _ names: [String]) -> RuntimeFailure {
    let known = names.isEmpty ? nil : "it has " + names.prefix(12).map { "`\($0)`" }.joined(separator: ", ")
    return failure(
      frame, "\(owner) has no field `\(name)`", hint: Suggestion.hint(for: name, among: names) ?? known,
      at: nameSpan)
  }
}

/// `t[0]`, `t[1:, none]`, `r["a"]`.
final class IndexNode: Node, @unchecked Sendable {
  enum Entry {
    case value(Node)
    case slice(from: Node?, to: Node?, step: Node?)
  }

  let base: Node
  let entries: [Entry]

  init(_ base: Node, _ entries: [Entry], _ span: Span) {
    self.base = base
    self.entries = entries
    super.init(span)
  }

  override func evaluate(_ frame: Frame) throws -> Value {
    let value = try base.evaluate(frame)
    if entries.count == 1, case .value(let node) = entries[0], case .list(let list) = value {
      // The common case first: one number into a list.
      let index = try node.evaluate(frame)
      if case .number = index {
        return try located(frame, at: node.span) {
          list[try Indexing.position(index, count: list.count, "list")]
        }
      }
      return try located(frame, at: node.span) { try Indexing.list(list, [try argument(index)]) }
    }
    var arguments: [IndexArgument] = []
    for entry in entries {
      switch entry {
      case .value(let node): arguments.append(try argument(try node.evaluate(frame)))
      case .slice(let from, let to, let step):
        arguments.append(
          .slice(from: try bound(from, frame), to: try bound(to, frame), step: try bound(step, frame)))
      }
    }
    return try located(frame) {
      switch value {
      case .list(let list): return try Indexing.list(list, arguments)
      case .string(let text): return try Indexing.string(text, arguments)
      case .record(let record): return try Indexing.record(record, arguments)
      case .object(let object):
        if let result = try object.indexed(by: arguments) {
          if object is Table, !result.isObject { return result }
          return result.made(by: { Origin(.index(Origin.Part(value), arguments.parts), noun: $0) })
        }
        throw ScriptError("\(TypeMessage.article(object.typeName)) cannot be indexed like this")
      default: throw ScriptError("\(TypeMessage.article(value.typeName)) cannot be indexed")
      }
    }
  }

  private func argument(_ value: Value) throws -> IndexArgument {
    if case .none = value { return .newAxis }
    return .value(value)
  }

  private func bound(_ node: Node?, _ frame: Frame) throws -> Int? {
    guard let node else { return nil }
    let value = try node.evaluate(frame)
    if case .none = value { return nil }
    guard case .number(let number) = value, let whole = Int(exactly: number) else {
      throw failure(
        frame, "a slice's bound is a whole number, found \(TypeSpec.int.found(value))", at: node.span)
    }
    return whole
  }
}

/// Indices into lists, strings and records.
enum Indexing {
  /// The place that a number means; negative ones count from the end.
  static func position(_ value: Value, count: Int, _ noun: String) throws -> Int {
    guard case .number(let number) = value else {
      throw ScriptError("a \(noun)'s index is a number, found \(value.typeName)")
    }
    guard let whole = Int(exactly: number) else {
      throw ScriptError("an index is a whole number, found \(NumberText.plain(number))")
    }
    guard whole >= -count, whole < count else {
      let unit = ["string": "character", "table": "row"][noun] ?? "element"
      let range = count == 0 ? "it is empty" : "it has \(count) \(unit)\(count == 1 ? "" : "s")"
      throw ScriptError("index \(whole) is outside the \(noun)", hint: range)
    }
    return whole < 0 ? whole + count : whole
  }

  /// The places of a slice, as Python counts them.
  static func positions(from: Int?, to: Int?, step: Int?, count: Int) throws -> [Int] {
    let step = step ?? 1
    if step == 0 { throw ScriptError("a slice's step cannot be 0") }
    func clamped(_ bound: Int, _ low: Int, _ high: Int) -> Int {
      let place = bound < 0 ? (bound < -count ? -1 - count : bound) + count : bound
      return min(max(place, low), high)
    }
    if step > 0 {
      let start = from.map { clamped($0, 0, count) } ?? 0
      let end = to.map { clamped($0, 0, count) } ?? count
      return start < end ? Array(stride(from: start, to: end, by: min(step, count))) : []
    }
    let start = from.map { clamped($0, -1, count - 1) } ?? count - 1
    let end = to.map { clamped($0, -1, count - 1) } ?? -1
    return start > end ? Array(stride(from: start, to: end, by: max(step, -count))) : []
  }

  /// Places that a list of numbers, or a mask of bools, means.
  static func positions(_ indices: [Value], count: Int, _ noun: String) throws -> [Int] {
    if case .bool? = indices.first {
      guard indices.count == count else {
        throw ScriptError("a mask of \(indices.count) does not fit a \(noun) of \(count)")
      }
      return try indices.enumerated().compactMap { index, value in
        guard case .bool(let isChosen) = value else {
          throw ScriptError("a mask holds bools, found \(value.typeName)")
        }
        return isChosen ? index : nil
      }
    }
    return try indices.map { try position($0, count: count, noun) }
  }

  static func list(_ list: [Value], _ arguments: [IndexArgument]) throws -> Value {
    guard arguments.count == 1 else { throw ScriptError("a list has one index, found \(arguments.count)") }
    switch arguments[0] {
    case .value(.list(let indices)):
      return .list(try positions(indices, count: list.count, "list").map { list[$0] })
    case .value(let value): return list[try position(value, count: list.count, "list")]
    case .slice(let from, let to, let step):
      return .list(try positions(from: from, to: to, step: step, count: list.count).map { list[$0] })
    case .newAxis: throw ScriptError("a list has no axes", hint: "only tensors take `none` as an index")
    }
  }

  static func string(_ text: String, _ arguments: [IndexArgument]) throws -> Value {
    guard arguments.count == 1 else { throw ScriptError("a string has one index, found \(arguments.count)") }
    let characters = Array(text)
    switch arguments[0] {
    case .value(let value):
      return .string(String(characters[try position(value, count: characters.count, "string")]))
    case .slice(let from, let to, let step):
      let chosen = try positions(from: from, to: to, step: step, count: characters.count)
      return .string(String(chosen.map { characters[$0] }))
    case .newAxis: throw ScriptError("a string has no axes", hint: "only tensors take `none` as an index")
    }
  }

  static func record(_ record: Record, _ arguments: [IndexArgument]) throws -> Value {
    guard arguments.count == 1, case .value(.string(let name)) = arguments[0] else {
      throw ScriptError("a record is indexed by one string")
    }
    guard let value = record[name] else {
      throw ScriptError(
        "this record has no field `\(name)`", hint: Suggestion.hint(for: name, among: record.names))
    }
    return value
  }
}
