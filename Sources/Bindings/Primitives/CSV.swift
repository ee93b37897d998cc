import Interpreter

/// A table from CSV text (RFC 4180): the first line names the columns; a column whose every cell is
/// a number becomes numbers. Lines before it that begin with `#` say how the table was made.
func table(csv text: String) throws -> Table {
  var body = text[...]
  while body.first == "#" {
    body = body.firstIndex(where: \.isNewline).map { body[body.index(after: $0)...] } ?? ""
  }
  var rows = try csvRows(String(body))
  guard !rows.isEmpty else { throw ScriptError("the table is empty") }
  let names = rows.removeFirst()
  for (index, row) in rows.enumerated() where row.count != names.count {
    throw ScriptError(
      "line \(index + 2) has \(row.count) cells where the header has \(names.count)")
  }
  return try Table(
    columns: names.enumerated().map { column, name in
      let cells = rows.map { $0[column] }
      let numbers = cells.compactMap { Double($0) }
      let isNumeric = !cells.isEmpty && numbers.count == cells.count
      return (
        name: name, values: isNumeric ? numbers.map(Value.number) : cells.map(Value.string)
      )
    })
}

/// The cells of each line; quoted cells may hold commas, doubled quotes and newlines.
private func csvRows(_ text: String) throws -> [[String]] {
  var rows: [[String]] = []
  var row: [String] = []
  var cell: [UInt8] = []
  var isQuoted = false
  let bytes = Array(text.utf8)
  var i = 0
  func finish(_ cell: inout [UInt8], _ row: inout [String]) {
    row.append(String(decoding: cell, as: UTF8.self))
    cell = []
  }
  while i < bytes.count {
    let byte = bytes[i]
    i += 1
    if isQuoted {
      if byte != UInt8(ascii: "\"") {
        cell.append(byte)
      } else if i < bytes.count, bytes[i] == UInt8(ascii: "\"") {
        cell.append(byte)
        i += 1
      } else {
        isQuoted = false
      }
      continue
    }
    switch byte {
    case UInt8(ascii: "\"") where cell.isEmpty: isQuoted = true
    case UInt8(ascii: ","): finish(&cell, &row)
    case 13: continue
    case 10:
      finish(&cell, &row)
      if row != [""] { rows.append(row) }
      row = []
    default: cell.append(byte)
    }
  }
  if isQuoted { throw ScriptError("a quoted cell does not end") }
  if !cell.isEmpty || !row.isEmpty {
    finish(&cell, &row)
    rows.append(row)
  }
  return rows
}
