import Checkpoints

extension SampleRows {
  /// One line of a file of rows, without its end.
  public var json: String {
    let start = "{\"index\":\(index),\"id\":\(JSONText.quoted(identifier)),"
    switch outcome {
    case .error(let message): return start + "\"error\":\(JSONText.quoted(message))}"
    case .rows(let rows):
      let parts = rows.map { JSONText.quoted($0.measure) + ":" + $0.row.json }
      return start + "\"rows\":{" + parts.joined(separator: ",") + "}}"
    }
  }

  /// Reads a line of a file. Throws `EvaluationError` with the line's number.
  init(line: [UInt8], number: Int, file: String, header: RowsHeader) throws(EvaluationError) {
    do {
      let json = try JSONTree(parsing: line)
      try self.init(json: json)
      try check(header)
    } catch let error as JSONTree.Malformed {
      throw EvaluationError(file, line: number, "is not valid JSON: \(error)")
    } catch let error as EvaluationError {
      throw EvaluationError(file, line: number, error.problem)
    } catch {
      throw EvaluationError(file, line: number, "\(error)")
    }
  }

  private init(json: JSONTree) throws(EvaluationError) {
    guard let index = json["index"]?.intValue, let identifier = json["id"]?.stringValue else {
      throw EvaluationError("is no sample: it has no `index` and `id`")
    }
    if let message = json["error"]?.stringValue {
      self.init(index: index, identifier: identifier, outcome: .error(message))
      return
    }
    guard case .object(let members)? = json["rows"] else {
      throw EvaluationError("is no sample: it has neither `rows` nor `error`")
    }
    var rows: [Named] = []
    for member in members {
      rows.append(Named(measure: member.name, row: try Row(json: member.value)))
    }
    self.init(index: index, identifier: identifier, outcome: .rows(rows))
  }

  /// Throws unless these are rows of the header's measures on one of its samples.
  func check(_ header: RowsHeader) throws(EvaluationError) {
    guard index >= 0, index < header.samples else {
      throw EvaluationError("sample \(index) is none of the \(header.samples) there are")
    }
    guard case .rows(let rows) = outcome else { return }
    guard rows.map(\.measure) == header.measures.map(\.name) else {
      throw EvaluationError(
        "sample \(index) has rows of \(list(rows.map(\.measure))), not of \(list(header.measures.map(\.name)))"
      )
    }
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "nothing" : names.prefix(20).map { quoted($0) }.joined(separator: ", ")
  }
}

extension RowsHeader {
  /// The first line of a file of rows, without its end.
  public var json: String {
    let names = measures.map { "\(JSONText.quoted($0.name)):\(JSONText.quoted($0.description))" }
    return "{\"format\":\(JSONText.quoted(Self.format)),\"version\":\(Self.version),\"data\":"
      + "\(JSONText.quoted(dataSet)),\"samples\":\(samples),\"measures\":{\(names.joined(separator: ","))},\"key\":"
      + "\(JSONText.quoted(key))}"
  }

  init(line: [UInt8], file: String) throws(EvaluationError) {
    let json: JSONTree
    do { json = try JSONTree(parsing: line) } catch {
      throw EvaluationError(file, "is no file of rows: its first line is not JSON")
    }
    guard json["format"]?.stringValue == Self.format else {
      throw EvaluationError(file, "is no file of rows")
    }
    guard json["version"]?.intValue == Self.version else {
      throw EvaluationError(
        file,
        "has version \(json["version"]?.text ?? "none") of the format; this program reads \(Self.version)")
    }
    guard let dataSet = json["data"]?.stringValue, let samples = json["samples"]?.intValue, samples >= 0,
      case .object(let members)? = json["measures"], let key = json["key"]?.stringValue
    else { throw EvaluationError(file, line: 1, "lacks a part of the header") }
    guard samples <= 1 << 31 else { throw EvaluationError(file, line: 1, "has \(samples) samples, too many") }
    var measures: [MeasureName] = []
    for member in members {
      guard let description = member.value.stringValue else {
        throw EvaluationError(file, line: 1, "the measure \(quoted(member.name)) has no description")
      }
      measures.append(MeasureName(name: member.name, description: description))
    }
    self.init(dataSet: dataSet, samples: samples, measures: measures, key: key)
  }

  /// What makes this header another one, as a sentence's end; nil where they are equal.
  func difference(from expected: RowsHeader, other: String?) -> String? {
    let there = other.map { "in \($0)" } ?? "here"
    if dataSet != expected.dataSet {
      return "its rows are of another data set (\(quoted(dataSet, limit: 12)), \(there) "
        + "\(quoted(expected.dataSet, limit: 12)))"
    }
    if samples != expected.samples {
      return "its data set has \(samples) samples, \(there) \(expected.samples)"
    }
    if measures != expected.measures {
      let (mine, others) = (Set(measures.map(\.description)), Set(expected.measures.map(\.description)))
      let only = measures.map(\.description).filter { !others.contains($0) }
      let lacking = expected.measures.map(\.description).filter { !mine.contains($0) }
      if only.isEmpty, lacking.isEmpty { return "its measures are in another order than \(there)" }
      return "its measures are others: there only \(shown(only)), \(there) only \(shown(lacking))"
    }
    if key != expected.key {
      return "it was made with another function, or the function's models, values or options were others"
        + " (key \(quoted(key, limit: 12)), \(there) \(quoted(expected.key, limit: 12)))"
    }
    return nil
  }

  private func shown(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.map { quoted($0, limit: 200) }.joined(separator: ", ")
  }
}
