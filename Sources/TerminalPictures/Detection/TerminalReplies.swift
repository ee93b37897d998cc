/// What a terminal answered to the questions of `TerminalQuery`, taken apart from what was typed meanwhile.
public struct TerminalReplies: Equatable, Sendable {
  /// It speaks the kitty graphics protocol.
  public var hasKitty = false
  /// Its device attributes name sixel; nil where they did not arrive.
  public var hasSixel: Bool?
  /// It answered a question of iTerm2's own.
  public var answersITerm = false
  /// Its name and version: `kitty(0.42.1)`, `XTerm(390)`, `tmux 3.4`.
  public var name: String?
  /// One cell in pixels.
  public var cell: PixelSize?
  /// The text area in pixels.
  public var area: PixelSize?
  /// Colour registers for sixel.
  public var registers: Int?
  /// The other bytes in their order: keys.
  public var keys: [UInt8] = []

  /// Whether the device attributes came: every terminal gives them, and they are asked for last.
  public var isComplete: Bool { hasSixel != nil }

  /// Replies in what was read from a terminal. A reply that was cut off at the end is dropped; keys never are.
  public init(_ bytes: [UInt8]) {
    var i = 0
    while i < bytes.count {
      if bytes[i] == 0x1b, let end = take(bytes, from: i) {
        i = end
      } else {
        keys.append(bytes[i])
        i += 1
      }
    }
  }

  /// Reads one reply; gives the place after it, nil if there is none.
  private mutating func take(_ bytes: [UInt8], from start: Int) -> Int? {
    let rest = bytes[start...]
    func begins(_ text: String) -> Bool { rest.starts(with: text.utf8) }
    if begins("\u{1B}_G") {
      let (text, end) = Self.string(bytes, from: start + 3)
      // `i=31;OK`; an error in its place says that it would not show the picture.
      if text?.hasSuffix(";OK") ?? false { hasKitty = true }
      return end
    }
    if begins("\u{1B}P>|") {
      let (text, end) = Self.string(bytes, from: start + 4)
      if let text { name = text }
      return end
    }
    if begins("\u{1B}]1337;") {
      let (text, end) = Self.string(bytes, from: start + 7)
      if let text, text.hasPrefix("ReportCellSize=") { takeITermCell(text.dropFirst(15)) }
      return end
    }
    if begins("\u{1B}[") { return takeControl(bytes, from: start + 2) }
    return nil
  }

  /// `height;width` or `height;width;scale`, in points.
  private mutating func takeITermCell(_ text: Substring) {
    let numbers = text.split(separator: ";").compactMap { Double($0) }
    guard numbers.count >= 2 else { return }
    answersITerm = true
    let scale = numbers.count > 2 ? numbers[2] : 1
    if cell == nil { cell = Self.size(width: numbers[1] * scale, height: numbers[0] * scale) }
  }

  /// `ESC [ ? 62 ; 4 c`, `ESC [ 6 ; 20 ; 10 t`, `ESC [ ? 1 ; 0 ; 256 S`; other control sequences are keys.
  private mutating func takeControl(_ bytes: [UInt8], from start: Int) -> Int? {
    var i = start
    let isPrivate = i < bytes.count && bytes[i] == 0x3f
    if isPrivate { i += 1 }
    let first = i
    while i < bytes.count, (0x30...0x3b).contains(bytes[i]) { i += 1 }
    // Cut off: only replies begin so.
    guard i < bytes.count else { return isPrivate ? i : nil }
    let numbers = String(decoding: bytes[first..<i], as: UTF8.self)
      .split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
    switch (isPrivate, bytes[i], numbers) {
    case (true, 0x63, _):
      // The first number is the terminal's kind, not an attribute.
      hasSixel = (hasSixel ?? false) || numbers.dropFirst().contains(4)
    case (true, 0x53, _):
      if numbers.count == 3, numbers[0] == 1, numbers[1] == 0, let count = numbers[2], count > 1 {
        registers = count
      }
    case (false, 0x74, _):
      guard numbers.count == 3, let height = numbers[1], let width = numbers[2] else { return nil }
      let size = Self.size(width: Double(width), height: Double(height))
      if numbers[0] == 6 { cell = size } else if numbers[0] == 4 { area = size } else { return nil }
    default: return nil
    }
    return i + 1
  }

  /// The text up to ST or BEL and the place after it; no text where it was cut off.
  private static func string(_ bytes: [UInt8], from start: Int) -> (text: String?, end: Int) {
    var i = start
    while i < bytes.count {
      let isBell = bytes[i] == 0x07
      if isBell || (bytes[i] == 0x1b && i + 1 < bytes.count && bytes[i + 1] == 0x5c) {
        return (String(decoding: bytes[start..<i], as: UTF8.self), i + (isBell ? 1 : 2))
      }
      i += 1
    }
    return (nil, bytes.count)
  }

  /// Sides that a cell or a screen can have; terminals that do not know give zeros.
  private static func size(width: Double, height: Double) -> PixelSize? {
    guard width >= 1, height >= 1, width <= 100_000, height <= 100_000 else { return nil }
    return PixelSize(width: Int(width.rounded()), height: Int(height.rounded()))
  }
}
