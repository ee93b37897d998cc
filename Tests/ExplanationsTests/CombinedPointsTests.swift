import Explanations
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Points of several labels together")
struct CombinedPointsTests {
  /// The reference similarities of a picture as heat maps, and the reference points, [label][x, y, 1 or 0].
  private static func reference(_ image: String, size: Int) throws -> (maps: HeatMaps, points: [[[Int]]]) {
    let folder = "tiny-vit/golden/\(image)/surgery-\(size)"
    let similarity = try Golden.array("\(folder)/similarity.npy")
    let texts = ImageCase.labels.count
    let side = size / 16
    let values = similarity.scalars
    // [1 + side², texts] → [texts, side, side], without the class token
    let grid = (0..<(texts * side * side)).map { i in
      values[(1 + i % (side * side)) * texts + i / (side * side)]
    }
    let photo = try Image.read(Golden.path("images/\(image).png"))
    let maps = try HeatMaps(
      labels: ImageCase.labels, grid: Tensor([texts, side, side], grid),
      placement: Placement(
        imageWidth: photo.width, imageHeight: photo.height, inputWidth: size, inputHeight: size),
      recipe: Recipe(method: "surgery", options: [], model: "tiny", image: image))
    let points = try JSONDecoder().decode(
      [[[Int]]].self, from: Data(contentsOf: URL(fileURLWithPath: Golden.path("\(folder)/points.json"))))
    return (maps, points)
  }

  private static func numbers(_ points: [PromptPoint]) -> [[Int]] {
    points.map { [$0.x, $0.y, $0.isPositive ? 1 : 0] }
  }

  @Test(
    "positives are the reference's of each label, one label alone is the reference",
    arguments: ImageCase.images, [64, 128])
  func positives(image: String, size: Int) throws {
    let (maps, points) = try Self.reference(image, size: size)
    for label in points.indices {
      #expect(Self.numbers(try maps.points(together: [label])) == points[label])
    }
    for combination in [[0, 1], [3, 1, 5], [0, 1, 2, 3, 4, 5]] {
      let found = Self.numbers(try maps.points(together: combination))
      let expected = combination.flatMap { points[$0].filter { $0[2] == 1 } }
      #expect(Array(found.prefix(expected.count)) == expected)
      #expect(!found.dropFirst(expected.count).isEmpty)
      #expect(found.dropFirst(expected.count).allSatisfy { $0[2] == 0 })
    }
  }

  @Test("negatives are those of the mean of the normalized maps")
  func negatives() throws {
    // Halved, "a" is 0 8 / 4 6 and "b" 90 10 / 50 0: normalized 0 1 / .5 .75 and 1 .11 / .56 0, in the mean .5 .56 /
    // .53 .375.
    func doubled(_ v: [Float]) -> [Float] {
      [v[0], v[0], v[1], v[1], v[0], v[0], v[1], v[1], v[2], v[2], v[3], v[3], v[2], v[2], v[3], v[3]]
    }
    let maps = try HeatMapsTests.maps(
      doubled([0, 8, 4, 6]) + doubled([90, 10, 50, 0]) + doubled([1, 1, 1, 1]), labels: ["a", "b", "c"],
      rows: 4,
      columns: 4)
    let found = try maps.points(together: [0, 1])
    #expect(Self.numbers(found) == [[6, 1, 1], [2, 1, 1], [6, 3, 0], [2, 1, 0]])
    // A constant label takes no part.
    #expect(try maps.points(together: [0, 2, 1]) == found)
    #expect(try maps.points(together: [2, 2]).isEmpty)
  }

  @Test("no label, and one that is not there")
  func refused() throws {
    let maps = try HeatMapsTests.maps([0, 1, 2, 3], labels: ["a"], rows: 2, columns: 2)
    #expect(throws: ShapeError.self) { try maps.points(together: []) }
    #expect(throws: ShapeError.self) { try maps.points(together: [0, 1]) }
    #expect(throws: ShapeError.self) { try maps.points(together: [-1]) }
  }
}
