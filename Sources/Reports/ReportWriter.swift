import Imaging
import Markup
import Syntax

extension ReportPage {
  /// What every report has in its head, by which it is recognized.
  public static let mark = "<meta name=\"generator\" content=\"clipscope report\"/>"

  /// The page as one file of HTML that is well-formed XML too. The same page gives the same bytes. Throws `ImageError`
  /// for a picture that cannot be encoded.
  public func html() throws(ImageError) -> String { try ReportWriter(self).text() }
}

/// Puts a report's page together.
private struct ReportWriter {
  let page: ReportPage
  let pictures: PictureStore

  init(_ page: ReportPage) throws(ImageError) {
    self.page = page
    var pictures = PictureStore()
    for item in page.cells.flatMap(\.items) {
      switch item {
      case .picture(let picture): pictures.add(picture.image)
      case .maps(let maps): for map in maps { if let ground = map.ground { pictures.addGround(ground) } }
      default: break
      }
    }
    try pictures.encode()
    self.pictures = pictures
  }

  func text() throws(ImageError) -> String {
    var cells = ""
    for (index, cell) in page.cells.enumerated() {
      if let chapter = cell.chapter {
        if index > 0 { cells += "</section>\n" }
        cells += self.chapter(chapter, at: index + 1)
      }
      cells += try self.cell(cell, number: index + 1)
    }
    let title = Characters.html(page.title)
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      \(ReportPage.mark)
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
      style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <title>\(title)</title>
      <style>
      \(ReportStyle.css)
      </style>
      </head>
      <body>
      \(definitions)<header>
      <h1>\(title)</h1>
      \(Prose(level: 2).html(page.text))\(state)</header>
      <main>
      \(parameters)\(warnings)\(contents)\(resultsHead)\(cells)</section>
      </main>
      <footer>
      \(provenance)\(timings)</footer>
      <script>
      \(ReportScript.text)
      </script>
      </body>
      </html>

      """
  }

  /// Pictures that are shown more than once, or lie below maps.
  private var definitions: String {
    let images = pictures.entries.enumerated().filter { $0.element.isDefined }.map { index, entry in
      "<image id=\"picture-\(index + 1)\" width=\"\(entry.width)\" height=\"\(entry.height)\" "
        + "href=\"\(entry.address)\"/>\n"
    }
    if images.isEmpty { return "" }
    return
      "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>\n\(images.joined())</defs></svg>\n"
  }

  /// What opens the section of cells: each script's does so itself where there are several.
  private var resultsHead: String {
    isSeries ? "" : "<section aria-labelledby=\"results\">\n<h2 id=\"results\">Results</h2>\n"
  }

  // MARK: Several scripts

  private var isSeries: Bool { page.cells.first?.chapter != nil }

  private var contents: String {
    let lines = page.cells.enumerated().compactMap { index, cell in
      cell.chapter.map { "<li><a href=\"#chapter-\(index + 1)\">\(Characters.html($0.title))</a></li>\n" }
    }
    if lines.isEmpty { return "" }
    return """
      <nav aria-labelledby="contents">
      <h2 id="contents">Contents</h2>
      <ol>
      \(lines.joined())</ol>
      </nav>

      """
  }

  private func chapter(_ chapter: ReportChapter, at cell: Int) -> String {
    let rows = parameterTable(chapter.parameters)
    return """
      <section class="chapter" aria-labelledby="chapter-\(cell)">
      <h2 id="chapter-\(cell)">\(Characters.html(chapter.title))</h2>
      \(Prose(level: 3).html(chapter.text))<p class="state"><code>\(Characters.html(chapter.subject))</code></p>
      \(rows.isEmpty ? "" : "<details><summary>Parameters</summary>\(rows)</details>\n")
      """
  }

  private var state: String {
    let name = Characters.html(page.subject)
    let subject = isSeries ? name : "<code>\(name)</code>"
    let lead =
      switch page.state {
      case .complete: "A run of \(subject)."
      case .session: "A session so far."
      case .failed:
        "A run of \(subject), which <b>an error stopped</b>: it stands in its place below."
      case .interrupted:
        "A run of \(subject), which <b>was interrupted</b>: what there was until then."
      }
    return "<p class=\"state\">\(lead) <span id=\"took\"></span></p>\n"
  }

  private var parameters: String {
    if page.parameters.isEmpty { return "" }
    return """
      <section aria-labelledby="parameters">
      <h2 id="parameters">Parameters</h2>
      \(parameterTable(page.parameters))
      </section>

      """
  }

  private func parameterTable(_ parameters: [ReportPage.Parameter]) -> String {
    if parameters.isEmpty { return "" }
    let areChanged = parameters.contains { $0.defaultValue != $0.value }
    let rows = parameters.map { parameter in
      let initial = parameter.defaultValue.map { "<code>\(Characters.html($0))</code>" } ?? "must be given"
      let isChanged = parameter.defaultValue != parameter.value
      return "<tr><th scope=\"row\"><code>\(Characters.html(parameter.name))</code></th>"
        + "<td><code>\(Characters.html(parameter.value))</code></td>"
        + (areChanged ? "<td>\(isChanged ? initial : "")</td>" : "")
        + "<td>\(Characters.html(parameter.text))</td></tr>\n"
    }.joined()
    return """
      <div class="scroll"><table><thead><tr><th scope="col">name</th><th scope="col">value</th>\
      \(areChanged ? "<th scope=\"col\">instead of</th>" : "")<th scope="col">meaning</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>
      """
  }

  private var warnings: String {
    var lines: [String] = []
    for (cell, content) in page.cells.enumerated() {
      for (index, item) in content.items.enumerated() {
        switch item {
        case .warning(let text), .error(let text):
          let first = text.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? ""
          lines.append("<li><a href=\"#\(name(cell + 1, index))\">\(Characters.html(first))</a></li>\n")
        default: break
        }
      }
    }
    if lines.isEmpty { return "" }
    return """
      <section aria-labelledby="warnings">
      <h2 id="warnings">Warnings</h2>
      <ul>
      \(lines.prefix(100).joined())\(lines.count > 100 ? "<li>… and \(lines.count - 100) more</li>\n" : "")</ul>
      </section>

      """
  }

  private func name(_ cell: Int, _ item: Int) -> String { "cell-\(cell)-\(item + 1)" }

  private func cell(_ cell: ReportCell, number: Int) throws(ImageError) -> String {
    let isTitled = !cell.title.isEmpty
    let heading = isTitled ? "<h3 id=\"title-\(number)\">\(Characters.html(cell.title))</h3>\n" : ""
    let label = isTitled ? "aria-labelledby=\"title-\(number)\"" : "aria-label=\"Cell \(number)\""
    let writer = ItemWriter(pictures: pictures)
    var items = ""
    for (index, item) in cell.items.enumerated() {
      items += try writer.html(item, name: name(number, index))
    }
    let source =
      cell.source.isEmpty
      ? ""
      : "<pre class=\"code\"><code>\(HTML.highlighted(Characters.visible(cell.source)))</code></pre>\n"
    return """
      <section class="cell" id="cell-\(number)" \(label)>
      \(heading)\(cell.text.isEmpty ? "" : Prose(level: isTitled ? 4 : 3).html(cell.text))\
      <div class="source"><span class="took" data-cell="\(number)"></span>\(source)</div>
      \(items)</section>

      """
  }

  // MARK: Where it came from

  private var provenance: String {
    var html = "<section aria-labelledby=\"provenance\">\n<h2 id=\"provenance\">Provenance</h2>\n"
    if !page.provenance.isEmpty {
      let rows = page.provenance.map {
        "<dt>\(Characters.html($0.name))</dt><dd>\(Characters.html($0.value))</dd>\n"
      }
      html += "<dl>\n\(rows.joined())</dl>\n"
    }
    html += files(page.inputs, "Files read") + files(page.outputs, "Files written")
    var sources = [(title: "The whole script", text: page.source)]
    sources += page.cells.compactMap(\.chapter).map { ("The whole of \($0.subject)", $0.source) }
    for source in sources where !source.text.isEmpty {
      html +=
        "<details><summary>\(Characters.html(source.title))</summary><pre class=\"code\"><code>"
        + "\(HTML.highlighted(Characters.visible(source.text)))</code></pre></details>\n"
    }
    return html + "</section>\n"
  }

  private func files(_ files: [ReportPage.File], _ title: String) -> String {
    if files.isEmpty { return "" }
    let limit = ReportTable.rowLimit
    let rows = files.prefix(limit).map { file in
      "<tr><td><code>\(Characters.html(file.name))</code></td><td>\(Characters.html(file.kind))</td>"
        + "<td class=\"n\">\(file.size.map(String.init) ?? "")</td>"
        + "<td><code class=\"hash\">\(Characters.html(file.sha256))</code></td></tr>\n"
    }.joined()
    let more = files.count > limit ? "; … \(files.count - limit) more" : ""
    let name = HTML.slug(title)
    return """
      <div class="scroll" role="region" tabindex="0" aria-labelledby="\(name)"><table class="data">\
      <caption id="\(name)">\(title)\(more)</caption>
      <thead><tr><th scope="col">name</th><th scope="col">what</th><th scope="col" class="n">bytes</th>\
      <th scope="col">SHA-256</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
  }

  // MARK: Times

  /// All times stand here, so that everything else is the same in every run.
  private var timings: String {
    let cells = page.cells.enumerated().compactMap { index, cell -> String? in
      guard let seconds = cell.seconds else { return nil }
      let name = cell.title.isEmpty ? "Cell \(index + 1)" : cell.title
      return
        "<tr data-cell=\"\(index + 1)\"><td><a href=\"#cell-\(index + 1)\">\(Characters.html(name))</a></td>"
        + "<td class=\"n\">\(Self.fixed(seconds))</td></tr>\n"
    }.joined()
    let calls = page.timings.calls.map { call in
      "<tr><td><code>\(Characters.html(call.name))</code></td><td class=\"n\">\(call.count)</td>"
        + "<td class=\"n\">\(Self.fixed(call.seconds))</td></tr>\n"
    }.joined()
    func table(_ title: String, _ id: String, _ head: String, _ rows: String) -> String {
      rows.isEmpty
        ? ""
        : """
        <div class="scroll"><table class="data"><caption id="\(id)">\(title)</caption>
        <thead><tr>\(head)</tr></thead>
        <tbody>
        \(rows)</tbody></table></div>

        """
    }
    return """
      <section aria-labelledby="times" id="timings" data-total="\(Self.fixed(page.timings.total))">
      <h2 id="times">Times</h2>
      <p>\(Self.fixed(page.timings.total)) seconds in all.</p>
      \(table(
        "Cells", "times-cells", "<th scope=\"col\">cell</th><th scope=\"col\" class=\"n\">seconds</th>", cells))\(table(
        "Calls, what they call included", "times-calls",
        "<th scope=\"col\">function</th><th scope=\"col\" class=\"n\">calls</th>"
          + "<th scope=\"col\" class=\"n\">seconds</th>", calls))</section>

      """
  }

  /// Seconds with three decimals.
  private static func fixed(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "0.000" }
    let thousandths = Int((seconds * 1000).rounded())
    let rest = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }
}
