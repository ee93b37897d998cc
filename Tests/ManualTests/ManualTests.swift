import Foundation
import FoundationXML
import Syntax
import Testing

@testable import Bindings
@testable import Manual
@testable import Markup

/// The manual holds everything, is well-formed, and no link in it leads nowhere.
@Suite struct ManualTests {
  static let book = ManualBook(help: .standard, commands: [])
  static let html = book.html

  /// What a strict parser finds on the page.
  final class Outline: NSObject, XMLParserDelegate {
    var ids: [String] = []
    var links: [String] = []
    var depth = 0
    var problem: String?
    var sources: [String] = []
    var nesting: [String] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String] = [:]
    ) {
      if let id = attributes["id"] { ids.append(id) }
      if name == "a" {
        if let target = attributes["href"] { links.append(target) }
        if nesting.contains("a") { problem = "a link within the link to \(links.suffix(2).first ?? "")" }
      }
      if let source = attributes["src"] { sources.append(source) }
      if ["link", "iframe", "object", "embed", "img", "base", "form"].contains(name) { sources.append(name) }
      if nesting.last == "p", ["p", "div", "pre", "ul", "table", "dl", "h3"].contains(name) {
        problem = "<\(name)> within <p>"
      }
      nesting.append(name)
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      nesting.removeLast()
    }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
      problem = "line \(parser.lineNumber), column \(parser.columnNumber): \(error)"
    }
  }

  static func outline(of html: String) -> Outline {
    let outline = Outline()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = outline
    if !parser.parse(), outline.problem == nil {
      outline.problem = "\(String(describing: parser.parserError))"
    }
    return outline
  }

  @Test func pageIsWellFormed() {
    let outline = Self.outline(of: Self.html)
    #expect(outline.problem == nil)
    #expect(outline.ids.count > 200)
    #expect(Set(outline.ids).count == outline.ids.count, "\(Self.repeated(outline.ids))")
    #expect(outline.sources.isEmpty, "the page fetches \(outline.sources)")
    #expect(Self.html.utf8.count < 3_000_000)
    // A page that a strict parser refuses is noticed.
    #expect(Self.outline(of: "<p><b>a</p></b>").problem != nil)
    #expect(Self.outline(of: "<p>a & b</p>").problem != nil)
  }

  private static func repeated(_ ids: [String]) -> [String] {
    Dictionary(grouping: ids) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
  }

  @Test func linksLead() {
    let outline = Self.outline(of: Self.html)
    let ids = Set(outline.ids)
    let inner = outline.links.filter { $0.hasPrefix("#") }
    #expect(inner.count > 400)
    for link in Set(inner) { #expect(ids.contains(String(link.dropFirst())), "\(link) leads nowhere") }
    for link in Set(outline.links) where !link.hasPrefix("#") {
      #expect(link.hasPrefix("https://"), "\(link)")
    }
  }

  @Test func everythingIsThere() {
    let ids = Set(Self.outline(of: Self.html).ids)
    for entry in Help.standard.sections.flatMap(\.entries) {
      #expect(ids.contains(Anchors.entry(entry)), "\(entry.name) is not on the page")
    }
    for page in ManualPages.all { #expect(ids.contains("page-" + page.name)) }
    let text = Self.book.markdownFiles.map(\.text).joined()
    for entry in Help.standard.sections.flatMap(\.entries) {
      #expect(text.contains("## \(entry.name)\n"), "\(entry.name) is in no Markdown file")
    }
  }

  @Test func exampleStandsWithItsOutput() {
    #expect(Self.html.contains("<article id=\"enumerate\">"))
    #expect(Self.html.contains("<pre class=\"out\"><samp>0 a\n1 b</samp></pre>"))
    #expect(!Self.html.contains("# expect:</i>"))
  }

  @Test func sameBytes() {
    let again = ManualBook(help: Help(registry: Engine.registry, library: Engine.libraryText), commands: [])
    #expect(again.html == Self.html)
    #expect(again.files.map(\.text) == Self.book.files.map(\.text))
  }

  /// Links between the Markdown files lead to files of the manual.
  @Test func linksBetweenFilesLead() {
    let files = Self.book.files
    let names = Set(files.map(\.name))
    #expect(names.count == files.count)
    for file in files where file.name.hasSuffix(".md") {
      for match in file.text.matches(of: /\]\(([^)#\s]+)(#[^)]*)?\)/) where !match.1.hasPrefix("http") {
        #expect(names.contains(String(match.1)), "\(file.name) links to \(match.1)")
      }
    }
  }

  /// No page of `docs/` is left out.
  @Test func everyPageIsEmbedded() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("docs")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix(".md")
    }
    #expect(Set(files) == Set(ManualPages.all.map { $0.name + ".md" }))
    for page in ManualPages.all {
      #expect(
        try String(contentsOf: folder.appendingPathComponent(page.name + ".md"), encoding: .utf8) == page.text
      )
    }
  }

  /// Equations use no command that the page cannot show.
  @Test(arguments: ManualPages.all.map(\.name))
  func equationsAreUnderstood(_ name: String) throws {
    let page = try #require(ManualPages.all.first { $0.name == name })
    func check(_ inlines: [Markdown.Inline]) {
      for inline in inlines {
        switch inline {
        case .math(let tex): #expect(Mathematics.html(tex).unknown == [], "\(tex)")
        case .strong(let inner), .emphasis(let inner), .link(let inner, _): check(inner)
        default: break
        }
      }
    }
    for block in Markdown.blocks(of: page.text) {
      switch block {
      case .equation(let tex): #expect(Mathematics.html(tex).unknown == [], "\(tex)")
      case .paragraph(let words), .heading(_, let words): check(words)
      case .list(_, let items): items.forEach(check)
      case .table(let header, let rows): (rows + [header]).forEach { $0.forEach(check) }
      case .code: break
      }
    }
  }
}

/// The small converters behind the page.
@Suite struct ConverterTests {
  @Test func blocks() {
    let blocks = Markdown.blocks(
      of: """
        # A *title*

        Words with `a | b`, **bold**
        and [a link](x.md#y).

        - one
          more
        - two

        | a | b |
        |---|---|
        | `x | y` | 2 \\| 3 |

        ```clip
        x = 1

        ```
        $$x^2$$

        1. first
        """)
    #expect(
      blocks == [
        .heading(1, [.text("A "), .emphasis([.text("title")])]),
        .paragraph([
          .text("Words with "), .code("a | b"), .text(", "), .strong([.text("bold")]), .text("\nand "),
          .link([.text("a link")], target: "x.md#y"), .text("."),
        ]),
        .list(isOrdered: false, [[.text("one\nmore")], [.text("two")]]),
        .table(
          header: [[.text("a")], [.text("b")]], rows: [[[.code("x | y")], [.text("2 | 3")]]]),
        .code(language: "clip", "x = 1\n"),
        .equation("x^2"),
        .list(isOrdered: true, [[.text("first")]]),
      ])
  }

  @Test func whatIsNoMarkupStays() {
    #expect(Markdown.inlines(of: "2 * 3 [x] a_b $5") == [.text("2 * 3 [x] a_b $5")])
    #expect(Markdown.inlines(of: "`` a`b ``") == [.code("a`b")])
    #expect(Markdown.blocks(of: "") == [])
    #expect(Markdown.blocks(of: "```\nnever closed") == [.code(language: "", "never closed")])
  }

  @Test(
    arguments: [
      ("x_1^2", "<i>x</i><sub>1</sub><sup>2</sup>"), ("\\hat F_i", "<i>F\u{302}</i><sub><i>i</i></sub>"),
      ("\\frac{a}{b-1}", "<span class=\"frac\"><span><i>a</i></span><span><i>b</i> − 1</span></span>"),
      ("\\mathrm{softmax}(a < b)", "softmax(<i>a</i> &lt; <i>b</i>)"),
      ("\\sqrt{\\sigma^2}", "√<span class=\"root\"><i>σ</i><sup>2</sup></span>"), ("\\cos", "cos"),
      ("a = -b + 2^{-1/2}", "<i>a</i> = −<i>b</i> + 2<sup>−1/2</sup>"),
      ("\\lVert F \\rVert", "‖<i>F</i>‖"),
      ("a \\leftarrow s_{c,t}", "<i>a</i> ← <i>s</i><sub><i>c</i>,<i>t</i></sub>"),
      ("\\big(1.702x\\big)", "(1.702<i>x</i>)"), ("{", ""), ("}", ""), ("\\", "\\"),
    ])
  func mathematics(_ tex: String, _ html: String) {
    let converted = Mathematics.html(tex)
    #expect(converted.html == html)
    if tex != "\\" { #expect(converted.unknown.isEmpty) }
  }

  @Test func unknownCommandsAreReported() { #expect(Mathematics.html("\\nope{x}").unknown == ["nope"]) }

  @Test func colours() {
    #expect(
      HTML.highlighted("for x in f(\"a {g(1)} <b>\") { }  # c")
        == "<b class=\"k\">for</b> x <b class=\"k\">in</b> <span class=\"f\">f</span>("
        + "<span class=\"s\">&quot;a {</span><span class=\"f\">g</span>(<span class=\"n\">1</span>)"
        + "<span class=\"s\">} &lt;b&gt;&quot;</span>) { }  <i class=\"c\"># c</i>")
    // Broken code stays readable.
    #expect(HTML.highlighted("x = \"a {").contains("x = "))
  }
}
