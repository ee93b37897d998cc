import Imaging
import Testing

@testable import TerminalPictures

/// Sizes in cells, text below pictures, and the sequences around them.
@Suite struct FigureTests {
  /// A map of the given size in cells of colour.
  private func map(_ label: String, low: Double = -0.25, high: Double = 0.75) -> TerminalTile {
    TerminalTile(
      width: 100, height: 50, caption: label, scale: ColorScale(colormap: .jet, low: low, high: high)
    ) { width, height, _ in try Pictures.gradient(width, height) }
  }

  private func blocks(columns: Int = 80, rows: Int = 24) -> TerminalCapabilities {
    TerminalCapabilities(graphics: .blocks, columns: columns, rows: rows)
  }

  @Test func smallPicturesAreNotEnlarged() throws {
    let image = try Pictures.gradient(9, 7)
    let text = try #require(try TerminalFigure([TerminalTile(image)]).text(on: blocks()))
    let screen = ScreenReader(text)
    for y in 0..<7 { for x in 0..<9 { #expect(screen.half(x, y) == image[x: x, y: y]) } }
    #expect(screen.cells.count == 9 * 4 && screen.lastRow == 3)
  }

  @Test func onePixel() throws {
    let image = try Image(width: 1, height: 1, color: RGB(0x123456))
    let text = try #require(try TerminalFigure([TerminalTile(image)]).text(on: blocks()))
    #expect(ScreenReader(text).half(0, 0) == RGB(0x123456))
    #expect(ScreenReader(text).cells.count == 1)
    for graphics in [TerminalGraphics.kitty, .iterm, .sixel] {
      let terminal = TerminalCapabilities(graphics: graphics)
      let screen = ScreenReader(try #require(try TerminalFigure([TerminalTile(image)]).text(on: terminal)))
      #expect(screen.sequences.count == 1 && screen.complaints.isEmpty)
    }
  }

  /// Whatever a picture's size, it stays on the screen, and its aspect is kept to half a pixel.
  @Test(
    arguments: [(4000, 3000), (3000, 4000), (100_000, 1), (1, 100_000), (640, 480), (2, 900), (1, 1)],
    TerminalGraphics.allCases)
  func fits(_ size: (Int, Int), _ graphics: TerminalGraphics) {
    for (columns, rows) in [(80, 19), (20, 40), (1, 1), (300, 3)] {
      for cell in [PixelSize(width: 10, height: 20), PixelSize(width: 7, height: 13)] {
        let terminal = TerminalCapabilities(graphics: graphics, columns: columns, rows: rows, cell: cell)
        let grid = PixelGrid(terminal)
        for grows in [false, true] {
          let fit = CellFit(
            width: size.0, height: size.1, columns: columns, rows: rows, grows: grows, on: grid)
          #expect(fit.columns >= 1 && fit.columns <= columns && fit.rows >= 1 && fit.rows <= rows)
          #expect(fit.pixels.width <= fit.columns * grid.across)
          #expect(fit.pixels.height <= fit.rows * grid.down)
          #expect(fit.pixels.width > (fit.columns - 1) * grid.across)
          #expect(fit.pixels.height > (fit.rows - 1) * grid.down)
          if !grows { #expect(fit.pixels.width <= size.0) }
          // Sides on the screen, and how far rounding to whole pixels may move them.
          let width = Double(fit.pixels.width) * grid.pixelWidth
          let height = Double(fit.pixels.height) * grid.pixelHeight
          let aspect = Double(size.0) / Double(size.1)
          if fit.pixels.width > 1, fit.pixels.height > 1 {
            let bound = (grid.pixelWidth + grid.pixelHeight * aspect) / 2 + 1e-6
            #expect(abs(width - height * aspect) <= bound)
          }
        }
      }
    }
  }

  @Test func aSquareIsSquareOnTheScreen() {
    let fit = CellFit(
      width: 500, height: 500, columns: 80, rows: 20, grows: false, on: PixelGrid(blocks()))
    #expect(fit.columns == 40 && fit.rows == 20)
  }

  @Test func widthEnlarges() throws {
    let image = try Pictures.flat(4, 4)
    let text = try #require(try TerminalFigure([TerminalTile(image)]).text(on: blocks(), width: 30))
    #expect(text.split(separator: "\n").count == 15)
    // Never wider than the terminal.
    let wide = try #require(try TerminalFigure([TerminalTile(image)]).text(on: blocks(), width: 5000))
    let screen = ScreenReader(wide)
    #expect(screen.cells.keys.map { $0[0] }.max() == 79)
  }

  @Test func mapsStandSideBySideOverTheirText() throws {
    let figure = TerminalFigure([map("whale"), map("a boat"), map("sky", low: 1, high: 1)])
    let screen = ScreenReader(try #require(try figure.text(on: blocks())))
    #expect(screen.complaints.isEmpty)
    // (80 − 2·2) / 3 = 25 cells each, 6 lines; then label, colours, numbers.
    #expect(screen.lastRow == 9)
    #expect(screen.line(7) == "whale                      a boat                     sky")
    #expect(screen.half(24, 0) != nil && screen.half(25, 0) == nil && screen.half(26, 3) == nil)
    #expect(screen.half(27, 0) == screen.half(0, 0))
    #expect(
      screen.line(9) == "−0.25     0.25       0.75  −0.25     0.25       0.75  1 everywhere")
    let jet = Colormap.jet.colors
    #expect(screen.cells[[0, 8]]?.background == jet[0] && screen.cells[[24, 8]]?.background == jet[255])
    #expect(screen.cells[[12, 8]]?.background == jet[127])
    #expect(screen.cells[[27, 8]]?.background == jet[0])
  }

  @Test func manyMapsStandInRows() throws {
    let figure = TerminalFigure((1...8).map { map("label \($0)") })
    let screen = ScreenReader(try #require(try figure.text(on: blocks())))
    let lines = (0...screen.lastRow).map(screen.line)
    let labels = lines.filter { $0.contains("label") }
    #expect(labels.count == 2)
    #expect(labels[0].split(separator: " ").map(String.init).joined() == "label1label2label3label4")
  }

  @Test func nobodyNeedsAThousandMaps() throws {
    let figure = TerminalFigure((1...1000).map { map("label \($0)") })
    let text = try #require(try figure.text(on: blocks()))
    #expect(text.hasSuffix("\n… and 988 more"))
    #expect(text.contains("label 12") && !text.contains("label 13"))
  }

  @Test func labelsCannotCommandTheTerminal() throws {
    let figure = TerminalFigure([map("a\u{1B}[2J\nb"), map("一二三四五六七八九十一二三四五六七八九十")])
    let screen = ScreenReader(try #require(try figure.text(on: blocks(columns: 40))))
    #expect(screen.complaints.isEmpty)
    let line = (0...screen.lastRow).map(screen.line).first { $0.contains("2J") }
    #expect(line == "a\\u{1B}[2J b         一二三四五六七八九…")
  }

  @Test func charactersShowMapsInBrightness() throws {
    let tile = TerminalTile(
      width: 40, height: 20, caption: "x", scale: ColorScale(colormap: .jet, low: 0, high: 1)
    ) { width, height, colormap in
      #expect(colormap == .grey)
      return try Image(width: width, height: height, color: .white)
    }
    let terminal = TerminalCapabilities(graphics: .ascii, columns: 20, rows: 24)
    let text = try #require(try TerminalFigure([tile]).text(on: terminal))
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines[0] == String(repeating: "@", count: 20) && lines.count == 5 + 3)
    #expect(!text.contains("\u{1B}"))
    #expect(lines[6].hasPrefix("  ") && lines[6].hasSuffix("%@"))
    #expect(lines[7] == "0       0.5        1")
  }

  @Test func noneShowsNothing() throws {
    let tile = TerminalTile(try Pictures.flat(4, 4))
    #expect(try TerminalFigure([tile]).text(on: TerminalCapabilities(graphics: .none)) == nil)
    #expect(try TerminalFigure([]).text(on: blocks()) == nil)
  }

  // MARK: Placing

  /// The cursor is where text would leave it: on the picture's last line.
  @Test(arguments: [TerminalGraphics.kitty, .iterm, .sixel])
  func placing(_ graphics: TerminalGraphics) throws {
    let image = try Pictures.gradient(55, 70)
    let terminal = TerminalCapabilities(graphics: graphics, cell: PixelSize(width: 10, height: 20))
    let text = try #require(try TerminalFigure([TerminalTile(image)]).text(on: terminal))
    let screen = ScreenReader(text)
    #expect(screen.complaints.isEmpty && screen.cells.isEmpty)
    #expect(screen.row == 3 && screen.column == 0)
    let first = try #require(screen.sequences.first)
    #expect(first.row == 0 && first.column == 0)
    // A picture at its own size keeps its pixels; what is missing of the last cells is transparent.
    switch graphics {
    case .kitty:
      let (keys, png) = try decodedKitty(screen.sequences.map(\.bytes))
      #expect(keys["c"] == "6" && keys["r"] == "4")
      let shown = try Image.decode(png)
      #expect(shown.width == 60 && shown.height == 80 && shown.source?.hasAlpha == true)
      #expect(try shown.cropped(to: image.bounds) == image)
    case .iterm:
      #expect(try Image.decode(decodedITerm(first.bytes).payload).cropped(to: image.bounds) == image)
    default:
      let decoder = try #require(SixelDecoder(first.bytes))
      #expect(decoder.drawn.count == 55 * 70 && decoder.drawn[[54, 69]] != nil)
    }
  }

  @Test func severalRowsOfPixelsLeaveRoomForText() throws {
    let terminal = TerminalCapabilities(graphics: .kitty, cell: PixelSize(width: 10, height: 20))
    let text = try #require(
      try TerminalFigure([map("one"), map("two"), map("three"), map("four"), map("five")]).text(on: terminal))
    let screen = ScreenReader(text)
    // Tiles of 25 cells, 6.25 lines high; label, colours, numbers; and again.
    let starts = screen.sequences.filter { String(decoding: $0.bytes, as: UTF8.self).contains("a=T") }
    #expect(starts.map(\.row) == [0, 10])
    #expect(screen.line(7).contains("three") && screen.line(17).contains("five"))
  }

  @Test func tmux() throws {
    let image = try Pictures.noise(120, 120)
    let plain = TerminalCapabilities(graphics: .kitty, isWithinTmux: true, passesThroughTmux: true)
    let screen = ScreenReader(try #require(try TerminalFigure([TerminalTile(image)]).text(on: plain)))
    #expect(screen.complaints.isEmpty && screen.sequences.count > 1)
    var unwrapped: [[UInt8]] = []
    for (bytes, _, _) in screen.sequences {
      let text = String(decoding: bytes, as: UTF8.self)
      try #require(text.hasPrefix("\u{1B}Ptmux;") && text.hasSuffix("\u{1B}\\"))
      var inner: [UInt8] = []
      for byte in bytes.dropFirst(7).dropLast(2) {
        if byte == 0x1b, inner.last == 0x1b { continue }
        inner.append(byte)
      }
      unwrapped.append(inner)
    }
    #expect(try Image.decode(decodedKitty(unwrapped).payload) == image)
  }

  /// What tmux would drop is shown as text instead.
  @Test func tmuxTakesNoMegabytes() throws {
    let noise = try Pictures.noise(900, 900)
    let terminal = TerminalCapabilities(
      graphics: .iterm, columns: 200, rows: 60, isWithinTmux: true, passesThroughTmux: true)
    let text = try #require(try TerminalFigure([TerminalTile(noise)]).text(on: terminal))
    let screen = ScreenReader(text)
    #expect(screen.sequences.isEmpty && screen.half(10, 10) != nil)
    var outside = terminal
    outside.passesThroughTmux = false
    #expect(
      ScreenReader(try #require(try TerminalFigure([TerminalTile(noise)]).text(on: outside))).sequences.count
        == 1)
  }
}
