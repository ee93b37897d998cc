import Imaging

/// The pictures of a page: each once, however often it is shown, and small enough.
struct PictureStore {
  /// A picture as the page carries it.
  struct Entry {
    let image: Image
    /// How often it is shown.
    var uses = 1
    /// Whether it lies below a map.
    var isGround = false
    /// `image/png` or `image/jpeg`.
    var type = ""
    var bytes: [UInt8] = []
    /// Its size on the page.
    var width = 0
    var height = 0

    var address: String { "data:\(type);base64," + Base64.text(bytes) }
    /// Whether it stands at the page's beginning, for others to refer to.
    var isDefined: Bool { isGround || uses > 1 }
    /// Whether it is smaller than what the script made.
    var isReduced: Bool { width != image.width }
  }

  /// The longest side on the page, in pixels.
  static let sideLimit = 1024
  /// What all pictures together may take where there are few, and each where there are many, in bytes of their files:
  /// ten stay below a megabyte.
  static let totalBudget = 640 << 10
  static let eachBudget = 62 << 10
  /// A PNG up to this size stays one: it loses nothing.
  static let smallPNG = 20 << 10

  private struct Key: Hashable {
    let width: Int
    let height: Int
    let hash: UInt64
  }

  private(set) var entries: [Entry] = []
  private var places: [Key: [Int]] = [:]

  /// Notes that a picture is shown; gives its number.
  @discardableResult
  mutating func add(_ image: Image) -> Int {
    let key = Key(width: image.width, height: image.height, hash: Self.hash(image.bytes))
    if let known = places[key]?.first(where: { entries[$0].image == image }) {
      entries[known].uses += 1
      return known
    }
    entries.append(Entry(image: image))
    places[key, default: []].append(entries.count - 1)
    return entries.count - 1
  }

  /// Notes that a picture lies below a map.
  mutating func addGround(_ image: Image) { entries[add(image)].isGround = true }

  /// The number of a picture that was added.
  func place(of image: Image) -> Int? {
    let key = Key(width: image.width, height: image.height, hash: Self.hash(image.bytes))
    return places[key]?.first { entries[$0].image == image }
  }

  /// Encodes all. Throws `ImageError`.
  mutating func encode() throws(ImageError) {
    let budget = max(Self.eachBudget, Self.totalBudget / max(entries.count, 1))
    for index in entries.indices { try Self.encode(&entries[index], budget: budget) }
  }

  /// FNV-1a over 64 bits: pictures that agree in it are compared.
  static func hash(_ bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBufferPointer { buffer in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in buffer { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      return hash
    }
  }

  /// PNG where that is small or the picture is flat; JPEG otherwise, smaller until it fits.
  private static func encode(_ entry: inout Entry, budget: Int) throws(ImageError) {
    func set(_ type: String, _ bytes: [UInt8], _ image: Image) {
      (entry.type, entry.bytes, entry.width, entry.height) = (type, bytes, image.width, image.height)
    }
    let image = try reduced(entry.image, to: sideLimit)
    let isFlat = flatness(of: image) > 0.25
    if isFlat || image.width * image.height <= 64 * 64 {
      let png = try png(of: image)
      set("image/png", png, image)
      if png.count <= smallPNG { return }
    }
    let jpeg = try JPEG.encode(image, quality: 88)
    // A JPEG that is hardly smaller is not worth its losses.
    if entry.bytes.isEmpty || jpeg.count * 10 < entry.bytes.count * 7 { set("image/jpeg", jpeg, image) }
    for (side, quality) in [(1024, 80), (832, 82), (704, 80), (576, 80), (448, 80), (384, 72), (320, 65)]
    where entry.bytes.count > budget {
      let smaller = try reduced(entry.image, to: side)
      set("image/jpeg", try JPEG.encode(smaller, quality: quality), smaller)
    }
  }

  static func reduced(_ image: Image, to side: Int) throws(ImageError) -> Image {
    let longest = max(image.width, image.height)
    guard longest > side else { return image }
    func scaled(_ extent: Int) -> Int { max(1, (extent * side + longest / 2) / longest) }
    return try image.resized(width: scaled(image.width), height: scaled(image.height))
  }

  /// The share of pixels that equal the one to their left: drawings and figures have many, photos few.
  private static func flatness(of image: Image) -> Double {
    guard image.width > 1 else { return 1 }
    let width = image.width
    let equal = image.bytes.withUnsafeBufferPointer { bytes in
      var count = 0
      for y in 0..<image.height {
        for x in 1..<width {
          let i = 3 * (y * width + x)
          if bytes[i] == bytes[i - 3], bytes[i + 1] == bytes[i - 2], bytes[i + 2] == bytes[i - 1] {
            count += 1
          }
        }
      }
      return count
    }
    return Double(equal) / Double((width - 1) * image.height)
  }

  /// zlib's level: with 9 a page of five figures took 4.9 s of processor instead of 1.3, and was as large.
  private static let compression = 6

  /// With a palette where the colours are few enough.
  static func png(of image: Image) throws(ImageError) -> [UInt8] {
    var places: [UInt32: UInt8] = [:]
    var palette: [RGB] = []
    var indices = [UInt8](repeating: 0, count: image.width * image.height)
    for pixel in indices.indices {
      let color =
        UInt32(image.bytes[3 * pixel]) << 16 | UInt32(image.bytes[3 * pixel + 1]) << 8
        | UInt32(image.bytes[3 * pixel + 2])
      if let place = places[color] {
        indices[pixel] = place
        continue
      }
      guard palette.count < 256 else { return try PNG.encode(.rgb(image), compression: compression) }
      let place = UInt8(palette.count)
      places[color] = place
      palette.append(RGB(color))
      indices[pixel] = place
    }
    return try PNG.encode(
      .indexed(width: image.width, height: image.height, bytes: indices, palette: palette),
      compression: compression)
  }
}
