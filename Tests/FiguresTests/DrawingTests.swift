import Foundation
import FoundationXML
import Imaging
import Testing

@testable import Figures

/// A drawing becomes PNG, SVG and PDF, each time the same bytes.
@Suite struct DrawingTests {
  /// A private character that no font has, wherever in the drawing it stands; what fonts have is not told of.
  @Test func charactersThatNoFontHas() {
    var drawing = Drawing(width: 10, height: 10)
    drawing.add(.text(.init("a–é\u{10F123}", at: Point(0, 0), size: 7)))
    let inner = Drawing.Element.text(.init("b\u{10F124}\u{10F123}", at: Point(0, 0), size: 7))
    drawing.add(.moved(x: 1, y: 1, [.clipped(Rectangle(x: 0, y: 0, width: 1, height: 1), [inner])]))
    #expect(drawing.missingCharacters() == "\u{10F123}\u{10F124}")
    #expect(drawing.missingCharacters(limit: 1) == "\u{10F123}")
    #expect(Drawing(width: 10, height: 10).missingCharacters() == "")
  }

  private func sample() throws -> Drawing {
    var drawing = Drawing(width: 144, height: 72)
    let picture = try Image(width: 2, height: 1, bytes: [255, 0, 0, 0, 0, 255])
    drawing.add(.rectangle(Rectangle(x: 0, y: 0, width: 20, height: 10), fill: Color(0x336699)))
    drawing.add(.lines([Point(0, 0), Point(144, 72)], Stroke(Color(0x000000), width: 1, dash: [3, 2])))
    drawing.add(.picture(picture, Rectangle(x: 36, y: 36, width: 36, height: 18), isSmooth: false))
    drawing.add(.picture(picture, Rectangle(x: 90, y: 36, width: 36, height: 18), isSmooth: true))
    drawing.add(.text(.init("a < b", at: Point(10, 60), size: 9, angle: 30)))
    drawing.add(
      .clipped(
        Rectangle(x: 5, y: 5, width: 9, height: 9),
        [.circle(Point(9, 9), radius: 8, fill: Color(0x00ff00, opacity: 0.5))]))
    return drawing
  }

  @Test func pixelsAreInchesTimesDots() throws {
    let picture = try sample().picture(dpi: 150)
    #expect(picture.width == 300)
    #expect(picture.height == 150)
    // Half of the picture at (36, 36) is red, half blue: squares, nothing mixed.
    #expect(picture[x: 75, y: 80] == RGB(0xff0000))
    #expect(picture[x: 111, y: 80] == RGB(0xff0000))
    #expect(picture[x: 112, y: 80] == RGB(0x0000ff))
    #expect(picture[x: 149, y: 80] == RGB(0x0000ff))
    #expect(picture[x: 150, y: 80] == .white)
    // Where it is smooth, colours mix.
    #expect(![RGB(0xff0000), RGB(0x0000ff)].contains(picture[x: 225, y: 80]))
  }

  @Test func pngKnowsItsSizeAndNotes() throws {
    let bytes = try sample().png(dpi: 300, notes: [PNG.Text("Recipe", "plot(…)")])
    #expect(PNG.text(in: bytes) == [PNG.Text("Recipe", "plot(…)")])
    let name = Array("pHYs".utf8)
    let place = try #require((0..<100).first { bytes[$0..<($0 + 4)].elementsEqual(name) })
    // 300 dots an inch are 11811 a metre.
    #expect(Array(bytes[(place + 4)..<(place + 13)]) == [0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1])
    let read = try Image.decode(bytes, name: "figure")
    #expect(read == (try sample().picture(dpi: 300)))
  }

  @Test func bytesAreTheSameEachTime() throws {
    let notes = [PNG.Text("Recipe", "a < b & c")]
    for _ in 0..<3 {
      #expect(try sample().png(dpi: 100, notes: notes) == sample().png(dpi: 100, notes: notes))
      #expect(try sample().svg(title: "t", notes: notes) == sample().svg(title: "t", notes: notes))
      #expect(try sample().pdf(title: "t", notes: notes) == sample().pdf(title: "t", notes: notes))
    }
  }

  @Test func svgIsWellFormed() throws {
    let bytes = try sample().svg(title: "a < b", notes: [PNG.Text("Recipe", "x & \u{1} y")])
    let parser = XMLParser(data: Data(bytes))
    #expect(parser.parse())
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("<title>a &lt; b</title>"))
    #expect(text.contains("<desc>Recipe: x &amp;  y</desc>"))
    #expect(text.contains("width=\"144pt\" height=\"72pt\""))
    // The first picture keeps its squares, the second does not; both keep their pixels.
    #expect(text.components(separatedBy: "image-rendering:pixelated").count == 2)
    #expect(text.components(separatedBy: "width=\"2\" height=\"1\"").count == 3)
    // Names do not tell what else the process has drawn.
    #expect(!text.contains("surface"))
  }

  @Test func pdfHasNoDateAndEmbedsItsLetters() throws {
    let text = String(decoding: try sample().pdf(title: "Table 1"), as: UTF8.self)
    #expect(text.hasPrefix("%PDF-1.4"))
    #expect(!text.contains("CreationDate"))
    #expect(!text.contains("ModDate"))
    #expect(text.contains("/FontFile"))
    #expect(text.contains("/ToUnicode"))
    #expect(text.contains("(Table 1)"))
    #expect(text.contains("/MediaBox [ 0 0 144 72 ]"))
  }

  @Test func tooLargeIsAnError() throws {
    let drawing = Drawing(width: 100_000, height: 100_000)
    #expect(throws: ImageError.self) { try drawing.picture(dpi: 300) }
    #expect(throws: FigureError.self) { try drawing.picture(dpi: .infinity) }
    #expect(throws: ImageError.self) { try Drawing(width: 40_000, height: 1).picture(dpi: 72) }
  }

  @Test func lettersAreMeasuredWithoutPixels() throws {
    let small = Lettering(5)
    let large = Lettering(50)
    #expect(abs(large.width("Wave") - 10 * small.width("Wave")) < 1e-9)
    #expect(
      Lettering(8).lines("one two three", width: Lettering(8).width("one two")) == ["one two", "three"])
    #expect(Lettering(8).lines("a\nb", width: 100) == ["a", "b"])
    let cut = Lettering(8).ellipsized("unbelievable", width: 30)
    #expect(cut.hasSuffix("…"))
    #expect(Lettering(8).width(cut) <= 30)
    let broken = Lettering(8).lines(String(repeating: "x", count: 200), width: 50, limit: 3)
    #expect(broken.count == 3)
    #expect(broken.allSatisfy { Lettering(8).width($0) <= 50 })
  }
}
