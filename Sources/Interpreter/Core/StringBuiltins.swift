import Syntax

extension CoreBuiltins {
  private static let section = "strings"
  private static let text = Builtin.Parameter("text", .string, "the string")

  /// Strings.
  static let strings: [Builtin] = [
    Builtin(
      "join", section: section,
      [
        .init("xs", .list(.any), "strings; other values are shown as `print` does"),
        .init("with", .string, default: .string(", "), "what stands between"),
      ], gives: .string,
      .init(
        "One string of many.", errors: "A result longer than a string may be.",
        seeAlso: ["split", "string"],
        example: "print(join([\"a\", \"b\"], with: \"-\"))  # expect: a-b")
    ) { arguments, _ in
      var result = ""
      for (index, value) in arguments.list("xs").enumerated() {
        if index > 0 { result += arguments.string("with") }
        result += value.text
        try Limits.checkBytes(result.utf8.count)
      }
      return .string(result)
    },
    Builtin(
      "split", section: section,
      [
        text,
        .init(
          "separator", .union([.string, .none]), default: Value.none,
          "none: any white space; \"\": every character"),
      ],
      gives: .list(.string),
      .init(
        "The pieces of a string between separators.",
        seeAlso: ["join", "replace"],
        example: "print(split(\"a, b\", \", \"))  # expect: [\"a\", \"b\"]")
    ) { arguments, _ in
      let text = arguments.string("text")
      guard case .string(let separator) = arguments["separator"] else {
        return .list(text.split { $0.isWhitespace }.map { .string(String($0)) })
      }
      let pieces = separator.isEmpty ? text.map { String($0) } : Text.split(text, by: separator)
      try Limits.checkCount(pieces.count)
      return .list(pieces.map { .string($0) })
    },
    Builtin(
      "replace", section: section,
      [
        text, .init("old", .string, "what to replace, everywhere"),
        .init("new", .string, "what to put there"),
      ], gives: .string,
      .init(
        "A string with every occurrence of one part replaced.",
        errors: "An empty text to replace; a result longer than a string may be.",
        seeAlso: ["split"],
        example: "print(replace(\"a photo of a {}\", \"{}\", \"dog\"))  # expect: a photo of a dog")
    ) { arguments, _ in
      let (text, old, new) = (arguments.string("text"), arguments.string("old"), arguments.string("new"))
      guard !old.isEmpty else { throw ScriptError("the text to replace is empty", argument: "old") }
      let pieces = Text.split(text, by: old)
      try Limits.checkBytes(text.utf8.count + (pieces.count - 1) * new.utf8.count)
      return .string(pieces.joined(separator: new))
    },
    Builtin(
      "upper", section: section, [text], gives: .string,
      .init(
        "A string in upper case.", seeAlso: ["lower"],
        example: "print(upper(\"dog\"))  # expect: DOG")
    ) { arguments, _ in .string(arguments.string("text").uppercased()) },
    Builtin(
      "lower", section: section, [text], gives: .string,
      .init(
        "A string in lower case.", seeAlso: ["upper"],
        example: "print(lower(\"DOG\"))  # expect: dog")
    ) { arguments, _ in .string(arguments.string("text").lowercased()) },
    Builtin(
      "strip", section: section, [text], gives: .string,
      .init(
        "A string without white space at both ends.", seeAlso: ["split", "replace"],
        example: "print(strip(\"  dog \"))  # expect: dog")
    ) { arguments, _ in .string(Text.trimmed(arguments.string("text"))) },
    Builtin(
      "startswith", section: section, [text, .init("prefix", .string, "what it may begin with")],
      gives: .bool,
      .init(
        "Whether a string begins with another.", seeAlso: ["endswith", "contains"],
        example: "print(startswith(\"dog\", \"do\"))  # expect: true"
      )
    ) { arguments, _ in
      .bool(arguments.string("text").utf8.starts(with: arguments.string("prefix").utf8))
    },
    Builtin(
      "endswith", section: section, [text, .init("suffix", .string, "what it may end with")], gives: .bool,
      .init(
        "Whether a string ends with another.",
        seeAlso: ["startswith", "contains"],
        example: "print(endswith(\"dog.png\", \".png\"))  # expect: true")
    ) { arguments, _ in
      .bool(arguments.string("text").utf8.reversed().starts(with: arguments.string("suffix").utf8.reversed()))
    },
    Builtin(
      "contains", section: section,
      [
        .init("whole", .union([.string, .list(.any), .record]), "where to look"),
        .init("part", .any, "a part of a string, an element of a list, or a field's name"),
      ],
      gives: .bool,
      .init(
        "Whether a string, list or record holds a value; as `part in whole`.",
        errors: "A part that such a whole cannot hold: a number in a string.",
        seeAlso: ["startswith"],
        example: "print(contains(\"hotdog\", \"dog\"))  # expect: true")
    ) { arguments, _ in
      let result = try Operators.apply(.contains, arguments["part"], arguments["whole"], NoOperators())
      guard let result else {
        throw ScriptError(
          "a \(arguments["whole"].typeName) holds no \(arguments["part"].typeName)", argument: "part")
      }
      return result
    },
    Builtin(
      "string", section: section, [.init("value", .any, "anything")],
      options: [
        .init(
          "digits", .union([.int, .none]), default: Value.none,
          "of a number: exactly so many after the point, 0 to 100")
      ], gives: .string,
      .init(
        "A value as `print` shows it.",
        errors: "`digits` outside 0 to 100, or given for what is no number.", seeAlso: ["number", "print"],
        example: "print(string(1) + \"!\", string(0.5, digits: 2))  # expect: 1! 0.50")
    ) { arguments, _ in
      guard case .number(let digits) = arguments["digits"] else { return .string(arguments["value"].text) }
      guard digits >= 0, digits <= 100 else {
        throw ScriptError("`digits` is 0 to 100, found \(NumberText.plain(digits))", argument: "digits")
      }
      guard case .number(let number) = arguments["value"] else {
        throw ScriptError("`digits` is for numbers, found \(arguments["value"].typeName)", argument: "value")
      }
      return .string(NumberText.printf(number, "f", precision: Int(digits)))
    },
  ]

  /// Plain numbers.
  static let numbers: [Builtin] = [
    Builtin(
      "number", section: "numbers",
      [
        .init(
          "value", .union([.string, .number, .bool]),
          "decimal, as `2.5` or `1e-3`; white space around it does not matter")
      ], gives: .number,
      .init(
        "The number that a string says; 1 and 0 for true and false.",
        errors: "A string that is no decimal number: `\"0x10\"`, `\"inf\"`, `\"3 cats\"`.",
        seeAlso: ["string", "round"],
        example: "print(number(\"2.5\") * 2)  # expect: 5")
    ) { arguments, _ in
      switch arguments["value"] {
      case .number(let number): return .number(number)
      case .bool(let bool): return .number(bool ? 1 : 0)
      default:
        let text = Text.trimmed(arguments.string("value"))
        guard text.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }),
          let number = Double(text),
          number.isFinite
        else { throw ScriptError("\(Value.quoted(text)) is not a number", argument: "value") }
        return .number(number)
      }
    },
    Builtin(
      "round", section: "numbers",
      [
        .init("x", .number, "the number"),
        .init("digits", .int, default: .number(0), "after the point; negative: before it"),
      ], gives: .number,
      .init(
        "The nearest number of so many digits; halves go to the even one.",
        errors: "More than 300 digits.",
        seeAlso: ["floor", "ceil", "string"],
        example: "print(round(2.345, 1), round(2.5))  # expect: 2.3 2")
    ) { arguments, _ in
      let x = arguments.number("x")
      let digits = arguments.number("digits")
      guard abs(digits) <= 300 else { throw ScriptError("at most 300 digits", argument: "digits") }
      if !x.isFinite || digits == 0 { return .number(x.rounded(.toNearestOrEven)) }
      // Through decimal text, which rounds the number's exact value.
      if digits > 0 { return .number(Double(NumberText.printf(x, "f", precision: Int(digits))) ?? x) }
      var scale = 1.0
      for _ in 0..<Int(-digits) { scale *= 10 }
      return .number((x / scale).rounded(.toNearestOrEven) * scale)
    },
    Builtin(
      "floor", section: "numbers", [.init("x", .number, "the number")], gives: .number,
      .init(
        "The largest whole number that is not larger.", seeAlso: ["ceil", "round"],
        example: "print(floor(-0.5))  # expect: -1")
    ) { arguments, _ in .number(arguments.number("x").rounded(.down)) },
    Builtin(
      "ceil", section: "numbers", [.init("x", .number, "the number")], gives: .number,
      .init(
        "The smallest whole number that is not smaller.", seeAlso: ["floor", "round"],
        example: "print(ceil(0.5))  # expect: 1")
    ) { arguments, _ in .number(arguments.number("x").rounded(.up)) },
  ]

  /// Records.
  static let records: [Builtin] = [
    Builtin(
      "keys", section: "records", [.init("r", .union([.record, .engine("table")]), "a record or a table")],
      gives: .list(.string),
      .init(
        "Names of a record's fields, or of a table's columns.",
        seeAlso: ["values", "items"],
        example: "print(keys({a: 1, b: 2}))  # expect: [\"a\", \"b\"]")
    ) { arguments, _ in
      if case .object(let object) = arguments["r"], let table = object as? Table {
        return .list(table.columns.map { .string($0.name) })
      }
      return .list(arguments.record("r").names.map { .string($0) })
    },
    Builtin(
      "values", section: "records", [.init("r", .record, "a record")], gives: .list(.any),
      .init(
        "Values of a record's fields.", seeAlso: ["keys", "items"],
        example: "print(values({a: 1, b: 2}))  # expect: [1, 2]")
    ) { arguments, _ in .list(arguments.record("r").fields.map(\.value)) },
    Builtin(
      "items", section: "records", [.init("r", .record, "a record")], gives: .list(.list(.any)),
      .init(
        "Pairs of name and value of a record's fields.",
        seeAlso: ["keys", "values", "zip"],
        example: "for k, v in items({a: 1}) { print(k, v) }  # expect: a 1")
    ) { arguments, _ in .list(arguments.record("r").fields.map { .list([.string($0.name), $0.value]) }) },
    Builtin(
      "record", section: "records",
      [.init("pairs", .list(.list(.any)), "pairs of a name and a value, such as `items` and `zip` give")],
      gives: .record,
      .init(
        "A record of pairs of name and value; of two with one name the later wins.",
        errors: "An item that is no pair of a name and a value.", seeAlso: ["items", "zip"],
        example: "print(record(zip([\"a\", \"b c\"], [1, 2])))  # expect: {a: 1, \"b c\": 2}")
    ) { arguments, _ in
      var result = Record()
      for (index, value) in arguments.list("pairs").enumerated() {
        guard case .list(let pair) = value, pair.count == 2, case .string(let name) = pair[0] else {
          throw ScriptError("item \(index) is no pair of a name and a value", argument: "pairs")
        }
        result[name] = pair[1]
      }
      return .record(result)
    },
    Builtin(
      "merge", section: "records", [.init("records", .record, "later ones win")], variadic: true,
      gives: .record,
      .init(
        "One record of the fields of many.",
        seeAlso: ["items"],
        example: "print(merge({a: 1}, {a: 2, b: 3}))  # expect: {a: 2, b: 3}")
    ) { arguments, _ in
      var result = Record()
      for value in arguments.list("records") {
        if case .record(let record) = value {
          for field in record.fields { result[field.name] = field.value }
        }
      }
      return .record(result)
    },
  ]
}
