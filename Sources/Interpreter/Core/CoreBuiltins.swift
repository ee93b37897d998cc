import Syntax

/// The language's own functions, by group.
enum CoreBuiltins {
  /// All of them.
  static let all: [Builtin] = general + lists + higherOrder + strings + numbers + records + tables
}

/// Short ways to read arguments whose types the signature has checked.
extension Arguments {
  func string(_ name: String) -> String { if case .string(let text) = self[name] { text } else { "" } }
  func number(_ name: String) -> Double { if case .number(let number) = self[name] { number } else { 0 } }
  func bool(_ name: String) -> Bool { if case .bool(let bool) = self[name] { bool } else { false } }
  func list(_ name: String) -> [Value] { if case .list(let values) = self[name] { values } else { [] } }
  func record(_ name: String) -> Record {
    if case .record(let record) = self[name] { record } else { Record() }
  }

  func function(_ name: String) throws -> Function {
    guard case .function(let function) = self[name] else {
      throw ScriptError("expected a function, found \(self[name].typeName)", argument: name)
    }
    return function
  }

  /// The elements of a list, or of a value of the engine that is a sequence.
  func elements(_ name: String) throws -> [Value] {
    do {
      return try Sequences.elements(of: self[name])
    } catch let error as ScriptError {
      throw ScriptError(error.message, argument: name, hint: error.hint, kind: error.kind)
    }
  }

  /// Strings of a list of strings, or the one string.
  func strings(_ name: String) -> [String] {
    switch self[name] {
    case .string(let text): [text]
    case .list(let values): values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    default: []
    }
  }
}

extension CoreBuiltins {
  private static let section = "general"

  /// Printing, checking, types.
  static let general: [Builtin] = [
    Builtin(
      "print", section: section, [.init("values", .any, "what to print")], variadic: true, gives: .none,
      .init(
        "Prints values on one line, with spaces between them.",
        seeAlso: ["show", "string", "save"],
        example: "print(1 + 2, \"dogs\")  # expect: 3 dogs")
    ) { arguments, context in
      context.printLine(arguments.list("values").map(\.text).joined(separator: " "))
      return .none
    },
    Builtin(
      "assert", section: section,
      [
        .init("condition", .bool, "what must hold"),
        .init("message", .string, default: .string("the assertion does not hold"), "what to say otherwise"),
      ], gives: .none,
      .init(
        "Stops the script with a message when a condition does not hold.",
        errors: "The condition does not hold: the message is the error.",
        seeAlso: ["print", "allclose"],
        example: "assert(1 < 2)")
    ) { arguments, _ in
      if !arguments.bool("condition") { throw ScriptError(arguments.string("message")) }
      return .none
    },
    Builtin(
      "type", section: section, [.init("value", .any, "anything")], gives: .string,
      .init(
        "The name of a value's type.", seeAlso: ["isnone"],
        example: "print(type([1, 2]))  # expect: list")
    ) { arguments, _ in .string(arguments["value"].typeName) },
    Builtin(
      "isnone", section: section, [.init("value", .any, "anything")], gives: .bool,
      .init(
        "Whether a value is `none`.", seeAlso: ["type"],
        example: "print(isnone(none))  # expect: true")
    ) { arguments, _ in
      if case .none = arguments["value"] { .bool(true) } else { .bool(false) }
    },
    Builtin(
      "len", section: section, [.init("value", .any, "a list, string, record or sequence")], gives: .int,
      .init(
        "How many elements a list has, characters a string, fields a record, rows a table.",
        errors: "A value without a length: a number, a function, a model.",
        seeAlso: ["shape", "keys"],
        example: "print(len([1, 2, 3]))  # expect: 3")
    ) { arguments, _ in
      switch arguments["value"] {
      case .list(let values): return .number(Double(values.count))
      case .string(let text): return .number(Double(text.count))
      case .record(let record): return .number(Double(record.count))
      case .object(let object):
        if let length = object.length { return .number(Double(length)) }
        throw ScriptError("\(TypeMessage.article(object.typeName)) has no length", argument: "value")
      case let other:
        throw ScriptError("\(TypeMessage.article(other.typeName)) has no length", argument: "value")
      }
    },
  ]
}
