import Foundation
import FoundationXML
import Imaging
import Tensors
import Testing

@testable import Reports

/// Reports are well-formed, say everything, believe nobody, and stay small.
@Suite struct PageTests {
  /// What a strict parser finds on a page.
  final class Outline: NSObject, XMLParserDelegate {
    var ids: [String] = []
    var references: [String] = []
    var headings: [Int] = []
    var elements: [String: Int] = [:]
    var attributes: [(element: String, name: String, value: String)] = []
    var labelled: [String] = []
    var problem: String?
    var text = ""
    private var nesting: [String] = []

    init(_ html: String) {
      super.init()
      let parser = XMLParser(data: Data(html.utf8))
      parser.delegate = self
      if !parser.parse(), problem == nil { problem = "\(String(describing: parser.parserError))" }
    }

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String] = [:]
    ) {
      elements[name, default: 0] += 1
      if let id = attributes["id"] { ids.append(id) }
      for (key, value) in attributes {
        self.attributes.append((name, key, value))
        if key == "href", value.hasPrefix("#") { references.append(String(value.dropFirst())) }
        if key == "aria-labelledby" { references.append(value) }
      }
      if name.count == 2, name.hasPrefix("h"), let level = Int(name.dropFirst()) { headings.append(level) }
      if nesting.last == "p", ["p", "div", "pre", "ul", "table", "dl", "figure"].contains(name) {
        problem = "<\(name)> within <p>"
      }
      if nesting.contains("a"), name == "a" { problem = "a link within a link" }
      nesting.append(name)
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      nesting.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      if nesting.last != "script", nesting.last != "style" { text += string }
    }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
      problem = "line \(parser.lineNumber), column \(parser.columnNumber): \(error)"
    }
  }

  /// A photograph of nothing: smooth and with noise, so that it is as hard to compress as a real one.
  static func photo(_ width: Int, _ height: Int, seed: Int = 0) throws -> Image {
    var state = UInt64(truncatingIfNeeded: seed) &* 977 &+ 1
    var bytes: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<3 {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          let noise = Int(state >> 60)
          let wave =
            Foundation.sin(Double(x * (channel + 2) + 3 * seed) / 37) * Foundation.cos(Double(y) / 23)
          bytes.append(UInt8(min(max(Int(120 + 90 * wave) + noise, 0), 255)))
        }
      }
    }
    return try Image(width: width, height: height, bytes: bytes)
  }

  static func map(_ image: Image?, side: Int = 14, label: String = "cat") -> ReportMap {
    let grid = Tensor([side, side], (0..<side * side).map { Float($0 % 17) / 17 - 0.2 })
    let width = image?.width ?? side
    let height = image?.height ?? side
    return ReportMap(
      ground: image, grid: grid,
      placement: Placement(imageWidth: width, imageHeight: height, inputWidth: width, inputHeight: height),
      opacity: 0.6, label: label, description: "heat map of \"\(label)\"", caption: ReportCaption(label))
  }

  /// A page with every kind of item.
  static func fullPage(_ word: String = "plain") throws -> ReportPage {
    let image = try photo(40, 30)
    var page = ReportPage(title: word, subject: word)
    page.text = "Words, `code`, [a link](https://example.org), \(word)\n\n- one\n- two\n\n    x = 1\n\n$a^2$"
    page.parameters = [.init(name: "image", type: "path", value: word, defaultValue: "\"a\"", text: word)]
    page.source = "x = 1  # \(word)"
    page.provenance = [.init("made by", word)]
    page.inputs = [.init(name: word, kind: "image", size: 3, sha256: "00")]
    page.outputs = [.init(name: word, kind: "table", size: nil, sha256: "")]
    page.timings.calls = [(word, 2, 0.5)]
    let caption = ReportCaption(word, files: [word])
    let table = ReportTable(
      columns: [word, "n"],
      rows: [[.init(word), .init("0.333333", number: 1 / 3)], [.init("b"), .init("2", number: 2)]], count: 5,
      caption: caption)
    page.cells = [
      ReportCell(
        title: word, text: "## A heading\n\n#### Far below\n\n\(word)", source: "print(\"\(word)\")",
        items: [
          .printed(word), .value(word), .warning(word), .error(word),
          .picture(
            ReportPicture(image, description: word, caption: caption, legend: [(RGB(0xff0000), word)])),
          .maps([map(image, label: word), map(image), map(nil)]),
          .tokens(
            ReportTokens(
              [
                .init(text: word, score: 0.5, place: 1, continues: false),
                .init(text: "b", score: .nan, place: .nan, continues: true),
              ], caption: caption)),
          .table(table),
          .svg("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", description: word, caption: caption),
          .saved(caption), .omitted(word, files: [word]), .omitted(word, files: []),
        ], seconds: 0.25),
      ReportCell(source: "", items: [], seconds: nil),
    ]
    return page
  }

  @Test func everyItemIsWellFormed() throws {
    let html = try Self.fullPage().html()
    let outline = Outline(html)
    #expect(outline.problem == nil)
    #expect(Set(outline.ids).count == outline.ids.count)
    for target in outline.references { #expect(outline.ids.contains(target), "#\(target) leads nowhere") }
    // One main heading, and none that leaves a level out.
    #expect(outline.headings.filter { $0 == 1 }.count == 1)
    for (before, after) in zip(outline.headings, outline.headings.dropFirst()) {
      #expect(after <= before + 1, "\(outline.headings)")
    }
    for landmark in ["main", "header", "footer"] { #expect(outline.elements[landmark] == 1) }
    #expect(outline.attributes.contains { $0 == ("html", "lang", "en") })
    // A page that a strict parser refuses is noticed.
    #expect(Outline("<p><b>a</p></b>").problem != nil)
  }

  @Test func nothingIsFetched() throws {
    let html = try Self.fullPage("<img src=x onerror=alert(1)>").html()
    let outline = Outline(html)
    #expect(outline.problem == nil)
    for (element, name, value) in outline.attributes {
      #expect(!name.hasPrefix("on"), "\(element) \(name)")
      if name == "src" { #expect(value.hasPrefix("data:image/")) }
      if name == "href", element != "a" { #expect(value.hasPrefix("#") || value.hasPrefix("data:image/")) }
    }
    for element in ["link", "iframe", "object", "embed", "base", "form", "video"] {
      #expect(outline.elements[element] == nil)
    }
    #expect(outline.elements["script"] == 1)
    #expect(html.contains("default-src 'none'; img-src data:"))
    let code = ReportScript.text
    for word in ["fetch", "XMLHttpRequest", "WebSocket", "import(", "eval", "innerHTML", "<", "&"] {
      #expect(!code.contains(word), "\(word)")
    }
  }

  @Test(arguments: [
    "</script><script>alert(1)</script>", "\" onmouseover=\"alert(1)", "a & b < c > d", "]]>", "<!--",
    "\u{0}\u{1B}[31m",
    "\u{202E}abc", "\u{FFFE}", "' onload='x", "&amp;", "[x](javascript:alert(1))",
    "**" + String(repeating: "[", count: 300),
    "../../etc/passwd", "é漢字😀", "",
  ])
  func hostileTextIsText(_ word: String) throws {
    let html = try Self.fullPage(word).html()
    let outline = Outline(html)
    #expect(outline.problem == nil)
    #expect(outline.elements["script"] == 1)
    for (_, name, value) in outline.attributes {
      #expect(!name.hasPrefix("on"))
      if name == "href" { #expect(!value.hasPrefix("javascript")) }
    }
    if !word.isEmpty, word.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value < 0x2000 }) {
      #expect(outline.text.contains(word), "the words are lost")
    }
  }

  @Test func tenPhotosWithMapsTakeLessThanAMegabyte() throws {
    var page = ReportPage(title: "t", subject: "t")
    for index in 0..<10 {
      let photo = try Self.photo(448, 448, seed: index)
      page.cells.append(
        ReportCell(
          source: "overlay()",
          items: [.maps([Self.map(photo), Self.map(photo, side: 28), Self.map(photo, side: 28)])],
          seconds: 1))
    }
    let html = try page.html()
    #expect(html.utf8.count < 1_000_000)
    // Each photo is there once, however many maps lie over it.
    #expect(html.components(separatedBy: "data:image/jpeg").count - 1 == 10)
  }

  @Test func tenLargePhotosTakeLessThanAMegabyte() throws {
    var page = ReportPage(title: "t", subject: "t")
    page.cells = [
      ReportCell(
        source: "",
        items: try (0..<10).map {
          .picture(
            ReportPicture(try Self.photo(1300, 900, seed: $0), description: "p", caption: ReportCaption("p")))
        }, seconds: 1)
    ]
    let html = try page.html()
    #expect(html.utf8.count < 1_000_000)
    #expect(html.contains("1300×900 pixels, shown at"))
  }

  @Test func sameBytesButForTimes() throws {
    var page = try Self.fullPage()
    let html = try page.html()
    #expect(try page.html() == html)
    page.timings.total = 9
    page.timings.calls = []
    page.cells[0].seconds = 7
    let other = try page.html()
    #expect(other != html)
    func withoutTimes(_ text: String) -> String {
      guard let start = text.range(of: "<section aria-labelledby=\"times\""),
        let end = text.range(of: "</footer>")
      else { return text }
      return text.replacingCharacters(in: start.lowerBound..<end.lowerBound, with: "")
    }
    #expect(withoutTimes(other) == withoutTimes(html))
    #expect(withoutTimes(html) != html)
  }

  @Test func tablesSayWhatTheyLeaveOut() throws {
    let html = try Self.fullPage().html()
    #expect(html.contains("… 3 rows more"))
    #expect(html.contains("<td class=\"n\" data-v=\"0.3333333333333333\">0.333333</td>"))
    #expect(html.contains("<th scope=\"col\" class=\"n\">n</th>"))
  }

  @Test func pictureShownTwiceIsCarriedOnce() throws {
    let image = try Self.photo(300, 200)
    var page = ReportPage(title: "t", subject: "t")
    let picture = ReportItem.picture(ReportPicture(image, description: "p", caption: ReportCaption("p")))
    page.cells = [ReportCell(source: "", items: [picture, picture, .maps([Self.map(image)])], seconds: nil)]
    let html = try page.html()
    #expect(html.components(separatedBy: "data:image/jpeg").count - 1 == 1)
    #expect(html.components(separatedBy: "<use href=\"#picture-1\"").count - 1 == 3)
    page.cells[0].items = [picture]
    #expect(try page.html().contains("<img alt=\"p\" width=\"300\" height=\"200\""))
  }
}
