import Imaging
import Markup
import Syntax

/// Writes what cells gave.
struct ItemWriter {
  let pictures: PictureStore

  /// An item as HTML. `name` is unique on the page. Throws `ImageError`.
  func html(_ item: ReportItem, name: String) throws(ImageError) -> String {
    switch item {
    case .printed(let text): return "<pre class=\"out\"><samp>\(Characters.html(text))</samp></pre>\n"
    case .value(let text): return "<pre class=\"out value\"><samp>\(Characters.html(text))</samp></pre>\n"
    case .warning(let text):
      return
        "<div class=\"trouble warning\" id=\"\(name)\"><p><b>Warning</b></p><pre>\(Characters.html(text))</pre></div>\n"
    case .error(let text):
      return "<div class=\"trouble error\" role=\"alert\" id=\"\(name)\"><p><b>Error</b></p>"
        + "<pre>\(Characters.html(text))</pre></div>\n"
    case .picture(let picture): return figure(picture)
    case .maps(let maps):
      return try MapWriter(pictures: pictures, captions: caption).html(maps)
    case .tokens(let tokens): return figure(tokens)
    case .table(let table): return self.table(table, name: name)
    case .svg(let text, let description, let caption):
      return figure(
        "<img class=\"drawing\" alt=\"\(Characters.html(description))\" "
          + "src=\"data:image/svg+xml;base64,\(Base64.text(Array(text.utf8)))\"/>", caption)
    case .saved(let caption): return "<p class=\"saved\">\(self.caption(caption))</p>\n"
    case .omitted(let sentence, let files):
      guard !files.isEmpty else { return "<p class=\"omitted\">\(Characters.html(sentence))</p>\n" }
      let list = files.prefix(500).map { "<li><code>\(Characters.html($0))</code></li>" }.joined()
      let more = files.count > 500 ? "<li>… and \(files.count - 500) more</li>" : ""
      return "<details class=\"omitted\"><summary>\(Characters.html(sentence))</summary>"
        + "<ul>\(list)\(more)</ul></details>\n"
    }
  }

  private func figure(_ content: String, _ caption: ReportCaption) -> String {
    "<figure>\(content)<figcaption>\(self.caption(caption))</figcaption></figure>\n"
  }

  /// A caption with the files it was saved as.
  func caption(_ caption: ReportCaption) -> String {
    let files = caption.files.prefix(12).map { "<code>\(Characters.html($0))</code>" }
    let more = caption.files.count > 12 ? " and \(caption.files.count - 12) more" : ""
    let saved = files.isEmpty ? "" : "saved as " + files.joined(separator: ", ") + more
    let text = Characters.html(caption.text)
    return text + (text.isEmpty || saved.isEmpty ? "" : "; ") + saved
  }

  // MARK: Pictures

  private func figure(_ picture: ReportPicture) -> String {
    guard let number = pictures.place(of: picture.image) else { return "" }
    let entry = pictures.entries[number]
    let description = Characters.html(picture.description)
    let size = "width=\"\(entry.width)\" height=\"\(entry.height)\""
    let content =
      !entry.isDefined
      ? "<img alt=\"\(description)\" \(size) src=\"\(entry.address)\"/>"
      : "<svg role=\"img\" aria-label=\"\(description)\" \(size) viewBox=\"0 0 \(entry.width) \(entry.height)\">"
        + "<use href=\"#picture-\(number + 1)\"/></svg>"
    var legend = ""
    if !picture.legend.isEmpty {
      let items = picture.legend.map { color, name in
        "<li><span class=\"swatch\" style=\"background:rgb(\(color.red),\(color.green),\(color.blue))\"></span>"
          + "\(Characters.html(name))</li>"
      }.joined()
      legend = "<ul class=\"legend\">\(items)</ul>"
    }
    var caption = caption(picture.caption)
    if entry.isReduced {
      caption +=
        " <span class=\"note\">(\(picture.image.width)×\(picture.image.height) pixels, shown at "
        + "\(entry.width)×\(entry.height))</span>"
    }
    return "<figure>\(content)\(legend)<figcaption>\(caption)</figcaption></figure>\n"
  }

  // MARK: Token maps

  private func figure(_ tokens: ReportTokens) -> String {
    let colors = Colormap.viridis.colors
    let words = tokens.pieces.map { piece in
      let place = piece.place.isFinite ? min(max(piece.place, 0), 1) : 0
      let color = colors[Int(place * 255)]
      // Which of black and white is read better on it, by the relative luminance of WCAG 2.
      let ink = Self.luminance(color) > 0.179 ? "#000" : "#fff"
      return "<span class=\"token\(piece.continues ? " joined" : "")\" "
        + "style=\"background:rgb(\(color.red),\(color.green),\(color.blue));color:\(ink)\">"
        + "<span>\(Characters.html(piece.text))</span><small>\(ReportMap.number(piece.score))</small></span>"
    }.joined(separator: " ")
    return figure("<p class=\"tokens\">\(words)</p>", tokens.caption)
  }

  private static func luminance(_ color: RGB) -> Double {
    func linear(_ value: UInt8) -> Double {
      let x = Double(value) / 255
      // The square stands for the exponent 2.4 and errs on neither side of the threshold.
      return x <= 0.04045 ? x / 12.92 : x * x * (0.8 + 0.2 * x)
    }
    return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
  }

  // MARK: Tables

  private func table(_ table: ReportTable, name: String) -> String {
    let isNumeric = table.columns.indices.map { column in
      !table.rows.isEmpty && table.rows.allSatisfy { $0.indices.contains(column) && $0[column].number != nil }
    }
    func mark(_ column: Int) -> String { isNumeric[column] ? " class=\"n\"" : "" }
    let head = table.columns.indices.map { column in
      "<th scope=\"col\"\(mark(column))>\(Characters.html(table.columns[column]))</th>"
    }.joined()
    let body = table.rows.map { row in
      let cells = row.indices.prefix(table.columns.count).map { column in
        let cell = row[column]
        let exact = cell.number.map { "\($0)" }
        let data = exact.map { $0 == cell.text || $0 == cell.text + ".0" ? "" : " data-v=\"\($0)\"" } ?? ""
        return "<td\(mark(column))\(data)>\(Characters.html(cell.text))</td>"
      }.joined()
      return "<tr>\(cells)</tr>\n"
    }.joined()
    var caption = caption(table.caption)
    if table.count > table.rows.count {
      let more = table.count - table.rows.count
      caption += (caption.isEmpty ? "" : "; ") + "… \(more) row\(more == 1 ? "" : "s") more"
    }
    return """
      <div class="scroll" role="region" tabindex="0" aria-labelledby="\(name)">
      <table class="data"><caption id="\(name)"\(caption.isEmpty ? " class=\"unsaid\">table" : ">" + caption)</caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body)</tbody></table></div>

      """
  }
}
