import Imaging
import Testing

@testable import TerminalPictures

/// Each protocol's bytes, decoded by readers of the tests' own, are the picture again.
@Suite struct EncoderTests {
  @Test(arguments: sizes) func kitty(_ width: Int, _ height: Int) throws {
    let image = try Pictures.gradient(width, height)
    let (keys, png) = try decodedKitty(KittyEncoder.sequences(Raster(image, columns: 7, rows: 3)))
    #expect(keys["a"] == "T" && keys["f"] == "100" && keys["q"] == "2" && keys["C"] == "1")
    #expect(keys["c"] == "7" && keys["r"] == "3")
    // A number would replace an earlier picture that is still on the screen.
    #expect(keys["i"] == nil)
    #expect(try Image.decode(png) == image)
  }

  @Test func kittySendsLargePicturesInChunks() throws {
    let image = try Pictures.noise(70, 60)
    let sequences = try KittyEncoder.sequences(Raster(image, columns: 20, rows: 10))
    #expect(sequences.count > 2)
    #expect(try Image.decode(decodedKitty(sequences).payload) == image)
  }

  @Test(arguments: sizes) func iterm(_ width: Int, _ height: Int) throws {
    let image = try Pictures.gradient(width, height)
    let (keys, png) = try decodedITerm(ITermEncoder.sequence(Raster(image, columns: 7, rows: 3)))
    #expect(keys["inline"] == "1" && keys["width"] == "7" && keys["height"] == "3")
    #expect(keys["size"] == "\(png.count)")
    #expect(try Image.decode(png) == image)
  }

  @Test func whatIsNotDrawnIsTransparent() throws {
    let image = try Pictures.flat(4, 4)
    let raster = try Raster(
      width: 12, height: 6, columns: 3, rows: 1, pictures: [(image, 0, 0), (image, 8, 1)])
    let png = try raster.png()
    let read = try Image.decode(png)
    #expect(read.source?.hasAlpha == true)
    #expect(try read.cropped(to: PixelRectangle(x: 8, y: 1, width: 4, height: 4)) == image)
    for (x, y) in [(0, 0), (3, 3), (8, 1), (11, 4)] { #expect(raster.isDrawn(x: x, y: y)) }
    for (x, y) in [(4, 0), (0, 4), (8, 0), (11, 5), (12, 0), (0, 6), (-1, 0)] {
      #expect(!raster.isDrawn(x: x, y: y))
    }
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 255, 256]) func base64(_ count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 251) }
    #expect(decodedBase64(Base64.encode(bytes)) == bytes)
  }

  // MARK: Sixel

  /// Registers hold whole percents, so a colour is off by half of 2.55 and its rounding.
  @Test(arguments: sizes) func sixelKeepsFewColours(_ width: Int, _ height: Int) throws {
    let image = try Pictures.flat(width, height)
    let decoder = try #require(
      SixelDecoder(SixelEncoder.sequence(Raster(image, columns: 1, rows: 1))))
    #expect(decoder.width == width && decoder.height == height && decoder.background == 1)
    #expect(decoder.drawn.count == width * height, "pixels outside the picture, or missing ones")
    for y in 0..<height {
      for x in 0..<width {
        let color = image[x: x, y: y]
        let percents = try #require(decoder.drawn[[x, y]])
        for (channel, percent) in zip([color.red, color.green, color.blue], percents) {
          #expect(abs(Double(channel) - Double(percent) * 2.55) <= 1.5)
        }
      }
    }
  }

  /// Mean absolute error over channels, of 255, for a picture in which no two pixels are alike.
  private func sixelError(_ image: Image, registers: Int, dithers: Bool) throws -> (mean: Double, used: Int) {
    let raster = Raster(image, columns: 1, rows: 1)
    let decoder = try #require(
      SixelDecoder(SixelEncoder.sequence(raster, registers: registers, dithers: dithers)))
    var sum = 0.0
    for y in 0..<image.height {
      for x in 0..<image.width {
        let color = image[x: x, y: y]
        let percents = try #require(decoder.drawn[[x, y]])
        for (channel, percent) in zip([color.red, color.green, color.blue], percents) {
          sum += abs(Double(channel) - Double(percent) * 2.55)
        }
      }
    }
    return (sum / Double(3 * image.width * image.height), decoder.registers.count)
  }

  @Test func sixelQuantizesManyColours() throws {
    let image = try Pictures.gradient(64, 64)
    let fine = try sixelError(image, registers: 256, dithers: false)
    #expect(fine.used <= 256 && fine.mean < 9)
    let coarse = try sixelError(image, registers: 16, dithers: false)
    #expect(coarse.used <= 16 && coarse.mean < 30)
    #expect(fine.mean < coarse.mean)
  }

  @Test func ditheringKeepsTheMean() throws {
    // A ramp of greys in four colours: without dithering every fourth is one step.
    let ramp = try Pictures.made(128, 16) { x, _ in [UInt8](repeating: UInt8(2 * x), count: 3) }
    func columnMeans(_ dithers: Bool) throws -> Double {
      let sequence = SixelEncoder.sequence(
        Raster(ramp, columns: 1, rows: 1), registers: 4, dithers: dithers)
      let decoder = try #require(SixelDecoder(sequence))
      // Means over blocks of 8×16 pixels, away from the ends, which no mixture of inner colours reaches.
      var worst = 0.0
      for block in 3..<13 {
        var (mine, theirs) = (0.0, 0.0)
        for x in 8 * block..<8 * block + 8 {
          for y in 0..<16 {
            mine += Double(try #require(decoder.drawn[[x, y]])[0]) * 2.55
            theirs += Double(ramp[x: x, y: y].red)
          }
        }
        worst = max(worst, abs(mine - theirs) / 128)
      }
      return worst
    }
    #expect(try columnMeans(true) < 8)
    #expect(try columnMeans(true) < columnMeans(false) / 2)
  }

  @Test func sixelLeavesOutWhatIsNotDrawn() throws {
    let image = try Pictures.flat(5, 5)
    let raster = try Raster(
      width: 20, height: 14, columns: 1, rows: 1, pictures: [(image, 0, 0), (image, 11, 8)])
    let decoder = try #require(SixelDecoder(SixelEncoder.sequence(raster)))
    #expect(decoder.drawn.count == 50)
    #expect(decoder.drawn[[11, 8]] == decoder.drawn[[0, 0]] && decoder.drawn[[6, 6]] == nil)
  }

  // MARK: Text

  @Test(arguments: sizes) func halfBlocks(_ width: Int, _ height: Int) throws {
    let image = try Pictures.gradient(width, height)
    let lines = HalfBlocks.lines(Raster(image, columns: width, rows: (height + 1) / 2))
    #expect(lines.count == (height + 1) / 2)
    let screen = ScreenReader(lines.joined(separator: "\n"))
    #expect(screen.complaints.isEmpty)
    for y in 0..<height {
      for x in 0..<width { #expect(screen.half(x, y) == image[x: x, y: y]) }
    }
    // The lower half of an odd last row is the terminal's ground.
    if height % 2 == 1 { #expect(screen.half(0, height) == nil) }
    #expect(screen.cells.count == width * ((height + 1) / 2))
    #expect(lines.allSatisfy { $0.hasSuffix("\u{1B}[0m") })
  }

  @Test func halfBlocksWithGaps() throws {
    let image = try Pictures.gradient(4, 3)
    let raster = try Raster(
      width: 12, height: 6, columns: 12, rows: 3, pictures: [(image, 0, 0), (image, 6, 1)])
    let screen = ScreenReader(HalfBlocks.lines(raster).joined(separator: "\n"))
    for y in 0..<6 {
      for x in 0..<12 {
        #expect(screen.half(x, y) == (raster.isDrawn(x: x, y: y) ? raster.image[x: x, y: y] : nil))
      }
    }
  }

  /// Half a step of the cube is at most 48; the greys only help.
  @Test(arguments: sizes) func paletteBlocks(_ width: Int, _ height: Int) throws {
    let image = try Pictures.gradient(width, height)
    let lines = HalfBlocks.lines(Raster(image, columns: width, rows: (height + 1) / 2), depth: .palette)
    let screen = ScreenReader(lines.joined(separator: "\n"))
    #expect(screen.complaints.isEmpty)
    for y in 0..<height {
      for x in 0..<width {
        let own = image[x: x, y: y]
        let shown = try #require(screen.half(x, y))
        var sum = 0
        for (a, b) in channels(own, shown) { sum += difference(a, b) * difference(a, b) }
        #expect(sum <= 3 * 48 * 48)
      }
    }
  }

  @Test func paletteColoursAreTheirOwnNearest() throws {
    for entry in 16..<256 {
      let color = try #require(XtermPalette.color(entry))
      #expect(color == ScreenReader.indexed(entry))
      // Some greys stand in the cube as well.
      #expect(XtermPalette.color(XtermPalette.nearest(to: color)) == color)
    }
    #expect(XtermPalette.color(15) == nil && XtermPalette.color(256) == nil)
  }

  /// No entry is nearer than the one chosen, by looking at all.
  @Test func paletteChoosesTheNearest() {
    for i in 0..<2000 {
      let color = RGB(UInt32(i * 8_391_217 % 0x1_000_000))
      func distance(_ entry: Int) -> Int {
        guard let other = ScreenReader.indexed(entry) else { return .max }
        var sum = 0
        for (a, b) in channels(color, other) { sum += difference(a, b) * difference(a, b) }
        return sum
      }
      #expect(distance(XtermPalette.nearest(to: color)) == (16..<256).map(distance).min())
    }
  }

  @Test func luminanceRamp() throws {
    let greys = try Pictures.made(256, 2) { x, _ in [UInt8](repeating: UInt8(x), count: 3) }
    let lines = LuminanceRamp.lines(Raster(greys, columns: 256, rows: 2))
    #expect(lines.count == 2 && lines[0] == lines[1])
    for (value, character) in lines[0].enumerated() {
      let level = try #require(LuminanceRamp.characters.firstIndex(of: character))
      #expect(abs(Double(level) * 255 / 9 - Double(value)) <= 255.0 / 9)
    }
    #expect(lines[0].first == " " && lines[0].last == "@")
  }

  // MARK: tmux

  @Test func tmuxPassthroughDoublesEscapes() throws {
    let sequence = Array("\u{1B}_Ga=q;AAAA\u{1B}\\".utf8)
    let wrapped = TmuxPassthrough.wrapped(sequence)
    let text = String(decoding: wrapped, as: UTF8.self)
    #expect(text == "\u{1B}Ptmux;\u{1B}\u{1B}_Ga=q;AAAA\u{1B}\u{1B}\\\u{1B}\\")
  }
}
