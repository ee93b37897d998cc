// Expressions of a wanted kind, with the signs between them where they are needed.

extension ScriptGenerator {
  /// An expression of any kind.
  mutating func any(depth: Int) -> String {
    expression(Kind.allCases[random.below(Kind.allCases.count)], depth: depth)
  }

  /// An expression of a kind; lists of exactly `count` elements where that is given.
  mutating func expression(_ kind: Kind, depth: Int, count: Int? = nil) -> String {
    if count == nil {
      let known = variables.filter { $0.kind == kind }
      if !known.isEmpty, random.chance(depth > 0 ? 4 : 2) { return known[random.below(known.count)].name }
      let callable = functions.filter { $0.result == kind }
      if depth > 0, !callable.isEmpty, random.chance(4) {
        return call(callable[random.below(callable.count)], depth)
      }
      if depth > 0, random.chance(12) { return conditional(kind, depth) }
      if depth > 0, random.chance(12) { return parenthesized { $0.expression(kind, depth: depth - 1) } }
    }
    switch kind {
    case .number: return number(depth)
    case .bool: return bool(depth)
    case .string: return string(depth)
    case .numbers: return numbers(depth, count: count)
    case .strings: return strings(depth)
    case .record: return record(depth)
    case .tensor: return tensor(depth)
    }
  }

  private mutating func parenthesized(_ body: (inout ScriptGenerator) -> String) -> String {
    bracketed { "(" + $0.gap() + body(&$0) + $0.gap() + ")" }
  }

  /// `if` as an expression. A hole cannot hold a block's newlines.
  private mutating func conditional(_ kind: Kind, _ depth: Int) -> String {
    if isInHole { return expression(kind, depth: 0) }
    let condition = expression(.bool, depth: depth - 1)
    return "if \(condition) { " + plain { $0.expression(kind, depth: 0) }
      + some(" } else { ", " }\n  else { ")
      + plain { $0.expression(kind, depth: 0) } + " }"
  }

  /// Without newlines or comments but in brackets.
  private mutating func plain(_ body: (inout ScriptGenerator) -> String) -> String {
    let outer = isInBracket
    isInBracket = false
    defer { isInBracket = outer }
    return body(&self)
  }

  private mutating func call(_ function: FunctionName, _ depth: Int) -> String {
    var arguments: [(inout ScriptGenerator) -> String] = []
    var isNamed = false
    for (index, parameter) in function.parameters.enumerated() {
      if parameter.isOptional, random.chance(2) {
        isNamed = true
        continue
      }
      if index > 0, random.chance(3) { isNamed = true }
      let label = isNamed ? parameter.name + some(":", ": ", " : ") : ""
      arguments.append { label + $0.expression(parameter.kind, depth: depth - 1) }
    }
    return function.name + "(" + commas(arguments) + ")"
  }

  private mutating func binary(_ kind: Kind, _ operators: [String], _ depth: Int) -> String {
    var text = operand(kind, depth)
    for _ in 0...random.below(3) {
      text +=
        gap() + some("", " ") + operators[random.below(operators.count)] + continued() + operand(kind, depth)
    }
    return text
  }

  /// Something that binds more tightly than any operator.
  private mutating func operand(_ kind: Kind, _ depth: Int) -> String {
    random.chance(2)
      ? expression(kind, depth: 0, count: nil).wrappedUnlessSimple
      : parenthesized { $0.expression(kind, depth: depth - 1) }
  }

  private mutating func number(_ depth: Int) -> String {
    guard depth > 0 else { return some("1", "2.50", "1e-3", "7", "12", "0") }
    switch random.below(9) {
    case 0: return binary(.number, ["+", "-", "*", "//", "%", "/"], depth)
    case 1: return some("-", "- ") + operand(.number, depth)
    case 2: return "len(" + commas([{ $0.expression(.strings, depth: depth - 1) }]) + ")"
    case 3:
      return operand(.number, depth) + some("**", " ** ") + some("2", "-1", "-  2")
    case 4: return "fold(\(expression(.numbers, depth: depth - 1)), 0, fn(s_, v_) => s_ + v_)"
    case 5: return expression(.record, depth: 0) + ".a"
    case 6:
      return "[1, 2, 3][" + commas([{ $0.isInHole ? "0" : $0.some("0", "-1", "1 + 1", "0 # first\n") }]) + "]"
    case 7:
      return parenthesized { generator in
        generator.expression(.numbers, depth: depth - 1).wrappedUnlessSimple + generator.some(" ", "\n  ", "")
          + "|>" + generator.continued() + "len()"
      }
    default:
      return "round(" + commas([{ $0.expression(.number, depth: depth - 1) }, { _ in "digits: 2" }]) + ")"
    }
  }

  private mutating func bool(_ depth: Int) -> String {
    guard depth > 0 else { return some("true", "false") }
    switch random.below(5) {
    case 0: return operand(.number, depth) + some("<", " >= ", " == ", "!=\n") + operand(.number, depth)
    case 1: return binary(.bool, [" and ", " or "], depth)
    case 2: return parenthesized { $0.some("not ", "not  ") + $0.operand(.bool, depth) }
    case 3:
      return operand(.number, depth) + " in " + expression(.numbers, depth: depth - 1).wrappedUnlessSimple
    default: return "startswith(\(expression(.string, depth: depth - 1)), 'a')"
    }
  }

  private mutating func string(_ depth: Int) -> String {
    if depth == 0 || isInHole { return some("'raw {x}'", "'a'", "'  two'") }
    switch random.below(7) {
    case 0: return "\"a photo of a {}, \\\"{{ }}\\\" \\u{e9}\""
    case 1:
      let value = hole { $0.expression(.number, depth: 1) }
      return
        "\"n \(value)\(some("", ":.3f", ":>10"))} and {\(hole { $0.expression(.string, depth: 0) }.dropFirst())}\""
    case 2: return "upper(" + commas([{ $0.expression(.string, depth: depth - 1) }]) + ")"
    case 3: return "join(\(expression(.strings, depth: depth - 1)),\(continued())with: \"-\")"
    case 4: return binary(.string, ["+"], depth)
    case 5: return "\"\"\"\n    one {1 + 1}\n      two\n    \"\"\""
    default: return "string(" + commas([{ $0.expression(.number, depth: depth - 1) }]) + ")"
    }
  }

  /// `{` and an expression on one line without quotes of the string around it.
  private mutating func hole(_ body: (inout ScriptGenerator) -> String) -> String {
    let outer = isInHole
    isInHole = true
    defer { isInHole = outer }
    return "{ " + body(&self).replacingNewlines
  }

  private mutating func numbers(_ depth: Int, count: Int?) -> String {
    if let count { return list(count) { $0.expression(.number, depth: depth) } }
    guard depth > 0 else { return some("[1, 2, 3]", "[ 4,5 ]", "range(3)") }
    switch random.below(9) {
    case 0: return list(random.below(30)) { $0.some("1", "22", "-3", "4.50", "1e3") }
    case 1: return "range(\(some("2", "5", "1, 4")))"
    case 2: return comprehension(.number, depth)
    case 3:
      return operand(.numbers, depth) + "[" + commas([{ $0.some("1:", ":2", "::-1", "0:2:1", "1 - 1 :") }])
        + "]"
    case 4:
      let name = fresh("v")
      return "map(" + expression(.numbers, depth: depth - 1) + ", fn(\(name))" + lambda(name, depth) + ")"
    case 5: return binary(.numbers, ["+"], depth)
    case 6: return "sorted(" + commas([{ $0.expression(.numbers, depth: depth - 1) }]) + ")"
    case 7:
      return parenthesized { generator in
        var text = generator.expression(.numbers, depth: depth - 1).wrappedUnlessSimple
        for _ in 0...generator.random.below(3) {
          text +=
            generator.some("\n |> ", " |> ", "|>")
            + generator.some("sorted()", "reversed()", "append(1)", "map(fn(q_) => q_)")
        }
        return text
      }
    default: return list(random.below(4)) { $0.expression(.number, depth: depth - 1) }
    }
  }

  private mutating func lambda(_ name: String, _ depth: Int) -> String {
    within([Variable(name: name, kind: .number)]) { generator in
      if generator.random.chance(2) || generator.isInHole {
        return " =>" + generator.continued() + generator.expression(.number, depth: depth - 1)
      }
      return " " + generator.block([], depth: 0, result: .number)
    }
  }

  private mutating func list(_ count: Int, _ element: @escaping (inout ScriptGenerator) -> String) -> String {
    "[" + commas(Array(repeating: element, count: count)) + "]"
  }

  private mutating func comprehension(_ kind: Kind, _ depth: Int) -> String {
    bracketed { generator in
      let name = generator.fresh("c")
      let sequence = generator.expression(.numbers, depth: depth - 1)
      return generator.within([Variable(name: name, kind: .number)]) { generator in
        var text = "[" + generator.gap() + generator.expression(kind, depth: depth - 1) + generator.gap()
        text += " for \(name) in " + generator.gap() + sequence
        if generator.random.chance(2) { text += " if " + generator.expression(.bool, depth: depth - 1) }
        if generator.random.chance(4) {
          text += generator.some(" ", "\n") + "for \(generator.fresh("d")), _ in [[1, 2], [3, 4]]"
        }
        return text + generator.gap() + "]"
      }
    }
  }

  private mutating func strings(_ depth: Int) -> String {
    guard depth > 0 else { return some("[\"a\", 'b']", "[\"whale\"]") }
    switch random.below(4) {
    case 0:
      return list(random.below(16)) {
        $0.some("\"sailboat\"", "'whale'", "\"a much longer label, in words\"", "\"犬\"")
      }
    case 1: return "split(\(expression(.string, depth: depth - 1)), \" \")"
    case 2: return comprehension(.string, depth)
    default: return list(random.below(4)) { $0.expression(.string, depth: depth - 1) }
    }
  }

  private mutating func record(_ depth: Int) -> String {
    var fields: [(inout ScriptGenerator) -> String] = [
      { "a" + $0.some(":", ": ", " : ") + $0.expression(.number, depth: max(0, depth - 1)) }
    ]
    if random.chance(2) {
      fields.append { "\"b c\":" + $0.continued() + $0.expression(.string, depth: max(0, depth - 1)) }
    }
    if random.chance(3) { fields.append { "if: " + $0.expression(.numbers, depth: 0) } }
    return "{" + commas(fields) + "}"
  }

  private mutating func tensor(_ depth: Int) -> String {
    guard depth > 0 else { return some("zeros([2, 2])", "tensor([[1, 2], [3, 4]])", "eye(2)") }
    switch random.below(5) {
    case 0: return binary(.tensor, ["+", "-", "*", "@"], depth)
    case 1:
      return operand(.tensor, depth) + "["
        + commas([{ $0.some("0", ":1", "none") }, { $0.some(":", "::2", "0:") }]) + "]"
    case 2:
      return "sum("
        + commas([{ $0.expression(.tensor, depth: depth - 1) }, { $0.some("axis: 0", "keep: true") }]) + ")"
    case 3: return expression(.tensor, depth: 0) + ".T"
    default: return "normal(" + commas([{ _ in "[2, 2]" }, { $0.some("seed: 1", "seed : 2") }]) + ")"
    }
  }
}

extension String {
  /// In parentheses unless it is a word, a literal or a call.
  fileprivate var wrappedUnlessSimple: String {
    let isWord = allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    return isWord || hasPrefix("[") || hasPrefix("'") ? self : "(\(self))"
  }

  fileprivate var replacingNewlines: String { String(map { $0.isNewline ? " " : $0 }) }
}
