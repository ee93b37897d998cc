import Imaging
import Tensors
import Testing

@Suite struct DrawingTests {
  @Test func cropsAndPastes() throws {
    let image = try noiseImage(10, 8, seed: 1)
    let part = try image.cropped(to: PixelRectangle(x: 3, y: 2, width: 4, height: 5))
    #expect(part.width == 4 && part.height == 5)
    for y in 0..<5 { for x in 0..<4 { #expect(part[x: x, y: y] == image[x: x + 3, y: y + 2]) } }
    #expect(image.pasting(part, x: 3, y: 2) == image)
    let outside = [
      PixelRectangle(x: -1, y: 0, width: 2, height: 2), PixelRectangle(x: 9, y: 0, width: 2, height: 1),
      PixelRectangle(x: 0, y: 0, width: 0, height: 1), PixelRectangle(x: .max, y: 0, width: 1, height: 1),
      PixelRectangle(x: 1, y: 1, width: .max, height: .max),
    ]
    for rectangle in outside { #expect(throws: ImageError.self) { try image.cropped(to: rectangle) } }
  }

  @Test func pastesOverTheEdge() throws {
    let white = try Image(width: 4, height: 4, color: .white)
    let black = try Image(width: 3, height: 3, color: .black)
    let result = white.pasting(black, x: -2, y: 3)
    for y in 0..<4 { for x in 0..<4 { #expect(result[x: x, y: y] == (x == 0 && y == 3 ? .black : .white)) } }
    for (x, y) in [(4, 0), (0, 4), (-3, 0), (0, -3), (.max, .max), (.min, .min)] {
      #expect(white.pasting(black, x: x, y: y) == white)
    }
  }

  @Test func flips() throws {
    let image = try noiseImage(5, 3, seed: 2)
    let mirrored = image.flippedHorizontally()
    #expect(mirrored[x: 0, y: 1] == image[x: 4, y: 1] && mirrored[x: 2, y: 2] == image[x: 2, y: 2])
    #expect(mirrored.flippedHorizontally() == image)
    #expect(image.flippedVertically()[x: 3, y: 0] == image[x: 3, y: 2])
  }

  @Test func convertsToNumbersAndBack() throws {
    let image = try noiseImage(7, 5, seed: 3)
    #expect(image.pixels.shape == [5, 7, 3])
    #expect(image.pixels.scalars[4] == Float(image.bytes[4]) / 255)
    #expect(try Image(pixels: image.pixels) == image)
    let grey = try Image(pixels: Tensor([1, 5], [-1, 0.5, 1, 2, .nan]))
    #expect(grey.bytes == [0, 128, 255, 255, 0].flatMap { [$0, $0, $0] as [UInt8] })
    #expect(throws: ImageError.self) { try Image(pixels: Tensor([2, 2, 4], repeating: 0)) }
    #expect(throws: ImageError.self) { try Image(pixels: Tensor([0, 2], [])) }
    #expect(throws: ImageError.self) { try Image(width: 2, height: 2, bytes: [1]) }
  }

  @Test func fillsAndOutlines() throws {
    var image = try Image(width: 6, height: 6, color: .white)
    image.fill(PixelRectangle(x: 4, y: -3, width: 10, height: 5), color: .black)
    for y in 0..<6 { for x in 0..<6 { #expect((image[x: x, y: y] == .black) == (x >= 4 && y < 2)) } }
    var frame = try Image(width: 6, height: 6, color: .white)
    frame.outline(PixelRectangle(x: 1, y: 1, width: 4, height: 4), color: .black, thickness: 1)
    for y in 0..<6 {
      for x in 0..<6 {
        let onFrame =
          (1...4).contains(x) && (1...4).contains(y) && !((2...3).contains(x) && (2...3).contains(y))
        #expect((frame[x: x, y: y] == .black) == onFrame)
      }
    }
    let before = image
    image.fill(PixelRectangle(x: .max, y: .min, width: .max, height: .max), color: .white)
    image.outline(PixelRectangle(x: .min, y: .max, width: 3, height: 3), color: .white)
    #expect(image == before)
  }

  @Test func marksPoints() throws {
    let color = RGB(0x22aa44)
    let ground = try Image(width: 60, height: 60, color: .black)
    for marker in [Image.Marker.circle, .star] {
      var image = ground
      image.mark(x: 30, y: 30, marker: marker, color: color, radius: 8)
      #expect(image[x: 30, y: 30] == color)
      #expect(image[x: 10, y: 30] == .black)
      // A rim that shows on dark ground, above and below.
      for rows in [0..<30, 31..<60] {
        #expect(rows.contains { y in (0..<60).contains { image[x: $0, y: y] == .white } })
      }
    }
    var circle = ground
    circle.fillCircle(x: 30, y: 30, radius: 10, color: .white)
    let area = circle.bytes.reduce(0.0) { $0 + Double($1) } / (3 * 255)
    #expect(abs(area - Double.pi * 100) < 1.5)
    #expect(circle == circle.flippedHorizontally() && circle == circle.flippedVertically())
    var image = ground
    image.mark(x: .max / 4, y: -5000, color: color)
    image.fillStar(x: .nan, y: .infinity, radius: 5, color: color)
    image.fillCircle(x: 3, y: 3, radius: -1, color: color)
    #expect(image == ground)
  }

  @Test func blurs() throws {
    let image = try noiseImage(9, 7, seed: 4)
    #expect(try image.boxBlurred(radius: 0) == image)
    #expect(try image.gaussianBlurred(sigma: 0) == image)
    let box = try image.boxBlurred(radius: 1)
    for (x, y) in [(0, 0), (4, 3), (8, 6), (8, 0)] {
      var sum = 0
      for dy in -1...1 {
        for dx in -1...1 { sum += Int(image[x: min(max(x + dx, 0), 8), y: min(max(y + dy, 0), 6)].green) }
      }
      #expect(abs(Double(box[x: x, y: y].green) - Double(sum) / 9) <= 0.51)
    }
    // A single bright pixel becomes the Gaussian's own shape: neighbours in ratio exp(−1/(2σ²)).
    var point = try Image(width: 21, height: 21, color: .black)
    point[x: 10, y: 10] = .white
    let soft = try point.gaussianBlurred(sigma: 1)
    #expect(soft[x: 10, y: 10].red == 41 && soft[x: 11, y: 10].red == 25 && soft[x: 12, y: 10].red == 5)
    let flat = try Image(width: 5, height: 5, color: RGB(0xc86432))
    #expect(try flat.gaussianBlurred(sigma: 3) == flat)
    #expect(throws: ImageError.self) { try image.boxBlurred(radius: -1) }
    #expect(throws: ImageError.self) { try image.gaussianBlurred(sigma: .nan) }
  }
}
