import Syntax

/// The call that a cursor stands in, as far as it is written.
struct CallSite {
  /// The names before the bracket: `surgery`, or `prompts`, `ensemble`. Empty where something else is called.
  let path: [String]
  /// Where those names begin.
  let start: Int
  /// Whether a value is piped in as the first argument.
  let isPiped: Bool
  /// Positional arguments before the one at the cursor, the piped one included.
  let positionalCount: Int
  /// The option whose value is being written.
  let label: String?
  /// Options that the call has, besides that of the cursor's argument.
  let given: Set<String>
  /// Whether nothing of the argument stands before the cursor.
  let isAtArgumentStart: Bool
  /// Whether the cursor stands right between the call's brackets: not in a list or in brackets within.
  let isDirect: Bool
  /// Whether the cursor stands in a list that is the argument.
  let isInList: Bool

  /// The innermost call around a cursor; nil where there is none, or a block begins in between.
  init?(_ cursor: Cursor) {
    let before = cursor.before
    let open = Brackets.open(in: before)
    for (depth, index) in open.enumerated().reversed() {
      let inner = open.count - 1 - depth
      if before[index].isSymbol("{"), Brackets.isBlock(before, index) { return nil }
      guard before[index].isSymbol("("), Brackets.isCall(before, index) else { continue }
      let (path, start) = CallSite.path(before, endingAt: index)
      self.path = path
      self.start = start.map { before[$0].span.start } ?? before[index].span.start
      isPiped = start.map { $0 > 0 && before[$0 - 1].isSymbol("|>") } ?? false
      let arguments = CallSite.arguments(before[(index + 1)...])
      let current = arguments.last ?? []
      label = CallSite.label(of: current)
      let complete = arguments.dropLast()
      let positional = complete.filter { CallSite.label(of: $0) == nil }.count
      positionalCount = positional + (isPiped ? 1 : 0)
      let later = CallSite.labels(after: cursor.after, depth: inner)
      given = Set(complete.compactMap(CallSite.label)).union(later)
      isAtArgumentStart = inner == 0 && current.isEmpty
      isDirect = inner == 0
      let value = label == nil ? current : Array(current.dropFirst(2))
      isInList = inner == 1 && value.first?.isSymbol("[") == true
      return
    }
    return nil
  }

  /// The names `a.b.c` that end before an index, and the index of the first.
  static func path(_ lexemes: [Lexeme], endingAt end: Int) -> ([String], Int?) {
    var names: [String] = []
    var index = end - 1
    while index >= 0, lexemes[index].kind == .name || (lexemes[index].isWord && index > 0) {
      let isField = index > 0 && lexemes[index - 1].isSymbol(".")
      if !isField, lexemes[index].kind != .name { return ([], nil) }
      names.append(lexemes[index].text)
      guard isField else { return (names.reversed(), index) }
      index -= 2
    }
    return ([], nil)
  }

  /// The arguments between brackets, split at their commas; the last is the one at the cursor.
  private static func arguments(_ lexemes: ArraySlice<Lexeme>) -> [[Lexeme]] {
    var result: [[Lexeme]] = [[]]
    var depth = 0
    for lexeme in lexemes {
      if lexeme.kind == .symbol {
        switch lexeme.text {
        case "(", "[", "{": depth += 1
        case ")", "]", "}": depth = max(0, depth - 1)
        case "," where depth == 0:
          result.append([])
          continue
        default: break
        }
      }
      result[result.count - 1].append(lexeme)
    }
    return result
  }

  private static func label(of argument: [Lexeme]) -> String? {
    guard argument.count > 1, argument[0].isWord, argument[1].isSymbol(":") else { return nil }
    return argument[0].text
  }

  /// Labels behind the cursor, up to the call's closing bracket. `depth` brackets are open within the call.
  private static func labels(after lexemes: [Lexeme], depth: Int) -> [String] {
    var result: [String] = []
    var depth = depth
    for (index, lexeme) in lexemes.enumerated() {
      if Brackets.beginsStatement(lexemes, index) { break }
      guard lexeme.kind == .symbol else { continue }
      switch lexeme.text {
      case "(", "[", "{": depth += 1
      case ")", "]", "}":
        depth -= 1
        if depth < 0 { return result }
      case "," where depth == 0:
        if index + 2 < lexemes.count, lexemes[index + 1].isWord, lexemes[index + 2].isSymbol(":") {
          result.append(lexemes[index + 1].text)
        }
      default: break
      }
    }
    return result
  }
}

/// Brackets of text that need not be complete.
enum Brackets {
  /// The indices of brackets that are open at the end, outermost first. A line that can only begin a
  /// statement closes what was left open above it, except blocks.
  static func open(in lexemes: [Lexeme]) -> [Int] { read(lexemes).open }

  /// Names bound by lines that close what was left open above them: the parser takes them for a part of it.
  static func namesBoundBehindOpenOnes(in lexemes: [Lexeme]) -> [String] {
    read(lexemes).closing.filter { lexemes[$0].kind == .name }.map { lexemes[$0].text }
  }

  /// The brackets that are open at the end, and the lexemes that begin lines which close others.
  private static func read(_ lexemes: [Lexeme]) -> (open: [Int], closing: [Int]) {
    var open: [Int] = []
    var closing: [Int] = []
    for (index, lexeme) in lexemes.enumerated() {
      // In a function's head `=` gives a default.
      if beginsStatement(lexemes, index), let last = open.last, !lexemes[last].isSymbol("{"),
        !isFunctionHead(lexemes, last) || lexeme.kind == .keyword
      {
        while let last = open.last, !lexemes[last].isSymbol("{") { open.removeLast() }
        closing.append(index)
      }
      guard lexeme.kind == .symbol else { continue }
      switch lexeme.text {
      case "(", "[", "{": open.append(index)
      case ")": close("(")
      case "]": close("[")
      case "}": close("{")
      default: break
      }
    }
    func close(_ opener: String) {
      if let match = open.lastIndex(where: { lexemes[$0].isSymbol(opener) }) { open.removeSubrange(match...) }
    }
    return (open, closing)
  }

  /// Whether a lexeme begins a line and can only begin a statement.
  static func beginsStatement(_ lexemes: [Lexeme], _ index: Int) -> Bool {
    let lexeme = lexemes[index]
    guard lexeme.newlineBefore, index > 0 else { return false }
    if lexeme.isKeyword(.param) || lexeme.isKeyword(.import) { return true }
    guard index + 1 < lexemes.count else { return false }
    let next = lexemes[index + 1]
    if lexeme.isKeyword(.fn) { return next.kind == .name }
    return lexeme.kind == .name && next.isSymbol("=") && !next.newlineBefore
  }

  /// Whether the `(` at an index calls something.
  static func isCall(_ lexemes: [Lexeme], _ index: Int) -> Bool {
    guard index > 0 else { return false }
    let previous = lexemes[index - 1]
    if isFunctionHead(lexemes, index) { return false }
    return previous.kind == .name || previous.isSymbol(")") || previous.isSymbol("]")
      || (previous.isWord && index > 1 && lexemes[index - 2].isSymbol("."))
  }

  /// Whether the `(` at an index holds a function's parameters.
  static func isFunctionHead(_ lexemes: [Lexeme], _ index: Int) -> Bool {
    guard index > 0 else { return false }
    if lexemes[index - 1].isKeyword(.fn) { return index < 2 || !lexemes[index - 2].isSymbol(".") }
    return index > 1 && lexemes[index - 2].isKeyword(.fn)
  }

  /// Whether the `{` at an index begins a block rather than a record.
  static func isBlock(_ lexemes: [Lexeme], _ index: Int) -> Bool {
    guard index > 0 else { return false }
    let previous = lexemes[index - 1]
    if lexemes[index].newlineBefore { return false }
    switch previous.kind {
    case .name, .number, .string: return true
    case .keyword: return [.else, .true, .false, .none].contains { previous.isKeyword($0) }
    case .symbol: return [")", "]", "}"].contains(previous.text)
    }
  }
}
