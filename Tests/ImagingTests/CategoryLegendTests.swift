import Imaging
import Testing

@Suite struct CategoryLegendTests {
  private static func legend(_ names: [String]) -> CategoryLegend {
    CategoryLegend(
      names.enumerated().map { i, name in
        CategoryLegend.Entry(color: RGB(UInt32(0x100000 * (i + 1) + 0x42)), name: name)
      })
  }

  /// The pixels of each swatch inside its rim, by colour.
  private static func boxes(_ image: Image, _ legend: CategoryLegend) -> [PixelRectangle?] {
    legend.entries.map { entry in
      var box: PixelRectangle?
      for y in 0..<image.height {
        for x in 0..<image.width where image[x: x, y: y] == entry.color {
          guard let old = box else {
            box = PixelRectangle(x: x, y: y, width: 1, height: 1)
            continue
          }
          let left = min(old.x, x)
          box = PixelRectangle(
            x: left, y: old.y, width: max(old.x + old.width, x + 1) - left, height: y + 1 - old.y)
        }
      }
      return box
    }
  }

  @Test func swatchesStandInLinesAndWrap() throws {
    let font = Font(size: 16)
    let legend = Self.legend(["cat", "dog", "potted plant", "a", "b"])
    let wide = try legend.picture(width: 2000, font: font)
    let inLine = Self.boxes(wide, legend).compactMap { $0 }
    #expect(inLine.count == 5)
    #expect(Set(inLine.map(\.y)).count == 1)
    #expect(inLine.map(\.x) == inLine.map(\.x).sorted())
    #expect(inLine.allSatisfy { $0.width == 14 && $0.height == 14 })
    let narrow = try legend.picture(width: 150, font: font)
    #expect(narrow.width <= 150)
    #expect(narrow.height > wide.height)
    let wrapped = Self.boxes(narrow, legend).compactMap { $0 }
    #expect(wrapped.count == 5)
    #expect(Set(wrapped.map(\.y)).count > 1)
    #expect(wrapped.allSatisfy { narrow.bounds.contains($0) })
  }

  @Test func namesTooLongAreBroken() throws {
    let font = Font(size: 12)
    let legend = Self.legend([String(repeating: "a very long name ", count: 40), "b", ""])
    let image = try legend.picture(width: 120, font: font)
    #expect(image.width <= 120)
    // Two lines of the first, one of the others, and what lies between.
    #expect(image.height <= 4 * font.lineHeight)
    #expect(Self.boxes(image, legend).allSatisfy { $0 != nil })
  }

  @Test func withoutClassesThereIsNoLegend() {
    #expect(throws: ImageError.self) { try CategoryLegend([]).picture(width: 100) }
  }
}
