import Imaging
import Tensors
import TestSupport
import Testing

@Suite struct HeatMapTests {
  /// CLIP Surgery's maps from its similarities: min-max per text over patches, then bilinear to the picture's size. The
  /// reference keeps every 7th pixel.
  @Test(
    arguments: [
      ("tiny-vit", 64, 4), ("tiny-vit", 128, 8), ("tiny-rn", 96, 3), ("tiny-rn", 160, 5),
    ], ["cat", "coffee"])
  func equalsReference(model: (name: String, size: Int, side: Int), picture: String) throws {
    let folder = "\(model.name)/golden/\(picture)/surgery-\(model.size)"
    let image = try Image.read(Golden.path("images/\(picture).png"))
    let similarity = try Golden.array("\(folder)/similarity.npy")
    let reference = try Golden.array("\(folder)/map.npy")
    let side = model.side
    let texts = similarity.shape[similarity.rank - 1]
    let values = similarity.scalars
    // [1 + side², texts] → [texts, side, side], without the class token
    let patches = Tensor(
      [texts, side, side],
      (0..<(texts * side * side)).map { i in values[(1 + i % (side * side)) * texts + i / (side * side)] })
    let placement = Placement(
      imageWidth: image.width, imageHeight: image.height, inputWidth: model.size,
      inputHeight: model.size)
    let maps = try HeatMap.enlarged(HeatMap.minMaxNormalizedEach(patches), over: placement)
    #expect(maps.rectangle == image.bounds)
    let rows = (image.height + 6) / 7
    let columns = (image.width + 6) / 7
    let all = maps.values.scalars
    let sampled = Tensor(
      [texts, rows, columns],
      (0..<(texts * rows * columns)).map { i in
        let text = i / (rows * columns)
        let row = 7 * (i / columns % rows)
        return all[(text * image.height + row) * image.width + 7 * (i % columns)]
      })
    #expect(relativeError(sampled, reference.reshaped(sampled.shape)) <= 2e-6)
  }

  @Test func normalizes() {
    #expect(HeatMap.minMaxNormalized(Tensor([2, 2], [1, 3, 2, 5])) == Tensor([2, 2], [0, 0.5, 0.25, 1]))
    #expect(HeatMap.minMaxNormalized(Tensor([3], [7, 7, 7])) == Tensor([3], [0, 0, 0]))
    #expect(HeatMap.minMaxNormalized(Tensor([3], [.nan, 1, 2])) == Tensor([3], [0, 0, 1]))
    #expect(
      HeatMap.minMaxNormalizedEach(Tensor([2, 2], [1, 2, 30, 10])) == Tensor([2, 2], [0, 1, 1, 0]))
  }

  @Test(arguments: [
    (Colormap.jet, 0xb9ca_a286_bcc1_eccc as UInt64), (.viridis, 0x90c6_ad65_c23a_4182),
    (.magma, 0x31dd_e46d_7e81_9339), (.turbo, 0x4ee0_5738_aea3_685a),
  ])
  func hasTheExactTables(colormap: Colormap, expected: UInt64) {
    #expect(hash(colormap.colors.flatMap { [$0.red, $0.green, $0.blue] }) == expected)
  }

  @Test func colorsMaps() throws {
    let map = Tensor([1, 6], [-1, 0, 0.5, 1, 2, .nan])
    #expect(
      try Colormap.grey.picture(of: map).bytes
        == [0, 0, 127, 255, 255, 0].flatMap { [$0, $0, $0] as [UInt8] })
    #expect(throws: ImageError.self) { try Colormap.jet.picture(of: Tensor([1, 2, 3])) }
  }

  /// OpenCV: 0.4·picture + 0.6·jet(uint8(255·map)), cast to uint8.
  @Test func overlaysAsPublished() throws {
    let image = try noiseImage(23, 17, seed: 50)
    let map = Tensor([17, 23], noise(23 * 17, seed: 51).map { Float($0) / 255 })
    #expect(try image.overlaid(with: map).bytes == Fixture.bytes("overlay-jet.rgb"))
    #expect(try image.overlaid(with: map, opacity: 0) == image)
    #expect(try image.overlaid(with: map, opacity: 1) == Colormap.jet.picture(of: map))
  }

  /// A map of a centre crop lies on the centre; what the model did not see keeps its pixels.
  @Test func placesACropsMap() throws {
    let image = try noiseImage(40, 20, seed: 52)
    let placement = try Preprocessing(size: 20, patch: 10).fitted(image).placement
    let map = Tensor([2, 2], [0, 1, 0, 1])
    let placed = try HeatMap.enlarged(map, over: placement)
    #expect(placed.rectangle == PixelRectangle(x: 10, y: 0, width: 20, height: 20))
    let expected = try map.resizedGrid(rows: 20, columns: 20, filter: .bilinear)
    #expect(relativeError(placed.values, expected) <= 1e-6)
    let overlay = try image.overlaid(with: map, placement: placement, opacity: 1)
    for x in 0..<40 where !(10..<30).contains(x) { #expect(overlay[x: x, y: 5] == image[x: x, y: 5]) }
    #expect(overlay[x: 10, y: 5] == Colormap.jet.colors[0])
    #expect(overlay[x: 29, y: 5] == Colormap.jet.colors[255])
  }

  @Test func refusesWhatDoesNotFit() throws {
    let image = try noiseImage(8, 8, seed: 53)
    #expect(throws: ImageError.self) { try image.overlaid(with: Tensor([4], [0, 0, 0, 0])) }
    #expect(throws: ImageError.self) { try image.overlaid(with: Tensor([1, 1], [0]), opacity: 1.5) }
    #expect(throws: ImageError.self) { try image.overlaid(with: Tensor([1, 1], [0]), opacity: .nan) }
    let other = Placement(imageWidth: 9, imageHeight: 8, inputWidth: 4, inputHeight: 4)
    #expect(throws: ImageError.self) { try image.overlaid(with: Tensor([1, 1], [0]), placement: other) }
    let outside = Placement(
      imageWidth: 8, imageHeight: 8, region: ImageRegion(x: .nan, y: 90, width: -1, height: .infinity),
      inputWidth: 4, inputHeight: 4)
    #expect(throws: ImageError.self) { try image.overlaid(with: Tensor([1, 1], [0]), placement: outside) }
  }
}
