import Imaging
import Segmentation
import Tensors
import Testing

import func Glibc.exp

@Suite("Label maps from maps")
struct LabelAssignmentTests {
  /// Three labels over four pixels.
  private static let maps = Tensor(
    [3, 1, 4],
    [
      0.9, 0.1, 0.2, 0.3,
      0.1, 0.8, 0.2, 0.3,
      0.0, 0.1, 0.4, .nan,
    ])
  private static let labels = ["a", "b", "c"]
  private static let none = LabelMap.ignored

  @Test("the highest wins, of equals the first, and NaN is lowest")
  func plain() throws {
    let map = try LabelMap(argmaxOf: Self.maps, labels: Self.labels)
    #expect(map.classes == [0, 1, 2, 0])
    #expect(map.labels == Self.labels)
    #expect(map.background == nil)
    let empty = try LabelMap(argmaxOf: Tensor([1, 1, 2], [.nan, 1]), labels: ["a"])
    #expect(empty.classes == [Self.none, 0])
  }

  @Test("labels as background become class 0, and win ties")
  func mergedLabels() throws {
    let map = try LabelMap(argmaxOf: Self.maps, labels: Self.labels, background: .labels([1, 2]))
    #expect(map.labels == ["background", "a"])
    #expect(map.background == 0)
    #expect(map.classes == [1, 0, 0, 0])
  }

  @Test("words as background compete by their highest")
  func words() throws {
    let words = Tensor([2, 1, 4], [0.5, 0.9, 0, 0.3, 0.6, 0, 0, 0])
    let map = try LabelMap(
      argmaxOf: Self.maps, labels: Self.labels, background: .maps(words), backgroundName: "rest")
    #expect(map.labels == ["rest", "a", "b", "c"])
    #expect(map.classes == [1, 0, 3, 0])
  }

  @Test("a background score, reached by equality")
  func score() throws {
    let map = try LabelMap(argmaxOf: Self.maps, labels: Self.labels, background: .score(0.4))
    #expect(map.classes == [1, 2, 3, 0])
  }

  @Test("background by probability agrees with the probabilities", arguments: [0.05, 0.2, 1] as [Float])
  func probability(temperature: Float) throws {
    var random = Seeded(3)
    let maps = random.maps(3, 9, 7)
    let limit: Float = 0.5
    let map = try LabelMap(
      argmaxOf: maps, labels: Self.labels,
      background: .probability(limit: limit, temperature: temperature))
    let p = try ScoreMaps.probabilities(maps, temperature: temperature)
    var seen = Set<Bool>()
    for i in 0..<63 {
      let values = (0..<3).map { exp(Double(maps.scalars[$0 * 63 + i]) / Double(temperature)) }
      let sum = values.reduce(0, +)
      for l in 0..<3 { #expect(abs(Double(p.scalars[l * 63 + i]) - values[l] / sum) < 1e-5) }
      let highest = (0..<3).map { values[$0] / sum }.max() ?? 0
      guard abs(highest - Double(limit)) > 1e-5 else { continue }
      #expect((map.classes[i] == 0) == (highest < Double(limit)))
      seen.insert(map.classes[i] == 0)
    }
    #expect(seen.contains(temperature == 1))
  }

  @Test("outside the model's view is background, or ignored")
  func view() throws {
    let maps = Tensor([1, 2, 3], [1, 1, 1, 1, 1, 1])
    let view = PixelRectangle(x: 1, y: 0, width: 1, height: 9)
    #expect(
      try LabelMap(argmaxOf: maps, labels: ["a"], view: view).classes
        == [Self.none, 0, Self.none, Self.none, 0, Self.none])
    #expect(
      try LabelMap(argmaxOf: maps, labels: ["a"], background: .score(0), view: view).classes
        == [0, 1, 0, 0, 1, 0])
    let far = PixelRectangle(x: -5, y: 7, width: 2, height: 2)
    #expect(
      try LabelMap(argmaxOf: maps, labels: ["a"], background: .score(0), view: far).classes == [
        0, 0, 0, 0, 0, 0,
      ])
  }

  @Test("synonyms are merged by their highest value")
  func synonyms() throws {
    let merged = try ScoreMaps.merged(Self.maps, groups: [[1], [0, 2]])
    #expect(merged.shape == [2, 1, 4])
    #expect(merged.scalars == [0.1, 0.8, 0.2, 0.3, 0.9, 0.1, 0.4, 0.3])
    #expect(try ScoreMaps.merged(Self.maps, groups: [[2, 0]]).scalars == [0.9, 0.1, 0.4, 0.3])
    for groups in [[], [[]], [[3]], [[-1]]] as [[[Int]]] {
      #expect(throws: ImageError.self) { try ScoreMaps.merged(Self.maps, groups: groups) }
    }
  }

  @Test("what does not fit is refused")
  func refused() {
    let wrong: [LabelBackground] = [
      .labels([]), .labels([3]), .labels([-1]), .labels([0, 1, 2]), .maps(Tensor([1, 1, 3], [1, 2, 3])),
      .probability(limit: 2, temperature: 1), .probability(limit: 0.5, temperature: 0), .score(.nan),
    ]
    for background in wrong {
      #expect(throws: ImageError.self) {
        try LabelMap(argmaxOf: Self.maps, labels: Self.labels, background: background)
      }
    }
    #expect(throws: ImageError.self) { try LabelMap(argmaxOf: Self.maps, labels: ["a"]) }
    #expect(throws: ImageError.self) { try LabelMap(argmaxOf: Tensor([1, 2], [1, 2]), labels: ["a"]) }
    #expect(throws: ImageError.self) {
      try LabelMap(argmaxOf: Self.maps, labels: ["a", "background", "c"], background: .score(0))
    }
  }
}
