import Foundation
import FoundationXML
import Imaging
import Testing

@testable import Figures

/// What charts make of columns, and where their parts go.
@Suite struct ChartTests {
  private let unit = Drawing.pointsPerMillimetre

  @Test func repeatedPlacesBecomeMeans() throws {
    let data = ChartData(x: .numbers([2, 1, 1, 2, 3]), y: [5, 1, 3, nil, nil])
    let (chart, showsMeans) = try data.chart(.line)
    #expect(showsMeans)
    let samples = chart.series[0].samples
    #expect(samples.map(\.x) == [1, 2, 3])
    #expect(samples.map(\.y) == [2, 5, nil])
    #expect(samples[0].low != nil && samples[1].low == nil)
    #expect(try !data.chart(.scatter).showsMeans)
    #expect(try !ChartData(x: .numbers([1, 2]), y: [1, 2]).chart(.line).showsMeans)
    let bounded = ChartData(x: .numbers([1, 1]), y: [1, 2], low: [0, 1])
    #expect(throws: FigureError.self) { try bounded.chart(.line) }
  }

  @Test func seriesAndCategoriesKeepTheirOrder() throws {
    let data = ChartData(
      x: .names(["whale", "sky", "whale"]), y: [1, 2, 3], by: .names(["b", "a", nil]))
    let chart = try data.chart(.bar).chart
    #expect(chart.categories == ["whale", "sky"])
    #expect(chart.series.map(\.name) == ["b", "a", "none"])
    let numbers = try ChartData(x: .numbers([10, 2]), y: [1, 2], by: .numbers([5, -1.5])).chart(.bar).chart
    #expect(numbers.categories == ["2", "10"])
    #expect(numbers.series.map(\.name) == ["−1.5", "5"])
    #expect(try ChartData(x: nil, y: [1, 2]).chart(.line).chart.series[0].samples.map(\.x) == [0, 1])
  }

  @Test func tooMuchAndNothingAreErrors() throws {
    #expect(throws: FigureError.self) { try ChartData(x: nil, y: []).chart(.line) }
    #expect(throws: FigureError.self) { try ChartData(x: nil, y: [nil, nil]).chart(.line) }
    let many = (0..<300_000).map { Optional(Double($0)) }
    #expect(throws: FigureError.self) { try ChartData(x: nil, y: many).chart(.scatter) }
    #expect(throws: FigureError.self) { try ChartData(x: nil, y: many).chart(.bar) }
    #expect(throws: FigureError.self) { try ChartData(x: nil, y: many, by: .numbers(many)).chart(.line) }
  }

  @Test func aHundredThousandRowsAreDrawn() throws {
    let count = 100_000
    let y = (0..<count).map { Optional(Double($0 % 977)) }
    for kind in [Chart.Kind.line, .box, .scatter] {
      let chart = try ChartData(x: nil, y: y).chart(kind).chart
      let drawing = try chart.drawing(width: 85 * unit, height: 60 * unit)
      #expect(try drawing.picture(dpi: 72).width == 241)
    }
  }

  /// Every text of a drawing with the box it is in, turned ones apart.
  private func texts(_ elements: [Drawing.Element], x: Double = 0, y: Double = 0) -> [(
    Drawing.Text, Rectangle
  )] {
    elements.flatMap { element -> [(Drawing.Text, Rectangle)] in
      switch element {
      case .moved(let dx, let dy, let inner): return texts(inner, x: x + dx, y: y + dy)
      case .clipped(_, let inner): return texts(inner, x: x, y: y)
      case .text(let text):
        let letters = Lettering(text.size, isBold: text.isBold)
        let width = letters.width(text.string)
        let start: Double =
          switch text.anchor {
          case .start: 0
          case .middle: -width / 2
          case .end: -width
          }
        let angle = -text.angle * .pi / 180
        var corners: [Point] = []
        for along: Double in [start, start + width] {
          for up: Double in [0, -letters.capHeight] {
            let dx: Double = along * cos(angle) - up * sin(angle)
            let dy: Double = along * sin(angle) + up * cos(angle)
            corners.append(Point(text.place.x + dx, text.place.y + dy))
          }
        }
        let (left, right) = (corners.map(\.x).min() ?? 0, corners.map(\.x).max() ?? 0)
        let (top, bottom) = (corners.map(\.y).min() ?? 0, corners.map(\.y).max() ?? 0)
        return [(text, Rectangle(x: x + left, y: y + top, width: right - left, height: bottom - top))]
      default: return []
      }
    }
  }

  private static func names(_ count: Int, _ length: Int) -> [String] {
    (0..<count).map { "n\($0)" + String(repeating: $0 % 3 == 0 ? "ame " : "ame", count: length) }
  }

  @Test(arguments: [(3, 1), (6, 4), (12, 9), (40, 3), (150, 5), (500, 30)], Chart.Kind.allCases)
  func nothingIsCutOffOrOverlaps(_ names: (Int, Int), _ kind: Chart.Kind) throws {
    let categories = Self.names(names.0, names.1)
    let series = (0..<3).flatMap { s in categories.map { _ in Optional("series \(s)") } }
    let data = ChartData(
      x: .names((0..<3).flatMap { _ in categories.map(Optional.init) }),
      y: series.indices.map { Double($0 % 7) * 1234.5 }, by: .names(series))
    var chart = try data.chart(kind).chart
    chart.title =
      "A title that is so long that it does not fit on one line of such a small chart, nor on two of them"
    chart.xLabel = "the horizontal axis"
    chart.yLabel = "an upright axis with a name that is longer than it"
    for place in Chart.LegendPlace.allCases {
      chart.legend = place
      let (width, height) = (120 * unit, 90 * unit)
      let drawing = try chart.drawing(width: width, height: height)
      let all = texts(drawing.elements)
      for (text, box) in all {
        #expect(
          box.x >= -0.5 && box.y >= -0.5 && box.right <= width + 0.5 && box.bottom <= height + 0.5,
          "\(text.string) \(box) of \(width)×\(height), legend \(place)")
      }
      // Slanted boxes may overlap though the letters do not.
      let straight = all.filter { $0.0.angle != 45 }
      for i in straight.indices {
        for j in straight.indices where j > i {
          let (a, b) = (straight[i].1, straight[j].1)
          let overlaps =
            min(a.right, b.right) - max(a.x, b.x) > 0.1 && min(a.bottom, b.bottom) - max(a.y, b.y) > 0.1
          #expect(!overlaps, "\(straight[i].0.string) and \(straight[j].0.string), legend \(place)")
        }
      }
    }
  }

  @Test func numbersBeyondTheAxesDoNotHurt() throws {
    var chart = try ChartData(
      x: .numbers([-1e140, 0, 1, 1e140]), y: [1e140, 0.5, -1e140, 3], low: [-1e149, nil, 0, nil],
      high: [nil, 1e149, nil, nil]
    ).chart(.line).chart
    for limits in [Chart.Limits(), .init(low: 0, high: 1), .init(low: 1e-300, high: 2e-300)] {
      chart.xLimits = limits
      chart.yLimits = limits
      for spread in Chart.Spread.allCases {
        chart.spread = spread
        #expect(try chart.drawing(width: 200, height: 150).png(dpi: 50).count > 100)
      }
    }
  }

  @Test func smallPaperIsAnError() throws {
    var chart = try ChartData(x: .names(["a long name", "b"]), y: [1, 2], by: .names(["one", "two"])).chart(
      .bar
    )
    .chart
    #expect(throws: FigureError.self) { try chart.drawing(width: 40, height: 200) }
    #expect(throws: FigureError.self) { try chart.drawing(width: 200, height: 30) }
    #expect(throws: FigureError.self) { try Figure(chart, width: 9, height: 80, dpi: 300) }
    #expect(throws: FigureError.self) { try Figure(chart, width: 80, height: .infinity, dpi: 300) }
    #expect(throws: FigureError.self) { try Figure(chart, width: 80, height: 80, dpi: 5) }
    chart.xLimits = .init(low: 0)
    #expect(throws: FigureError.self) { try chart.drawing(width: 300, height: 200) }
  }

  @Test func millimetresAndDotsGiveThePixels() throws {
    let chart = try ChartData(x: nil, y: [1, 3, 2]).chart(.line).chart
    let figure = try Figure(chart, width: 85, height: 60, dpi: 300)
    let picture = try Image.decode(figure.png(), name: "chart")
    // 85 mm · 300 / 25.4 = 1003.9, 60 mm · 300 / 25.4 = 708.7
    #expect(picture.width == 1004 && picture.height == 709)
    #expect(figure.pixels == (1004, 709))
    let svg = String(decoding: try figure.svg(), as: UTF8.self)
    #expect(svg.contains("width=\"240.94"))
    #expect(XMLParser(data: Data(svg.utf8)).parse())
    #expect(try figure == Figure(chart, width: 85, height: 60, dpi: 300))
    #expect(try figure != Figure(chart, width: 85, height: 60, dpi: 200))
  }

  @Test func seriesDifferInMoreThanColour() {
    // In grey: each pair of the first seven differs in marker, dashes and hatching.
    let r = Rectangle(x: 0, y: 0, width: 40, height: 40)
    func shape(_ i: Int) -> String {
      "\(Palette.marker(i, at: Point(0, 0), radius: 2))".replacingOccurrences(
        of: "red: \\d+, green: \\d+, blue: \\d+", with: "", options: .regularExpression)
    }
    #expect(Set((0..<7).map(shape)).count == 7)
    #expect(Set((0..<7).map(Palette.dash)).count == 7)
    #expect(Set((0..<7).map { "\(Palette.hatching($0, r))" }).count == 7)
    let whole = (0..<Palette.limit).map { "\(Palette.color($0)) \(Palette.dash($0)) \(shape($0))" }
    #expect(Set(whole).count == Palette.limit)
  }
}
