import Syntax

extension CoreBuiltins {
  private static let section = "lists"
  private static let sequence = Builtin.Parameter(
    "xs", .any, "a list, or a sequence such as heatmaps or a table")

  /// Making and taking apart lists.
  static let lists: [Builtin] = [
    Builtin(
      "range", section: section,
      [
        .init("start", .number, "the first number; with one argument, the end"),
        .init("end", .union([.number, .none]), default: Value.none, "where to stop; not included"),
        .init("step", .number, default: .number(1), "from one number to the next; negative goes down"),
      ], gives: .list(.number),
      .init(
        "Numbers from 0 up to an end, or from a start up to an end by a step; the end is not included.",
        errors: """
          A step of 0 or numbers that are not finite; more elements than a list may have (10
          million).
          """,
        seeAlso: ["linspace", "enumerate"],
        example: "print(range(3), range(1, 2, 0.5))  # expect: [0, 1, 2] [1, 1.5]")
    ) { arguments, _ in
      var start = arguments.number("start")
      var end = arguments.number("end")
      let step = arguments.number("step")
      if case .none = arguments["end"] { (start, end) = (0, start) }
      guard step != 0, step.isFinite, start.isFinite, end.isFinite else {
        throw ScriptError("a range's step cannot be \(NumberText.plain(step))", argument: "step")
      }
      let count = ((end - start) / step).rounded(.up)
      if count <= 0 { return .list([]) }
      guard count <= Double(Limits.elements) else {
        throw ScriptError(
          "a list of \(NumberText.plain(count)) elements is too large", hint: "at most \(Limits.elements)")
      }
      // By multiplication, so that errors do not add up.
      let first = start
      return .list((0..<Int(count)).map { .number(first + Double($0) * step) })
    },
    Builtin(
      "zip", section: section, [.init("lists", .any, "lists of one length")], variadic: true,
      gives: .list(.list(.any)),
      .init(
        "Lists of elements that stand at the same place in each argument.",
        details: "The arguments must have the same length.",
        errors: "Arguments of different lengths; an argument that is no sequence.",
        seeAlso: ["enumerate", "items"],
        example: "for name, n in zip([\"a\", \"b\"], [1, 2]) { print(name, n) }  # expect: a 1  # expect: b 2"
      )
    ) { arguments, _ in
      let columns = try arguments.list("lists").map { value in
        do { return try Sequences.elements(of: value) } catch let error as ScriptError {
          throw ScriptError(error.message, argument: "lists", hint: error.hint)
        }
      }
      guard let first = columns.first else { return .list([]) }
      guard columns.allSatisfy({ $0.count == first.count }) else {
        let counts = columns.map { String($0.count) }.joined(separator: ", ")
        throw ScriptError("`zip` takes lists of one length, found \(counts)", argument: "lists")
      }
      return .list(first.indices.map { row in .list(columns.map { $0[row] }) })
    },
    Builtin(
      "enumerate", section: section, [sequence],
      options: [.init("from", .int, default: .number(0), "the first number")],
      gives: .list(.list(.any)),
      .init(
        "Pairs of a number and an element.",
        errors: "An argument that is no sequence.",
        seeAlso: ["zip", "range"],
        example: "for i, x in enumerate([\"a\", \"b\"]) { print(i, x) }  # expect: 0 a  # expect: 1 b")
    ) { arguments, _ in
      let first = arguments.number("from")
      return .list(
        try arguments.elements("xs").enumerated().map {
          .list([.number(first + Double($0.offset)), $0.element])
        })
    },
    Builtin(
      "reversed", section: section, [sequence], gives: .list(.any),
      .init(
        "The elements from the last to the first.", errors: "An argument that is no sequence.",
        seeAlso: ["sorted"],
        example: "print(reversed([1, 2, 3]))  # expect: [3, 2, 1]"
      )
    ) { arguments, _ in .list(try arguments.elements("xs").reversed()) },
    Builtin(
      "unique", section: section, [sequence], gives: .list(.any),
      .init(
        "Each element once, in the order of first occurrence.",
        errors: "An argument that is no sequence.",
        seeAlso: ["group", "sorted"],
        example: "print(unique([2, 1, 2]))  # expect: [2, 1]")
    ) { arguments, context in
      var found: [Value] = []
      // Scalars by their text; anything else by comparison.
      var scalars: Set<String> = []
      var others: [Value] = []
      for value in try arguments.elements("xs") {
        switch value {
        case .number, .string, .bool, .none:
          if case .number(let number) = value, number.isNaN { found.append(value); continue }
          if scalars.insert(value.literal).inserted { found.append(value) }
        default:
          try context.checkInterruption()
          if !others.contains(value) {
            others.append(value)
            found.append(value)
          }
        }
      }
      return .list(found)
    },
    Builtin(
      "flatten", section: section, [sequence], gives: .list(.any),
      .init(
        "The elements of a list's lists, one level deep.",
        errors: "An argument that is no sequence.",
        seeAlso: ["concat", "append"],
        example: "print(flatten([[1, 2], [3]]))  # expect: [1, 2, 3]")
    ) { arguments, _ in
      var result: [Value] = []
      for value in try arguments.elements("xs") {
        if case .list(let inner) = value { result += inner } else { result.append(value) }
        try Limits.checkCount(result.count)
      }
      return .list(result)
    },
    Builtin(
      "first", section: section, [sequence], gives: .any,
      .init(
        "The first element.", errors: "An empty list; an argument that is no sequence.",
        seeAlso: ["last"],
        example: "print(first([1, 2]))  # expect: 1")
    ) { arguments, _ in
      guard let value = try arguments.elements("xs").first else {
        throw ScriptError("the list is empty", argument: "xs")
      }
      return value
    },
    Builtin(
      "last", section: section, [sequence], gives: .any,
      .init(
        "The last element.", errors: "An empty list; an argument that is no sequence.",
        seeAlso: ["first"],
        example: "print(last([1, 2]))  # expect: 2")
    ) { arguments, _ in
      guard let value = try arguments.elements("xs").last else {
        throw ScriptError("the list is empty", argument: "xs")
      }
      return value
    },
    Builtin(
      "append", section: section, [sequence, .init("value", .any, "the new last element")],
      gives: .list(.any),
      .init(
        "A list with one element more.", errors: "An argument that is no sequence.",
        seeAlso: ["flatten", "concat"],
        example: "print(append([1, 2], 3))  # expect: [1, 2, 3]")
    ) { arguments, _ in
      let values = try arguments.elements("xs")
      try Limits.checkCount(values.count + 1)
      return .list(values + [arguments["value"]])
    },
  ]

  /// Functions that take functions.
  static let higherOrder: [Builtin] = [
    Builtin(
      "map", section: section, [sequence, .init("f", .function, "called with each element")],
      gives: .list(.any),
      .init(
        "The results of a function for each element.",
        errors: "An argument that is no sequence; whatever the function fails with.",
        seeAlso: ["filter", "fold", "scan"],
        example: "print(map([1, 2], fn(x) => x * 10))  # expect: [10, 20]")
    ) { arguments, context in
      let function = try arguments.function("f")
      return .list(try arguments.elements("xs").map { try context.call(function, [$0]) })
    },
    Builtin(
      "filter", section: section, [sequence, .init("f", .function, "gives true for elements to keep")],
      gives: .any,
      .init(
        "The elements (of a table, the rows) for which a function gives true.",
        errors: "A function that gives anything but a bool; an argument that is no sequence.",
        seeAlso: ["map", "where"],
        example: "print(filter([1, 2, 3], fn(x) => x > 1))  # expect: [2, 3]")
    ) { arguments, context in
      let function = try arguments.function("f")
      let kept = try arguments.elements("xs").enumerated().filter { _, value in
        let result = try context.call(function, [value])
        guard case .bool(let isKept) = result else {
          throw ScriptError(
            "`filter` needs a function that gives a bool, found \(result.typeName)", argument: "f")
        }
        return isKept
      }
      if case .object(let object) = arguments["xs"], let table = object as? Table {
        return .object(table.rows(kept.map(\.offset)))
      }
      return .list(kept.map(\.element))
    },
    Builtin(
      "fold", section: section,
      [
        sequence, .init("start", .any, "the first result so far"),
        .init("f", .function, "of the result so far and an element"),
      ],
      gives: .any,
      .init(
        "Goes through a list, carrying a result along.",
        errors: "An argument that is no sequence; whatever the function fails with.",
        seeAlso: ["scan", "map", "sum"],
        example: "print(fold([1, 2, 3], 0, fn(total, x) => total + x))  # expect: 6")
    ) { arguments, context in
      let function = try arguments.function("f")
      var result = arguments["start"]
      for value in try arguments.elements("xs") { result = try context.call(function, [result, value]) }
      return result
    },
    Builtin(
      "scan", section: section,
      [
        sequence, .init("start", .any, "the first result so far"),
        .init("f", .function, "of the result so far and an element"),
      ],
      gives: .list(.any),
      .init(
        "As `fold`, but gives the list of all results on the way, one for each element.",
        errors: "An argument that is no sequence; whatever the function fails with.",
        seeAlso: ["fold", "cumsum"],
        example: "print(scan([1, 2, 3], 0, fn(total, x) => total + x))  # expect: [1, 3, 6]")
    ) { arguments, context in
      let function = try arguments.function("f")
      var result = arguments["start"]
      return .list(
        try arguments.elements("xs").map { value in
          result = try context.call(function, [result, value])
          return result
        })
    },
    Builtin(
      "sorted", section: section, [sequence],
      options: [
        .init(
          "by", .union([.function, .string, .none]), default: Value.none,
          "a function that gives the key, or a field's or column's name"),
        .init("descending", .bool, default: .bool(false), "whether the largest comes first"),
      ], gives: .any,
      .init(
        "The elements (of a table, the rows) in order; equal ones keep theirs.",
        details: "Keys are numbers or strings. Strings are ordered by Unicode scalar; nan stands last.",
        errors: "Keys that are not all numbers or all strings; a field or column that is not there.",
        seeAlso: ["sort", "argsort", "reversed"],
        example:
          "print(sorted([3, 1, 2]), sorted([\"bb\", \"a\"], by: len))  # expect: [1, 2, 3] [\"a\", \"bb\"]")
    ) { arguments, context in
      let values = try arguments.elements("xs")
      let keys = try values.map { value in
        switch arguments["by"] {
        case .function(let function): return try context.call(function, [value])
        case .string(let name):
          guard case .record(let record) = value, let key = record[name] else {
            let names = if case .record(let record) = value { record.names } else { [String]() }
            throw ScriptError(
              "there is no field `\(name)` to sort by", argument: "by",
              hint: Suggestion.hint(for: name, among: names))
          }
          return key
        default: return value
        }
      }
      let order = try Ordering.order(keys, descending: arguments.bool("descending"))
      if case .object(let object) = arguments["xs"], let table = object as? Table {
        return .object(table.rows(order))
      }
      return .list(order.map { values[$0] })
    },
  ]
}

/// The order of values for `sorted`.
enum Ordering {
  /// Indices of the keys in order; equal keys keep theirs.
  static func order(_ keys: [Value], descending: Bool = false) throws -> [Int] {
    var numbers: [Double] = []
    var strings: [String] = []
    for key in keys {
      switch key {
      case .number(let number) where strings.isEmpty: numbers.append(number)
      case .string(let text) where numbers.isEmpty: strings.append(text)
      default:
        let first = numbers.isEmpty ? (strings.isEmpty ? nil : "string") : "number"
        throw ScriptError(
          first.map { "\($0)s and \(key.typeName)s have no order" }
            ?? "\(TypeMessage.article(key.typeName)) has no order",
          argument: "xs", hint: "sort `by:` a function that gives numbers or strings")
      }
    }
    func precedes(_ a: Int, _ b: Int) -> Bool {
      strings.isEmpty ? numbers[a] < numbers[b] : Operators.precedes(strings[a], strings[b])
    }
    return keys.indices.sorted { a, b in
      // nan after everything in either direction, so that the order is one.
      if !numbers.isEmpty, numbers[a].isNaN != numbers[b].isNaN { return numbers[b].isNaN }
      if precedes(a, b) != precedes(b, a) { return precedes(a, b) != descending }
      return a < b
    }
  }
}
