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

  /// Printing, checking, help, types.
  static let general: [Builtin] = [
    Builtin(
      "print", section: section, [.init("values", .any, "what to print")], variadic: true, gives: .none,
      .init(
        "Prints values on one line, with spaces between them.",
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
        example: "assert(1 < 2)")
    ) { arguments, _ in
      if !arguments.bool("condition") { throw ScriptError(arguments.string("message")) }
      return .none
    },
    Builtin(
      "help", section: section,
      [.init("what", .union([.function, .string, .none]), default: Value.none, "a function or its name")],
      gives: .none,
      .init("Prints what a function does, takes and gives.", example: "help(map)")
    ) { arguments, context in
      let registry = (context as? Machine)?.registry ?? Registry.core
      let text: String
      switch arguments["what"] {
      case .function(let function):
        text =
          function.builtin.map(HelpText.of) ?? "\(function.signature.description): a function of the script"
      case .string(let name):
        guard let builtin = registry[name] else {
          throw ScriptError(
            "there is no builtin `\(name)`", argument: "what",
            hint: Suggestion.hint(for: name, among: registry.names))
        }
        text = HelpText.of(builtin)
      default:
        text = HelpText.overview(registry)
      }
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        context.printLine(String(line))
      }
      return .none
    },
    Builtin(
      "type", section: section, [.init("value", .any)], gives: .string,
      .init("The name of a value's type.", example: "print(type([1, 2]))  # expect: list")
    ) { arguments, _ in .string(arguments["value"].typeName) },
    Builtin(
      "isnone", section: section, [.init("value", .any)], gives: .bool,
      .init("Whether a value is `none`.", example: "print(isnone(none))  # expect: true")
    ) { arguments, _ in
      if case .none = arguments["value"] { .bool(true) } else { .bool(false) }
    },
    Builtin(
      "len", section: section, [.init("value", .any, "a list, string, record or sequence")], gives: .int,
      .init(
        "How many elements a list has, characters a string, fields a record, rows a table.",
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

/// Help as text.
enum HelpText {
  /// Signature, summary, parameters with types and defaults, details, example.
  static func of(_ builtin: Builtin) -> String {
    var lines = [
      "\(builtin.signature.description) → \(builtin.result.description)", builtin.documentation.summary,
    ]
    let parameters = builtin.positional + builtin.options
    let width = parameters.map(\.name.count).max() ?? 0
    for parameter in parameters {
      let name = parameter.name + String(repeating: " ", count: width - parameter.name.count)
      var line = "  \(name)  \(parameter.type.description)"
      if let value = parameter.defaultValue { line += " = \(value.literal)" }
      if !parameter.doc.isEmpty { line += "  \(parameter.doc)" }
      lines.append(line)
    }
    if !builtin.documentation.details.isEmpty { lines.append(builtin.documentation.details) }
    if !builtin.documentation.example.isEmpty {
      lines.append("Example:")
      lines += builtin.documentation.example.split(separator: "\n").map { "  \($0)" }
    }
    return lines.joined(separator: "\n")
  }

  /// All builtins by section.
  static func overview(_ registry: Registry) -> String {
    let sections = Dictionary(grouping: registry.builtins, by: \.section)
    return sections.keys.sorted().map { section in
      "\(section): " + (sections[section] ?? []).map(\.name).joined(separator: " ")
    }.joined(separator: "\n") + "\nhelp(name) says more."
  }
}
