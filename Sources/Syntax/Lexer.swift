/// Turns source text into tokens. Newlines are not tokens: each token knows whether a line ended
/// before it, and the parser, which knows the innermost bracket, decides whether that matters.
struct Lexer {
  let file: SourceFile
  private let bytes: [UInt8]
  /// Offset of the first byte behind a byte order mark.
  private let beginning: Int
  private var position = 0
  private var newlineBefore = false
  private(set) var comments: [Comment] = []
  private(set) var diagnostics: [Diagnostic] = []
  /// Whether the text ends inside a `"""` string: more input could complete it.
  private(set) var endsInString = false
  /// How many strings are open around the current hole.
  private var stringDepth = 0

  /// Strings within strings' holes, at most.
  private static let stringDepthLimit = 16

  init(_ file: SourceFile) {
    self.file = file
    self.bytes = file.utf8
    // A byte order mark, and a `#!` line (which is a comment already), may stand at the beginning.
    beginning = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    position = beginning
  }

  /// All tokens of the file, closed by one `.end`.
  mutating func tokens() -> [Token] { tokens(hole: nil) }

  // MARK: Tokens

  private enum HoleKind { case singleLine, multiline }

  /// Tokens up to the end of the file, or, in a hole, up to its `}` or the `:` of its format.
  private mutating func tokens(hole: HoleKind?) -> [Token] {
    var result: [Token] = []
    var depth = 0
    while true {
      skipSpace(hole: hole)
      let start = position
      guard let byte = peek() else { break }
      if hole == .singleLine, byte == UInt8(ascii: "\n") { break }
      if hole != nil, depth == 0, byte == UInt8(ascii: "}") || byte == UInt8(ascii: ":") { break }
      let line = newlineBefore
      guard let kind = next(byte) else { continue }
      newlineBefore = false
      switch kind {
      case .symbol(.leftParen), .symbol(.leftBracket), .symbol(.leftBrace): depth += 1
      case .symbol(.rightParen), .symbol(.rightBracket), .symbol(.rightBrace): depth = max(0, depth - 1)
      default: break
      }
      result.append(Token(kind: kind, span: Span(start, position), newlineBefore: line))
    }
    result.append(Token(kind: .end, span: Span(position, position), newlineBefore: newlineBefore))
    return result
  }

  private mutating func next(_ byte: UInt8) -> Token.Kind? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
    case UInt8(ascii: "\""): return string()
    case UInt8(ascii: "'"): return rawString()
    default: break
    }
    if let text = identifier() {
      return Keyword(rawValue: text).map { .keyword($0) } ?? .identifier(text)
    }
    return symbol()
  }

  private func peek(_ offset: Int = 0) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  private func starts(with text: StaticString) -> Bool {
    guard position + text.utf8CodeUnitCount <= bytes.count else { return false }
    for i in 0..<text.utf8CodeUnitCount where bytes[position + i] != text.utf8Start[i] { return false }
    return true
  }

  private mutating func report(_ message: String, _ start: Int, _ end: Int, hint: String? = nil) {
    guard diagnostics.count < Parser.diagnosticLimit else { return }
    diagnostics.append(Diagnostic(message, file: file, span: Span(start, end), hint: hint))
  }

  /// The Unicode scalar at the position and its length in bytes.
  private func scalar() -> (Unicode.Scalar, Int)? {
    guard let first = peek() else { return nil }
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    var decoder = UTF8()
    var iterator = bytes[position..<min(position + 4, bytes.count)].makeIterator()
    if case .scalarValue(let scalar) = decoder.decode(&iterator) {
      return (scalar, UTF8.width(scalar))
    }
    return ("\u{FFFD}", 1)
  }

  // MARK: Space and comments

  private mutating func skipSpace(hole: HoleKind?) {
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        position += 1
      case UInt8(ascii: "\n"):
        if hole == .singleLine { return }
        newlineBefore = true
        position += 1
      case UInt8(ascii: "#") where hole == nil:
        comment()
      default:
        return
      }
    }
  }

  private mutating func comment() {
    let start = position
    while let byte = peek(), byte != UInt8(ascii: "\n") { position += 1 }
    var end = position
    while end > start,
      bytes[end - 1] == UInt8(ascii: "\r") || bytes[end - 1] == UInt8(ascii: " ")
        || bytes[end - 1] == UInt8(ascii: "\t")
    {
      end -= 1
    }
    let isDocumentation = start + 1 < end && bytes[start + 1] == UInt8(ascii: "#")
    var textStart = start + (isDocumentation ? 2 : 1)
    if textStart < end, bytes[textStart] == UInt8(ascii: " ") { textStart += 1 }
    var before = start
    while before > 0, bytes[before - 1] == UInt8(ascii: " ") || bytes[before - 1] == UInt8(ascii: "\t") {
      before -= 1
    }
    comments.append(
      Comment(
        span: Span(start, end), text: file.text(Span(textStart, end)), isDocumentation: isDocumentation,
        standsAlone: before == beginning || bytes[before - 1] == UInt8(ascii: "\n"),
        line: file.line(of: start)))
  }

  // MARK: Names, numbers, punctuation

  private mutating func identifier() -> String? {
    let start = position
    while let (scalar, length) = scalar() {
      let isLetter =
        scalar == "_"
        || (scalar.isASCII
          ? (scalar.value | 0x20 >= 0x61 && scalar.value | 0x20 <= 0x7A) : scalar.properties.isAlphabetic)
      let continues = scalar.isASCII ? (0x30...0x39).contains(scalar.value) : scalar.properties.isIDContinue
      guard isLetter || (position > start && continues) else { break }
      position += length
    }
    return position > start ? file.text(Span(start, position)) : nil
  }

  private mutating func digits() {
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
  }

  private func isDigit(_ offset: Int) -> Bool {
    guard let byte = peek(offset) else { return false }
    return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private mutating func number() -> Token.Kind {
    let start = position
    digits()
    if peek() == UInt8(ascii: "."), isDigit(1) {
      position += 1
      digits()
    }
    if let e = peek(), e | 0x20 == UInt8(ascii: "e") {
      let sign = peek(1) == UInt8(ascii: "-") || peek(1) == UInt8(ascii: "+") ? 1 : 0
      if isDigit(1 + sign) {
        position += 1 + sign
        digits()
      }
    }
    let numberEnd = position
    if identifier() != nil {
      let text = file.text(Span(start, position))
      report("`\(text)` is neither a number nor a name", start, position, hint: "a name begins with a letter")
      return .number(0)
    }
    guard let value = Double(file.text(Span(start, numberEnd))), value.isFinite else {
      report("this number is too large", start, numberEnd, hint: "the largest is about 1.8e308")
      return .number(0)
    }
    return .number(value)
  }

  /// The sign at the position and its length; nil where there is none or one of another language.
  private var known: (Symbol, Int)? {
    guard let first = peek() else { return nil }
    let second = peek(1)
    func followed(by byte: Unicode.Scalar) -> Bool { second == UInt8(ascii: byte) }
    switch first {
    case UInt8(ascii: "("): return (.leftParen, 1)
    case UInt8(ascii: ")"): return (.rightParen, 1)
    case UInt8(ascii: "["): return (.leftBracket, 1)
    case UInt8(ascii: "]"): return (.rightBracket, 1)
    case UInt8(ascii: "{"): return (.leftBrace, 1)
    case UInt8(ascii: "}"): return (.rightBrace, 1)
    case UInt8(ascii: ","): return (.comma, 1)
    case UInt8(ascii: ";"): return (.semicolon, 1)
    case UInt8(ascii: "."): return (.dot, 1)
    case UInt8(ascii: "%"): return (.percent, 1)
    case UInt8(ascii: "@"): return (.at, 1)
    case UInt8(ascii: ":"): return followed(by: "=") ? nil : (.colon, 1)
    case UInt8(ascii: "="):
      return followed(by: "=") ? (.equal, 2) : followed(by: ">") ? (.arrow, 2) : (.assign, 1)
    case UInt8(ascii: "!"): return followed(by: "=") ? (.notEqual, 2) : nil
    case UInt8(ascii: "<"): return followed(by: "=") ? (.lessOrEqual, 2) : (.less, 1)
    case UInt8(ascii: ">"): return followed(by: "=") ? (.greaterOrEqual, 2) : (.greater, 1)
    case UInt8(ascii: "+"): return followed(by: "=") ? nil : (.plus, 1)
    case UInt8(ascii: "-"): return followed(by: "=") || followed(by: ">") ? nil : (.minus, 1)
    case UInt8(ascii: "*"): return followed(by: "*") ? (.starStar, 2) : followed(by: "=") ? nil : (.star, 1)
    case UInt8(ascii: "/"):
      return followed(by: "/") ? (.slashSlash, 2) : followed(by: "=") ? nil : (.slash, 1)
    case UInt8(ascii: "|"): return followed(by: ">") ? (.pipe, 2) : nil
    default: return nil
    }
  }

  private mutating func symbol() -> Token.Kind? {
    let start = position
    if let (symbol, length) = known {
      position += length
      return .symbol(symbol)
    }
    for length in [2, 1] where position + length <= bytes.count {
      let text = String(decoding: bytes[position..<(position + length)], as: UTF8.self)
      // Operators of other languages: say what this one writes, and go on as if it stood there.
      let foreign: (hint: String, meaning: Token.Kind)? =
        switch text {
        case "&&": ("write `and`", .keyword(.and))
        case "||": ("write `or`", .keyword(.or))
        case "+=", "-=", "*=", "/=": ("a name is bound once; use a new name", .symbol(.assign))
        case "->": ("write `=>`", .symbol(.arrow))
        case ":=": ("write `=`", .symbol(.assign))
        case "!" where length == 1: ("write `not`", .keyword(.not))
        case "^": ("write `**` for a power", .symbol(.starStar))
        default: nil
        }
      if let foreign {
        position += length
        report("`\(text)` is not an operator here", start, position, hint: foreign.hint)
        return foreign.meaning
      }
    }
    let length = scalar()?.1 ?? 1
    position += length
    let text = file.text(Span(start, position))
    let control = (text.unicodeScalars.first?.value ?? 0) < 0x20
    let shown = control ? "control character" : "`\(text)`"
    let curly = ["“", "”", "‘", "’", "„"].contains(text)
    let hint =
      curly ? "write a straight quote" : text == "?" ? "write `if c { a } else { b }`" : nil
    report("unexpected \(shown)", start, position, hint: hint)
    return nil
  }

  // MARK: Strings

  private mutating func rawString() -> Token.Kind {
    let start = position
    position += 1
    while let byte = peek(), byte != UInt8(ascii: "'"), byte != UInt8(ascii: "\n") { position += 1 }
    let text = file.text(Span(start + 1, position))
    if peek() == UInt8(ascii: "'") {
      position += 1
    } else {
      report("this string does not end on its line", start, position, hint: "expected `'`")
    }
    return .string(StringToken(parts: [.text(text)], isRaw: true))
  }

  private mutating func string() -> Token.Kind {
    let start = position
    let isMultiline = starts(with: "\"\"\"")
    position += isMultiline ? 3 : 1
    stringDepth += 1
    defer { stringDepth -= 1 }
    if isMultiline {
      if starts(with: "\r\n") { position += 2 } else if starts(with: "\n") { position += 1 }
    }
    var parts: [StringToken.Part] = []
    var text: [UInt8] = []
    func flushed() -> StringToken.Part { .text(String(decoding: text, as: UTF8.self)) }
    while true {
      guard let byte = peek(), isMultiline || byte != UInt8(ascii: "\n") else {
        if isMultiline {
          if stringDepth == 1 { endsInString = true }
          report(
            "this string does not end", start, start + 3, hint: "expected `\"\"\"` before the end of the file"
          )
        } else {
          report("this string does not end on its line", start, position, hint: "expected `\"`")
        }
        break
      }
      switch byte {
      case UInt8(ascii: "\"") where !isMultiline || starts(with: "\"\"\""):
        position += isMultiline ? 3 : 1
        parts.append(flushed())
        if isMultiline { StringToken.removeIndentation(&parts) }
        return .string(StringToken(parts: parts, isRaw: false))
      case UInt8(ascii: "\\"):
        escape(into: &text)
      case UInt8(ascii: "{") where starts(with: "{{"), UInt8(ascii: "}") where starts(with: "}}"):
        text.append(byte)
        position += 2
      case UInt8(ascii: "{") where starts(with: "{}"):
        // Stands for itself: the place of the label in a prompt template.
        text += [UInt8(ascii: "{"), UInt8(ascii: "}")]
        position += 2
      case UInt8(ascii: "{"):
        parts.append(flushed())
        text = []
        guard let hole = hole(isMultiline ? .multiline : .singleLine) else {
          // What follows cannot be told from the hole: the rest of the line is given up.
          while let byte = peek(), byte != UInt8(ascii: "\n") { position += 1 }
          return .string(StringToken(parts: parts, isRaw: false))
        }
        parts.append(.hole(hole))
      case UInt8(ascii: "}"):
        report("a single `}` in a string", position, position + 1, hint: "write `}}` for a brace")
        position += 1
      default:
        text.append(byte)
        position += 1
      }
    }
    parts.append(flushed())
    return .string(StringToken(parts: parts, isRaw: false))
  }

  private mutating func hole(_ kind: HoleKind) -> StringToken.Hole? {
    let start = position
    position += 1
    guard stringDepth <= Lexer.stringDepthLimit else {
      report("strings are nested too deeply", start, position)
      return nil
    }
    let outerNewline = newlineBefore
    let known = diagnostics.count
    newlineBefore = false
    let tokens = tokens(hole: kind)
    newlineBefore = outerNewline
    var format: String?
    let formatStart = position + 1
    if peek() == UInt8(ascii: ":") {
      position += 1
      while let byte = peek(), byte != UInt8(ascii: "}"), byte != UInt8(ascii: "\""),
        byte != UInt8(ascii: "\n")
      {
        position += 1
      }
      format = file.text(Span(formatStart, position))
    }
    let formatSpan = Span(formatStart, position)
    guard peek() == UInt8(ascii: "}") else {
      diagnostics.removeSubrange(known...)
      report("the braces of this string do not close", start, start + 1, hint: "write `{{` for a brace")
      return nil
    }
    position += 1
    return .init(tokens: tokens, format: format, formatSpan: formatSpan, span: Span(start, position))
  }

  private mutating func escape(into text: inout [UInt8]) {
    let start = position
    position += 1
    guard let byte = peek() else { return }
    switch byte {
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "{"), UInt8(ascii: "}"):
      text.append(byte)
    case UInt8(ascii: "u"):
      unicodeEscape(start, into: &text)
      return
    default:
      let length = byte == UInt8(ascii: "\n") ? 0 : scalar()?.1 ?? 1
      position += length
      report(
        "unknown escape `\(file.text(Span(start, position)))`", start, position,
        hint: "write `\\\\` for a backslash, or a raw string: '…'")
      return
    }
    position += 1
  }

  /// `\u{1F600}`; the position is at the `u`.
  private mutating func unicodeEscape(_ start: Int, into text: inout [UInt8]) {
    position += 1
    var digits = ""
    if peek() == UInt8(ascii: "{") {
      position += 1
      while let byte = peek(), digits.count < 8, Character(Unicode.Scalar(byte)).isHexDigit {
        digits.unicodeScalars.append(Unicode.Scalar(byte))
        position += 1
      }
      if peek() == UInt8(ascii: "}"), let value = UInt32(digits, radix: 16),
        let scalar = Unicode.Scalar(value)
      {
        position += 1
        text += Array(String(Character(scalar)).utf8)
        return
      }
    }
    if peek() == UInt8(ascii: "}") { position += 1 }
    report("malformed `\\u` escape", start, position, hint: "write `\\u{1F600}`")
  }
}

extension StringToken {
  /// Where the closing `"""` stands on a line of its own, that line is dropped, and its indentation
  /// is removed from every line.
  fileprivate static func removeIndentation(_ parts: inout [Part]) {
    guard case .text(let last)? = parts.last else { return }
    let tail = last.utf8.reversed().prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    let indentation = tail.count
    let body = last.utf8.dropLast(indentation)
    // Without a newline before it, the closing quotes end a line of text.
    guard body.last == UInt8(ascii: "\n") || (body.isEmpty && parts.count == 1) else { return }
    var atLineStart = true
    for index in parts.indices {
      guard case .text(let text) = parts[index] else {
        atLineStart = false
        continue
      }
      var result: [UInt8] = []
      var removable = atLineStart ? indentation : 0
      for byte in text.utf8 {
        if removable > 0, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
          removable -= 1
          continue
        }
        removable = byte == UInt8(ascii: "\n") ? indentation : 0
        result.append(byte)
      }
      if index == parts.count - 1, result.last == UInt8(ascii: "\n") { result.removeLast() }
      parts[index] = .text(String(decoding: result, as: UTF8.self))
      atLineStart = result.last == UInt8(ascii: "\n")
    }
  }
}
