import Explanations
import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Heat maps as values")
struct HeatMapsTests {
  static func maps(_ grid: [Float], labels: [String], rows: Int, columns: Int) throws -> HeatMaps {
    try HeatMaps(
      labels: labels, grid: Tensor([labels.count, rows, columns], grid),
      placement: Placement(imageWidth: 8, imageHeight: 4, inputWidth: 32, inputHeight: 32),
      recipe: Recipe(method: "test", options: [], model: "m", image: "i"))
  }

  @Test("each map on its own range, or all on one")
  func scales() throws {
    let maps = try Self.maps([0, 1, 2, 4, 2, 2, 4, 10], labels: ["a", "b"], rows: 2, columns: 2)
    #expect(maps.normalized().maps.scalars == [0, 0.25, 0.5, 1, 0, 0, 0.25, 1])
    #expect(maps.normalized(.shared).maps.scalars == [0, 0.1, 0.2, 0.4, 0.2, 0.2, 0.4, 1])
  }

  @Test("a constant map, or one with a value that is no number, is zero and is named")
  func constant() throws {
    let maps = try Self.maps([3, 3, 3, 3, 1, .nan, 2, 3], labels: ["a", "b"], rows: 2, columns: 2)
    let normalized = maps.normalized()
    #expect(normalized.maps.scalars.allSatisfy { $0 == 0 })
    #expect(normalized.constant == ["a", "b"])
  }

  @Test("a map covers the part of the picture that the model saw")
  func placement() throws {
    let placement = Placement(
      imageWidth: 8, imageHeight: 4, region: ImageRegion(x: 2, y: 0, width: 4, height: 4),
      inputWidth: 32, inputHeight: 32)
    let maps = try HeatMaps(
      labels: ["a"], grid: Tensor([1, 2, 2], [1, 2, 3, 5]), placement: placement,
      recipe: Recipe(method: "test", options: [], model: "m", image: "i"))
    let enlarged = try maps.enlarged()
    #expect(enlarged.shape == [1, 4, 8])
    let row = enlarged.row(0).row(3).scalars
    #expect(row[0] == 0 && row[1] == 0 && row[6] == 0 && row[7] == 0)
    #expect(row[5] == 1)
  }

  @Test("points: highest cells positive, lowest negative, at most half of each")
  func points() throws {
    let grid: [Float] = (0..<16).map { Float($0 % 4 + $0 / 4) }
    let maps = try Self.maps(grid, labels: ["a"], rows: 4, columns: 4)
    let points = try maps.points(label: 0)
    #expect(points.map(\.isPositive) == [true, false])
    #expect(points.map { [$0.x, $0.y] } == [[6, 3], [2, 1]])
    let constant = try Self.maps([Float](repeating: 1, count: 16), labels: ["a"], rows: 4, columns: 4)
    #expect(try constant.points(label: 0).isEmpty)
  }

  @Test("a grid that does not fit its labels is refused")
  func shapes() {
    #expect(throws: ShapeError.self) {
      try HeatMaps(
        labels: ["a", "b"], grid: Tensor([1, 2, 2], [1, 2, 3, 4]),
        placement: Placement(imageWidth: 8, imageHeight: 4, inputWidth: 32, inputHeight: 32),
        recipe: Recipe(method: "test", options: [], model: "m", image: "i"))
    }
  }
}
