import Evaluation
import Interpreter

/// What measures found on a data set, in a script.
struct EvaluationValue: EngineValue {
  let header: RowsHeader
  let measures: [any Measure]
  /// All samples measured or failed, in order.
  let rows: [SampleRows]
  let summaries: [Summary]
  /// What changed pictures were scored by: a fingerprint of the model and its options; nil where none was.
  let scoring: String?
  /// What was evaluated, such as a function's name.
  let name: String
  /// How it was made.
  var origin: Origin?

  var typeName: String { "evaluation" }

  /// Samples whose files could not be read, or for which the method failed.
  var skipped: [(identifier: String, problem: String)] {
    rows.compactMap { sample in
      if case .error(let problem) = sample.outcome { (sample.identifier, problem) } else { nil }
    }
  }

  var summary: String {
    let parts = zip(measures, summaries).prefix(4).map { measure, summary in
      guard let main = summary.main, let value = main.value else { return "\(measure.name) –" }
      return "\(measure.name) \(short(Float(value)))"
    }
    let count = rows.count - skipped.count
    var text = "evaluation of \(count) pictures: " + parts.joined(separator: ", ")
    if summaries.count > 4 { text += ", …" }
    if !skipped.isEmpty { text += "; \(skipped.count) skipped" }
    if rows.count < header.samples { text += "; \(header.samples - rows.count) not yet measured" }
    return text
  }

  var fieldNames: [String] { ["summary", "rows", "skipped", "count", "total", "measures"] }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "summary": try summaryTable()
    case "rows": try rowsTable()
    case "skipped":
      try table(
        columns: ["id", "problem"], rows: skipped.map { [.string($0.identifier), .string($0.problem)] })
    case "count": .number(Double(rows.count - skipped.count))
    case "total": .number(Double(header.samples))
    case "measures": .list(measures.map { .string($0.name) })
    default: nil
    }
  }

  /// One row for each number: the measure, what the number is, how many pictures it is of, and its interval.
  private func summaryTable() throws -> Value {
    func number(_ value: Double?) -> Value { value.map(Value.number) ?? .none }
    return try table(
      columns: ["measure", "statistic", "count", "value", "low", "high"],
      rows: zip(measures, summaries).flatMap { measure, summary in
        summary.estimates.map { estimate in
          [
            .string(measure.name), .string(estimate.name), .number(Double(summary.count)),
            number(estimate.value), number(estimate.interval?.lowerBound),
            number(estimate.interval?.upperBound),
          ]
        }
      })
  }

  /// One row for each picture: each measure's number on it.
  private func rowsTable() throws -> Value {
    let measured = rows.filter { if case .rows = $0.outcome { true } else { false } }
    return try evaluating {
      let values = try measures.map { try $0.valuesByIndex(measured) }
      return try table(
        columns: ["id"] + measures.map(\.name),
        rows: measured.map { sample in
          [.string(sample.identifier)] + values.map { $0[sample.index].map(Value.number) ?? .none }
        })
    }
  }

  func isEqual(to other: any EngineValue) -> Bool {
    guard let other = other as? EvaluationValue else { return false }
    return other.header == header && other.rows == rows
  }
}
