import Foundation
import Testing

@testable import Imaging

@Suite struct PNGTests {
  @Test func writesWhatItReads() throws {
    let image = try noiseImage(31, 17, seed: 1)
    try withTemporaryFolder { folder in
      let path = folder + "/a.png"
      try image.write(to: path)
      #expect(try Image.read(path) == image)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.png"])
    }
  }

  @Test func writesEveryKind() throws {
    let samples = noise(31 * 17 * 4, seed: 2)
    let grey = Array(samples.prefix(31 * 17))
    func decoded(_ pixels: PNG.Pixels) throws -> Image { try Image.decode(try PNG.encode(pixels)) }

    let rgba = try decoded(.rgba(width: 31, height: 17, bytes: samples))
    #expect(rgba.bytes == samples.enumerated().filter { $0.offset % 4 != 3 }.map(\.element))
    #expect(rgba.source?.hasAlpha == true && rgba.source?.bitDepth == 8)
    let expanded = grey.flatMap { [$0, $0, $0] }
    #expect(try decoded(.grey8(width: 31, height: 17, bytes: grey)).bytes == expanded)
    let deep = try decoded(
      .grey16(width: 31, height: 17, samples: grey.map { UInt16($0) << 8 | 0x7f }))
    #expect(deep.bytes == expanded && deep.source?.bitDepth == 16)
    let palette = (0..<200).map { RGB(UInt32($0) &* 0x01f3a5) }
    let places = grey.map { $0 % 200 }
    let indexed = try decoded(.indexed(width: 31, height: 17, bytes: places, palette: palette))
    #expect(indexed.source?.hasPalette == true)
    #expect(
      indexed.bytes
        == places.flatMap { [palette[Int($0)].red, palette[Int($0)].green, palette[Int($0)].blue] })
  }

  @Test func isDeterministic() throws {
    let image = try noiseImage(50, 40, seed: 3)
    let text = [PNG.Text("Software", "clipscope")]
    #expect(try PNG.encode(.rgb(image), text: text) == PNG.encode(.rgb(image), text: text))
  }

  @Test func keepsNotes() throws {
    let image = try noiseImage(3, 3, seed: 4)
    let notes = [
      PNG.Text("Software", "clipscope"), PNG.Text("Description", "café, 猫\nsecond line"),
      PNG.Text("Empty", ""), PNG.Text("Long", String(repeating: "x", count: 100_000)),
    ]
    let bytes = try PNG.encode(.rgb(image), text: notes)
    #expect(PNG.text(in: bytes) == notes)
    #expect(try Image.decode(bytes) == image)
    for end in stride(from: 0, to: 300, by: 7) { _ = PNG.text(in: Array(bytes.prefix(end))) }
  }

  @Test func refusesWhatCannotBeWritten() throws {
    func reason(_ pixels: PNG.Pixels, _ text: [PNG.Text] = []) -> String? {
      #expect(throws: ImageError.self) { try PNG.encode(pixels, text: text) }?.description
    }
    let image = PNG.Pixels.rgb(try noiseImage(3, 3, seed: 4))
    #expect(
      reason(.grey8(width: 2, height: 2, bytes: [1]))
        == "the picture cannot be encoded: 1 samples for 2×2 pixels with 1 a pixel")
    #expect(reason(.grey8(width: 0, height: 2, bytes: [])) == "the picture has no pixels")
    #expect(
      reason(.indexed(width: 1, height: 1, bytes: [1], palette: [.black]))
        == "the picture cannot be encoded: a pixel asks for colour 1 of a palette of 1")
    #expect(
      reason(.indexed(width: 1, height: 1, bytes: [0], palette: []))
        == "the picture cannot be encoded: a palette has 1 to 256 colours, not 0")
    for key in ["", " a", "a ", "é", String(repeating: "k", count: 80)] {
      #expect(reason(image, [PNG.Text(key, "v")])?.contains("cannot be a keyword") == true)
    }
    #expect(reason(image, [PNG.Text("k", "a\0b")])?.contains("NUL") == true)
  }

  @Test func leavesNothingBehindOnFailure() throws {
    let image = try noiseImage(3, 3, seed: 5)
    try withTemporaryFolder { folder in
      // A folder where the file should go: refused, and nothing is left beside it.
      let taken = folder + "/taken.png"
      try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: false)
      #expect(throws: ImageError.unwritable(path: taken, reason: "it is a folder")) {
        try image.write(to: taken)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken.png"])
      let missing = folder + "/none/a.png"
      #expect(throws: ImageError.unwritable(path: missing, reason: "no such file or directory")) {
        try image.write(to: missing)
      }
      #expect(throws: ImageError.unwritable(path: "/dev/null", reason: "it is not a file")) {
        try image.write(to: "/dev/null")
      }
      #expect(throws: ImageError.self) { try image.write(to: "") }
      #expect(throws: ImageError.self) { try image.write(to: folder + "/") }
    }
  }

  @Test func replacesWhatALinkPointsTo() throws {
    let image = try noiseImage(3, 3, seed: 6)
    try withTemporaryFolder { folder in
      try "old".write(toFile: folder + "/real.png", atomically: false, encoding: .utf8)
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/link.png", withDestinationPath: folder + "/real.png")
      try image.write(to: folder + "/link.png")
      #expect(try Image.read(folder + "/real.png") == image)
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link.png") == folder
          + "/real.png")
    }
  }
}
