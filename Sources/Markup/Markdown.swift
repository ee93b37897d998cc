/// The Markdown that `docs/` and the texts of scripts are written in: headings, paragraphs, flat lists, tables, fenced code, code
/// spans, strong and emphasized words, links, pictures, and mathematics between dollar signs. What is
/// not of this subset stays as it is written.
package enum Markdown {
  /// A run of text.
  package indirect enum Inline: Equatable, Sendable {
    case text(String)
    case code(String)
    case strong([Inline])
    case emphasis([Inline])
    case link([Inline], target: String)
    case picture(description: String, target: String)
    case math(String)
  }

  /// A part of a page.
  package enum Block: Equatable, Sendable {
    /// A heading and the level of its `#`s, from 1.
    case heading(Int, [Inline])
    case paragraph([Inline])
    case list(isOrdered: Bool, [[Inline]])
    case table(header: [[Inline]], rows: [[[Inline]]])
    /// Fenced code and what follows the fence: `clip`.
    case code(language: String, String)
    /// An equation on lines of its own.
    case equation(String)
  }

  /// The blocks of a page.
  package static func blocks(of text: String) -> [Block] {
    var blocks: [Block] = []
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    var paragraph: [Substring] = []
    func close() {
      let joined = paragraph.joined(separator: "\n")
      paragraph = []
      if joined.isEmpty { return }
      // Display mathematics may stand in a paragraph of its own, or end one.
      if joined.hasPrefix("$$"), joined.hasSuffix("$$"), joined.count > 4 {
        blocks.append(.equation(String(joined.dropFirst(2).dropLast(2))))
      } else {
        blocks.append(.paragraph(inlines(of: joined)))
      }
    }
    while let line = lines.popFirst() {
      let content = line.drop { $0 == " " }
      if content.hasPrefix("```") {
        close()
        var code: [Substring] = []
        while let next = lines.popFirst(), !next.hasPrefix("```") { code.append(next) }
        blocks.append(.code(language: String(content.dropFirst(3)), code.joined(separator: "\n")))
      } else if content.isEmpty {
        close()
      } else if let level = headingLevel(line) {
        close()
        blocks.append(.heading(level, inlines(of: String(line.dropFirst(level + 1)))))
      } else if content.hasPrefix("|"), paragraph.isEmpty {
        var rows = [content]
        while let next = lines.first, next.hasPrefix("|") {
          rows.append(next)
          lines = lines.dropFirst()
        }
        blocks.append(table(rows))
      } else if paragraph.isEmpty, let mark = listMark(content) {
        var items = [[content.dropFirst(mark.length)]]
        while let next = lines.first {
          let text = next.drop { $0 == " " }
          if let other = listMark(text), other.isOrdered == mark.isOrdered {
            items.append([text.dropFirst(other.length)])
          } else if text.isEmpty || !next.hasPrefix(" ") {
            break
          } else {
            items[items.count - 1].append(text)
          }
          lines = lines.dropFirst()
        }
        blocks.append(
          .list(isOrdered: mark.isOrdered, items.map { inlines(of: $0.joined(separator: "\n")) }))
      } else {
        paragraph.append(content)
      }
    }
    close()
    return blocks
  }

  private static func headingLevel(_ line: Substring) -> Int? {
    let level = line.prefix { $0 == "#" }.count
    return (1...6).contains(level) && line.dropFirst(level).hasPrefix(" ") ? level : nil
  }

  /// `- ` or `1. ` at the beginning of a line.
  private static func listMark(_ line: Substring) -> (isOrdered: Bool, length: Int)? {
    if line.hasPrefix("- ") { return (false, 2) }
    let digits = line.prefix { $0.isNumber }.count
    return digits > 0 && line.dropFirst(digits).hasPrefix(". ") ? (true, digits + 2) : nil
  }

  private static func table(_ lines: [Substring]) -> Block {
    let rows = lines.enumerated().filter { $0.offset != 1 }.map { cells(of: $0.element) }
    return .table(header: rows.first ?? [], rows: Array(rows.dropFirst()))
  }

  /// The cells of a table's line; a bar in a code span or after a backslash belongs to its cell.
  private static func cells(of line: Substring) -> [[Inline]] {
    var cells: [String] = []
    var cell = ""
    var isCode = false
    var isEscaped = false
    for character in line.dropFirst() {
      if isEscaped {
        if character != "|" { cell.append("\\") }
        cell.append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "|", !isCode {
        cells.append(cell)
        cell = ""
      } else {
        if character == "`" { isCode.toggle() }
        cell.append(character)
      }
    }
    return cells.map { inlines(of: trimmed($0)) }
  }

  private static func trimmed(_ text: String) -> String {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  // MARK: Inlines

  /// The runs of a paragraph.
  package static func inlines(of text: String) -> [Inline] {
    var parser = InlineParser(text: Array(text))
    return parser.inlines(until: nil)
  }

  private struct InlineParser {
    let text: [Character]
    var position = 0

    /// Runs up to a closing mark, which is consumed, or the end.
    mutating func inlines(until end: [Character]?) -> [Inline] {
      var result: [Inline] = []
      var plain = ""
      func flushed() -> [Inline] { plain.isEmpty ? result : result + [.text(plain)] }
      while position < text.count {
        if let end, starts(with: end) {
          position += end.count
          return flushed()
        }
        if let inline = special() {
          result = flushed() + [inline]
          plain = ""
        } else {
          plain.append(text[position])
          position += 1
        }
      }
      return flushed()
    }

    private func starts(with mark: [Character]) -> Bool {
      position + mark.count <= text.count && Array(text[position..<position + mark.count]) == mark
    }

    /// The place of a mark at or after another place.
    private func place(of mark: [Character], from start: Int) -> Int? {
      guard start <= text.count - mark.count else { return nil }
      return (start...text.count - mark.count).first { Array(text[$0..<$0 + mark.count]) == mark }
    }

    /// A code span, link or other special run at the position; nil where plain text stands there.
    private mutating func special() -> Inline? {
      switch text[position] {
      case "`":
        // A span that holds backticks stands between two of them.
        let count = text[position...].prefix { $0 == "`" }.count
        let mark = [Character](repeating: "`", count: count)
        guard let end = place(of: mark, from: position + count) else { return nil }
        var code = String(text[position + count..<end])
        if count > 1, code.hasPrefix(" "), code.hasSuffix(" ") { code = String(code.dropFirst().dropLast()) }
        position = end + count
        return .code(code)
      case "$":
        guard let end = place(of: ["$"], from: position + 1), end > position + 1 else { return nil }
        let math = String(text[position + 1..<end])
        position = end + 1
        return .math(math)
      case "*" where starts(with: ["*", "*"]):
        guard place(of: ["*", "*"], from: position + 2) != nil else { return nil }
        position += 2
        return .strong(inlines(until: ["*", "*"]))
      case "*":
        guard position + 1 < text.count, text[position + 1] != " ",
          place(of: ["*"], from: position + 1) != nil
        else { return nil }
        position += 1
        return .emphasis(inlines(until: ["*"]))
      case "!" where starts(with: ["!", "["]):
        guard let (label, target, end) = link(at: position + 1) else { return nil }
        position = end
        return .picture(description: label, target: target)
      case "[":
        guard let (label, target, end) = link(at: position) else { return nil }
        position = end
        var inner = InlineParser(text: Array(label))
        return .link(inner.inlines(until: nil), target: target)
      default: return nil
      }
    }

    /// `[label](target)` from a place: both, and where it ends.
    private func link(at start: Int) -> (String, String, Int)? {
      guard let middle = place(of: ["]", "("], from: start), let end = place(of: [")"], from: middle) else {
        return nil
      }
      return (String(text[start + 1..<middle]), String(text[middle + 2..<end]), end + 1)
    }
  }
}

extension [Markdown.Inline] {
  /// The words alone.
  package var plain: String {
    map { inline in
      switch inline {
      case .text(let text), .code(let text), .math(let text): text
      case .strong(let inner), .emphasis(let inner), .link(let inner, _): inner.plain
      case .picture(let description, _): description
      }
    }.joined()
  }
}
