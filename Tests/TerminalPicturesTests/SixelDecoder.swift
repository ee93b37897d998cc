/// Reads sixel as a terminal does: pixels by place, nil where nothing was drawn. Written for the tests from the manual,
/// apart from the encoder.
struct SixelDecoder {
  var width = 0
  var height = 0
  /// Percent red, green and blue of what was drawn last at (x, y).
  private(set) var drawn: [[Int]: [Int]] = [:]
  /// Registers that were defined.
  private(set) var registers: [Int: [Int]] = [:]
  /// The second parameter of the sequence: 1 keeps the ground.
  private(set) var background = 0

  /// Nil where the bytes are no well-formed sixel sequence, to the last byte.
  init?(_ bytes: [UInt8]) {
    var text = Array(String(decoding: bytes, as: UTF8.self))[...]
    func number() -> Int? {
      let digits = text.prefix { $0.isASCII && $0.isNumber }
      text = text.dropFirst(digits.count)
      return Int(String(digits))
    }
    func numbers() -> [Int] {
      var all = [number() ?? 0]
      while text.first == ";" {
        text = text.dropFirst()
        all.append(number() ?? 0)
      }
      return all
    }
    guard text.starts(with: "\u{1B}P") else { return nil }
    text = text.dropFirst(2)
    let head = numbers()
    background = head.count > 1 ? head[1] : 0
    guard text.popFirst() == "q" else { return nil }
    var (x, y, color) = (0, 0, [Int]())
    while let character = text.popFirst() {
      switch character {
      case "\"":
        let raster = numbers()
        guard raster.count == 4, raster[0] == raster[1] else { return nil }
        (width, height) = (raster[2], raster[3])
      case "#":
        let values = numbers()
        if values.count == 5 {
          guard values[1] == 2, values[2...].allSatisfy({ $0 <= 100 }) else { return nil }
          registers[values[0]] = Array(values[2...])
        }
        guard let defined = registers[values[0]] else { return nil }
        color = defined
      case "$": x = 0
      case "-": (x, y) = (0, y + 6)
      case "\u{1B}":
        guard text == ["\\"] else { return nil }
        return
      default:
        var (count, sixel) = (1, character)
        if character == "!" {
          guard let length = number(), let next = text.popFirst() else { return nil }
          (count, sixel) = (length, next)
        }
        guard let code = sixel.asciiValue, (0x3f...0x7e).contains(code) else { return nil }
        for _ in 0..<count {
          for bit in 0..<6 where (code - 0x3f) >> bit & 1 == 1 { drawn[[x, y + bit]] = color }
          x += 1
        }
      }
    }
    return nil
  }
}
