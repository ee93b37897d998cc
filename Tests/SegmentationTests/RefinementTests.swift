import Imaging
import Tensors
import Testing

import func Glibc.exp
import func Glibc.log

@testable import Segmentation

/// The means over windows, pixel by pixel.
private func naiveMeans(_ values: [Double], _ width: Int, _ radius: Int) -> [Double] {
  let height = values.count / width
  return values.indices.map { i in
    let (x, y) = (i % width, i / width)
    var (sum, count) = (0.0, 0.0)
    for j in max(0, y - radius)...min(height - 1, y + radius) {
      for k in max(0, x - radius)...min(width - 1, x + radius) {
        sum += values[j * width + k]
        count += 1
      }
    }
    return sum / count
  }
}

/// Solves m·x = v for a 3×3 matrix by elimination with pivots.
private func solve(_ m: [[Double]], _ v: [Double]) -> [Double] {
  var rows = zip(m, v).map { $0 + [$1] }
  for c in 0..<3 {
    let pivot = (c..<3).max { abs(rows[$0][c]) < abs(rows[$1][c]) } ?? c
    rows.swapAt(c, pivot)
    for r in 0..<3 where r != c {
      let factor = rows[r][c] / rows[c][c]
      for k in 0..<4 { rows[r][k] -= factor * rows[c][k] }
    }
  }
  return (0..<3).map { rows[$0][3] / rows[$0][$0] }
}

@Suite("Guided filter")
struct GuidedFilterTests {
  @Test("box means", arguments: [(1, 1, 3), (7, 5, 1), (13, 9, 4), (150, 3, 70), (5, 40, 100), (130, 70, 6)])
  func box(width: Int, height: Int, radius: Int) throws {
    var random = Seeded(width)
    let values = (0..<(width * height)).map { _ in Double.random(in: -1...1, using: &random) }
    let found = try BoxFilter(width: width, height: height, radius: radius).mean(values)
    let expected = naiveMeans(values, width, radius)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test("as by its definition, window by window", arguments: [(2, 1e-3), (4, 1e-6), (30, 1e-2)])
  func naive(radius: Int, epsilon: Double) throws {
    var random = Seeded(radius)
    let (width, height) = (17, 12)
    let image = try random.picture(width, height)
    let maps = random.maps(2, width, height)
    let found = try GuidedFilter(radius: radius, epsilon: epsilon).refined(maps, guide: image)
    #expect(found.shape == maps.shape)
    let area = width * height
    let colours = (0..<area).map { i in (0..<3).map { Double(image.bytes[3 * i + $0]) / 255 } }
    for label in 0..<2 {
      let p = (0..<area).map { Double(maps.scalars[label * area + $0]) }
      func window(_ i: Int) -> [Int] {
        (0..<area).filter {
          abs($0 % width - i % width) <= radius && abs($0 / width - i / width) <= radius
        }
      }
      let models = (0..<area).map { i -> (a: [Double], b: Double) in
        let pixels = window(i)
        func mean(_ value: (Int) -> Double) -> Double {
          pixels.reduce(0.0) { $0 + value($1) } / Double(pixels.count)
        }
        let centre: [Double] = (0..<3).map { c in mean { colours[$0][c] } }
        let meanP = mean { p[$0] }
        let covariance: [[Double]] = (0..<3).map { r in
          (0..<3).map { c in
            let value = mean { (colours[$0][r] - centre[r]) * (colours[$0][c] - centre[c]) }
            return r == c ? value + epsilon : value
          }
        }
        let cross: [Double] = (0..<3).map { c in mean { (colours[$0][c] - centre[c]) * (p[$0] - meanP) } }
        let a = solve(covariance, cross)
        return (a, meanP - a[0] * centre[0] - a[1] * centre[1] - a[2] * centre[2])
      }
      for i in 0..<area {
        let pixels = window(i)
        var q = 0.0
        for j in pixels {
          q += models[j].b
          for c in 0..<3 { q += models[j].a[c] * colours[i][c] }
        }
        #expect(abs(Double(found.scalars[label * area + i]) - q / Double(pixels.count)) < 1e-5)
      }
    }
  }
}

@Suite("Pixel-adaptive refinement")
struct PAMRTests {
  @Test("as by its definition")
  func naive() throws {
    var random = Seeded(4)
    let (width, height) = (11, 8)
    let area = width * height
    let image = try random.picture(width, height)
    let maps = random.maps(2, width, height)
    let dilations = [1, 3, 12]
    let found = try PAMR(dilations: dilations, iterations: 2).refined(maps, guide: image)
    func near(_ i: Int, _ dy: Int, _ dx: Int) -> Int {
      min(max(i / width + dy, 0), height - 1) * width + min(max(i % width + dx, 0), width - 1)
    }
    let around = dilations.flatMap { d in
      (-1...1).flatMap { dy in (-1...1).map { dx in (dy * d, dx * d) } }.filter { $0 != (0, 0) }
    }
    let weights = (0..<area).map { i -> [Double] in
      var energies = [Double](repeating: 0, count: around.count)
      for c in 0..<3 {
        func colour(_ j: Int) -> Double { Double(image.bytes[3 * j + c]) }
        let samples =
          around.map { colour(near(i, $0.0, $0.1)) } + [Double](repeating: colour(i), count: dilations.count)
        let mean = samples.reduce(0, +) / Double(samples.count)
        let variance =
          samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(samples.count - 1)
        for (k, (dy, dx)) in around.enumerated() {
          energies[k] -= abs(colour(near(i, dy, dx)) - colour(i)) / (1e-8 + 0.1 * variance.squareRoot()) / 3
        }
      }
      let highest = energies.max() ?? 0
      let shares = energies.map { exp($0 - highest) }
      return shares.map { $0 / shares.reduce(0, +) }
    }
    for label in 0..<2 {
      var p = (0..<area).map { Double(maps.scalars[label * area + $0]) }
      for _ in 0..<2 {
        p = (0..<area).map { i in zip(weights[i], around).reduce(0) { $0 + $1.0 * p[near(i, $1.1.0, $1.1.1)] }
        }
      }
      for i in 0..<area { #expect(abs(Double(found.scalars[label * area + i]) - p[i]) < 1e-4) }
    }
  }
}

@Suite("Dense CRF")
struct DenseCRFTests {
  private static let field = DenseCRF(
    appearanceWeight: 2, appearanceReach: 6, colourRange: 30, smoothnessWeight: 1, smoothnessReach: 1.5,
    iterations: 3)

  /// The two normalized kernels, each summed with its weight, in Double and without any approximation.
  private static func kernel(_ image: Image, _ field: DenseCRF) -> [[Double]] {
    let area = image.width * image.height
    func distance(_ i: Int, _ j: Int) -> Double {
      let (dx, dy) = (Double(i % image.width - j % image.width), Double(i / image.width - j / image.width))
      return dx * dx + dy * dy
    }
    func colour(_ i: Int, _ j: Int) -> Double {
      (0..<3).reduce(0) { sum, c in
        let d = Double(image.bytes[3 * i + c]) - Double(image.bytes[3 * j + c])
        return sum + d * d
      }
    }
    func normalized(_ weight: Double, _ value: (Int, Int) -> Double) -> [[Double]] {
      let k = (0..<area).map { i in (0..<area).map { value(i, $0) } }
      let sums = k.map { $0.reduce(0, +) }
      return (0..<area).map { i in (0..<area).map { weight * k[i][$0] / (sums[i] * sums[$0]).squareRoot() } }
    }
    let near = normalized(field.smoothnessWeight) {
      exp(-distance($0, $1) / (2 * field.smoothnessReach * field.smoothnessReach))
    }
    let alike = normalized(field.appearanceWeight) {
      exp(
        -distance($0, $1) / (2 * field.appearanceReach * field.appearanceReach)
          - colour($0, $1) / (2 * field.colourRange * field.colourRange))
    }
    return (0..<area).map { i in (0..<area).map { near[i][$0] + alike[i][$0] } }
  }

  private static func meanField(_ unary: [[Double]], _ kernel: [[Double]], _ iterations: Int) -> [[Double]] {
    func softmax(_ v: [Double]) -> [Double] {
      let highest = v.max() ?? 0
      let e = v.map { exp($0 - highest) }
      return e.map { $0 / e.reduce(0, +) }
    }
    var q = unary.map(softmax)
    for _ in 0..<iterations {
      q = q.indices.map { i in
        softmax(
          unary[i].indices.map { l in q.indices.reduce(unary[i][l]) { $0 + kernel[i][$1] * q[$1][l] } })
      }
    }
    return q
  }

  /// The lattice approximates the Gaussian; probabilities of this picture differ by less than 0.05, most by less than
  /// 0.01, while the field itself moves some by more than 0.3.
  @Test("competing labels, beside the full sums over all pairs")
  func competing() throws {
    var random = Seeded(8)
    let (width, height) = (16, 12)
    let area = width * height
    let image = try random.picture(width, height)
    // Noise about a label for each half of the picture, which the field has to find.
    let noise = random.maps(3, width, height).scalars
    let maps = Tensor(
      [3, height, width],
      noise.enumerated().map { i, value in
        value + (i / area == (i % width < width / 2 ? 0 : 1) ? 0.5 : 0)
      })
    var field = Self.field
    field.unary = .softmax(temperature: 0.5)
    let found = try field.refined(maps, guide: image).scalars
    let unary = (0..<area).map { i in (0..<3).map { Double(maps.scalars[$0 * area + i]) / 0.5 } }
    let q = Self.meanField(unary, Self.kernel(image, field), field.iterations)
    let start = Self.meanField(unary, [], 0)
    var (worst, total, moved) = (0.0, 0.0, 0.0)
    for i in 0..<area {
      for l in 0..<3 {
        let error = abs(Double(found[l * area + i]) - q[i][l])
        worst = max(worst, error)
        total += error
        moved = max(moved, abs(q[i][l] - start[i][l]))
      }
      #expect(abs((0..<3).reduce(0) { $0 + found[$1 * area + i] } - 1) < 1e-5)
    }
    #expect(worst < 0.05)
    #expect(total / Double(3 * area) < 0.01)
    #expect(moved > 0.3)
  }

  @Test("independent labels are two-label fields")
  func independent() throws {
    var random = Seeded(9)
    let (width, height) = (14, 10)
    let area = width * height
    let image = try random.picture(width, height)
    let maps = random.maps(2, width, height)
    let found = try Self.field.refined(maps, guide: image).scalars
    let kernel = Self.kernel(image, Self.field)
    var worst = 0.0
    for l in 0..<2 {
      let unary = (0..<area).map { i -> [Double] in
        let p = min(max(Double(maps.scalars[l * area + i]), 1e-5), 1 - 1e-5)
        return [log(p), log(1 - p)]
      }
      let q = Self.meanField(unary, kernel, Self.field.iterations)
      for i in 0..<area { worst = max(worst, abs(Double(found[l * area + i]) - q[i][0])) }
    }
    #expect(worst < 0.05)
  }

  @Test("smoothness alone is exact")
  func smoothness() throws {
    var random = Seeded(10)
    let image = try random.picture(13, 9)
    let maps = random.maps(3, 13, 9)
    let field = DenseCRF(
      unary: .softmax(temperature: 1), appearanceWeight: 0, smoothnessWeight: 2, smoothnessReach: 4,
      iterations: 4)
    let found = try field.refined(maps, guide: image).scalars
    let unary = (0..<117).map { i in (0..<3).map { Double(maps.scalars[$0 * 117 + i]) } }
    let q = Self.meanField(unary, Self.kernel(image, field), 4)
    for i in 0..<117 { for l in 0..<3 { #expect(abs(Double(found[l * 117 + i]) - q[i][l]) < 1e-4) } }
  }

  @Test(
    "a lattice simplex holds its point: shares are barycentric, and no corner is missed", arguments: 1...5)
  func simplex(seed: Int) {
    var random = Seeded(seed)
    for _ in 0..<200 {
      let p = (0..<5).map { _ in Double.random(in: 0...20, using: &random) }
      let simplex = Simplex((p[0], p[1], p[2], p[3], p[4]))
      #expect(abs((0..<6).reduce(0) { $0 + simplex.shares[$1] } - 1) < 1e-9)
      #expect((0..<6).allSatisfy { simplex.shares[$0] >= -1e-9 })
      #expect(Set((0..<6).map { simplex.key($0) }).count == 6)
      // The corners' mean, so weighted, is the point: lifted as the paper says, the first coordinates of the plane.
      let lifted = (0..<5).map { i -> Double in
        let scaled = p.enumerated().map { $1 * 6 / (1.5 * Double(($0 + 1) * ($0 + 2))).squareRoot() }
        return scaled[i...].reduce(0, +) - (i == 0 ? 0 : Double(i) * scaled[i - 1])
      }
      for i in 0..<5 {
        let mean = (0..<6).reduce(0) { $0 + simplex.shares[$1] * Double(simplex.key($1)[i]) }
        #expect(abs(mean - lifted[i]) < 1e-9)
      }
    }
  }
}

@Suite("Refinement", .serialized)
struct RefinementTests {
  private static let all: [Refinement] = [
    .guidedFilter(GuidedFilter(radius: 5)), .pamr(PAMR()), .denseCRF(DenseCRF()),
    .denseCRF(DenseCRF(unary: .softmax(temperature: 0.1))),
  ]

  @Test("edges of the map move to those of the picture", arguments: all)
  func edges(refinement: Refinement) throws {
    var random = Seeded(2)
    let (width, height) = (64, 40)
    let image = try random.picture(width, height)
    // A ramp whose middle lies six columns beside the edge, and the rest.
    let ramp = (0..<(width * height)).map { min(max(0.5 + (Float($0 % width) - 38) / 24, 0), 1) }
    let maps = Tensor([2, height, width], ramp + ramp.map { 1 - $0 })
    let truth = try Mask(
      width: width, height: height, bits: (0..<ramp.count).map { $0 % width >= width / 2 ? 1 : 0 })
    let before = try Mask(of: maps.row(0), above: 0.5)
    let after = try Mask(of: refinement.refined(maps, guide: image).row(0), above: 0.5)
    #expect(try maskIoU(before, truth) < 0.85)
    let (old, new) = (try maskIoU(before, truth), try maskIoU(after, truth))
    #expect(new > old)
  }

  @Test("the number of threads does not matter", arguments: all)
  func threads(refinement: Refinement) throws {
    var random = Seeded(6)
    let image = try random.picture(70, 66)
    let maps = random.maps(2, 70, 66)
    let before = Workers.count
    defer { Workers.count = before }
    Workers.count = 1
    let one = try refinement.refined(maps, guide: image).scalars
    Workers.count = 3
    #expect(try refinement.refined(maps, guide: image).scalars == one)
  }

  @Test("constant maps stay constant", arguments: [Refinement.guidedFilter(GuidedFilter()), .pamr(PAMR())])
  func constant(refinement: Refinement) throws {
    var random = Seeded(1)
    let image = try random.picture(20, 9)
    let found = try refinement.refined(Tensor([1, 9, 20], repeating: 0.25), guide: image)
    #expect(found.scalars.allSatisfy { abs($0 - 0.25) < 1e-5 })
  }

  @Test("a picture of one pixel", arguments: all)
  func tiny(refinement: Refinement) throws {
    let image = try Image(width: 1, height: 1, color: .white)
    let found = try refinement.refined(Tensor([2, 1, 1], [0.25, 0.75]), guide: image)
    #expect(found.scalars.allSatisfy { $0.isFinite })
  }

  @Test("wrong shapes, values and options are refused")
  func refused() throws {
    let image = try Image(width: 4, height: 3, color: .black)
    let good = Tensor([1, 3, 4], repeating: 0.5)
    for refinement in Self.all {
      for maps in [
        Tensor([1, 4, 3], repeating: 0.5), Tensor([3, 4], repeating: 0.5),
        Tensor([1, 3, 4], repeating: .nan),
        Tensor([0, 3, 4], []),
      ] {
        #expect(throws: ImageError.self) { try refinement.refined(maps, guide: image) }
      }
    }
    let wrong: [Refinement] = [
      .guidedFilter(GuidedFilter(radius: 0)), .guidedFilter(GuidedFilter(epsilon: 0)),
      .guidedFilter(GuidedFilter(epsilon: .nan)), .pamr(PAMR(dilations: [])), .pamr(PAMR(dilations: [0])),
      .pamr(PAMR(dilations: [1 << 40])), .pamr(PAMR(iterations: -1)), .denseCRF(DenseCRF(iterations: -1)),
      .denseCRF(DenseCRF(colourRange: 0)), .denseCRF(DenseCRF(appearanceReach: 1e-9)),
      .denseCRF(DenseCRF(smoothnessReach: .infinity)), .denseCRF(DenseCRF(appearanceWeight: -1)),
      .denseCRF(DenseCRF(unary: .softmax(temperature: 0))),
    ]
    for refinement in wrong {
      #expect(throws: ImageError.self) { try refinement.refined(good, guide: image) }
    }
    #expect(try GuidedFilter(radius: .max).refined(good, guide: image).shape == [1, 3, 4])
  }
}
