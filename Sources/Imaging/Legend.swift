/// A colour bar: which colour stands for which number.
public struct Legend: Hashable, Sendable {
  /// The colours.
  public var colormap: Colormap
  /// The number at the lowest colour.
  public var low: Double
  /// The number at the highest colour.
  public var high: Double
  /// What the numbers are; empty for nothing.
  public var label: String

  /// A colour bar from `low` to `high`.
  public init(colormap: Colormap = .jet, low: Double = 0, high: Double = 1, label: String = "") {
    self.colormap = colormap
    self.low = low
    self.high = high
    self.label = label
  }

  /// An upright bar with numbers at its ends and middle to the right, its label below; white ground.
  /// Throws `ImageError.tooLarge` for a length beyond the limits of pictures.
  /// - Parameter length: the bar's height, in pixels.
  public func picture(length: Int, font: Font = Font(size: 14)) throws(ImageError) -> Image {
    let length = max(length, 2 * font.lineHeight)
    let thickness = max(font.size * 9 / 8, 8)
    let ticks = Self.ticks(low: low, high: high)
    let tickLength = max(font.size / 4, 3)
    let numbersX = thickness + tickLength + max(font.size / 3, 3)
    // The end numbers stand half a line beyond the bar.
    let pad = font.lineHeight / 2
    let width = max(numbersX + (ticks.map { font.width(of: $0) }.max() ?? 0), labelWidth(font))
    let lines = labelLines(font)
    var image = try Image(
      width: width, height: length + 2 * pad + max(labelHeight(font) - pad, 0), color: .white)
    let colors = colormap.colors
    for y in 0..<length {
      let place = (length - 1 - y) * 255 / max(length - 1, 1)
      image.fill(PixelRectangle(x: 0, y: pad + y, width: thickness, height: 1), color: colors[place])
    }
    let ink = RGB(0x333333)
    for (i, text) in ticks.enumerated() {
      let y = pad + (length - 1) * (2 - i) / 2
      image.fill(PixelRectangle(x: thickness, y: y, width: tickLength, height: 1), color: ink)
      font.draw(text, on: &image, x: numbersX, y: y - font.lineHeight / 2, color: ink)
    }
    for (i, line) in lines.enumerated() {
      font.draw(
        line, on: &image, x: 0, y: length + pad + labelHeight(font) + (i - lines.count) * font.lineHeight,
        color: ink)
    }
    return image
  }

  private func labelWidth(_ font: Font) -> Int { label.isEmpty ? 0 : 6 * font.size }

  private func labelLines(_ font: Font) -> [String] { font.lines(label, width: labelWidth(font), limit: 3) }

  /// How far the label reaches below the bar's end, in pixels.
  func labelHeight(_ font: Font) -> Int {
    let lines = labelLines(font).count
    return lines == 0 ? 0 : lines * font.lineHeight + font.lineHeight / 2 + font.size / 4
  }

  /// Low, middle and high with as many decimals as their distance deserves: `0`, `0.5`, `1`.
  public static func ticks(low: Double, high: Double) -> [String] {
    let values = [low, low + (high - low) / 2, high]
    let range = abs(high - low)
    guard range.isFinite, range > 0 else { return values.map { scientific($0) } }
    let size = max(abs(low), abs(high))
    guard size < 1e6, range >= 1e-5 else { return values.map { scientific($0) } }
    var decimals = 2
    var scaled = range
    while scaled < 1, decimals < 8 {
      scaled *= 10
      decimals += 1
    }
    while scaled >= 10, decimals > 0 {
      scaled /= 10
      decimals -= 1
    }
    var texts = values.map { fixed($0, decimals: decimals) }
    while decimals > 0, texts.allSatisfy({ $0.hasSuffix("0") }) {
      texts = texts.map { String($0.dropLast()) }
      decimals -= 1
      if decimals == 0 { texts = texts.map { String($0.dropLast()) } }
    }
    // Whole numbers stay whole beside one with decimals: 0, 0.5, 1 and not 0.0, 0.5, 1.0.
    return texts.map { text in
      guard text.contains(".") else { return text }
      let short = text.reversed().drop { $0 == "0" }
      return short.first == "." ? String(short.dropFirst().reversed()) : text
    }
  }

  /// A number below 10⁶ with fixed decimals; a real minus sign.
  private static func fixed(_ value: Double, decimals: Int) -> String {
    var factor = 1
    for _ in 0..<decimals { factor *= 10 }
    let whole = Int((abs(value) * Double(factor)).rounded())
    let fraction = String(whole % factor)
    let digits =
      decimals == 0
      ? String(whole)
      : "\(whole / factor)." + String(repeating: "0", count: decimals - fraction.count) + fraction
    return value < 0 && whole != 0 ? "−" + digits : digits
  }

  /// Three digits and a power of ten: `1.25e−7`.
  private static func scientific(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "−∞" : "∞" }
    guard value != 0 else { return "0" }
    var mantissa = abs(value)
    var exponent = 0
    while mantissa >= 9.995 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 0.9995 {
      mantissa *= 10
      exponent -= 1
    }
    var digits = fixed(mantissa, decimals: 2)
    while digits.hasSuffix("0") { digits.removeLast() }
    if digits.hasSuffix(".") { digits.removeLast() }
    let power = exponent == 0 ? "" : "e" + (exponent < 0 ? "−" : "") + String(abs(exponent))
    return (value < 0 ? "−" : "") + digits + power
  }
}
