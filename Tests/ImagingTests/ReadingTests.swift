import Foundation
import Testing

@testable import Imaging

@Suite struct ReadingTests {
  /// Every kind of file, against the pixels Pillow's convert("RGB") gives.
  @Test(arguments: [
    "rgb8", "rgba8", "grey8", "grey-alpha8", "grey1", "grey2", "grey4", "rgb16", "rgba16", "grey16",
    "grey-alpha16", "palette1", "palette2", "palette4", "palette8", "palette-transparent", "grey-transparent",
    "rgb-transparent", "interlaced", "interlaced-rgba16", "interlaced-1x1", "gamma", "palette-index-outside",
    "bad-text-crc", "oriented",
  ])
  func readsPNG(name: String) throws {
    let image = try Image.read(Fixture.path(name + ".png"))
    #expect(image.source?.format == .png)
    #expect(image.bytes == (try Fixture.bytes(name + ".rgb")))
  }

  @Test(arguments: [
    "baseline-444", "baseline-420", "baseline-422", "progressive", "grey", "rgb-stored", "exif8",
  ])
  func readsJPEG(name: String) throws {
    let image = try Image.read(Fixture.path(name + ".jpg"))
    #expect(image.source?.format == .jpeg)
    #expect(image.width == 37 && image.height == 29)
    #expect(image.bytes == (try Fixture.bytes(name + ".rgb")))
  }

  @Test func tellsWhereAPictureCameFrom() throws {
    let palette = try #require(try Image.read(Fixture.path("palette-transparent.png")).source)
    #expect(palette.hasPalette && palette.hasAlpha && palette.bitDepth == 4 && palette.channels == 1)
    let deep = try #require(try Image.read(Fixture.path("interlaced-rgba16.png")).source)
    #expect(!deep.hasPalette && deep.hasAlpha && deep.bitDepth == 16 && deep.channels == 4)
    #expect(deep.isInterlaced)
    let photo = try #require(try Image.read(Fixture.path("progressive.jpg")).source)
    #expect(photo.isInterlaced && !photo.hasAlpha && photo.channels == 3 && photo.orientation == .upright)
    #expect(photo.name == Fixture.path("progressive.jpg"))
  }

  @Test func notesTheOrientationWithoutTurning() throws {
    let png = try Image.read(Fixture.path("oriented.png"))
    #expect(png.source?.orientation == .quarterTurnClockwise)
    #expect(png.width == 13 && png.height == 9)
    let turned = png.uprighted()
    #expect(turned.width == 9 && turned.height == 13)
    // The stored bottom left corner is shown at the top left.
    #expect(turned[x: 0, y: 0] == png[x: 0, y: 8])
    #expect(turned[x: 8, y: 0] == png[x: 0, y: 0])
    let jpeg = try Image.read(Fixture.path("exif8.jpg"))
    #expect(jpeg.source?.orientation == .quarterTurnCounterclockwise)
    // The stored top right corner is shown at the top left.
    #expect(jpeg.uprighted()[x: 0, y: 0] == jpeg[x: 36, y: 0])
  }

  @Test(arguments: [
    ("truncated.png", "is incomplete: the file ends before the picture does"),
    ("signature-only.png", "is incomplete: the file ends before the picture does"),
    ("short.png", "is incomplete: the file ends before the picture does"),
    ("truncated.jpg", "is incomplete: the file ends before the picture does"),
    ("header-only.jpg", "is incomplete: the file ends before the picture does"),
    ("bad-crc.png", "is damaged: IDAT: incorrect data check"),
    ("bad-header-crc.png", "is damaged: IHDR: CRC error"),
    ("too-few-rows.png", "is damaged: Not enough image data"),
    ("no-palette.png", "is damaged: IDAT: Missing PLTE before IDAT"),
    ("huge.png", "is too large: 20000×20000 pixels; the limit is 100 megapixels and 100000 pixels a side"),
    ("huge.jpg", "is too large: 65000×65000 pixels; the limit is 100 megapixels and 100000 pixels a side"),
    ("wide.png", "is too large: 2147483647×1 pixels; the limit is 100 megapixels and 100000 pixels a side"),
    ("zero-width.png", "is damaged: Invalid IHDR data"),
    ("zero-height.jpg", "is damaged: Empty JPEG image (DNL not supported)"),
    ("twelve-bit.jpg", "is not supported: Unsupported JPEG data precision 12"),
    ("cmyk.jpg", "is not supported: its colours are CMYK, meant for printing: convert it to RGB first"),
    ("text.png", "is not a PNG or JPEG: it begins with \"Not a picture at\""),
    ("animation.gif", "is not a PNG or JPEG: it begins with \"GIF8\" (GIF)"),
    ("empty.png", "is damaged: it is empty"),
  ])
  func refusesKindly(name: String, sentence: String) throws {
    let path = Fixture.path(name)
    let error = #expect(throws: ImageError.self) { try Image.read(path) }
    #expect(error?.description == "\(path) \(sentence)")
  }

  @Test func refusesWhatIsNoFile() throws {
    #expect(throws: ImageError.unreadable(path: "/no/such.png", reason: "no such file or directory")) {
      try Image.read("/no/such.png")
    }
    #expect(throws: ImageError.unreadable(path: "/tmp", reason: "it is a folder")) { try Image.read("/tmp") }
    #expect(throws: ImageError.unreadable(path: "/dev/zero", reason: "it is not a file")) {
      try Image.read("/dev/zero")
    }
  }

  @Test func namesUnreadableBytes() throws {
    let error = #expect(throws: ImageError.self) { try Image.decode([0, 1, 2, 0xff], name: "x") }
    #expect(error?.description == "x is not a PNG or JPEG: it begins with bytes 00 01 02 ff")
  }

  /// Mutated, cut and spliced files give a picture or an error, never a crash; seeded, so a failure repeats.
  @Test(arguments: [
    "rgb8.png", "interlaced-rgba16.png", "palette-transparent.png", "grey1.png", "oriented.png",
    "baseline-420.jpg", "progressive.jpg", "exif8.jpg", "grey.jpg",
  ])
  func survivesMutations(name: String) throws {
    let original = try Fixture.bytes(name)
    var random = noise(200_000, seed: hash(Array(name.utf8)))[...]
    func next(_ bound: Int) -> Int {
      let bytes = random.prefix(3)
      random = random.dropFirst(3)
      return bytes.reduce(0) { $0 << 8 | Int($1) } % bound
    }
    var read = 0
    var refused = 0
    for _ in 0..<1500 {
      var bytes = original
      for _ in 0...next(4) where !bytes.isEmpty {
        switch next(5) {
        case 0: bytes[next(bytes.count)] = UInt8(next(256))
        case 1: bytes[next(bytes.count)] ^= 1 << UInt8(next(8))
        case 2: bytes.removeLast(next(bytes.count))
        case 3:
          let start = next(bytes.count)
          bytes.removeSubrange(start..<min(start + next(20), bytes.count))
        default:
          let from = next(bytes.count)
          bytes.insert(contentsOf: bytes[from..<min(from + next(40), bytes.count)], at: next(bytes.count))
        }
      }
      do throws(ImageError) {
        let image = try Image.decode(bytes)
        #expect(image.bytes.count == 3 * image.width * image.height)
        read += 1
      } catch {
        #expect(!error.description.isEmpty)
        refused += 1
      }
    }
    #expect(read > 0 && refused > 0)
  }
}
