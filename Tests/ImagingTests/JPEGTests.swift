import Foundation
import Testing

@testable import Imaging

/// JPEG bytes read back as the picture they were made of.
@Suite struct JPEGTests {
  /// Smooth waves of the three colours.
  private func waves(_ width: Int, _ height: Int) throws -> Image {
    var bytes: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<3 {
          bytes.append(
            UInt8(127 + 120 * sin(Double(x * (channel + 1)) / 31) * cos(Double(y * (3 - channel)) / 29)))
        }
      }
    }
    return try Image(width: width, height: height, bytes: bytes)
  }

  /// Peak signal to noise ratio in decibels.
  private func ratio(_ a: Image, _ b: Image) -> Double {
    let sum = zip(a.bytes, b.bytes).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
    return 10 * log10(255 * 255 * Double(a.bytes.count) / max(sum, 1e-9))
  }

  @Test(arguments: [(1, 1), (7, 5), (8, 8), (17, 16), (64, 33), (250, 131)])
  func readsBack(_ width: Int, _ height: Int) throws {
    let image = try waves(width, height)
    for halves in [true, false] {
      let bytes = try JPEG.encode(image, quality: 95, halvesColors: halves)
      let read = try Image.decode(bytes)
      #expect(read.width == width && read.height == height)
      #expect(read.source?.format == .jpeg)
      #expect(ratio(read, image) > (halves ? 33 : 38), "\(width)×\(height), \(ratio(read, image)) dB")
    }
  }

  @Test func qualityDecides() throws {
    let image = try waves(200, 150)
    let sizes = try [10, 50, 88, 100].map { try JPEG.encode(image, quality: $0).count }
    #expect(sizes == sizes.sorted() && Set(sizes).count == 4)
    let ratios = try [10, 50, 88, 100].map { ratio(try .decode(try JPEG.encode(image, quality: $0)), image) }
    #expect(ratios == ratios.sorted())
    // Beyond the ends is the end.
    #expect(try JPEG.encode(image, quality: 1000) == JPEG.encode(image, quality: 100))
    #expect(try JPEG.encode(image, quality: -3) == JPEG.encode(image, quality: 1))
  }

  @Test func sameBytes() throws {
    let image = try waves(120, 90)
    #expect(try JPEG.encode(image) == JPEG.encode(image))
    #expect(try JPEG.encode(image).starts(with: [0xff, 0xd8, 0xff]))
  }

  @Test func colorsOfEdgesStayWhereTheyAreKept() throws {
    // A red line on blue, one pixel wide: halved colours smear it.
    var image = try Image(width: 64, height: 64, color: RGB(0x0000ff))
    for y in 0..<64 { image[x: 31, y: y] = RGB(0xff0000) }
    let kept = try Image.decode(try JPEG.encode(image, quality: 95, halvesColors: false))
    let halved = try Image.decode(try JPEG.encode(image, quality: 95))
    #expect(kept[x: 31, y: 30].red > 230)
    #expect(ratio(kept, image) > ratio(halved, image) + 5)
  }

  @Test func tooLongASideIsRefused() throws {
    let image = try Image(width: 70_000, height: 1, color: .black)
    #expect(throws: ImageError.notEncoded(reason: "a JPEG has at most 65500 pixels a side")) {
      try JPEG.encode(image)
    }
  }
}
