import Foundation
import Imaging
import Testing

@Suite struct ResizeTests {
  /// Every bit of Pillow's result, for reductions, enlargements, odd and tiny sizes, and overshooting edges.
  @Test func equalsPillow() throws {
    let cases = try Fixture.lines("resize.txt")
    #expect(cases.count == 48)
    for row in cases {
      let numbers = row[1...6].compactMap { Int($0) }
      try #require(numbers.count == 6)
      var bytes = noise(3 * numbers[0] * numbers[1], seed: UInt64(numbers[4]))
      if numbers[5] == 1 { bytes = bytes.map { $0 < 128 ? 0 : 255 } }
      let image = try Image(width: numbers[0], height: numbers[1], bytes: bytes)
      let resized = try image.resized(
        width: numbers[2], height: numbers[3], filter: row[0] == "bicubic" ? .bicubic : .bilinear)
      #expect(hash(resized.bytes) == UInt64(row[7], radix: 16), "\(row)")
    }
  }

  @Test func refusesSizesThatCannotBe() throws {
    let image = try noiseImage(4, 4, seed: 1)
    #expect(throws: ImageError.self) { try image.resized(width: 0, height: 4) }
    #expect(throws: ImageError.self) { try image.resized(width: 4, height: -1) }
    #expect(throws: ImageError.self) { try image.resized(width: 50_000, height: 50_000) }
  }

  /// About 45 ms on a quiet 2.5 GHz core; the bound leaves room for busy machines, not for a scalar loop.
  @Test func isFast() throws {
    let photo = try noiseImage(4000, 3000, seed: 1)
    let times = try (0..<5).map { _ in
      try ContinuousClock().measure { _ = try photo.resized(width: 224, height: 224) }
    }
    #expect(try #require(times.min()) < .milliseconds(150))
  }
}
