import Imaging

/// Colours of classes, as PASCAL VOC's development kit numbers them: bits 0, 3, 6, … of the number are the highest bits of
/// red, bits 1, 4, 7, … of green, and 2, 5, 8, … of blue. Class 0 is black; 255, the ignored border there, (224, 224, 192).
public enum LabelPalette {
  /// The colour of ignored pixels: that of 255.
  public static let ignored = color(255)

  /// The colour of a class; colours repeat after 256. Negative numbers have that of 0.
  public static func color(_ index: Int) -> RGB {
    var (red, green, blue) = (UInt8(0), UInt8(0), UInt8(0))
    let number = UInt8(truncatingIfNeeded: max(index, 0))
    for bit in 0..<8 {
      let place = UInt8(0x80) >> (bit / 3)
      guard number >> bit & 1 == 1 else { continue }
      switch bit % 3 {
      case 0: red |= place
      case 1: green |= place
      default: blue |= place
      }
    }
    return RGB(red: red, green: green, blue: blue)
  }
}

extension LabelMap {
  /// The number that stands for each class in files and colours: the background, where there is one, is 0 and the
  /// others follow in their order from 1; without a background they follow from 0.
  public var colorNumbers: [Int] {
    guard let background else { return Array(labels.indices) }
    return labels.indices.map { $0 == background ? 0 : $0 < background ? $0 + 1 : $0 }
  }

  /// The colour of each class, in the order of `labels`.
  public var colors: [RGB] { colorNumbers.map { LabelPalette.color($0) } }

  /// The label map as an indexed PNG with PASCAL VOC's colours: pixels are `colorNumbers`, ignored ones 255. Throws
  /// `ImageError.notEncoded` for more classes than a byte holds: 256, or 255 where pixels are ignored.
  public func indexedPNG() throws(ImageError) -> PNG.Pixels {
    let most = classes.contains(Self.ignored) ? 255 : 256
    guard labels.count <= most else {
      throw .notEncoded(
        reason: "an indexed PNG holds \(most) classes\(most == 255 ? " beside ignored pixels" : ""), "
          + "not \(labels.count); save the label map as numbers")
    }
    let numbers = colorNumbers
    return .indexed(
      width: width, height: height,
      bytes: classes.map { $0 == Self.ignored ? 255 : UInt8(truncatingIfNeeded: numbers[Int($0)]) },
      palette: (0..<256).map { LabelPalette.color($0) })
  }

  /// The label map as a picture in the colours of its classes; ignored pixels have `LabelPalette.ignored`.
  public func picture() throws(ImageError) -> Image {
    let colors = colors
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * classes.count)
    for number in classes {
      let color = number == Self.ignored ? LabelPalette.ignored : colors[Int(number)]
      bytes.append(color.red)
      bytes.append(color.green)
      bytes.append(color.blue)
    }
    return try Image(width: width, height: height, bytes: bytes)
  }

  /// The label map in colours over a picture: (1 − opacity)·picture + opacity·colour, rounded. Pixels of the background
  /// keep the picture's colours, unless `showingBackground`. Throws `ImageError.invalid` for a picture of another size
  /// or an opacity outside 0…1.
  public func overlaid(
    on image: Image, opacity: Double = 0.6, showingBackground: Bool = false
  ) throws(ImageError) -> Image {
    guard image.width == width, image.height == height else {
      throw .invalid(
        operation: "overlay",
        reason: "a label map of \(width)×\(height) pixels on a picture of \(image.width)×\(image.height)")
    }
    let hidden = showingBackground ? nil : background.map { UInt16($0) }
    let drawn = try picture()
    var bytes = image.bytes
    let mixed = try Mixture(opacity: opacity)
    for i in classes.indices where classes[i] != hidden {
      for c in (3 * i)..<(3 * i + 3) { bytes[c] = mixed(bytes[c], drawn.bytes[c]) }
    }
    return try Image(width: width, height: height, bytes: bytes)
  }
}

extension Mask {
  /// The mask in one colour over a picture: (1 − opacity)·picture + opacity·colour, rounded, where pixels belong. Throws
  /// `ImageError.invalid` for a picture of another size or an opacity outside 0…1.
  public func overlaid(
    on image: Image, color: RGB, opacity: Double = 0.6
  ) throws(ImageError) -> Image {
    guard image.width == width, image.height == height else {
      throw .invalid(
        operation: "overlay",
        reason: "a mask of \(width)×\(height) pixels on a picture of \(image.width)×\(image.height)")
    }
    var bytes = image.bytes
    let mixed = try Mixture(opacity: opacity)
    for i in bits.indices where bits[i] == 1 {
      bytes[3 * i] = mixed(bytes[3 * i], color.red)
      bytes[3 * i + 1] = mixed(bytes[3 * i + 1], color.green)
      bytes[3 * i + 2] = mixed(bytes[3 * i + 2], color.blue)
    }
    return try Image(width: width, height: height, bytes: bytes)
  }
}

/// Mixes two 8-bit samples.
private struct Mixture {
  private let opacity: Double

  init(opacity: Double) throws(ImageError) {
    guard opacity >= 0, opacity <= 1 else {
      throw .invalid(operation: "overlay", reason: "opacity is \(opacity); it goes from 0 to 1")
    }
    self.opacity = opacity
  }

  func callAsFunction(_ below: UInt8, _ above: UInt8) -> UInt8 {
    UInt8((Double(below) * (1 - opacity) + Double(above) * opacity).rounded())
  }
}
