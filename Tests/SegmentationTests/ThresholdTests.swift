import Imaging
import Segmentation
import Tensors
import Testing

@Suite("Thresholds of maps")
struct ThresholdTests {
  private static func map(_ values: [Float]) -> Tensor { Tensor([1, values.count], values) }

  @Test("fixed, mean and quantile")
  func simple() throws {
    let map = Self.map([4, 0, 1, .nan, 3, 2, .infinity])
    #expect(try ThresholdRule.fixed(0.25).threshold(of: map) == 0.25)
    #expect(try ThresholdRule.mean.threshold(of: map) == 2)
    #expect(try ThresholdRule.quantile(0.25).threshold(of: map) == 1)
    #expect(try ThresholdRule.quantile(0.625).threshold(of: map) == 2.5)
    #expect(try ThresholdRule.quantile(1).threshold(of: map) == 4)
  }

  @Test("above is strict, and what is not finite does not belong")
  func strict() throws {
    let map = Self.map([1, 2, 3, .nan, .infinity])
    #expect(try ThresholdRule.fixed(2).mask(of: map).bits == [0, 0, 1, 0, 0])
    #expect(try Mask(of: map, atLeast: 2).bits == [0, 1, 1, 0, 0])
    #expect(try Mask(of: Self.map([0, -0.5]), atLeast: 0).bits == [1, 0])
  }

  @Test("Otsu as in std.thresholds: halfway between the values beside the best cut")
  func otsu() throws {
    #expect(try ThresholdRule.otsu.threshold(of: Self.map([0, 1, 2, 10, 11])) == 6)
    let constant = Self.map([3, 3, 3])
    #expect(try ThresholdRule.otsu.threshold(of: constant) == 3)
    #expect(try ThresholdRule.otsu.mask(of: constant).isEmpty)
  }

  /// n₀·n₁·(mean₁ − mean₀)² of the cut at a threshold.
  private static func between(_ values: [Float], _ threshold: Float) -> Double {
    let low = values.filter { $0 <= threshold }.map { Double($0) }
    let high = values.filter { $0 > threshold }.map { Double($0) }
    let distance = high.reduce(0, +) / Double(high.count) - low.reduce(0, +) / Double(low.count)
    return Double(low.count * high.count) * distance * distance
  }

  @Test("Otsu on 256 levels is the exact cut", arguments: 1...10)
  func exact(seed: Int) throws {
    var random = Seeded(seed)
    // Each level is a bin of its own, so every cut is looked at.
    let values: [Float] =
      [0, 255] + (0..<200).map { _ in Float(Int.random(in: 0...255, using: &random) * (seed % 3 + 1) % 256) }
    let ordered = Set(values).sorted()
    let cuts = zip(ordered, ordered.dropFirst()).map { ($0 + $1) / 2 }
    let scores = cuts.map { Self.between(values, $0) }
    let best = try #require(scores.max())
    let found = try ThresholdRule.otsu.threshold(of: Self.map(values))
    #expect(cuts.contains(found))
    #expect(Self.between(values, found) >= best * (1 - 1e-12))
  }

  @Test("what has no threshold")
  func refused() {
    let map = Self.map([.nan, .infinity])
    for rule in [ThresholdRule.mean, .otsu, .quantile(0.5)] {
      #expect(throws: ImageError.self) { try rule.threshold(of: map) }
    }
    for rule in [ThresholdRule.quantile(-0.1), .quantile(.nan), .quantile(1.5), .fixed(.nan)] {
      #expect(throws: ImageError.self) { try rule.threshold(of: Self.map([1, 2])) }
    }
    #expect(throws: ImageError.self) { try ThresholdRule.mean.mask(of: Tensor([1, 1, 2], [1, 2])) }
  }
}
