import Assets
import CFontconfig
import CFreeType
import Synchronization

/// Text in pictures: DejaVu Sans from the program itself, and for characters it lacks the system's fonts.
///
/// Each character is drawn on its own, left to right: scripts that need shaping or run right to left (Arabic, Hebrew,
/// Devanagari) are legible at best. A character that no font has becomes a box.
public struct Font: Hashable, Sendable {
  /// The size of an em, in pixels; held between 6 and 400.
  public let size: Int

  /// A font of the given size in pixels.
  public init(size: Int) { self.size = min(max(size, 6), 400) }

  /// Pixels from the top of a line to its baseline.
  public var ascent: Int { (size * 95 + 50) / 100 }
  /// Pixels from one line's top to the next one's.
  public var lineHeight: Int { (size * 125 + 50) / 100 }

  /// How many pixels wide `text` is on one line.
  public func width(of text: String) -> Int {
    Typesetter.shared.withLock { $0.width(of: Self.printable(text), size: size) }
  }

  /// Draws one line, the top left corner of its box at (x, y); what falls outside the picture is cut off.
  public func draw(_ text: String, on image: inout Image, x: Int, y: Int, color: RGB = .black) {
    Typesetter.shared.withLock {
      $0.draw(Self.printable(text), size: size, on: &image, x: x, baseline: y + ascent, color: color)
    }
  }

  /// Characters to draw: line breaks and tabs are spaces, invisible ones are dropped, and no line is endless.
  package static func printable(_ text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.prefix(2000).compactMap { scalar in
      switch scalar.value {
      case 0x09, 0x0a, 0x0d: " "
      case 0..<0x20, 0x7f..<0xa0, 0xad, 0x200b...0x200f, 0x202a...0x202e, 0x2060...0x206f, 0xfe00...0xfe0f,
        0xfeff:
        nil
      default: scalar
      }
    }
  }

  /// The file of the system's font that is nearest to having a character, and the face within it; nil without one.
  /// Costs milliseconds.
  package static func systemFile(with scalar: Unicode.Scalar) -> (path: String, index: Int)? {
    guard FcInit() != 0, let wanted = FcPatternCreate() else { return nil }
    defer { FcPatternDestroy(wanted) }
    guard let characters = FcCharSetCreate() else { return nil }
    defer { FcCharSetDestroy(characters) }
    FcCharSetAddChar(characters, scalar.value)
    FcPatternAddCharSet(wanted, FC_CHARSET, characters)
    FcPatternAddBool(wanted, FC_SCALABLE, 1)
    FcPatternAddString(wanted, FC_FAMILY, "sans-serif")
    FcConfigSubstitute(nil, wanted, FcMatchPattern)
    FcDefaultSubstitute(wanted)
    var result = FcResultNoMatch
    guard let match = FcFontMatch(nil, wanted, &result) else { return nil }
    defer { FcPatternDestroy(match) }
    var file: UnsafeMutablePointer<FcChar8>?
    var index: Int32 = 0
    guard FcPatternGetString(match, FC_FILE, 0, &file) == FcResultMatch, let file else { return nil }
    if FcPatternGetInteger(match, FC_INDEX, 0, &index) != FcResultMatch { index = 0 }
    return (String(cString: file), Int(index))
  }

  /// Breaks text into lines of at most `width` pixels: at spaces, within a word only if it is too long itself (or, as
  /// its scripts do, between Chinese, Japanese or Korean characters). The last of `limit` lines ends in an ellipsis
  /// when text is left.
  public func lines(_ text: String, width: Int, limit: Int = .max) -> [String] {
    var lines: [String] = []
    for paragraph in text.prefix(2000).split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for piece in pieces(of: paragraph) {
        if self.width(of: trimmed(line + piece)) <= width {
          line += piece
          continue
        }
        if !trimmed(line).isEmpty { lines.append(trimmed(line)) }
        line = ""
        for character in piece {
          if !line.isEmpty, self.width(of: line + String(character)) > width {
            lines.append(line)
            line = ""
          }
          if !line.isEmpty || character != " " { line.append(character) }
        }
      }
      lines.append(trimmed(line))
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count > limit else { return lines }
    lines.removeLast(lines.count - limit)
    if let last = lines.popLast() { lines.append(ellipsized(last + "…", width: width)) }
    return lines
  }

  /// The text, or as much of its beginning as fits with an ellipsis.
  public func ellipsized(_ text: String, width: Int) -> String {
    guard self.width(of: text) > width else { return text }
    var kept = text.hasSuffix("…") ? String(text.dropLast()) : text
    while !kept.isEmpty, self.width(of: trimmed(kept) + "…") > width { kept.removeLast() }
    return trimmed(kept) + "…"
  }

  private func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// Words with the spaces after them; ideographs one by one.
  private func pieces(of text: Substring) -> [String] {
    var pieces: [String] = []
    var current = ""
    for character in text {
      let ideograph = character.unicodeScalars.first.map { (0x2e80...0xffdc).contains($0.value) } ?? false
      if !current.isEmpty, ideograph || (current.last == " " && character != " ") {
        pieces.append(current)
        current = ""
      }
      current.append(character)
      if ideograph {
        pieces.append(current)
        current = ""
      }
    }
    if !current.isEmpty { pieces.append(current) }
    return pieces
  }
}

/// FreeType and its faces. FreeType is not safe to share between threads, so there is one behind a lock.
struct Typesetter: ~Copyable {
  static let shared = Mutex(Typesetter())

  private var library: FT_Library?
  /// The embedded face first, then those the system offered.
  private var faces: [FT_Face] = []
  /// How many times the system may still be asked for a font; each costs milliseconds, and text may be hostile.
  private var questions = 64
  /// Which face has a character; -1 for none.
  private var faceOf: [Unicode.Scalar: Int] = [:]

  init() {
    guard FT_Init_FreeType(&library) == 0, let library else { return }
    var size = 0
    var face: FT_Face?
    guard let bytes = clip_asset_font(&size), FT_New_Memory_Face(library, bytes, size, 0, &face) == 0,
      let face
    else { return }
    faces.append(face)
  }

  /// The face with a glyph for `scalar`: the embedded one, one already opened, one that fontconfig knows.
  private mutating func face(for scalar: Unicode.Scalar) -> (face: FT_Face, glyph: FT_UInt)? {
    guard let first = faces.first else { return nil }
    if let known = faceOf[scalar] {
      return known < 0 ? (first, 0) : (faces[known], FT_Get_Char_Index(faces[known], FT_ULong(scalar.value)))
    }
    for (i, face) in faces.enumerated() {
      let glyph = FT_Get_Char_Index(face, FT_ULong(scalar.value))
      if glyph != 0 {
        faceOf[scalar] = i
        return (face, glyph)
      }
    }
    if questions > 0, let face = openSystemFace(with: scalar) {
      faces.append(face)
      faceOf[scalar] = faces.count - 1
      return (face, FT_Get_Char_Index(face, FT_ULong(scalar.value)))
    }
    faceOf[scalar] = -1
    return (first, 0)
  }

  private mutating func openSystemFace(with scalar: Unicode.Scalar) -> FT_Face? {
    questions -= 1
    guard let library, let (file, index) = Font.systemFile(with: scalar) else { return nil }
    var face: FT_Face?
    guard FT_New_Face(library, file, FT_Long(index), &face) == 0, let face else { return nil }
    // The best match need not have the character after all, or have it as a coloured bitmap that does not scale.
    let glyph = FT_Get_Char_Index(face, FT_ULong(scalar.value))
    guard glyph != 0, FT_Set_Pixel_Sizes(face, 0, 32) == 0, FT_Load_Glyph(face, glyph, Self.render) == 0,
      face.pointee.glyph?.pointee.bitmap.pixel_mode == UInt8(FT_PIXEL_MODE_GRAY.rawValue)
    else {
      FT_Done_Face(face)
      return nil
    }
    return face
  }

  mutating func width(of text: [Unicode.Scalar], size: Int) -> Int {
    var pen = 0
    layOut(text, size: size, flags: Self.measure) { _, _, end in pen = end }
    return (pen + 63) / 64
  }

  mutating func draw(
    _ text: [Unicode.Scalar], size: Int, on image: inout Image, x: Int, baseline: Int, color: RGB
  ) {
    layOut(text, size: size, flags: Self.render) { slot, pen, _ in
      let bitmap = slot.bitmap
      guard bitmap.pixel_mode == UInt8(FT_PIXEL_MODE_GRAY.rawValue), let buffer = bitmap.buffer else {
        return
      }
      let left = x + (pen + 32) / 64 + Int(slot.bitmap_left)
      let top = baseline - Int(slot.bitmap_top)
      for row in 0..<Int(bitmap.rows) {
        for column in 0..<Int(bitmap.width) {
          let coverage = buffer[row * Int(bitmap.pitch) + column]
          image.blend(color, coverage: coverage, x: left + column, y: top + row)
        }
      }
    }
  }

  // Light hinting: sharp horizontal strokes, shapes kept. (FT_LOAD_TARGET_LIGHT is a macro Swift cannot see.)
  private static let measure = FT_Int32(1 << 16)
  private static let render = FT_Int32(1 << 16 | 1 << 2)

  /// Loads glyph after glyph; `visit` gets the slot, the pen before and after it, in 64ths of a pixel.
  private mutating func layOut(
    _ text: [Unicode.Scalar], size: Int, flags: FT_Int32, visit: (FT_GlyphSlotRec, Int, Int) -> Void
  ) {
    var pen = 0
    var previous: (face: FT_Face, glyph: FT_UInt)?
    for scalar in text {
      guard let (face, glyph) = face(for: scalar), FT_Set_Pixel_Sizes(face, 0, FT_UInt(size)) == 0 else {
        continue
      }
      if let previous, previous.face == face {
        var kerning = FT_Vector()
        if FT_Get_Kerning(face, previous.glyph, glyph, 0, &kerning) == 0 { pen += Int(kerning.x) }
      }
      guard FT_Load_Glyph(face, glyph, flags) == 0, let slot = face.pointee.glyph?.pointee else { continue }
      let end = pen + Int(slot.advance.x)
      visit(slot, pen, end)
      pen = end
      previous = (face, glyph)
    }
  }
}
