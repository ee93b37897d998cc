import Imaging
import Segmentation
import Testing

@Suite("Run lengths")
struct RunLengthTests {
  @Test("masks as pycocotools writes them", arguments: PycocotoolsReference.masks.indices)
  func reference(index: Int) throws {
    let (width, height, bits, compressed) = PycocotoolsReference.masks[index]
    let mask = try Mask(width: width, height: height, bits: bits)
    let runs = RunLengths(mask)
    #expect(runs.compressed == compressed)
    let read = try RunLengths(width: width, height: height, compressed: compressed)
    #expect(read == runs)
    #expect(read.mask == mask)
    #expect(read.area == mask.area)
    #expect(try RunLengths(width: width, height: height, counts: runs.counts).mask == mask)
  }

  @Test("random masks come back", arguments: 1...20)
  func roundTrip(seed: Int) throws {
    var random = Seeded(seed)
    let mask = try random.mask(seed * 37 % 61 + 1, seed * 53 % 47 + 1, share: Double(seed % 5) / 4)
    let runs = RunLengths(mask)
    #expect(runs.mask == mask)
    let text = runs.compressed
    #expect(try RunLengths(width: mask.width, height: mask.height, compressed: text) == runs)
  }

  @Test("a large mask")
  func large() throws {
    var bits = [UInt8](repeating: 0, count: 6_000_000)
    for y in 100..<2900 { for x in 5..<1990 { bits[y * 2000 + x] = 1 } }
    let runs = RunLengths(try Mask(width: 2000, height: 3000, bits: bits))
    #expect(runs.area == 5_558_000)
    // The beginning and the length of what pycocotools writes.
    #expect(runs.compressed.hasPrefix("lg>`g2X60000000"))
    #expect(runs.compressed.utf8.count == 3979)
  }

  @Test("damaged run lengths are refused")
  func damaged() {
    for counts in [[], [5], [7], [-1, 7], [3, .max], [.max, .max, 1], [.min, 6]] as [[Int]] {
      #expect(throws: ImageError.self) { try RunLengths(width: 2, height: 3, counts: counts) }
    }
    for text in ["", "5", "6 ", "P", "PPPPPPPPPPPPPPPPPPPPPP", "oooooooooooooooo", "6é", "\u{0}", "5o", "O7"]
    {
      #expect(throws: ImageError.self) { try RunLengths(width: 2, height: 3, compressed: text) }
    }
    #expect(throws: ImageError.self) { try RunLengths(width: 0, height: 3, counts: []) }
    #expect(throws: ImageError.self) { try RunLengths(width: .max, height: 3, counts: []) }
  }

  @Test("any string is read or refused", arguments: 1...300)
  func fuzz(seed: Int) throws {
    var random = Seeded(seed)
    let text = String(
      (0..<Int.random(in: 0...8, using: &random)).map { _ in
        Character(Unicode.Scalar(UInt8.random(in: 46...112, using: &random)))
      })
    if let runs = try? RunLengths(width: 4, height: 4, compressed: text) {
      #expect(runs.counts.reduce(0, +) == 16)
      #expect(runs.mask.area == runs.area)
    }
  }
}

@Suite("Contours and polygons")
struct PolygonTests {
  @Test("polygons as pycocotools fills them", arguments: PycocotoolsReference.polygons.indices)
  func reference(index: Int) throws {
    let (width, height, polygons, compressed) = PycocotoolsReference.polygons[index]
    let mask = try Mask(width: width, height: height, coordinates: polygons)
    #expect(RunLengths(mask).compressed == compressed)
  }

  @Test(
    "contours have the mask's area, and filled they are the mask", arguments: 1...12, Connectivity.allCases)
  func contours(seed: Int, connectivity: Connectivity) throws {
    var random = Seeded(seed)
    let mask = try random.mask(seed * 11 % 17 + 1, seed * 7 % 19 + 1, share: 0.2 + 0.06 * Double(seed))
    let contours = try mask.contours(connectivity)
    #expect(contours.reduce(0) { $0 + $1.signedArea } == Double(mask.area))
    let filled = try Mask(
      width: mask.width, height: mask.height, polygons: contours.map(\.points), rule: .evenOdd)
    #expect(filled == mask)
    // One outer line around each part; each corner is a turn.
    #expect(try contours.count { !$0.isHole } == mask.components(connectivity).count)
    for contour in contours {
      for (i, a) in contour.points.enumerated() {
        let b = contour.points[(i + 1) % contour.points.count]
        let c = contour.points[(i + 2) % contour.points.count]
        #expect((a.x == b.x) != (a.y == b.y))
        #expect((a.x == b.x) != (b.x == c.x))
      }
    }
    // Without holes the union is enough.
    let solid = try mask.fillingHoles(connectivity: connectivity)
    let outer = try solid.contours(connectivity).map(\.points)
    #expect(try Mask(width: mask.width, height: mask.height, polygons: outer) == solid)
  }

  @Test("a ring: the outer line clockwise on the screen, the hole's the other way")
  func ring() throws {
    let mask = try Mask(width: 4, height: 3, bits: [1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0])
    func points(_ list: [(Double, Double)]) -> [PlanePoint] { list.map { PlanePoint(x: $0.0, y: $0.1) } }
    let found = try mask.contours()
    #expect(
      found.map(\.points)
        == [points([(0, 0), (3, 0), (3, 3), (0, 3)]), points([(1, 2), (2, 2), (2, 1), (1, 1)])]
        .map { $0 })
    #expect(found.map(\.signedArea) == [9, -1])
    #expect(try Mask(width: 4, height: 3).contours().isEmpty)
  }

  @Test("polygons beyond the picture are cut off, and added to what is there", arguments: 1...20)
  func cutOff(seed: Int) throws {
    var random = Seeded(seed)
    let polygons = (0..<3).map { _ in
      (0..<2 * Int.random(in: 3...6, using: &random)).map { _ in Double.random(in: 0...60, using: &random) }
    }
    let whole = try Mask(width: 64, height: 64, coordinates: polygons)
    let (width, height) = (Int.random(in: 1...50, using: &random), Int.random(in: 1...50, using: &random))
    let part = try Mask(width: width, height: height, coordinates: polygons)
    let before = try random.mask(width, height)
    var added = before
    for polygon in polygons { try added.add(coordinates: [polygon]) }
    for y in 0..<height {
      for x in 0..<width {
        let place = y * width + x
        #expect(part.bits[place] == whole.bits[y * 64 + x])
        #expect(added.bits[place] == before.bits[place] | part.bits[place])
      }
    }
  }

  @Test("diagonal neighbours are one line or two")
  func diagonal() throws {
    let mask = try Mask(width: 2, height: 2, bits: [1, 0, 0, 1])
    #expect(try mask.contours(.eight).count == 1)
    #expect(try mask.contours(.four).count == 2)
  }

  @Test("wrong polygons are refused")
  func refused() {
    for list in [
      [], [1, 2], [1, 2, 3, 4], [1, 2, 3, 4, 5], [0, 0, 1, .nan, 2, 2], [0, 0, 1e300, 0, 2, 2],
    ] as [[Double]] {
      #expect(throws: ImageError.self) { try Mask(width: 3, height: 3, coordinates: [list]) }
    }
    let long = [Double]((0..<200).map { $0 % 4 < 2 ? -1e6 : 1e6 })
    #expect(throws: ImageError.self) { try Mask(width: 3, height: 3, coordinates: [long]) }
    #expect(throws: ImageError.self) { try Mask(width: 0, height: 3, coordinates: []) }
  }
}

@Suite("Intersection over union")
struct BoundaryIoUTests {
  @Test("erosion as by its definition", arguments: 1...5)
  func erosion(distance: Int) throws {
    var random = Seeded(distance)
    let (width, height) = (23, 16)
    let mask = try random.mask(width, height, share: 0.985)
    let found = mask.eroded(by: distance)
    for y in 0..<height {
      for x in 0..<width {
        var all = true
        for dy in -distance...distance {
          for dx in -distance...distance {
            let (px, py) = (x + dx, y + dy)
            if px < 0 || py < 0 || px >= width || py >= height || mask.bits[py * width + px] == 0 {
              all = false
            }
          }
        }
        #expect(found.bits[y * width + x] == (all ? 1 : 0))
      }
    }
    #expect(mask.boundary(distance: distance).area == mask.area - found.area)
    #expect(mask.eroded(by: 0) == mask)
    #expect(mask.eroded(by: .max).isEmpty)
  }

  @Test("two squares, counted by hand")
  func squares() throws {
    func square(_ x: Int, _ side: Int) throws -> Mask {
      try Mask(
        width: 30, height: 40,
        bits: (0..<1200).map {
          (x..<(x + side)).contains($0 % 30) && (10..<(10 + side)).contains($0 / 30) ? 1 : 0
        })
    }
    let (a, b) = (try square(5, 10), try square(6, 10))
    #expect(try maskIoU(a, b) == 90.0 / 110)
    // The diagonal is 50: one pixel. Rings of 36 pixels that share two rows of 9 and, of columns 6 and 14, nothing but
    // what lies in these rows.
    #expect(try boundaryIoU(a, b) == 18.0 / 54)
    // Two pixels: rings of 64 that share rows 10, 11, 18 and 19 in columns 6 to 14, and columns 6 and 14 between.
    #expect(try boundaryIoU(a, b, dilationRatio: 0.04) == 48.0 / 80)
    #expect(try boundaryIoU(a, a) == 1)
  }

  @Test("empty masks are equal; sizes must be too")
  func edges() throws {
    let empty = try Mask(width: 3, height: 3)
    #expect(try maskIoU(empty, empty) == 1)
    #expect(try boundaryIoU(empty, empty) == 1)
    #expect(throws: ImageError.self) { try maskIoU(empty, Mask(width: 3, height: 4)) }
    #expect(throws: ImageError.self) { try boundaryIoU(empty, Mask(width: 4, height: 3)) }
    #expect(throws: ImageError.self) { try boundaryIoU(empty, empty, dilationRatio: .nan) }
  }
}

@Suite("Colours of label maps")
struct PaletteTests {
  @Test("PASCAL VOC's colours")
  func colors() {
    let known: [(Int, UInt32)] = [
      (0, 0x000000), (1, 0x800000), (2, 0x008000), (3, 0x808000), (4, 0x000080), (5, 0x800080), (8, 0x400000),
      (15, 0xc08080), (20, 0x004080), (255, 0xe0e0c0),
    ]
    for (index, hex) in known { #expect(LabelPalette.color(index) == RGB(hex), "\(index)") }
    #expect(Set((0..<256).map { LabelPalette.color($0) }).count == 256)
  }

  @Test("indexed PNG: background 0, ignored 255")
  func indexed() throws {
    let map = try LabelMap(
      width: 4, height: 1, classes: [0, 1, 2, LabelMap.ignored], labels: ["a", "rest", "b"], background: 1)
    guard case .indexed(let width, let height, let bytes, let palette) = try map.indexedPNG() else {
      Issue.record("not indexed")
      return
    }
    #expect((width, height) == (4, 1))
    #expect(bytes == [1, 0, 2, 255])
    #expect(palette.count == 256)
    let image = try Image.decode(PNG.encode(map.indexedPNG()), name: "labels")
    #expect(try image == map.picture())
    #expect(image[x: 3, y: 0] == LabelPalette.ignored)
  }

  @Test("too many classes for a byte")
  func many() throws {
    let labels = (0..<256).map { "c\($0)" }
    _ = try LabelMap(width: 1, height: 1, classes: [255], labels: labels).indexedPNG()
    #expect(throws: ImageError.self) {
      try LabelMap(width: 2, height: 1, classes: [0, LabelMap.ignored], labels: labels).indexedPNG()
    }
    #expect(throws: ImageError.self) {
      try LabelMap(width: 1, height: 1, classes: [0], labels: labels + ["more"]).indexedPNG()
    }
  }

  @Test("over a picture")
  func overlaid() throws {
    let image = try Image(width: 2, height: 1, color: RGB(0x646464))
    let map = try LabelMap(width: 2, height: 1, classes: [0, 1], labels: ["rest", "a"], background: 0)
    let mixed = try map.overlaid(on: image, opacity: 0.5)
    #expect(mixed[x: 0, y: 0] == RGB(0x646464))
    #expect(mixed[x: 1, y: 0] == RGB(0x723232))
    #expect(try map.overlaid(on: image, opacity: 1, showingBackground: true) == map.picture())
    let mask = map.mask(of: 1)
    #expect(try mask.overlaid(on: image, color: RGB(0x800000), opacity: 0.5) == mixed)
    for opacity in [-0.1, 1.1, .nan] {
      #expect(throws: ImageError.self) { try map.overlaid(on: image, opacity: opacity) }
    }
    #expect(throws: ImageError.self) { try map.overlaid(on: Image(width: 1, height: 1, color: .black)) }
  }
}
