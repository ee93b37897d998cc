import Syntax

/// Rows of values under named columns: measurements to sort, group, summarize and save.
public struct Table: EngineValue {
  /// Columns in order; all have the same number of values.
  public let columns: [(name: String, values: [Value])]
  /// Number of rows.
  public let count: Int
  /// How deeply values are nested in it.
  let depth: Int
  /// How it was made.
  public var origin: Origin?

  /// A table of columns. Throws `ScriptError` when their lengths or names do not fit.
  public init(columns: [(name: String, values: [Value])]) throws {
    let count = columns.first?.values.count ?? 0
    var names: Set<String> = []
    for column in columns {
      guard column.values.count == count else {
        throw ScriptError(
          "column `\(column.name)` has \(column.values.count) values, the first column has \(count)")
      }
      guard names.insert(column.name).inserted else {
        throw ScriptError("column `\(column.name)` is given twice")
      }
    }
    try Limits.checkCount(count * max(columns.count, 1))
    self.init(checked: columns, count: count)
  }

  /// A table of records; a field that a record lacks is `none`.
  public init(rows: [Record]) throws {
    var names: [String] = []
    var known: Set<String> = []
    for row in rows { for name in row.names where known.insert(name).inserted { names.append(name) } }
    try Limits.checkCount(rows.count * max(names.count, 1))
    self.init(checked: names.map { name in (name, rows.map { $0[name] ?? .none }) }, count: rows.count)
  }

  private init(checked columns: [(name: String, values: [Value])], count: Int) {
    self.columns = columns
    self.count = count
    self.depth = 1 + (columns.map { column in column.values.map(Nesting.depth).max() ?? 0 }.max() ?? 0)
  }

  /// The column of a name.
  public func column(_ name: String) -> [Value]? { columns.first { $0.name == name }?.values }

  /// The column of a name, or the error that there is none.
  func existingColumn(_ name: String, argument: String? = nil) throws -> [Value] {
    if let values = column(name) { return values }
    throw ScriptError(
      "this table has no column `\(name)`", argument: argument,
      hint: Suggestion.hint(for: name, among: fieldNames) ?? "it has " + fieldNames.joined(separator: ", "))
  }

  /// One row as a record.
  public func row(_ index: Int) -> Record {
    var record = Record()
    for column in columns { record[column.name] = column.values[index] }
    return record
  }

  /// The table of some rows.
  public func rows(_ indices: [Int]) -> Table {
    Table(
      checked: columns.map { column in (column.name, indices.map { column.values[$0] }) },
      count: indices.count)
  }

  // MARK: EngineValue

  /// `table`.
  public var typeName: String { "table" }
  /// `table 3 rows × 2 columns: name, score`.
  public var summary: String {
    let names = columns.isEmpty ? "" : ": " + fieldNames.joined(separator: ", ")
    return
      "table \(count) row\(count == 1 ? "" : "s") × \(columns.count) column\(columns.count == 1 ? "" : "s")\(names)"
  }
  /// The columns' names.
  public var fieldNames: [String] { columns.map(\.name) }
  /// `table.name`: a column as a list.
  public func field(_ name: String) throws -> Value? { column(name).map { .list($0) } }
  /// Number of rows.
  public var length: Int? { count }
  /// The rows as records.
  public func elements() throws -> [Value]? { (0..<count).map { .record(row($0)) } }

  /// `t[0]` a row, `t["name"]` a column, `t[1:3]` and `t[[0, 2]]` rows, `t[["a", "b"]]` columns.
  public func indexed(by indices: [IndexArgument]) throws -> Value? {
    guard indices.count == 1 else { return nil }
    switch indices[0] {
    case .value(.string(let name)): return .list(try existingColumn(name))
    case .value(.list(let values)):
      if case .string? = values.first {
        return .object(
          try Table(
            columns: try values.map { value in
              guard case .string(let name) = value else {
                throw ScriptError("columns are chosen by strings, found \(value.typeName)")
              }
              return (name, try existingColumn(name))
            }))
      }
      return .object(rows(try Indexing.positions(values, count: count, "table")))
    case .value(let value): return .record(row(try Indexing.position(value, count: count, "table")))
    case .slice(let from, let to, let step):
      return .object(rows(try Indexing.positions(from: from, to: to, step: step, count: count)))
    case .newAxis: return nil
    }
  }

  /// Equal columns in equal order.
  public func isEqual(to other: any EngineValue) -> Bool {
    guard let other = other as? Table, other.count == count, other.columns.count == columns.count else {
      return false
    }
    return zip(columns, other.columns).allSatisfy { $0.name == $1.name && $0.values == $1.values }
  }

  // MARK: Text

  /// Aligned columns under their names, as `print` shows it; numbers stand right. At most 200 rows.
  public var text: String {
    if columns.isEmpty { return summary }
    let shown = min(count, 200)
    var lines = [String](repeating: "", count: shown + 1)
    for (index, column) in columns.enumerated() {
      let isNumeric = column.values.allSatisfy { if case .number = $0 { true } else { false } }
      let cells = [column.name] + column.values.prefix(shown).map(Table.cell)
      let width = cells.map { DisplayWidth.of($0) }.max() ?? 0
      for (row, cell) in cells.enumerated() {
        let space = String(repeating: " ", count: width - DisplayWidth.of(cell))
        let isLast = index == columns.count - 1
        lines[row] += (index > 0 ? "  " : "") + (isNumeric ? space + cell : (isLast ? cell : cell + space))
      }
    }
    if shown < count { lines.append("… \(count - shown) rows more") }
    return lines.joined(separator: "\n")
  }

  /// A number that is no whole one as tables show it: six digits.
  public static func number(_ number: Double) -> String { NumberText.printf(number, "g", precision: 6) }

  private static func cell(_ value: Value) -> String {
    if case .number(let number) = value, Int(exactly: number) == nil { return Table.number(number) }
    return value.text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: " ")
  }

  /// Comma-separated values with a header line (RFC 4180): text with commas, quotes or newlines is
  /// quoted, `none` is empty, numbers read back exactly.
  public var csv: String {
    func field(_ text: String) -> String {
      let isPlain = !text.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
      if isPlain { return text }
      return "\"" + Text.split(text, by: "\"").joined(separator: "\"\"") + "\""
    }
    var lines = [fieldNames.map(field).joined(separator: ",")]
    for row in 0..<count {
      lines.append(
        columns.map { column in
          let value = column.values[row]
          switch value {
          case .none: return ""
          // What has parts stands in its cell as JSON, which programs can read.
          case .record: return field(JSON.text(value) ?? value.text)
          case .object(let object as Table): return field(object.json ?? value.text)
          default: return field(value.text)
          }
        }.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A JSON list of records; nil where a cell holds what JSON cannot.
  public var json: String? {
    var parts: [String] = []
    for index in 0..<count {
      guard let part = JSON.text(.record(row(index))) else { return nil }
      parts.append(part)
    }
    return "[" + parts.joined(separator: ",\n ") + "]"
  }
}
