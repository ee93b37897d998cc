import Imaging

/// A picture in few colours.
struct QuantizedImage {
  /// The colours, at most as many as asked for.
  let palette: [RGB]
  /// Each pixel's place in the palette, row by row.
  let places: [UInt8]
}

/// Brings a picture to few colours: its own where they suffice, else by median cut (Heckbert, SIGGRAPH 1982) with the
/// error spread to neighbours (Floyd and Steinberg 1976).
struct ColorQuantizer {
  /// The most colours, 2 to 256.
  let limit: Int
  /// Whether errors are spread; without, smooth colours show steps.
  let dithers: Bool

  func quantize(_ image: Image) -> QuantizedImage {
    if let exact = exact(image) { return exact }
    let palette = MedianCut(image, limit: limit).palette
    return QuantizedImage(palette: palette, places: places(of: image, in: palette))
  }

  /// The picture's own colours in order of appearance; nil where they are too many.
  private func exact(_ image: Image) -> QuantizedImage? {
    var known: [RGB: UInt8] = [:]
    var palette: [RGB] = []
    var places = [UInt8](repeating: 0, count: image.width * image.height)
    for i in places.indices {
      let color = RGB(
        red: image.bytes[3 * i], green: image.bytes[3 * i + 1], blue: image.bytes[3 * i + 2])
      if let place = known[color] {
        places[i] = place
      } else {
        guard palette.count < limit else { return nil }
        places[i] = UInt8(palette.count)
        known[color] = UInt8(palette.count)
        palette.append(color)
      }
    }
    return QuantizedImage(palette: palette, places: places)
  }

  private func places(of image: Image, in palette: [RGB]) -> [UInt8] {
    let width = image.width
    var nearest = NearestColor(palette)
    var places = [UInt8](repeating: 0, count: width * image.height)
    // Errors in sixteenths, for this row and the next, with a pixel of room at either side.
    var own = [Int](repeating: 0, count: 3 * (width + 2))
    var next = own
    for y in 0..<image.height {
      for x in 0..<width {
        let i = 3 * (y * width + x)
        let e = 3 * (x + 1)
        var color = (0, 0, 0)
        color.0 = min(max(Int(image.bytes[i]) + own[e] / 16, 0), 255)
        color.1 = min(max(Int(image.bytes[i + 1]) + own[e + 1] / 16, 0), 255)
        color.2 = min(max(Int(image.bytes[i + 2]) + own[e + 2] / 16, 0), 255)
        let place = nearest.place(color.0, color.1, color.2)
        places[y * width + x] = UInt8(place)
        guard dithers else { continue }
        let chosen = palette[place]
        let errors = (
          color.0 - Int(chosen.red), color.1 - Int(chosen.green), color.2 - Int(chosen.blue)
        )
        for (channel, error) in [errors.0, errors.1, errors.2].enumerated() where error != 0 {
          own[e + 3 + channel] += 7 * error
          next[e - 3 + channel] += 3 * error
          next[e + channel] += 5 * error
          next[e + 3 + channel] += error
        }
      }
      swap(&own, &next)
      for i in next.indices { next[i] = 0 }
    }
    return places
  }
}

/// The palette's nearest colour, looked up once for each of 32 768 ranges of colours.
private struct NearestColor {
  private let palette: [(Int, Int, Int)]
  private var cache = [Int16](repeating: -1, count: 32 * 32 * 32)

  init(_ palette: [RGB]) { self.palette = palette.map { (Int($0.red), Int($0.green), Int($0.blue)) } }

  mutating func place(_ red: Int, _ green: Int, _ blue: Int) -> Int {
    let bin = (red >> 3) << 10 | (green >> 3) << 5 | blue >> 3
    if cache[bin] >= 0 { return Int(cache[bin]) }
    // The range's middle stands for all of it, so that the answer does not depend on who asks first.
    let (r, g, b) = (red & ~7 | 4, green & ~7 | 4, blue & ~7 | 4)
    var best = 0
    var least = Int.max
    for (place, color) in palette.enumerated() {
      let (dr, dg, db) = (color.0 - r, color.1 - g, color.2 - b)
      let distance = dr * dr + dg * dg + db * db
      if distance < least { (best, least) = (place, distance) }
    }
    cache[bin] = Int16(best)
    return best
  }
}

/// Splits the box of colours that errs most at the median of its longest axis, again and again.
private struct MedianCut {
  let palette: [RGB]

  /// The colours of one range of 8×8×8, as sums.
  private struct Bin {
    var count = 0
    var sums = (0, 0, 0)

    /// The mean of one channel.
    func mean(_ axis: Int) -> Double {
      Double(axis == 0 ? sums.0 : axis == 1 ? sums.1 : sums.2) / Double(max(count, 1))
    }
  }

  /// Some of the bins, with what a split would win.
  private struct Box {
    let bins: Range<Int>
    let axis: Int
    /// The summed squared distance from the mean along that axis.
    let error: Double

    init(_ bins: Range<Int>, of all: [Bin]) {
      self.bins = bins
      var axis = 0
      var error = -1.0
      for candidate in 0..<3 {
        var (count, sum, squares) = (0.0, 0.0, 0.0)
        for i in bins {
          let (n, mean) = (Double(all[i].count), all[i].mean(candidate))
          count += n
          sum += n * mean
          squares += n * mean * mean
        }
        let spread = squares - sum * sum / max(count, 1)
        if spread > error { (axis, error) = (candidate, spread) }
      }
      self.axis = axis
      self.error = bins.count > 1 ? error : -1
    }
  }

  init(_ image: Image, limit: Int) {
    var histogram = [Bin](repeating: Bin(), count: 32 * 32 * 32)
    for i in stride(from: 0, to: image.bytes.count, by: 3) {
      let (r, g, b) = (Int(image.bytes[i]), Int(image.bytes[i + 1]), Int(image.bytes[i + 2]))
      let bin = (r >> 3) << 10 | (g >> 3) << 5 | b >> 3
      histogram[bin].count += 1
      histogram[bin].sums.0 += r
      histogram[bin].sums.1 += g
      histogram[bin].sums.2 += b
    }
    var bins = histogram.filter { $0.count > 0 }
    var boxes = [Box(0..<bins.count, of: bins)]
    while boxes.count < limit {
      guard let worst = boxes.indices.max(by: { boxes[$0].error < boxes[$1].error }), boxes[worst].error > 0
      else { break }
      let box = boxes[worst]
      bins[box.bins].sort { $0.mean(box.axis) < $1.mean(box.axis) }
      let half = box.bins.reduce(0) { $0 + bins[$1].count } / 2
      var cut = box.bins.lowerBound
      var before = 0
      while cut < box.bins.upperBound - 1, before + bins[cut].count <= half {
        before += bins[cut].count
        cut += 1
      }
      cut = max(cut, box.bins.lowerBound + 1)
      boxes[worst] = Box(box.bins.lowerBound..<cut, of: bins)
      boxes.append(Box(cut..<box.bins.upperBound, of: bins))
    }
    palette = boxes.map { box in
      var total = Bin()
      for i in box.bins {
        total.count += bins[i].count
        total.sums.0 += bins[i].sums.0
        total.sums.1 += bins[i].sums.1
        total.sums.2 += bins[i].sums.2
      }
      func channel(_ axis: Int) -> UInt8 { UInt8(min(max(total.mean(axis).rounded(), 0), 255)) }
      return RGB(red: channel(0), green: channel(1), blue: channel(2))
    }
  }
}
