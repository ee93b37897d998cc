import Testing

@testable import Imaging

@Suite struct FigureTests {
  @Test func measuresText() {
    let font = Font(size: 20)
    #expect(font.width(of: "") == 0)
    #expect(font.width(of: "iii") < font.width(of: "mmm"))
    #expect(abs(Font(size: 40).width(of: "clipscope") - 2 * font.width(of: "clipscope")) <= 6)
    #expect(font.width(of: "a\u{200b}\u{7}b") == font.width(of: "ab"))
  }

  @Test func drawsText() throws {
    var image = try Image(width: 200, height: 40, color: .white)
    let font = Font(size: 20)
    font.draw("café", on: &image, x: 10, y: 5)
    let dark = (0..<200).filter { x in (0..<40).contains { image[x: x, y: $0].red < 64 } }
    #expect((dark.first ?? 0) >= 10 && (dark.last ?? 200) <= 10 + font.width(of: "café"))
    // Every glyph is within its line.
    let rows = (0..<40).filter { y in (0..<200).contains { image[x: $0, y: y].red < 200 } }
    #expect((rows.first ?? 0) >= 5 && (rows.last ?? 40) < 5 + font.lineHeight)
    var cut = try Image(width: 5, height: 5, color: .white)
    font.draw("off the picture", on: &cut, x: -20, y: -10)
    font.draw("off the picture", on: &cut, x: 4000, y: 4)
  }

  /// What no font has is a box: something to see, and a width.
  @Test func drawsBoxesForMissingCharacters() throws {
    let font = Font(size: 20)
    var image = try Image(width: 60, height: 40, color: .white)
    font.draw("\u{10fffd}", on: &image, x: 10, y: 5)
    #expect(font.width(of: "\u{10fffd}") > 5)
    #expect(image.bytes.contains { $0 < 64 })
  }

  @Test func wrapsAtSpaces() {
    let font = Font(size: 16)
    let width = font.width(of: "a photo of")
    #expect(font.lines("a photo of a cat", width: width) == ["a photo of", "a cat"])
    #expect(font.lines("one\ntwo", width: 500) == ["one", "two"])
    #expect(font.lines("", width: 100) == [])
    let long = font.lines("incomprehensibilities", width: width)
    #expect(long.count > 1 && long.joined() == "incomprehensibilities")
    for line in long { #expect(font.width(of: line) <= width) }
    #expect(font.lines("猫猫猫猫猫猫猫猫", width: font.width(of: "猫猫猫")).first == "猫猫猫")
    #expect(font.lines("anything", width: 0).joined() == "anything")
  }

  @Test func endsLongTextInAnEllipsis() {
    let font = Font(size: 16)
    let width = font.width(of: "a photo of")
    let lines = font.lines("a photo of a cat on a table in a garden", width: width, limit: 2)
    #expect(lines.count == 2 && lines[1].hasSuffix("…"))
    for line in lines { #expect(font.width(of: line) <= width) }
    #expect(font.ellipsized("short", width: 500) == "short")
  }

  @Test(arguments: [
    (0.0, 1.0, ["0", "0.5", "1"]), (-1, 1, ["−1", "0", "1"]), (0, 255, ["0", "128", "255"]),
    (-0.0123, 0.0456, ["−0.0123", "0.0166", "0.0456"]), (0.2, 0.3, ["0.20", "0.25", "0.30"]),
    (0, 0, ["0", "0", "0"]), (1e-9, 3e-9, ["1e−9", "2e−9", "3e−9"]), (0, 2.5e7, ["0", "1.25e7", "2.5e7"]),
    (20.5, 24.5, ["20.5", "22.5", "24.5"]), (100, 300, ["100", "200", "300"]),
    (0, .infinity, ["0", "∞", "∞"]),
  ])
  func ticksAreReadable(low: Double, high: Double, expected: [String]) {
    #expect(Legend.ticks(low: low, high: high) == expected)
  }

  @Test func legendRunsFromLowToHigh() throws {
    let bar = try Legend(colormap: .viridis, label: "cosine").picture(length: 200)
    let pad = Font(size: 14).lineHeight / 2
    #expect(bar[x: 2, y: pad] == Colormap.viridis.colors[255])
    #expect(bar[x: 2, y: pad + 199] == Colormap.viridis.colors[0])
    #expect(bar[x: 2, y: 0] == .white)
  }

  @Test func gridPlacesPictures() throws {
    let red = try Image(width: 50, height: 50, color: RGB(0xff0000))
    let blue = try Image(width: 100, height: 50, color: RGB(0x0000ff))
    let grid = PictureGrid(images: [red, blue, red], columns: 2, gap: 10, cellSize: 100, fontSize: 10)
    let figure = try grid.picture()
    // Two columns of 100, rows of 100 (red, enlarged) and 100, a gap of 10 and margins of 10.
    #expect(figure.width == 230 && figure.height == 230)
    #expect(figure[x: 10, y: 10] == RGB(0xff0000) && figure[x: 109, y: 109] == RGB(0xff0000))
    #expect(figure[x: 110, y: 50] == .white && figure[x: 120, y: 10] == RGB(0x0000ff))
    #expect(figure[x: 120, y: 60] == .white && figure[x: 10, y: 120] == RGB(0xff0000))
    #expect(figure[x: 9, y: 9] == .white)
  }

  @Test func gridMakesRoomForWords() throws {
    let image = try noiseImage(60, 40, seed: 1)
    let plain = try PictureGrid(images: [image, image]).picture()
    let titled = try PictureGrid(images: [image, image], titles: ["a cat"]).picture()
    #expect(titled.width == plain.width && titled.height > plain.height)
    let labelled = try PictureGrid(images: [image, image], rowLabels: ["row"]).picture()
    #expect(labelled.width > plain.width && labelled.height == plain.height)
    let headed = try PictureGrid(images: [image, image], heading: "Figure").picture()
    #expect(headed.width == plain.width && headed.height > plain.height)
    let barred = try PictureGrid(images: [image, image], legend: Legend(label: "cosine")).picture()
    #expect(barred.width > plain.width && barred.height <= plain.height + 20)
    // The same call draws the same picture.
    #expect(try PictureGrid(images: [image, image], titles: ["a cat"]).picture() == titled)
  }

  @Test func gridRefusesNonsense() throws {
    let image = try noiseImage(4, 4, seed: 1)
    #expect(throws: ImageError.self) { try PictureGrid(images: []).picture() }
    #expect(throws: ImageError.self) { try PictureGrid(images: [image], columns: 0).picture() }
    #expect(throws: ImageError.self) { try PictureGrid(images: [image], gap: -1).picture() }
    #expect(throws: ImageError.self) { try PictureGrid(images: [image], cellSize: .max).picture() }
    let many = PictureGrid(images: Array(repeating: image, count: 200), cellSize: 2000)
    #expect(throws: ImageError.self) { try many.picture() }
  }
}
