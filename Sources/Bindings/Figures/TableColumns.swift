import Figures
import Interpreter
import Syntax

/// Columns of a table as charts take them.
struct TableColumns {
  let table: Table
  let context: CallContext

  /// A column's values. Throws `ScriptError` where there is none of the name.
  func column(_ name: String, option: String) throws -> [Value] {
    if let values = table.column(name) { return values }
    throw ScriptError(
      "this table has no column `\(name)`", argument: option,
      hint: Suggestion.hint(for: name, among: table.fieldNames)
        ?? (table.fieldNames.isEmpty ? nil : "it has " + table.fieldNames.joined(separator: ", ")))
  }

  /// A column of numbers; `none` and nan are missing, and infinite ones too, of which the user is told.
  func numbers(_ name: String, option: String) throws -> [Double?] {
    var infinite = 0
    let numbers = try column(name, option: option).enumerated().map { row, value -> Double? in
      switch value {
      case .none: return nil
      case .number(let number):
        if abs(number) <= 1e150 { return number }
        if !number.isNaN { infinite += 1 }
        return nil
      case .string(let text):
        throw ScriptError(
          "column `\(name)` holds strings, such as \"\(abbreviated(text))\"; `\(option)` takes numbers",
          argument: option,
          hint: option == "y" ? "strings can stand along the other axis: `x: \"\(name)\"`" : nil)
      default:
        throw ScriptError(
          "column `\(name)` holds \(TypeMessage.article(value.typeName)) in row \(row); "
            + "`\(option)` takes numbers", argument: option)
      }
    }
    warn(infinite, of: name)
    return numbers
  }

  /// A column of numbers, or of names where it holds strings or bools.
  func any(_ name: String, option: String) throws -> ChartData.Column {
    let values = try column(name, option: option)
    var hasNumbers = false
    var hasNames = false
    for value in values {
      switch value {
      case .none: break
      case .number: hasNumbers = true
      case .string, .bool: hasNames = true
      default:
        throw ScriptError(
          "column `\(name)` holds \(TypeMessage.article(value.typeName)); `\(option)` takes numbers or strings",
          argument: option)
      }
    }
    guard !(hasNumbers && hasNames) else {
      throw ScriptError(
        "column `\(name)` holds numbers and strings; `\(option)` takes either", argument: option)
    }
    guard hasNames else { return .numbers(try numbers(name, option: option)) }
    return .names(
      values.map { value in
        switch value {
        case .string(let text): text
        case .bool(let isTrue): isTrue ? "true" : "false"
        default: nil
        }
      })
  }

  private func warn(_ infinite: Int, of name: String) {
    guard infinite > 0 else { return }
    let isOne = infinite == 1
    context.warn(
      "\(infinite) number\(isOne ? "" : "s") of column `\(name)` \(isOne ? "is" : "are") infinite or too large "
        + "and not drawn")
  }
}
