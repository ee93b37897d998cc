import Imaging
import Testing

@testable import Figures

/// How panels share paper.
@Suite struct CompositionTests {
  private func picture(_ width: Int, _ height: Int) throws -> Composition.Panel {
    Composition.Panel(.picture(try Image(width: width, height: height, color: RGB(0x336699))))
  }

  private func pictures(_ elements: [Drawing.Element], x: Double = 0, y: Double = 0) -> [Rectangle] {
    elements.flatMap { element -> [Rectangle] in
      switch element {
      case .moved(let dx, let dy, let inner): pictures(inner, x: x + dx, y: y + dy)
      case .picture(_, let r, _): [Rectangle(x: x + r.x, y: y + r.y, width: r.width, height: r.height)]
      default: []
      }
    }
  }

  @Test func picturesOfARowAreEquallyHigh() throws {
    let composition = Composition(rows: [
      [try picture(300, 200), try picture(200, 200), try picture(100, 200)]
    ])
    let drawing = try composition.drawing(width: 400)
    let places = pictures(drawing.elements)
    #expect(places.count == 3)
    for place in places { #expect(abs(place.height - places[0].height) < 1e-9) }
    #expect(abs(places[0].width / places[0].height - 1.5) < 1e-9)
    #expect(abs(places[2].right - (400 - ChartStyle.margin)) < 1e-9)
    for (a, b) in zip(places, places.dropFirst()) { #expect(abs(b.x - a.right - composition.gap) < 1e-9) }
    #expect(abs(drawing.height - places[0].height - 2 * ChartStyle.margin) < 1e-9)
  }

  @Test func titlesLettersCaptionAndBarTakeTheirRoom() throws {
    let plain = Composition(rows: [[try picture(100, 100)], [try picture(100, 100)]])
    let height = try plain.drawing(width: 200).height
    var titled = plain
    titled.rows[0][0].title = "a title"
    #expect(try titled.drawing(width: 200).height > height)
    var lettered = plain
    lettered.rows[1][0].letter = "a"
    #expect(try lettered.drawing(width: 200).height > height)
    var captioned = plain
    captioned.caption = "words"
    #expect(try captioned.drawing(width: 200).height > height)
    var headed = plain
    headed.heading = "words"
    #expect(try headed.drawing(width: 200).height > height)
    var swatched = plain
    swatched.swatches = [.init(color: .black, name: "class")]
    #expect(try swatched.drawing(width: 200).height > height)
    // What takes width makes pictures smaller.
    var barred = plain
    barred.bar = Legend(low: 0, high: 1, label: "score")
    #expect(try barred.drawing(width: 200).height < height)
    var named = plain
    named.rowLabels = ["first", "second"]
    #expect(try named.drawing(width: 200).height < height)
  }

  /// Where turned words begin and end, from the top of the paper.
  private func upright(_ elements: [Drawing.Element], y: Double = 0) -> [(top: Double, bottom: Double)] {
    elements.flatMap { element -> [(top: Double, bottom: Double)] in
      switch element {
      case .moved(_, let dy, let inner): return upright(inner, y: y + dy)
      case .text(let text) where text.angle == 90:
        let half = Lettering(text.size).width(text.string) / 2
        return [(y + text.place.y - half, y + text.place.y + half)]
      default: return []
      }
    }
  }

  /// Small panels beside a bar with many words: the paper is as high as the words ask for.
  @Test func theBarsWordsStayOnThePaper() throws {
    var composition = Composition(rows: [[try picture(100, 100), try picture(100, 100)]])
    composition.bar = Legend(low: 0, high: 1, label: "lowest to highest, per map")
    let drawing = try composition.drawing(width: 130)
    let words = try #require(upright(drawing.elements).first)
    #expect(words.top >= 0)
    #expect(words.bottom <= drawing.height - ChartStyle.margin + 1e-9)
  }

  /// Panels of an arrangement within another stand where those beside it would.
  @Test func arrangementsWithinOthersHaveNoMargin() throws {
    let inner = Composition(rows: [[try picture(100, 100), try picture(100, 100)]])
    let outer = Composition(rows: [[.init(.composition(inner))], [try picture(300, 100)]])
    let drawing = try outer.drawing(width: 400)
    let places = pictures(drawing.elements)
    #expect(places.count == 3)
    #expect(abs(places[0].x - places[2].x) < 1e-9)
    #expect(abs(places[1].right - places[2].right) < 1e-9)
    #expect(abs(places[2].y - places[0].bottom - outer.gap) < 1e-9)
  }

  @Test func chartsTakeTheHeightOfThePicturesBesideThem() throws {
    let chart = try ChartData(x: nil, y: [1, 2, 3]).chart(.line).chart
    let composition = Composition(rows: [[try picture(100, 100), .init(.chart(chart))]])
    let drawing = try composition.drawing(width: 400)
    let height = try #require(pictures(drawing.elements).first).height
    #expect(abs(drawing.height - height - 2 * ChartStyle.margin) < 1e-9)
    let nested = Composition(rows: [[.init(.composition(composition)), .init(.text("words"))]])
    #expect(try pictures(nested.drawing(width: 600).elements).count == 1)
  }

  @Test func thePictureKeepsEveryPixel() throws {
    var bytes = [UInt8](repeating: 0, count: 3 * 16)
    for i in bytes.indices { bytes[i] = UInt8(i * 5) }
    let image = try Image(width: 4, height: 4, bytes: bytes)
    var composition = Composition(rows: [[.init(.picture(image))]])
    composition.isSmooth = false
    let figure = try Figure(composition, width: 50, dpi: 300)
    let picture = try figure.drawing.picture(dpi: 300)
    let place = try #require(pictures(figure.drawing.elements).first)
    for y in 0..<4 {
      for x in 0..<4 {
        let px = Int((place.x + place.width * (Double(x) + 0.5) / 4) * 300 / 72)
        let py = Int((place.y + place.height * (Double(y) + 0.5) / 4) * 300 / 72)
        #expect(picture[x: px, y: py] == image[x: x, y: y])
      }
    }
  }

  @Test func whatDoesNotFitIsAnError() throws {
    let one = try picture(10, 10)
    #expect(throws: FigureError.self) { try Composition(rows: []).drawing(width: 300) }
    #expect(throws: FigureError.self) {
      try Composition(rows: [[Composition.Panel](repeating: one, count: 60)]).drawing(width: 300)
    }
    let tall = Composition(rows: [[Composition.Panel]](repeating: [try picture(10, 20)], count: 40))
    #expect(throws: FigureError.self) { try Figure(tall, width: 170, dpi: 300) }
  }
}
