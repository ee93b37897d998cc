import Imaging
import TerminalPictures
import Testing

/// Pictures for the tests, made of numbers.
enum Pictures {
  /// A picture from a function of column and row.
  static func made(_ width: Int, _ height: Int, _ color: (Int, Int) -> [UInt8]) throws -> Image {
    var bytes: [UInt8] = []
    for y in 0..<height { for x in 0..<width { bytes += color(x, y) } }
    return try Image(width: width, height: height, bytes: bytes)
  }

  /// Every pixel another colour, for sizes below 256 a side.
  static func gradient(_ width: Int, _ height: Int) throws -> Image {
    try made(width, height) { x, y in
      let red = x * 255 / max(width - 1, 1)
      let green = y * 255 / max(height - 1, 1)
      let blue = (7 * x + 13 * y) % 256
      return [UInt8(red), UInt8(green), UInt8(blue)]
    }
  }

  /// Pixels without any order, always the same.
  static func noise(_ width: Int, _ height: Int) throws -> Image {
    var state: UInt32 = 1
    return try made(width, height) { _, _ in
      (0..<3).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(state >> 24)
      }
    }
  }

  /// A few colours in stripes and blocks, with long runs.
  static func flat(_ width: Int, _ height: Int) throws -> Image {
    let colors: [[UInt8]] = [[0, 0, 0], [255, 255, 255], [230, 159, 0], [0, 114, 178], [1, 2, 3]]
    return try made(width, height) { x, y in colors[(x / 7 + y / 3) % 5] }
  }
}

/// Sizes with odd sides, of one pixel, and flat ones.
let sizes: [(Int, Int)] = [(1, 1), (2, 1), (1, 7), (13, 5), (64, 48), (31, 6), (100, 1)]

func difference(_ a: UInt8, _ b: UInt8) -> Int { abs(Int(a) - Int(b)) }

/// Red, green and blue of two colours side by side.
func channels(_ a: RGB, _ b: RGB) -> [(UInt8, UInt8)] {
  [(a.red, b.red), (a.green, b.green), (a.blue, b.blue)]
}

/// The bytes of base64 text, decoded bit by bit; nil for anything else.
func decodedBase64(_ text: some Sequence<UInt8>) -> [UInt8]? {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var bits = ""
  var padding = 0
  for byte in text {
    if byte == UInt8(ascii: "=") {
      padding += 1
      continue
    }
    guard padding == 0, let place = alphabet.firstIndex(of: byte) else { return nil }
    let binary = String(place, radix: 2)
    bits += String(repeating: "0", count: 6 - binary.count) + binary
  }
  guard (bits.count / 6 + padding) % 4 == 0, padding < 3 else { return nil }
  let digits = Array(bits)
  return stride(from: 0, through: digits.count - 8, by: 8).compactMap {
    UInt8(String(digits[$0..<$0 + 8]), radix: 2)
  }
}

/// What kitty sequences carry: the keys of the first, and the bytes of all.
func decodedKitty(_ sequences: [[UInt8]]) throws -> (keys: [String: String], payload: [UInt8]) {
  var keys: [String: String] = [:]
  var payload: [UInt8] = []
  for (i, sequence) in sequences.enumerated() {
    let text = String(decoding: sequence, as: UTF8.self)
    try #require(text.hasPrefix("\u{1B}_G") && text.hasSuffix("\u{1B}\\"))
    let parts = text.dropFirst(3).dropLast(2).split(separator: ";", maxSplits: 1)
    try #require(parts.count == 2)
    var own: [String: String] = [:]
    for pair in parts[0].split(separator: ",") {
      let sides = pair.split(separator: "=").map(String.init)
      own[sides[0]] = sides[1]
    }
    try #require(own["m"] == (i + 1 < sequences.count ? "1" : "0"))
    try #require(parts[1].utf8.count <= 4096)
    // All chunks but the last must end between groups.
    if i + 1 < sequences.count { try #require(parts[1].utf8.count % 4 == 0) }
    if i == 0 { keys = own }
    payload += parts[1].utf8
  }
  return (keys, try #require(decodedBase64(payload)))
}

/// What an inline image of iTerm2 carries.
func decodedITerm(_ sequence: [UInt8]) throws -> (keys: [String: String], payload: [UInt8]) {
  let text = String(decoding: sequence, as: UTF8.self)
  try #require(text.hasPrefix("\u{1B}]1337;File=") && text.hasSuffix("\u{07}"))
  let parts = text.dropFirst(12).dropLast().split(separator: ":")
  try #require(parts.count == 2)
  var keys: [String: String] = [:]
  for pair in parts[0].split(separator: ";") {
    let sides = pair.split(separator: "=").map(String.init)
    keys[sides[0]] = sides[1]
  }
  return (keys, try #require(decodedBase64(parts[1].utf8)))
}
