import Markup
import Syntax

/// The texts of a script, which are Markdown, as HTML. Only addresses of the web become links, and no picture is fetched.
struct Prose {
  /// The level of the highest heading within the text, 1…6.
  let level: Int

  /// Longer texts, and texts with more brackets, are shown as they are written: what nests deeply is no prose.
  private static let limit = 20_000

  /// Blocks of HTML.
  func html(_ text: String) -> String {
    guard text.utf8.count <= Self.limit,
      text.utf8.count(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "*") }) <= 400
    else { return "<pre class=\"plain\">\(Characters.html(text))</pre>\n" }
    // The highest heading of the text gets the level, and none leaves one out: whoever listens goes by them.
    let blocks = Markdown.blocks(of: Self.fenced(text))
    let highest = blocks.compactMap { if case .heading(let depth, _) = $0 { depth } else { nil } }.min() ?? 1
    var last = level - 1
    return blocks.map { block in
      guard case .heading(let depth, let words) = block else { return self.block(block) }
      last = min(level + depth - highest, last + 1, 6)
      return "<h\(last)>\(inline(words))</h\(last)>\n"
    }.joined()
  }

  /// Lines indented by four spaces after a blank line are code too, as in the texts of the library.
  private static func fenced(_ text: String) -> String {
    var result: [Substring] = []
    var isCode = false
    var isFenced = false
    var wasBlank = true
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let isBlank = line.allSatisfy { $0 == " " }
      if line.hasPrefix("```") { isFenced.toggle() }
      if !isFenced, !isCode, wasBlank, !isBlank, line.hasPrefix("    ") {
        result.append("```clip")
        isCode = true
      } else if isCode, !isBlank, !line.hasPrefix("    ") {
        result.append("```")
        isCode = false
      }
      result.append(isCode ? line.dropFirst(4) : line)
      wasBlank = isBlank
    }
    if isCode { result.append("```") }
    return result.joined(separator: "\n")
  }

  private func block(_ block: Markdown.Block) -> String {
    switch block {
    case .heading(_, let words): return "<p><b>\(inline(words))</b></p>\n"
    case .paragraph(let words): return "<p>\(inline(words))</p>\n"
    case .list(let isOrdered, let items):
      let name = isOrdered ? "ol" : "ul"
      return "<\(name)>\n" + items.map { "<li>\(inline($0))</li>\n" }.joined() + "</\(name)>\n"
    case .table(let header, let rows):
      let head = header.map { "<th scope=\"col\">\(inline($0))</th>" }.joined()
      let body = rows.map { "<tr>\($0.map { "<td>\(inline($0))</td>" }.joined())</tr>\n" }.joined()
      return
        "<div class=\"scroll\"><table><thead><tr>\(head)</tr></thead>\n<tbody>\(body)</tbody></table></div>\n"
    case .code(let language, let code):
      let text = Characters.visible(code.hasSuffix("\n") ? String(code.dropLast()) : code)
      let html = language == "clip" ? HTML.highlighted(text) : HTML.escaped(text)
      return "<pre class=\"code\"><code>\(html)</code></pre>\n"
    case .equation(let tex):
      return "<p class=\"display math\">\(Mathematics.display(Characters.visible(tex)))</p>\n"
    }
  }

  private func inline(_ words: [Markdown.Inline], isLink: Bool = false) -> String {
    words.map { word in
      switch word {
      case .text(let text): return Characters.html(text)
      case .code(let text): return "<code>\(Characters.html(text))</code>"
      case .strong(let inner): return "<b>\(inline(inner, isLink: isLink))</b>"
      case .emphasis(let inner): return "<em>\(inline(inner, isLink: isLink))</em>"
      case .math(let tex):
        return "<span class=\"math\">\(Mathematics.html(Characters.visible(tex)).html)</span>"
      case .picture(let description, _): return Characters.html(description)
      case .link(let inner, let target):
        guard !isLink, target.hasPrefix("https://") || target.hasPrefix("http://") else {
          return inline(inner, isLink: isLink)
        }
        return "<a href=\"\(Characters.html(target))\" rel=\"noreferrer\">\(inline(inner, isLink: true))</a>"
      }
    }.joined()
  }
}

/// Text of strangers in a page.
enum Characters {
  /// What HTML and XML do not allow, or what turns the direction of text, made visible.
  static func visible(_ text: String) -> String {
    let escaped = DisplayWidth.escaped(text)
    // Two code points that XML does not know either.
    guard escaped.unicodeScalars.contains(where: { $0.value == 0xFFFE || $0.value == 0xFFFF }) else {
      return escaped
    }
    return String(
      String.UnicodeScalarView(
        escaped.unicodeScalars.map { $0.value == 0xFFFE || $0.value == 0xFFFF ? "\u{FFFD}" : $0 }))
  }

  /// The same with the signs of markup replaced, for an element or an attribute.
  static func html(_ text: String) -> String { HTML.escaped(visible(text)) }
}
