import Foundation
import Imaging
import Tensors
import Testing

@testable import Reports

/// What a page carries of a heat map.
@Suite struct MapTests {
  func map(_ shape: [Int], _ values: [Float], over placement: Placement? = nil) -> ReportMap {
    ReportMap(
      ground: nil, grid: Tensor(shape, values),
      placement: placement
        ?? Placement(imageWidth: shape[1], imageHeight: shape[0], inputWidth: shape[1], inputHeight: shape[0]),
      opacity: 1, label: "cat", description: "heat map of \"cat\"", caption: ReportCaption(""))
  }

  @Test func cellsAreKeptExactly() throws {
    let values: [Float] = [0, -1.5, 3.25e-7, 1e30]
    let (kind, text) = MapWriter.encoded(Tensor([2, 2], values), range: -1.5...1e30)
    #expect(kind == "float32")
    let data = try #require(Data(base64Encoded: text))
    let read = data.withUnsafeBytes { raw in
      (0..<4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    #expect(read == values)
  }

  @Test func manyCellsAreKeptInSixteenBits() throws {
    let values = (0..<10_000).map { Float($0) / 9_999 * 6 - 2 }
    let (kind, text) = MapWriter.encoded(Tensor([100, 100], values), range: -2...4)
    #expect(kind == "uint16")
    let data = try #require(Data(base64Encoded: text))
    #expect(data.count == 20_000)
    let codes: [UInt16] = data.withUnsafeBytes { raw in
      (0..<10_000).map { raw.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self) }
    }
    var error: Float = 0
    for (code, value) in zip(codes, values) {
      let read = -2 + 6 * Float(code) / 65_535
      error = max(error, abs(read - value))
    }
    #expect(error < 6 / 65_535)
  }

  @Test func fineMapsAreAveraged() {
    let map = map([256, 3], (0..<768).map { Float($0 / 3) })
    #expect(map.kept.shape == [128, 3])
    #expect(map.kept.scalars.prefix(4) == [0.5, 0.5, 0.5, 2.5])
    #expect(self.map([300, 130], [Float](repeating: 2, count: 39_000)).kept.scalars.allSatisfy { $0 == 2 })
  }

  @Test(arguments: [
    (0, "at upper left"), (4, "in the middle"), (5, "at the right"), (6, "at lower left"), (1, "at the top"),
  ])
  func saysWhereItIsHighest(_ place: Int, _ words: String) {
    var values = [Float](repeating: 0.25, count: 9)
    values[place] = 0.75
    #expect(map([3, 3], values).alternative == "heat map of \"cat\", highest \(words), 0.25 to 0.75")
  }

  @Test func placeIsThatOnThePicture() {
    // The model saw the right third only.
    let placement = Placement(
      imageWidth: 300, imageHeight: 100, region: ImageRegion(x: 200, y: 0, width: 100, height: 100),
      inputWidth: 32, inputHeight: 32)
    #expect(map([1, 2], [1, 0], over: placement).alternative.contains("highest at the right"))
  }

  @Test func strangeMapsAreSaid() {
    #expect(map([1, 2], [1, 1]).alternative.hasSuffix(", the same everywhere: 1"))
    #expect(map([1, 2], [1, .nan]).alternative.contains("not finite"))
    #expect(map([1, 2], [1, .infinity]).range == nil)
  }

  @Test(arguments: [
    (Float(0), "0"), (0.5, "0.5"), (0.12345, "0.1235"), (123.456, "123.5"), (12, "12"), (1e-9, "1e-09"),
    (2e7, "2e+07"),
    (-0.25, "-0.25"),
  ])
  func numbersAreShort(_ x: Float, _ text: String) { #expect(ReportMap.number(x) == text) }

  @Test func base64IsThatOfOthers() {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
      #expect(Base64.text(bytes) == Data(bytes).base64EncodedString())
    }
  }
}
