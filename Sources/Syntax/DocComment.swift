/// What the `##` lines above a declaration say: words, and code that shows them.
///
/// ```
/// ## The mean of two numbers. Both may be tensors.
/// ##
/// ## Details, in as many paragraphs as they need.
/// ##
/// ##     print(middle(1, 3))  # expect: 2
/// ##
/// ## See also: mean, sum.
/// fn middle(a: number, b: number) => (a + b) / 2
/// ```
///
/// The first sentence is the summary. Lines indented by four spaces are the example, whatever stands
/// between them; a paragraph `See also: …` names others; all other paragraphs are details.
public struct DocComment: Sendable, Equatable {
  /// The first sentence, on one line.
  public let summary: String
  /// What follows it, each paragraph on one line, a blank line between them.
  public let details: String
  /// The example's lines without the indentation; empty where there is none.
  public let example: String
  /// The names that `See also: …` gives.
  public let seeAlso: [String]

  /// Takes apart the text of `##` lines (`Statement.documentation`, `Tree.documentation`).
  public init(_ text: String) {
    var summary: String?
    var paragraphs: [String] = []
    var codes: [String] = []
    var names: [String] = []
    for block in DocComment.blocks(of: text) {
      switch block {
      case .code(let code): codes.append(code)
      case .list(let items): paragraphs.append(items.map { "- " + $0 }.joined(separator: "\n"))
      case .prose(let prose):
        if summary == nil {
          let (first, others) = DocComment.firstSentence(of: prose)
          summary = first
          if !others.isEmpty { paragraphs.append(others) }
        } else if let found = DocComment.references(in: prose) {
          names += found
        } else {
          paragraphs.append(prose)
        }
      }
    }
    self.summary = summary ?? ""
    details = paragraphs.joined(separator: "\n\n")
    example = codes.joined(separator: "\n")
    seeAlso = names
  }

  /// The sentence that a text begins with, and what follows. A full stop ends it where a capital letter
  /// or a code mark begins the next word, outside brackets: `Li et al. 2023` goes on.
  private static func firstSentence(of text: String) -> (String, String) {
    var depth = 0
    let characters = Array(text)
    for (index, character) in characters.enumerated() {
      switch character {
      case "(", "[": depth += 1
      case ")", "]": depth = max(0, depth - 1)
      case ".", "?", "!":
        guard depth == 0, index + 2 < characters.count, characters[index + 1] == " " else { continue }
        let next = characters[index + 2]
        if next.isUppercase || next == "`" {
          return (String(characters[...index]), String(characters[(index + 2)...]))
        }
      default: break
      }
    }
    return (text, "")
  }

  /// The names of a paragraph `See also: a, b.`
  private static func references(in prose: String) -> [String]? {
    let mark = "see also:"
    guard prose.lowercased().hasPrefix(mark) else { return nil }
    return prose.dropFirst(mark.count).split(separator: ",").map { name in
      let plain = name.filter { !" `".contains($0) }
      return plain.last == "." ? String(plain.dropLast()) : plain
    }.filter { !$0.isEmpty }
  }
}

extension DocComment {
  /// A paragraph, or lines of code.
  public enum Block: Equatable, Sendable {
    /// A paragraph, its lines joined.
    case prose(String)
    /// Lines of code, without their indentation.
    case code(String)
    /// Items, the lines of each joined.
    case list([String])
  }

  /// Text taken apart into paragraphs, which blank lines separate, code, which four spaces indent, and lists: where a
  /// paragraph begins with `- `, each line that does is an item, and others go on with the one above.
  public static func blocks(of text: String) -> [Block] {
    var blocks: [Block] = []
    var prose: [Substring] = []
    var code: [Substring] = []
    var items: [String] = []
    func close() {
      if !items.isEmpty { blocks.append(.list(items)) }
      items = []
      if !prose.isEmpty { blocks.append(.prose(prose.joined(separator: " "))) }
      while code.last?.isEmpty == true { code.removeLast() }
      if !code.isEmpty { blocks.append(.code(code.joined(separator: "\n"))) }
      (prose, code) = ([], [])
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let content = line.drop { $0 == " " }
      if content.isEmpty {
        // A blank line ends a paragraph; within code it stays.
        if code.isEmpty { close() } else { code.append("") }
      } else if line.hasPrefix("    ") {
        if !prose.isEmpty || !items.isEmpty { close() }
        code.append(line.dropFirst(4))
      } else {
        if !code.isEmpty { close() }
        if content.hasPrefix("- "), prose.isEmpty {
          items.append(String(content.dropFirst(2)))
        } else if items.isEmpty {
          prose.append(content)
        } else {
          items[items.count - 1] += " " + content
        }
      }
    }
    close()
    return blocks
  }
}
