import Assets
import CCairo
import CFreeType
import Imaging
import Synchronization

/// The letters of drawings: DejaVu Sans from the program itself, so that a drawing does not depend on the machine; for
/// characters it lacks, the system's fonts.
///
/// Neither FreeType's faces nor cairo's use of them may be shared between threads: there is one set, behind a lock, of its
/// own because cairo keeps faces and their sizes in memory. Faces are never closed, as cairo may still know them.
struct Typefaces: ~Copyable {
  private static let lock = Mutex(())
  /// Only read and changed by who holds the lock. (Within a `Mutex` it could not be lent together with cairo's context.)
  nonisolated(unsafe) private static var shared = Typefaces()

  /// Lends the faces to `body`, which nobody else then uses.
  static func use<R: Sendable>(_ body: (inout Typefaces) throws -> R) rethrows -> R {
    try lock.withLock { _ in try body(&shared) }
  }

  /// One opened font.
  private struct Face {
    let face: FT_Face
    let plain: OpaquePointer
    let bold: OpaquePointer
    let unitsPerEm: Double
  }

  /// One character's place on its line.
  struct Glyph {
    /// Which face it is of.
    let face: Int
    /// Its number in that face.
    let index: UInt
    /// The distance of its origin from the line's beginning, in ems.
    let x: Double
    /// The character.
    let scalar: Unicode.Scalar
  }

  private struct Advance: Hashable {
    let face: Int
    let glyph: FT_UInt
  }

  private var library: FT_Library?
  private var faces: [Face] = []
  private var faceOf: [Unicode.Scalar: Int] = [:]
  /// Widths that are known, in ems.
  private var advances: [Advance: Double] = [:]
  /// How many times the system may still be asked for a font; each costs milliseconds, and text may be hostile.
  private var questions = 64

  init() {
    guard FT_Init_FreeType(&library) == 0 else { return }
    var size = 0
    guard let bytes = clip_asset_font(&size) else { return }
    _ = add { FT_New_Memory_Face($0, bytes, size, 0, $1) }
  }

  /// Opens a font twice, plain and thickened: cairo keeps one way to draw for each of FreeType's faces. Gives its
  /// number; nil where it does not open or does not scale, as coloured bitmaps do not.
  private mutating func add(
    _ open: (FT_Library, UnsafeMutablePointer<FT_Face?>) -> FT_Error
  ) -> Int? {
    guard let library else { return nil }
    var (first, second): (FT_Face?, FT_Face?) = (nil, nil)
    guard open(library, &first) == 0, let face = first else { return nil }
    // 1: has outlines.
    guard face.pointee.face_flags & 1 != 0, face.pointee.units_per_EM > 0, open(library, &second) == 0,
      let other = second
    else {
      FT_Done_Face(face)
      return nil
    }
    guard let plain = cairo_ft_font_face_create_for_ft_face(face, 0),
      let bold = cairo_ft_font_face_create_for_ft_face(other, 0)
    else { return nil }
    cairo_ft_font_face_set_synthesize(bold, UInt32(CAIRO_FT_SYNTHESIZE_BOLD.rawValue))
    faces.append(
      Face(face: face, plain: plain, bold: bold, unitsPerEm: Double(face.pointee.units_per_EM)))
    return faces.count - 1
  }

  /// cairo's face.
  func cairoFace(_ index: Int, isBold: Bool) -> OpaquePointer? {
    guard faces.indices.contains(index) else { return nil }
    return isBold ? faces[index].bold : faces[index].plain
  }

  /// The face that has a character; the first one where none has.
  private mutating func face(for scalar: Unicode.Scalar) -> Int {
    if let known = faceOf[scalar] { return known }
    for (i, face) in faces.enumerated()
    where FT_Get_Char_Index(face.face, FT_ULong(scalar.value)) != 0 {
      faceOf[scalar] = i
      return i
    }
    if questions > 0 {
      questions -= 1
      if let (path, index) = Font.systemFile(with: scalar),
        let number = add({ FT_New_Face($0, path, FT_Long(index), $1) })
      {
        // The best match need not have the character after all.
        let hasIt = FT_Get_Char_Index(faces[number].face, FT_ULong(scalar.value)) != 0
        faceOf[scalar] = hasIt ? number : 0
        return hasIt ? number : 0
      }
    }
    faceOf[scalar] = 0
    return 0
  }

  /// The characters of a text that no font here has, each once: boxes stand in their place.
  mutating func missing(in text: String) -> [Unicode.Scalar] {
    guard !faces.isEmpty else { return [] }
    var missing: [Unicode.Scalar] = []
    for scalar in Font.printable(text) where !missing.contains(scalar) {
      if FT_Get_Char_Index(faces[face(for: scalar)].face, FT_ULong(scalar.value)) == 0 {
        missing.append(scalar)
      }
    }
    return missing
  }

  /// A glyph's own width in ems; nil where the font is damaged.
  private mutating func advance(of glyph: FT_UInt, in face: Int) -> Double? {
    let key = Advance(face: face, glyph: glyph)
    if let known = advances[key] { return known }
    // Without scaling, and without the turn that cairo may have left in the face.
    let flags = FT_Int32(1 << 0 | 1 << 11)
    guard FT_Load_Glyph(faces[face].face, glyph, flags) == 0,
      let slot = faces[face].face.pointee.glyph?.pointee
    else { return nil }
    let advance = Double(slot.advance.x) / faces[face].unitsPerEm
    advances[key] = advance
    return advance
  }

  /// Where each character of a line goes, and the line's width in ems. Advances and kerning are the font's own, not
  /// rounded to pixels: a line is as wide on every kind of paper.
  mutating func layOut(_ text: String, isBold: Bool) -> (glyphs: [Glyph], width: Double) {
    guard !faces.isEmpty else { return ([], 0) }
    var glyphs: [Glyph] = []
    var pen = 0.0
    var previous: (face: Int, glyph: FT_UInt)?
    for scalar in Font.printable(text) {
      let number = face(for: scalar)
      let face = faces[number]
      let glyph = FT_Get_Char_Index(face.face, FT_ULong(scalar.value))
      if let previous, previous.face == number {
        var kerning = FT_Vector()
        // 2: in the font's own units.
        if FT_Get_Kerning(face.face, previous.glyph, glyph, 2, &kerning) == 0 {
          pen += Double(kerning.x) / face.unitsPerEm
        }
      }
      guard let advance = advance(of: glyph, in: number) else { continue }
      glyphs.append(Glyph(face: number, index: UInt(glyph), x: pen, scalar: scalar))
      // FreeType thickens strokes by a 24th of an em.
      pen += advance + (isBold ? 1 / 24 : 0)
      previous = (number, glyph)
    }
    return (glyphs, pen)
  }
}
