import Imaging
import Tensors
import TestSupport
import Testing

@Suite struct PreprocessingTests {
  @Test(arguments: [("tiny-vit", 64, 128, 16), ("tiny-rn", 96, 160, 32)], ["cat", "coffee"])
  func equalsReference(model: (name: String, size: Int, big: Int, patch: Int), picture: String) throws {
    let image = try Image.read(Golden.path("images/\(picture).png"))
    for (name, size, fit) in [
      ("squash", model.size, Fit.squash), ("crop", model.size, .crop), ("squash_big", model.big, .squash),
    ] {
      let output = try Preprocessing(size: size, patch: model.patch, fit: fit).apply(to: image)
      let reference = try Golden.array("\(model.name)/golden/\(picture)/\(name).npy")
      #expect(relativeError(output.pixels, reference.reshaped([3, size, size])) <= 1e-6, "\(name)")
    }
  }

  /// The patch grids of the reference run of Grad-ECLIP at scale 0.25.
  @Test func keepsAspect() throws {
    for picture in ["cat", "coffee"] {
      let image = try Image.read(Golden.path("images/\(picture).png"))
      let output = try Preprocessing(size: 64, patch: 16, fit: .keep(scale: 0.25)).apply(to: image)
      let grid = output.placement.grid(patch: 16)
      let reference = try Golden.array("tiny-vit/golden/\(picture)/gradeclip-keepsize/map_size.npy")
      #expect(reference.scalars == [Float(grid.rows), Float(grid.columns)])
      #expect(output.pixels.shape == [3, grid.rows * 16, grid.columns * 16])
      #expect(output.placement.coversImage)
    }
  }

  @Test func roundsPatchesHalfUp() throws {
    // 24 / 16 = 1.5 patches, 40 / 16 = 2.5, 1 / 16 rounds to none and is held at one.
    for (side, expected) in [(24, 32), (40, 48), (39, 32), (1, 16)] {
      let image = try noiseImage(side, 16, seed: 2)
      let view = try Preprocessing(size: 0, patch: 16, fit: .keep(scale: 1)).fitted(image).view
      #expect(view.width == expected && view.height == 16)
    }
  }

  @Test func cropRoundsHalfToEven() throws {
    // At size 4: 5 columns leave 1 over (offset 0.5 → 0), 7 leave 3 (1.5 → 2). The long side is truncated.
    for (width, offset) in [(5, 0), (6, 1), (7, 2), (9, 2), (11, 4)] {
      let image = try noiseImage(width, 4, seed: 3)
      let (view, placement) = try Preprocessing(size: 4, patch: 1).fitted(image)
      #expect(view == (try image.cropped(to: PixelRectangle(x: offset, y: 0, width: 4, height: 4))))
      #expect(placement.region == ImageRegion(x: Double(offset), y: 0, width: 4, height: 4))
      #expect(placement.pixels == PixelRectangle(x: offset, y: 0, width: 4, height: 4))
      #expect(placement.coversImage == false)
    }
    let tall = try noiseImage(10, 19, seed: 3)
    #expect(try Preprocessing(size: 7, patch: 1).fitted(tall).placement.region.height == 7 * 19.0 / 13)
  }

  @Test func placesCellsOnThePicture() throws {
    let image = try noiseImage(200, 100, seed: 4)
    let placement = try Preprocessing(size: 50, patch: 10).fitted(image).placement
    #expect(placement.region == ImageRegion(x: 50, y: 0, width: 100, height: 100))
    #expect(placement.grid(patch: 10) == (5, 5))
    #expect(
      placement.cell(row: 1, column: 2, rows: 5, columns: 5)
        == ImageRegion(x: 90, y: 20, width: 20, height: 20))
  }

  @Test func normalizesWithGivenNumbers() throws {
    let image = try Image(width: 1, height: 1, bytes: [0, 51, 255])
    let settings = Preprocessing(
      size: 1, patch: 1, mean: .init(0.5, 0.2, 0), deviation: .init(0.5, 1, 2))
    #expect(try settings.apply(to: image).pixels == Tensor([3, 1, 1], [-1, 0, 0.5]))
  }

  @Test(arguments: [
    Preprocessing(size: 0, patch: 16), Preprocessing(size: -3, patch: 16, fit: .squash),
    Preprocessing(size: .max, patch: 16), Preprocessing(size: 1, patch: 0, fit: .keep(scale: 1)),
    Preprocessing(size: 1, patch: 16, fit: .keep(scale: .nan)),
    Preprocessing(size: 1, patch: 16, fit: .keep(scale: 1e300)),
    Preprocessing(size: 1, patch: .max, fit: .keep(scale: 1)),
  ])
  func refusesSettingsThatMakeNoInput(settings: Preprocessing) throws {
    let image = try noiseImage(20, 10, seed: 5)
    #expect(throws: ImageError.self) { try settings.apply(to: image) }
  }
}
