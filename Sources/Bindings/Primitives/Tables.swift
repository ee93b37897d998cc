import Interpreter

/// A table of rows given in the columns' order.
func table(columns: [String], rows: [[Value]]) throws -> Value {
  .object(
    try Table(
      columns: columns.enumerated().map { index, name in
        (name: name, values: rows.map { $0[index] })
      }))
}
