/// Where a cursor stands in a text that need not be complete: in code, in a string, in a hole of one,
/// in a comment; and which brackets and strings are open there.
public struct Cursor: Sendable {
  /// What the cursor stands in.
  public enum Place: Sendable, Equatable {
    case code
    case comment
    case string(OpenString)
    /// Behind the `:` of a string's hole.
    case format
  }

  /// The string around a cursor.
  public struct OpenString: Sendable, Equatable {
    /// The offset of its opening quote.
    public let start: Int
    /// The offset behind its opening quote.
    public let contentStart: Int
    /// Where it ends, its closing quote included; the end of the line where it has none.
    public let end: Int
    /// Whether it is `'raw'`.
    public let isRaw: Bool
    /// Whether it has holes before the cursor.
    public let hasHoles: Bool
  }

  /// The cursor.
  public let offset: Int
  /// What it stands in.
  public let place: Place
  /// The word that it touches; empty where there is none.
  public let word: Span
  /// The code around the cursor that stands before the word, or before the string: from the beginning of
  /// the file or of the innermost hole.
  public let before: [Lexeme]
  /// What follows the word or the string, to the end of the file or beyond the end of the hole.
  public let after: [Lexeme]

  /// Looks at a text around an offset.
  public init(in file: SourceFile, at offset: Int) {
    let offset = min(max(offset, 0), file.utf8.count)
    var scan = OpenText(file.utf8)
    scan.advance(to: offset)
    self.offset = offset
    switch scan.frames.last?.kind {
    case .string(let isRaw, let isMultiline, let hasHoles):
      let start = scan.frames.last?.start ?? offset
      let end = scan.endOfString(from: offset)
      place = .string(
        OpenString(
          start: start, contentStart: min(start + (isMultiline ? 3 : 1), offset), end: end, isRaw: isRaw,
          hasHoles: hasHoles))
      word = Span(offset, offset)
      scan.frames.removeLast()
      before = Lexeme.all(of: file, within: Span(scan.regionStart, start))
      after = Lexeme.all(of: file, within: Span(end, file.utf8.count))
    case .format:
      place = .format
      word = Span(offset, offset)
      before = []
      after = []
    default:
      place = scan.isInComment ? .comment : .code
      word = scan.isInComment ? Span(offset, offset) : Cursor.word(in: file.utf8, at: offset)
      before = Lexeme.all(of: file, within: Span(scan.regionStart, word.start))
      after = Lexeme.all(of: file, within: Span(word.end, file.utf8.count))
    }
  }

  /// The letters, digits and `_` around an offset.
  private static func word(in bytes: [UInt8], at offset: Int) -> Span {
    func belongs(_ byte: UInt8) -> Bool {
      byte >= 0x80 || byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
        || (0x61...0x7A).contains(byte | 0x20)
    }
    var start = offset
    while start > 0, belongs(bytes[start - 1]) { start -= 1 }
    var end = offset
    while end < bytes.count, belongs(bytes[end]) { end += 1 }
    return Span(start, end)
  }
}

/// What is open at a place of a text: brackets, strings, holes. Reads bytes, never fails.
struct OpenText {
  enum Kind: Equatable {
    /// An open bracket; the byte is the opening one.
    case bracket(UInt8)
    case string(isRaw: Bool, isMultiline: Bool, hasHoles: Bool)
    case hole
    case format
  }

  struct Frame {
    var kind: Kind
    let start: Int
  }

  var frames: [Frame] = []
  private(set) var isInComment = false
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Where the innermost hole's code begins; 0 outside of strings.
  var regionStart: Int { frames.last { $0.kind == .hole }.map { $0.start + 1 } ?? 0 }

  /// What closes everything that is open, innermost first.
  var closers: String {
    frames.reversed().map { frame in
      switch frame.kind {
      case .bracket(UInt8(ascii: "(")): ")"
      case .bracket(UInt8(ascii: "[")): "]"
      case .bracket, .hole: "}"
      case .format: ""
      case .string(let isRaw, let isMultiline, _): isMultiline ? "\"\"\"" : isRaw ? "'" : "\""
      }
    }.joined()
  }

  private func byte(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private func isTriple(_ index: Int) -> Bool {
    (0..<3).allSatisfy { byte(index + $0) == UInt8(ascii: "\"") }
  }

  /// Reads on to an offset.
  mutating func advance(to end: Int) {
    while position < end { step(end) }
  }

  private mutating func step(_ end: Int) {
    let current = bytes[position]
    if isInComment {
      if current == UInt8(ascii: "\n") {
        isInComment = false
      } else {
        position += 1
        return
      }
    }
    if current == UInt8(ascii: "\n") { endLine() }
    switch frames.last?.kind {
    case .string(let isRaw, let isMultiline, _):
      stepInString(current, isRaw: isRaw, isMultiline: isMultiline, end)
    case .format:
      if current == UInt8(ascii: "}") { frames.removeLast(2) }
      position += 1
    default: stepInCode(current)
    }
  }

  /// A line's end closes strings of one line and everything within them.
  private mutating func endLine() {
    let broken = frames.firstIndex {
      if case .string(_, let isMultiline, _) = $0.kind { !isMultiline } else { false }
    }
    if let broken { frames.removeSubrange(broken...) }
  }

  private mutating func stepInString(_ current: UInt8, isRaw: Bool, isMultiline: Bool, _ end: Int) {
    switch current {
    case UInt8(ascii: "'") where isRaw: frames.removeLast()
    case _ where isRaw: break
    case UInt8(ascii: "\"") where !isMultiline: frames.removeLast()
    case UInt8(ascii: "\"") where isTriple(position):
      frames.removeLast()
      position += 2
    case UInt8(ascii: "\\") where byte(position + 1) != UInt8(ascii: "\n"): position += 1
    case UInt8(ascii: "{") where byte(position + 1) == UInt8(ascii: "{"): position += 1
    case UInt8(ascii: "{") where byte(position + 1) == UInt8(ascii: "}") && position + 1 < end:
      // With the cursor between them, something is about to be written there.
      position += 1
    case UInt8(ascii: "{"):
      frames[frames.count - 1].kind = .string(isRaw: isRaw, isMultiline: isMultiline, hasHoles: true)
      frames.append(Frame(kind: .hole, start: position))
    default: break
    }
    position += 1
  }

  private mutating func stepInCode(_ current: UInt8) {
    let start = position
    position += 1
    switch current {
    case UInt8(ascii: "#") where !frames.contains { $0.kind == .hole }: isInComment = true
    case UInt8(ascii: "'"):
      frames.append(Frame(kind: .string(isRaw: true, isMultiline: false, hasHoles: false), start: start))
    case UInt8(ascii: "\""):
      let isMultiline = isTriple(start)
      if isMultiline { position += 2 }
      frames.append(
        Frame(kind: .string(isRaw: false, isMultiline: isMultiline, hasHoles: false), start: start))
    case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
      frames.append(Frame(kind: .bracket(current), start: start))
    case UInt8(ascii: ")"): close(UInt8(ascii: "("))
    case UInt8(ascii: "]"): close(UInt8(ascii: "["))
    case UInt8(ascii: "}"):
      if frames.last?.kind == .hole { frames.removeLast() } else { close(UInt8(ascii: "{")) }
    case UInt8(ascii: ":") where frames.last?.kind == .hole:
      frames.append(Frame(kind: .format, start: start))
    default: break
    }
  }

  /// Closes the nearest bracket of a kind with everything left open within it, but no string.
  private mutating func close(_ opener: UInt8) {
    let region = frames.lastIndex { frame in
      if case .bracket = frame.kind { false } else { true }
    }
    guard let match = frames.lastIndex(where: { $0.kind == .bracket(opener) }), match > (region ?? -1) else {
      return
    }
    frames.removeSubrange(match...)
  }

  /// Where the string ends that is open at `offset`; the end of its line where it does not.
  func endOfString(from offset: Int) -> Int {
    var rest = self
    let depth = frames.count
    while rest.position < bytes.count {
      if bytes[rest.position] == UInt8(ascii: "\n"), case .string(_, false, _)? = frames.last?.kind {
        return rest.position
      }
      rest.step(bytes.count)
      if rest.frames.count < depth { return rest.position }
    }
    return bytes.count
  }
}

extension SourceFile {
  /// This text with a name in place of a span, in the forms worth trying to understand, the most complete
  /// first: all of it; up to the end of the line and up to the name, each with what is open closed.
  public func completed(with name: String, at span: Span) -> [SourceFile] {
    let head = Array(utf8[..<min(max(span.start, 0), utf8.count)]) + Array(name.utf8)
    let tail = utf8[min(max(span.end, 0), utf8.count)...]
    let line = tail.prefix { $0 != UInt8(ascii: "\n") }
    func closed(_ bytes: [UInt8], _ suffix: String = "") -> [UInt8] {
      var scan = OpenText(bytes)
      scan.advance(to: bytes.count)
      // A comment would swallow what closes.
      return bytes + Array(suffix.utf8) + (scan.isInComment ? [UInt8(ascii: "\n")] : [])
        + Array(scan.closers.utf8)
    }
    let texts = [head + Array(tail), closed(head + Array(line)), closed(head), closed(head, " {}")]
    return texts.map { SourceFile(name: self.name, text: String(decoding: $0, as: UTF8.self), path: path) }
  }
}
