import Glibc
import Syntax

extension CoreBuiltins {
  private static let section = "tables"
  private static let names = TypeSpec.union([.string, .list(.string)])

  /// Tables.
  static let tables: [Builtin] = [
    Builtin(
      "table", section: section,
      [
        .init(
          "data", .union([.list(.record), .record]),
          "a list of records (rows), or a record of lists (columns)")
      ],
      gives: .engine("table"),
      .init(
        "A table of named columns.",
        details:
          "A field that a row lacks is `none`. `t.name` is a column as a list, `t[0]` a row as a record; `for` visits the rows.",
        errors: "Columns of different lengths; a column that is no list; a name given twice.",
        seeAlso: ["group", "summarize", "keys"],
        example: "print(table([{name: \"a\", score: 1}, {name: \"b\", score: 2}]).score)  # expect: [1, 2]")
    ) { arguments, _ in
      if case .record(let record) = arguments["data"] {
        return .object(
          try Table(
            columns: try record.fields.map { field in
              guard case .list(let values) = field.value else {
                throw ScriptError(
                  "column `\(field.name)` is a list, found \(field.value.typeName)", argument: "data")
              }
              return (field.name, values)
            }))
      }
      let rows = arguments.list("data").compactMap {
        if case .record(let record) = $0 { record } else { nil }
      }
      return .object(try Table(rows: rows))
    },
    Builtin(
      "group", section: section, [.init("t", .engine("table"), "the table")],
      options: [.init("by", names, "a column's name, or several")], gives: .list(.record),
      .init(
        "The rows of a table by equal values of columns, in the order of first occurrence.",
        details: "Each record holds the columns' values and `rows`, the table of its rows.",
        errors: "A column that the table does not have.",
        seeAlso: ["summarize", "sorted", "table"],
        example: """
          t = table([{m: "a", x: 1}, {m: "b", x: 2}, {m: "a", x: 3}])
          for g in group(t, by: "m") { print(g.m, len(g.rows)) }  # expect: a 2  # expect: b 1
          """
      )
    ) { arguments, _ in
      let table = try arguments.table("t")
      return .list(
        try Groups.of(table, by: arguments.strings("by")).map { key, indices in
          var record = key
          record["rows"] = .object(table.rows(indices))
          return .record(record)
        })
    },
    Builtin(
      "summarize", section: section,
      [.init("t", .engine("table"), "the table"), .init("columns", names, "columns of numbers")],
      options: [.init("by", names, default: .list([]), "columns that part the rows into groups")],
      gives: .engine("table"),
      .init(
        "Mean, standard deviation, least, greatest and number of a table's numbers, by group.",
        details:
          "For a column `x` the columns are `x_mean`, `x_sd`, `x_min`, `x_max` and `x_count`. `none` and nan do not count. The standard deviation divides by n − 1; it is `none` for fewer than two numbers.",
        errors: "A column that the table does not have, or that holds anything but numbers and `none`.",
        seeAlso: ["group", "table", "mean", "std"],
        example:
          "print(summarize(table([{x: 1}, {x: 3}]), \"x\").x_mean)  # expect: [2]"
      )
    ) { arguments, _ in
      let table = try arguments.table("t")
      let columns = try arguments.strings("columns").map {
        (name: $0, values: try Groups.numbers(table, $0))
      }
      let groups = try Groups.of(table, by: arguments.strings("by"))
      let rows = groups.map { key, indices in
        var record = key
        for column in columns {
          let statistics = Statistics(indices.compactMap { column.values[$0] })
          record[column.name + "_mean"] = statistics.mean
          record[column.name + "_sd"] = statistics.deviation
          record[column.name + "_min"] = statistics.least
          record[column.name + "_max"] = statistics.greatest
          record[column.name + "_count"] = .number(Double(statistics.count))
        }
        return record
      }
      return .object(try Table(rows: rows))
    },
  ]
}

extension Arguments {
  func table(_ name: String) throws -> Table {
    guard case .object(let object) = self[name], let table = object as? Table else {
      throw ScriptError("expected a table, found \(self[name].typeName)", argument: name)
    }
    return table
  }
}

/// Rows of a table by equal values.
private enum Groups {
  /// The key of each group and the indices of its rows; one group of all rows where `by` is empty.
  static func of(_ table: Table, by names: [String]) throws -> [(key: Record, rows: [Int])] {
    let columns = try names.map { try table.existingColumn($0, argument: "by") }
    if columns.isEmpty { return [(Record(), Array(0..<table.count))] }
    var groups: [(key: Record, rows: [Int])] = []
    var known: [String: Int] = [:]
    for row in 0..<table.count {
      let text = columns.map { $0[row].literal }.joined(separator: "\u{1F}")
      if let index = known[text] {
        groups[index].rows.append(row)
      } else {
        known[text] = groups.count
        var key = Record()
        for (name, column) in zip(names, columns) { key[name] = column[row] }
        groups.append((key, [row]))
      }
    }
    return groups
  }

  /// A column as numbers; nil for `none` and nan.
  static func numbers(_ table: Table, _ name: String) throws -> [Double?] {
    try table.existingColumn(name, argument: "columns").map { value in
      switch value {
      case .number(let number): return number.isNaN ? nil : number
      case .none: return nil
      default:
        throw ScriptError("column `\(name)` holds numbers, found \(value.typeName)", argument: "columns")
      }
    }
  }
}

/// Measures of some numbers; `none` where there are too few.
private struct Statistics {
  let count: Int
  var mean = Value.none
  var deviation = Value.none
  var least = Value.none
  var greatest = Value.none

  init(_ numbers: [Double]) {
    count = numbers.count
    guard let low = numbers.min(), let high = numbers.max() else { return }
    let average = numbers.reduce(0, +) / Double(count)
    mean = .number(average)
    least = .number(low)
    greatest = .number(high)
    guard count > 1 else { return }
    let squares = numbers.reduce(0) { $0 + ($1 - average) * ($1 - average) }
    deviation = .number((squares / Double(count - 1)).squareRoot())
  }
}
