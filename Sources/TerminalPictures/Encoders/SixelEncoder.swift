import Imaging

/// DEC sixel: bands of six pixels, colour by colour. As in the VT330/VT340 manual, chapter 14.
public enum SixelEncoder {
  /// The sequence that draws a picture at the cursor; where the cursor stands afterwards differs among terminals. Pixels
  /// that are not drawn keep what is on the screen.
  /// - Parameters:
  ///   - registers: the most colours, 2 to 256. Registers hold percents, so even the picture's own colours move by up to
  ///     1.3 of 255.
  ///   - dithers: whether the error of too few colours is spread over neighbours.
  public static func sequence(_ raster: Raster, registers: Int = 256, dithers: Bool = true) -> [UInt8] {
    let image = raster.image
    let width = image.width
    let quantizer = ColorQuantizer(limit: min(max(registers, 2), 256), dithers: dithers)
    let colors = quantizer.quantize(image)
    // Pixel aspect 1:1, ground kept (P2 = 1), the size in the raster attributes.
    var out = Array("\u{1B}P0;1;0q\"1;1;\(width);\(image.height)".utf8)
    for (place, color) in colors.palette.enumerated() {
      out += "#\(place);2;\(percent(color.red));\(percent(color.green));\(percent(color.blue))".utf8
    }
    // For each colour of the band, the six bits of every column.
    var columns = [[UInt8]](repeating: [], count: colors.palette.count)
    for top in stride(from: 0, to: image.height, by: 6) {
      var used = [Bool](repeating: false, count: columns.count)
      for y in top..<min(top + 6, image.height) {
        for x in 0..<width {
          let i = y * width + x
          if let mask = raster.mask, !mask[i] { continue }
          let place = Int(colors.places[i])
          if !used[place] {
            used[place] = true
            columns[place] = [UInt8](repeating: 0, count: width)
          }
          columns[place][x] |= 1 << UInt8(y - top)
        }
      }
      var isFirst = true
      for place in used.indices where used[place] {
        // `$` goes back to the band's left edge.
        if !isFirst { out.append(0x24) }
        isFirst = false
        out += "#\(place)".utf8
        append(columns[place], to: &out)
      }
      if top + 6 < image.height { out.append(0x2d) }
    }
    return out + Array("\u{1B}\\".utf8)
  }

  static func percent(_ channel: UInt8) -> Int { (Int(channel) * 100 + 127) / 255 }

  /// A band of one colour, runs of four and more as `!n`; the empty end is left out.
  private static func append(_ bits: [UInt8], to out: inout [UInt8]) {
    let end = (bits.lastIndex { $0 != 0 } ?? -1) + 1
    var x = 0
    while x < end {
      var length = 1
      while x + length < end, bits[x + length] == bits[x] { length += 1 }
      let character = bits[x] + 0x3f
      if length > 3 {
        out += "!\(length)".utf8
        out.append(character)
      } else {
        for _ in 0..<length { out.append(character) }
      }
      x += length
    }
  }
}
