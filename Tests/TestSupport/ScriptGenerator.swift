/// Makes scripts at random: the same one for the same seed, on every machine.
///
/// `program()` gives scripts that are well formed: every name is bound, every call fits its function, types are such
/// that most run to the end (some divide by zero or index too far). Their layout is as odd as the language allows.
public struct ScriptGenerator {
  /// What a generated expression gives.
  enum Kind: CaseIterable {
    case number, bool, string, numbers, strings, record, tensor
  }

  /// A name in scope and what it holds.
  struct Variable {
    let name: String
    let kind: Kind
  }

  /// A function in scope: its parameters, those with defaults last, and its result.
  struct FunctionName {
    let name: String
    let parameters: [(name: String, kind: Kind, isOptional: Bool)]
    let result: Kind
  }

  var random: RandomSequence
  var variables: [Variable] = []
  var functions: [FunctionName] = []
  private var nextName = 0
  private var importsPrompts = false
  /// Whether newlines do not count here.
  var isInBracket = false
  /// Whether the text is within a string's hole: no comments, no newlines.
  var isInHole = false
  var indent = 0

  /// A generator; equal seeds give equal scripts.
  public init(seed: UInt64) { random = RandomSequence(seed: seed) }

  // MARK: Programs

  /// A script that is well formed.
  public mutating func program() -> String {
    (variables, functions, importsPrompts, nextName, indent) = ([], [], false, 0, 0)
    var text = ""
    if random.chance(4) { text += "#!/usr/bin/env -S clipscope run\n" }
    if random.chance(3) { text += "clip 1" + lineEnd() }
    if random.chance(4) { text += "## A script\n##  made up.\n\n" }
    if random.chance(3) {
      importsPrompts = true
      text += "import" + some("  ", " ") + "std.prompts" + lineEnd()
    }
    for _ in 0..<random.below(3) { text += parameter() }
    for _ in 0..<(2 + random.below(8)) { text += statement(depth: 3) }
    // Without this many scripts would print nothing.
    for variable in variables where random.chance(2) { text += "print(\(variable.name))\n" }
    return text
  }

  /// A well-formed script with one to four changes to its words: most are wrong, some still run.
  public mutating func changedProgram() -> String {
    var words = ScriptGenerator.words(program())
    let pieces = [
      "(", ")", "[", "]", "{", "}", "\"", "'", "\"\"\"", "\n", ";", ",", ":", "=", "=>", "|>", "if", "else",
      "for",
      "in", "fn", "sweep", "import", "param", "not", "-", "**", "\\", "# c\n", "##", "\u{0}", "日", "\u{FEFF}",
      "1e9",
      ".", "_",
      "\r\n", "x1", "x2", "f3", "len", "none", "true", "[0]", "()", "seed: 1", " ", "\u{301}", "\u{1B}",
    ]
    for _ in 0...random.below(4) where !words.isEmpty {
      let place = random.below(words.count)
      switch random.below(6) {
      case 0: words.remove(at: place)
      case 1: words.insert(pieces[random.below(pieces.count)], at: place)
      case 2: words.swapAt(place, random.below(words.count))
      case 3: words[place] = words[random.below(words.count)]
      case 4: words.removeSubrange(place..<min(words.count, place + 1 + random.below(10)))
      default: words.insert(contentsOf: words[place..<min(words.count, place + random.below(6))], at: place)
      }
    }
    return words.joined()
  }

  /// A well-formed script with bytes changed at random; it may not even be UTF-8.
  public mutating func damagedBytes() -> [UInt8] {
    var bytes = Array(program().utf8)
    for _ in 0...random.below(6) where !bytes.isEmpty {
      let place = random.below(bytes.count)
      switch random.below(4) {
      case 0: bytes[place] = UInt8(random.below(256))
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(UInt8(random.below(128)), at: place)
      default: bytes = Array(bytes.prefix(place))
      }
    }
    return bytes
  }

  /// Words, runs of space and signs of a text.
  static func words(_ text: String) -> [String] {
    func group(_ character: Character) -> Int {
      if character.isLetter || character.isNumber || character == "_" { return 0 }
      return character == " " ? 1 : 2
    }
    var words: [String] = []
    var last = 2
    for character in text {
      let kind = group(character)
      if kind < 2, kind == last, !words.isEmpty {
        words[words.count - 1].append(character)
      } else {
        words.append(String(character))
      }
      last = kind
    }
    return words
  }

  // MARK: Layout

  /// Any of these, equally often.
  mutating func some(_ choices: String...) -> String { choices[random.below(choices.count)] }

  mutating func fresh(_ prefix: String) -> String {
    nextName += 1
    return (random.chance(12) ? "größe" : random.chance(30) ? "a_rather_long_name_" : prefix)
      + String(nextName)
  }

  /// What ends a statement.
  mutating func lineEnd() -> String {
    switch random.below(12) {
    case 0: "   # note\n"
    case 1: "\n\n\n"
    case 2: " \t\r\n"
    case 3: "\n# a line\n\n"
    case 4: " ;\n"
    case 5: "#x\n    # more\n"
    default: "\n"
    }
  }

  /// Space where it is not needed, and newlines and comments where they do not count.
  mutating func gap() -> String {
    if isInHole { return some("", " ") }
    switch random.below(isInBracket ? 24 : 6) {
    case 0: return " "
    case 1: return "  "
    case 6: return "\n    "
    case 7: return "\n"
    case 8: return "  # within\n"
    case 9: return "\n\n# alone\n\n  "
    default: return ""
    }
  }

  /// The same where a newline never counts: behind an operator, a comma, `=`.
  mutating func continued() -> String {
    if isInHole { return " " }
    switch random.below(30) {
    case 0: return "\n  "
    case 1: return "  # go on\n"
    case 2: return "\n\n  # alone\n  "
    default: return random.chance(3) ? "" : " "
    }
  }

  mutating func bracketed<T>(_ body: (inout ScriptGenerator) -> T) -> T {
    let outer = isInBracket
    isInBracket = true
    defer { isInBracket = outer }
    return body(&self)
  }

  /// `a, b,` within brackets.
  mutating func commas(_ items: [(inout ScriptGenerator) -> String]) -> String {
    bracketed { generator in
      var text = generator.gap()
      for (index, item) in items.enumerated() {
        if index > 0 { text += "," + generator.continued() }
        text += item(&generator) + generator.gap()
      }
      if !items.isEmpty, generator.random.chance(6) { text += "," + generator.gap() }
      return text
    }
  }

  // MARK: Statements

  private mutating func parameter() -> String {
    let name = fresh("p")
    let (type, value, kind): (String, String, Kind) =
      switch random.below(4) {
      case 0: ("number", "2.5", .number)
      case 1: ("int", "3", .number)
      case 2: ("string", "'a'", .string)
      default: ("list[string]", "[\"a\",\"b\"]", .strings)
      }
    defer { variables.append(Variable(name: name, kind: kind)) }
    let documentation = some("", "## of something\n")
    return documentation + "param \(name)\(some("", " ")):\(some("", " "))\(type) =\(continued())\(value)"
      + lineEnd()
  }

  mutating func statement(depth: Int) -> String {
    let kind = Kind.allCases[random.below(Kind.allCases.count)]
    switch random.below(depth > 0 ? 11 : 5) {
    case 0: return "print(" + commas([{ $0.any(depth: 2) }, { $0.any(depth: 2) }]) + ")" + lineEnd()
    case 1:
      let (a, b) = (fresh("x"), fresh("x"))
      let text = "\(a)\(gap()),\(continued())\(some(b, "_")) =\(continued())"
      let value = expression(.numbers, depth: 0, count: 2)
      variables.append(Variable(name: a, kind: .number))
      return text + value + lineEnd()
    case 2...5:
      let name = fresh("x")
      let text = "\(name)\(gap())=\(continued())" + expression(kind, depth: 3)
      variables.append(Variable(name: name, kind: kind))
      return text + lineEnd()
    case 6: return function(depth: depth - 1)
    case 7:
      let name = fresh("x")
      let header = "for \(name) in " + expression(.numbers, depth: 1) + " "
      return header + block([Variable(name: name, kind: .number)], depth: depth - 1) + lineEnd()
    case 8:
      var text = "if " + expression(.bool, depth: 2) + " " + block([], depth: depth - 1)
      while random.chance(3) {
        text += some(" ", "\n", " # then\n") + "else if " + expression(.bool, depth: 1) + " "
        text += block([], depth: depth - 1)
      }
      if random.chance(2) { text += some(" ", "\n", "\n# if not\n") + "else " + block([], depth: depth - 1) }
      return text + lineEnd()
    case 9:
      let (a, b) = (fresh("v"), fresh("v"))
      var text = "sweep\(some(" ", "  "))\(a) in\(continued())" + expression(.numbers, depth: 0, count: 2)
      if random.chance(2) { text += gap() + "," + continued() + "\(b) in " + expression(.strings, depth: 0) }
      text += " " + block([Variable(name: a, kind: .number)], depth: depth - 1, result: kind)
      if random.chance(3) { text += some(" ", "\n", "\n# on\n") + "|> print()" }
      return text + lineEnd()
    default:
      guard importsPrompts else { return "print(1)" + lineEnd() }
      return "print(len(prompts.\(some("simple", "short"))))" + lineEnd()
    }
  }

  private mutating func function(depth: Int) -> String {
    let name = fresh("f")
    var parameters: [(name: String, kind: Kind, isOptional: Bool)] = []
    for index in 0..<random.below(4) {
      let isOptional = index > 0 && (parameters[index - 1].isOptional || random.chance(2))
      parameters.append((fresh("a"), random.chance(3) ? .string : .number, isOptional))
    }
    let result: Kind = some("n", "s") == "n" ? .number : .strings
    let documentation = some("", "", "## What it does\n")
    let list = commas(
      parameters.map { parameter in
        { generator in
          var text = parameter.name
          if generator.random.chance(2) {
            text += generator.some(": ", " :") + (parameter.kind == .number ? "number" : "string")
          }
          if parameter.isOptional {
            text += generator.some("=", " = ") + (parameter.kind == .number ? "2" : "'d'")
          }
          return text
        }
      })
    let bound = parameters.map { Variable(name: $0.name, kind: $0.kind) }
    let body: String
    if random.chance(2) {
      body = "=>" + continued() + within(bound) { $0.expression(result, depth: 2) }
    } else {
      body = block(bound, depth: depth, result: result)
    }
    functions.append(FunctionName(name: name, parameters: parameters, result: result))
    return documentation + "fn \(name)(\(list)) \(body)" + lineEnd()
  }

  /// What `body` gives with more names in scope, which then end.
  mutating func within<T>(_ names: [Variable], _ body: (inout ScriptGenerator) -> T) -> T {
    let outer = (variables, functions)
    variables += names
    defer { (variables, functions) = outer }
    return body(&self)
  }

  /// `{ … }`; with a result its last statement is an expression.
  mutating func block(_ names: [Variable], depth: Int, result: Kind? = nil) -> String {
    let outer = isInBracket
    isInBracket = false
    defer { isInBracket = outer }
    return within(names) { generator in
      var lines: [String] = []
      for _ in 0..<generator.random.below(3) {
        lines.append(generator.statement(depth: min(depth, 1)))
      }
      if let result { lines.append(generator.expression(result, depth: 2)) }
      // A statement ends by itself at the brace; a comment would swallow it.
      guard lines.count == 1, let only = lines.first, !only.contains("#"), generator.random.chance(2) else {
        return "{" + generator.some("\n", " # begin\n", "\n\n") + lines.joined()
          + generator.some("\n}", "\n\n# end\n}")
      }
      let text = only.hasSuffix("\n") ? String(only.dropLast()) : only
      return text.contains("\n") ? "{\n\(only)\n}" : "{ \(text) }"
    }
  }
}

/// Numbers at random, the same for the same seed (SplitMix64; Steele, Lea and Flood 2014).
public struct RandomSequence {
  private var state: UInt64

  /// A sequence.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number from 0 up to a bound, which is not included.
  public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

  /// True once in so many times.
  public mutating func chance(_ times: Int) -> Bool { below(times) == 0 }
}
