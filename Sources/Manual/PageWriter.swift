import Bindings
import Markup
import Syntax

/// Puts the HTML page together.
struct PageWriter {
  let book: ManualBook

  /// A part of the page: an entry of the contents, with what stands below it.
  private struct Part {
    let title: String
    let anchor: String
    var children: [Link] = []
    var body: String
  }

  /// A line of the contents.
  private struct Link {
    let title: String
    let anchor: String
    /// Shown in the search's results.
    var summary = ""
    var isHeading = false
  }

  /// The whole page.
  func page() -> String {
    let parts = allParts()
    let body = parts.map { part in
      "<section id=\"\(part.anchor)\">\n<h2>\(HTML.escaped(part.title))</h2>\n\(part.body)</section>\n"
    }.joined()
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <title>Clipscope manual</title>
      <style>
      \(PageStyle.css)
      </style>
      </head>
      <body>
      <nav aria-label="Contents">
      <p class="title"><a href="#top">Clipscope</a></p>
      <div id="search" hidden="hidden"><input id="find" type="search" placeholder="Search names ( / )" \
      aria-label="Search names" autocomplete="off"/>
      <ul id="found"></ul></div>
      <details id="contents" open="open"><summary>Contents</summary>
      \(parts.map(contents).joined(separator: "\n"))
      </details>
      </nav>
      <main>
      <header id="top">
      <h1>Clipscope</h1>
      <p>A small language for looking inside CLIP. Load a checkpoint and a picture, ask where the model sees each \
      label, and save figures. This page is the whole manual: a tour for newcomers, the language, every function with \
      an example and what it prints, and the methods with their equations and sources.</p>
      </header>
      \(body)</main>
      <script>
      \(PageStyle.script)
      </script>
      </body>
      </html>

      """
  }

  private func contents(_ part: Part) -> String {
    let link = "<a href=\"#\(part.anchor)\">\(HTML.escaped(part.title))</a>"
    if part.children.isEmpty { return "<p class=\"leaf\">\(link)</p>" }
    let items = part.children.map { child in
      let name = child.isHeading ? "" : " data-n=\"\(HTML.escaped(child.summary))\""
      let mark = child.isHeading ? " class=\"head\"" : ""
      return "<li\(mark)><a href=\"#\(child.anchor)\"\(name)>\(HTML.escaped(child.title))</a></li>"
    }
    return "<details><summary>\(link)</summary>\n<ul>\n\(items.joined(separator: "\n"))\n</ul></details>"
  }

  private func allParts() -> [Part] {
    var parts: [Part] = []
    for name in ["tour", "language"] { if let page = book.page(name) { parts.append(part(of: page)) } }
    parts.append(part("Functions", anchor: "functions", sections: book.functionSections))
    parts.append(part("The library", anchor: "library", sections: book.librarySections))
    parts.append(part("Types", anchor: "types", entries: book.entries(.type)))
    parts.append(part("Words and signs", anchor: "words", entries: book.entries(.syntax)))
    parts.append(part("Options", anchor: "options", entries: book.entries(.option)))
    for page in book.pages where !["tour", "language"].contains(page.name) { parts.append(part(of: page)) }
    return parts
  }

  // MARK: Entries

  private func part(_ title: String, anchor: String, sections: [Help.Section]) -> Part {
    var part = Part(title: title, anchor: anchor, body: "")
    for section in sections {
      let anchor = Anchors.section(section.title)
      part.children.append(Link(title: section.title, anchor: anchor, isHeading: true))
      part.children += section.entries.map(link)
      part.body += "<h3 id=\"\(anchor)\">\(HTML.escaped(section.title))</h3>\n"
      part.body += section.entries.map(article).joined()
    }
    return part
  }

  private func part(_ title: String, anchor: String, entries: [HelpEntry]) -> Part {
    Part(title: title, anchor: anchor, children: entries.map(link), body: entries.map(article).joined())
  }

  private func link(_ entry: HelpEntry) -> Link {
    Link(title: entry.name, anchor: Anchors.entry(entry), summary: entry.summary.filter { $0 != "`" })
  }

  private func article(_ entry: HelpEntry) -> String {
    let anchor = Anchors.entry(entry)
    var html = "<article id=\"\(HTML.escaped(anchor))\">\n"
    html +=
      "<h4><a class=\"self\" href=\"#\(HTML.escaped(anchor))\">\(HTML.escaped(entry.name))</a></h4>\n"
    if entry.kind != .type, entry.kind != .option {
      let form = entry.kind == .library && entry.parameters.isEmpty ? entry.signature : entry.form
      let result =
        entry.parameters.isEmpty && entry.kind != .function || entry.result.isEmpty
        ? "" : " <span class=\"gives\">→ \(HTML.escaped(entry.result))</span>"
      html += "<p class=\"form\"><code>\(HTML.highlighted(form))</code>\(result)</p>\n"
    }
    html += "<p class=\"summary\">\(prose(entry.summary, within: entry))</p>\n"
    html += definitions("Takes", entry.parameters.filter { !$0.isOption }.map(row), entry)
    html += definitions("Options", entry.parameters.filter(\.isOption).map(row), entry)
    let members = entry.members.map { (name: $0.name, type: $0.type, meaning: $0.meaning) }
    html += definitions(
      entry.kind == .type ? "Fields" : entry.kind == .option ? "" : "Members", members, entry)
    for block in DocComment.blocks(of: entry.details) {
      switch block {
      case .prose(let text): html += "<p>\(prose(text, within: entry))</p>\n"
      case .code(let code): html += "<pre class=\"code\"><code>\(HTML.escaped(code))</code></pre>\n"
      case .list(let items):
        html += "<ul>\n" + items.map { "<li>\(prose($0, within: entry))</li>\n" }.joined() + "</ul>\n"
      }
    }
    if !entry.equation.isEmpty { html += "<pre class=\"equation\">\(HTML.escaped(entry.equation))</pre>\n" }
    html += note("Errors", entry.errors.isEmpty ? "" : prose(entry.errors, within: entry))
    html += note("Source", entry.citation.isEmpty ? "" : citation(entry.citation))
    if !entry.example.isEmpty { html += HTML.example(entry.example, output: entry.output) + "\n" }
    let methods = entry.kind == .function ? book.methods(of: entry.name) : []
    html += note(
      "Method",
      methods.map { "<a href=\"#\($0.anchor)\">\(HTML.escaped($0.title))</a>" }.joined(separator: ", "))
    html += note("See also", entry.seeAlso.map(reference).joined(separator: ", "))
    return html + "</article>\n"
  }

  private func row(_ parameter: HelpEntry.Parameter) -> (name: String, type: String, meaning: String) {
    let value = parameter.defaultValue.map { " = \($0)" } ?? ""
    return (parameter.name, parameter.type + value, parameter.meaning)
  }

  private func definitions(
    _ title: String, _ rows: [(name: String, type: String, meaning: String)], _ entry: HelpEntry
  ) -> String {
    if rows.isEmpty { return "" }
    let items = rows.map { row in
      let names: String
      switch entry.kind {
      case .option:
        names = row.name.split(separator: ",").map { reference(String($0.drop { $0 == " " })) }
          .joined(separator: ", ")
      case .module: names = "<code>\(link(to: entry.name + "." + row.name, text: row.name))</code>"
      default: names = "<code>\(HTML.escaped(row.name))</code>"
      }
      let mark = entry.kind == .option ? " class=\"type line\"" : " class=\"type\""
      let colon = entry.kind == .option ? "" : ": "
      let type = row.type.isEmpty ? "" : "<code\(mark)>\(colon)\(HTML.escaped(row.type))</code>"
      let meaning = row.meaning.isEmpty ? "" : prose(row.meaning, within: entry)
      return "<dt>\(names)\(type)</dt><dd>\(meaning)</dd>"
    }
    let head = title.isEmpty ? "" : "<p class=\"label\">\(title)</p>\n"
    return head + "<dl>\n" + items.joined(separator: "\n") + "\n</dl>\n"
  }

  private func note(_ title: String, _ html: String) -> String {
    html.isEmpty ? "" : "<p class=\"note\"><b>\(title)</b> \(html)</p>\n"
  }

  /// A name with a link to where it is explained.
  private func reference(_ name: String) -> String { "<code>\(link(to: name, text: name))</code>" }

  private func link(to name: String, text: String) -> String {
    guard let anchor = book.anchors.anchor(of: name) else { return HTML.escaped(text) }
    return "<a href=\"#\(HTML.escaped(anchor))\">\(HTML.escaped(text))</a>"
  }

  /// Prose of help: code spans are its only markup.
  private func prose(_ text: String, within entry: HelpEntry) -> String {
    var html = ""
    for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
      if index % 2 == 0 {
        html += HTML.escaped(String(part))
      } else {
        html += code(String(part), within: entry.name)
      }
    }
    return html
  }

  /// A code span; the name of something else on the page leads there.
  private func code(_ code: String, within name: String) -> String {
    // A list of names: each leads to its own.
    let words = code.split(separator: " ").map(String.init)
    let entries = words.compactMap { word in book.help.entries(for: word).first { $0.name == word } }
    if words.count > 1, entries.count == words.count, entries.allSatisfy({ $0.kind == .function }) {
      return words.map(reference).joined(separator: " ")
    }
    if code != name, let anchor = book.anchors.anchor(ofCode: code) {
      return "<code><a href=\"#\(HTML.escaped(anchor))\">\(HTML.escaped(code))</a></code>"
    }
    return "<code>\(HTML.escaped(code))</code>"
  }

  /// A citation with links where it names an arXiv number.
  private func citation(_ text: String) -> String {
    var words: [String] = []
    var isNumber = false
    for word in text.split(separator: " ").map(String.init) {
      let number = String(word.prefix { $0.isNumber || $0 == "." })
      if isNumber, number.contains(".") {
        let rest = HTML.escaped(String(word.dropFirst(number.count)))
        words.append("<a href=\"https://arxiv.org/abs/\(number)\">\(number)</a>\(rest)")
      } else {
        words.append(HTML.escaped(word))
      }
      isNumber = word == "arXiv"
    }
    return words.joined(separator: " ")
  }

  // MARK: Pages

  private func part(of page: ManualPages.Page) -> Part {
    var part = Part(title: page.name, anchor: Anchors.heading("", page: page.name), body: "")
    var title = page.name
    for block in Markdown.blocks(of: page.text) {
      if case .heading(1, let words) = block {
        title = words.plain
        continue
      }
      if case .heading(2, let words) = block {
        part.children.append(
          Link(
            title: words.plain, anchor: Anchors.heading(words.plain, page: page.name), summary: "in " + title)
        )
      }
      part.body += html(of: block, page: page)
    }
    return Part(title: title, anchor: part.anchor, children: part.children, body: part.body)
  }

  private func html(of block: Markdown.Block, page: ManualPages.Page) -> String {
    func inline(_ inlines: [Markdown.Inline]) -> String { html(of: inlines) }
    switch block {
    case .heading(let level, let words):
      let name = "h\(min(level + 1, 5))"
      return "<\(name) id=\"\(Anchors.heading(words.plain, page: page.name))\">\(inline(words))</\(name)>\n"
    case .paragraph(let words): return "<p>\(inline(words))</p>\n"
    case .list(let isOrdered, let items):
      let name = isOrdered ? "ol" : "ul"
      return "<\(name)>\n" + items.map { "<li>\(inline($0))</li>\n" }.joined() + "</\(name)>\n"
    case .table(let header, let rows):
      let isBlank = header.allSatisfy { $0.plain.isEmpty }
      let head =
        isBlank ? "" : "<thead><tr>\(header.map { "<th>\(inline($0))</th>" }.joined())</tr></thead>\n"
      let body = rows.map { row in "<tr>\(row.map { "<td>\(inline($0))</td>" }.joined())</tr>\n" }.joined()
      return "<div class=\"scroll\"><table>\n\(head)<tbody>\n\(body)</tbody></table></div>\n"
    case .code("clip", let code):
      let (text, output) = ExampleText.split(code)
      return HTML.example(text, output: output) + "\n"
    case .code(_, let code): return "<pre class=\"code\"><code>\(HTML.escaped(code))</code></pre>\n"
    case .equation(let tex): return "<p class=\"display math\">\(Mathematics.display(tex))</p>\n"
    }
  }

  private func html(of inlines: [Markdown.Inline]) -> String {
    inlines.map { inline in
      switch inline {
      case .text(let text): return HTML.escaped(text)
      case .code(let text): return code(text, within: "")
      case .strong(let inner): return "<b>\(html(of: inner))</b>"
      case .emphasis(let inner): return "<em>\(html(of: inner))</em>"
      case .math(let tex): return "<span class=\"math\">\(Mathematics.html(tex).html)</span>"
      case .picture(let description, _): return HTML.escaped(description)
      case .link(let inner, let target):
        guard let target = book.anchors.target(target, pages: book.pages) else { return html(of: inner) }
        // A link within a link is no HTML: its code spans are not linked themselves.
        let words = inner.map {
          if case .code(let text) = $0 { "<code>\(HTML.escaped(text))</code>" } else { html(of: [$0]) }
        }
        return "<a href=\"\(HTML.escaped(target))\">\(words.joined())</a>"
      }
    }.joined()
  }
}
