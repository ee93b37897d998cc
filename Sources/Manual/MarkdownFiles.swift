import Bindings
import Markup
import Syntax

extension ManualBook {
  /// The manual as Markdown: an index, the pages of `docs/`, and files of entries by section.
  var markdownFiles: [File] {
    var files: [(title: String, file: File)] = []
    func add(_ title: String, _ name: String, _ text: String) {
      files.append((title, File(name: name + ".md", text: text)))
    }
    func add(_ title: String, _ name: String, _ entries: [HelpEntry]) {
      add(title, name, "# \(title)\n\n" + entries.map(markdown).joined(separator: "\n"))
    }
    for name in ["tour", "language"] {
      if let page = page(name) { add(title(of: page), name, rewritten(page)) }
    }
    for section in functionSections {
      add("Functions: \(section.title)", "functions-" + HTML.slug(section.title), section.entries)
    }
    for section in librarySections { add(section.title, section.title, section.entries) }
    add("Types", "types", entries(.type))
    add("Words and signs", "words", entries(.syntax))
    add("Options", "options", entries(.option))
    for page in pages where !["tour", "language"].contains(page.name) {
      add(title(of: page), page.name, rewritten(page))
    }
    let index =
      "# Clipscope manual\n\n"
      + files.map { "- [\($0.title)](\($0.file.name))\n" }.joined()
      + "\n`manual.html` is all of it as one page.\n"
    return [File(name: "index.md", text: index)] + files.map(\.file)
  }

  private func title(of page: ManualPages.Page) -> String {
    for block in Markdown.blocks(of: page.text) {
      if case .heading(1, let words) = block { return words.plain }
    }
    return page.name
  }

  /// A page whose links lead to files of the manual; those that lead out of it become plain words.
  private func rewritten(_ page: ManualPages.Page) -> String {
    var result = ""
    var rest = page.text[...]
    while let open = rest.firstIndex(of: "[") {
      result += rest[..<open]
      rest = rest[open...]
      guard let close = rest.firstIndex(of: "]"), rest[rest.index(after: close)...].first == "(",
        let end = rest[close...].firstIndex(of: ")")
      else {
        result.append("[")
        rest = rest.dropFirst()
        continue
      }
      let label = rest[rest.index(after: open)..<close]
      let target = String(rest[rest.index(close, offsetBy: 2)..<end])
      let file = self.file(ofLink: target)
      result += file.map { "[\(label)](\($0))" } ?? String(label)
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  /// The file of the manual that a link in `docs/` means.
  private func file(ofLink target: String) -> String? {
    if target.hasPrefix("http") { return target }
    if target.hasPrefix("../stdlib/") {
      let name = "std." + target.dropFirst("../stdlib/".count).prefix { $0 != "." }
      return librarySections.contains { $0.title == name } ? name + ".md" : nil
    }
    if target.hasPrefix("../README.md#command-line") { return "command-line.md" }
    let name = target.prefix { $0 != "#" }
    return pages.contains { $0.name + ".md" == name } ? target : nil
  }

  /// One entry.
  private func markdown(_ entry: HelpEntry) -> String {
    var text = "## \(entry.name)\n\n"
    if entry.kind != .type, entry.kind != .option { text += "```\n\(entry.signature)\n```\n\n" }
    text += entry.summary + "\n\n"
    func table(_ head: [String], _ rows: [[String]]) {
      if rows.isEmpty { return }
      text +=
        "| " + head.joined(separator: " | ") + " |\n|" + String(repeating: "---|", count: head.count) + "\n"
      for row in rows {
        let cells = row.map {
          $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
        }
        text += "| " + cells.joined(separator: " | ") + " |\n"
      }
      text += "\n"
    }
    func code(_ text: String) -> String { text.isEmpty ? "" : "`\(text)`" }
    for (title, isOption) in [("parameter", false), ("option", true)] {
      table(
        [title, "type", "default", "meaning"],
        entry.parameters.filter { $0.isOption == isOption }.map {
          [code($0.name), code($0.type), code($0.defaultValue ?? ""), $0.meaning]
        })
    }
    let head = entry.kind == .option ? ["in", "type", "meaning"] : ["name", "type", "meaning"]
    table(head, entry.members.map { [code($0.name), code($0.type), $0.meaning] })
    for block in DocComment.blocks(of: entry.details) {
      switch block {
      case .prose(let prose): text += prose + "\n\n"
      case .code(let code): text += "```\n\(code)\n```\n\n"
      case .list(let items): text += items.map { "- \($0)\n" }.joined() + "\n"
      }
    }
    if !entry.equation.isEmpty { text += "```\n\(entry.equation)\n```\n\n" }
    if !entry.errors.isEmpty {
      text += "Errors: " + entry.errors.split(separator: "\n").joined(separator: " ") + "\n\n"
    }
    if !entry.citation.isEmpty { text += "Source: \(entry.citation)\n\n" }
    if !entry.example.isEmpty {
      text += "```clip\n\(entry.example)\n```\n\n"
      if !entry.output.isEmpty { text += "prints\n\n```\n\(entry.output.joined(separator: "\n"))\n```\n\n" }
    }
    if !entry.seeAlso.isEmpty {
      text += "See also: " + entry.seeAlso.map { "`\($0)`" }.joined(separator: ", ") + "\n\n"
    }
    return text
  }
}
