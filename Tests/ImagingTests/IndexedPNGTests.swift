import Testing

@testable import Imaging

@Suite struct IndexedPNGTests {
  private func fixture(_ name: String) -> String {
    String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.startIndex)) + "/Fixtures/" + name
  }

  @Test func readsPlacesInThePalette() throws {
    let places = (0..<(31 * 17)).map { UInt8($0 * 7 % 200) }
    let palette = (0..<200).map { RGB(UInt32($0) &* 0x01f3a5) }
    let bytes = try PNG.encode(.indexed(width: 31, height: 17, bytes: places, palette: palette))
    #expect(try PNG.decodeIndices(bytes) == PNG.Indices(width: 31, height: 17, values: places))
    let grey = try PNG.encode(.grey8(width: 31, height: 17, bytes: places))
    #expect(try PNG.decodeIndices(grey).values == places)
  }

  @Test func keepsFewBitsUnscaled() throws {
    for (name, most) in [("grey1.png", 1), ("grey2.png", 3), ("grey4.png", 15)] {
      let indices = try PNG.readIndices(fixture(name))
      #expect(indices.values.max().map(Int.init) == most)
      // The picture's grey values are the same ones, scaled to 255.
      let picture = try Image.read(fixture(name))
      for (index, value) in indices.values.enumerated() {
        #expect(Int(picture.bytes[3 * index]) == Int(value) * 255 / most)
      }
    }
    for name in ["palette1.png", "palette2.png", "palette4.png", "palette8.png"] {
      let indices = try PNG.readIndices(fixture(name))
      let picture = try Image.read(fixture(name))
      // One colour an index.
      var colors: [UInt8: ArraySlice<UInt8>] = [:]
      for (pixel, index) in indices.values.enumerated() {
        let color = picture.bytes[(3 * pixel)..<(3 * pixel + 3)]
        #expect(colors[index, default: color].elementsEqual(color))
        colors[index] = color
      }
      #expect(colors.count > 1)
    }
  }

  @Test func refusesColoursAndHostileFiles() {
    func reason(_ name: String) -> String? {
      #expect(throws: ImageError.self) { try PNG.readIndices(fixture(name), called: name) }?.description
    }
    #expect(reason("rgb8.png")?.contains("not indices") == true)
    #expect(reason("grey16.png")?.contains("not indices") == true)
    #expect(reason("grey-alpha8.png")?.contains("not indices") == true)
    #expect(reason("baseline-444.jpg")?.contains("a PNG is needed") == true)
    #expect(reason("huge.png")?.contains("too large") == true)
    #expect(reason("empty.png") != nil)
    #expect(reason("missing.png")?.contains("no such file") == true)
    let places = (0..<900).map { UInt8($0 * $0 % 251) }
    let whole = (try? PNG.encode(.grey8(width: 30, height: 30, bytes: places))) ?? []
    #expect(whole.count > 200)
    for end in [0, 1, 7, 8, 20, 33, 40, 200] {
      let error = #expect(throws: ImageError.self) {
        try PNG.decodeIndices(Array(whole.prefix(end)), name: "x")
      }
      #expect(end == 0 || error == .truncated(name: "x"), "\(end): \(error.map { "\($0)" } ?? "")")
    }
  }
}
